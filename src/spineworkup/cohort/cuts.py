"""Where thresholds lie among floats, exactly: a float means the shortest decimal that gives it.

Which floats reach a threshold is asked of the decimal arithmetic that a single patient's value goes through, conversion
of units included. As a larger float never means a smaller number, one search finds the first that does; from then on
a column is compared as floats.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from decimal import Decimal
from math import inf
from struct import pack, unpack

from attrs import define, field

from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.units import Quantity

# Numbers of ordinary size, as far as `units.exact` takes them for sure; nearer to 0 counts as 0 here and is read one by one.
LARGEST, SMALLEST = 1e20, 1e-19
_LARGEST_BITS = unpack("<q", pack("<d", LARGEST))[0]


def first_float(holds: Callable[[Decimal], bool]) -> float:
    """Return the first float from which on something holds; infinity where it never does.

    >>> first_float(lambda number: number >= Decimal("0.3"))
    0.3
    >>> first_float(lambda number: number > Decimal("0.3"))
    0.30000000000000004
    """
    # The bits of positive floats, read as whole numbers, are in the order of the floats.
    bits = range(-_LARGEST_BITS, 1) if holds(Decimal(0)) else range(_LARGEST_BITS + 1)
    place = bisect_left(bits, True, key=lambda one: holds(_meant(_of_bits(one))))
    return _of_bits(bits[place]) if place < len(bits) else inf


def _of_bits(bits: int) -> float:
    number: float = unpack("<d", pack("<q", abs(bits)))[0]
    return -number if bits < 0 else number


def _meant(number: float) -> Decimal:
    return Decimal(repr(number)) if abs(number) > SMALLEST else Decimal(0)


@define
class Cuts:
    """The cuts of a column of floats in one unit.

    Args:
        unit: Empty for a number without one.
    """

    finding: Finding
    unit: str
    found: dict[tuple[str, Decimal], float] = field(factory=dict)

    def at_least(self, threshold: Decimal) -> float:
        """Return the first float that is at least a threshold, which is in the finding's own unit."""
        return self._cut("at least", threshold, lambda number: self._value(number) >= threshold)

    def above(self, threshold: Decimal) -> float:
        """Return the first float above a threshold."""
        return self._cut("above", threshold, lambda number: self._value(number) > threshold)

    def _cut(self, side: str, threshold: Decimal, holds: Callable[[Decimal], bool]) -> float:
        if (side, threshold) not in self.found:
            self.found[side, threshold] = first_float(holds)
        return self.found[side, threshold]

    def _value(self, number: Decimal) -> Decimal:
        raw = Quantity(number, self.unit) if self.finding.kind is Kind.QUANTITY else number
        value, _ = self.finding.value_of(raw)
        assert isinstance(value, Decimal)
        return value


def cuts_of(pathway: Pathway, finding: str, unit: str) -> Cuts:
    """Return the cuts of a finding in a unit; kept with the pathway."""
    return pathway.remember(f"cuts {finding} {unit}", lambda pathway: Cuts(pathway.findings[finding], unit))
