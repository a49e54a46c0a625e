"""Invariants about urgency: a deficit is an emergency, and nothing makes a patient who is worse wait longer.

Each raises `InvariantBroken` with the patient in whom it fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from spineworkup.charts import Chart
from spineworkup.findings import Kind
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.readings import CLOSED, Status
from spineworkup.testing.patients import (
    ACTIONABLE,
    INDICATED,
    InvariantBroken,
    Patient,
    rules_against,
    truth_of,
    written_for,
)
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency


def red_flags(pathway: Pathway) -> tuple[str, ...]:
    """Return the deficits of a pathway that are present or absent."""
    return tuple(f.id for f in pathway.findings.values() if f.red_flag and f.kind is Kind.BOOLEAN)


def emergency_flags(pathway: Pathway) -> tuple[str, ...]:
    """Return the deficits that make an emergency by themselves, as the rules of the immediate tier have it."""
    rules = [rule for rule in pathway.rules.values() if rule.urgency is Urgency.IMMEDIATE]
    return tuple(
        flag
        for flag in red_flags(pathway)
        if any(evaluate(r.when, {flag: True}) is Truth.TRUE for r in rules)
    )


def emergency_steps(pathway: Pathway) -> tuple[str, ...]:
    """Return the steps of an emergency: those marked `safety_critical`, and what stands in for them."""
    critical = [id_ for id_, step in pathway.steps.items() if step.safety_critical]
    return tuple(dict.fromkeys(s for id_ in critical for s in (id_, *pathway.stand_ins[id_])))


def slow_steps(pathway: Pathway) -> tuple[str, ...]:
    """Return the steps that no emergency may wait for: not of an emergency, and never immediate."""
    quick = {*emergency_steps(pathway)}
    quick |= {
        id_
        for id_, step in pathway.steps.items()
        if any(r.urgency is Urgency.IMMEDIATE for r in step.indications)
    }
    return tuple(id_ for id_ in pathway.steps if id_ not in quick)


def a_red_flag_lowers_no_urgency(
    pathway: Pathway, chart: Chart, at: datetime, *, flags: Iterable[str] | None = None
) -> None:
    """I-11: a further red flag makes nobody less urgent.

    For every red flag f: lowest(x with f absent) ≤ lowest(x with f present), and the same of highest.

    For a clinician: worse findings never lead to a later workup.

    Args:
        flags: By default the findings marked `red_flag` that are present or absent. Leave out what a source says
            lowers suspicion, such as a typical benign explanation.
    """
    for absent, present, flag in _with_and_without(pathway, chart, at, flags):
        one, other = absent.checklist.urgency, present.checklist.urgency
        if other.lowest < one.lowest or other.highest < one.highest:
            raise InvariantBroken("I-11", f"{flag} makes the patient less urgent", absent, present)


def a_deficit_is_an_emergency(
    pathway: Pathway, chart: Chart, at: datetime, *, flags: Iterable[str] | None = None
) -> None:
    """I-13: with a deficit the urgency is immediate, whatever else is known.

    For every deficit f of `flags`, for all x: lowest(x with f present) = immediate.

    For a clinician: new leg weakness is an emergency with normal blood tests, a normal radiograph, and whatever
    anybody recorded beside it.

    Args:
        flags: By default the red flags that an immediate rule of the pathway (or of its base, where one is given)
            takes as enough by themselves. Name them yourself, so that a rule that was lost is missed.
    """
    for flag in emergency_flags(pathway) if flags is None else flags:
        patient = Patient(pathway, chart, at).but(f"patient with {flag}", values={flag: True})
        if patient.checklist.urgency.lowest is not Urgency.IMMEDIATE:
            raise InvariantBroken("I-13", f"{flag} is present, and it is not an emergency", patient)


def an_emergency_waits_for_nothing_slow(
    pathway: Pathway,
    chart: Chart,
    at: datetime,
    *,
    emergency: Iterable[str] | None = None,
    slow: Iterable[str] | None = None,
) -> None:
    """I-16: in an emergency the steps that matter wait for nothing slow.

    Where lowest(x) = immediate: no step of `emergency` waits for a step of `slow`, directly or through others.

    For a clinician: the MRI, the call, the neurological examination and spinal precautions never wait for blood tests,
    a bone scan, staging or a biopsy.

    Args:
        emergency: By default the steps marked `safety_critical` and what stands in for them.
        slow: By default the other steps, but for those that have an indication of the immediate tier.
    """
    patient = Patient(pathway, chart, at)
    if patient.checklist.urgency.lowest is not Urgency.IMMEDIATE:
        return
    avoided = set(slow_steps(pathway) if slow is None else slow)
    for step in emergency_steps(pathway) if emergency is None else emergency:
        if late := sorted(_awaited(patient, step) & avoided):
            says = f"{step} waits for {', '.join(late)} in an emergency"
            raise InvariantBroken("I-16", says, patient, step=step)


def a_red_flag_only_tightens_deadlines(
    pathway: Pathway,
    chart: Chart,
    at: datetime,
    *,
    flags: Iterable[str] | None = None,
    steps: Iterable[str] | None = None,
) -> None:
    """I-17: a further red flag moves no deadline of an emergency step back.

    For every red flag f and every step s that is due or waiting with f absent, by a time: with f present s is due by
    the same time or sooner; or contraindicated, and what takes over is.

    For a clinician: a new deficit brings the MRI forward, and never gives it more time.

    Assumed: it is not known since when f is there. A flag with a time of its own starts a clock of its own.

    Args:
        flags: By default the findings marked `red_flag` that are present or absent.
        steps: By default the steps marked `safety_critical` and what stands in for them.
    """
    looked_at = tuple(emergency_steps(pathway) if steps is None else steps)
    for absent, present, flag in _with_and_without(pathway, chart, at, flags):
        for step in looked_at:
            one = absent.checklist.item(step)
            if one.status in ACTIONABLE and one.due is not None and not _is_due_by(present, step, one.due):
                says = f"{flag} gives {step} more time"
                raise InvariantBroken("I-17", says, absent, present, step=step)


def an_overlay_loosens_nothing(
    pathway: Pathway, chart: Chart, at: datetime, *, base: Pathway, steps: Iterable[str] | None = None
) -> None:
    """I-35: an overlay makes nobody less urgent, no emergency step later, and lifts no contraindication.

    For a base B and what an overlay made of it, for all x: neither end of the urgency is lower than under B; every
    emergency step that is due or waiting under B is so with the overlay by the same time or sooner, or it is
    contraindicated and what takes over is; an absolute contraindication that is TRUE under B is so with the overlay.

    For a clinician: a hospital may ask for more, and sooner; never for less.

    Excepted: steps for which the overlay holds a waiver, which every output shows.

    Args:
        pathway: With the overlay.
        base: Without it.
        steps: By default the steps of the base marked `safety_critical` and what stands in for them.
    """
    under = Patient(base, written_for(base, chart), at, "patient under the base")
    over = Patient(pathway, chart, at, "patient with the overlay")
    waived = {waiver.step for waiver in pathway.waivers}
    before, after = under.checklist.urgency, over.checklist.urgency
    if not waived and (after.lowest < before.lowest or after.highest < before.highest):
        raise InvariantBroken("I-35", "the overlay makes the patient less urgent", under, over)
    for step in emergency_steps(base) if steps is None else steps:
        if step not in waived:
            _is_no_looser(under, over, step)


def _is_no_looser(under: Patient, over: Patient, step: str) -> None:
    if step not in over.pathway.steps:
        raise InvariantBroken("I-35", f"the overlay takes {step} away", under)
    one, other = under.checklist.item(step), over.checklist.item(step)
    barred = [any(truth_of(i, r) is Truth.TRUE for r in rules_against(i, "absolute")) for i in (one, other)]
    if barred == [True, False]:
        raise InvariantBroken(
            "I-35", f"the overlay lifts a contraindication of {step}", under, over, step=step
        )
    if one.status in ACTIONABLE and other.status not in (*INDICATED, Status.DONE):
        raise InvariantBroken("I-35", f"with the overlay {step} is not to be done", under, over, step=step)
    if one.status in ACTIONABLE and one.due is not None and not _is_due_by(over, step, one.due):
        raise InvariantBroken("I-35", f"with the overlay {step} may be done later", under, over, step=step)


def _with_and_without(
    pathway: Pathway, chart: Chart, at: datetime, flags: Iterable[str] | None
) -> Iterable[tuple[Patient, Patient, str]]:
    patient = Patient(pathway, chart, at)
    for flag in red_flags(pathway) if flags is None else flags:
        absent = patient.but(f"patient without {flag}", values={flag: False})
        yield absent, patient.but(f"patient with {flag}", values={flag: True}), flag


def _awaited(patient: Patient, step: str) -> set[str]:
    """Return the steps for which a step waits, directly or through others."""
    found: set[str] = set()
    todo = [step]
    while todo:
        item = patient.checklist.item(todo.pop())
        for other in item.reading.waits_for(item.planned) if item.status not in CLOSED else ():
            if other not in found:
                found.add(other)
                todo.append(other)
    return found


def _is_due_by(patient: Patient, step: str, moment: datetime) -> bool:
    item = patient.checklist.item(step)
    if item.status is Status.CONTRAINDICATED and item.instead is not None:
        item = patient.checklist.item(item.instead)
    return item.status is Status.DONE or (item.due is not None and item.due <= moment)
