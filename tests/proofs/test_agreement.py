"""The formulas say of every patient what the engine says: random small pathways, and the shipped one with its overlay.

`python -m tests.proofs.points --count 20000 --seed 1` does the same for long.
"""

import os
from random import Random

import pytest
import z3
from attrs import evolve

from spineworkup.criteria import Comparator, Compare
from spineworkup.findings import Finding, Kind
from spineworkup.proofs import answers
from spineworkup.proofs.answers import FALSE
from spineworkup.proofs.patients import Patient
from spineworkup.scores import Additive, Score
from spineworkup.translate.to_z3 import Rails
from tests.proofs import points
from tests.proofs.small import pathway, rule, step

COUNT = int(os.environ.get("SPINEWORKUP_SMT_POINTS", "150"))


def test_the_formulas_and_the_engine_say_the_same_of_every_patient():
    result = points.run(COUNT, seed=1)

    assert [] == result.disagreements
    assert COUNT <= result.points
    if COUNT >= 150:
        assert set() == result.never_seen


def unknown_is_absent(patient, finding):
    rail = patient.flags[finding]
    return Rails(rail.true, z3.Not(rail.true))


def later_by_a_minute(asked, closed, patient):
    due = DUE(asked, closed, patient)
    return evolve(due, at=due.at + z3.RealVal("1/60"))


DUE = answers._due
# What is read wrongly, and by what.
WRONG = [
    ("unknown as absent", Patient, "flag", unknown_is_absent),
    ("no check holds", answers, "_nothing_holds", lambda step, patient: z3.BoolVal(True)),
    ("unknown holds nothing", answers, "_holds", lambda rule, patient: patient.truth(rule.when).true),
    ("nothing is recorded", answers, "_finished", lambda step, patient: z3.BoolVal(False)),
    ("nothing waits", answers, "_waits", lambda first, unless, answer: z3.BoolVal(False)),
    ("nothing is inherited", answers, "_inherited", lambda step, answer: ()),
    ("nothing is barred", answers, "_barred", lambda step, patient: FALSE),
    ("nobody takes over", answers, "_instead", lambda step, closed, answer: {}),
    ("a minute late", answers, "_due", later_by_a_minute),
    ("half a score", Patient, "_total", lambda patient, score: patient._numbers[score.total]),
]  # fmt: skip


@pytest.mark.parametrize(("where", "what", "wrong"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_formulas_that_are_wrong_in_one_place_are_found_out(monkeypatch, where, what, wrong):
    monkeypatch.setattr(where, what, wrong)
    numbers = (number for number in range(1, 100) if number % points.SHIPPED)
    found = (words for number in numbers for words in disagreements_of(*points.block(1, number)))

    assert "in the formulas" in next(found, "nothing")


def disagreements_of(answer, drawer):
    for _ in range(points.IN_A_BLOCK):
        yield from points.point(answer, drawer.model(), points.Counter())


def test_an_option_without_points_leaves_a_total_open():
    """No rule file says that, but a pathway that is composed in Python can."""
    table = Additive({"history": {"none": (0, 0), "past": (2, 3)}}, ())
    total = Finding("points_total", "Points", Kind.NUMBER)
    high = step("mri", rule("high", Compare("points_total", Comparator.MORE, 1)), rule("low", Compare("points_total", Comparator.AT_MOST, 0)))
    small = evolve(pathway(high).with_findings(total), scores={"points": Score("points", "Points", table)})
    answer = answers.answer_of(small, Patient("one", small))
    drawer = points.Drawer(answer.patient, Random(1))

    assert [] == [words for _ in range(40) for words in points.point(answer, drawer.model(), points.Counter())]


def test_a_patient_who_can_not_be_is_no_point():
    answer, drawer = points.block(1, 1)
    model = drawer.model()
    rail = next(iter(answer.patient.flags.values()))
    model.update_value(rail.true, z3.BoolVal(True))
    model.update_value(rail.false, z3.BoolVal(True))

    (words,) = points.point(answer, model, points.Counter())
    assert words.startswith("no patient is like that: ")
