"""The literals of rules: each leaf of a rule's criterion where it stands, and whether it decided the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from attrs import field, frozen

from spineworkup.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    IsOneOf,
    Leaf,
    Not,
    Place,
    Present,
    literals,
)
from spineworkup.findings import Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway, Rule
from spineworkup.truth import Truth, at_least, not_

# What a whole criterion would be, for each truth that one part of it might have.
Outcome = Mapping[Truth, Truth]
_ITSELF: Outcome = {truth: truth for truth in Truth}


@frozen
class Literal:
    """One leaf of a rule's criterion where it stands: the same finding may stand in a rule twice.

    For a rule author: one line of a rule, which somebody meant to matter.

    Args:
        step: The step of the rule.
        path: Where in the rule's criterion it stands.
    """

    step: str
    rule: Rule = field(eq=lambda rule: rule.id)
    path: Place
    leaf: Leaf = field(repr=False)

    @property
    def id(self) -> str:
        """The rule, and the numbers of the operands that lead to the literal: `mri_infection.0.3`."""
        return ".".join([self.rule.id, *map(str, self.path)])


def literals_of(pathway: Pathway) -> tuple[Literal, ...]:
    """Return every literal of every rule: of indications, contraindications and cautions."""
    return tuple(
        Literal(step.id, rule, path, leaf)
        for step in pathway.steps.values()
        for rule in step.rules
        for path, leaf in literals(rule.when)
    )


def outcomes(criterion: Criterion, facts: Mapping[str, Value]) -> dict[Place, Outcome]:
    """Return for each leaf that could turn the criterion what the criterion would be for each truth of that leaf.

    A leaf that is left out is masked by what stands beside it: whatever its truth, the criterion stays as it is.

    >>> found = outcomes(AllOf((Present("night_pain"), Present("fever"))), {"night_pain": False, "fever": False})
    >>> found
    {}
    >>> found = outcomes(AllOf((Present("night_pain"), Present("fever"))), {"night_pain": False, "fever": True})
    >>> {path: outcome[Truth.TRUE].value for path, outcome in found.items()}
    {(0,): 'true'}
    """
    return dict(_outcomes(criterion, facts, (), _ITSELF))


def _outcomes(
    criterion: Criterion, facts: Mapping[str, Value], path: Place, outcome: Outcome
) -> Iterator[tuple[Place, Outcome]]:
    if len(set(outcome.values())) == 1:
        return
    match criterion:
        case Present() | Compare() | IsOneOf():
            yield path, outcome
        case Not(operand):
            turned = {truth: outcome[not_(truth)] for truth in Truth}
            yield from _outcomes(operand, facts, (*path, 0), turned)
        case AllOf(operands):
            yield from _among(len(operands), operands, facts, path, outcome)
        case AnyOf(operands):
            yield from _among(1, operands, facts, path, outcome)
        case AtLeast(count, operands):
            yield from _among(count, operands, facts, path, outcome)
        case _:
            assert_never(criterion)


def _among(
    count: int, operands: Sequence[Criterion], facts: Mapping[str, Value], path: Place, outcome: Outcome
) -> Iterator[tuple[Place, Outcome]]:
    """Go into each operand of which at least `count` have to be true: every one, or one, or so many."""
    truths = [evaluate(operand, facts) for operand in operands]
    inside = {own: _inside(count, truths, own, outcome) for own in set(truths)}
    for number, operand in enumerate(operands):
        yield from _outcomes(operand, facts, (*path, number), inside[truths[number]])


def _inside(count: int, truths: Sequence[Truth], own: Truth, outcome: Outcome) -> Outcome:
    """Return what the whole would be for each truth of one operand that now is `own`, the others as they are."""
    others = list(truths)
    others.remove(own)
    return {truth: outcome[at_least(count, [*others, truth])] for truth in Truth}
