"""Every criterion of a pathway as one list of operations on columns, in which equal parts are worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from attrs import define, field, frozen

from spineworkup.cohort.bits import Bits, Truths, all_of, any_of, at_least, not_
from spineworkup.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    IsOneOf,
    Leaf,
    Not,
    Present,
    findings_of,
)
from spineworkup.pathways import Pathway

Number = int


@frozen
class Program:
    """Criteria made ready for columns.

    Args:
        nodes: Each different criterion, after its parts, with the numbers of these.
        rules: Rule to the number of its criterion.
        waivers: Step to those that waive its prerequisites, None for one that nothing waives.
        results: Step to the number of the criterion that says that its result is there.
        findings: Of every criterion the findings that it reads.
    """

    nodes: tuple[tuple[Criterion, tuple[Number, ...]], ...]
    rules: Mapping[str, Number]
    waivers: Mapping[str, tuple[Number | None, ...]]
    results: Mapping[str, Number]
    findings: tuple[tuple[str, ...], ...]

    def run(self, leaf: Callable[[Leaf], Truths], none: Bits) -> list[Truths]:
        """Return the truths of every criterion, by its number.

        Args:
            leaf: Gives the truths of a criterion on one finding.
            none: No row.
        """
        found: list[Truths] = []
        for node, parts in self.nodes:
            operands = [found[part] for part in parts]
            if isinstance(node, AllOf):
                found.append(all_of(operands, none))
            elif isinstance(node, AnyOf):
                found.append(any_of(operands, none))
            elif isinstance(node, Not):
                found.append(not_(operands[0]))
            elif isinstance(node, AtLeast):
                found.append(at_least(node.count, operands, none))
            else:
                found.append(leaf(node))
        return found


def program_of(pathway: Pathway) -> Program:
    """Return the criteria that decide anything in a pathway, made ready; made once and kept with it."""
    return pathway.remember("program", _program)


def _program(pathway: Pathway) -> Program:
    number, nodes = (writing := _Writing()).number, writing.nodes
    steps = pathway.steps.values()
    return Program(
        rules={r.id: number(r.when) for step in steps for r in step.indications + step.contraindications},
        waivers={s.id: tuple(None if p.unless is None else number(p.unless) for p in s.prerequisites) for s in steps},
        results={step.id: number(step.done_when) for step in steps if step.done_when is not None},
        findings=tuple(findings_of(criterion) for criterion, _ in nodes),
        nodes=tuple(nodes),
    )


@define
class _Writing:
    nodes: list[tuple[Criterion, tuple[Number, ...]]] = field(factory=list)
    numbers: dict[Criterion, Number] = field(factory=dict)

    def number(self, criterion: Criterion) -> Number:
        """Return the number of a criterion, which is written down first where it wasn't yet."""
        if criterion not in self.numbers:
            parts = tuple(self.number(part) for part in _operands(criterion))
            self.numbers[criterion] = len(self.nodes)
            self.nodes.append((criterion, parts))
        return self.numbers[criterion]


def _operands(criterion: Criterion) -> tuple[Criterion, ...]:
    match criterion:
        case Present() | Compare() | IsOneOf():
            return ()
        case Not(operand):
            return (operand,)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            return operands
        case _:
            assert_never(criterion)
