"""The indications of a step a few at a time, so that a step of many rules is looked up, too, and not worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spineworkup.logic.plan import PlannedRule
from spineworkup.logic.planes import Planes
from spineworkup.truth import Truth

# So many rules share a table: at most 81 rows.
RULES = 4


class Summary(NamedTuple):
    """All that a status and an urgency depend on, of some indications: which truths there are, and the highest ranks."""

    any_true: bool
    any_unknown: bool
    lowest: int
    highest: int


class Lane(dict[int, tuple[tuple[Truth, ...], Summary]]):
    """The truths of a few rules, and what they come to, by their bits."""

    def __init__(self, planes: Planes, rules: Sequence[PlannedRule]) -> None:
        self._planes, self._rules = planes, rules
        self.bits = planes.bits(rule.place for rule in rules)

    def __missing__(self, bits: int) -> tuple[tuple[Truth, ...], Summary]:
        truths = tuple(self._planes.truth(bits, rule.place) for rule in self._rules)
        ranks = [(rule.rank, truth) for rule, truth in zip(self._rules, truths, strict=True)]
        found = self[bits] = truths, Summary(
            Truth.TRUE in truths,
            Truth.UNKNOWN in truths,
            max((rank for rank, truth in ranks if truth is Truth.TRUE), default=0),
            max((rank for rank, truth in ranks if truth is not Truth.FALSE), default=0),
        )
        return found


def lanes(planes: Planes, rules: Sequence[PlannedRule]) -> tuple[Lane, ...]:
    """Return some rules, a few in each lane."""
    return tuple(Lane(planes, rules[start : start + RULES]) for start in range(0, len(rules), RULES))


def together(found: Sequence[Lane], state: int) -> tuple[tuple[Truth, ...], Summary]:
    """Return the truths of the rules of all lanes, and what they come to."""
    truths: tuple[Truth, ...] = ()
    any_true = any_unknown = False
    lowest = highest = 0
    for lane in found:
        more, (is_true, is_unknown, low, high) = lane[state & lane.bits]
        truths += more
        any_true, any_unknown = any_true or is_true, any_unknown or is_unknown
        lowest, highest = low if low > lowest else lowest, high if high > highest else highest
    return truths, Summary(any_true, any_unknown, lowest, highest)
