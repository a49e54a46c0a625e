"""A chart as FHIR Observations, and what has happened to its steps as Tasks."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.entries import Entry, Known, WhyUnknown
from spineworkup.fhir import bundles
from spineworkup.fhir.datatypes import Resource, concept, local_coding, moment, notes, quantity, subject
from spineworkup.fhir.finding_codes import finding_concept, option_coding
from spineworkup.fhir.receipts import receipt_meta
from spineworkup.fhir.systems import CLOCKS, coding
from spineworkup.fhir.to_tasks import event_tasks
from spineworkup.findings import Finding, Range
from spineworkup.units import Quantity

_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
# By the finding's group; all others are answers to the pathway's questions.
_CATEGORY = {"blood": "laboratory", "examination": "exam", "imaging": "imaging"}
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_ABSENT_CODES = {
    WhyUnknown.NOT_RECORDED: "unknown",
    WhyUnknown.NOT_FETCHED: "temp-unknown",
    WhyUnknown.INCOMPLETE: "temp-unknown",
    WhyUnknown.STALE: "unknown",
    WhyUnknown.CONFLICT: "unknown",
    WhyUnknown.IMPLAUSIBLE: "error",
    WhyUnknown.NO_UNIT: "error",
    WhyUnknown.UNMAPPED_CODE: "unsupported",
    WhyUnknown.IN_FUTURE: "error",
}


def to_observations(checklist: Checklist, patient: str) -> Resource:
    """Return what a checklist was made from: a Bundle of Observations, and of Tasks for what happened to steps.

    As it was recorded: what was worked out from it, such as a total, is left out and worked out again by whoever
    reads it. What is not known stands there with its reason. Sign-offs are left out: they hold for one decision.

    Args:
        checklist: The answer; its chart is exported.
        patient: A reference, such as `Patient/123`.

    Raises:
        FhirError: `patient` isn't a reference.
    """
    chart = checklist.original
    found = [*finding_observations(chart, patient), *clock_observations(chart, patient)]
    listed = [*found, *event_tasks(checklist, patient)]
    named = [(f"{resource['resourceType']}/{place}", resource) for place, resource in enumerate(listed)]
    addressed = [(bundles.address(checklist, patient, name), resource) for name, resource in named]
    return bundles.collection(checklist, addressed) | receipt_meta(checklist)


def finding_observations(chart: Chart, patient: str) -> Iterator[Resource]:
    """Yield the Observations of what was recorded; a value that was seen twice is two."""
    for id_, entry in sorted(chart.entries.items(), key=lambda item: item[0]):
        yield from observations_of(chart.findings[id_], entry, patient)


def observations_of(finding: Finding, entry: Entry, patient: str) -> list[Resource]:
    """Return the Observations of one finding; none where it was only worked out from others."""
    if not isinstance(entry, Known):
        return [{**_about(finding, patient), **_absent(entry.reason), **notes(entry.detail)}]
    if entry.calculated:
        return []
    said = {**_about(finding, patient), **_value(finding, entry), **notes(entry.source)}
    moments = [at for at in (entry.at, entry.latest) if at is not None]
    return [{**said, "effectiveDateTime": moment(at)} for at in moments] or [said]


def _about(finding: Finding, patient: str) -> Resource:
    category = concept(finding.group or "survey", coding(_CATEGORIES, _CATEGORY.get(finding.group, "survey")))
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [category],
        "code": finding_concept(finding),
        "subject": subject(patient),
    }


def _value(finding: Finding, entry: Known) -> Resource:
    match entry.value:
        case bool():
            return {"valueBoolean": entry.value}
        case str():
            return {
                "valueCodeableConcept": concept(
                    finding.options[entry.value], option_coding(finding, entry.value)
                )
            }
        case Range(lowest, highest):
            return {
                "valueRange": {"low": quantity(lowest, finding.unit), "high": quantity(highest, finding.unit)}
            }
        case Decimal():
            reported = entry.reported or Quantity(entry.value, finding.unit) if finding.unit else None
            value, unit = (entry.value, "") if reported is None else (reported.value, reported.unit)
            return {"code": finding_concept(finding, unit), "valueQuantity": quantity(value, unit)}


def _absent(reason: WhyUnknown) -> Resource:
    return {"dataAbsentReason": concept(reason.value, coding(_ABSENT, _ABSENT_CODES[reason]))}


def clock_observations(chart: Chart, patient: str) -> Iterator[Resource]:
    """Yield the Observations of when clocks started."""
    for clock, at in sorted(chart.clocks.items()):
        label = f"Time of {clock.replace('_', ' ')}"
        yield {
            "resourceType": "Observation",
            "status": "final",
            "code": concept(label, local_coding(CLOCKS, clock, label)),
            "subject": subject(patient),
            "valueDateTime": moment(at),
        }
