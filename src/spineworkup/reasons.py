"""Why a step is as it is: reasons for, reasons against, and what is still to be asked.

Worked out on demand, from what `assess` kept: nobody pays for explanations that nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from attrs import field, frozen

from spineworkup.charts import Chart, Known
from spineworkup.findings import Range
from spineworkup.logic.explain import deciding
from spineworkup.logic.plan import Plan, PlannedRule, PlannedStep
from spineworkup.logic.reduce import open_questions
from spineworkup.logic.when_true import newest_reason, when_true
from spineworkup.pathways import ONSET, Note, Rule
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
        kind: `absolute`, `relative`, `caution`, `check`, `prerequisite` or `not_available`.
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
class Indication:
    """An indication as it counts for a step: its own, or inherited from the step whose place it takes."""

    planned: PlannedRule
    truth: Truth
    in_place_of: str = ""


@frozen
class Basis:
    """What the explanation of one step is worked out from."""

    plan: Plan
    planned: PlannedStep
    chart: Chart
    truths: list[Truth]
    indications: tuple[Indication, ...]
    waits_for: tuple[str, ...]
    done_at: datetime | None
    lowest: Urgency
    highest: Urgency
    open: bool


@frozen
class Ask:
    """A finding to ask, how urgent the answer could be, and by when."""

    finding: str
    could_reach: Urgency
    due: datetime | None


def shown_facts(chart: Chart, findings: Iterable[str]) -> dict[str, str]:
    """Return known values as they are printed."""
    shown = {}
    for id_ in findings:
        entry = chart.entry(id_)
        if isinstance(entry, Known):
            shown[id_] = chart.findings[id_].show(entry.value)
    return shown


def reasons_of(basis: Basis) -> tuple[Reason, ...]:
    """Return the rules that make a step what it is: the true ones, else those not known, else all."""
    for truth in (Truth.TRUE, Truth.UNKNOWN, Truth.FALSE):
        chosen = [indication for indication in basis.indications if indication.truth is truth]
        if chosen:
            return tuple(_reason(indication, basis) for indication in chosen)
    return ()


def _reason(indication: Indication, basis: Basis) -> Reason:
    rule, chart = indication.planned.rule, basis.chart
    decided = deciding(rule.when, chart.facts)
    place = indication.in_place_of
    if place:
        label = basis.plan.pathway.steps[place].label
        decided += _barring(basis.plan.by_id[place], basis)
        text = f"In place of {label}: {rule.says}"
    else:
        text = rule.says
    return Reason(
        rule.id, text, rule.cites, rule.verification, shown_facts(chart, decided), indication.truth, place
    )


def _barring(planned: PlannedStep, basis: Basis) -> tuple[str, ...]:
    true = [rule for rule in planned.absolute if basis.truths[rule.place] is Truth.TRUE]
    return tuple(finding for rule in true for finding in deciding(rule.rule.when, basis.chart.facts))


def against_of(basis: Basis) -> tuple[Against, ...]:
    """Return what speaks against a step: what is true, and of what could hold it also what is not known."""
    found = [*_rules_against(basis), *_checks_against(basis)]
    step = basis.planned.step
    for other in basis.waits_for:
        label = basis.plan.pathway.steps[other].label
        found.append(Against(other, "prerequisite", f"Waits for: {label}", Truth.TRUE))
    if step.id in basis.chart.not_available:
        found.append(Against(step.id, "not_available", f"{step.label} is not available here now", Truth.TRUE))
    return tuple(found)


def _rules_against(basis: Basis) -> Iterator[Against]:
    planned, facts = basis.planned, basis.chart.facts
    for rule in (*planned.absolute, *planned.relative, *planned.cautions):
        truth, about = basis.truths[rule.place], rule.rule
        if truth is Truth.TRUE or (truth is Truth.UNKNOWN and about.kind != "caution" and basis.open):
            words = about.says if truth is Truth.TRUE else f"Not known: {about.says}"
            decided = shown_facts(basis.chart, deciding(about.when, facts))
            signed = is_signed_off(about, basis.chart)
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


def _checks_against(basis: Basis) -> Iterator[Against]:
    if basis.open:
        for finding in basis.planned.step.checks:
            if finding not in basis.chart.facts:
                label = basis.chart.findings[finding].label
                yield Against(finding, "check", f"Answer first: {label}", Truth.UNKNOWN)


def is_signed_off(rule: Rule, chart: Chart) -> bool:
    """Whether the role that may clear a relative contraindication has done so."""
    return any(sign.rule == rule.id and sign.by == rule.sign_off for sign in chart.sign_offs)


def notes_of(basis: Basis) -> tuple[Note, ...]:
    """Return the notes of a step whose criterion isn't false."""
    from spineworkup.logic.evaluate import evaluate

    facts = basis.chart.facts
    notes = basis.planned.step.notes
    return tuple(n for n in notes if n.when is None or evaluate(n.when, facts) is not Truth.FALSE)


