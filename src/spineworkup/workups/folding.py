"""From the events of a workup to a chart: what was known at a moment, with corrections and withdrawals applied.

Which of several records of one finding counts is said in decision 22; in a record of one workup somebody may also say
that the patient has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from attrs import evolve, frozen

from spineworkup.charts import Chart, SignOff, StepEvent, evolve_entries
from spineworkup.entries import Entry, Known, Observation, Unknown, WhyUnknown
from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Kind
from spineworkup.moments import CLOCK_SKEW
from spineworkup.pathways import Pathway
from spineworkup.workups.events import (
    AvailabilityChanged,
    ClockStarted,
    Event,
    FindingCorrected,
    FindingRecorded,
    Overridden,
    StepRecorded,
    Withdrawn,
    Written,
)
from spineworkup.workups.sides import is_compared, is_measured, lasting


@frozen
class Folded:
    """What a record says at a moment.

    Args:
        foreign: The findings, steps and rules that were recorded but that these rules don't have.
        unreadable: The findings whose recorded value these rules can't read.
    """

    chart: Chart
    foreign: tuple[str, ...]
    unreadable: tuple[str, ...]


def fold(events: Sequence[Event], pathway: Pathway, at: datetime, case: str) -> Folded:
    """Return the chart of what had been entered by a moment."""
    known = live(events, at)
    by_kind: dict[type, list[Any]] = {}
    for event in known.values():
        by_kind.setdefault(type(event), []).append(event)
    seen = observations(by_kind.get(FindingRecorded, ()), by_kind.get(FindingCorrected, ()))
    steps = _steps(by_kind.get(StepRecorded, ()))
    missing = _not_available(by_kind.get(AvailabilityChanged, ()))
    signed = [SignOff(event.rule, event.by, event.at) for event in by_kind.get(Overridden, ())]
    chart = Chart(
        pathway.findings,
        clocks=_clocks(by_kind.get(ClockStarted, ())),
        steps={id_: event for id_, event in steps.items() if id_ in pathway.steps},
        not_available=[id_ for id_ in missing if id_ in pathway.steps],
        sign_offs=[sign for sign in signed if sign.rule in pathway.rules],
        case=case,
    )
    entries, unreadable = _entries(seen, pathway)
    foreign = {
        *(f"finding {id_}" for id_ in seen if id_ not in pathway.findings),
        *(f"step {id_}" for id_ in (*steps, *missing) if id_ not in pathway.steps),
        *(f"rule {sign.rule}" for sign in signed if sign.rule not in pathway.rules),
    }
    return Folded(evolve_entries(chart, entries), tuple(sorted(foreign)), tuple(unreadable))


def live(events: Sequence[Event], at: datetime) -> dict[str, Event]:
    """Return the events that had been entered by a moment and weren't withdrawn by then, by their ids."""
    entered = {event.id: event for event in entered_by(events, at)}
    # From the last to the first: a withdrawal may have been withdrawn itself.
    for event in reversed([event for event in entered.values() if type(event) is Withdrawn]):
        if event.id in entered:
            entered.pop(event.event, None)
    return entered


def entered_by(events: Sequence[Event], at: datetime) -> Sequence[Event]:
    """Return the events that had been entered by a moment.

    At the end of a record that is all: the clock of whoever enters may run a little ahead, and what was just entered is
    not to be missed.
    """
    if max([event.at for event in events], default=at) <= at + CLOCK_SKEW:
        return events
    return [event for event in events if event.at <= at]


def observations(
    recorded: Iterable[FindingRecorded], corrections: Iterable[FindingCorrected]
) -> dict[str, list[FindingRecorded]]:
    """Return what was seen of each finding, as corrected, in the order in which it was seen."""
    corrected = {event.event: event for event in corrections}
    found: dict[str, list[FindingRecorded]] = {}
    for event in recorded:
        right = corrected.get(event.id) if corrected else None
        found.setdefault(event.finding, []).append(event if right is None else _as_corrected(event, right))
    return {finding: sorted(listed, key=_MOMENT) for finding, listed in found.items()}


_MOMENT = attrgetter("moment")


def _as_corrected(event: FindingRecorded, right: FindingCorrected) -> FindingRecorded:
    return evolve(event, value=right.value, when=right.when or event.when, origin=right.origin)


def _steps(recorded: Iterable[StepRecorded]) -> dict[str, StepEvent]:
    """Return what happened last to each step; of what happened at one moment, what was entered last."""
    steps: dict[str, StepEvent] = {}
    for event in recorded:
        happened = StepEvent(event.state, event.moment, event.by, event.reason)
        if event.step not in steps or happened.at >= steps[event.step].at:
            steps[event.step] = happened
    return steps


