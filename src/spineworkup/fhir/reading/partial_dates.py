"""FHIR dates: a date is an interval of moments, never midnight.

A date without a time has no zone either: it began first where clocks are 14 hours ahead, and ended last where they are
12 hours behind.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from attrs import frozen

_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:(Z)|([+-])([0-9]{2}):([0-9]{2}))?"
)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FIRST_YEAR, _LAST_YEAR = 1800, 2199
_AHEAD, _BEHIND = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
_TICK = timedelta(microseconds=1)

NOT_A_TIME, NO_ZONE, LEAP_SECOND = "not_a_time", "no_zone", "leap_second"


@frozen
class When:
    """When something was, as far as it was written down: between two moments, both included."""

    earliest: datetime
    latest: datetime

    @property
    def is_exact(self) -> bool:
        """Whether it was written down to the moment."""
        return self.earliest == self.latest

    def is_after(self, other: When) -> bool:
        """Whether it was later, whatever the two exactly were."""
        return self.earliest > other.latest

    def until(self, other: When) -> When:
        """Return the span from the one to the other."""
        return When(min(self.earliest, other.earliest), max(self.latest, other.latest))


# The records of one patient name the same few times again and again.
@lru_cache(maxsize=64)
def read_when(text: str) -> tuple[When | None, str]:
    """Return when a FHIR date, dateTime or instant was, and what is wrong with it, if anything.

    >>> read_when("2026-11-20")[0].latest.isoformat()
    '2026-11-21T11:59:59.999999+00:00'
    >>> read_when("2026-11-20T24:00:00Z")
    (None, 'not_a_time')
    """
    match = _TIME.fullmatch(text)
    days = None if match else date_bounds(text)
    when, trouble = _moment(match) if match else (_span(*days) if days else None, "")
    if when is None or not (when.earliest.year >= _FIRST_YEAR and when.latest.year <= _LAST_YEAR):
        return None, trouble or NOT_A_TIME
    return when, trouble


def date_bounds(text: str) -> tuple[date, date] | None:
    """Return the first and the last day that a date can mean, such as a month without its day; None where it is none.

    >>> date_bounds("2026-02")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    match = _DATE.fullmatch(text)
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        return None
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if day:
            return (one := date(year, int(month), int(day))), one
        if month:
            return date(year, int(month), 1), _last_day(year, int(month))
    except ValueError:
        return None
    return date(year, 1, 1), date(year, 12, 31)


def _last_day(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _span(first: date, last: date) -> When:
    start = datetime(first.year, first.month, first.day, tzinfo=_AHEAD)
    end = datetime(last.year, last.month, last.day, tzinfo=_BEHIND) + timedelta(days=1) - _TICK
    return When(start.astimezone(UTC), end.astimezone(UTC))


def _moment(match: re.Match[str]) -> tuple[When | None, str]:
    day, hour, minute, second, fraction, utc, sign, hours, minutes = match.groups()
    days = date_bounds(day)
    most = ((hour, 23), (minute, 59), (second, 60), (hours or "0", 14), (minutes or "0", 59))
    if days is None or any(int(part) > limit for part, limit in most):
        return None, NOT_A_TIME
    if not utc and not sign:
        return None, NO_ZONE
    # A leap second has no place in a clock that Python knows: the last one before it stands for it.
    leap = second == "60"
    micro = int((fraction or "")[:6].ljust(6, "0"))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    clock = time(int(hour), int(minute), min(int(second), 59), micro, timezone(offset))
    moment = datetime.combine(days[0], clock).astimezone(UTC)
    return When(moment, moment), LEAP_SECOND if leap else ""
