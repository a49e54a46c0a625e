"""What the rules say of any patient, as formulas: the third reading of what a checklist means.

It shares no code with `readings.py`, which says the same of one patient; tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from graphlib import TopologicalSorter

import z3
from attrs import define, field, frozen

from spineworkup.pathways import ONSET, Pathway, Rule, Step
from spineworkup.proofs.patients import Patient
from spineworkup.translate.to_z3 import Formula, Rails, Term, all_rails, any_rails, both, either
from spineworkup.urgency import Urgency

FALSE = Rails(z3.BoolVal(False), z3.BoolVal(True))
TIERS = [tier for tier in Urgency if tier is not Urgency.NONE]
STATUSES = ("declined", "done", "not_indicated", "undetermined", "contraindicated", "waiting", "due")


@frozen
class Asked:
    """An indication of a step, its own or inherited from a step in whose place this one stands."""

    rule: Rule
    truth: Rails
    in_place_of: str = ""

    def holds(self, certain: bool) -> Formula:
        """Return whether it holds for certain, or possibly."""
        return self.truth.true if certain else z3.Not(self.truth.false)


@frozen
class Deadline:
    """By when something is to be done: whether there is a time, and which, in hours."""

    exists: Formula
    at: Term


@frozen
class StepAnswer:
    """What the rules say of one step.

    Args:
        statuses: For each status, in the order of `STATUSES`, when it is the step's.
        barred: It can't be done: an absolute contraindication, or not available.
        lowest: For each tier whether the urgency that is certain is at least that.
        highest: For each tier whether the urgency that is possible is at least that.
        instead: For each step that could take over whether it is the one.
        waits_for: For each prerequisite whether it is open and not waived.
    """

    step: Step
    asked: tuple[Asked, ...]
    statuses: Mapping[str, Formula]
    barred: Rails
    closed: Formula
    lowest: Mapping[Urgency, Formula]
    highest: Mapping[Urgency, Formula]
    due: Deadline
    clear: Formula
    instead: Mapping[str, Formula]
    waits_for: Mapping[str, Formula]
    against: Mapping[str, Rails]

    @cached_property
    def reasons(self) -> Mapping[tuple[str, str], Rails]:
        """For each indication, and in whose place, when it is given as a reason: as true; or, where none is, else."""
        none_true = z3.Not(self.indicated)
        none_open = z3.Not(either([one.truth.unknown for one in self.asked]))
        return {
            (one.rule.id, one.in_place_of): Rails(
                one.truth.true,
                z3.And(none_true, z3.Or(one.truth.unknown, z3.And(none_open, one.truth.false))),
            )
            for one in self.asked
        }

    @cached_property
    def speaks(self) -> Mapping[str, Rails]:
        """For each contraindication and caution when it is shown as speaking against the step: as true, or as not known."""
        is_open, shown = z3.Not(self.closed), dict[str, Rails]()
        for rule in (*self.step.contraindications, *self.step.cautions):
            truth, might_hold = self.against[rule.id], rule.kind != "caution" and rule.holds_unknown
            shown[rule.id] = Rails(truth.true, z3.And(truth.unknown, is_open) if might_hold else z3.BoolVal(False))
        return shown

    @cached_property
    def indicated(self) -> Formula:
        """Whether any indication is true."""
        return either([one.truth.true for one in self.asked])

    @property
    def actionable(self) -> Formula:
        """Due or waiting."""
        return z3.Or(self.statuses["due"], self.statuses["waiting"])


@define
class Answer:
    """What the rules of a pathway say of a patient: an answer for every step."""

    pathway: Pathway
    patient: Patient
    steps: dict[str, StepAnswer] = field(factory=dict)

    def at_least(self, tier: Urgency, *, certain: bool) -> Formula:
        """Return whether the urgency of the whole is at least a tier: for certain, or possibly."""
        return either([(one.lowest if certain else one.highest)[tier] for one in self.steps.values()])


def answer_of(pathway: Pathway, patient: Patient) -> Answer:
    """Return what the rules say of a patient."""
    answer = Answer(pathway, patient)
    before = {id_: {p.step for p in step.prerequisites} for id_, step in pathway.steps.items()}
    for id_, pairs in pathway.takes_over_from.items():
        before[id_].update(first for first, _ in pairs)
    for id_ in TopologicalSorter(before).static_order():
        answer.steps[id_] = _answer(pathway.steps[id_], answer)
    return answer


def _answer(step: Step, answer: Answer) -> StepAnswer:
    patient = answer.patient
    asked = tuple(Asked(rule, patient.truth(rule.when)) for rule in step.indications) + _inherited(step, answer)
    waits_for = {p.step: _waits(p.step, p.unless, answer) for p in step.prerequisites}
    statuses = _statuses(step, asked, waits_for, answer)
    closed = z3.Or(statuses["declined"], statuses["done"], statuses["not_indicated"])
    return StepAnswer(
        step,
        asked,
        statuses,
        _barred(step, patient),
        closed,
        _rungs(asked, certain=True),
        _rungs(asked, certain=False),
        _due(asked, closed, patient),
        z3.And(statuses["due"], _nothing_holds(step, patient)),
        _instead(step, closed, answer),
        waits_for,
        {rule.id: patient.truth(rule.when) for rule in (*step.contraindications, *step.cautions)},
    )


def _inherited(step: Step, answer: Answer) -> tuple[Asked, ...]:
    """A step is asked for by what it takes over from, where that is open and neither it nor those before can be done."""
    inherited: list[Asked] = []
    for first, others in answer.pathway.takes_over_from[step.id]:
        said = answer.steps[first]
        closed = Rails(z3.Not(said.closed), said.closed)
        gone = [_passed_over(answer.pathway.steps[id_], answer.patient) for id_ in others]
        nobody = all_rails([closed, said.barred, *gone])
        own = [one for one in said.asked if not one.in_place_of]
        inherited += [Asked(one.rule, all_rails([nobody, one.truth]), first) for one in own]
    return tuple(inherited)


def _passed_over(step: Step, patient: Patient) -> Rails:
    declined = patient.events[step.id].declined
    return any_rails([Rails(declined, z3.Not(declined)), _barred(step, patient)])


def _barred(step: Step, patient: Patient) -> Rails:
    absolute = [patient.truth(rule.when) for rule in step.contraindications if rule.kind == "absolute"]
    missing = patient.not_available[step.id]
    return any_rails([Rails(missing, z3.Not(missing)), *absolute])


def _finished(step: Step, patient: Patient) -> Formula:
    """What was recorded of a step goes before its result."""
    event = patient.events[step.id]
    enough = [event.finished] if step.produces else [event.finished, event.performed]
    result = z3.BoolVal(False) if step.done_when is None else patient.truth(step.done_when).true
    return z3.Or(*enough, z3.And(z3.Not(either(event.any)), result))


def _statuses(
    step: Step, asked: Sequence[Asked], waits_for: Mapping[str, Formula], answer: Answer
) -> dict[str, Formula]:
    patient = answer.patient
    absolute = [patient.truth(rule.when).true for rule in step.contraindications if rule.kind == "absolute"]
    indicated = either([one.truth.true for one in asked])
    tests = {
        "declined": patient.events[step.id].declined,
        "done": _finished(step, patient),
        "not_indicated": both([one.truth.false for one in asked]),
        "undetermined": z3.Not(indicated),
        "contraindicated": either(absolute),
        "waiting": either(list(waits_for.values())),
        "due": z3.BoolVal(True),
    }
    statuses: dict[str, Formula] = {}
    for name, test in tests.items():
        statuses[name] = z3.And(test, *(z3.Not(tests[earlier]) for earlier in statuses))
    return statuses


def _waits(first: str, unless: object, answer: Answer) -> Formula:
    other, patient = answer.steps[first], answer.patient
    stand_ins = [answer.pathway.steps[id_] for id_ in answer.pathway.stand_ins[first]]
    replaced = z3.And(other.barred.true, either([_finished(step, patient) for step in stand_ins]))
    waived = z3.BoolVal(False) if unless is None else patient.truth(unless).true  # type: ignore[arg-type]
    return z3.Not(z3.Or(other.closed, replaced, waived))


def _rungs(asked: Sequence[Asked], *, certain: bool) -> dict[Urgency, Formula]:
    return {tier: either([one.holds(certain) for one in asked if one.rule.urgency >= tier]) for tier in TIERS}


def _due(asked: Sequence[Asked], closed: Formula, patient: Patient) -> Deadline:
    """The earliest time of the indications that are true, or, where none is, of those that could be."""
    indicated = either([one.truth.true for one in asked])
    exists: Formula = z3.BoolVal(False)
    earliest: Term = z3.RealVal(0)
    for one in asked:
        within, start = one.rule.within, one.rule.start
        # Findings have no times here, so what starts when a rule became true has no start.
        if within is None or start in ("", ONSET):
            continue
        known, clock = patient.clocks[start]
        counts = z3.And(known, z3.If(indicated, one.truth.true, one.truth.unknown))
        at = clock + z3.RealVal(within / timedelta(hours=1))
        earliest = z3.If(counts, z3.If(z3.And(exists, earliest <= at), earliest, at), earliest)
        exists = z3.Or(exists, counts)
    return Deadline(z3.And(z3.Not(closed), exists), earliest)


def _nothing_holds(step: Step, patient: Patient) -> Formula:
    answered = [patient.known(finding) for finding in step.checks]
    holds = [_holds(rule, patient) for rule in step.contraindications]
    return z3.And(z3.Not(patient.not_available[step.id]), *answered, *map(z3.Not, holds))


def _holds(rule: Rule, patient: Patient) -> Formula:
    truth = patient.truth(rule.when)
    might = z3.Not(truth.false) if rule.holds_unknown else truth.true
    signed = patient.signed_off.get(rule.id)
    return might if signed is None else z3.And(might, z3.Not(signed))


def _instead(step: Step, closed: Formula, answer: Answer) -> dict[str, Formula]:
    """The first stand-in that can be done and wasn't declined, else the person to whom the purpose escalates."""
    pathway, patient = answer.pathway, answer.patient
    wanted = z3.And(z3.Not(closed), _barred(step, patient).true)
    instead: dict[str, Formula] = {}
    for id_ in pathway.stand_ins[step.id]:
        can = z3.Not(_passed_over(pathway.steps[id_], patient).true)
        instead[id_] = z3.And(wanted, can, *(z3.Not(taken) for taken in instead.values()))
    escalation = pathway.escalation_of(step.id)
    if escalation is not None:
        nobody = z3.And(wanted, *(z3.Not(taken) for taken in instead.values()))
        instead[escalation] = z3.Or(instead[escalation], nobody) if escalation in instead else nobody
    return instead
