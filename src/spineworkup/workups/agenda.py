"""What is overdue and what is next, across many workups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from attrs import frozen

from spineworkup.checklists import ChecklistItem
from spineworkup.readings import Status
from spineworkup.urgency import Urgency
from spineworkup.workups.workup import Workup

_OPEN = (Status.DUE, Status.WAITING, Status.UNDETERMINED)


@frozen
class Entry:
    """A step that somebody has to see to.

    Args:
        place: Where the workup is kept.
        urgency: What is certain; of a step that can't be told yet, what it could reach.
        due: By when; None where no time is given, or where its start is not known.
    """

    place: str
    case: str
    step: str
    label: str
    urgency: Urgency
    due: datetime | None
    overdue: bool
    clear_to_proceed: bool
    status: Status


def agenda(workups: Iterable[tuple[str, Workup]], at: datetime) -> tuple[Entry, ...]:
    """Return the open steps of many workups: the overdue first, then what is due next, then what has no time.

    Args:
        workups: Each with the place where it is kept.

    Raises:
        TimeError: `at` has no time zone.
    """
    return tuple(sorted((entry for place, workup in workups for entry in _entries(place, workup, at)), key=_first))


def _entries(place: str, workup: Workup, at: datetime) -> Iterator[Entry]:
    for item in workup.checklist(at).items:
        if item.status in _OPEN:
            yield Entry(
                place, workup.case, item.step.id, item.step.label, _urgency(item), item.due, item.overdue,
                item.clear_to_proceed, item.status,
            )  # fmt: skip


def _urgency(item: ChecklistItem) -> Urgency:
    return item.urgency.highest if item.status is Status.UNDETERMINED else item.urgency.lowest


def _first(entry: Entry) -> tuple[bool, float, int, str, str]:
    due = float("inf") if entry.due is None else entry.due.timestamp()
    return not entry.overdue, due, -entry.urgency.rank, entry.case, entry.step
