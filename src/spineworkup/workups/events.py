"""What can happen in a workup: findings and steps recorded, corrected, declined, each with its time, role and origin.

An event is never changed. What was wrong is corrected or withdrawn by a later event, and both stay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import Attribute, field, fields, frozen

from spineworkup.charts import CLOCKS, STATES
from spineworkup.errors import WorkupError
from spineworkup.moments import aware
from spineworkup.workups.standings import Standing

# A value as somebody wrote it down, in a form that JSON holds exactly.
Written = str | bool | int


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else aware(moment)


def _any_text(event: Any, attribute: Attribute[Any], value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise WorkupError(f"{attribute.name}: expected text, and it has half a character in it") from None


def _some_text(event: Any, attribute: Attribute[str], value: str) -> None:
    if not value.strip():
        raise WorkupError(f"{attribute.name}: expected text")
    _any_text(event, attribute, value)


def _any_value(event: Any, attribute: Attribute[Written], value: Written) -> None:
    if isinstance(value, str):
        _any_text(event, attribute, value)


def _one_of(*words: str) -> Any:
    def check(event: Any, attribute: Attribute[str], value: str) -> None:
        if value not in words:
            raise WorkupError(f"{attribute.name}: expected one of {', '.join(words)}")

    return check


@frozen(kw_only=True)
class Happened:
    """What every event says.

    Args:
        at: When it was entered into the record: before that, nobody could know it from there.
        by: The role of whoever entered it, such as `first clinician`.
        origin: Where it comes from, such as `referral letter`.
    """

    at: datetime = field(converter=aware)
    by: str = field(validator=_some_text)
    origin: str = field(default="", validator=_any_text)

    @cached_property
    def line(self) -> str:
        """The event as one line of JSON that is written in one way only."""
        return json.dumps(to_plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def id(self) -> str:
        """What it is called: the same event entered twice has the same name."""
        return "e" + hashlib.sha256(self.line.encode()).hexdigest()[:12]


@frozen(kw_only=True)
class Timed(Happened):
    """What was so at another moment than the one at which it was entered, or at the same.

    Args:
        when: When it was so; None where nobody said: then it counts from when it was entered.
    """

    when: datetime | None = field(default=None, converter=_in_utc)

    @property
    def moment(self) -> datetime:
        """When it was so."""
        return self.when or self.at


@frozen(kw_only=True)
class RulesAdopted(Happened):
    """From here on the workup goes by these rules; the first event of every workup is one."""

    package: str = field(validator=_some_text)
    version: str
    hash: str
    overlays: tuple[str, ...] = ()


@frozen(kw_only=True)
class FindingRecorded(Timed):
    """A finding was asked, examined, measured.

    Args:
        value: As in a case file: `present`, an option, a number, a quantity with its unit; `unknown`.
        changed: The patient has changed: what was seen before holds no more. A recorded resolution is said so.
    """

    finding: str = field(validator=_some_text)
    value: Written = field(validator=_any_value, repr=False)
    changed: bool = False


@frozen(kw_only=True)
class FindingCorrected(Happened):
    """What was recorded of a finding was wrong, and never was so.

    Args:
        event: The event that was wrong.
        when: When it was seen; as recorded before, where nothing is said.
    """

    event: str = field(validator=_some_text)
    value: Written = field(validator=_any_value, repr=False)
    reason: str = field(validator=_some_text, repr=False)
    when: datetime | None = field(default=None, converter=_in_utc)


@frozen(kw_only=True)
class Withdrawn(Happened):
    """An event was entered in error: it counts no more."""

    event: str = field(validator=_some_text)
    reason: str = field(validator=_some_text, repr=False)


@frozen(kw_only=True)
class ClockStarted(Timed):
    """A clock started: the suspicion, the request, the decision to treat."""

    clock: str = field(validator=_one_of(*CLOCKS))


@frozen(kw_only=True)
class StepRecorded(Timed):
    """Something happened to a step.

    Args:
        state: requested, scheduled, performed, reported, acted_on, inadequate, cancelled, declined.
        reason: Needed for declined.
    """

    step: str = field(validator=_some_text)
    state: str = field(validator=_one_of(*STATES))
    reason: str = field(default="", validator=_any_text, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.state == "declined" and not self.reason.strip():
            raise WorkupError("reason: a declined step needs one")


@frozen(kw_only=True)
class AvailabilityChanged(Happened):
    """A step can't be done at this place now, or can again."""

    step: str = field(validator=_some_text)
    available: bool
    reason: str = field(default="", validator=_any_text, repr=False)


@frozen(kw_only=True)
class Overridden(Happened):
    """A named role went past a rule that speaks against a step, and said why."""

    rule: str = field(validator=_some_text)
    reason: str = field(validator=_some_text, repr=False)


@frozen(kw_only=True)
class Noted(Happened):
    """Words for the next reader; no rule reads them."""

    text: str = field(validator=_some_text, repr=False)


@frozen(kw_only=True)
class Shown(Happened):
    """A checklist was printed or handed over: how each step stood on it, to say later what has changed since.

    Args:
        of: The moment of that checklist.
        hash: Of the rules that made it.
        chart_digest: Of what was known.
        standings: Step id to how it stood; what is left out was not indicated.
    """

    of: datetime = field(converter=aware)
    hash: str
    library: str
    chart_digest: str
    standings: Mapping[str, Standing] = field(repr=False, hash=False)


Event = (
    RulesAdopted
    | FindingRecorded
    | FindingCorrected
    | Withdrawn
    | ClockStarted
    | StepRecorded
    | AvailabilityChanged
    | Overridden
    | Noted
    | Shown
)

KINDS: Mapping[str, type[Event]] = {
    "rules_adopted": RulesAdopted,
    "finding_recorded": FindingRecorded,
    "finding_corrected": FindingCorrected,
    "withdrawn": Withdrawn,
    "clock_started": ClockStarted,
    "step_recorded": StepRecorded,
    "availability_changed": AvailabilityChanged,
    "overridden": Overridden,
    "noted": Noted,
    "shown": Shown,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


def to_plain(event: Happened) -> dict[str, Any]:
    """Return an event as JSON holds it; what is as it would be anyway is left out."""
    found: dict[str, Any] = {"kind": _NAMES[type(event)]}  # type: ignore[index]
    for attribute in fields(type(event)):
        value = getattr(event, attribute.name)
        if value != attribute.default:
            found[attribute.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: standing.plain for key, standing in value.items()}
    return list(value) if isinstance(value, tuple) else value
