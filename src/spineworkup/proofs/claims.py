"""What must hold of a pathway for every patient, as questions to a solver.

Each claim is one function. It yields questions of the kind "is there a patient for whom ...?": nobody may be found, or,
of what must be reachable, somebody must.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import z3
from attrs import field, frozen

from spineworkup.criteria import ALWAYS, NEVER, Criterion, Leaf, Place, findings_of, literals, replaced
from spineworkup.pathways import Purpose, Rule
from spineworkup.proofs.answers import TIERS, Answer
from spineworkup.proofs.patients import Patient
from spineworkup.proofs.scenes import Scene
from spineworkup.translate.to_notation import to_notation
from spineworkup.translate.to_z3 import Formula, both, either
from spineworkup.urgency import Urgency

Expected = Literal["nobody", "somebody"]


@frozen
class Question:
    """Is there a patient, or a pair of patients, for whom all this holds?

    Args:
        about: The step, rule, purpose or finding that is asked about.
        wrong: What is wrong when the answer isn't the one expected, in a clinician's words.
        given: What holds of the patients anyway, shared by many questions.
        asked: What is asked of them.
        of: The answers whose patients are to be shown.
    """

    about: str
    wrong: str
    given: Sequence[Formula] = field(repr=False)
    asked: Sequence[Formula] = field(repr=False)
    of: Sequence[Answer] = field(repr=False)
    expected: Expected = "nobody"


@frozen
class Claim:
    """Something that must hold of every patient.

    Args:
        law: Its number in the catalogue of invariants.
        words: What it means on a ward.
    """

    id: str
    law: str
    words: str
    questions: Callable[[Scene], Iterator[Question]] = field(repr=False)


def no_empty_verdict(scene: Scene) -> Iterator[Question]:
    """Every step has exactly one status, and where it can't be told there is something to ask."""
    for id_, said in scene.one.steps.items():
        statuses = list(said.statuses.values())
        none_or_two = z3.Or(z3.Not(either(statuses)), z3.Not(z3.AtMost(*statuses, 1)))
        yield _nobody(scene, id_, "the step has no status, or two", [none_or_two])
        to_ask = [
            z3.And(one.truth.unknown, z3.Not(scene.one.patient.exactly_known(finding)))
            for one in said.asked
            for finding in (*findings_of(one.rule.when), *_barring(scene, one.in_place_of))
        ]
        wrong = "nobody can tell whether it is needed, and there is nothing to ask"
        yield _nobody(scene, id_, wrong, [said.statuses["undetermined"], z3.Not(either(to_ask))])


def no_conflict(scene: Scene) -> Iterator[Question]:
    """No step is to be done while it is contraindicated, and no indication holds only of people who must not have it."""
    for id_, said in scene.one.steps.items():
        absolute = [rule for rule in said.step.contraindications if rule.kind == "absolute"]
        against = either([said.against[rule.id].true for rule in absolute])
        yield _nobody(scene, id_, "the step is due although it is contraindicated", [said.actionable, against])
        for one in said.asked:
            if absolute and not one.in_place_of:
                wrong = f"the rule {one.rule.id} only holds of people for whom {id_} is contraindicated"
                yield _somebody(scene, one.rule.id, wrong, [one.truth.true, z3.Not(against)])


def purpose_never_empty(scene: Scene) -> Iterator[Question]:
    """Where a critical purpose is wanted, one of its steps is to be done, or is being asked about, or a person decides."""
    for purpose in scene.pathway.purposes.values():
        if purpose.critical:
            wrong = f"what is needed to {purpose.label.lower()} can't be done, and nothing and nobody takes over"
            yield _nobody(scene, purpose.id, wrong, [_wanted(purpose, scene), z3.Not(_served(purpose, scene))])


def _wanted(purpose: Purpose, scene: Scene) -> Formula:
    said = [scene.one.steps[id_] for id_ in purpose.steps]
    return either([z3.And(one.indicated, z3.Not(one.closed)) for one in said])


