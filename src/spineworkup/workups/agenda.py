"""What is overdue and what is next, across many workups."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from attrs import frozen

from spineworkup.checklists import ChecklistItem
from spineworkup.readings import Status
from spineworkup.urgency import Urgency
from spineworkup.workups.workup import Workup

_OPEN = (Status.DUE, Status.WAITING, Status.UNDETERMINED)
_CLOSED = (Status.DONE, Status.DECLINED, Status.CONTRAINDICATED)


@frozen
class Entry:
    """A step that somebody has to see to.

    Args:
        place: Where the workup is kept.
        workup: The name of its first event, which no other workup has.
        urgency: What is certain; of a step that can't be told yet, what it could reach.
        due: By when; None where no time is given, or where its start is not known.
    """

    place: str
    workup: str
    case: str
    step: str
    label: str
    urgency: Urgency
    due: datetime | None
    overdue: bool
    clear_to_proceed: bool
    status: Status


def agenda(
    workups: Iterable[tuple[str, Workup]], at: datetime, *, closed: bool = False
) -> tuple[Entry, ...]:
    """Return the open steps of many workups: the overdue first, then what is due next, then what has no time.

    Args:
        workups: Each with the place where it is kept.
        closed: Those too that are done, declined or contraindicated; last.

    Raises:
        TimeError: `at` has no time zone.
    """
    wanted = (*_OPEN, *_CLOSED) if closed else _OPEN
    found = (entry for place, workup in workups for entry in _entries(place, workup, at, wanted))
    return tuple(sorted(found, key=_first))


def _entries(place: str, workup: Workup, at: datetime, wanted: Container[Status]) -> Iterator[Entry]:
    for item in workup.checklist(at).items:
        if item.status in wanted:
            yield Entry(
                place, workup.events[0].id, workup.case, item.step.id, item.step.label, _urgency(item), item.due, item.overdue,
                item.clear_to_proceed, item.status,
            )  # fmt: skip


def _urgency(item: ChecklistItem) -> Urgency:
    return item.urgency.highest if item.status is Status.UNDETERMINED else item.urgency.lowest


def _first(entry: Entry) -> tuple[bool, bool, float, int, str, str]:
    due = float("inf") if entry.due is None else entry.due.timestamp()
    return entry.status in _CLOSED, not entry.overdue, due, -entry.urgency.rank, entry.case, entry.step
