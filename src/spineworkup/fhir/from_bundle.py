"""Records of one patient, in FHIR R4, become a chart and a report of what became of each of them.

Every record is used, ignored for a reason that is given, or unmapped; none is dropped silently and nothing is invented.
What each kind and status of record becomes stands in `docs/fhir-in.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart, Known, Unknown, WhyUnknown, aware, evolve_entries
from spineworkup.checklists import Checklist
from spineworkup.fhir.diagnoses import read_allergy, read_condition
from spineworkup.fhir.fetched import Entry, Source, SourceState, entries_of, to_source
from spineworkup.fhir.import_notices import sorted_notices, source_notices, summary_notices
from spineworkup.fhir.observations import read_observation
from spineworkup.fhir.patients import read_patient, refuse_merged
from spineworkup.fhir.references import Whose, whose
from spineworkup.fhir.report import Report, ReportLine
from spineworkup.fhir.statements import Said, Statement, not_in_future, settled
from spineworkup.fhir.systems import CANONICAL
from spineworkup.fhir.unusable import why_unusable
from spineworkup.fhir.vocabulary import Vocabulary, vocabulary
from spineworkup.pathways import Pathway

Reader = Callable[[Any, Vocabulary, datetime], Said]
READERS: Mapping[str, Reader] = {
    "Patient": read_patient,
    "Observation": read_observation,
    "Condition": read_condition,
    "AllergyIntolerance": read_allergy,
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
    said = [(entry, _said(entry, of, words, at, is_alone=len(entries) == 1)) for entry in entries]
    chart = _chart(said, sources, pathway, at, case)
    lines = tuple([ReportLine(e.resource.place, _type(e), s.outcome, s.why, s.about) for e, s in said])
    notices = [notice for _, one in said for notice in one.notices]
    notices += [*summary_notices(lines), *source_notices(sources)]
    return Imported(chart, of.reference, Report(lines, _conflicting(chart), sorted_notices(notices)))


def assess_imported(imported: Imported, pathway: Pathway, *, at: datetime) -> Checklist:
    """Return the checklist of imported records, with what there is to say about the import among its notices."""
    checklist = assess(pathway, imported.chart, at=at)
    return evolve(checklist, notices=(*checklist.notices, *imported.report.notices))


def _type(entry: Entry) -> str:
    return entry.type if entry.type in READERS else "other"


def _said(entry: Entry, of: Whose, words: Vocabulary, at: datetime, *, is_alone: bool) -> Said:
    if entry.type not in READERS:
        return Said("ignored", NOT_READ)
    is_answers = is_alone and entry.type == "QuestionnaireResponse"
    why = why_unusable(entry.resource) or of.trouble(entry, is_alone=is_answers)
    return Said("ignored", why) if why else READERS[entry.type](entry.resource, words, at)


Heard = Sequence[tuple[Entry, Said]]


def _chart(said: Heard, sources: Sequence[Source], pathway: Pathway, at: datetime, case: str) -> Chart:
    statements: dict[str, list[tuple[Statement, Source]]] = {}
    for entry, one in said:
        for statement in one.statements:
            named = evolve(not_in_future(statement, at), source=_named(entry))
            statements.setdefault(statement.finding.id, []).append((named, entry.source))
    values = {id_: settled([statement for statement, _ in found]) for id_, found in sorted(statements.items())}
    plain = {id_: value for id_, value in values.items() if not isinstance(value, Known)}
    chart = Chart(pathway.findings, plain, case=case)
    chart = evolve_entries(chart, {**chart.entries, **{i: v for i, v in values.items() if isinstance(v, Known)}})
    unread = {id_ for id_, found in statements.items() if any(s.state is SourceState.INCOMPLETE for _, s in found)}
    return _without_unread(chart, unread, sources)


def _named(entry: Entry) -> str:
    return f"{entry.source.name}: {entry.type}" if entry.source.name else entry.type


def _without_unread(chart: Chart, unread: Iterable[str], sources: Sequence[Source]) -> Chart:
    """Return the chart without what might read otherwise on a page that nobody read, or in records that nobody fetched."""
    entries = dict(chart.entries)
    cut = {*unread, *_could_give(chart, sources, SourceState.INCOMPLETE)}
    for id_ in cut:
        known = entries.get(id_)
        is_present = isinstance(known, Known) and known.value is True and chart.findings[id_].red_flag
        is_open = known is None or isinstance(known, Known) or known.reason is WhyUnknown.NOT_RECORDED
        if is_open and not is_present:
            entries[id_] = Unknown(WhyUnknown.INCOMPLETE)
    missing = _could_give(chart, sources, SourceState.NOT_FETCHED) | _could_give(chart, sources, SourceState.FAILED)
    for id_ in missing - cut:
        entry = entries.get(id_)
        if entry is None or (isinstance(entry, Unknown) and entry.reason is WhyUnknown.NOT_RECORDED):
            entries[id_] = Unknown(WhyUnknown.NOT_FETCHED)
    return evolve_entries(chart, dict(sorted(entries.items())))


def _could_give(chart: Chart, sources: Sequence[Source], state: SourceState) -> set[str]:
    return {id_ for source in sources if source.state is state for id_ in source.findings if id_ in chart.findings}


def _conflicting(chart: Chart) -> tuple[str, ...]:
    entries = chart.entries.items()
    return tuple([i for i, e in entries if isinstance(e, Unknown) and e.reason is WhyUnknown.CONFLICT])
