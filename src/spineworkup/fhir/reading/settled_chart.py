"""All that the records say, settled into one chart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from attrs import evolve, frozen

from spineworkup.charts import Chart, StepEvent, evolve_entries
from spineworkup.checklists import Notice
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.fhir.fetched import Source, SourceState
from spineworkup.fhir.reading.statements import Event, Said, Statement, diagnosis_not_counted, settled
from spineworkup.pathways import Pathway

# Of events that can't be put into order the one that leaves most to do counts.
_LEAST_DONE = ("inadequate", "cancelled", "requested", "scheduled", "performed", "reported", "declined", "acted_on")
BEFORE = "it was before this suspicion arose"
NO_CLOCK = "nobody can say whether it belongs to this workup: when the suspicion arose isn't known"


@frozen
class Heard:
    """What one resource says, and where it came from.

    Args:
        type: Of the resource.
    """

    said: Said
    source: Source
    type: str = ""

    @property
    def name(self) -> str:
        """What stands in a chart as the origin of a value: the query and the kind of record, never its place."""
        return f"{self.source.name}: {self.type}" if self.source.name else self.type


def clocks_of(heard: Iterable[Heard]) -> dict[str, datetime]:
    """Return when the clocks started: where records disagree, the earliest, which puts nothing off."""
    found: dict[str, datetime] = {}
    for one in heard:
        for clock, moment in one.said.clocks:
            found[clock] = min(found.get(clock, moment), moment)
    return found


def why_of_another_workup(said: Said, suspicion: datetime | None) -> str:
    """Return why what a record says of steps doesn't belong to this workup; empty where it does.

    What is still open is part of it in any case; what is past is only where it came after the suspicion.
    """
    others = [event for event in said.events if not event.is_own]
    if suspicion is not None:
        return BEFORE if any(event.when.latest < suspicion for event in others) else ""
    return NO_CLOCK if any(event.state not in ("requested", "scheduled") for event in others) else ""


def without_earlier_illness(said: Said, suspicion: datetime | None) -> Said:
    """Return what a record says, without what an illness left absent that didn't surely end in this workup.

    It still ends what was recorded before it, and says nothing of now: whoever had a weakness in 2015 may have one again.
    """
    earlier = [one for one in said.statements if one.resolves and not _ended_since(one, suspicion)]
    if not earlier:
        return said
    left = [evolve(one, value=Unknown(WhyUnknown.NOT_RECORDED)) if one in earlier else one for one in said.statements]
    notices = (*said.notices, *(diagnosis_not_counted(one.finding) for one in earlier))
    return evolve(said, statements=tuple(left), notices=notices)


def _ended_since(statement: Statement, suspicion: datetime | None) -> bool:
    return suspicion is not None and statement.when is not None and statement.when.earliest >= suspicion


def chart_of(
    heard: Sequence[Heard], sources: Sequence[Source], pathway: Pathway, case: str
) -> tuple[Chart, tuple[str, ...], list[Notice]]:
    """Return the chart, what the records contradict each other in, and what there is to say about that."""
    entries = _entries(heard, pathway)
    steps, conflicting = _steps(heard, pathway)
    chart = Chart(
        pathway.findings,
        {id_: entry for id_, entry in entries.items() if not isinstance(entry, Known)},
        clocks=clocks_of(heard),
        steps=steps,
        not_available=sorted({step for one in heard for step in one.said.not_available}),
        case=case,
    )
    ranges = {id_: entry for id_, entry in entries.items() if isinstance(entry, Known)}
    chart = evolve_entries(chart, _as_far_as_read({**chart.entries, **ranges}, heard, sources, pathway))
    in_conflict = [i for i, e in chart.entries.items() if isinstance(e, Unknown) and e.reason is WhyUnknown.CONFLICT]
    notices = [*_step_notices(conflicting, pathway), *_clock_notices(heard)]
    return chart, (*sorted(in_conflict), *conflicting), notices


def _entries(heard: Iterable[Heard], pathway: Pathway) -> dict[str, object]:
    statements: dict[str, list[Statement]] = {}
    for one in heard:
        name = one.name
        for statement in one.said.statements:
            statements.setdefault(statement.finding.id, []).append(statement.of(name))
    return {id_: settled(found) for id_, found in sorted(statements.items())}


def _as_far_as_read(
    entries: dict[str, Known | Unknown], heard: Iterable[Heard], sources: Sequence[Source], pathway: Pathway
) -> dict[str, Known | Unknown]:
    """Return the entries without what might read otherwise on a page, or in records, that nobody read.

    A red flag that is present stays so: nothing but a recorded end takes it away.
    """
    cut = {s.finding.id for one in heard if one.source.state is SourceState.INCOMPLETE for s in one.said.statements}
    cut |= _could_give(sources, pathway, SourceState.INCOMPLETE)
    missing = _could_give(sources, pathway, SourceState.NOT_FETCHED, SourceState.FAILED)
    found = dict(entries)
    for id_ in cut | missing:
        entry = entries.get(id_)
        is_flag = isinstance(entry, Known) and entry.value is True and pathway.findings[id_].red_flag
        is_open = entry is None or (isinstance(entry, Unknown) and entry.reason is WhyUnknown.NOT_RECORDED)
        if id_ in cut and (is_open or isinstance(entry, Known)) and not is_flag:
            found[id_] = Unknown(WhyUnknown.INCOMPLETE)
        elif is_open:
            found[id_] = Unknown(WhyUnknown.NOT_FETCHED)
    return dict(sorted(found.items()))


def _could_give(sources: Iterable[Source], pathway: Pathway, *states: SourceState) -> set[str]:
    return {id_ for one in sources if one.state in states for id_ in one.findings if id_ in pathway.findings}


def _steps(heard: Iterable[Heard], pathway: Pathway) -> tuple[dict[str, StepEvent], tuple[str, ...]]:
    """Return the last event of each step, and the steps whose events can't be put into order."""
    events: dict[str, list[Event]] = {}
    for one in heard:
        is_cut = one.source.state is SourceState.INCOMPLETE
        for event in one.said.events:
            # On the page that nobody read something later may stand: nothing is finished by what was read.
            if not (is_cut and _finishes(event, pathway)):
                events.setdefault(event.step, []).append(event)
    last = {step: _last(found) for step, found in sorted(events.items())}
    conflicting = tuple([step for step, found in last.items() if len({event.state for event in found}) > 1])
    return {step: _as_event(min(found, key=_least_done)) for step, found in last.items()}, conflicting


