"""When a question is shown. It is hidden only where no rule, whatever else is known, turns on its answer.

Never hidden: a red flag, a safety check, what a contraindication reads, what a step produces, what goes into a score or
is needed for the hand-over.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Criterion, findings_of
from spineworkup.findings import Finding, Kind, Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth


@frozen
class Condition:
    """A question is moot where another one has one of these answers."""

    on: Finding
    answers: tuple[Value, ...]


def moot_questions(pathway: Pathway) -> dict[str, Condition]:
    """Return the findings that needn't always be asked, and when not; all others are always shown."""
    shown = _never_hidden(pathway)
    # On what is itself always shown: so no question disappears because another one did.
    others = [finding for id_, finding in pathway.findings.items() if id_ in shown]
    found = {}
    for id_ in pathway.findings.keys() - shown:
        reading = [criterion for criterion in _criteria(pathway) if id_ in findings_of(criterion)]
        possible = (_condition(on, id_, reading) for on in others) if reading else ()
        # One condition is enough, and easier to follow than several: the one that applies most often.
        best = max((one for one in possible if one.answers), key=lambda one: len(one.answers), default=None)
        if best is not None:
            found[id_] = best
    return found


def possible_answers(finding: Finding) -> tuple[Value, ...]:
    """Return the answers of a question that has a list of them."""
    if finding.kind is Kind.BOOLEAN:
        return True, False
    return tuple(finding.options)


def _condition(on: Finding, finding: str, reading: list[Criterion]) -> Condition:
    moot = (a for a in possible_answers(on) if all(_is_moot(one, finding, {on.id: a}) for one in reading))
    return Condition(on, tuple(moot))


def _is_moot(criterion: Criterion, finding: str, facts: dict[str, Value]) -> bool:
    """Return whether known facts make every part false in which a criterion reads a finding.

    A part that is true already isn't enough: a further finding may have made it true earlier, which changes a deadline.
    Nor is anything inside a "not", where it is the other way round.
    """
    match criterion:
        case AllOf(operands):
            if evaluate(criterion, facts) is Truth.FALSE:
                return True
        case AnyOf(operands) | AtLeast(_, operands):
            pass
        case _:
            return finding not in findings_of(criterion)
    return all(_is_moot(operand, finding, facts) for operand in operands)


def _criteria(pathway: Pathway) -> Iterator[Criterion]:
    return (criterion for step in pathway.steps.values() for criterion in step.criteria)


def _never_hidden(pathway: Pathway) -> frozenset[str]:
    steps = pathway.steps.values()
    kept = {finding.id for finding in pathway.findings.values() if finding.red_flag}
    kept |= {id_ for step in steps for id_ in (*step.checks, *step.produces)}
    kept |= {id_ for step in steps for rule in step.contraindications for id_ in findings_of(rule.when)}
    kept |= {id_ for score in pathway.scores.values() for id_ in score.inputs}
    kept |= {id_ for f in pathway.findings.values() if f.derived is not None for id_ in f.derived.inputs}
    kept |= {id_ for option in pathway.options.values() for need in option.needs for id_ in need.findings}
    return frozenset(kept)
