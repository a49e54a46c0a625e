"""What a criterion means: the specification that every other reading is tested against."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Comparator, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Range, Value
from spineworkup.truth import Truth, all_of, any_of, at_least, not_


def evaluate(criterion: Criterion, facts: Mapping[str, Value]) -> Truth:
    """Return whether a criterion holds, given the values that are known.

    >>> evaluate(AnyOf((Present("night_pain"), Present("fever"))), {"night_pain": True})
    <Truth.TRUE: 'true'>
    >>> evaluate(AllOf((Present("night_pain"), Present("fever"))), {"night_pain": True})
    <Truth.UNKNOWN: 'unknown'>
    """
    match criterion:
        case Present(finding):
            return Truth.UNKNOWN if finding not in facts else _truth(facts[finding] is True)
        case Compare(finding, comparator, threshold):
            return compare(facts.get(finding), comparator, threshold)
        case IsOneOf(finding, codes):
            return Truth.UNKNOWN if finding not in facts else _truth(facts[finding] in codes)
        case Not(operand):
            return not_(evaluate(operand, facts))
        case AllOf(operands):
            return all_of(evaluate(operand, facts) for operand in operands)
        case AnyOf(operands):
            return any_of(evaluate(operand, facts) for operand in operands)
        case AtLeast(count, operands):
            return at_least(count, [evaluate(operand, facts) for operand in operands])
        case _:
            assert_never(criterion)


def compare(value: Value | None, comparator: Comparator, threshold: Decimal) -> Truth:
    """Return whether a number, or every number of a range, is on the named side of a threshold."""
    match value:
        case Decimal():
            return _truth(holds(value, comparator, threshold))
        case Range(lowest, highest):
            low, high = holds(lowest, comparator, threshold), holds(highest, comparator, threshold)
            return _truth(low) if low is high else Truth.UNKNOWN
        case _:
            return Truth.UNKNOWN


def holds(number: Decimal, comparator: Comparator, threshold: Decimal) -> bool:
    """Return whether a number is on the named side of a threshold."""
    match comparator:
        case Comparator.LESS:
            return number < threshold
        case Comparator.AT_MOST:
            return number <= threshold
        case Comparator.MORE:
            return number > threshold
        case Comparator.AT_LEAST:
            return number >= threshold
        case _:
            assert_never(comparator)


def _truth(answer: bool) -> Truth:
    return Truth.TRUE if answer else Truth.FALSE
