"""What single records say of a finding, and what they say together.

Nothing is weighed: what is newer, and surely so, goes before what is older where the finding is a measurement; what
disagrees otherwise is not known. See decision 22.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from attrs import evolve, frozen

from spineworkup.checklists import Notice
from spineworkup.entries import Known, Observation, Unknown, WhyUnknown
from spineworkup.fhir.reading.partial_dates import When
from spineworkup.fhir.report import Outcome
from spineworkup.findings import Finding, Kind, Quantity, Range, Value
from spineworkup.moments import CLOCK_SKEW

# The option of a choice that says that there is nothing.
NONE = "none"


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
        rank: Of diagnoses and devices that say different options of a choice the lowest counts; None for anything else.
        is_coarse: It says that there is something, and not what: an answer that says what goes before it.
    """

    finding: Finding
    value: Value | Unknown
    when: When | None = None
    source: str = ""
    reported: Quantity | None = None
    stands: bool = False
    resolves: bool = False
    rank: int | None = None
    is_coarse: bool = False

    @property
    def is_known(self) -> bool:
        """Whether it gives a value."""
        return not isinstance(self.value, Unknown)

    def of(self, source: str) -> Statement:
        """Return it with where it stands."""
        marks = (self.stands, self.resolves, self.rank, self.is_coarse)
        return Statement(self.finding, self.value, self.when, source, self.reported, *marks)

    def as_observation(self) -> Observation | Unknown:
        """Return it as a chart takes it; of a time that is an interval, the earliest moment."""
        if isinstance(self.value, Unknown):
            return self.value
        raw = self.value if self.reported is None else self.reported
        return Observation(raw, None if self.when is None else self.when.earliest, self.source)


def checked(statement: Statement, at: datetime) -> Statement:
    """Return a statement, without a value that is not plausible, or whose time is still to come."""
    if isinstance(statement.value, Unknown):
        return statement
    if statement.when is not None and statement.when.earliest > at + CLOCK_SKEW:
        return _without_value(statement, WhyUnknown.IN_FUTURE)
    if not statement.finding.is_plausible(statement.value):
        return _without_value(statement, WhyUnknown.IMPLAUSIBLE)
    return statement


def _without_value(statement: Statement, reason: WhyUnknown) -> Statement:
    return Statement(statement.finding, Unknown(reason), statement.when, statement.source)


