"""What single records say of a finding, and what they say together.

Nothing is weighed: what is newer, and surely so, goes before what is older where the finding is a measurement; what
disagrees otherwise is not known. See decision 21.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from spineworkup.charts import CLOCK_SKEW, Known, Observation, Unknown, WhyUnknown
from spineworkup.checklists import Notice
from spineworkup.fhir.partial_dates import When
from spineworkup.fhir.report import Outcome
from spineworkup.findings import Finding, Kind, Quantity, Range, Value


@frozen
class Statement:
    """What one record says of one finding.

    Args:
        value: The value, or why there is none.
        reported: A quantity, as it was reported.
        when: When it was seen or measured, as far as that was written down.
        source: Where it stands.
        stands: It holds until it is resolved: an active diagnosis.
        resolves: It is the recorded end of what it speaks of.
        rank: Of diagnoses that say different options of a choice the lowest counts; None for anything but a diagnosis.
    """

    finding: Finding
    value: Value | Unknown
    when: When | None = None
    source: str = ""
    reported: Quantity | None = None
    stands: bool = False
    resolves: bool = False
    rank: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether it gives a value."""
        return not isinstance(self.value, Unknown)

    def as_observation(self) -> Observation | Unknown:
        """Return it as a chart takes it; of a time that is an interval, the earliest moment."""
        if isinstance(self.value, Unknown):
            return self.value
        raw = self.value if self.reported is None else self.reported
        return Observation(raw, None if self.when is None else self.when.earliest, self.source)


def not_in_future(statement: Statement, at: datetime) -> Statement:
    """Return a statement, without its value where its time is still to come."""
    when = statement.when
    if when is None or when.earliest <= at + CLOCK_SKEW or not statement.is_known:
        return statement
    return Statement(statement.finding, Unknown(WhyUnknown.IN_FUTURE), when, statement.source)


def that_count(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements of one finding that are left when what was overtaken by others is taken away."""
    kept = [one for one in statements if not any(_overtakes(other, one) for other in statements)]
    kept = _surest(kept)
    if kept and kept[0].finding.red_flag and any(one.value is True for one in kept):
        kept = [one for one in kept if one.is_known]
    return tuple(kept)


def _overtakes(newer: Statement, older: Statement) -> bool:
    """Return whether a statement takes the place of another."""
    if older.resolves and newer.stands:
        return True
    if newer.when is None or older.when is None or not newer.when.is_after(older.when):
        return False
    if older.resolves:
        return newer.is_known
    if newer.resolves:
        return not older.stands
    if newer.finding.red_flag:
        return newer.value is True and older.value is not True
    return newer.finding.kind in (Kind.QUANTITY, Kind.NUMBER)


def _surest(statements: list[Statement]) -> list[Statement]:
    """Return the statements without the diagnoses of a choice that a surer diagnosis outranks."""
    lowest = min((one.rank for one in statements if one.rank is not None), default=None)
    return [one for one in statements if one.rank is None or one.rank == lowest]


def settled(statements: Sequence[Statement]) -> list[Observation | Unknown] | Known:
    """Return what is left of the statements of one finding, as a chart takes it."""
    counted = that_count(statements)
    if not any(isinstance(one.value, Range) for one in counted) or not all(one.is_known for one in counted):
        return [one.as_observation() for one in counted]
    first = counted[0]
    if all(one.value == first.value for one in counted) and isinstance(first.value, Range):
        return Known(first.value, None if first.when is None else first.when.earliest, first.source)
    return [Unknown(WhyUnknown.CONFLICT, f"{len(counted)} observations")]


@frozen
class Event:
    """What one record says has happened to a step."""

    step: str
    state: str
    when: When | None
    is_own: bool = False


@frozen
class Said:
    """What one resource says, and what becomes of it."""

    outcome: Outcome
    why: str
    statements: tuple[Statement, ...] = ()
    events: tuple[Event, ...] = ()
    clocks: tuple[tuple[str, datetime], ...] = ()
    not_available: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def about(self) -> str:
        """The findings and steps that it speaks of."""
        named = [one.finding.id for one in self.statements] + [one.step for one in self.events]
        named += [f"clocks.{clock}" for clock, _ in self.clocks] + list(self.not_available)
        return ", ".join(dict.fromkeys(named))
