"""What was done against when it was due: every time that a step had to be done, and everything that happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from spineworkup.checklists import Checklist
from spineworkup.moments import aware
from spineworkup.notebooks import fragment, minute
from spineworkup.readings import Status
from spineworkup.urgency import Urgency
from spineworkup.workups.events import FindingCorrected, Noted, Shown, Timed
from spineworkup.workups.folding import entered_by, live
from spineworkup.workups.wording import event_words
from spineworkup.workups.workup import Workup


@frozen
class Row:
    """An event, in words.

    Args:
        at: When it was so.
        entered: When it was entered.
        by: The role of whoever entered it.
        origin: Where it comes from; may be empty.
        event: The name of the event.
        counts: Nobody corrected or withdrew it.
    """

    at: datetime
    entered: datetime
    by: str
    origin: str
    words: str = field(repr=False)
    event: str
    counts: bool


@frozen
class Deadline:
    """A time during which a step had to be done.

    Args:
        urgency: What was certain of it last.
        since: When it came onto the list.
        due: By when, as it was said last; None where no time was given.
        done: When it was done; None where it isn't, or isn't asked for any more.
        status: How it stood last.
        late: How long after its time it was done, or that it is open now; None where it isn't late or no time was given.
    """

    step: str
    label: str
    urgency: Urgency
    since: datetime
    due: datetime | None
    done: datetime | None
    status: Status
    late: timedelta | None


@frozen
class Timeline:
    """A workup as it was lived, up to a moment."""

    case: str
    at: datetime
    deadlines: tuple[Deadline, ...]
    rows: tuple[Row, ...]
    checklist: Checklist = field(repr=False)

    def __repr__(self) -> str:
        late = sum(one.late is not None for one in self.deadlines)
        return f"<Timeline until {minute(self.at)}: {len(self.deadlines)} deadlines, {late} late; {len(self.rows)} events>"

    def _repr_html_(self) -> str:
        rows = (f"{minute(row.at)}, {row.by}: {row.words}{'' if row.counts else ' (counts no more)'}" for row in self.rows)
        lists = {"What was done, and when it was due": map(_words, self.deadlines), "What happened": rows}
        return fragment(f"Timeline of {self.case} until {minute(self.at)}", lists) + self.checklist._repr_html_()


def timeline_of(workup: Workup, at: datetime) -> Timeline:
    """Return what was done until a moment, and when it was due.

    Raises:
        TimeError: `at` has no time zone.
    """
    moment = aware(at)
    checklist = workup.checklist(moment)
    deadlines = sorted(_deadlines(workup, checklist), key=lambda deadline: (deadline.since, deadline.step))
    rows = sorted(_rows(workup, moment), key=lambda row: (row.at, row.entered))
    return Timeline(workup.case, moment, tuple(deadlines), tuple(rows), checklist)


def _words(one: Deadline) -> str:
    times = (("due", one.due), ("done", one.done))
    said = [f"{word} {minute(moment)}" for word, moment in times if moment is not None]
    late = [] if one.late is None else [f"late by {one.late}"]
    return "; ".join((f"{one.label}: {one.status.words}", *said, *late))


def _rows(workup: Workup, at: datetime) -> Iterator[Row]:
    entered = entered_by(workup.events, at)
    counting = live(workup.events, at)
    corrected = {event.event for event in counting.values() if isinstance(event, FindingCorrected)}
    by_id = {event.id: event for event in workup.events}
    for event in entered:
        counts = event.id in counting and event.id not in corrected
        when = event.moment if isinstance(event, Timed) else event.at
        yield Row(when, event.at, event.by, event.origin, event_words(event, workup.pathway, by_id), event.id, counts)


def _deadlines(workup: Workup, last: Checklist) -> Iterator[Deadline]:
    """Yield each spell of each step, from when it came onto the list to when it left it."""
    open_: dict[str, Deadline] = {}
    for checklist in (*checklists_before(workup, last.at), last):
        for item in checklist.items:
            id_ = item.step.id
            if item.status in (Status.DUE, Status.WAITING):
                since = open_[id_].since if id_ in open_ else checklist.at
                open_[id_] = Deadline(
                    id_, item.step.label, item.urgency.lowest, since, item.due, None, item.status, None
                )
            elif id_ in open_:
                yield _ended(open_.pop(id_), item.status, checklist)
    for spell in open_.values():
        yield evolve(spell, late=_late(spell.due, last.at))


def _ended(spell: Deadline, status: Status, checklist: Checklist) -> Deadline:
    if status is not Status.DONE:
        return evolve(spell, status=status)
    event = checklist.chart.steps.get(spell.step)
    done = checklist.at if event is None else event.at
    return evolve(spell, status=status, done=done, late=_late(spell.due, done))


def _late(due: datetime | None, at: datetime) -> timedelta | None:
    return at - due if due is not None and at > due else None


def checklists_before(workup: Workup, at: datetime) -> Iterator[Checklist]:
    """Yield the checklist of every moment before this one at which something was entered that a rule may read."""
    silent = (Noted, Shown)
    moments = {event.at for event in workup.events if event.at < at and not isinstance(event, silent)}
    for moment in sorted(moments):
        yield workup.checklist(moment)