def asks_of(basis: Basis) -> tuple[Ask, ...]:
    """Return what to ask about a step: what could change its status, its urgency, its time or its clearance."""
    asked: dict[str, Ask] = {}
    for ask in (*_indication_asks(basis), *(_clearance_asks(basis) if basis.open else ())):
        before = asked.get(ask.finding)
        asked[ask.finding] = ask if before is None else _stronger(before, ask)
    return tuple(asked.values())


def _stronger(one: Ask, other: Ask) -> Ask:
    times = [moment for moment in (one.due, other.due) if moment is not None]
    return Ask(one.finding, max(one.could_reach, other.could_reach), min(times, default=None))


def _indication_asks(basis: Basis) -> Iterator[Ask]:
    for indication in basis.indications:
        rule, tier = indication.planned.rule, indication.planned.urgency
        if indication.truth is Truth.UNKNOWN and (tier > basis.lowest or basis.open):
            due = deadline(indication, basis.chart, basis.done_at)
            criteria = [rule.when]
            if indication.in_place_of:
                criteria += [bar.rule.when for bar in basis.plan.by_id[indication.in_place_of].absolute]
            for criterion in criteria:
                for finding in open_questions(criterion, basis.chart.facts):
                    yield from (Ask(id_, tier, due) for id_ in with_inputs(finding, basis))
        if basis.open and indication.truth is not Truth.FALSE and rule.within is not None:
            for id_ in _missing_anchor(indication, basis.chart):
                yield Ask(id_, tier, None)


def _missing_anchor(indication: Indication, chart: Chart) -> Iterator[str]:
    rule = indication.planned.rule
    if rule.start != ONSET:
        if rule.start not in chart.clocks:
            yield f"clocks.{rule.start}"
    elif indication.truth is Truth.TRUE and when_true(rule.when, chart.facts, chart.seen) is None:
        yield from (
            f"{finding}.at" for finding in deciding(rule.when, chart.facts) if chart.seen(finding) is None
        )


def _clearance_asks(basis: Basis) -> Iterator[Ask]:
    planned, facts = basis.planned, basis.chart.facts
    held = [rule.rule.when for rule in planned.absolute]
    held += [rule.rule.when for rule in planned.relative if not is_signed_off(rule.rule, basis.chart)]
    held += [
        p.unless for p in planned.step.prerequisites if p.unless is not None and p.step in basis.waits_for
    ]
    asked = [finding for criterion in held for finding in open_questions(criterion, facts)]
    asked += [finding for finding in planned.step.checks if finding not in facts]
    for finding in asked:
        yield from (Ask(id_, basis.highest, None) for id_ in with_inputs(finding, basis))


def with_inputs(finding: str, basis: Basis) -> Iterator[str]:
    """Yield a finding, and the findings from which it could be worked out, as far as they are not known."""
    chart = basis.chart
    if not isinstance(chart.facts.get(finding), Range):
        yield finding
    score = basis.plan.pathway.totals.get(finding)
    derived = chart.findings[finding].derived
    inputs = score.inputs if score is not None else derived.inputs if derived is not None else ()
    yield from (id_ for id_ in inputs if id_ not in chart.facts)


def deadline(indication: Indication, chart: Chart, done_at: datetime | None) -> datetime | None:
    """Return by when a rule wants its step done; None where it gives no time or its start is not known.

    The time starts with the rule's clock, or later, when the rule itself became true: a new finding starts its own
    clock. Where the step was done before, it starts with the newest reason to do it again.
    """
    rule = indication.planned.rule
    if rule.within is None:
        return None
    true = indication.truth is Truth.TRUE
    onset = when_true(rule.when, chart.facts, chart.seen) if true else None
    anchor = onset if rule.start == ONSET else chart.clocks.get(rule.start)
    if anchor is None:
        return None
    again = newest_reason(rule.when, chart.facts, chart.seen) if true and done_at is not None else None
    return max(moment for moment in (anchor, onset, again) if moment is not None) + rule.within