def _served(purpose: Purpose, scene: Scene) -> Formula:
    patient = scene.one.patient
    served = []
    for id_ in purpose.steps:
        said = scene.one.steps[id_]
        here = z3.Not(patient.not_available[id_])
        served += [z3.And(said.actionable, here), said.statuses["done"], said.statuses["undetermined"]]
    if purpose.escalate_to:
        person = scene.one.steps[purpose.escalate_to]
        # Done already, declined with a role and a reason, or to be done: somebody knows.
        served += [person.actionable, person.statuses["done"], person.statuses["declined"]]
    return either(served)


def emergency_waits_for_nothing_slow(scene: Scene) -> Iterator[Question]:
    """In an emergency no safety-critical step waits for one that isn't, nor is a test of that kind due before it."""
    immediate = scene.one.at_least(Urgency.IMMEDIATE, certain=True)
    slow = [one for one in scene.one.steps.values() if not one.step.safety_critical and one.step.produces]
    for id_, said in scene.one.steps.items():
        if not said.step.safety_critical:
            continue
        for first, waits in said.waits_for.items():
            if not scene.pathway.steps[first].safety_critical:
                wrong = f"in an emergency {id_} waits for {first}"
                yield _nobody(scene, id_, wrong, [immediate, said.statuses["waiting"], waits])
        earlier = [z3.And(said.due.exists, one.due.exists, one.due.at < said.due.at) for one in slow]
        wrong = f"in an emergency a slower test is due before {id_}"
        yield _nobody(scene, id_, wrong, [immediate, said.actionable, either(earlier)])


def red_flags_raise(scene: Scene) -> Iterator[Question]:
    """One more red flag, or a worse one, never lowers the urgency: neither what is certain nor what is possible."""
    for tier in TIERS:
        for certain in (True, False):
            before, after = (answer.at_least(tier, certain=certain) for answer in (scene.one, scene.other))
            what = "certain" if certain else "possible"
            wrong = f"a worse deficit takes the {what} urgency below {tier.value}"
            yield _pair(scene, tier.value, wrong, scene.worse, [before, z3.Not(after)])


def deadlines_only_tighten(scene: Scene) -> Iterator[Question]:
    """One more red flag never moves a deadline back, nor takes it away."""
    for id_, before in scene.one.steps.items():
        after = scene.other.steps[id_]
        both_actionable = z3.And(before.actionable, after.actionable, before.due.exists)
        later = z3.Or(z3.Not(after.due.exists), after.due.at > before.due.at)
        wrong = "a worse deficit moves its deadline back"
        yield _pair(scene, id_, wrong, scene.worse, [both_actionable, later])


def emergency_latch(scene: Scene) -> Iterator[Question]:
    """A deficit that is an emergency by itself is one whatever else is known, done or declined."""
    immediate = scene.one.at_least(Urgency.IMMEDIATE, certain=True)
    other_immediate = scene.other.at_least(Urgency.IMMEDIATE, certain=True)
    for finding in scene.red_flags:
        if finding.id not in scene.one.patient.flags:
            continue
        # By itself: there is a patient of whom nothing else is known, and it is an emergency.
        alone = [scene.one.patient.flag(finding.id).true, immediate]
        alone += [z3.Not(scene.one.patient.reported(id_)) for id_ in scene.pathway.findings if id_ != finding.id]
        there = [scene.other.patient.flag(finding.id).true, z3.Not(other_immediate)]
        given = [*scene.anybody, *scene.other.patient.can_be]
        wrong = f"{finding.label} alone is an emergency, and with more known it no longer is"
        yield Question(finding.id, wrong, given, [*alone, *there], (scene.one, scene.other))


def contraindications_stay(scene: Scene) -> Iterator[Question]:
    """What is contraindicated isn't due again by learning more; only a correction could do that."""
    for id_, before in scene.one.steps.items():
        after = scene.other.steps[id_]
        wrong = "learning more makes a contraindicated step due"
        yield _pair(scene, id_, wrong, scene.known_better, [before.statuses["contraindicated"], after.actionable])


