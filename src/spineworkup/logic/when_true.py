"""Since when a criterion has been true, worked out from the times of the findings themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
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
    return _since(criterion, facts, seen, Truth.TRUE)


def newest_reason(criterion: Criterion, facts: Mapping[str, Value], seen: Seen) -> datetime | None:
    """Return the time of the newest fact that makes a criterion what it is; None where none has a time."""
    times = [moment for finding in deciding(criterion, facts) if (moment := seen(finding)) is not None]
    return max(times, default=None)


def _since(criterion: Criterion, facts: Mapping[str, Value], seen: Seen, truth: Truth) -> datetime | None:
    match criterion:
        case Present(finding) | Compare(finding) | IsOneOf(finding):
            return seen(finding)
        case Not(operand):
            return _since(operand, facts, seen, Truth.FALSE if truth is Truth.TRUE else Truth.TRUE)
        case AllOf(operands):
            needed = len(operands) if truth is Truth.TRUE else 1
        case AnyOf(operands):
            needed = 1 if truth is Truth.TRUE else len(operands)
        case AtLeast(count, operands):
            needed = count if truth is Truth.TRUE else len(operands) - count + 1
        case _:
            assert_never(criterion)
    times = (_since(operand, facts, seen, truth) for operand in operands if evaluate(operand, facts) is truth)
    return _earliest(times, needed)


def _earliest(times: Iterable[datetime | None], needed: int) -> datetime | None:
    """Return the moment at which `needed` of the times have passed; those not known come first."""
    listed = list(times)
    known = sorted(moment for moment in listed if moment is not None)
    place = needed - (len(listed) - len(known))
    return known[place - 1] if 0 < place <= len(known) else None
