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
    leaves,
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


# Of one criterion. Beyond that each is worked out when it comes.
MOST_KEPT = 4096


class Openings:
    """The open questions of criteria, kept by what is known of what each reads: of a number, on which side of a threshold it is.

    The criteria are those of a pathway: each is kept as long as this is.
    """

    def __init__(self) -> None:
        self._kept: dict[int, _Opening] = {}

    def of(self, criterion: Criterion, facts: Mapping[str, Value]) -> tuple[str, ...]:
        """Return what `open_questions` says of one of them."""
        kept = self._kept.get(id(criterion))
        if kept is None:
            kept = self._kept[id(criterion)] = _Opening(criterion)
        return kept.given(facts)


class _Opening:
    def __init__(self, criterion: Criterion) -> None:
        self._criterion = criterion
        read = tuple(dict.fromkeys(leaves(criterion)))
        self._findings = tuple(dict.fromkeys(leaf.finding for leaf in read if not isinstance(leaf, Compare)))
        self._compares = tuple(leaf for leaf in read if isinstance(leaf, Compare))
        self._kept: dict[tuple[object, ...], tuple[str, ...]] = {}

    def given(self, facts: Mapping[str, Value]) -> tuple[str, ...]:
        known = (*map(facts.get, self._findings), *[evaluate(leaf, facts) for leaf in self._compares])
        found = self._kept.get(known)
        if found is None:
            found = open_questions(self._criterion, facts)
            if len(self._kept) < MOST_KEPT:
                self._kept[known] = found
        return found


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
