"""Records of one patient, in FHIR R4, become a chart and a report of what became of each of them.

Every record is used, ignored for a reason that is given, or unmapped; none is dropped silently and nothing is invented.
What each kind and status of record becomes stands in `docs/fhir-in.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.fhir.fetched import Entry, Source, entries_of, to_source
from spineworkup.fhir.reading.devices import read_device
from spineworkup.fhir.reading.diagnoses import read_allergy, read_condition
from spineworkup.fhir.reading.events import read_procedure, read_request, read_study, read_task
from spineworkup.fhir.reading.medicines import read_medication_request, read_medication_statement
from spineworkup.fhir.reading.notices import sorted_notices, source_notices, summary_notices
from spineworkup.fhir.reading.observations import read_observation
from spineworkup.fhir.reading.patients import read_patient, refuse_merged
from spineworkup.fhir.reading.questionnaire_answers import read_answers
from spineworkup.fhir.reading.references import NOT_THE_PATIENT, whose
from spineworkup.fhir.reading.reports import read_report
from spineworkup.fhir.reading.settled_chart import (
    Heard,
    chart_of,
    clocks_of,
    why_of_another_workup,
    without_earlier_illness,
)
from spineworkup.fhir.reading.statements import Said, judged
from spineworkup.fhir.reading.unusable import why_unusable
from spineworkup.fhir.reading.vocabulary import Vocabulary, vocabulary
from spineworkup.fhir.report import Report, ReportLine
from spineworkup.fhir.systems import CANONICAL
from spineworkup.moments import aware
from spineworkup.pathways import Pathway

Reader = Callable[[Any, Vocabulary, datetime], Said]
READERS: Mapping[str, Reader] = {
    "Patient": read_patient,
    "Condition": read_condition,
    "Observation": read_observation,
    "DiagnosticReport": read_report,
    "ImagingStudy": read_study,
    "Procedure": read_procedure,
    "ServiceRequest": read_request,
    "Task": read_task,
    "AllergyIntolerance": read_allergy,
    "Device": read_device,
    "MedicationStatement": read_medication_statement,
    "MedicationRequest": read_medication_request,
    "QuestionnaireResponse": read_answers,
}
NOT_READ = "a kind of record from which nothing is read"


@frozen
class Imported:
    """What became of a patient's records.

    Args:
        patient: Whose they are, such as `Patient/1`; empty where no record says it.
    """

    chart: Chart
    patient: str
    report: Report


def from_bundle(
    resource: Mapping[str, Any],
    pathway: Pathway,
    *,
    at: datetime,
    patient: str | None = None,
    case: str = "",
    canonical: str = CANONICAL,
) -> Imported:
    """Return what a Bundle, or a single resource such as a QuestionnaireResponse, says of a patient.

    Args:
        resource: As `read_resource` gives it.
        at: The moment, with a time zone: for the age, and to tell what is still to come.
        patient: Whom the records have to be about, such as `Patient/1`; None where they say it themselves.
        case: A label that is printed as the identifier.
        canonical: Where our own code systems live.

    >>> from datetime import UTC
    >>> from spineworkup import load_pathway
    >>> patient = {"resourceType": "Patient", "id": "1", "birthDate": "1959-05-17"}
    >>> bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    >>> imported = from_bundle(bundle, load_pathway("metastatic_spine"), at=datetime(2026, 11, 20, 12, tzinfo=UTC))
    >>> imported.chart.facts, imported.report.count("used")
    ({'age_years': Decimal('67')}, 1)

    Raises:
        FhirError: The records are about two patients, were merged into another record, or can't be read at all.
        TimeError: `at` has no time zone.
    """
    return from_resources([to_source("", resource)], pathway, at=at, patient=patient, case=case, canonical=canonical)


def from_resources(
    sources: Sequence[Source],
    pathway: Pathway,
    *,
    at: datetime,
    patient: str | None = None,
    case: str = "",
    canonical: str = CANONICAL,
) -> Imported:
    """Return what the records say that several queries gave; see `from_bundle` for the rest.

    Args:
        sources: The queries, each with how far it was answered and what it gave.
    """
    aware(at)
    entries = tuple(entries_of(sources))
    for entry in entries:
        if entry.type == "Patient":
            refuse_merged(entry.resource)
    of = whose(entries, patient)
    words = vocabulary(pathway, canonical)
    # A questionnaire that comes alone is about whom it was asked for: its form may leave that out.
    strangers = of.strangers if [entry.type for entry in entries] != ["QuestionnaireResponse"] else frozenset()
    said = [_said(entry, number in strangers, words, at) for number, entry in enumerate(entries)]
    heard = _of_this_workup([Heard(one, entry.source, entry.type) for one, entry in zip(said, entries, strict=True)])
    lines = tuple([_line(entry, one.said) for entry, one in zip(entries, heard, strict=True)])
    chart, conflicting, notices = chart_of(heard, sources, pathway, case)
    notices += [notice for one in heard for notice in one.said.notices]
    notices += [*summary_notices(lines, [one.said for one in heard]), *source_notices(sources)]
    return Imported(chart, of.reference, Report(lines, conflicting, sorted_notices(notices)))


def assess_imported(imported: Imported, pathway: Pathway, *, at: datetime) -> Checklist:
    """Return the checklist of imported records, with what there is to say about the import among its notices."""
    checklist = assess(pathway, imported.chart, at=at)
    return checklist.with_notices(last=imported.report.notices)


def _line(entry: Entry, said: Said) -> ReportLine:
    why = f"{said.why}; what it contains is not read" if entry.resource.has("contained") else said.why
    type_ = entry.type if entry.type in READERS else "other"
    return ReportLine(entry.resource.place, type_, said.outcome, why, said.about)


def _said(entry: Entry, is_stranger: bool, words: Vocabulary, at: datetime) -> Said:
    reader = READERS.get(entry.type)
    if reader is None:
        return Said("ignored", why_unusable(entry.resource) or NOT_READ)
    if is_stranger:
        return Said("ignored", why_unusable(entry.resource) or NOT_THE_PATIENT)
    said = reader(entry.resource, words, at)
    # Most of a record means nothing here. Of what isn't used it needn't be known why it couldn't be.
    unusable = why_unusable(entry.resource) if said.outcome != "unmapped" else ""
    return Said("ignored", unusable) if unusable else judged(said, at)


def _of_this_workup(heard: Sequence[Heard]) -> list[Heard]:
    """Return what the records say, without what happened to steps in a workup before this one."""
    suspicion = clocks_of(heard).get("suspicion")
    return [Heard(_without_other_workups(one.said, suspicion), one.source, one.type) for one in heard]


def _without_other_workups(all_of_it: Said, suspicion: datetime | None) -> Said:
    said = without_earlier_illness(all_of_it, suspicion)
    why = why_of_another_workup(said, suspicion) if said.events else ""
    if not why:
        return said
    is_left = bool(said.statements)
    return evolve(said, events=(), outcome=said.outcome if is_left else "ignored", why=said.why if is_left else why)
