"""A moment: in UTC, of a year in which patients live, and read from text without a guess."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from spineworkup.errors import TimeError

# A clock of a recording system may run a little ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
# Python reads more, and in every version something else: weeks, 24:00, fractions that it cuts off.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
# Within these a deadline can always be worked out, and no patient's time lies outside.
FIRST_YEAR, LAST_YEAR = 1800, 2199
_EXPECTED_TIME = "expected a date and time with a time zone, such as 2026-11-20T09:00:00+00:00"


def aware(moment: datetime) -> datetime:
    """Return a moment in UTC.

    Raises:
        TimeError: It has no time zone, so nobody can say when it was; or its year is no patient's.
    """
    if moment.tzinfo is UTC and not moment.fold and FIRST_YEAR <= moment.year <= LAST_YEAR:
        return moment
    if moment.utcoffset() is None:
        raise TimeError(_EXPECTED_TIME)
    if FIRST_YEAR <= moment.year <= LAST_YEAR:
        # `fold` tells two local times apart; in UTC it says nothing, and equal moments are to look equal.
        in_utc = moment.astimezone(UTC).replace(fold=0)
        if FIRST_YEAR <= in_utc.year <= LAST_YEAR:
            return in_utc
    raise TimeError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")


def read_time(text: object) -> datetime:
    """Return the moment that a text such as 2026-11-20T09:00:00+00:00 names.

    Raises:
        TimeError: It isn't such a text, or `aware` refuses it. The message doesn't repeat it.
    """
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise TimeError(_EXPECTED_TIME)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TimeError(_EXPECTED_TIME) from None
    return aware(moment)
