"""What is known of one finding, of many rows at once: in the form in which its column came, as bits are made from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import evolve, field, frozen

from spineworkup.cohort.bits import Bits, Truths, any_bits, not_, packed, unpacked
from spineworkup.cohort.cuts import Cuts
from spineworkup.criteria import Comparator, Compare, Leaf, Present
from spineworkup.entries import Entry, Known
from spineworkup.findings import Value
from spineworkup.logic.evaluate import compare, evaluate
from spineworkup.truth import Truth

Codes = npt.NDArray[np.integer[Any]]
# Up to so many different values are compared one by one; more are looked up in a table.
FEW = 16


@frozen
class Coded:
    """Few different values, each with its code: an option, a text, a number and its unit.

    Args:
        codes: Of every row the place of its entry; of rows that are not known, anything.
        entries: What each of them is known to be.
    """

    known: Bits
    codes: Codes
    entries: Sequence[Entry]
    planes: dict[int, Bits] = field(factory=dict, init=False)

    def truths(self, leaf: Leaf) -> Truths:
        """Return what a criterion on the finding says of every row."""
        found = _truths(leaf, self.entries)
        true, false = (self._rows([truth is wanted for truth in found]) for wanted in (Truth.TRUE, Truth.FALSE))
        return Truths(true, false)

    def _rows(self, chosen: list[bool]) -> Bits:
        """Return the rows that are known to have one of some codes."""
        if len(chosen) > FEW:
            # Where nothing is known the code may be any number.
            return packed(np.array(chosen, np.bool_).take(self.codes, mode="clip")) & self.known
        planes = [self._plane(code) for code, one in enumerate(chosen) if one]
        return reduce(np.bitwise_or, planes) & self.known if planes else np.zeros_like(self.known)

    def _plane(self, code: int) -> Bits:
        """Return the rows that have a code; worked out once, as criteria ask for the same options again and again."""
        if code not in self.planes:
            self.planes[code] = packed(self.codes == code)
        return self.planes[code]

    def coded(self) -> Coded:
        """Return itself."""
        return self


def _truths(leaf: Leaf, entries: Sequence[Entry]) -> list[Truth]:
    """Return what a criterion says of every entry, as `evaluate` does."""
    values = [entry.value if isinstance(entry, Known) else None for entry in entries]
    if isinstance(leaf, Compare):
        return [_compared(value, leaf) for value in values]
    return [evaluate(leaf, {} if value is None else {leaf.finding: value}) for value in values]


def _compared(value: Value | None, leaf: Compare) -> Truth:
    """Return what `compare` says, faster for plain numbers: a column that was worked out has thousands."""
    if isinstance(value, Decimal):
        return Truth.TRUE if _HOLDS[leaf.comparator](value, leaf.threshold) else Truth.FALSE
    return compare(value, leaf.comparator, leaf.threshold)


_HOLDS = {Comparator.LESS: lt, Comparator.AT_MOST: le, Comparator.MORE: gt, Comparator.AT_LEAST: ge}


@frozen
class Flagged:
    """A column of booleans, as it lies in memory."""

    known: Bits
    present: Bits
    make_coded: Callable[[], Coded]

    def truths(self, leaf: Leaf) -> Truths:
        """Return what a criterion on the finding says of every row."""
        if not isinstance(leaf, Present):
            return self.coded().truths(leaf)
        present = self.present & self.known
        return Truths(present, self.known ^ present)

    def coded(self) -> Coded:
        """Return the same by codes."""
        return evolve(self.make_coded(), known=self.known)


@frozen
class Measured:
    """A column of floats in one unit."""

    known: Bits
    numbers: npt.NDArray[np.float64]
    cuts: Cuts
    make_coded: Callable[[], Coded]
    found: dict[float, Truths] = field(factory=dict, init=False)

    def truths(self, leaf: Leaf) -> Truths:
        """Return what a criterion on the finding says of every row."""
        if not isinstance(leaf, Compare):
            return self.coded().truths(leaf)
        inclusive = leaf.comparator in (Comparator.AT_LEAST, Comparator.LESS)
        cut = self.cuts.at_least(leaf.threshold) if inclusive else self.cuts.above(leaf.threshold)
        if cut not in self.found:
            high = packed(self.numbers >= cut) & self.known
            self.found[cut] = Truths(high, self.known ^ high)
        upward = leaf.comparator in (Comparator.AT_LEAST, Comparator.MORE)
        return self.found[cut] if upward else not_(self.found[cut])

    def coded(self) -> Coded:
        """Return the same by codes."""
        return evolve(self.make_coded(), known=self.known)


@frozen
class Parts:
    """A finding that came in several ways, each row in one of them: in several units, reported or worked out."""

    known: Bits
    parts: Sequence[Values]
    make_coded: Callable[[], Coded]

    def truths(self, leaf: Leaf) -> Truths:
        """Return what a criterion on the finding says of every row."""
        found = [part.truths(leaf) for part in self.parts]
        true, false = (any_bits(planes, np.zeros_like(self.known)) for planes in ([f.true for f in found], [f.false for f in found]))
        return Truths(true & self.known, false & self.known)

    def coded(self) -> Coded:
        """Return the same by codes."""
        return evolve(self.make_coded(), known=self.known)


Values = Coded | Flagged | Measured | Parts


def either(one: Values, other: Values) -> Parts:
    """Return two ways in which a finding came, as one."""

    def coded() -> Coded:
        first, second = one.coded(), other.coded()
        here = unpacked(first.known, len(first.codes)) == 1
        codes = np.where(here, first.codes, second.codes.astype(np.int64) + len(first.entries))
        return Coded(first.known | second.known, codes, [*first.entries, *second.entries])

    return Parts(one.known | other.known, (one, other), coded)
