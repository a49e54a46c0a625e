"""Draws for a block of patients at once: chances, choices, hours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Times = NDArray[np.datetime64]
Chance = float | NDArray[np.float64]

# So many patients come from one generator; how a file is cut into batches changes nothing.
BLOCK = 4096
NOT_KNOWN = -1
NEVER = np.datetime64("NaT", "us")


@frozen
class Draw:
    """Draws for the patients of one block."""

    random: np.random.Generator
    size: int

    @classmethod
    def of_block(cls, seed: int, block: int) -> Draw:
        """Return the draws of a block: always for a whole one, so that a shorter cohort begins as a longer one does."""
        return cls(np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, block)))), BLOCK)

    def chance(self, rate: Chance) -> Flags:
        """Draw yes or no, at a rate for all or for each."""
        return self.random.random(self.size) < rate

    def pick(self, weights: Sequence[float]) -> Whole:
        """Draw the number of an alternative."""
        ends = np.cumsum(weights) / np.sum(weights)
        return np.searchsorted(ends, self.random.random(self.size), side="right").astype(np.int64)

    def between(self, low: int, high: int) -> Whole:
        """Draw whole numbers, both ends included."""
        return self.random.integers(low, high + 1, self.size)

    def about(self, middle: float, spread: float, low: int, high: int) -> Whole:
        """Draw whole numbers about a middle, none beyond the ends."""
        drawn = np.rint(self.random.normal(middle, spread, self.size))
        return np.clip(drawn, low, high).astype(np.int64)

    def minutes(self, hours: Chance, spread: float = 0.8) -> NDArray[np.timedelta64]:
        """Draw how long something takes, in whole minutes: lognormal about a median in hours."""
        taken = 60 * hours * np.exp(self.random.normal(0, spread, self.size))
        return np.maximum(np.rint(taken), 1).astype("timedelta64[m]").astype("timedelta64[us]")
