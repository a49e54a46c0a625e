"""What the tables of months and of sites have in common: counts, and the share in time with its interval."""

from __future__ import annotations

from spineworkup.audit.counted import GROUPS, Counted, Place
from spineworkup.audit.figures import Column, Interval, Value
from spineworkup.audit.small_numbers import HIDDEN

COUNTS = tuple(Column(group.value, "count") for group in GROUPS)
SHARES = (
    Column("share in time, at least", "share"), Column("95% interval", "share", ends=True),
    Column("share in time, at most", "share"),
)  # fmt: skip
AT_LEAST = (
    "The share is of those who are in time, not in time or not known: it is at least so large, as if none of those who aren't known was in time. "
    "At most: as if all were. The interval (Wilson 1927; Newcombe 1998) is that of the share at least."
)


def share_values(counted: Counted, place: Place) -> tuple[Value, ...]:
    """Return the share at least, its interval, and the share at most."""
    shares = counted.shares(place)
    if shares is None:
        return (HIDDEN,) * len(SHARES)
    return shares.at_least.value, Interval(*shares.at_least.interval), shares.at_most.value


def row_of(counted: Counted, place: Place) -> tuple[Value, ...]:
    """Return the row of a month, of a site or of all."""
    name = place[1] or "all"
    return (name, counted.number(place), *(counted.number(place, group) for group in GROUPS), *share_values(counted, place))
