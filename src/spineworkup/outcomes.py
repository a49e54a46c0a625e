"""What the rules say of each step, worked out once for every combination of truths and shared by all patients who have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat, takewhile
from operator import and_, getitem

from attrs import field, frozen

from spineworkup.charts import Chart
from spineworkup.logic import plan as planning
from spineworkup.logic.lanes import RULES, WIDTH, Lane, lanes, standing_for
from spineworkup.logic.plan import Plan, PlannedStep
from spineworkup.pathways import Pathway
from spineworkup.readings import Reading, Status
from spineworkup.truth import Truth
from spineworkup.urgency import UrgencyInterval

# The outcomes of one step that are kept. Beyond that each is worked out when it comes.
MOST_OUTCOMES = 4096


@frozen
class Outcome:
    """What the rules say of a step, whoever the patient and whatever the time.

    Args:
        clear_to_proceed: Nothing that is known, and nothing that is not known, holds it.
        instead: The step that takes over where this one can't be done.
        is_closed: It asks for nothing more, and holds nothing up.
    """

    planned: PlannedStep = field(repr=False)
    status: Status
    urgency: UrgencyInterval
    clear_to_proceed: bool
    instead: str | None
    is_closed: bool


def outcome_of(reading: Reading, planned: PlannedStep, indications: Sequence[Truth]) -> Outcome:
    """Return what the rules say of a step, after those that it waits for or stands in for."""
    status = reading.read(planned, indications)
    return Outcome(
        planned,
        status,
        reading.interval(planned),
        status is Status.DUE and reading.is_clear(planned),
        None if reading.is_closed(planned) else reading.instead(planned),
        reading.is_closed(planned),
    )


class _Shared(dict[int, Outcome]):
    """The outcomes of one step by the bits on which they depend.

    Those are bits of the state; above them one for each step that it waits for or stands in for, whether that one is
    closed; and above those what many rules come to.

    Args:
        lanes_at: The steps whose rules are told by what they come to, with the place of that among the bits.
    """

    def __init__(
        self, plan: Plan, planned: PlannedStep, firsts: tuple[PlannedStep, ...], lanes_at: Mapping[str, int]
    ) -> None:
        self._plan, self._planned, self._firsts, self._lanes_at = plan, planned, firsts, lanes_at
        self._nobody: dict[tuple[str, ...], Chart] = {}

    def __missing__(self, bits: int) -> Outcome:
        outcome = self.worked_out(bits)
        if len(self) < MOST_OUTCOMES:
            self[bits] = outcome
        return outcome

    def worked_out(self, bits: int) -> Outcome:
        """Return what the rules say of the step, by the code that reads one chart."""
        made, planned = self._plan.planes, self._planned
        reading = Reading(self._plan, self._chart(bits), _SOME_TIME, made.truths(bits & made.width))
        for number, first in enumerate(self._firsts):
            is_closed = bits >> made.width.bit_length() + number & 1
            reading.take(first, Status.DONE if is_closed else Status.DUE, self._own(first, reading, bits))
        return outcome_of(reading, planned, reading.with_inherited(planned, self._own(planned, reading, bits)))

    def _own(self, planned: PlannedStep, reading: Reading, bits: int) -> list[Truth]:
        at = self._lanes_at.get(planned.step.id)
        return reading.own(planned) if at is None else standing_for(bits, at, planned.own)

    def _chart(self, bits: int) -> Chart:
        """Return nobody's chart, which holds only which checks were answered: the outcome depends on nothing else in it."""
        known = tuple(finding for finding in self._planned.step.checks if not self._plan.planes.is_asked(bits, finding))
        if known not in self._nobody:
            self._nobody[known] = Chart(self._plan.pathway.findings)
            object.__setattr__(self._nobody[known], "facts", dict.fromkeys(known, False))
        return self._nobody[known]


_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@frozen
class Link:
    """How a step hangs together with others.

    Args:
        bits: The bits of the state on which it depends.
        beside: Those of them that are not only read by its lanes.
        lanes: Its rules where they are many: what they come to is looked up a few at a time.
        firsts: The steps that it waits for or stands in for, by their number in the plan, each with the bit that says that
            it is closed.
        others: The steps to which something may happen that matters to it, itself included.
    """

    shared: _Shared
    bits: int
    beside: int
    lanes: tuple[Lane, ...]
    firsts: Mapping[int, int]
    others: frozenset[str]

    def outcome(self, state: int, before: Sequence[Outcome]) -> Outcome:
        """Return the outcome of the step, after those of the steps before it in the plan."""
        bits = state & self.beside
        for lane in self.lanes:
            bits |= lane[state & lane.bits]
        for number, is_closed in self.firsts.items():
            if before[number].is_closed:
                bits |= is_closed
        return self.shared[bits]


