"""What is left of a criterion once the known values are put in: the questions that are still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from spineworkup.criteria import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Present,
    findings_of,
)
from spineworkup.findings import Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.truth import Truth


def reduce(criterion: Criterion, facts: Mapping[str, Value]) -> Criterion:
    """Return the part of a criterion that the known values don't decide.

    It means the same as the criterion for everyone who has these values, and reads only what is not known of them.

    >>> reduce(AllOf((Present("night_pain"), Present("fever"))), {"night_pain": True})
    Present(finding='fever')
    """
    match criterion:
        case Present() | Compare() | IsOneOf():
            truth = evaluate(criterion, facts)
            return criterion if truth is Truth.UNKNOWN else ALWAYS if truth is Truth.TRUE else NEVER
        case Not(operand):
            rest = reduce(operand, facts)
            return NEVER if rest == ALWAYS else ALWAYS if rest == NEVER else Not(rest)
        case AllOf(operands):
            return _at_least(len(operands), operands, facts)
        case AnyOf(operands):
            return _at_least(1, operands, facts)
        case AtLeast(count, operands):
            return _at_least(count, operands, facts)
        case _:
            assert_never(criterion)


def open_questions(criterion: Criterion, facts: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the findings that are not known and that the criterion still turns on."""
    return findings_of(reduce(criterion, facts))


def _at_least(count: int, operands: tuple[Criterion, ...], facts: Mapping[str, Value]) -> Criterion:
    left = [reduce(operand, facts) for operand in operands]
    wanted = count - sum(1 for rest in left if rest == ALWAYS)
    rests = tuple(rest for rest in left if rest not in (ALWAYS, NEVER))
    if wanted <= 0:
        return ALWAYS
    if wanted > len(rests):
        return NEVER
    if len(rests) == 1:
        return rests[0]
    if wanted == len(rests):
        return AllOf(rests)
    return AnyOf(rests) if wanted == 1 else AtLeast(wanted, rests)
