"""Invariants about steps: what must not be done is not to be done, and something is always left to do.

Each raises `InvariantBroken` with the patient in whom it fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from spineworkup.charts import Chart
from spineworkup.checklists import ChecklistItem
from spineworkup.logic.reduce import open_questions
from spineworkup.pathways import ONSET, Pathway, Purpose, Rule
from spineworkup.readings import CLOSED, Status
from spineworkup.testing.patients import (
    ACTIONABLE,
    INDICATED,
    InvariantBroken,
    Patient,
    rules_against,
    truth_of,
)
from spineworkup.truth import Truth


def a_purpose_is_never_empty(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-10: something is always left that serves a critical purpose.

    For each critical purpose of which a step is indicated and still open: one of its steps is due, waiting or done, or
    can't be told yet and says what to ask; or the step to which the purpose escalates is due or done. The same with
    any one of its steps not available here.

    For a clinician: "MRI is contraindicated" is never the last word; CT, or a person to call, is on the list.

    Where somebody declined the step to which a purpose escalates, that recorded decision stands in its place.
    """
    whole = Patient(pathway, chart, at)
    for purpose in pathway.purposes.values():
        if purpose.critical:
            for patient in (whole, *(_unavailable(whole, step) for step in purpose.steps)):
                if _is_wanted(patient, purpose) and not _is_served(patient, purpose):
                    says = f"nothing is left to {purpose.label.lower()}"
                    raise InvariantBroken("I-10", says, patient, step=purpose.steps[0])


