"""What a reader must know of a chart and of the rules, beside the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from attrs import frozen

from spineworkup.charts import Chart
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.items import ChecklistItem
from spineworkup.logic.plan import Plan, plan
from spineworkup.moments import CLOCK_SKEW
from spineworkup.pathways import Pathway, Rule
from spineworkup.place import Closure, Place
from spineworkup.readings import CLOSED, Reading, Status
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency


@frozen
class Notice:
    """Something about the chart or the rules that a reader must know; `finding` is empty where it is about neither."""

    kind: str
    text: str
    finding: str = ""


def notices_of(reading: Reading, items: Sequence[ChecklistItem]) -> tuple[Notice, ...]:
    """Return what has to be known beside the steps themselves."""
    chart, pathway, at = reading.chart, reading.plan.pathway, reading.at
    return (
        *_chart_notices(chart, reading.plan),
        *_step_notices(chart, {item.step.id: item for item in items}, pathway, at),
        *_closing_notices(reading, items),
        *rule_notices(pathway, at.date()),
    )


_UNKNOWN_WORDS = {
    WhyUnknown.STALE: "is too old and counts as not known: repeat it",
    WhyUnknown.CONFLICT: "was recorded in different ways and counts as not known: settle it",
    WhyUnknown.IMPLAUSIBLE: "was recorded with an implausible value, which is not used: check the value and its unit",
    WhyUnknown.NO_UNIT: "was recorded without a unit and is not used: find the unit",
    WhyUnknown.UNMAPPED_CODE: "was recorded with a code that is not known here and is not used",
    WhyUnknown.NOT_FETCHED: "was not fetched",
    WhyUnknown.INCOMPLETE: "was looked for in records that were not read to their end, and counts as not known",
    WhyUnknown.IN_FUTURE: "was recorded for a time that is still to come and is not used: check the time",
}


def _chart_notices(chart: Chart, prepared: Plan) -> Iterator[Notice]:
    if len(chart.facts) < len(chart.entries):
        for id_, entry in sorted(chart.entries.items(), key=_by_id):
            if isinstance(entry, Unknown) and entry.reason is not WhyUnknown.NOT_RECORDED:
                detail = f" ({entry.detail})" if entry.detail else ""
                words = f"{chart.findings[id_].label} {_UNKNOWN_WORDS[entry.reason]}{detail}"
                yield Notice(entry.reason.value, words, id_)
    for finding in prepared.derived:
        entry = chart.entry(finding.id)
        if isinstance(entry, Known) and entry.calculated:
            words = f"{finding.label} was {entry.source}; no result of the laboratory was given"
            yield Notice("derived", words, finding.id)


def _by_id(item: tuple[str, object]) -> str:
    return item[0]


def _who_may_clear(rule: Rule | None) -> str:
    if rule is None:
        return "the pathway has no such rule"
    return f"{rule.id} may be cleared by: {rule.sign_off or 'nobody'}"


def _step_notices(
    chart: Chart, items: Mapping[str, ChecklistItem], pathway: Pathway, at: datetime
) -> Iterator[Notice]:
    for id_, event in sorted(chart.steps.items()):
        item = items[id_]
        label = item.step.label
        if event.at > at + CLOCK_SKEW:
            yield Notice("future_event", f"{label}: what was recorded lies in the future and is not counted")
        unwanted = item.status in (Status.NOT_INDICATED, Status.CONTRAINDICATED)
        if unwanted and item.progress in ("requested", "scheduled"):
            why = "; ".join(
                a.text for a in item.against if a.truth is Truth.TRUE and a.kind != "prerequisite"
            )
            words = f"{label} was {item.progress} but is {item.status.words.lower()}"
            yield Notice("requested_against_rules", f"{words}: {why}" if why else words)
    for sign in chart.sign_offs:
        rule = pathway.rules.get(sign.rule)
        if rule is None or rule.kind != "relative" or rule.sign_off != sign.by:
            yield Notice("sign_off_not_counted", f"A sign-off is not counted: {_who_may_clear(rule)}")
        elif sign.at > at + CLOCK_SKEW:
            yield Notice(
                "sign_off_not_counted", f"A sign-off of {rule.id} lies in the future and is not counted"
            )
    for clock, moment in sorted(chart.clocks.items()):
        if moment > at + CLOCK_SKEW:
            yield Notice("future_clock", f"The clock {clock} starts after the moment of this checklist and is not used")


def _closing_notices(reading: Reading, items: Sequence[ChecklistItem]) -> Iterator[Notice]:
    for item in items:
        closed = reading.closed.get(item.step.id)
        if closed is not None and _matters(item):
            words = f"{item.step.label} is {closed.words}. {_still_due(item, closed, reading.plan.pathway)}"
            yield Notice("closed", words)


def _matters(item: ChecklistItem) -> bool:
    """Return whether it matters now that a step is closed: what isn't certain does where it could be urgent."""
    urgent = item.urgency.highest in (Urgency.SAME_DAY, Urgency.IMMEDIATE)
    return item.status not in CLOSED and (item.status is not Status.UNDETERMINED or urgent)


def _still_due(item: ChecklistItem, closed: Closure, pathway: Pathway) -> str:
    """Say that closing moves no time limit, and what takes over where the limit can't be kept by waiting."""
    it = "If it is indicated, it" if item.status is Status.UNDETERMINED else "It"
    if item.due is None:
        words = f"{it} stays as urgent as it is ({item.urgency.words.lower()})."
    else:
        early = ", before it opens" if item.due <= closed.opens else ""
        words = f"{it} stays due by {closed.local(item.due)}{early}."
    if item.instead is None:
        return f"{words} Closing moves no time limit."
    return f"{words} It can't wait until it opens; what takes over here: {pathway.steps[item.instead].label}."


def rule_notices(pathway: Pathway, today: date) -> Iterator[Notice]:
    """Yield what a reader must know of the rules: what is late, what was waived, and for which place they are."""
    next_review = plan(pathway).next_review
    if next_review is not None and next_review < today:
        late = [r.id for r in pathway.rules.values() if r.review_by is not None and r.review_by < today]
        yield Notice(
            "past_review", f"{len(late)} rules are past their review date: {', '.join(sorted(late))}"
        )
    if pathway.review_by is not None and pathway.review_by < today:
        yield Notice("past_review", f"The pathway is past its review date of {pathway.review_by.isoformat()}")
    for waiver in pathway.waivers:
        expired = waiver.expires < today
        kind, word = ("waiver_expired", "EXPIRED waiver") if expired else ("waiver", "Waiver")
        yield Notice(kind, f"{word}: {waiver.words}")
    for place in pathway.local:
        yield from _place_notices(place, pathway)


def _place_notices(place: Place, pathway: Pathway) -> Iterator[Notice]:
    yield Notice("place", f"This place: {place.words}")
    for difference in place.differs:
        yield Notice("differs", f"Differs here: {difference.words(pathway.sources)}")
    for contact in place.contacts:
        yield Notice("contact", f"Whom to call: {contact.words}")
