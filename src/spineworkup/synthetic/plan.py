"""What a synthetic cohort is to be: how many, from when, at how many places, and how much is wrong with its records."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from attrs import field, frozen

from spineworkup.errors import CohortError
from spineworkup.pathways import Pathway

# A rate is the same for all kinds of findings; the start of a clock is lost a third as often.
CLOCKS_LOST_LESS = 3
# An examination that wasn't done loses all its findings: of what is missing, a tenth is missing alone.
LOST_ALONE = 0.1
_START = datetime(2025, 1, 1, tzinfo=UTC)
_MOST = 100_000_000


@frozen
class Plan:
    """A synthetic cohort. Its rates are made up, to exercise software; they say nothing about patients.

    Args:
        patients: How many.
        seed: The same seed gives the same patients, byte by byte.
        start: When the first of them may come.
        months: For how long they come; at its end they are looked at.
        sites: At how many places.
        missing: Of what could have been recorded, the share that wasn't, most of it whole groups at once; of the clocks a third of it.
        other_units: Of quantities that have several units, the share that is in another than the usual one.
        errors: The share of patients with one error in their record.

    Raises:
        CohortError: A number that can't be.
    """

    pathway: Pathway = field(repr=False)
    patients: int
    seed: int = 1
    start: datetime = _START
    months: int = 12
    sites: int = 8
    missing: float = 0.15
    other_units: float = 0.2
    errors: float = 0.0

    def __attrs_post_init__(self) -> None:
        for name, low, high in (("patients", 1, _MOST), ("seed", 0, 2**63), ("months", 1, 1200), ("sites", 1, 99)):
            _check(name, getattr(self, name), low, high)
        for name in ("missing", "other_units", "errors"):
            _check(name, getattr(self, name), 0, 1)

    @property
    def window(self) -> tuple[np.datetime64, np.datetime64]:
        """When the first may come, and when all are looked at."""
        first = np.datetime64(self.start.astimezone(UTC).replace(tzinfo=None), "us")
        days = first - first.astype("datetime64[M]")
        return first, (first.astype("datetime64[M]") + self.months).astype("datetime64[us]") + days

    @property
    def lost(self) -> tuple[float, float]:
        """How often a whole group of findings is missing, and how often one alone, so that together it is `missing`."""
        alone = self.missing * LOST_ALONE
        return (self.missing - alone) / (1 - alone) if alone < 1 else 1.0, alone

    @property
    def words(self) -> str:
        """What every file says of itself."""
        return (
            f"synthetic: {self.patients} made-up patients, seed {self.seed}; rates are made up to exercise software and say nothing about patients"
        )


def _check(name: str, number: float, low: float, high: float) -> None:
    if not low <= number <= high:
        raise CohortError(name, f"expected a number from {low} to {high}")
