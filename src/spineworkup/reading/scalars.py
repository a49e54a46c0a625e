"""Single values, strictly: nothing is turned into anything else."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, get_args

from spineworkup.findings import Kind
from spineworkup.reading.faults import Fault, did_you_mean
from spineworkup.urgency import Urgency

_DURATION = re.compile(r"([0-9]{1,5}) (min|h|d)\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z")
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}


def text(data: Any, _: Any) -> str:
    """Return text, and nothing else."""
    if type(data) is not str:
        raise Fault("expected text", "put it in quotes" if isinstance(data, int | Decimal) else "")
    return data


def whole(data: Any, _: Any) -> int:
    """Return a whole number; true and false are none."""
    if type(data) is not int:
        raise Fault("expected a whole number")
    return data


def yes_or_no(data: Any, _: Any) -> bool:
    """Return true or false."""
    if type(data) is not bool:
        raise Fault("expected true or false")
    return data


def decimal(data: Any, _: Any) -> Decimal:
    """Return an exact number."""
    if type(data) is int or type(data) is Decimal:
        return Decimal(data)
    raise Fault("expected a number")


def duration(data: Any, _: Any) -> timedelta:
    """Return a duration such as 24 h, 7 d or 30 min."""
    match = _DURATION.match(data) if isinstance(data, str) else None
    if match is None:
        raise Fault("expected a duration", "such as 24 h, 7 d or 30 min")
    return timedelta(minutes=int(match[1]) * _MINUTES[match[2]])


def day(data: Any, _: Any) -> date:
    """Return a date such as 2027-05-24."""
    try:
        if isinstance(data, str) and _DAY.match(data):
            return date.fromisoformat(data)
    except ValueError:
        pass
    raise Fault("expected a date", "such as 2027-05-24")


def clock_time(data: Any, _: Any) -> time:
    """Return a time of the day such as 08:00."""
    match = _CLOCK.match(data) if isinstance(data, str) else None
    if match is None:
        raise Fault("expected a time of the day", 'such as "08:00", from "00:00" to "23:59"')
    return time(int(match[1]), int(match[2]))


def tier(data: Any, _: Any) -> Urgency:
    """Return a tier of urgency."""
    return Urgency(word(data, [one.value for one in Urgency if one is not Urgency.NONE], "urgency"))


def kind_of(data: Any, _: Any) -> Kind:
    """Return a kind of finding."""
    return Kind(word(data, [one.value for one in Kind], "kind"))


def word(data: Any, words: list[str] | tuple[str, ...], what: str) -> str:
    """Return one of a short list of words."""
    if isinstance(data, str) and data in words:
        return data
    shown = f" {data!r}" if isinstance(data, str) else ""
    hint = did_you_mean(data, words) if isinstance(data, str) else ""
    raise Fault(f"unknown {what}{shown}", hint or f"one of {', '.join(words)}")


def one_of(data: Any, kind: Any) -> str:
    """Return a word of a `Literal`."""
    return word(data, tuple(one for one in get_args(kind) if one), "word")