def that_count(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Return the statements of one finding that are left when what was overtaken by others is taken away."""
    if len(statements) == 1:
        return tuple(statements)
    last = _Last.of(statements)
    kept = _surest([one for one in statements if not last.overtakes(one)])
    if any(one.is_coarse for one in kept) and any(one.is_known for one in kept):
        kept = _without_coarse(kept)
    if kept and kept[0].finding.red_flag and any(one.value is True for one in kept):
        kept = [one for one in kept if one.is_known]
    return tuple(kept)


_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@frozen
class _Last:
    """When a finding was last said to be so and so, at the earliest: what lies before it for certain is overtaken.

    Args:
        known: With any value.
        present: Present, where that is a red flag.
        resolved: To have ended.
        stands: Whether it is said to hold until it is resolved.
        number: Of a measurement, with its value.
        other_number: Of a measurement, with any other value than that.
    """

    known: datetime
    present: datetime
    resolved: datetime
    stands: bool
    number: tuple[datetime, Value | Unknown | None]
    other_number: datetime

    @classmethod
    def of(cls, statements: Sequence[Statement]) -> _Last:
        finding = statements[0].finding
        timed = [(one.when.earliest, one) for one in statements if one.when is not None]
        is_measured = finding.kind in (Kind.QUANTITY, Kind.NUMBER) and not finding.red_flag
        last, value = max(((t, one.value) for t, one in timed if is_measured), key=_first_of_pair, default=(_NEVER, None))
        return cls(
            _latest(t for t, one in timed if one.is_known),
            _latest(t for t, one in timed if finding.red_flag and one.value is True),
            _latest(t for t, one in timed if one.resolves),
            any(one.stands for one in statements),
            (last, value),
            _latest(t for t, one in timed if is_measured and one.value != value),
        )

    def overtakes(self, older: Statement) -> bool:
        """Return whether another statement takes the place of this one."""
        if older.resolves and self.stands:
            return True
        if older.when is None:
            return False
        end, (last, value) = older.when.latest, self.number
        if older.resolves:
            return self.known > end
        if self.resolved > end and not older.stands:
            return True
        if self.present > end and older.value is not True:
            return True
        return (self.other_number if older.value == value else last) > end


def _latest(moments: Iterable[datetime]) -> datetime:
    return max(moments, default=_NEVER)


def _first_of_pair(pair: tuple[datetime, object]) -> datetime:
    return pair[0]


def _without_coarse(statements: list[Statement]) -> list[Statement]:
    """Return the statements without those that say less; what says that there is nothing contradicts them."""
    if any(one.value == NONE for one in statements):
        return [Statement(statements[0].finding, Unknown(WhyUnknown.CONFLICT, "none, and yet something is recorded"))]
    return [one for one in statements if not one.is_coarse]


def _surest(statements: list[Statement]) -> list[Statement]:
    """Return the statements without the diagnoses of a choice that a surer diagnosis outranks."""
    lowest = min((one.rank for one in statements if one.rank is not None), default=None)
    return [one for one in statements if one.rank is None or one.rank == lowest]


def settled(statements: Sequence[Statement]) -> list[Observation | Unknown] | Known:
    """Return what is left of the statements of one finding, as a chart takes it."""
    counted = that_count(statements)
    if len(counted) == 1 and not isinstance(counted[0].value, Range):
        return [counted[0].as_observation()]
    if not any(isinstance(one.value, Range) for one in counted) or not all(one.is_known for one in counted):
        return [one.as_observation() for one in counted]
    first = min(counted, key=_first)
    if all(one.value == first.value for one in counted) and isinstance(first.value, Range):
        return Known(first.value, None if first.when is None else first.when.earliest, first.source)
    return [Unknown(WhyUnknown.CONFLICT, f"{len(counted)} observations")]


def _first(statement: Statement) -> tuple[bool, str, str]:
    """Put statements into an order of their own, so that the one in which they come changes nothing."""
    when = statement.when
    return when is None, "" if when is None else when.earliest.isoformat(), statement.source


@frozen
class Event:
    """What one record says has happened to a step.

    Args:
        is_own: It comes in our own codes: only then it may say that a step is finished.
    """

    step: str
    state: str
    when: When
    is_own: bool = False
    by: str = ""
    reason: str = ""


@frozen
class Said:
    """What one resource says, and what becomes of it.

    Args:
        is_called_otherwise: A code that is known here goes by another name in the record.
    """

    outcome: Outcome
    why: str
    statements: tuple[Statement, ...] = ()
    events: tuple[Event, ...] = ()
    clocks: tuple[tuple[str, datetime], ...] = ()
    not_available: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    is_called_otherwise: bool = False

    @property
    def about(self) -> str:
        """The findings and steps that it speaks of."""
        named = [one.finding.id for one in self.statements] + [one.step for one in self.events]
        named += [f"clocks.{clock}" for clock, _ in self.clocks] + list(self.not_available)
        return ", ".join(dict.fromkeys(named))


def diagnosis_not_counted(finding: Finding) -> Notice:
    """Return what to say of a diagnosis that makes a finding neither present nor absent."""
    words = f"{finding.label}: a diagnosis is recorded that isn't surely present now, and isn't counted"
    return Notice("diagnosis_not_counted", words, finding.id)


_WHY = {
    WhyUnknown.NOT_RECORDED: "it gives no value that counts",
    WhyUnknown.NO_UNIT: "its number has no unit that is known here",
    WhyUnknown.CONFLICT: "it contradicts itself",
    WhyUnknown.IMPLAUSIBLE: "its number is not plausible",
    WhyUnknown.UNMAPPED_CODE: "what it says has no code that is known here",
    WhyUnknown.IN_FUTURE: "its time is still to come",
}


def judged(said: Said, at: datetime) -> Said:
    """Return what a resource says at a moment: without values that can't be, and as used only where something is left."""
    if not said.statements:
        return said
    statements = tuple([checked(one, at) for one in said.statements])
    reasons = [one.value.reason for one in statements if isinstance(one.value, Unknown)]
    if said.outcome != "used" or not reasons or len(reasons) < len(statements) or said.events or said.clocks:
        is_same = all(new is old for new, old in zip(statements, said.statements, strict=True))
        return said if is_same else evolve(said, statements=statements)
    outcome: Outcome = "unmapped" if reasons[0] is WhyUnknown.UNMAPPED_CODE else "ignored"
    return evolve(said, statements=statements, outcome=outcome, why=_WHY.get(reasons[0], _WHY[WhyUnknown.NOT_RECORDED]))
