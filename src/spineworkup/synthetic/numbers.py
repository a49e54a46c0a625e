"""Numbers inside a pathway's own plausible windows, most of them about its own thresholds.

So nothing clinical is added: what is common here is what the rules ask about, not what is common in patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import log

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from spineworkup.criteria import Compare, leaves
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.scores import Bands
from spineworkup.synthetic.drawing import Draw, Whole
from spineworkup.units import Quantity

_MOST_DECIMALS, _WIDE = 2, 100
# Of the numbers about a threshold, how far they lie from it, as a share of it.
_NEAR = 0.25


@frozen
class Numbers:
    """The numbers that a finding takes, as counts of its smallest step.

    Args:
        decimals: With how many it is written.
        low: The end of the window, or the lowest threshold; in steps.
        thresholds: In steps, ascending.
    """

    decimals: int
    low: int
    high: int
    thresholds: tuple[int, ...]

    def draw(self, draw: Draw) -> Whole:
        """Draw about the thresholds; where there is none, about the middle of the window's orders of magnitude."""
        return self.about_thresholds(draw, self.thresholds) if self.thresholds else self._anywhere(draw)

    def about_thresholds(self, draw: Draw, thresholds: tuple[int, ...]) -> Whole:
        """Draw about some of the thresholds: a third at one or a step beside it."""
        at = np.array(thresholds)[draw.between(0, len(thresholds) - 1)]
        beside = draw.between(-1, 1)
        further = np.rint(draw.random.normal(0, 1, draw.size) * np.maximum(np.abs(at) * _NEAR, 2)).astype(np.int64)
        return self.inside(at + np.where(draw.chance(1 / 3), beside, further))

    def inside(self, steps: Whole) -> Whole:
        """Return the numbers with none outside the window."""
        return np.clip(steps, self.low, self.high)

    def written(self, steps: Whole) -> NDArray[np.float64]:
        """Return the numbers as floats whose shortest decimal they are."""
        return np.asarray(steps / 10**self.decimals, dtype=np.float64)

    def _anywhere(self, draw: Draw) -> Whole:
        first, last = log(max(self.low, 1)), log(max(self.high, 2))
        middle = (first + last) / 2
        return self.inside(np.rint(np.exp(draw.random.triangular(first, middle, last, draw.size))).astype(np.int64))


def numbers_of(pathway: Pathway) -> dict[str, Numbers]:
    """Return the numbers of every finding that is one, but of totals of scores, which are worked out.

    >>> from spineworkup.reading.load import load_pathway
    >>> numbers_of(load_pathway("metastatic_spine"))["inr"]
    Numbers(decimals=1, low=5, high=300, thresholds=(15, 18))
    """
    thresholds: dict[str, set[Decimal]] = {}
    for finding, number in (*_compared(pathway), *_banded(pathway)):
        thresholds.setdefault(finding, set()).add(number)
    return {
        id_: _numbers(about, sorted(thresholds.get(id_, ())), _of_derived(pathway, about, thresholds))
        for id_, about in pathway.findings.items()
        if about.kind in (Kind.NUMBER, Kind.QUANTITY) and id_ not in pathway.totals
    }


def _of_derived(pathway: Pathway, finding: Finding, thresholds: dict[str, set[Decimal]]) -> list[Decimal]:
    """Return the thresholds of findings that are worked out from this one and kept in the same unit."""
    users = (other for other in pathway.findings.values() if other.derived is not None and finding.id in other.derived.inputs)
    return [number for other in users if other.unit == finding.unit for number in thresholds.get(other.id, ())]


def _numbers(finding: Finding, thresholds: list[Decimal], finer: list[Decimal]) -> Numbers:
    ends = [end for end in (finding.low, finding.high) if end is not None]
    low = finding.low if finding.low is not None else min(thresholds, default=Decimal(0))
    high = finding.high if finding.high is not None else max([*thresholds, low + _WIDE])
    # What another finding is worked out from is written as finely as that.
    decimals = min(max(map(_decimals, [*thresholds, *ends, *finer]), default=0), _MOST_DECIMALS)
    inside = [number for number in thresholds if low < number < high]
    return Numbers(decimals, _steps(low, decimals), _steps(high, decimals), tuple(_steps(number, decimals) for number in inside))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _steps(number: Decimal, decimals: int) -> int:
    return int((number * 10**decimals).to_integral_value())


def _compared(pathway: Pathway) -> Iterator[tuple[str, Decimal]]:
    criteria = [criterion for step in pathway.steps.values() for criterion in step.criteria]
    criteria += [named.when for named in pathway.criteria.values()]
    for criterion in criteria:
        yield from ((leaf.finding, leaf.threshold) for leaf in leaves(criterion) if isinstance(leaf, Compare))


def _banded(pathway: Pathway) -> Iterator[tuple[str, Decimal]]:
    for score in pathway.scores.values():
        if isinstance(score.table, Bands):
            for unit, rows in score.table.tables.items():
                for end in (end for row in rows for end in (row.above, row.at_least) if end is not None):
                    finding = pathway.findings[score.table.of]
                    yield score.table.of, finding.threshold(Quantity(end, unit)) if unit else end
