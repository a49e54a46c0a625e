"""A pathway made ready to be asked about one patient after another: every criterion compiled, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from graphlib import TopologicalSorter

from attrs import evolve, frozen

from spineworkup.charts import Chart
from spineworkup.criteria import Criterion
from spineworkup.errors import PathwayError
from spineworkup.findings import Finding, Value
from spineworkup.logic.planes import Planes, State, planes
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.truth import Truth


@frozen
class PlannedRule:
    """A rule and the place of its criterion among all criteria of the plan.

    Args:
        rank: Of its urgency.
        timed: It gives a time.
        in_place_of: The step from which it is inherited; empty for a step's own rules.
        passes_over: That step, and the stand-ins that would go before this one: none of them can be done.
    """

    rule: Rule
    place: int
    rank: int
    timed: bool
    in_place_of: str = ""
    passes_over: tuple[str, ...] = ()


@frozen
class PlannedStep:
    """A step with its rules, made ready.

    Args:
        own: Its own indications.
        indications: Its own, then those that it inherits from each step whose place it takes, in that order.
        takes_over_from: The steps from which it takes over where they can't be done, each with the stand-ins that go first.
        gives_time: Any of its indications gives a time.
    """

    step: Step
    own: tuple[PlannedRule, ...]
    indications: tuple[PlannedRule, ...]
    absolute: tuple[PlannedRule, ...]
    relative: tuple[PlannedRule, ...]
    cautions: tuple[PlannedRule, ...]
    unless: tuple[tuple[str, int | None], ...]
    done_when: int | None
    takes_over_from: tuple[tuple[str, tuple[str, ...]], ...]
    gives_time: bool


@frozen
class Plan:
    """A pathway made ready.

    Args:
        planes: The compiled criteria, each different one once; of the checks of steps it says whether they are known.
        done_when: The steps that a result finishes, with the place of the criterion that says so.
        steps: The steps so that each comes after those from which it takes over and those that it waits for.
        order: The ids of the steps in the order of work.
        derived: The findings that are worked out from others.
        next_review: The first day on which a rule is past its review.
    """

    pathway: Pathway
    planes: Planes
    done_when: tuple[tuple[str, int], ...]
    steps: tuple[PlannedStep, ...]
    order: tuple[str, ...]
    by_id: Mapping[str, PlannedStep]
    derived: tuple[Finding, ...]
    next_review: date | None

    @cached_property
    def worked_out(self) -> tuple[str, ...]:
        """The findings that may change where others do: they are derived, or totals of scores."""
        return (*(finding.id for finding in self.derived), *self.pathway.totals)

    def state(self, facts: Mapping[str, Value]) -> State:
        """Return what the known values say of every criterion, as bits."""
        return self.planes.state(facts)

    def state_of(self, chart: Chart) -> State:
        """Return what a chart says of every criterion; worked out once."""
        return chart.remember(self.planes, self._state_of)

    def _state_of(self, chart: Chart) -> State:
        said = chart.said_to(self.planes)
        return self.state(chart.facts) if said is None else self.planes.joined(said, chart.entries, lambda: chart.facts)

    def truths(self, facts: Mapping[str, Value]) -> Sequence[Truth]:
        """Return the truth of every criterion."""
        return self.planes.truths(self.state(facts).bits)


def plan(pathway: Pathway) -> Plan:
    """Return the pathway made ready; made once and kept with it."""
    return pathway.remember("plan", _plan)


def _plan(pathway: Pathway) -> Plan:
    _check(pathway)
    places: dict[Criterion, int] = {}

    def place(criterion: Criterion) -> int:
        return places.setdefault(criterion, len(places))

    few_rules_first = sorted(pathway.steps.items(), key=lambda pair: len(pair[1].indications))
    waits = {id_: {p.step for p in step.prerequisites} for id_, step in few_rules_first}
    for id_, pairs in pathway.takes_over_from.items():
        waits[id_].update(first for first, _ in pairs)
    by_id: dict[str, PlannedStep] = {}
    for id_ in TopologicalSorter(waits).static_order():
        by_id[id_] = _planned(pathway.steps[id_], pathway, place, by_id)
    checks = [finding for step in pathway.steps.values() for finding in step.checks]
    reviews = [rule.review_by for rule in pathway.rules.values() if rule.review_by is not None]
    made = planes(tuple(places), checks)
    pathway.findings.read_by(made, made.says)
    return Plan(
        pathway,
        made,
        tuple((id_, planned.done_when) for id_, planned in by_id.items() if planned.done_when is not None),
        tuple(by_id.values()),
        pathway.in_order,
        by_id,
        tuple(finding for finding in pathway.findings.values() if finding.derived is not None),
        min(reviews, default=None),
    )


def _check(pathway: Pathway) -> None:
    for step in pathway.steps.values():
        for prerequisite in step.prerequisites:
            if prerequisite.step not in pathway.steps:
                raise PathwayError(
                    f"the step {step.id!r} waits for {prerequisite.step!r}, which the pathway lacks"
                )


def _planned(
    step: Step, pathway: Pathway, place: Callable[[Criterion], int], before: Mapping[str, PlannedStep]
) -> PlannedStep:
    def rules(kind: str, among: tuple[Rule, ...]) -> tuple[PlannedRule, ...]:
        return tuple(
            PlannedRule(rule, place(rule.when), rule.urgency.rank, rule.within is not None)
            for rule in among
            if rule.kind == kind
        )

    own = rules("indication", step.indications)
    takes_over_from = pathway.takes_over_from[step.id]
    inherited = tuple(
        evolve(rule, in_place_of=first, passes_over=(first, *others))
        for first, others in takes_over_from
        for rule in before[first].own
    )
    return PlannedStep(
        step,
        own,
        own + inherited,
        rules("absolute", step.contraindications),
        rules("relative", step.contraindications),
        rules("caution", step.cautions),
        tuple((p.step, None if p.unless is None else place(p.unless)) for p in step.prerequisites),
        None if step.done_when is None else place(step.done_when),
        takes_over_from,
        any(rule.timed for rule in own + inherited),
    )
