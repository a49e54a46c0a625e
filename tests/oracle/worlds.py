"""What a criterion may be, given what is known: the set of answers that some world leaves possible.

A world settles every leaf that isn't settled, each by itself. Written from the documents, not from the library: a group
of criteria is a vote, and one number says how many voices each answer needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from spineworkup.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Present,
)
from spineworkup.findings import Range, Value

Answers = frozenset[bool]
YES, NO, EITHER = frozenset({True}), frozenset({False}), frozenset({True, False})
WORDS = {YES: "true", NO: "false", EITHER: "unknown"}
# The moment of what has no time: it is later than nothing. `NEVER` is later than everything.
EVER, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
Group = AllOf | AnyOf | AtLeast
Leaf = Present | Compare | IsOneOf


class Worlds:
    """All the worlds that what is known leaves possible."""

    def __init__(self, facts: Mapping[str, Value], times: Mapping[str, datetime]) -> None:
        self.facts, self.times = facts, times
        # The criterion is kept beside its answer, so that no other one gets its `id` meanwhile.
        self.found: dict[int, tuple[Criterion, Answers]] = {}

    def answers(self, criterion: Criterion) -> Answers:
        """Return every answer that some world gives."""
        if id(criterion) not in self.found:
            self.found[id(criterion)] = criterion, self.work_out(criterion)
        return self.found[id(criterion)][1]

    def work_out(self, criterion: Criterion) -> Answers:
        if isinstance(criterion, Leaf):
            return of_leaf(criterion, self.facts.get(criterion.finding))
        if isinstance(criterion, Not):
            return frozenset(not answer for answer in self.answers(criterion.operand))
        operands = [self.answers(operand) for operand in criterion.operands]
        return frozenset(
            answer
            for answer in (True, False)
            if sum(answer in operand for operand in operands) >= voices_for(criterion, answer)
        )

    def open_leaves(self, criterion: Criterion) -> list[str]:
        """What a criterion still turns on: the findings of open leaves under nothing but open criteria."""
        if self.answers(criterion) != EITHER:
            return []
        if isinstance(criterion, Leaf):
            return [criterion.finding]
        if isinstance(criterion, Not):
            return self.open_leaves(criterion.operand)
        return [finding for operand in criterion.operands for finding in self.open_leaves(operand)]

    def deciders(self, criterion: Criterion) -> set[str]:
        """The findings that settled it: those of every operand that gave the answer; none while it is open."""
        answer = self.answers(criterion)
        if answer == EITHER:
            return set()
        if isinstance(criterion, Leaf):
            return {criterion.finding}
        if isinstance(criterion, Not):
            return self.deciders(criterion.operand)
        agreeing = [operand for operand in criterion.operands if self.answers(operand) == answer]
        return set().union(*(self.deciders(operand) for operand in agreeing))

    def since(self, criterion: Criterion, answer: bool = True, untimed: datetime = EVER) -> datetime:
        """Since when it has given its answer: when the last voice that it needed came in."""
        if isinstance(criterion, Leaf):
            return self.times.get(criterion.finding, untimed)
        if isinstance(criterion, Not):
            return self.since(criterion.operand, not answer, untimed)
        agreeing = [operand for operand in criterion.operands if self.answers(operand) == {answer}]
        moments = sorted(self.since(operand, answer, untimed) for operand in agreeing)
        needed = voices_for(criterion, answer)
        return moments[needed - 1] if needed > 0 else EVER


def voices_for(group: Group, answer: bool) -> int:
    """How many operands have to give an answer for the group to give it."""
    everyone = len(group.operands)
    if isinstance(group, AllOf):
        return everyone if answer else 1
    if isinstance(group, AnyOf):
        return 1 if answer else everyone
    return group.count if answer else everyone - group.count + 1


def of_leaf(leaf: Leaf, value: Value | None) -> Answers:
    if value is None:
        return EITHER
    if isinstance(leaf, Present):
        return YES if value is True else NO
    if isinstance(leaf, IsOneOf):
        return YES if value in leaf.codes else NO
    ends = (value.lowest, value.highest) if isinstance(value, Range) else (value,)
    return frozenset(passes(end, leaf) for end in ends)


def passes(number: Value, leaf: Compare) -> bool:
    if leaf.comparator is Comparator.LESS:
        return number < leaf.threshold
    if leaf.comparator is Comparator.AT_MOST:
        return number <= leaf.threshold
    if leaf.comparator is Comparator.MORE:
        return number > leaf.threshold
    return number >= leaf.threshold
