"""What code systems and canonical resources are called in FHIR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spineworkup.findings import Coding

# Of the resources that a pathway is exported as, and of the codes for which no terminology has one. `.example` belongs to
# nobody: whoever publishes the resources gives an address of their own.
CANONICAL = "https://spineworkup.example/fhir"

URIS: Mapping[str, str] = {
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "icd-10": "http://hl7.org/fhir/sid/icd-10",
    "icd-10-cm": "http://hl7.org/fhir/sid/icd-10-cm",
}
UCUM = "http://unitsofmeasure.org"

# Our own code systems, below the canonical address.
FINDINGS = "CodeSystem/findings"
STEPS = "CodeSystem/steps"
STATES = "CodeSystem/step-states"
CLOCKS = "CodeSystem/clocks"
RULES = "CodeSystem/rules"
NOTICES = "CodeSystem/notices"
# An extension: why an answer is not known, a word of `WhyUnknown`.
WHY_UNKNOWN = "StructureDefinition/why-unknown"
# An extension: when an answer was seen, where the form has no question for it.
SEEN_AT = "StructureDefinition/seen-at"
# An extension: what has to be kept to work an answer out again.
RECEIPT = "StructureDefinition/receipt"


def options_system(finding: str) -> str:
    """Return the code system of the options of a choice, below the canonical address."""
    return f"CodeSystem/options-{finding.replace('_', '-')}"


def coding(system: str, code: str, display: str = "") -> dict[str, Any]:
    """Return a FHIR Coding.

    >>> coding("http://loinc.org", "2000-8")
    {'system': 'http://loinc.org', 'code': '2000-8'}
    """
    found = {"system": system, "code": code}
    return {**found, "display": display} if display else found


def coding_of(code: Coding) -> dict[str, Any]:
    """Return a code of a finding or of a step as a FHIR Coding."""
    return coding(URIS[code.system], code.code, code.display)
