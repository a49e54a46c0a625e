"""What makes a whole resource unusable: it says itself that it can't be understood without more than FHIR."""

from __future__ import annotations

from spineworkup.fhir.elements import Element, walk

MODIFIED = "an extension changes its meaning in a way that isn't known here"
NOT_OPENED = "it holds records of its own, which are not opened"
OTHER_RULES = "it follows rules that aren't known here"


def why_unusable(resource: Element) -> str:
    """Return why nothing of a resource may be used, whatever it says; empty where it may."""
    if resource.child("resourceType").text == "Bundle":
        return NOT_OPENED
    if resource.child("implicitRules"):
        return OTHER_RULES
    if any(key in ("modifierExtension", "_implicitRules") for key, _ in walk(resource)):
        return MODIFIED
    return ""
