"""Why a step is as it is: reasons for, reasons against, and what is still to be asked.

Worked out on demand, from what `assess` kept: nobody pays for explanations that nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from attrs import field, frozen

from spineworkup.charts import Chart
from spineworkup.criteria import AnyOf
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.explain import deciding
from spineworkup.logic.plan import PlannedRule, PlannedStep
from spineworkup.logic.reduce import Openings
from spineworkup.logic.when_true import when_true
from spineworkup.pathways import ONSET, Note, Pathway, Rule
from spineworkup.readings import Reading
from spineworkup.sources import Citation, Verification
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency


@frozen
class Reason:
    """A rule that makes a step what it is, with the facts that decided it, in words."""

    rule: str
    text: str
    cites: tuple[Citation, ...]
    verification: Verification
    facts: Mapping[str, str]
    truth: Truth
    in_place_of: str = ""


@frozen
class Against:
    """Something that speaks against doing a step now.

    Args:
        kind: `absolute`, `relative`, `caution`, `check`, `prerequisite`, `not_available` or `closed` (for some hours).
        sign_off: The role that may clear it.
        signed_off: Whether that role has.
    """

    rule: str
    kind: str
    text: str
    truth: Truth
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"
    facts: Mapping[str, str] = field(factory=dict)
    sign_off: str = ""
    signed_off: bool = False


@frozen
class Ask:
    """A finding to ask, how urgent the answer could be, and by when."""

    finding: str
    could_reach: Urgency
    due: datetime | None


def shown_facts(chart: Chart, findings: Iterable[str]) -> dict[str, str]:
    """Return known values as they are printed."""
    return {id_: chart.findings[id_].show(chart.facts[id_]) for id_ in findings}


def reasons_of(reading: Reading, planned: PlannedStep) -> tuple[Reason, ...]:
    """Return the rules that make a step what it is: the true ones, else those not known, else all."""
    found = reading.indications[planned.step.id]
    wanted = next((truth for truth in (Truth.TRUE, Truth.UNKNOWN, Truth.FALSE) if truth in found), None)
    return tuple(
        _reason(rule, truth, reading)
        for rule, truth in zip(planned.indications, found, strict=True)
        if truth is wanted
    )


def _reason(planned: PlannedRule, truth: Truth, reading: Reading) -> Reason:
    rule, chart, place = planned.rule, reading.chart, planned.in_place_of
    decided, text = deciding(rule.when, chart.facts), rule.says
    if place:
        label = reading.plan.pathway.steps[place].label
        decided += tuple(id_ for step in planned.passes_over for id_ in _barring(reading.plan.by_id[step], reading))
        closed = reading.closed.get(place)
        until = f" (closed here until {closed.until})" if closed is not None else ""
        text = f"In place of {label}{until}: {rule.says}"
    return Reason(rule.id, text, rule.cites, rule.verification, shown_facts(chart, decided), truth, place)


def _barring(planned: PlannedStep, reading: Reading) -> tuple[str, ...]:
    """Return the facts that say that a step is contraindicated, or that it isn't."""
    absolute = AnyOf(tuple(rule.rule.when for rule in planned.absolute))
    return deciding(absolute, reading.chart.facts)


def against_of(reading: Reading, planned: PlannedStep) -> tuple[Against, ...]:
    """Return what speaks against a step: what is true, and of what could hold it also what is not known."""
    step = planned.step
    found = list(_rules_against(reading, planned))
    if not reading.is_closed(planned):
        found += _checks_against(reading, planned)
        for other in reading.waits_for(planned):
            label = reading.plan.pathway.steps[other].label
            found.append(Against(other, "prerequisite", f"Waits for: {label}", Truth.TRUE))
    if step.id in reading.chart.not_available:
        found.append(Against(step.id, "not_available", f"{step.label} is not available here now", Truth.TRUE))
    if step.id in reading.closed and not reading.is_closed(planned):
        found.append(Against(step.id, "closed", f"{step.label} is {reading.closed[step.id].words}", Truth.TRUE))
    return tuple(found)


def _rules_against(reading: Reading, planned: PlannedStep) -> Iterator[Against]:
    is_open = not reading.is_closed(planned)
    for rule in (*planned.absolute, *planned.relative, *planned.cautions):
        truth, about = reading.truths[rule.place], rule.rule
        might_hold = truth is Truth.UNKNOWN and about.kind != "caution" and about.holds_unknown
        if truth is Truth.TRUE or (might_hold and is_open):
            words = about.says if truth is Truth.TRUE else f"Not known: {about.says}"
            decided = shown_facts(reading.chart, deciding(about.when, reading.chart.facts))
            signed = reading.is_signed_off(about)
            yield Against(
                about.id,
                about.kind,
                words,
                truth,
                about.cites,
                about.verification,
                decided,
                about.sign_off,
                signed,
            )


def _checks_against(reading: Reading, planned: PlannedStep) -> Iterator[Against]:
    for finding in planned.step.checks:
        if finding not in reading.chart.facts:
            label = reading.chart.findings[finding].label
            yield Against(finding, "check", f"Answer first: {label}", Truth.UNKNOWN)


