"""An event in words, as a timeline says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from spineworkup.errors import ChartError
from spineworkup.pathways import Pathway
from spineworkup.workups.events import (
    AvailabilityChanged,
    ClockStarted,
    Event,
    FindingCorrected,
    FindingRecorded,
    Noted,
    Overridden,
    RulesAdopted,
    Shown,
    StepRecorded,
    Withdrawn,
    Written,
)


def event_words(event: Event, pathway: Pathway, by_id: Mapping[str, Event]) -> str:
    """Return what happened, in words.

    Args:
        by_id: The events of the workup, for what speaks of another event.
    """
    match event:
        case RulesAdopted():
            return f"Goes by the rules {'+'.join((event.package, *event.overlays))} {event.version} ({event.hash[:19]})"
        case FindingRecorded():
            return f"{_finding(event.finding, event.value, pathway)}{', which is a change' if event.changed else ''}"
        case FindingCorrected():
            wrong = by_id[event.event]
            assert isinstance(wrong, FindingRecorded)
            was, now = (_finding(wrong.finding, value, pathway) for value in (wrong.value, event.value))
            return f"Corrected: {now} (was {was}; {event.reason})"
        case Withdrawn():
            return f"Withdrawn: {event_words(by_id[event.event], pathway, by_id)} ({event.reason})"
        case ClockStarted():
            return f"The clock {event.clock.replace('_', ' ')} started"
        case StepRecorded():
            return f"{_step(event.step, pathway)}: {event.state.replace('_', ' ')}{_because(event.reason)}"
        case AvailabilityChanged():
            words = "can be done here again" if event.available else "can't be done here now"
            return f"{_step(event.step, pathway)} {words}{_because(event.reason)}"
        case Overridden():
            return f"Overridden by the {event.by}: {_rule(event.rule, pathway)}{_because(event.reason)}"
        case Noted():
            return f"Note: {event.text}"
        case Shown():
            return "A checklist was printed or handed over"
        case _:
            assert_never(event)


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _finding(id_: str, value: Written, pathway: Pathway) -> str:
    """Return a finding and its value as it is printed; as it was written where these rules don't know it."""
    finding = pathway.findings.get(id_)
    if finding is None:
        return f"{id_}: {value}"
    try:
        read, reported = finding.value_of(value)
    except ChartError:
        return f"{finding.label}: {value}"
    if reported is not None:
        return f"{finding.label}: {reported.value:f} {reported.unit}"
    return f"{finding.label}: {'unknown' if read is None else finding.show(read)}"


def _step(id_: str, pathway: Pathway) -> str:
    return pathway.steps[id_].label if id_ in pathway.steps else id_


def _rule(id_: str, pathway: Pathway) -> str:
    return pathway.rules[id_].says if id_ in pathway.rules else id_
