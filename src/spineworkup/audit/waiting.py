"""How long it takes until something happens, where for some it hasn't happened yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from spineworkup.audit.shares import CONFIDENCE


@frozen
class Moment:
    """A time after the start at which it happened to somebody.

    Args:
        hours: Since the start.
        at_risk: To how many it had not happened just before, among those who were followed so long.
        happened: To how many it happened then.
        waiting: The estimated share to which it hasn't happened after it, with its interval.
    """

    hours: float
    at_risk: int
    happened: int
    waiting: float
    low: float
    high: float


@frozen
class Curve:
    """The share to which it hasn't happened yet, as it falls with time; nobody who still waits is left out.

    Args:
        people: How many in all.
        happened: To how many it happened while they were followed.
        longest: How long the longest was followed, in hours.
    """

    people: int
    happened: int
    longest: float
    moments: tuple[Moment, ...]

    def at(self, hours: float) -> Moment | None:
        """Return the last change up to a time; None where nothing has changed yet."""
        before = [moment for moment in self.moments if moment.hours <= hours]
        return before[-1] if before else None

    @property
    def median(self) -> float | None:
        """The hours after which it has happened to half; None where it hasn't to so many."""
        return self._first(lambda moment: moment.waiting)

    @property
    def median_interval(self) -> tuple[float | None, float | None]:
        """The interval of the median: where the interval of the share crosses one half; None: it doesn't.

        Source: Brookmeyer, Crowley 1982, Biometrics 38:29-41, with the log-log intervals of the curve.
        """
        return self._first(lambda moment: moment.low), self._first(lambda moment: moment.high)

    def _first(self, share: Callable[[Moment], float]) -> float | None:
        # A hair above one half, as 1 - 1/2 is not exact after many factors.
        return next((moment.hours for moment in self.moments if share(moment) <= 0.5 + 1e-12), None)


def kaplan_meier(hours: NDArray[np.float64], happened: NDArray[np.bool_]) -> Curve:
    """Return the curve of some patients.

    Source: Kaplan, Meier 1958, J Am Stat Assoc 53:457-481; variance by Greenwood; intervals on the log(-log) scale,
    Kalbfleisch, Prentice, The Statistical Analysis of Failure Time Data.

    Args:
        hours: Until it happened, or as long as each was followed without it.
        happened: Whether it did.

    >>> import numpy as np
    >>> curve = kaplan_meier(np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, True]))
    >>> [(moment.hours, round(moment.waiting, 3)) for moment in curve.moments], curve.median
    ([(1.0, 0.75), (3.0, 0.375), (4.0, 0.0)], 3.0)
    """
    times, counts = np.unique(hours[happened], return_counts=True)
    ordered = np.sort(hours)
    at_risk = len(hours) - np.searchsorted(ordered, times, side="left")
    longest = float(ordered[-1]) if len(hours) else 0.0
    return Curve(len(hours), int(happened.sum()), longest, tuple(_moments(times.tolist(), at_risk.tolist(), counts.tolist())))


def _moments(times: Sequence[float], at_risk: Sequence[int], counts: Sequence[int]) -> list[Moment]:
    found, waiting, greenwood = [], 1.0, 0.0
    for hours, risk, count in zip(times, at_risk, counts, strict=True):
        waiting *= 1 - count / risk
        greenwood = greenwood + count / (risk * (risk - count)) if risk > count else float("inf")
        found.append(Moment(hours, risk, count, waiting, *_interval(waiting, greenwood)))
    return found


def _interval(share: float, greenwood: float) -> tuple[float, float]:
    if share <= 0:
        # Nobody is left: the curve says nothing of how sure that is.
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    reach = z * sqrt(greenwood) / abs(log(share))
    return exp(log(share) * exp(reach)), exp(log(share) * exp(-reach))