def _finishes(event: Event, pathway: Pathway) -> bool:
    enough = ("acted_on", "declined") if pathway.steps[event.step].produces else ("acted_on", "declined", "performed", "reported")
    return event.state in enough


def _last(events: Sequence[Event]) -> list[Event]:
    return [one for one in events if not any(other.when.is_after(one.when) for other in events)]


def _least_done(event: Event) -> tuple[int, datetime, str, str]:
    return _LEAST_DONE.index(event.state), event.when.earliest, event.by, event.reason


def _as_event(event: Event) -> StepEvent:
    return StepEvent(event.state, event.when.earliest, event.by, event.reason)


def _step_notices(conflicting: Collection[str], pathway: Pathway) -> Iterator[Notice]:
    for step in conflicting:
        label = pathway.steps[step].label
        yield Notice("event_conflict", f"{label}: records disagree about what has happened; the one that leaves most to do is used")


def _clock_notices(heard: Iterable[Heard]) -> Iterator[Notice]:
    told: dict[str, set[datetime]] = {}
    for one in heard:
        for clock, moment in one.said.clocks:
            told.setdefault(clock, set()).add(moment)
    for clock, moments in sorted(told.items()):
        if len(moments) > 1:
            yield Notice("clock_conflict", f"The clock {clock} was recorded with several times; the earliest is used")
