"""The few data types of FHIR that the exported resources are made of, as plain dictionaries."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from spineworkup.errors import FhirError
from spineworkup.fhir.systems import CANONICAL, UCUM, coding

Resource = dict[str, Any]
_REFERENCE = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What no string of FHIR may hold, and what isn't a character at all.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def local(path: str) -> str:
    """Return the address of a code system or an extension of ours.

    >>> local("CodeSystem/findings")
    'https://spineworkup.example/fhir/CodeSystem/findings'
    """
    return f"{CANONICAL}/{path}"


def resource_id(id_: str) -> str:
    """Return an id as FHIR allows it, which is without underscores."""
    return id_.replace("_", "-")


def local_coding(system: str, code: str, display: str = "") -> Resource:
    """Return a Coding of one of our own code systems."""
    return coding(local(system), code, display)


def concept(text: str, *codings: Resource) -> Resource:
    """Return a CodeableConcept: codes that all say the same thing, and that thing in words."""
    return {"coding": list(codings), "text": text} if codings else {"text": text}


def moment(at: datetime) -> str:
    """Return a moment as a FHIR dateTime or instant; both need the zone."""
    return at.isoformat()


def quantity(value: Decimal, unit: str) -> Resource:
    """Return a Quantity in a UCUM unit; a number without a unit has the unit 1."""
    return {"value": value, "unit": unit or "1", "system": UCUM, "code": unit or "1"}


def reference(to: str) -> Resource:
    """Return a Reference."""
    return {"reference": to}


def subject(patient: str) -> Resource:
    """Return the Reference to a patient.

    Raises:
        FhirError: It isn't one, such as `Patient/123`. The message doesn't repeat it.
    """
    if not _REFERENCE.fullmatch(patient):
        raise FhirError("patient", "expected a reference", "such as Patient/123 or urn:uuid:...")
    return reference(patient)


def words(text: str) -> str:
    """Return text that somebody wrote as a FHIR string can hold it; empty where nothing can be read.

    >>> words("seen" + chr(7) + " on the ward ") == "seen" + chr(0xFFFD) + " on the ward"
    True
    """
    return _NO_TEXT.sub("\ufffd", text).strip()


def notes(*texts: str) -> Resource:
    """Return the member `note` of a resource, or nothing where nothing is said."""
    said = [{"text": text} for text in map(words, texts) if text]
    return {"note": said} if said else {}
