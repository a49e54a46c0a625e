"""Records as a hospital sends them, short to write."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from spineworkup import load_pathway
from spineworkup.fhir.from_bundle import Imported, from_bundle
from spineworkup.pathways import Pathway

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CANONICAL = "https://spineworkup.example/fhir"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
SNOMED, LOINC, ICD = "http://snomed.info/sct", "http://loinc.org", "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
WEAKNESS, RETENTION, NUMBNESS = (SNOMED, "713514005"), (SNOMED, "267064002"), (SNOMED, "44077006")
CALCIUM, CALCIUM_MASS, ALBUMIN, EGFR, INR = ((LOINC, code) for code in ("2000-8", "17861-6", "1751-7", "98979-8", "6301-6"))
MRI, MRI_LUMBAR, CORD_COMPRESSION = (LOINC, "30855-1"), (LOINC, "24968-0"), (SNOMED, "71286001")
ABSENT: dict[str, Any] = {}

Resource = dict[str, Any]


@cache
def pathway() -> Pathway:
    return load_pathway("metastatic_spine")


def concept(*codes: tuple[str, str]) -> Resource:
    return {"coding": [{"system": system, "code": code} for system, code in codes]}


def own(kind: str, code: str) -> tuple[str, str]:
    return f"{CANONICAL}/CodeSystem/{kind}", code


def quantity(value: Any, code: str = "mmol/L", **more: Any) -> Resource:
    return {"value": value, "unit": code, "system": UCUM, "code": code, **more}


def resource(type_: str, **more: Any) -> Resource:
    return {"resourceType": type_, "subject": {"reference": "Patient/1"}, **more}


def observation(code: Any = CALCIUM, **more: Any) -> Resource:
    named = concept(code) if isinstance(code, tuple) else code
    return resource("Observation", **{"status": "final", "code": named, **more})


def condition(code: tuple[str, str] = WEAKNESS, clinical: str = "active", sure: str = "confirmed", **more: Any) -> Resource:
    statuses = {}
    if clinical:
        statuses["clinicalStatus"] = concept((f"{TERMINOLOGY}/condition-clinical", clinical))
    if sure:
        statuses["verificationStatus"] = concept((f"{TERMINOLOGY}/condition-ver-status", sure))
    return resource("Condition", code=concept(code), **statuses, **more)


def patient(**more: Any) -> Resource:
    return {"resourceType": "Patient", "id": "1", **more}


def task(step: str, state: str, **more: Any) -> Resource:
    statuses = {"acted_on": "completed", "declined": "rejected"}
    return {
        "resourceType": "Task",
        "for": {"reference": "Patient/1"},
        "status": statuses.get(state, "in-progress"),
        "intent": "unknown",
        "code": concept(own("steps", step)),
        "businessStatus": concept(own("step-states", state)),
        "lastModified": "2026-11-20T10:00:00Z",
        **more,
    }


def suspicion(at: str) -> Resource:
    return observation(own("clocks", "suspicion"), valueDateTime=at)


def answers(*items: Resource, **more: Any) -> Resource:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items), **more}


def answer(link: str, **value: Any) -> Resource:
    return {"linkId": link, "answer": [value]}


def bundle(*resources: Resource, **more: Any) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources], **more}


def imported(*resources: Resource, **more: Any) -> Imported:
    return from_bundle(bundle(*resources), pathway(), at=AT, **more)


def facts(*resources: Resource) -> dict[str, Any]:
    return dict(imported(*resources).chart.facts)


def outcome(*resources: Resource) -> tuple[str, str]:
    """Return what became of the last resource, and why."""
    line = imported(*resources).report.lines[-1]
    return line.outcome, line.why


def kinds(result: Imported) -> set[str]:
    return {notice.kind for notice in result.report.notices}


def reason(result: Imported, finding: str) -> str:
    """Return why a finding is not known; empty where it is."""
    entry = result.chart.entry(finding)
    return entry.reason.value if hasattr(entry, "reason") else ""