def not_clear_while_unanswered(scene: Scene) -> Iterator[Question]:
    """Nothing is clear to proceed while a safety question about it is open, and nothing that is asked for is hidden."""
    for id_, said in scene.one.steps.items():
        patient = scene.one.patient
        absolute = [rule for rule in said.step.contraindications if rule.kind == "absolute" and rule.holds_unknown]
        open_ = [z3.Not(patient.known(finding)) for finding in said.step.checks]
        open_ += [said.against[rule.id].unknown for rule in absolute] + [patient.not_available[id_]]
        wrong = "it is clear to proceed although a safety question is open"
        yield _nobody(scene, id_, wrong, [said.clear, either(open_)])
        hidden = [said.statuses["not_indicated"], z3.Not(both([one.truth.false for one in said.asked]))]
        yield _nobody(scene, id_, "it is hidden although somebody might need it", hidden)


def learning_overturns_nothing(scene: Scene) -> Iterator[Question]:
    """What is settled of a rule stays settled, however much more becomes known."""
    patient, other = scene.one.patient, scene.other.patient
    for rule in scene.pathway.rules.values():
        before, after = patient.truth(rule.when), other.truth(rule.when)
        overturned = z3.Or(z3.And(before.true, z3.Not(after.true)), z3.And(before.false, z3.Not(after.false)))
        wrong = f"learning more overturns the rule {rule.id}"
        yield _pair(scene, rule.id, wrong, scene.known_better, [overturned])


def urgency_narrows(scene: Scene) -> Iterator[Question]:
    """Learning more only narrows the urgency between what was certain and what was possible."""
    for tier in TIERS:
        lowest, lowest_after = (answer.at_least(tier, certain=True) for answer in (scene.one, scene.other))
        highest, highest_after = (answer.at_least(tier, certain=False) for answer in (scene.one, scene.other))
        fell, rose = z3.And(lowest, z3.Not(lowest_after)), z3.And(highest_after, z3.Not(highest))
        crossed = z3.And(lowest, z3.Not(highest))
        wrong = f"learning more takes the urgency out of its interval at {tier.value}"
        yield _pair(scene, tier.value, wrong, scene.known_better, [z3.Or(fell, rose, crossed)])


def unknown_is_not_absent(scene: Scene) -> Iterator[Question]:
    """A red flag that nobody asked about is never less urgent than one that is absent."""
    patient, other = scene.one.patient, scene.other.patient
    for finding in scene.red_flags:
        if finding.id not in patient.flags:
            continue
        asked = [patient.flag(finding.id).unknown, other.flag(finding.id).false]
        lower = [
            z3.And(scene.other.at_least(tier, certain=False), z3.Not(scene.one.at_least(tier, certain=False)))
            for tier in TIERS
        ]
        wrong = f"not knowing {finding.label} is less urgent than its absence"
        yield _pair(scene, finding.id, wrong, scene.two_who_differ_in(finding.id), [*asked, either(lower)])


def no_deadlock(scene: Scene) -> Iterator[Question]:
    """What a critical step waits for can be done, or something or somebody takes over from it."""
    critical = {id_ for purpose in scene.pathway.purposes.values() if purpose.critical for id_ in purpose.steps}
    for id_, said in scene.one.steps.items():
        if not said.step.safety_critical and id_ not in critical:
            continue
        for first, waits in said.waits_for.items():
            other = scene.one.steps[first]
            stuck = [said.statuses["waiting"], waits, other.barred.true, z3.Not(either(list(other.instead.values())))]
            yield _nobody(scene, id_, f"it waits for {first}, which can't be done, and nothing takes over", stuck)


def everything_is_reachable(scene: Scene) -> Iterator[Question]:
    """Every step that has an indication can be due and clear, and every rule can be true of somebody."""
    for id_, said in scene.one.steps.items():
        if said.asked:
            yield _somebody(scene, id_, f"no patient can have {id_} due and clear to proceed", [said.clear])
        for rule in (*said.step.indications, *said.step.contraindications, *said.step.cautions):
            truth = scene.one.patient.truth(rule.when)
            yield _somebody(scene, rule.id, f"the rule {rule.id} of {id_} can be true of nobody", [truth.true])


