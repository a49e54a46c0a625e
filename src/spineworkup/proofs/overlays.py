"""What an overlay must not do to the pathway that it adapts (I-35): for every patient, nothing safety-critical gets weaker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import z3

from spineworkup.pathways import Pathway
from spineworkup.proofs.answers import TIERS, Answer, StepAnswer
from spineworkup.proofs.claims import Claim, Question
from spineworkup.proofs.compare import Pair, pair
from spineworkup.proofs.scenes import Scene
from spineworkup.translate.to_z3 import Formula, either
from spineworkup.urgency import Urgency


def overlay_claim(base: Pathway) -> Claim:
    """Return the claim that a pathway is nowhere weaker than the base that it adapts; steps with a waiver are left out.

    It is undecided where the overlay changes how a finding is read, so that the two can't be compared.
    """

    def questions(scene: Scene) -> Iterator[Question]:
        both = pair(base, scene.pathway)
        waived = {waiver.step for waiver in scene.pathway.waivers}
        yield from _urgency(both, waived)
        for id_ in both.shared:
            if both.old.steps[id_].step.safety_critical and id_ not in waived:
                yield from _step(both, id_)

    return Claim("overlay_loosens_nothing", "I-35", "An overlay weakens nothing that keeps patients safe", questions)


def _urgency(both: Pair, waived: Collection[str]) -> Iterator[Question]:
    for tier in TIERS:
        for certain in (True, False):
            before, after = (_at_least(tier, certain, answer, waived) for answer in (both.old, both.new))
            what = "certain" if certain else "possible"
            wrong = f"the overlay takes the {what} urgency below {tier.value}"
            yield _nobody(both, tier.value, wrong, [before, z3.Not(after)])


def _at_least(tier: Urgency, certain: bool, answer: Answer, waived: Collection[str]) -> Formula:
    """Whether the urgency is at least a tier for reasons of a step's own: what it inherits has its waiver where it is from."""
    steps = [said for id_, said in answer.steps.items() if id_ not in waived]
    asked = [one for said in steps for one in said.asked if not one.in_place_of and one.rule.urgency >= tier]
    return either([one.holds(certain) for one in asked])


def _step(both: Pair, step: str) -> Iterator[Question]:
    old, new = both.old.steps[step], both.new.steps[step]
    taken_over = _taken_over_in_time(old, new, both.new)
    lost = z3.And(old.actionable, z3.Not(new.actionable), z3.Not(new.statuses["done"]), z3.Not(taken_over))
    yield _nobody(both, step, "with the overlay the step is no longer asked for", [lost])
    wrong = "the overlay counts it as done when for the base it isn't"
    yield _nobody(both, step, wrong, [old.actionable, new.statuses["done"]])
    later = z3.Or(z3.Not(new.due.exists), new.due.at > old.due.at)
    wrong = "the overlay moves its deadline back"
    yield _nobody(both, step, wrong, [old.actionable, new.actionable, old.due.exists, later])
    wrong = "the overlay lets a step be done that the base holds for safety"
    yield _nobody(both, step, wrong, [old.actionable, z3.Not(old.clear), new.clear])
    waits = [old.statuses["due"], new.statuses["waiting"]]
    yield _nobody(both, step, "the overlay makes it wait for something that it didn't wait for", waits)
    dropped = [old.against[rule.id].true for rule in old.step.contraindications if rule.kind == "absolute"]
    yield _nobody(both, step, "the overlay drops a contraindication", [either(dropped), z3.Not(new.barred.true)])


def _taken_over_in_time(old: StepAnswer, new: StepAnswer, whole: Answer) -> Formula:
    """Whether another step takes over, to be done no later."""
    taken = []
    for id_, chosen in new.instead.items():
        other = whole.steps[id_]
        in_time = z3.Implies(old.due.exists, z3.And(other.due.exists, other.due.at <= old.due.at))
        taken.append(z3.And(chosen, z3.Or(other.actionable, other.statuses["done"]), in_time))
    return z3.And(new.statuses["contraindicated"], either(taken))


def _nobody(both: Pair, about: str, wrong: str, asked: Sequence[Formula]) -> Question:
    return Question(about, wrong, both.given, asked, (both.new,))
