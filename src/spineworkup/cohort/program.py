"""Every criterion of a pathway as one list of operations on columns, in which equal parts are worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

from attrs import define, field, frozen

from spineworkup.cohort.bits import Truths, all_of, any_of, at_least, not_
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Leaf, Not, Present
from spineworkup.pathways import Pathway

Number = int


@frozen
class Program:
    """Criteria made ready for columns.

    Args:
        nodes: Each different criterion, after its parts, with the numbers of these.
        numbers: Criterion to its number.
    """

    nodes: tuple[tuple[Criterion, tuple[Number, ...]], ...]
    numbers: Mapping[Criterion, Number]

    def run(self, leaf: Callable[[Leaf], Truths], size: int) -> list[Truths]:
        """Return the truths of every criterion, by its number.

        Args:
            leaf: Gives the truths of a criterion on one finding.
            size: How many rows there are.
        """
        found: list[Truths] = []
        for node, parts in self.nodes:
            found.append(_truths(node, [found[part] for part in parts], leaf, size))
        return found


def program_of(pathway: Pathway) -> Program:
    """Return the criteria that decide anything in a pathway, made ready; made once and kept with it."""
    return pathway.remember("program", _program)


def _program(pathway: Pathway) -> Program:
    writing = _Writing()
    for criterion in _deciding_criteria(pathway):
        writing.number(criterion)
    return Program(tuple(writing.nodes), writing.numbers)


def _deciding_criteria(pathway: Pathway) -> Iterator[Criterion]:
    for step in pathway.steps.values():
        yield from (rule.when for rule in step.indications + step.contraindications)
        yield from (p.unless for p in step.prerequisites if p.unless is not None)
        yield from () if step.done_when is None else (step.done_when,)


@define
class _Writing:
    nodes: list[tuple[Criterion, tuple[Number, ...]]] = field(factory=list)
    numbers: dict[Criterion, Number] = field(factory=dict)

    def number(self, criterion: Criterion) -> Number:
        """Return the number of a criterion, which is written down first where it wasn't yet."""
        if criterion not in self.numbers:
            parts = tuple(self.number(part) for part in operands_of(criterion))
            self.numbers[criterion] = len(self.nodes)
            self.nodes.append((criterion, parts))
        return self.numbers[criterion]


def operands_of(criterion: Criterion) -> tuple[Criterion, ...]:
    """Return the parts of which a criterion is made."""
    match criterion:
        case Present() | Compare() | IsOneOf():
            return ()
        case Not(operand):
            return (operand,)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            return operands
        case _:
            assert_never(criterion)


def _truths(node: Criterion, parts: list[Truths], leaf: Callable[[Leaf], Truths], size: int) -> Truths:
    match node:
        case Present() | Compare() | IsOneOf():
            return leaf(node)
        case Not():
            return not_(parts[0])
        case AllOf():
            return all_of(parts, size)
        case AnyOf():
            return any_of(parts, size)
        case AtLeast(count):
            return at_least(count, parts, size)
        case _:
            assert_never(node)
