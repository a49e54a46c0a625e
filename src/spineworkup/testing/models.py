"""Patients for whom a rule holds, or just fails: found from the rule itself, so that rare rules are tried too.

Drawn blindly, a rule of five parts is true for hardly anybody. Here values are chosen so that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import combinations
from typing import Any, TypeVar, assert_never

from hypothesis import strategies as st

from spineworkup.charts import Chart
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
    leaves,
)
from spineworkup.findings import Finding, Kind, Value
from spineworkup.logic.evaluate import holds
from spineworkup.pathways import Pathway
from spineworkup.testing.strategies import NOON, as_written, one_report, surroundings, values_of
from spineworkup.truth import Truth

T = TypeVar("T")
# In which order alternatives are tried.
Order = Callable[[Sequence[T]], Sequence[T]]
Goal = tuple[Criterion, bool]
# For each finding the values that are still possible; what isn't named may be anything.
Possible = Mapping[str, tuple[Value, ...]]
_OPPOSITE = {
    Comparator.LESS: Comparator.AT_LEAST,
    Comparator.AT_LEAST: Comparator.LESS,
    Comparator.MORE: Comparator.AT_MOST,
    Comparator.AT_MOST: Comparator.MORE,
}


def models_of(
    criterion: Criterion, findings: Mapping[str, Finding], truth: Truth = Truth.TRUE
) -> st.SearchStrategy[dict[str, Value]]:
    """Draw known values that make a criterion true, or false; findings on which that doesn't turn stay unknown.

    Of "any of" it draws which operand holds, of "at least" which ones; the parts of a criterion that speak of the
    same finding are given one value that serves all of them, and where there is none another operand is tried.
    Numbers lie at a threshold of the criterion or beside it, and within what is plausible. Where nobody can make the
    criterion so, nothing is drawn.

    Args:
        truth: TRUE or FALSE; nothing needs to be known for UNKNOWN.
    """
    if truth is Truth.UNKNOWN:
        raise ValueError("unknown is what a criterion is while nothing is known")
    candidates, goal = _candidates(criterion, findings), (criterion, truth is Truth.TRUE)

    def model(drawn: tuple[list[int], list[int]]) -> dict[str, Value]:
        turns, picks = map(iter, drawn)

        def order(alternatives: Sequence[T]) -> Sequence[T]:
            first = next(turns, 0) % max(len(alternatives), 1)
            return [*alternatives[first:], *alternatives[:first]]

        possible = next(_solve([goal], {}, candidates, order), {})
        return {finding: values[next(picks, 0) % len(values)] for finding, values in possible.items()}

    # Which alternative comes first, at each choice in turn; and which of the values that are left.
    numbers = st.lists(st.integers(0, 59), max_size=12)
    return st.tuples(numbers, numbers).map(model) if _can_be(goal, candidates) else st.nothing()


def charts_near_rules(pathway: Pathway, *, at: datetime = NOON) -> st.SearchStrategy[Chart]:
    """Draw a patient who is near a rule: all that makes one rule hold, or fail, but for up to three facts.

    For every third of them a step is indicated and contraindicated at once. The facts that differ are known otherwise,
    are not known, or are of another finding. What stands in a chart beside its findings is drawn as in `charts`.
    """
    model = pathway.remember("models of rules", _models)
    findings = list(pathway.findings)

    @st.composite
    def chart(draw: st.DrawFn) -> Chart:
        found: dict[str, Value] = draw(model)
        values: dict[str, Any] = {
            id_: as_written(pathway.findings[id_], value) for id_, value in found.items()
        }
        for _ in range(draw(st.integers(0, 3)) if findings else 0):
            near = bool(values) and draw(st.booleans())
            id_ = draw(st.sampled_from(list(values) if near else findings))
            values[id_] = None if draw(st.booleans()) else draw(values_of(pathway, id_))
        return Chart(pathway.findings, one_report(pathway, values), **draw(surroundings(pathway, at=at)))

    return chart()


def _models(pathway: Pathway) -> st.SearchStrategy[dict[str, Value]]:
    """Return what makes one criterion true, or makes one false, or makes a step indicated and contraindicated."""
    found = [criterion for step in pathway.steps.values() for criterion in step.criteria]
    criteria = [criterion for criterion in dict.fromkeys(found) if any(leaves(criterion))]
    both = [
        AllOf((one.when, other.when))
        for step in pathway.steps.values()
        for other in step.contraindications
        for one in step.indications
    ]
    kinds = ((criteria, Truth.TRUE), (criteria, Truth.FALSE), (both, Truth.TRUE))
    models = [[models_of(c, pathway.findings, truth) for c in among] for among, truth in kinds]
    possible = [[model for model in several if not model.is_empty] for several in models]
    return st.one_of([_one_of(several) for several in possible if several] or [st.just({})])


def _one_of(models: list[st.SearchStrategy[dict[str, Value]]]) -> st.SearchStrategy[dict[str, Value]]:
    return st.sampled_from(models).flatmap(lambda model: model)


def _can_be(goal: Goal, candidates: Mapping[str, tuple[Value, ...]]) -> bool:
    return next(_solve([goal], {}, candidates, lambda alternatives: alternatives), None) is not None


def _solve(
    goals: Sequence[Goal], possible: Possible, candidates: Mapping[str, tuple[Value, ...]], order: Order[Any]
) -> Iterator[Possible]:
    """Yield what is possible when every goal is reached, trying alternatives in the order that is asked for."""
    if not goals:
        yield possible
        return
    (criterion, wanted), *rest = goals
    match criterion:
        case Present() | Compare() | IsOneOf():
            narrower = _narrowed(
                criterion, wanted, possible.get(criterion.finding, candidates[criterion.finding])
            )
            if narrower:
                yield from _solve(rest, {**possible, criterion.finding: narrower}, candidates, order)
        case Not(operand):
            yield from _solve([(operand, not wanted), *rest], possible, candidates, order)
        case AllOf(operands):
            yield from _choose(len(operands) if wanted else 1, criterion, goals, possible, candidates, order)
        case AnyOf(operands):
            yield from _choose(1 if wanted else len(operands), criterion, goals, possible, candidates, order)
        case AtLeast(count, operands):
            needed = count if wanted else len(operands) - count + 1
            yield from _choose(needed, criterion, goals, possible, candidates, order)
        case _:
            assert_never(criterion)


def _choose(
    needed: int,
    criterion: AllOf | AnyOf | AtLeast,
    goals: Sequence[Goal],
    possible: Possible,
    candidates: Mapping[str, tuple[Value, ...]],
    order: Order[Any],
) -> Iterator[Possible]:
    """Yield what is possible when so many operands are as wanted; there may be too few, or none may be needed."""
    wanted, rest = goals[0][1], goals[1:]
    operands = criterion.operands
    if needed > len(operands):
        return
    for chosen in combinations(order(operands), max(needed, 0)):
        more = [(operand, wanted) for operand in chosen]
        yield from _solve([*more, *rest], possible, candidates, order)


def _narrowed(
    leaf: Present | Compare | IsOneOf, wanted: bool, values: tuple[Value, ...]
) -> tuple[Value, ...]:
    """Return the values that make a leaf what is wanted."""
    match leaf:
        case Present():
            return tuple(value for value in values if value is wanted)
        case IsOneOf(_, codes):
            return tuple(value for value in values if (value in codes) is wanted)
        case Compare(_, comparator, threshold):
            side = comparator if wanted else _OPPOSITE[comparator]
            return tuple(
                value for value in values if isinstance(value, Decimal) and holds(value, side, threshold)
            )


def _candidates(criterion: Criterion, findings: Mapping[str, Finding]) -> dict[str, tuple[Value, ...]]:
    """Return for each finding the values that are enough to make its leaves any way they can be together."""
    thresholds: dict[str, set[Decimal]] = {}
    for leaf in leaves(criterion):
        numbers = thresholds.setdefault(leaf.finding, set())
        if isinstance(leaf, Compare):
            numbers.add(leaf.threshold)
    return {id_: _values(findings[id_], numbers) for id_, numbers in thresholds.items()}


def _values(finding: Finding, thresholds: set[Decimal]) -> tuple[Value, ...]:
    match finding.kind:
        case Kind.BOOLEAN:
            return (True, False)
        case Kind.CHOICE:
            return tuple(finding.options)
        case Kind.NUMBER | Kind.QUANTITY:
            ends = {end for end in (finding.low, finding.high) if end is not None}
            return tuple(
                number for number in sorted(_about(thresholds) | ends) if finding.is_plausible(number)
            )


def _about(thresholds: set[Decimal]) -> set[Decimal]:
    """Return the thresholds with their neighbours: one value in each gap between two, and on each."""
    exponents = [exponent for t in thresholds if isinstance(exponent := t.as_tuple().exponent, int)]
    step = Decimal(1).scaleb(max(min([0, *exponents]), -6))
    return {threshold + n * step for threshold in thresholds for n in (-1, 0, 1)}
