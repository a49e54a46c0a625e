"""A criterion as a function that answers fast; equal to `evaluate`, which says what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Comparator, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Value
from spineworkup.logic.evaluate import compare
from spineworkup.truth import Truth, not_

Facts = Mapping[str, Value]
# Takes the known values, and the truths of the criteria that were answered before.
Test = Callable[[Facts, Sequence[Truth]], Truth]
TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
_SIDES = {Comparator.LESS: lt, Comparator.AT_MOST: le, Comparator.MORE: gt, Comparator.AT_LEAST: ge}


def compile_criterion(criterion: Criterion) -> Callable[[Facts], Truth]:
    """Return a function from known values to the truth of a criterion.

    >>> compile_criterion(Present("night_pain"))({"night_pain": True})
    <Truth.TRUE: 'true'>
    """
    test = compile_test(criterion, {})
    return lambda facts: test(facts, ())


def compile_test(criterion: Criterion, places: Mapping[Criterion, int]) -> Test:
    """Return the test of a criterion; parts of it that have a place were answered before and are looked up there."""

    def part(operand: Criterion) -> Test:
        place = places.get(operand)
        return compile_test(operand, places) if place is None else _answered(place)

    match criterion:
        case Present(finding):
            return _present(finding)
        case Compare():
            return _compare(criterion)
        case IsOneOf(finding, codes):
            return _is_one_of(finding, frozenset(codes))
        case Not(operand):
            return _not(part(operand))
        case AllOf(operands):
            return _all_of(tuple(map(part, operands)))
        case AnyOf(operands):
            present = [operand.finding for operand in operands if isinstance(operand, Present)]
            # Long lists of red flags are the common case.
            return (
                _any_present(present)
                if len(present) == len(operands)
                else _any_of(tuple(map(part, operands)))
            )
        case AtLeast(count, operands):
            return _at_least(count, tuple(map(part, operands)))
        case _:
            assert_never(criterion)


def _answered(place: int) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        return truths[place]

    return test


def _present(finding: str) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        value = facts.get(finding)
        return UNKNOWN if value is None else TRUE if value is True else FALSE

    return test


def _compare(criterion: Compare) -> Test:
    finding, comparator, threshold = criterion.finding, criterion.comparator, criterion.threshold
    on_side = _SIDES[comparator]

    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        value = facts.get(finding)
        if type(value) is Decimal:
            return TRUE if on_side(value, threshold) else FALSE
        return compare(value, comparator, threshold)

    return test


def _is_one_of(finding: str, codes: frozenset[str]) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        value = facts.get(finding)
        return UNKNOWN if value is None else TRUE if value in codes else FALSE

    return test


def _not(operand: Test) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        return not_(operand(facts, truths))

    return test


def _any_present(findings: Sequence[str]) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        answer = FALSE
        for finding in findings:
            value = facts.get(finding)
            if value is True:
                return TRUE
            if value is None:
                answer = UNKNOWN
        return answer

    return test


def _any_of(operands: tuple[Test, ...]) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        answer = FALSE
        for operand in operands:
            truth = operand(facts, truths)
            if truth is TRUE:
                return TRUE
            if truth is UNKNOWN:
                answer = UNKNOWN
        return answer

    return test


def _all_of(operands: tuple[Test, ...]) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        answer = TRUE
        for operand in operands:
            truth = operand(facts, truths)
            if truth is FALSE:
                return FALSE
            if truth is UNKNOWN:
                answer = UNKNOWN
        return answer

    return test


def _at_least(count: int, operands: tuple[Test, ...]) -> Test:
    def test(facts: Facts, truths: Sequence[Truth]) -> Truth:
        known = possible = 0
        for operand in operands:
            truth = operand(facts, truths)
            if truth is TRUE:
                known += 1
            if truth is not FALSE:
                possible += 1
        return TRUE if known >= count else FALSE if possible < count else UNKNOWN

    return test
