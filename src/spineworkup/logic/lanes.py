"""What the indications of a step come to, a few at a time, so that a step of many rules is looked up, too, and not worked out."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.logic.plan import PlannedRule
from spineworkup.logic.planes import Planes
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

# So many rules share a table: at most 81 rows.
RULES = 4
# What rules come to takes two bits for each rank: no rule of it can be true (none), one could be, one is.
WIDTH = 2 * len(Urgency)
_BITS = {Truth.FALSE: 0, Truth.UNKNOWN: 1, Truth.TRUE: 3}
_TRUTHS = (Truth.FALSE, Truth.UNKNOWN, Truth.TRUE, Truth.TRUE)


class Lane(dict[int, int]):
    """What a few rules come to, by their bits: for each rank of urgency whether a rule of it is true, or could be.

    What several lanes come to together is the union of their bits.
    """

    def __init__(self, planes: Planes, rules: Sequence[PlannedRule], start: int) -> None:
        self._planes, self._rules, self._start = planes, rules, start
        self.bits = planes.bits(rule.place for rule in rules)

    def __missing__(self, bits: int) -> int:
        found = 0
        for rule in self._rules:
            found |= _BITS[self._planes.truth(bits, rule.place)] << self._start + 2 * rule.rank
        self[bits] = found
        return found


def lanes(planes: Planes, rules: Sequence[PlannedRule], start: int) -> tuple[Lane, ...]:
    """Return some rules, a few in each lane; what they come to is written from a bit on."""
    return tuple(Lane(planes, rules[first : first + RULES], start) for first in range(0, len(rules), RULES))


def standing_for(bits: int, start: int, rules: Sequence[PlannedRule]) -> list[Truth]:
    """Return truths that come to the same: a status and an urgency depend on nothing else in the indications of a step."""
    return [_TRUTHS[bits >> start + 2 * rule.rank & 3] for rule in rules]