def what_takes_over_is_no_later(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-10 and I-17: a step that can't be done here loses nothing, and what takes over is due no later.

    For every step s made unavailable: neither end of the urgency falls; the status, the urgency and the time of s are
    what they were, and it is not clear; where it is open, a stand-in that can be done is named, if there is one; and the
    stand-in next to it is as urgent, and due by the same time or sooner.

    For a clinician: a broken scanner makes no patient look better, and gives nobody more time.

    Excepted: a stand-in of which something was recorded already follows that record.
    """
    here = Patient(pathway, chart, at)
    for step in pathway.steps:
        elsewhere = _unavailable(here, step)
        one, other = here.checklist.item(step), elsewhere.checklist.item(step)
        before, after = here.checklist.urgency, elsewhere.checklist.urgency
        if after.lowest < before.lowest or after.highest < before.highest:
            raise InvariantBroken(
                "I-10", f"without {step} the patient looks less urgent", here, elsewhere, step=step
            )
        if other.clear_to_proceed:
            raise InvariantBroken("I-10", f"{step} is clear though it is not available", elsewhere, step=step)
        if _is_own(one) and (one.status, one.urgency, one.due) != (other.status, other.urgency, other.due):
            raise InvariantBroken(
                "I-10", f"{step} changes where it is not available", here, elsewhere, step=step
            )
        if other.status in INDICATED:
            _takes_over(elsewhere, other)


def a_contraindication_stays(pathway: Pathway, chart: Chart, more: Chart, at: datetime) -> None:
    """I-12: a contraindicated step stays contraindicated when more becomes known.

    For all x ⊑ y: a step that is contraindicated at x is contraindicated at y, or done.

    For a clinician: a device that makes MRI unsafe doesn't become harmless by answering something else. A correction,
    or a repeated test, is another record and not more of the same: it may lift a contraindication.

    Excepted: a step that only stands in for another is let go when that other is done.
    """
    before = Patient(pathway, chart, at, "patient before")
    after = Patient(pathway, more, at, "patient when more is known")
    for item in before.checklist.items:
        if item.status is Status.CONTRAINDICATED and not _is_let_go(after, item):
            status = after.checklist.item(item.step.id).status
            if status not in (Status.CONTRAINDICATED, Status.DONE):
                says = f"{item.step.id} was contraindicated, and is {status.value} once more is known"
                raise InvariantBroken("I-12", says, before, after, step=item.step.id)


def nothing_contraindicated_is_due(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-14: no step is due, or waiting, while an absolute contraindication of it is true.

    For all x and s: an absolute contraindication of s is TRUE ⇒ s is neither due nor waiting; where s is indicated and
    open it is contraindicated, and the stand-in or the person to turn to is named, if the pathway has any that can be
    had. A relative one that is TRUE keeps s from being clear until its role has signed off.

    For a clinician: the list never says "do it" of what must not be done, and says what to do instead.
    """
    patient = Patient(pathway, chart, at)
    for item in patient.checklist.items:
        absolute = any(truth_of(item, rule) is Truth.TRUE for rule in rules_against(item, "absolute"))
        relative = [rule for rule in rules_against(item, "relative") if truth_of(item, rule) is Truth.TRUE]
        if absolute and item.status in ACTIONABLE:
            says = f"{item.step.id} is {item.status.value} though it is contraindicated"
            raise InvariantBroken("I-14", says, patient, step=item.step.id)
        if item.status is Status.CONTRAINDICATED and not absolute:
            says = f"{item.step.id} is contraindicated by no rule"
            raise InvariantBroken("I-14", says, patient, step=item.step.id)
        if item.clear_to_proceed and any(not item.reading.is_signed_off(rule) for rule in relative):
            says = f"{item.step.id} is clear though nobody signed off a relative contraindication"
            raise InvariantBroken("I-14", says, patient, step=item.step.id)


def nothing_is_clear_while_a_safety_answer_is_missing(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-15: a due step is not clear to proceed while a check or a contraindication of it is not known.

    For all x and s that is due: a check of s is not known, or a contraindication of s is UNKNOWN and not signed off ⇒
    s is not clear, and what is missing is among its questions.

    For a clinician: MRI is shown as due in an emergency even when nobody asked about implants; but it says that this
    has to be answered first.

    Excepted: contraindications that their source wants to hold nothing while not known (`holds_unknown: false`).
    """
    patient = Patient(pathway, chart, at)
    facts = patient.checklist.chart.facts
    for item in patient.checklist.items:
        rules = [
            r for r in rules_against(item, "absolute") + rules_against(item, "relative") if r.holds_unknown
        ]
        missing = {finding for finding in item.step.checks if finding not in facts}
        for rule in rules:
            if truth_of(item, rule) is Truth.UNKNOWN and not item.reading.is_signed_off(rule):
                missing.update(open_questions(rule.when, facts))
        if item.status is Status.DUE and missing and item.clear_to_proceed:
            says = f"{item.step.id} is clear while {', '.join(sorted(missing))} is not known"
            raise InvariantBroken("I-15", says, patient, step=item.step.id)
        unasked = {id_ for id_ in missing - {*item.questions} if id_ not in facts}
        if item.status not in CLOSED and unasked:
            says = f"{item.step.id} doesn't ask for {', '.join(sorted(unasked))}"
            raise InvariantBroken("I-15", says, patient, step=item.step.id)


def what_is_to_be_done_is_complete(
    pathway: Pathway, chart: Chart, at: datetime, *, needs: Iterable[str] = ("owner", "action")
) -> None:
    """I-22: what is to be done says why, by whom, from which source, and by when or what to ask for it.

    For every step that is due, waiting or can't be told yet: it has reasons; each of their rules has words, a source
    that the pathway knows and that was not withdrawn, and a date of review; the step has what `needs` names; where all
    of its rules give a time, it has one, or asks for what the time depends on; and where it can't be told yet, it asks.

    For a clinician: no line of the list is an order without its grounds.

    Args:
        needs: The fields of a step that are to be filled.
    """
    patient = Patient(pathway, chart, at)
    for item in patient.checklist.items:
        if item.status in (*ACTIONABLE, Status.UNDETERMINED):
            for fault in _gaps(item, pathway, tuple(needs)):
                raise InvariantBroken("I-22", f"{item.step.id} {fault}", patient, step=item.step.id)


def _unavailable(patient: Patient, step: str) -> Patient:
    where = {*patient.chart.not_available, step}
    return patient.but(f"patient where {step} is not available", not_available=where)


def _is_wanted(patient: Patient, purpose: Purpose) -> bool:
    items = [patient.checklist.item(step) for step in purpose.steps]
    return any(item.status in INDICATED for item in items)


def _is_served(patient: Patient, purpose: Purpose) -> bool:
    items = [patient.checklist.item(step) for step in purpose.steps]
    if any(_serves(item, patient) for item in items):
        return True
    person = purpose.escalate_to
    return bool(person) and patient.checklist.item(person).status in (
        Status.DUE,
        Status.DONE,
        Status.DECLINED,
    )


def _serves(item: ChecklistItem, patient: Patient) -> bool:
    if item.status is Status.DONE:
        return True
    if item.step.id in patient.chart.not_available:
        return False
    return item.status in ACTIONABLE or (item.status is Status.UNDETERMINED and bool(item.questions))


def _is_own(item: ChecklistItem) -> bool:
    """Return whether no indication of an item comes from a step for which it stands in."""
    return not item.planned.takes_over_from and not item.step.prerequisites


def _is_let_go(after: Patient, item: ChecklistItem) -> bool:
    return any(after.checklist.item(first).status in CLOSED for first, _ in item.planned.takes_over_from)


def _takes_over(patient: Patient, item: ChecklistItem) -> None:
    step, stand_ins = item.step.id, patient.pathway.stand_ins[item.step.id]
    doable = [other for other in stand_ins if _can_be_done(patient, other)]
    if doable and item.instead not in doable:
        raise InvariantBroken("I-10", f"nothing is named in place of {step}", patient, step=step)
    if item.instead is None:
        return
    other = patient.checklist.item(item.instead)
    if other.step.id in patient.chart.steps or other.status in (Status.DONE, Status.DECLINED):
        return
    late = item.due is not None and (other.due is None or other.due > item.due)
    if other.urgency.lowest < item.urgency.lowest or late:
        says = f"{other.step.id} takes over from {step}, and is less urgent or later"
        raise InvariantBroken("I-17", says, patient, step=other.step.id)


def _can_be_done(patient: Patient, step: str) -> bool:
    item = patient.checklist.item(step)
    if step in item.reading.closed or item.progress == "declined":
        return False
    return item.reading.barred(item.planned) is not Truth.TRUE


def _gaps(item: ChecklistItem, pathway: Pathway, needs: tuple[str, ...]) -> Iterable[str]:
    """Yield what is missing in an item."""
    yield from (f"has no {need}" for need in needs if not getattr(item.step, need))
    if not item.reasons:
        yield "has no reason"
    rules = [pathway.rules[reason.rule] for reason in item.reasons]
    for rule in rules:
        yield from (f"rests on {rule.id}, which {fault}" for fault in _rule_gaps(rule, pathway))
    if item.status is Status.UNDETERMINED and not item.questions:
        yield "can't be told yet, and nothing is asked"
    true = any(reason.truth is Truth.TRUE for reason in item.reasons)
    if true and item.due is None and all(rule.within is not None for rule in rules):
        starts = {f"clocks.{rule.start}" for rule in rules if rule.start != ONSET}
        if not starts & {*item.questions} and not any(id_.endswith(".at") for id_ in item.questions):
            yield "has no time, and doesn't ask for what gives it"


def _rule_gaps(rule: Rule, pathway: Pathway) -> Iterable[str]:
    if not rule.says.strip():
        yield "says nothing"
    if not rule.cites:
        yield "has no source"
    if rule.review_by is None:
        yield "has no date of review"
    for cite in rule.cites:
        source = pathway.sources.get(cite.source)
        if source is None or source.status == "withdrawn":
            yield f"cites {cite.source}, which is not known or was withdrawn"
