"""`assess`: a pathway, a chart and a moment give a checklist. Pure: the same three always give the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import define, field

from spineworkup.charts import CLOCK_SKEW, Chart, StepEvent, Unknown, WhyUnknown, aware, read_chart
from spineworkup.checklists import Checklist, ChecklistItem, Notice, Status
from spineworkup.errors import ChartError
from spineworkup.logic.plan import Plan, PlannedStep, plan
from spineworkup.logic.when_true import newest_reason
from spineworkup.pathways import Pathway
from spineworkup.reasons import Basis, Indication, deadline, is_signed_off
from spineworkup.truth import Truth, all_of, any_of
from spineworkup.urgency import Urgency, UrgencyInterval, highest_of

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
CLOSED = (Status.DONE, Status.NOT_INDICATED, Status.DECLINED)


def assess(pathway: Pathway, chart: Chart, *, at: datetime) -> Checklist:
    """Return the checklist of one patient at one moment.

    Args:
        pathway: The rules, from `load_pathway` or composed in Python.
        chart: What is known of the patient.
        at: The moment, with a time zone. Nothing else tells the time.

    Raises:
        TimeError: `at` has no time zone.
        ChartError: The chart speaks of steps that the pathway doesn't have, or lacks findings that it reads.
    """
    moment = aware(at)
    prepared = plan(pathway)
    _check(prepared, chart)
    read = read_chart(chart, moment, pathway.totals)
    assessor = _Assessor(prepared, read, moment, prepared.truths(read.facts))
    by_id = {planned.step.id: assessor.item(planned) for planned in prepared.steps}
    items = tuple(by_id[id_] for id_ in prepared.order)
    urgency = highest_of(item.urgency for item in items)
    notices = (*_chart_notices(read), *_step_notices(read, items, moment), *_rule_notices(pathway, moment))
    return Checklist(pathway, read, moment, items, urgency, notices, chart)


def _check(prepared: Plan, chart: Chart) -> None:
    pathway = prepared.pathway
    for id_ in (*chart.steps, *chart.not_available):
        if id_ not in pathway.steps:
            raise ChartError("steps", "unknown step", "`spineworkup steps` lists them")
    if chart.findings is not pathway.findings:
        for step in pathway.steps.values():
            for finding in step.findings:
                if finding not in chart.findings:
                    raise ChartError(
                        finding, f"the chart's findings lack it, and the step {step.id!r} reads it"
                    )


@define
class _Assessor:
    """One patient at one moment; forgotten when the checklist is made."""

    plan: Plan
    chart: Chart
    at: datetime
    truths: list[Truth]
    indications: dict[str, tuple[Indication, ...]] = field(factory=dict)
    status: dict[str, Status] = field(factory=dict)

    def item(self, planned: PlannedStep) -> ChecklistItem:
        step = planned.step
        event = self.event(step.id)
        indications = self.effective(planned)
        self.indications[step.id] = indications
        urgency = _interval(indications)
        done_at = self.done_at(planned, event)
        waits_for = self.waits_for(planned)
        status = self.first_that_fits(planned, event, indications, done_at, waits_for)
        self.status[step.id] = status
        is_open = status not in CLOSED
        when_done = done_at if isinstance(done_at, datetime) else None
        basis = Basis(
            self.plan, planned, self.chart, self.truths, indications, waits_for if is_open else (), when_done,
            urgency.lowest, urgency.highest, is_open,
        )  # fmt: skip
        due = self.due(indications, when_done) if is_open else None
        return ChecklistItem(
            step, status, urgency, due, due is not None and due < self.at,
            status is Status.DUE and self.is_clear(planned), self.instead(planned, indications) if is_open else None,
            None if event is None else event.state, basis,
        )  # fmt: skip

    def event(self, step: str) -> StepEvent | None:
        """Return what has happened to a step; what is said to happen later hasn't."""
        event = self.chart.steps.get(step)
        return None if event is None or event.at > self.at + CLOCK_SKEW else event

    def effective(self, planned: PlannedStep) -> tuple[Indication, ...]:
        """Return a step's own indications, and those of the steps whose place it takes."""
        truths = self.truths
        own = tuple(Indication(rule, truths[rule.place]) for rule in planned.indications)
        if not planned.stands_in_for:
            return own
        return own + tuple(
            inherited for first in planned.stands_in_for for inherited in self.inherited(first)
        )

    def inherited(self, first: str) -> Iterator[Indication]:
        if self.status[first] in CLOSED:
            return
        barred = self.barred(self.plan.by_id[first])
        for indication in self.indications[first]:
            truth = all_of((barred, indication.truth))
            yield Indication(indication.planned, truth, first)

    def barred(self, planned: PlannedStep) -> Truth:
        """Return whether a step can't be done: contraindicated, or not available here."""
        if planned.step.id in self.chart.not_available:
            return TRUE
        return any_of(self.truths[rule.place] for rule in planned.absolute)

    def done_at(self, planned: PlannedStep, event: StepEvent | None) -> datetime | bool:
        """Return when a step was finished; True where it was but nobody wrote down when, False where it wasn't.

        What was recorded of the step goes first: then only `acted_on` finishes it (`performed`, where it has no
        result). Where nothing was recorded, a result that is known and adequate does.
        """
        if event is not None:
            enough = ("acted_on",) if planned.step.produces else ("acted_on", "performed", "reported")
            return event.at if event.state in enough else False
        if planned.done_when is None or self.truths[planned.done_when] is not TRUE:
            return False
        assert planned.step.done_when is not None
        return newest_reason(planned.step.done_when, self.chart.facts, self.chart.seen) or True

    def asked_again(self, indications: tuple[Indication, ...], done_at: datetime | bool) -> bool:
        """Return whether something newer than the end of a step asks for it again."""
        if not isinstance(done_at, datetime):
            return False
        for indication in indications:
            if indication.truth is TRUE:
                newest = newest_reason(indication.planned.rule.when, self.chart.facts, self.chart.seen)
                if newest is not None and newest > done_at:
                    return True
        return False

    def waits_for(self, planned: PlannedStep) -> tuple[str, ...]:
        """Return the prerequisites that are open and not waived."""
        return tuple(
            first
            for first, unless in planned.unless
            if self.status[first] not in CLOSED and (unless is None or self.truths[unless] is not TRUE)
        )

    def first_that_fits(
        self,
        planned: PlannedStep,
        event: StepEvent | None,
        indications: tuple[Indication, ...],
        done_at: datetime | bool,
        waits_for: tuple[str, ...],
    ) -> Status:
        if event is not None and event.state == "declined":
            return Status.DECLINED
        if done_at is not False and not self.asked_again(indications, done_at):
            return Status.DONE
        indicated = any_of(indication.truth for indication in indications)
        if indicated is FALSE:
            return Status.NOT_INDICATED
        if indicated is UNKNOWN:
            return Status.UNDETERMINED
        if any_of(self.truths[rule.place] for rule in planned.absolute) is TRUE:
            return Status.CONTRAINDICATED
        return Status.WAITING if waits_for else Status.DUE

    def due(self, indications: tuple[Indication, ...], done_at: datetime | None) -> datetime | None:
        """Return the earliest time of the rules that are true, or, where none is, of those that could be."""
        for truth in (TRUE, UNKNOWN):
            chosen = [indication for indication in indications if indication.truth is truth]
            if chosen:
                times = [deadline(indication, self.chart, done_at) for indication in chosen]
                return min((moment for moment in times if moment is not None), default=None)
        return None

    def is_clear(self, planned: PlannedStep) -> bool:
        """Return whether nothing holds a step: no contraindication could be true, every check is answered."""
        if planned.step.id in self.chart.not_available:
            return False
        if any(self.truths[rule.place] is not FALSE for rule in planned.absolute):
            return False
        if any(finding not in self.chart.facts for finding in planned.step.checks):
            return False
        return all(
            self.truths[rule.place] is FALSE or is_signed_off(rule.rule, self.chart)
            for rule in planned.relative
        )

    def instead(self, planned: PlannedStep, indications: tuple[Indication, ...]) -> str | None:
        """Return the step that takes over: the first stand-in that can be done, else where the purpose escalates."""
        indicated = any_of(indication.truth for indication in indications)
        if indicated is FALSE or self.barred(planned) is not TRUE:
            return None
        pathway = self.plan.pathway
        for other in pathway.stand_ins[planned.step.id]:
            if self.barred(self.plan.by_id[other]) is not TRUE:
                return other
        purposes = (purpose for purpose in pathway.purposes.values() if planned.step.id in purpose.steps)
        return next((purpose.escalate_to for purpose in purposes if purpose.escalate_to), None)


