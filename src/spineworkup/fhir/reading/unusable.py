"""What makes a whole resource unusable: it says itself that it can't be understood without more than FHIR."""

from __future__ import annotations

from spineworkup.fhir.reading.elements import Element, has_anywhere

MODIFIED = "an extension changes its meaning in a way that isn't known here"
OTHER_RULES = "it follows rules that aren't known here"
NOT_OPENED = "it holds records of its own, which are not opened"
_MODIFIERS = frozenset({"modifierExtension", "_implicitRules"})


def why_unusable(resource: Element) -> str:
    """Return why nothing of a resource may be used, whatever it says; empty where it may."""
    if resource.text_of("resourceType") == "Bundle":
        return NOT_OPENED
    if resource.has("implicitRules") and resource.child("implicitRules"):
        return OTHER_RULES
    return MODIFIED if has_anywhere(resource, _MODIFIERS) else ""
