"""From the events of a workup to a chart: what was known at a moment, with corrections and withdrawals applied.

Which of several records of one finding counts is said in decision 22; in a record of one workup somebody may also say
that the patient has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from attrs import field, frozen

from spineworkup.charts import (
    CLOCK_SKEW,
    Chart,
    Entry,
    Known,
    Observation,
    SignOff,
    StepEvent,
    Unknown,
    WhyUnknown,
    evolve_entries,
)
from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Kind
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
from spineworkup.workups.sides import lasting


@frozen
class Seen:
    """One observation as it counts now.

    Args:
        when: When it was seen.
        changed: What was seen before it holds no more.
    """

    value: Written = field(repr=False)
    when: datetime
    changed: bool
    origin: str


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
    seen = observations(known)
    steps = _steps(known.values())
    missing = _not_available(known.values())
    signed = [SignOff(event.rule, event.by, event.at) for event in known.values() if isinstance(event, Overridden)]
    chart = Chart(
        pathway.findings,
        clocks=_clocks(known.values()),
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
    for event in reversed([*entered.values()]):
        # From the last to the first: a withdrawal may have been withdrawn itself.
        if isinstance(event, Withdrawn) and event.id in entered:
            entered.pop(event.event, None)
    return entered


def entered_by(events: Sequence[Event], at: datetime) -> Sequence[Event]:
    """Return the events that had been entered by a moment.

    At the end of a record that is all: the clock of whoever enters may run a little ahead, and what was just entered is
    not to be missed.
    """
    if max((event.at for event in events), default=at) <= at + CLOCK_SKEW:
        return events
    return [event for event in events if event.at <= at]


def observations(known: Mapping[str, Event]) -> dict[str, list[Seen]]:
    """Return what was seen of each finding, as corrected, in the order in which it was seen."""
    recorded: dict[str, FindingRecorded] = {}
    now: dict[str, Seen] = {}
    for id_, event in known.items():
        match event:
            case FindingRecorded():
                recorded[id_] = event
                now[id_] = Seen(event.value, event.when or event.at, event.changed, event.origin)
            case FindingCorrected() if event.event in recorded:
                before = now[event.event]
                now[event.event] = Seen(event.value, event.when or before.when, before.changed, event.origin)
            case _:
                pass
    found: dict[str, list[Seen]] = {}
    for id_, seen in now.items():
        found.setdefault(recorded[id_].finding, []).append(seen)
    return {finding: sorted(listed, key=_when) for finding, listed in found.items()}


def _when(seen: Seen) -> datetime:
    return seen.when


def _steps(known: Iterable[Event]) -> dict[str, StepEvent]:
    """Return what happened last to each step; of what happened at one moment, what was entered last."""
    steps: dict[str, StepEvent] = {}
    for event in known:
        if isinstance(event, StepRecorded):
            happened = StepEvent(event.state, event.when or event.at, event.by, event.reason)
            if event.step not in steps or happened.at >= steps[event.step].at:
                steps[event.step] = happened
    return steps


def _clocks(known: Iterable[Event]) -> dict[str, datetime]:
    """Return when each clock started: the earliest that was said, which no later word puts off."""
    clocks: dict[str, datetime] = {}
    for event in known:
        if isinstance(event, ClockStarted):
            started = event.when or event.at
            clocks[event.clock] = min(started, clocks.get(event.clock, started))
    return clocks


def _not_available(known: Iterable[Event]) -> list[str]:
    available = {event.step: event.available for event in known if isinstance(event, AvailabilityChanged)}
    return [step for step, is_available in available.items() if not is_available]


def _entries(
    seen: Mapping[str, list[Seen]], pathway: Pathway
) -> tuple[dict[str, Entry], list[str]]:
    """Return what is known of each finding, and which findings have values that these rules can't read."""
    entries: dict[str, Entry] = {}
    unreadable = []
    for id_, listed in seen.items():
        if (finding := pathway.findings.get(id_)) is not None:
            try:
                entries[id_] = _entry(finding, counting(finding, listed))
            except ChartError:
                unreadable.append(id_)
                entries[id_] = Unknown(WhyUnknown.UNMAPPED_CODE)
    # Since when a measurement lies where it lies hangs on others too, from which something is worked out with it.
    measured = {
        id_: lasting(entry, _before(pathway.findings[id_], seen[id_]), entries, pathway.findings[id_], pathway)
        for id_, entry in entries.items()
        if isinstance(entry, Known) and len(seen[id_]) > 1 and is_measured(pathway.findings[id_])
    }
    return {**entries, **measured}, unreadable


def counting(finding: Finding, listed: Sequence[Seen]) -> Sequence[Seen]:
    """Return those of the observations of a finding, in the order in which they were seen, that say how it is now."""
    held = holding(listed)
    if is_measured(finding):
        return [seen for seen in held if seen.when == held[-1].when]
    if finding.red_flag and finding.kind is Kind.BOOLEAN:
        return _with_deficit_last(finding, held)
    return held


def holding(listed: Sequence[Seen]) -> Sequence[Seen]:
    """Return the observations since the patient was last said to have changed."""
    starts = [place for place, seen in enumerate(listed) if seen.changed]
    return listed[starts[-1] :] if starts else listed


def is_measured(finding: Finding) -> bool:
    """Return whether the newest value of a finding is the one that counts."""
    return finding.kind in (Kind.QUANTITY, Kind.NUMBER) and not finding.red_flag


def _with_deficit_last(finding: Finding, held: Sequence[Seen]) -> Sequence[Seen]:
    """Leave out where a deficit was absent before it was present; what was absent after it is a conflict."""
    present = [finding.value_of(seen.value)[0] is True for seen in held]
    if not any(present):
        return held
    last = max(seen.when for seen, is_present in zip(held, present, strict=True) if is_present)
    return [seen for seen, is_present in zip(held, present, strict=True) if is_present or seen.when >= last]


def _entry(finding: Finding, counted: Sequence[Seen]) -> Entry:
    values = [Observation(seen.value, seen.when, seen.origin) for seen in counted]
    return Chart({finding.id: finding}, {finding.id: values}).entry(finding.id)


def _before(finding: Finding, listed: Sequence[Seen]) -> Iterator[Known]:
    """Yield the measurements before the last one, from the last to the first, until one that can't be used."""
    runs = [[*together] for _, together in groupby(reversed(holding(listed)), key=_when)]
    for together in runs[1:]:
        entry = _entry(finding, together)
        if not isinstance(entry, Known):
            return
        yield entry
