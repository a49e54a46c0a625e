"""One patient read against one pathway at one moment: what every other part of an answer is worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum

from attrs import define, field

from spineworkup.charts import Chart, StepEvent
from spineworkup.logic.plan import Plan, PlannedRule, PlannedStep
from spineworkup.logic.when_true import newest_reason, reasons_after, surely_true_since, when_true
from spineworkup.moments import CLOCK_SKEW
from spineworkup.pathways import ONSET, Rule
from spineworkup.place import Closure
from spineworkup.truth import Truth, all_of, any_of
from spineworkup.urgency import INTERVALS, Urgency, UrgencyInterval

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


class Status(Enum):
    """Where a step stands; exactly one, the first that fits."""

    DECLINED = "declined"
    DONE = "done"
    NOT_INDICATED = "not_indicated"
    UNDETERMINED = "undetermined"
    CONTRAINDICATED = "contraindicated"
    WAITING = "waiting"
    DUE = "due"

    @property
    def words(self) -> str:
        """The status as it is printed."""
        return _STATUS_WORDS[self]


_STATUS_WORDS = {
    Status.DECLINED: "Declined",
    Status.DONE: "Done",
    Status.NOT_INDICATED: "Not indicated",
    Status.UNDETERMINED: "Can't tell yet: ask",
    Status.CONTRAINDICATED: "Contraindicated",
    Status.WAITING: "Waiting",
    Status.DUE: "Due",
}
# A step of this status asks for nothing more and holds nothing up.
CLOSED = (Status.DONE, Status.NOT_INDICATED, Status.DECLINED)


@define
class Reading:
    """What the rules say of one patient.

    Args:
        truths: Of every criterion of the plan, by its place.
        indications: Of every step: the truth of its indications, inherited ones included.
        statuses: Of every step.
        done_at: When the steps that were finished were finished, as far as that is known.
        closed: The steps that this place can't do at this moment, and until when.
    """

    plan: Plan
    chart: Chart
    at: datetime
    truths: Sequence[Truth]
    indications: dict[str, Sequence[Truth]] = field(factory=dict)
    statuses: dict[str, Status] = field(factory=dict)
    done_at: dict[str, datetime] = field(factory=dict)
    closed: Mapping[str, Closure] = field(factory=dict)

    def read(self, planned: PlannedStep, indications: Sequence[Truth]) -> Status:
        """Work a step out from its indications, after those that it waits for or stands in for, and return its status."""
        self.indications[planned.step.id] = indications
        status = self.statuses[planned.step.id] = self._first_that_fits(planned, indications)
        return status

    def indications_of(self, planned: PlannedStep) -> list[Truth]:
        """Return the truths of the indications of a step: its own, and those that it inherits."""
        return self.with_inherited(planned, self.own(planned))

    def own(self, planned: PlannedStep) -> list[Truth]:
        """Return the truths of a step's own indications."""
        truths = self.truths
        return [truths[rule.place] for rule in planned.own]

    def with_inherited(self, planned: PlannedStep, own: list[Truth]) -> list[Truth]:
        """Return the truths of a step's own indications, then those that it inherits from the steps whose place it takes."""
        for first, others in planned.takes_over_from:
            own = own + self._inherited(first, others)
        return own

    def take(self, planned: PlannedStep, status: Status, indications: Sequence[Truth]) -> None:
        """Take over how a step stands, where that was worked out before."""
        self.statuses[planned.step.id] = status
        self.indications[planned.step.id] = indications

    def is_closed(self, planned: PlannedStep) -> bool:
        """Return whether a step asks for nothing more."""
        return self.statuses[planned.step.id] in CLOSED

    def interval(self, planned: PlannedStep) -> UrgencyInterval:
        """Return the urgency of a step: of the rules that are true, and of those that could be."""
        lowest = highest = 0
        for rule, truth in zip(planned.indications, self.indications[planned.step.id], strict=True):
            rank = rule.rank
            if truth is not FALSE and rank > highest:
                highest = rank
            if truth is TRUE and rank > lowest:
                lowest = rank
        return INTERVALS[lowest, highest]

    def event(self, step: str) -> StepEvent | None:
        """Return what has happened to a step; what is said to happen later hasn't."""
        event = self.chart.steps.get(step)
        return None if event is None or event.at > self.at + CLOCK_SKEW else event

    def clock(self, name: str) -> datetime | None:
        """Return when a clock started; one that is said to start later hasn't, and puts nothing off."""
        moment = self.chart.clocks.get(name)
        return None if moment is None or moment > self.at + CLOCK_SKEW else moment

    def barred(self, planned: PlannedStep) -> Truth:
        """Return whether a step can't be done: contraindicated, or not available here."""
        if planned.step.id in self.chart.not_available:
            return TRUE
        return any_of([self.truths[rule.place] for rule in planned.absolute]) if planned.absolute else FALSE

    def opens_too_late(self, step: str, planned: PlannedStep, rule: PlannedRule, truth: Truth) -> Truth:
        """Return whether a step that is closed now opens only when a rule already wanted it done.

        Not known where the rule gives a time and its start isn't known. A rule that gives no time is kept by opening,
        unless it can't wait at all.

        Args:
            step: The step, or a stand-in that would do it.
            planned: The step whose rule it is.
            rule: An indication of that step.
            truth: Whether that indication holds.
        """
        if step not in self.closed:
            return FALSE
        if rule.rule.urgency is Urgency.IMMEDIATE:
            return TRUE
        if not rule.timed:
            return FALSE
        due = self.deadline(planned, rule, truth)
        return UNKNOWN if due is None else TRUE if due <= self.closed[step].opens else FALSE

    def missed_by_closing(self, planned: PlannedStep) -> list[PlannedRule]:
        """Return the indications that hold and that a step, closed now, can't meet any more when it opens."""
        id_ = planned.step.id
        if id_ not in self.closed:
            return []
        pairs = zip(planned.indications, self.indications[id_], strict=True)
        return [r for r, truth in pairs if truth is TRUE and self.opens_too_late(id_, planned, r, truth) is TRUE]

    def waits_for(self, planned: PlannedStep) -> tuple[str, ...]:
        """Return the prerequisites of a step that are open and not waived."""
        return tuple(
            first
            for first, unless in planned.unless
            if not self._is_settled(first) and (unless is None or self.truths[unless] is not TRUE)
        )

    def _is_settled(self, first: str) -> bool:
        """Return whether a prerequisite holds nothing up: it is closed, or what took its place is done."""
        if self.statuses[first] in CLOSED:
            return True
        if self.barred(self.plan.by_id[first]) is not TRUE:
            return False
        return any(self._has_replaced(first, other) for other in self.plan.pathway.stand_ins[first])

    def _has_replaced(self, first: str, other: str) -> bool:
        """Return whether a stand-in was done in the place of a step, and nothing newer asks for either.

        Asked of what is recorded, not of the status: a stand-in may be worked out after the step that waits.
        """
        planned = self.plan.by_id[other]
        if not self._is_done(planned, self.event(other)):
            return False
        rules = (*self.plan.by_id[first].own, *planned.own)
        return self._first_reason_after_end(other, [(rule, self.truths[rule.place]) for rule in rules]) is None

    def is_clear(self, planned: PlannedStep) -> bool:
        """Return whether nothing holds a step: no contraindication could be true, every check is answered."""
        if planned.step.id in self.chart.not_available or self.missed_by_closing(planned):
            return False
        if any(finding not in self.chart.facts for finding in planned.step.checks):
            return False
        return not any(self.holds(rule) for rule in (*planned.absolute, *planned.relative))

    def holds(self, planned: PlannedRule) -> bool:
        """Return whether a contraindication holds its step: it is true, or might be, and nobody has cleared it."""
        truth, rule = self.truths[planned.place], planned.rule
        if truth is FALSE or (truth is UNKNOWN and not rule.holds_unknown):
            return False
        return not self.is_signed_off(rule)

    def is_signed_off(self, rule: Rule) -> bool:
        """Return whether the role that may clear a relative contraindication has done so; not what is still to come."""
        if rule.kind != "relative":
            return False
        latest = self.at + CLOCK_SKEW
        signs = self.chart.sign_offs
        return any(s.rule == rule.id and s.by == rule.sign_off and s.at <= latest for s in signs)

    def instead(self, planned: PlannedStep) -> str | None:
        """Return the step that takes over from one that can't be done, or not in time as it is closed.

        The first stand-in that can be done, in time; else the escalation.
        """
        missed = self.missed_by_closing(planned)
        if self.barred(planned) is not TRUE and not missed:
            return None
        pathway = self.plan.pathway
        for other in pathway.stand_ins[planned.step.id]:
            late = [self.opens_too_late(other, planned, rule, TRUE) is TRUE for rule in missed]
            if self._passed_over(other) is not TRUE and not any(late):
                return other
        return pathway.escalation_of(planned.step.id)

    def due(self, planned: PlannedStep) -> datetime | None:
        """Return the earliest time of the rules that are true, or, where none is, of those that could be."""
        if not planned.gives_time:
            return None
        found = self.indications[planned.step.id]
        wanted = TRUE if TRUE in found else UNKNOWN
        times = [
            moment
            for rule, truth in zip(planned.indications, found, strict=True)
            if rule.timed and truth is wanted and (moment := self.deadline(planned, rule, truth)) is not None
        ]
        return min(times, default=None)

    def deadline(self, planned: PlannedStep, rule: PlannedRule, truth: Truth) -> datetime | None:
        """Return by when a rule wants its step done; None where it gives no time or its start is not known.

        The time starts with the rule's clock, or later, when the rule itself became true: a new finding starts its
        own clock. Where the step was done before, it starts anew with the first reason to do it again.
        """
        about, chart = rule.rule, self.chart
        if about.within is None:
            return None
        if not chart.times:
            started = None if about.start == ONSET else self.clock(about.start)
            return None if started is None else started + about.within
        onset = again = None
        if truth is TRUE:
            onset = when_true(about.when, chart.facts, chart.seen)
            if onset is None and about.start == ONSET:
                onset = surely_true_since(about.when, chart.facts, chart.seen)
            again = self._asked_again_at(planned)
        anchor = (onset or again) if about.start == ONSET else self.clock(about.start)
        if anchor is None:
            return None
        return max([moment for moment in (anchor, onset, again) if moment is not None]) + about.within

    def _inherited(self, first: str, others: tuple[str, ...]) -> list[Truth]:
        """Return the truths that a step takes over: the first one's own, where neither that nor the others can be done.

        Where one of them is closed now, it takes over only what can't be done in time when that opens.
        """
        planned = self.plan.by_id[first]
        found = self.indications[first][: len(planned.own)]
        if self.statuses[first] in CLOSED:
            return [FALSE] * len(found)
        nobody = [self.barred(planned), *map(self._passed_over, others)]
        if self.closed.keys().isdisjoint((first, *others)):
            return [all_of((*nobody, truth)) for truth in found]
        return [
            all_of((*self._or_too_late((first, *others), nobody, planned, rule, truth), truth))
            for rule, truth in zip(planned.own, found, strict=True)
        ]

    def _or_too_late(
        self, steps: tuple[str, ...], barred: list[Truth], planned: PlannedStep, rule: PlannedRule, truth: Truth
    ) -> Iterator[Truth]:
        """Yield of each step whether it can't be done for a rule: it is barred, or opens too late."""
        for step, bar in zip(steps, barred, strict=True):
            yield any_of((bar, self.opens_too_late(step, planned, rule, truth)))

    def _passed_over(self, step: str) -> Truth:
        """Return whether a stand-in can't take over: declined, contraindicated, or not available here."""
        event = self.event(step)
        declined = event is not None and event.state == "declined"
        return TRUE if declined else self.barred(self.plan.by_id[step])

    def _first_that_fits(self, planned: PlannedStep, found: Sequence[Truth]) -> Status:
        event = self.event(planned.step.id) if self.chart.steps else None
        if event is not None and event.state == "declined":
            return Status.DECLINED
        if self._is_done(planned, event) and self._asked_again_at(planned) is None:
            return Status.DONE
        if TRUE not in found:
            return Status.UNDETERMINED if UNKNOWN in found else Status.NOT_INDICATED
        if any(self.truths[rule.place] is TRUE for rule in planned.absolute):
            return Status.CONTRAINDICATED
        return Status.WAITING if planned.unless and self.waits_for(planned) else Status.DUE

    def _is_done(self, planned: PlannedStep, event: StepEvent | None) -> bool:
        """Return whether a step was finished, and note when.

        What was recorded of the step goes first: then only `acted_on` finishes it (`performed`, where it has no
        result). Where nothing was recorded, a result that is known and adequate does.
        """
        step = planned.step
        if event is not None:
            enough = ("acted_on",) if step.produces else ("acted_on", "performed", "reported")
            if event.state in enough:
                self.done_at[step.id] = event.at
            return event.state in enough
        if planned.done_when is None or self.truths[planned.done_when] is not TRUE or step.done_when is None:
            return False
        moment = (
            newest_reason(step.done_when, self.chart.facts, self.chart.seen) if self.chart.times else None
        )
        if moment is not None:
            self.done_at[step.id] = moment
        return True

    def _asked_again_at(self, planned: PlannedStep) -> datetime | None:
        """Return the time of the first fact, newer than the end of a step, that asks for it again; None where none does."""
        found = zip(planned.indications, self.indications[planned.step.id], strict=True)
        return self._first_reason_after_end(planned.step.id, found)

    def _first_reason_after_end(
        self, step: str, found: Iterable[tuple[PlannedRule, Truth]]
    ) -> datetime | None:
        """Return the time of the first fact that made any rule true after a step was finished."""
        done_at = self.done_at.get(step)
        if done_at is None:
            return None
        true = [rule.rule.when for rule, truth in found if truth is TRUE]
        facts, seen = self.chart.facts, self.chart.seen
        return min((t for when in true for t in reasons_after(done_at, when, facts, seen)), default=None)
