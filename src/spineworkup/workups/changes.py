"""What is otherwise on one checklist than on an earlier one, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.notebooks import fragment, minute
from spineworkup.readings import CLOSED
from spineworkup.urgency import Urgency
from spineworkup.workups.events import (
    AvailabilityChanged,
    ClockStarted,
    Event,
    FindingCorrected,
    FindingRecorded,
    Overridden,
    RulesAdopted,
    StepRecorded,
    Withdrawn,
)
from spineworkup.workups.folding import entered_by
from spineworkup.workups.standings import NOT_INDICATED, Standing, standing_of


@frozen
class Change:
    """A step that stands otherwise than before.

    Args:
        step: Its id.
        label: What it is called.
        was: How it stood.
        now: How it stands.
        because: The events since then that have to do with it; none where only time has passed, or the rules changed.
    """

    step: str
    label: str
    was: Standing
    now: Standing
    because: tuple[Event, ...]

    @property
    def is_more_urgent(self) -> bool:
        """Whether it surely has to be done sooner than was sure before; what is finished hasn't to."""
        was, now = self.was.urgency.lowest, self.now.urgency.lowest
        sooner = now > was or (now is was and _sooner(self.now.due, self.was.due))
        return sooner and self.now.status not in CLOSED


@frozen
class Changes:
    """What is otherwise, the most urgent first.

    Args:
        since: The moment of the earlier checklist.
        at: The moment of the later one.
        events: What was entered in between.
        rules_changed: Other rules were adopted in between.
        record: All events of the workup by their names, for what speaks of another one.
    """

    since: datetime
    at: datetime
    steps: tuple[Change, ...]
    events: tuple[Event, ...]
    rules_changed: bool
    record: Mapping[str, Event] = field(repr=False, eq=False)

    def __repr__(self) -> str:
        urgent = sum(change.is_more_urgent for change in self.steps)
        span = f"{minute(self.since)} to {minute(self.at)}"
        return f"<Changes {span}: {len(self.steps)} steps, {urgent} more urgent; {len(self.events)} events>"

    def _repr_html_(self) -> str:
        heading = f"Changed from {minute(self.since)} to {minute(self.at)}"
        lines = (f"{change.label}: was {_words(change.was)}; now {_words(change.now)}" for change in self.steps)
        return fragment(heading, {"Steps that stand otherwise": lines})

    def __bool__(self) -> bool:
        return bool(self.steps)


def changes_between(
    before: Mapping[str, Standing], after: Checklist, *, since: datetime, events: Sequence[Event],
    known: Sequence[Event] | None = None,
) -> Changes:  # fmt: skip
    """Return what is otherwise on a checklist than it stood before.

    Args:
        before: Step id to how it stood; what is left out was not indicated.
        since: The moment of the earlier checklist.
        events: Of the workup.
        known: What the record held when the earlier checklist was made; all events, where nothing is said.
    """
    by_id = {event.id: event for event in events}
    earlier = {event.id for event in entered_by(events if known is None else known, since)}
    entered = tuple(event for event in entered_by(events, after.at) if event.id not in earlier)
    changed = [
        Change(item.step.id, item.step.label, was, now, tuple(_because(item, entered, by_id)))
        for item in after.items
        if (was := before.get(item.step.id, NOT_INDICATED)) != (now := standing_of(item))
    ]
    rules_changed = any(isinstance(event, RulesAdopted) for event in entered)
    return Changes(since, after.at, tuple(sorted(changed, key=_urgent_first)), entered, rules_changed, by_id)


def _words(standing: Standing) -> str:
    due = "" if standing.due is None else f", by {minute(standing.due)}"
    return f"{standing.status.words}, {standing.urgency.words.removeprefix(f'{Urgency.NONE.words}; ')}{due}"


def _urgent_first(change: Change) -> tuple[bool, int, float]:
    now = change.now
    return now.status in CLOSED, -now.urgency.lowest.rank, float("inf") if now.due is None else now.due.timestamp()


def _sooner(now: datetime | None, was: datetime | None) -> bool:
    return now is not None and (was is None or now < was)


def _because(item: ChecklistItem, entered: Iterable[Event], by_id: Mapping[str, Event]) -> Iterator[Event]:
    """Yield the events that speak of the step itself, or of what its rules read."""
    about = {("step", item.step.id), *(("step", p.step) for p in item.step.prerequisites)}
    about |= {("finding", id_) for id_ in item.step.findings} | {("rule", rule.id) for rule in item.step.rules}
    about |= {("clock", rule.start) for rule in item.step.rules}
    for event in entered:
        if subject_of(event, by_id) in about:
            yield event


def subject_of(event: Event, by_id: Mapping[str, Event]) -> tuple[str, str]:
    """Return what an event speaks of, such as `("finding", "limb_weakness")`.

    Args:
        by_id: The events of the workup, for a correction or a withdrawal, which speak of what another one speaks of.
    """
    match event:
        case FindingRecorded():
            return "finding", event.finding
        case FindingCorrected() | Withdrawn():
            other = by_id.get(event.event)
            return ("event", event.event) if other is None else subject_of(other, by_id)
        case ClockStarted():
            return "clock", event.clock
        case StepRecorded() | AvailabilityChanged():
            return "step", event.step
        case Overridden():
            return "rule", event.rule
        case RulesAdopted():
            return "rules", ""
        case _:
            return "", ""
