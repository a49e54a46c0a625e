"""How a step stood on a checklist: what is kept of one to say later what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen
from attrs.converters import optional

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.errors import WorkupError
from spineworkup.moments import aware, read_time
from spineworkup.readings import Status
from spineworkup.urgency import INTERVALS, Urgency, UrgencyInterval


@frozen
class Standing:
    """How a step stood.

    Args:
        due: By when; None where no time was given.
        clear_to_proceed: Nothing held it.
        instead: The step that took over.
    """

    status: Status
    urgency: UrgencyInterval
    due: datetime | None = field(default=None, converter=optional(aware))
    clear_to_proceed: bool = False
    instead: str | None = None

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        found: dict[str, Any] = {"status": self.status.value}
        found["urgency"] = [self.urgency.lowest.value, self.urgency.highest.value]
        if self.due is not None:
            found["due"] = self.due.isoformat()
        if self.clear_to_proceed:
            found["clear_to_proceed"] = True
        if self.instead is not None:
            found["instead"] = self.instead
        return found


NOT_INDICATED = Standing(Status.NOT_INDICATED, INTERVALS[0, 0])


def standing_of(item: ChecklistItem) -> Standing:
    """Return how a step stands."""
    return Standing(item.status, item.urgency, item.due, item.clear_to_proceed, item.instead)


def standings_of(checklist: Checklist) -> Mapping[str, Standing]:
    """Return how every step stands; what is left out is not indicated."""
    found = {item.step.id: standing_of(item) for item in checklist.items}
    return {id_: standing for id_, standing in found.items() if standing.status is not Status.NOT_INDICATED}


def read_standing(raw: Any) -> Standing:
    """Return a standing that was kept.

    Raises:
        WorkupError: It isn't one.
        TimeError: Its time isn't one.
    """
    try:
        lowest, highest = map(Urgency, raw["urgency"])
        urgency = UrgencyInterval(lowest, highest)
        status = Status(raw["status"])
    except (TypeError, KeyError, ValueError):
        raise WorkupError("expected status and urgency") from None
    due = None if raw.get("due") is None else read_time(raw["due"])
    instead = raw.get("instead")
    if type(raw.get("clear_to_proceed", False)) is not bool or not isinstance(instead, str | None):
        raise WorkupError("expected clear_to_proceed true or false, and instead a step")
    return Standing(status, urgency, due, raw.get("clear_to_proceed", False), instead)
