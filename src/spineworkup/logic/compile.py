"""A criterion as a function that answers fast; equal to `evaluate`, which says what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Value
from spineworkup.logic.evaluate import compare, holds
from spineworkup.truth import Truth, not_

Test = Callable[[Mapping[str, Value]], Truth]
TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


def compile_criterion(criterion: Criterion) -> Test:
    """Return a function from known values to the truth of a criterion.

    >>> compile_criterion(Present("night_pain"))({"night_pain": True})
    <Truth.TRUE: 'true'>
    """
    match criterion:
        case Present(finding):
            return _present(finding)
        case Compare():
            return _compare(criterion)
        case IsOneOf(finding, codes):
            return _is_one_of(finding, frozenset(codes))
        case Not(operand):
            test = compile_criterion(operand)
            return lambda facts: not_(test(facts))
        case AllOf(operands):
            return _all_of(operands)
        case AnyOf(operands):
            return _any_of(operands)
        case AtLeast(count, operands):
            return _at_least(count, tuple(map(compile_criterion, operands)))
        case _:
            assert_never(criterion)


def _present(finding: str) -> Test:
    def test(facts: Mapping[str, Value]) -> Truth:
        value = facts.get(finding)
        return UNKNOWN if value is None else TRUE if value is True else FALSE

    return test


def _compare(criterion: Compare) -> Test:
    finding, comparator, threshold = criterion.finding, criterion.comparator, criterion.threshold

    def test(facts: Mapping[str, Value]) -> Truth:
        value = facts.get(finding)
        if type(value) is Decimal:
            return TRUE if holds(value, comparator, threshold) else FALSE
        return compare(value, comparator, threshold)

    return test


def _is_one_of(finding: str, codes: frozenset[str]) -> Test:
    def test(facts: Mapping[str, Value]) -> Truth:
        value = facts.get(finding)
        return UNKNOWN if value is None else TRUE if value in codes else FALSE

    return test


def _all_present(operands: tuple[Criterion, ...]) -> tuple[str, ...] | None:
    """Return the findings, if every operand just asks for one: long lists of red flags are the common case."""
    found = tuple(operand.finding for operand in operands if isinstance(operand, Present))
    return found if len(found) == len(operands) else None


def _any_of(operands: tuple[Criterion, ...]) -> Test:
    present = _all_present(operands)
    if present is not None:
        return _any_present(present)
    tests = tuple(map(compile_criterion, operands))

    def test(facts: Mapping[str, Value]) -> Truth:
        answer = FALSE
        for operand in tests:
            truth = operand(facts)
            if truth is TRUE:
                return TRUE
            if truth is UNKNOWN:
                answer = UNKNOWN
        return answer

    return test


def _any_present(findings: tuple[str, ...]) -> Test:
    def test(facts: Mapping[str, Value]) -> Truth:
        answer = FALSE
        for finding in findings:
            value = facts.get(finding)
            if value is True:
                return TRUE
            if value is None:
                answer = UNKNOWN
        return answer

    return test


def _all_of(operands: tuple[Criterion, ...]) -> Test:
    tests = tuple(map(compile_criterion, operands))

    def test(facts: Mapping[str, Value]) -> Truth:
        answer = TRUE
        for operand in tests:
            truth = operand(facts)
            if truth is FALSE:
                return FALSE
            if truth is UNKNOWN:
                answer = UNKNOWN
        return answer

    return test


def _at_least(count: int, tests: tuple[Test, ...]) -> Test:
    def test(facts: Mapping[str, Value]) -> Truth:
        known = possible = 0
        for operand in tests:
            truth = operand(facts)
            if truth is TRUE:
                known += 1
            if truth is not FALSE:
                possible += 1
        return TRUE if known >= count else FALSE if possible < count else UNKNOWN

    return test