def _interval(indications: tuple[Indication, ...]) -> UrgencyInterval:
    lowest = highest = Urgency.NONE
    for indication in indications:
        if indication.truth is FALSE:
            continue
        tier = indication.planned.urgency
        highest = max(highest, tier)
        if indication.truth is TRUE:
            lowest = max(lowest, tier)
    return UrgencyInterval(lowest, highest)


_UNKNOWN_WORDS = {
    WhyUnknown.STALE: "is too old and counts as not known: repeat it",
    WhyUnknown.CONFLICT: "was recorded in different ways and counts as not known: settle it",
    WhyUnknown.IMPLAUSIBLE: "was recorded with an implausible value, which is not used: check the value and its unit",
    WhyUnknown.NO_UNIT: "was recorded without a unit and is not used: find the unit",
    WhyUnknown.UNMAPPED_CODE: "was recorded with a code that is not known here and is not used",
    WhyUnknown.NOT_FETCHED: "was not fetched",
    WhyUnknown.IN_FUTURE: "was recorded for a time that is still to come and is not used: check the time",
}


def _chart_notices(chart: Chart) -> Iterator[Notice]:
    for id_, entry in sorted(chart.entries.items()):
        label = chart.findings[id_].label
        if isinstance(entry, Unknown):
            if entry.reason is not WhyUnknown.NOT_RECORDED:
                detail = f" ({entry.detail})" if entry.detail else ""
                yield Notice(entry.reason.value, f"{label} {_UNKNOWN_WORDS[entry.reason]}{detail}", id_)
        elif entry.source.startswith("calculated: ") and chart.findings[id_].derived is not None:
            yield Notice("derived", f"{label} was {entry.source}; no result of the laboratory was given", id_)


