"""Which facts decide a criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.truth import Truth


def deciding(criterion: Criterion, facts: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the findings that make a criterion what it is, each once; none where it is not known.

    Of a true "any of" every operand that is true, of a false "all of" every operand that is false.

    >>> deciding(AnyOf((Present("night_pain"), Present("fever"))), {"night_pain": True, "fever": False})
    ('night_pain',)
    """
    truth = evaluate(criterion, facts)
    if truth is Truth.UNKNOWN:
        return ()
    return tuple(dict.fromkeys(_deciding(criterion, facts, truth)))


def _deciding(criterion: Criterion, facts: Mapping[str, Value], truth: Truth) -> Iterator[str]:
    match criterion:
        case Present(finding) | Compare(finding) | IsOneOf(finding):
            yield finding
        case Not(operand):
            yield from _deciding(operand, facts, Truth.FALSE if truth is Truth.TRUE else Truth.TRUE)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            for operand in operands:
                if evaluate(operand, facts) is truth:
                    yield from _deciding(operand, facts, truth)
        case _:
            assert_never(criterion)
