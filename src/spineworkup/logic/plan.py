"""A pathway made ready to be asked about one patient after another: every criterion compiled, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from graphlib import TopologicalSorter

from attrs import frozen

from spineworkup.criteria import Criterion
from spineworkup.errors import PathwayError
from spineworkup.findings import Value
from spineworkup.logic.compile import Test, compile_criterion
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

Truths = list[Truth]


@frozen
class PlannedRule:
    """A rule and the place of its criterion among all criteria of the plan."""

    rule: Rule
    place: int
    urgency: Urgency


@frozen
class PlannedStep:
    """A step with its rules, made ready.

    Args:
        stands_in_for: The steps from which it takes over where they can't be done.
    """

    step: Step
    indications: tuple[PlannedRule, ...]
    absolute: tuple[PlannedRule, ...]
    relative: tuple[PlannedRule, ...]
    cautions: tuple[PlannedRule, ...]
    unless: tuple[tuple[str, int | None], ...]
    done_when: int | None
    stands_in_for: tuple[str, ...]


@frozen
class Plan:
    """A pathway made ready.

    Args:
        tests: The compiled criteria, each different one once.
        steps: The steps so that each comes after those from which it takes over and those that it waits for.
    """

    pathway: Pathway
    tests: tuple[Test, ...]
    steps: tuple[PlannedStep, ...]
    order: tuple[str, ...]
    by_id: Mapping[str, PlannedStep]

    def truths(self, facts: Mapping[str, Value]) -> Truths:
        """Return the truth of every criterion."""
        return [test(facts) for test in self.tests]


def plan(pathway: Pathway) -> Plan:
    """Return the pathway made ready; made once and kept with it."""
    return pathway.remember("plan", _plan)


def _plan(pathway: Pathway) -> Plan:
    for step in pathway.steps.values():
        for prerequisite in step.prerequisites:
            if prerequisite.step not in pathway.steps:
                raise PathwayError(
                    f"the step {step.id!r} waits for {prerequisite.step!r}, which the pathway lacks"
                )
    places: dict[Criterion, int] = {}

    def place(criterion: Criterion) -> int:
        return places.setdefault(criterion, len(places))

    planned = {id_: _planned(step, pathway, place) for id_, step in pathway.steps.items()}
    graph = {id_: {*p.stands_in_for, *(first for first, _ in p.unless)} for id_, p in planned.items()}
    order = tuple(id_ for id_ in TopologicalSorter(graph).static_order() if id_ in planned)
    tests = tuple(compile_criterion(criterion) for criterion in places)
    return Plan(pathway, tests, tuple(planned[id_] for id_ in order), pathway.in_order, planned)


def _planned(step: Step, pathway: Pathway, place: Callable[[Criterion], int]) -> PlannedStep:
    def rules(kind: str, among: tuple[Rule, ...]) -> tuple[PlannedRule, ...]:
        return tuple(PlannedRule(rule, place(rule.when), rule.urgency) for rule in among if rule.kind == kind)

    return PlannedStep(
        step,
        rules("indication", step.indications),
        rules("absolute", step.contraindications),
        rules("relative", step.contraindications),
        rules("caution", step.cautions),
        tuple((p.step, None if p.unless is None else place(p.unless)) for p in step.prerequisites),
        None if step.done_when is None else place(step.done_when),
        tuple(first for first, second in pathway.fallbacks if second == step.id),
    )
