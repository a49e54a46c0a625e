"""A minimal patient of whom given criteria are true or false: found by trying answers, without a solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import assert_never

from spineworkup.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Place,
    Present,
    leaves,
)
from spineworkup.findings import Finding, Kind, Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth, not_

Facts = Mapping[str, Value]
# What has to be true, or false.
Goal = tuple[Criterion, Truth]
Answers = Mapping[str, tuple[Value, ...]]


def answers_of(pathway: Pathway) -> Answers:
    """Return answers that tell a finding's literals apart: each option; below, at and above each threshold."""
    thresholds: dict[str, set[Decimal]] = {}
    for step in pathway.steps.values():
        for criterion in step.criteria:
            for leaf in leaves(criterion):
                if isinstance(leaf, Compare):
                    thresholds.setdefault(leaf.finding, set()).update(_around(leaf.threshold))
    return {id_: _answers(f, sorted(thresholds.get(id_, ()))) for id_, f in pathway.findings.items()}


def reach(goals: Sequence[Goal], known: Facts, answers: Answers) -> Iterator[Facts]:
    """Yield what could be known for all goals to be reached, by adding little to what is known.

    >>> pain, fever = Present("pain"), Present("fever")
    >>> answers = {"pain": (True, False), "fever": (True, False)}
    >>> list(reach([(AnyOf((pain, fever)), Truth.TRUE), (pain, Truth.FALSE)], {}, answers))
    [{'fever': True, 'pain': False}]
    """
    if not goals:
        yield known
        return
    (criterion, wanted), rest = goals[0], goals[1:]
    match criterion:
        case Present(finding) | Compare(finding) | IsOneOf(finding):
            tried = [known] if finding in known else [{**known, finding: value} for value in answers[finding]]
            for facts in tried:
                if evaluate(criterion, facts) is wanted:
                    yield from reach(rest, facts, answers)
        case Not(operand):
            yield from reach([(operand, not_(wanted)), *rest], known, answers)
        case AllOf(operands):
            yield from _some(len(operands), operands, wanted, rest, known, answers)
        case AnyOf(operands):
            yield from _some(1, operands, wanted, rest, known, answers)
        case AtLeast(count, operands):
            yield from _some(count, operands, wanted, rest, known, answers)
        case _:
            assert_never(criterion)


def beside(criterion: Criterion, path: Place) -> Iterator[list[Goal]]:
    """Yield what has to hold beside the way to a literal so that nothing masks it.

    >>> list(beside(AnyOf((Present("pain"), Present("fever"))), (0,)))
    [[(Present(finding='fever'), <Truth.FALSE: 'false'>)]]
    """
    match criterion:
        case Present() | Compare() | IsOneOf():
            yield []
        case Not(operand):
            yield from beside(operand, path[1:])
        case AllOf(operands):
            yield from _beside(len(operands), operands, path)
        case AnyOf(operands):
            yield from _beside(1, operands, path)
        case AtLeast(count, operands):
            yield from _beside(count, operands, path)
        case _:
            assert_never(criterion)


def _some(
    count: int,
    operands: Sequence[Criterion],
    wanted: Truth,
    rest: Sequence[Goal],
    known: Facts,
    answers: Answers,
) -> Iterator[Facts]:
    """Reach that at least `count` operands are true; or, for false, that too few can be."""
    number = count if wanted is Truth.TRUE else len(operands) - count + 1
    there_first = sorted(operands, key=lambda operand: evaluate(operand, known) is not wanted)
    for chosen in combinations(there_first, number):
        yield from reach([*((operand, wanted) for operand in chosen), *rest], known, answers)


def _beside(count: int, operands: Sequence[Criterion], path: Place) -> Iterator[list[Goal]]:
    """Of the others exactly one fewer than needed is true: so the operand on the way turns the whole."""
    others = [operand for number, operand in enumerate(operands) if number != path[0]]
    for true in combinations(range(len(others)), count - 1):
        here = [(one, Truth.TRUE if number in true else Truth.FALSE) for number, one in enumerate(others)]
        yield from ([*here, *deeper] for deeper in beside(operands[path[0]], path[1:]))


def _around(threshold: Decimal) -> tuple[Decimal, ...]:
    """Return a threshold and its neighbours, one unit of its last digit away."""
    unit = Decimal(1).scaleb(int(threshold.as_tuple().exponent))
    return threshold - unit, threshold, threshold + unit


def _answers(finding: Finding, numbers: Sequence[Decimal]) -> tuple[Value, ...]:
    match finding.kind:
        case Kind.BOOLEAN:
            return True, False
        case Kind.CHOICE:
            return tuple(finding.options)
        case Kind.NUMBER | Kind.QUANTITY:
            return tuple(number for number in numbers if finding.is_plausible(number))
        case _:
            assert_never(finding.kind)