def _clocks(started: Iterable[ClockStarted]) -> dict[str, datetime]:
    """Return when each clock started: the earliest that was said, which no later word puts off."""
    clocks: dict[str, datetime] = {}
    for event in started:
        clocks[event.clock] = min(event.moment, clocks.get(event.clock, event.moment))
    return clocks


def _not_available(changed: Iterable[AvailabilityChanged]) -> list[str]:
    available = {event.step: event.available for event in changed}
    return [step for step, is_available in available.items() if not is_available]


def _entries(
    seen: Mapping[str, list[FindingRecorded]], pathway: Pathway
) -> tuple[dict[str, Entry], list[str]]:
    """Return what is known of each finding, and which findings have values that these rules can't read."""
    known = {id_: listed for id_, listed in seen.items() if id_ in pathway.findings}
    entries, unreadable = _read(known, pathway)
    # Since when a measurement lies where it lies hangs on others too, with which something is worked out.
    measured = {
        id_: lasting(entry, _before(seen[id_]), entries, pathway.findings[id_], pathway)
        for id_, entry in entries.items()
        if isinstance(entry, Known) and len(seen[id_]) > 1 and is_compared(pathway.findings[id_], pathway)
    }
    return {**entries, **measured}, unreadable


def _read(seen: Mapping[str, list[FindingRecorded]], pathway: Pathway) -> tuple[dict[str, Entry], list[str]]:
    findings = pathway.findings
    try:
        values = {id_: _observed(counting(findings[id_], listed)) for id_, listed in seen.items()}
        return {**Chart(findings, values).entries}, []
    except ChartError:
        if len(seen) == 1:
            return {id_: Unknown(WhyUnknown.UNMAPPED_CODE) for id_ in seen}, [*seen]
    # One of them can't be read: then each by itself.
    apart = [_read({id_: listed}, pathway) for id_, listed in seen.items()]
    entries = {id_: entry for found, _ in apart for id_, entry in found.items()}
    return entries, [id_ for _, listed in apart for id_ in listed]


def counting(finding: Finding, listed: Sequence[FindingRecorded]) -> Sequence[FindingRecorded]:
    """Return those of the observations of a finding, in the order in which they were seen, that say how it is now.

    Raises:
        ChartError: The finding can't have such a value.
    """
    held = holding(listed)
    if is_measured(finding):
        return [seen for seen in held if seen.moment == held[-1].moment]
    if finding.red_flag and finding.kind is Kind.BOOLEAN:
        return _with_deficit_last(finding, held)
    return held


def holding(listed: Sequence[FindingRecorded]) -> Sequence[FindingRecorded]:
    """Return the observations since the patient was last said to have changed."""
    starts = [place for place, seen in enumerate(listed) if seen.changed]
    return listed[starts[-1] :] if starts else listed


def _with_deficit_last(finding: Finding, held: Sequence[FindingRecorded]) -> Sequence[FindingRecorded]:
    """Leave out where a deficit was absent before it was present; what was absent after it is a conflict."""
    deficit = {value: finding.value_of(value)[0] is True for value in {seen.value for seen in held}}
    if not any(deficit.values()):
        return held
    last = next(seen.moment for seen in reversed(held) if deficit[seen.value])
    return [seen for seen in held if deficit[seen.value] or seen.moment >= last]


def _observed(counted: Sequence[FindingRecorded]) -> Observation | list[Observation]:
    """Return observations as a chart takes them: of those that say the same the first and the last."""
    if len(counted) == 1:
        return _observation(counted[0])
    first: dict[tuple[Written, str], FindingRecorded] = {}
    last: dict[tuple[Written, str], FindingRecorded] = {}
    for seen in counted:
        said = seen.value, seen.origin
        first.setdefault(said, seen)
        last[said] = seen
    both = [*first.values(), *(seen for said, seen in last.items() if seen is not first[said])]
    return [_observation(seen) for seen in both]


def _observation(seen: FindingRecorded) -> Observation:
    return Observation(seen.value, seen.moment, seen.origin)


def _before(listed: Sequence[FindingRecorded]) -> Iterator[tuple[Written, datetime]]:
    """Yield the measurements before the last one, from the last to the first, until two of one moment that differ."""
    # The first run is the last measurement itself.
    for moment, together in islice(groupby(reversed(holding(listed)), key=_MOMENT), 1, None):
        first = next(together).value
        if any(seen.value != first for seen in together):
            return
        yield first, moment