def _step_notices(chart: Chart, items: tuple[ChecklistItem, ...], at: datetime) -> Iterator[Notice]:
    for item in items:
        step, event = item.step, chart.steps.get(item.step.id)
        if event is not None and event.at > at + CLOCK_SKEW:
            yield Notice(
                "future_event", f"{step.label}: what was recorded lies in the future and is not counted"
            )
        unwanted = item.status in (Status.NOT_INDICATED, Status.CONTRAINDICATED)
        if unwanted and item.progress in ("requested", "scheduled"):
            why = "; ".join(a.text for a in item.against if a.truth is TRUE and a.kind != "prerequisite")
            words = f"{step.label} was {item.progress} but is {item.status.words.lower()}"
            yield Notice("requested_against_rules", f"{words}: {why}" if why else words)
    for clock, moment in sorted(chart.clocks.items()):
        if moment > at + CLOCK_SKEW:
            yield Notice("future_clock", f"The clock {clock} starts after the moment of this checklist")


def _rule_notices(pathway: Pathway, at: datetime) -> Iterator[Notice]:
    today = at.date()
    late = [r.id for r in pathway.rules.values() if r.review_by is not None and r.review_by < today]
    if late:
        yield Notice(
            "past_review", f"{len(late)} rules are past their review date: {', '.join(sorted(late))}"
        )
    if pathway.review_by is not None and pathway.review_by < today:
        yield Notice("past_review", f"The pathway is past its review date of {pathway.review_by.isoformat()}")
    for waiver in pathway.waivers:
        expired = waiver.expires < today
        words = f"{waiver.step}: {waiver.reason} ({waiver.role}, {waiver.hazard}, until {waiver.expires.isoformat()})"
        yield Notice(
            "waiver_expired" if expired else "waiver", f"{'EXPIRED waiver' if expired else 'Waiver'}: {words}"
        )
