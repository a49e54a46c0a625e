"""Shares with their uncertainty, and the limits within which places differ by chance alone."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from attrs import frozen

CONFIDENCE = 0.95


@frozen
class Share:
    """A number of patients out of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1; None of nobody."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% confidence interval; of nobody anything is possible."""
        return wilson(self.part, self.whole)


def wilson(part: int, whole: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the score interval of a share, without correction for continuity.

    Source: Wilson 1927, J Am Stat Assoc 22:209-212; method 3 of Newcombe 1998, Stat Med 17:857-872.

    >>> [round(limit, 4) for limit in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if not whole:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = part + z * z / 2
    reach = z * sqrt(part * (whole - part) / whole + z * z / 4)
    low, high = (middle - reach) / (whole + z * z), (middle + reach) / (whole + z * z)
    return (0.0 if part == 0 else low), (1.0 if part == whole else high)


def funnel_limit(target: float, whole: int, probability: float) -> float:
    """Return the share below which a place of some size lies with a probability, if it differs by chance alone.

    The quantile of the binomial distribution, interpolated between two counts so that it falls smoothly as places grow.
    Source: Spiegelhalter 2005, Stat Med 24:1185-1202, appendix A.1.1.

    >>> round(funnel_limit(0.5, 20, 0.025), 3)
    0.256

    Args:
        target: The share to compare with: of all places together.
        whole: The number of patients of the place.
        probability: Such as 0.025 and 0.975 for the 95% limits.
    """
    if target <= 0 or target >= 1:
        return target
    term, below, count = (1 - target) ** whole, 0.0, 0
    if term == 0:
        # So large that a normal curve is as good.
        return min(max(NormalDist(target, sqrt(target * (1 - target) / whole)).inv_cdf(probability), 0), 1)
    while below + term < probability and count < whole:
        below += term
        term *= (whole - count) / (count + 1) * target / (1 - target)
        count += 1
    over = (below + term - probability) / term
    return min(max((count - over) / whole, 0), 1)
