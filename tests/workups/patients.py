"""A workup for the tests of the record, and short ways to write one down."""

from datetime import UTC, datetime, timedelta

from spineworkup import load_pathway
from spineworkup.workups.workup import Workup

PATHWAY = load_pathway()
FIRST = "first clinician"
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def hour(number: float) -> datetime:
    """Return the moment so many hours after nine o'clock of the first day."""
    return NINE + timedelta(hours=number)


def started(case: str = "example-1") -> Workup:
    """Return a workup in which the suspicion was recorded at nine."""
    return Workup.start(PATHWAY, case, at=NINE, by=FIRST).start_clock("suspicion", at=NINE, by=FIRST)


def recorded(*seen: tuple, workup: Workup | None = None) -> Workup:
    """Return a workup with findings: (finding, value, hour) or with what else `record` takes as a mapping."""
    found = workup or started()
    for finding, value, at, *more in seen:
        found = found.record(finding, value, at=hour(at), by=FIRST, **(more[0] if more else {}))
    return found