@frozen
class Compiled:
    """A plan made ready to share what the rules say between patients.

    Those steps come first that have few rules and depend on no other: they are looked up all at once.
    """

    plan: Plan
    links: tuple[Link, ...]
    _alone: tuple[_Shared, ...]
    _bits: tuple[int, ...]
    _linked: tuple[Link, ...]

    def outcomes(self, state: int) -> list[Outcome]:
        """Return the outcomes of all steps for a patient of whom nothing is recorded but findings."""
        found = list(map(getitem, self._alone, map(and_, repeat(state), self._bits)))
        for link in self._linked:
            found.append(link.outcome(state, found))
        return found

    def after(self, changed: int, state: int, before: Sequence[Outcome]) -> list[Outcome]:
        """Return the outcomes of all steps after some findings changed.

        Args:
            changed: The bits of the state that are no longer as they were.
        """
        found = list(before)
        other: set[int] = set()
        for number, link in enumerate(self.links):
            if link.bits & changed or not other.isdisjoint(link.firsts):
                found[number] = link.outcome(state, found)
                other.add(number)
        return found


def touched_steps(plan: Plan, chart: Chart, state: int) -> frozenset[str]:
    """Return the steps of which more is recorded than the truths of their criteria, so that others can't share what they are."""
    if not (chart.steps or chart.not_available or chart.times or chart.sign_offs):
        return frozenset()
    touched = {*chart.steps, *chart.not_available}
    if chart.times:
        # A result has finished the step; when it was seen matters too.
        touched |= {id_ for id_, when in plan.done_when if plan.planes.truth(state, when) is Truth.TRUE}
    if chart.sign_offs:
        signed = {sign.rule for sign in chart.sign_offs}
        touched |= {one.step.id for one in plan.steps if any(rule.rule.id in signed for rule in one.relative)}
    return frozenset(touched)


def worked_out(reading: Reading, state: int, touched: frozenset[str]) -> list[Outcome]:
    """Return the outcomes of all steps; from the chart itself of those that are touched, and of those to which that matters."""
    found: list[Outcome] = []
    for planned, link in zip(reading.plan.steps, compiled(reading.plan.pathway).links, strict=True):
        if link.others.isdisjoint(touched):
            outcome = link.outcome(state, found)
            reading.take(planned, outcome.status, reading.indications_of(planned))
        else:
            outcome = outcome_of(reading, planned, reading.indications_of(planned))
        found.append(outcome)
    return found


def reading_of(plan: Plan, chart: Chart, at: datetime, outcomes: Iterable[Outcome]) -> Reading:
    """Return the reading of a chart whose outcomes are known already."""
    reading = Reading(plan, chart, at, plan.planes.truths(plan.state_of(chart).bits))
    for outcome in outcomes:
        reading.take(outcome.planned, outcome.status, reading.indications_of(outcome.planned))
    return reading


def compiled(pathway: Pathway) -> Compiled:
    """Return a pathway with its shared outcomes; made once and kept with it."""
    return pathway.remember("compiled", _compiled)


def _compiled(pathway: Pathway) -> Compiled:
    plan = planning.plan(pathway)
    number = {planned.step.id: place for place, planned in enumerate(plan.steps)}
    links = tuple(_link(plan, planned, number) for planned in plan.steps)
    alone = list(takewhile(lambda link: not (link.firsts or link.lanes), links))
    return Compiled(
        plan,
        links,
        tuple(link.shared for link in alone),
        tuple(link.bits for link in alone),
        links[len(alone) :],
    )


def _link(plan: Plan, planned: PlannedStep, number: Mapping[str, int]) -> Link:
    waits_for = [first for first, _ in planned.unless]
    stands_in_for = [first for first, _ in planned.takes_over_from]
    firsts = tuple(dict.fromkeys([*waits_for, *stands_in_for]))
    passed_over = [step for _, others in planned.takes_over_from for step in others]
    replaced_by = [step for first in waits_for for step in plan.pathway.stand_ins[first]]
    others = [*firsts, *passed_over, *replaced_by, *plan.pathway.stand_ins[planned.step.id]]
    places = {rule.place for rule in planned.relative}
    places |= {place for _, place in planned.unless if place is not None}
    for step in (planned, *(plan.by_id[id_] for id_ in others)):
        places |= {rule.place for rule in step.absolute}
        places |= set() if step.done_when is None else {step.done_when}
    end = plan.planes.width.bit_length()
    asking = (planned, *(plan.by_id[id_] for id_ in stands_in_for))
    all_places = places | {rule.place for step in asking for rule in step.own}
    many = len(planned.indications) > RULES
    lanes_at = {step.step.id: end + len(firsts) + number * WIDTH for number, step in enumerate(asking) if many}
    bits = plan.planes.bits(all_places, planned.step.checks)
    return Link(
        _Shared(plan, planned, tuple(plan.by_id[first] for first in firsts), lanes_at),
        bits,
        plan.planes.bits(places, planned.step.checks) if many else bits,
        tuple(lane for id_, at in lanes_at.items() for lane in lanes(plan.planes, plan.by_id[id_].own, at)),
        {number[first]: 1 << end + place for place, first in enumerate(firsts)},
        frozenset([planned.step.id, *others]),
    )
