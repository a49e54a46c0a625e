"""Times as ratios to a yardstick, taken in turn: other work on the machine and its drift meet both sides alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import frozen

# Takes the number of the round, and returns the seconds that one patient took.
Timed = Callable[[int], float]
T = TypeVar("T")
# Of each measurement: processor time, and patients.
BUDGET, MOST = 0.15, 500
# Of each warm-up: processor time, and patients.
WARM_UP, WARM = 0.5, 2000


@frozen
class Spread:
    """What rounds gave: the median, and the quartiles."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Sequence[float]) -> Spread:
        """Return the spread of some ratios."""
        low, median, high = statistics.quantiles(found, n=4, method="inclusive")
        return cls(median, low, high)

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.low)}–{_short(self.high)})"


def _short(ratio: float) -> str:
    """Return a ratio with as many digits as mean something."""
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def in_turn(yardstick: Timed, others: Mapping[str, Timed], rounds: int) -> dict[str, Spread]:
    """Return how many times as long each takes as the yardstick, which is timed before and after it in every round.

    The first round warms up and counts for nothing.
    """
    found: dict[str, list[float]] = {name: [] for name in others}
    gc.collect()
    gc.freeze()  # what was made beforehand is not gone through again in somebody's time
    for number in range(rounds + 1):
        before = yardstick(number)
        for name, timed in others.items():
            took, after = timed(number), yardstick(number)
            found[name].append(2 * took / (before + after))
            before = after
    gc.unfreeze()
    return {name: Spread.of(ratios[1:]) for name, ratios in found.items()}


def each(run: Callable[[T], Any], given: Sequence[T], count: int, make: Callable[[Any], T] | None = None) -> Timed:
    """Time `run` over `count` of what is given, others in every round; what it returns is dropped.

    Args:
        make: Makes one of what is given ready, outside the time.
    """

    def timed(number: int) -> float:
        chosen = [given[place % len(given)] for place in range(number * count, (number + 1) * count)]
        ready = chosen if make is None else [make(one) for one in chosen]
        gc.collect()
        start = time.process_time()
        for one in ready:
            run(one)
        return (time.process_time() - start) / count

    return timed


def timed(run: Callable[[Any], Any], ward: Sequence[Any], form: Callable[[Any], Any] | None = None) -> Timed:
    """Time a function over other patients in every round, as many as a budget of time allows.

    It is warmed up first, with patients from the end of the ward: what it compiles and remembers is there.

    Args:
        form: Makes of a patient what the function takes, outside the time.
    """
    seconds = _warmed_up(run, ward[-WARM:] if form is None else [form(one) for one in ward[-WARM:]])
    return each(run, ward, max(3, min(MOST, int(BUDGET / (seconds + 1e-9)))), form)


def _warmed_up(run: Callable[[Any], Any], given: Sequence[Any]) -> float:
    """Run until a budget of time is used up; return the seconds that one took."""
    start, taken = time.process_time(), 0.0
    for count, one in enumerate(given, 1):
        run(one)
        taken = (time.process_time() - start) / count
        if taken * count > WARM_UP:
            break
    return taken
