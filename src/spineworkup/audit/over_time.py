"""Signals in a series of months: runs about the median, and control limits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import mean, median

from attrs import frozen

# Perla, Provost, Murray 2011, BMJ Qual Saf 20:46-51.
SHIFT, TREND = 6, 5
# Fewer points say too little about either.
FEWEST = 10
# Three standard deviations of single values, from the mean of the ranges of neighbours: 3 / 1.128.
_SINGLE = 2.66


@frozen
class Signals:
    """Runs that chance alone seldom makes, as numbers of points from 0.

    Args:
        shifts: Of at least six points on one side of the median, those on it left out.
        trends: Of at least five points that rise, or fall, of equal neighbours only the first.
    """

    middle: float
    shifts: tuple[tuple[int, ...], ...] = ()
    trends: tuple[tuple[int, ...], ...] = ()


@frozen
class Limits:
    """A centre line with a lower and an upper limit of three standard deviations."""

    centre: float
    low: float
    high: float

    def beyond(self, value: float) -> bool:
        """Whether a point lies outside."""
        return not self.low <= value <= self.high


def signals_of(values: Sequence[float]) -> Signals | None:
    """Return the median and the runs of a series; no runs are looked for among fewer than ten points.

    Source: Perla, Provost, Murray 2011, BMJ Qual Saf 20:46-51.

    >>> signals_of([1, 2, 1, 2, 8, 9, 8, 9, 8, 9, 1, 2]).shifts
    ((4, 5, 6, 7, 8, 9),)
    """
    if not values:
        return None
    middle = median(values)
    if len(values) < FEWEST:
        return Signals(middle)
    return Signals(middle, _shifts(values, middle), _trends(values))


def _shifts(values: Sequence[float], middle: float) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[]]
    for place, value in enumerate(values):
        if value == middle:
            continue
        if found[-1] and (values[found[-1][-1]] > middle) != (value > middle):
            found.append([])
        found[-1].append(place)
    return tuple(tuple(run) for run in found if len(run) >= SHIFT)


def _trends(values: Sequence[float]) -> tuple[tuple[int, ...], ...]:
    distinct = [place for place, value in enumerate(values) if place == 0 or value != values[place - 1]]
    found: list[list[int]] = [distinct[:1]]
    for before, place in pairwise(distinct):
        run = found[-1]
        if len(run) > 1 and (values[run[1]] > values[run[0]]) != (values[place] > values[before]):
            found.append([before])
        found[-1].append(place)
    return tuple(tuple(run) for run in found if len(run) >= TREND)


def p_limits(part: int, whole: int, total_part: int, total_whole: int) -> Limits | None:
    """Return the control limits of one month's share, which are the wider the fewer patients it has.

    Source: p chart with varying limits; Montgomery, Introduction to Statistical Quality Control, chapter 7.
    """
    if not whole or not total_whole:
        return None
    centre = total_part / total_whole
    reach = 3 * sqrt(centre * (1 - centre) / whole)
    return Limits(centre, max(centre - reach, 0), min(centre + reach, 1))


def xmr_limits(values: Sequence[float]) -> Limits | None:
    """Return the control limits of single values: mean and 2.66 mean ranges of neighbours.

    Source: Wheeler, Understanding Variation; Montgomery, chapter 6.

    >>> xmr_limits([10, 12, 10, 12])
    Limits(centre=11, low=5.68, high=16.32)
    """
    if len(values) < 2:
        return None
    centre = mean(values)
    reach = _SINGLE * mean(abs(after - before) for before, after in pairwise(values))
    return Limits(centre, centre - reach, centre + reach)
