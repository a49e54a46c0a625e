"""The four tiers of urgency, and the interval in which a patient's urgency lies while something is not known."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import total_ordering

from attrs import field, frozen


@total_ordering
class Urgency(Enum):
    """How soon something has to happen; NONE where nothing is indicated.

    >>> Urgency.SAME_DAY < Urgency.IMMEDIATE
    True
    >>> Urgency.IMMEDIATE.words
    'Immediate: contact now'
    """

    rank: int

    def __init__(self, _: str) -> None:
        # 0 for NONE up to 4 for IMMEDIATE.
        self.rank = len(type(self).__members__)

    NONE = "none"
    ROUTINE = "routine"
    WITHIN_A_WEEK = "within_a_week"
    SAME_DAY = "same_day"
    IMMEDIATE = "immediate"

    @property
    def words(self) -> str:
        """The tier as it is printed."""
        return _WORDS[self]

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Urgency):
            return NotImplemented
        return self.rank < other.rank


_WORDS = {
    Urgency.NONE: "Not indicated",
    Urgency.ROUTINE: "Routine",
    Urgency.WITHIN_A_WEEK: "Within a week",
    Urgency.SAME_DAY: "Same day: within 24 hours",
    Urgency.IMMEDIATE: "Immediate: contact now",
}


def _not_below_lowest(interval: UrgencyInterval, _: object, highest: Urgency) -> None:
    if highest < interval.lowest:
        raise ValueError("the highest urgency can't be below the lowest")


@frozen
class UrgencyInterval:
    """The urgency that is certain (`lowest`) and the urgency that what is not known could still bring (`highest`).

    For a clinician: "routine" may be said only when `highest` is routine.

    >>> UrgencyInterval(Urgency.WITHIN_A_WEEK, Urgency.IMMEDIATE).is_settled
    False
    """

    lowest: Urgency
    highest: Urgency = field(validator=_not_below_lowest)

    @property
    def is_settled(self) -> bool:
        """Whether nothing that is not known could change the tier."""
        return self.lowest is self.highest

    @property
    def words(self) -> str:
        """The interval as it is printed."""
        if self.is_settled:
            return self.lowest.words
        return f"{self.lowest.words}; could reach: {self.highest.words}"


# Every interval there is, by the ranks of its ends: shared, as one is needed for every step of every patient.
INTERVALS = {
    (lowest.rank, highest.rank): UrgencyInterval(lowest, highest)
    for lowest in Urgency
    for highest in Urgency
    if lowest <= highest
}


def highest_of(intervals: Iterable[UrgencyInterval]) -> UrgencyInterval:
    """Return the interval of several things together: the highest of the lowest, and of the highest.

    >>> highest_of([UrgencyInterval(Urgency.NONE, Urgency.IMMEDIATE), UrgencyInterval(Urgency.ROUTINE, Urgency.ROUTINE)])
    UrgencyInterval(lowest=<Urgency.ROUTINE: 'routine'>, highest=<Urgency.IMMEDIATE: 'immediate'>)
    """
    lowest = highest = 0
    for interval in intervals:
        lowest, highest = max(lowest, interval.lowest.rank), max(highest, interval.highest.rank)
    return INTERVALS[lowest, highest]
