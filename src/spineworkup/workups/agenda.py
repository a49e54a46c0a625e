"""What is overdue and what is next, across many workups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import field, frozen

from spineworkup.checklists import ChecklistItem, Receipt
from spineworkup.readings import Status
from spineworkup.urgency import Urgency
from spineworkup.workups.timeline import checklists_before
from spineworkup.workups.workup import Workup

_OPEN = (Status.DUE, Status.WAITING, Status.UNDETERMINED)


@frozen
class Entry:
    """A step that somebody has to see to.

    Args:
        place: Where the workup is kept.
        workup: The name of its first event, which no other workup has.
        urgency: What is certain; of a step that can't be told yet, what it could reach.
        due: By when; None where no time is given, or where its start is not known.
        receipt: Of the checklist that it stands on.
        was_due: The time that was given last, where none is any more; only looked up where closed steps are asked for.
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
    receipt: Receipt = field(repr=False)
    was_due: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nobody has to see to it any more."""
        return self.status not in _OPEN


def agenda(
    workups: Iterable[tuple[str, Workup]], at: datetime, *, closed: bool = False
) -> tuple[Entry, ...]:
    """Return the open steps of many workups: the overdue first, then what is due next, then what has no time.

    Args:
        workups: Each with the place where it is kept.
        closed: Those too that had a time once and that nobody has to see to any more; last.

    Raises:
        TimeError: `at` has no time zone.
    """
    found = (entry for place, workup in workups for entry in _entries(place, workup, at, closed))
    return tuple(sorted(found, key=_first))


def _entries(place: str, workup: Workup, at: datetime, closed: bool) -> Iterator[Entry]:
    last = workup.checklist(at)
    given = _times_given(workup, last.at) if closed else {}
    for item in last.items:
        was_due = given.get(item.step.id) if item.due is None else None
        if item.status in _OPEN or was_due is not None:
            yield Entry(
                place, workup.events[0].id, workup.case, item.step.id, item.step.label, _urgency(item), item.due, item.overdue,
                item.clear_to_proceed, item.status, last.receipt, was_due,
            )  # fmt: skip


def _times_given(workup: Workup, at: datetime) -> dict[str, datetime]:
    """Return by when each step had to be done, as it was said last before a moment."""
    items = (item for checklist in checklists_before(workup, at) for item in checklist.items)
    return {item.step.id: item.due for item in items if item.due is not None}


def _urgency(item: ChecklistItem) -> Urgency:
    return item.urgency.highest if item.status is Status.UNDETERMINED else item.urgency.lowest


def _first(entry: Entry) -> tuple[bool, bool, float, int, str, str]:
    due = float("inf") if entry.due is None else entry.due.timestamp()
    return entry.is_closed, not entry.overdue, due, -entry.urgency.rank, entry.case, entry.step
