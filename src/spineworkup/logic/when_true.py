"""Since when a criterion has been true, worked out from the times of the findings themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.explain import deciding
from spineworkup.truth import Truth

Seen = Callable[[str], datetime | None]


def when_true(criterion: Criterion, facts: Mapping[str, Value], seen: Seen) -> datetime | None:
    """Return since when a true criterion has been true; None where no time is known (so perhaps always).

    "Any of" counts from its earliest operand, "all of" from its latest. A finding without a time may be as old as can
    be: it never makes the answer later.
    """
    return _known(_since(criterion, facts, seen, Truth.TRUE, _EVER))


def surely_true_since(criterion: Criterion, facts: Mapping[str, Value], seen: Seen) -> datetime | None:
    """Return since when a criterion has been true by the facts that have a time; None where those don't make it true.

    So a fact without a time, which may have made it true long before, takes no time away that other facts give.
    """
    return _known(_since(criterion, facts, seen, Truth.TRUE, _NEVER))


def newest_reason(criterion: Criterion, facts: Mapping[str, Value], seen: Seen) -> datetime | None:
    """Return the time of the newest fact that makes a criterion what it is; None where none has a time."""
    times = [moment for finding in deciding(criterion, facts) if (moment := seen(finding)) is not None]
    return max(times, default=None)


def reasons_after(
    moment: datetime, criterion: Criterion, facts: Mapping[str, Value], seen: Seen
) -> list[datetime]:
    """Return the times of the facts that make a criterion what it is and are newer than a moment."""
    times = [seen(finding) for finding in deciding(criterion, facts)]
    return [time for time in times if time is not None and time > moment]


# Before and after every time: since ever, and not yet.
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _known(moment: datetime) -> datetime | None:
    return None if moment in (_EVER, _NEVER) else moment


def _since(
    criterion: Criterion, facts: Mapping[str, Value], seen: Seen, truth: Truth, untimed: datetime
) -> datetime:
    """Return since when a criterion has had a truth; a fact without a time counts as `untimed`."""
    match criterion:
        case Present(finding) | Compare(finding) | IsOneOf(finding):
            return seen(finding) or untimed
        case Not(operand):
            other = Truth.FALSE if truth is Truth.TRUE else Truth.TRUE
            return _since(operand, facts, seen, other, untimed)
        case AllOf(operands):
            needed = len(operands) if truth is Truth.TRUE else 1
        case AnyOf(operands):
            needed = 1 if truth is Truth.TRUE else len(operands)
        case AtLeast(count, operands):
            needed = count if truth is Truth.TRUE else len(operands) - count + 1
        case _:
            assert_never(criterion)
    agree = (operand for operand in operands if evaluate(operand, facts) is truth)
    moments = sorted(_since(operand, facts, seen, truth, untimed) for operand in agree)
    return moments[needed - 1] if needed > 0 else _EVER