def _barring(scene: Scene, step: str) -> list[str]:
    """Return what says whether a step in whose place another stands can be done."""
    rules = scene.pathway.steps[step].contraindications if step else ()
    return [finding for rule in rules if rule.kind == "absolute" for finding in findings_of(rule.when)]


def every_literal_decides(scene: Scene) -> Iterator[Question]:
    """Every line of every rule decides for somebody: of two patients who differ in this finding alone, one has the reason."""
    for step in scene.pathway.steps.values():
        for rule in step.rules:
            for place, leaf in literals(rule.when):
                yield _decides(scene, rule, place, leaf)


def _decides(scene: Scene, rule: Rule, place: Place, leaf: Leaf) -> Question:
    """A reason is shown exactly where its rule is true: a rule that is true of one of the two only shows in the output.

    The line must decide in both, or another line about the same finding could be what tells them apart.
    """
    patient, other = scene.one.patient, scene.other.patient
    mine, yours = patient.truth(leaf), other.truth(leaf)
    differs = z3.Or(mine.true != yours.true, mine.false != yours.false)
    shown = patient.truth(rule.when).true != other.truth(rule.when).true
    line = to_notation(leaf, scene.pathway.findings)
    wrong = f"the line '{line}' of the rule {rule.id} never decides anything"
    asked = [*(_turns_on(rule.when, place, one) for one in (patient, other)), differs, shown]
    about = ".".join([rule.id, *map(str, place)])
    given = scene.two_who_differ_in(leaf.finding)
    return Question(about, wrong, given, asked, (scene.one, scene.other), "somebody")


def _turns_on(criterion: Criterion, place: Place, patient: Patient) -> Formula:
    """Whether a criterion would come out otherwise if a line of it did."""
    with_, without = (patient.truth(replaced(criterion, place, part)) for part in (ALWAYS, NEVER))
    return z3.Or(with_.true != without.true, with_.false != without.false)


CLAIMS = (
    Claim("no_empty_verdict", "I-18", "Every step says exactly one thing of every patient", no_empty_verdict),
    Claim("no_conflict", "I-14, I-19", "Nothing is due while it is contraindicated", no_conflict),
    Claim("purpose_never_empty", "I-10", "What is needed can be done, or somebody takes over", purpose_never_empty),
    Claim("emergency_waits_for_nothing_slow", "I-16", "An emergency waits for no slow test", emergency_waits_for_nothing_slow),
    Claim("red_flags_raise", "I-11", "A worse deficit is never less urgent", red_flags_raise),
    Claim("deadlines_only_tighten", "I-17", "A worse deficit never moves a deadline back", deadlines_only_tighten),
    Claim("emergency_latch", "I-13", "An emergency deficit stays one, whatever else is known", emergency_latch),
    Claim("contraindications_stay", "I-12", "What is contraindicated stays so as more is learnt", contraindications_stay),
    Claim("not_clear_while_unanswered", "I-15", "Nothing is clear while a safety question is open", not_clear_while_unanswered),
    Claim("learning_overturns_nothing", "I-05", "What is settled stays settled", learning_overturns_nothing),
    Claim("urgency_narrows", "I-06", "Learning more only narrows the urgency", urgency_narrows),
    Claim("unknown_is_not_absent", "I-07", "Not asked is never less urgent than absent", unknown_is_not_absent),
    Claim("no_deadlock", "I-20", "Nothing waits for what can't be done", no_deadlock),
    Claim("everything_is_reachable", "I-21", "Every step and every rule can matter to somebody", everything_is_reachable),
    Claim("every_literal_decides", "I-21", "Every line of every rule decides for somebody", every_literal_decides),
)  # fmt: skip


def _nobody(scene: Scene, about: str, wrong: str, asked: Sequence[Formula]) -> Question:
    return Question(about, wrong, scene.anybody, asked, (scene.one,))


def _somebody(scene: Scene, about: str, wrong: str, asked: Sequence[Formula]) -> Question:
    return Question(about, wrong, scene.anybody, asked, (scene.one,), "somebody")


def _pair(
    scene: Scene, about: str, wrong: str, given: Sequence[Formula], asked: Sequence[Formula]
) -> Question:
    return Question(about, wrong, given, asked, (scene.one, scene.other))