def notes_of(reading: Reading, planned: PlannedStep) -> tuple[Note, ...]:
    """Return the notes of a step whose criterion isn't false."""
    facts = reading.chart.facts
    notes = planned.step.notes
    return tuple(n for n in notes if n.when is None or evaluate(n.when, facts) is not Truth.FALSE)


def asks_of(reading: Reading, planned: PlannedStep) -> tuple[Ask, ...]:
    """Return what to ask about a step: what could change its status, its urgency, its time or its clearance."""
    asks = list(_indication_asks(reading, planned))
    if not reading.is_closed(planned):
        asks += _clearance_asks(reading, planned)
    asked: dict[str, Ask] = {}
    for ask in asks:
        before = asked.get(ask.finding)
        asked[ask.finding] = ask if before is None else _stronger(before, ask)
    return tuple(asked.values())


def most_urgent_first(asks: Iterable[Ask]) -> list[str]:
    """Return what is asked over all steps, each finding once: what could be the most urgent first, then as it comes.

    Args:
        asks: Step after step, in the order of work.
    """
    reach: dict[str, int] = {}
    for ask in asks:
        rank = ask.could_reach.rank
        if rank > reach.get(ask.finding, -1):
            reach[ask.finding] = rank
    return sorted(reach, key=lambda finding: -reach[finding])


def _stronger(one: Ask, other: Ask) -> Ask:
    times = [moment for moment in (one.due, other.due) if moment is not None]
    reach = one.could_reach if one.could_reach.rank >= other.could_reach.rank else other.could_reach
    return Ask(one.finding, reach, min(times, default=None))


def _indication_asks(reading: Reading, planned: PlannedStep) -> Iterator[Ask]:
    found = reading.indications[planned.step.id]
    is_open = not reading.is_closed(planned)
    if not is_open and Truth.UNKNOWN not in found:
        return
    pairs = list(zip(planned.indications, found, strict=True))
    lowest = max((rule.rank for rule, truth in pairs if truth is Truth.TRUE), default=0)
    for rule, truth in pairs:
        tier = rule.rule.urgency
        # Where a rule is true already, one more at no higher tier changes nothing but, perhaps, the time.
        could_matter = rule.rank > lowest or (is_open and (rule.timed or Truth.TRUE not in found))
        if truth is Truth.UNKNOWN and could_matter:
            due = reading.deadline(planned, rule, truth)
            yield from (Ask(id_, tier, due) for id_ in _open_findings(reading, rule))
        if is_open and truth is not Truth.FALSE and rule.timed:
            yield from (Ask(id_, tier, None) for id_ in _missing_anchor(rule.rule, truth, reading))


def _open_findings(reading: Reading, rule: PlannedRule) -> Iterator[str]:
    criteria = [rule.rule.when]
    for step in rule.passes_over:
        criteria += [bar.rule.when for bar in reading.plan.by_id[step].absolute]
    openings = _openings(reading)
    for criterion in criteria:
        for finding in openings.of(criterion, reading.chart.facts):
            yield from with_inputs(finding, reading)


def _openings(reading: Reading) -> Openings:
    return reading.plan.pathway.remember("openings", lambda pathway: Openings())


def _missing_anchor(rule: Rule, truth: Truth, reading: Reading) -> Iterator[str]:
    chart = reading.chart
    if rule.start != ONSET:
        if reading.clock(rule.start) is None:
            yield f"clocks.{rule.start}"
    elif truth is Truth.TRUE and when_true(rule.when, chart.facts, chart.seen) is None:
        yield from (
            f"{finding}.at" for finding in deciding(rule.when, chart.facts) if chart.seen(finding) is None
        )


def _clearance_asks(reading: Reading, planned: PlannedStep) -> Iterator[Ask]:
    facts, step = reading.chart.facts, planned.step
    waits_for = reading.waits_for(planned)
    held = [rule.rule.when for rule in (*planned.absolute, *planned.relative) if reading.holds(rule)]
    held += [p.unless for p in step.prerequisites if p.unless is not None and p.step in waits_for]
    openings = _openings(reading)
    asked = [finding for criterion in held for finding in openings.of(criterion, facts)]
    asked += [finding for finding in step.checks if finding not in facts]
    reach = reading.interval(planned).highest
    for finding in asked:
        yield from (Ask(id_, reach, None) for id_ in with_inputs(finding, reading))


def with_inputs(finding: str, reading: Reading) -> Iterator[str]:
    """Yield a finding, and the findings from which it could be worked out, as far as they are not known."""
    chart = reading.chart
    inputs = inputs_of(reading.plan.pathway, finding)
    if not inputs:
        yield finding
        return
    missing = [id_ for id_ in inputs if id_ in chart.findings and id_ not in chart.facts]
    # A total that lies between two asks for the items that are missing; with none missing, somebody has to say.
    if not missing or not isinstance(chart.facts.get(finding), Range):
        yield finding
    yield from missing


def inputs_of(pathway: Pathway, finding: str) -> tuple[str, ...]:
    """Return the findings from which a finding is worked out where nobody reported it; none of most."""
    score = pathway.totals.get(finding)
    # A chart may have more findings than the pathway.
    known = pathway.findings.get(finding)
    derived = None if known is None else known.derived
    return score.inputs if score is not None else derived.inputs if derived is not None else ()
