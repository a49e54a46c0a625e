"""Two versions of the rules: a patient for every difference, and none where a change changes nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import z3
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup import assess, load_pathway
from spineworkup.criteria import ALWAYS, AllOf, AnyOf, AtLeast, Not
from spineworkup.findings import Derivation
from spineworkup.pathways import Pathway, Prerequisite
from spineworkup.proofs import answers
from spineworkup.proofs.compare import differences, first_difference, read_differently
from spineworkup.proofs.found_charts import AT
from spineworkup.proofs.solving import Undecided
from spineworkup.proofs.to_words import differences_words, patient_words
from spineworkup.sources import Citation
from spineworkup.urgency import Urgency
from tests.proofs.small import (
    FEVER,
    NUMBNESS,
    PAIN,
    WEAKNESS,
    absolute,
    immediate,
    pathway,
    power,
    read_back,
    rule,
    see,
    step,
    within,
)
from tests.strategies import DRAWN, VOCABULARY, chart_of, criteria, facts, pathways, surroundings

NOW = immediate("now", AnyOf((WEAKNESS, power("<", 3))), **within(24), cites=(Citation("guide", "1"),))
BLOODS = step("bloods", rule("bloods_always", ALWAYS))
CT = step("ct")
MRI = step(
    "mri", NOW, absolute("no_fever", FEVER), rule("pain_held", PAIN, kind="relative", sign_off="radiologist"),
    rule("numb", NUMBNESS, kind="caution"), checks=("night_pain",), prerequisites=(Prerequisite("bloods", WEAKNESS),),
)  # fmt: skip
BASE = pathway(MRI, CT, BLOODS, step("call"), fallbacks=[("mri", "ct")], purposes=see("mri", "ct"))


def with_step(**changes):
    return evolve(BASE, steps={**BASE.steps, "mri": evolve(MRI, **changes)})


def with_rule(**changes):
    return with_step(indications=(evolve(NOW, **changes),))


def with_against(place, **changes):
    against = list(MRI.contraindications)
    against[place] = evolve(against[place], **changes)
    return with_step(contraindications=tuple(against))


def test_a_version_differs_from_itself_for_nobody():
    assert first_difference(BASE, BASE) is None
    assert [] == differences(BASE, BASE)
    assert "No patient is treated differently by a and b" == differences_words([], "a", "b")


# The change; the step and the aspect of the first kind that is found, before and after, and how many kinds there are.
CHANGES = [
    ("tier", with_rule(urgency=Urgency.SAME_DAY), ("mri", "urgency", "Immediate: contact now", "Same day: within 24 hours")),
    ("a later time", with_rule(within=timedelta(hours=48)), ("mri", "due", "by 2026-11-21 11:00", "by 2026-11-22 11:00")),
    ("no time", with_rule(within=None, start=""), ("mri", "due", "by 2026-11-21 11:00", "no time")),
    ("another clock", with_rule(start="request"), ("mri", "due", "no time", "by 2026-11-21 11:00")),
    ("a citation", with_rule(cites=(Citation("guide", "2"),)), ("mri", "reasons", "now: Says now (unknown; guide 1; unread)", "now: Says now (unknown; guide 2; unread)")),
    ("how far it was checked", with_rule(verification="primary"), ("mri", "reasons", "now: Says now (unknown; guide 1; unread)", "now: Says now (unknown; guide 1; primary)")),
    ("the source's verb", with_rule(strength="must"), ("mri", "reasons", "now: Says now (unknown; guide 1; unread)", "now: Says now (unknown; must; guide 1; unread)")),
    ("words", with_rule(says="Other words"), ("mri", "reasons", "now: Says now (unknown; guide 1; unread)", "now: Other words (unknown; guide 1; unread)")),
    ("a threshold", with_rule(when=AnyOf((WEAKNESS, power("<", 4)))), ("mri", "status", "Not indicated", "Due")),
    ("a bound", with_rule(when=AnyOf((WEAKNESS, power("<=", 3)))), ("mri", "status", "Not indicated", "Due")),
    ("a literal more", with_rule(when=AnyOf((WEAKNESS, power("<", 3), NUMBNESS))), ("mri", "status", "Can't tell yet: ask", "Due")),
    ("a literal less", with_rule(when=WEAKNESS), ("mri", "status", "Can't tell yet: ask", "Not indicated")),
    ("a literal turned", with_rule(when=AnyOf((Not(WEAKNESS), power("<", 3)))), ("mri", "status", "Can't tell yet: ask", "Due")),
    ("absolute to relative", with_against(0, kind="relative", sign_off="radiologist"), ("mri", "status", "Contraindicated", "Due")),
    ("a contraindication less", with_step(contraindications=MRI.contraindications[1:]), ("mri", "status", "Contraindicated", "Due")),
    ("who may sign off", with_against(1, sign_off="surgeon"), ("mri", "against", "pain_held: Not known: Says pain_held (relative; to be cleared by radiologist; unread)",
        "pain_held: Not known: Says pain_held (relative; to be cleared by surgeon; unread)")),
    ("unknown holds nothing", with_against(1, holds_unknown=False), ("mri", "against", "pain_held: Not known: Says pain_held", "nothing of pain_held")),
    ("a caution less", with_step(cautions=()), ("mri", "against", "numb: Says numb", "nothing of numb")),
    ("a check more", with_step(checks=("night_pain", "numbness")), ("mri", "clear", "clear to proceed", "not clear to proceed")),
    ("a check less", with_step(checks=()), ("mri", "against", "night_pain: Answer first: Night_Pain", "nothing of night_pain")),
    ("a prerequisite less", with_step(prerequisites=()), ("mri", "status", "Waiting", "Due")),
    ("an exception less", with_step(prerequisites=(Prerequisite("bloods"),)), ("mri", "status", "Due", "Waiting")),
    ("when it is done", with_step(done_when=NUMBNESS), ("mri", "status", "Not indicated", "Done")),
    ("doing it is enough", with_step(produces=("numbness",)), ("mri", "status", "Done", "Due")),
    ("no stand-in", evolve(BASE, fallbacks=()), ("ct", "status", "Due", "Not indicated")),
    ("an escalation", evolve(BASE, purposes=see("mri", "ct", escalate_to="call")), ("call", "status", "Not indicated", "Due")),
    ("a step more", BASE | Pathway.of(step("scan")), ("scan", "step", "not there", "there")),
    ("a step less", evolve(BASE, steps={k: v for k, v in BASE.steps.items() if k != "ct"}, fallbacks=(), purposes={}), ("ct", "step", "there", "not there")),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "expected"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_every_change_is_shown_with_a_patient(changed, expected):
    found = differences(BASE, changed)
    kinds = [(one.step, one.aspect, one.before, one.after) for one in found]

    assert expected in kinds, kinds
    assert first_difference(BASE, changed) is not None
    for one in found:
        assert one.before != one.after
        assert says_before_and_after(one, changed)


def says_before_and_after(one, changed):
    """The engine, asked by way of the case file, says both of the patient."""
    if one.aspect == "step":
        return (one.step in BASE.steps, one.step in changed.steps) == (one.before == "there", one.after == "there")
    items = [assess(version, read_back(one.witness, version), at=AT).item(one.step) for version in (BASE, changed)]
    said = {
        "status": [item.status.words for item in items],
        "urgency": [item.urgency.words for item in items],
        "due": [f"by {item.due:%Y-%m-%d %H:%M}" if item.due else "no time" for item in items],
        "clear": ["clear to proceed" if item.clear_to_proceed else "not clear to proceed" for item in items],
        "instead": [item.instead or "nothing" for item in items],
    }
    if one.aspect in said:
        return [one.before, one.after] == said[one.aspect]
    # The verb of the source isn't part of a reason: pages print it with its rule.
    shown = [(getattr(item, one.aspect), version.rules["now"].strength) for item, version in zip(items, (BASE, changed), strict=True)]
    return shown[0] != shown[1]


ONSET = pathway(step("mri", rule("r", WEAKNESS, within=timedelta(hours=6), start="onset")))


def test_a_time_from_when_a_rule_became_true_is_compared_by_its_words():
    """Findings have no times in the formulas, so no patient there has such a deadline."""
    later = evolve(ONSET, steps={"mri": step("mri", rule("r", WEAKNESS, within=timedelta(hours=12), start="onset"))})
    ((before, after),) = {(one.before, one.after) for one in differences(ONSET, later)}

    assert "r: Says r (unknown; within 6 h of becoming true; unread)" == before
    assert "r: Says r (unknown; within 12 h of becoming true; unread)" == after
    assert first_difference(ONSET, later) is not None


SAME = [
    ("the same", BASE),
    ("order", with_rule(when=AnyOf((power("<", 3), WEAKNESS)))),
    ("nested", with_rule(when=AnyOf((AnyOf((WEAKNESS,)), AnyOf((power("<", 3), WEAKNESS)))))),
    ("De Morgan", with_rule(when=Not(AllOf((Not(WEAKNESS), Not(power("<", 3))))))),
    ("twice turned", with_rule(when=Not(Not(NOW.when)))),
    ("a bound turned", with_rule(when=AnyOf((WEAKNESS, Not(power(">=", 3)))))),
    ("a literal that adds nothing", with_rule(when=AnyOf((WEAKNESS, power("<", 3), AllOf((WEAKNESS, FEVER)))))),
    ("a threshold that adds nothing", with_rule(when=AnyOf((WEAKNESS, power("<", 3), power("<", 2))))),
    ("one of two", with_rule(when=AtLeast(1, (WEAKNESS, power("<", 3))))),
    ("all of two with always", with_rule(when=AllOf((ALWAYS, NOW.when)))),
    ("a date for review", with_rule(review_by=date(2030, 1, 1))),
    ("an exception that adds nothing", with_step(prerequisites=(Prerequisite("bloods", AnyOf((WEAKNESS, AllOf((WEAKNESS, PAIN))))),))),
    ("the wording of a step", with_step(action="Do it")),
]  # fmt: skip


@pytest.mark.parametrize("changed", [row[1] for row in SAME], ids=[row[0] for row in SAME])
def test_what_means_the_same_is_proved_the_same(changed):
    assert first_difference(BASE, changed) is None
    assert [] == differences(BASE, changed)


def test_what_only_a_law_of_two_values_makes_the_same_is_not_the_same():
    """`weakness or not weakness` is always true of whom one has asked, and not known of whom nobody has."""
    found = differences(pathway(step("mri", rule("r", ALWAYS))), pathway(step("mri", rule("r", AnyOf((WEAKNESS, Not(WEAKNESS)))))))

    assert ("status", "Due", "Can't tell yet: ask") == (found[0].aspect, found[0].before, found[0].after)
    assert "anybody, before anything is known" == patient_words(found[0].witness)


CRP = VOCABULARY["crp"]
READ = [
    ("unit", {"unit": "mg/dL", "also": ("mg/L",)}),
    ("plausible", {"low": Decimal(0)}),
    ("plausible above", {"high": Decimal(500)}),
    ("age", {"max_age": timedelta(days=2)}),
    ("molar mass", {"molar_mass": Decimal(40)}),
    ("red flag", {"red_flag": True}),
    ("derived", {"derived": Derivation("adjusted_calcium", ("crp", "power"))}),
]


@pytest.mark.parametrize("change", [row[1] for row in READ], ids=[row[0] for row in READ])
def test_what_is_read_in_another_way_is_not_compared(change):
    other = evolve(BASE, findings={**BASE.findings, "crp": evolve(CRP, **change)})

    assert ["crp"] == read_differently(BASE, other)
    for compared in (first_difference, differences):
        with pytest.raises(Undecided, match="read it in different ways: crp"):
            compared(BASE, other)


def test_a_finding_of_one_version_only_is_compared():
    """Who reads the old version can't tell the new finding: nothing is known of it there."""
    more = BASE.with_findings(evolve(CRP, id="esr", label="ESR"))
    flag = evolve(VOCABULARY["fever"], id="clumsy", label="Clumsy")
    asks = evolve(BASE, findings={**BASE.findings, "clumsy": flag})
    asks = evolve(asks, steps={**asks.steps, "ct": step("ct", rule("ct_clumsy", type(FEVER)("clumsy")))})

    assert first_difference(BASE, more) is None
    found = differences(BASE, asks)
    assert {("status", "Not indicated", "Due"), ("status", "Not indicated", "Can't tell yet: ask")} <= {
        (one.aspect, one.before, one.after) for one in found
    }


def test_formulas_that_the_engine_contradicts_compare_nothing(monkeypatch):
    changed = with_step(checks=("night_pain", "numbness"))
    monkeypatch.setattr(answers, "_nothing_holds", lambda step, patient: z3.BoolVal("numbness" in step.checks))

    with pytest.raises(Undecided, match="the engine says something else than the formulas: bloods: clear is False in"):
        first_difference(BASE, changed)


def test_a_solver_that_gives_up_compares_nothing(monkeypatch):
    monkeypatch.setattr(z3.Solver, "check", lambda solver, *more: z3.unknown)

    with pytest.raises(Undecided, match="the solver gave up"):
        first_difference(BASE, with_rule(urgency=Urgency.SAME_DAY))


def test_the_overlay_of_the_united_states_changes_the_radiograph_and_the_blood_tests():
    base, us = load_pathway("metastatic_spine"), load_pathway("metastatic_spine", ["us"])
    found = differences(base, us)

    assert {"plain_radiograph", "blood_tests"} == {one.step for one in found}
    assert ("plain_radiograph", "status", "Not indicated", "Due") in {(one.step, one.aspect, one.before, one.after) for one in found}
    weak = next(one for one in found if (one.step, one.after) == ("plain_radiograph", "Due"))
    chart = read_back(weak.witness, us)
    assert {"back_pain": True, "weight_loss": True} == {id_: v for id_, v in chart.facts.items() if id_ != "age_years"}
    assert chart.facts["age_years"] > 50
    words = differences_words(found, "base", "us")
    assert words.startswith(f"{len(found)} kinds of patient are treated differently: base -> us\n\nWhere a step stands:\n")
    assert "  Spinal radiograph (plain_radiograph): Not indicated -> Due\n    for example: " in words


# Pairs of small pathways that differ in one rule.
@st.composite
def pairs(draw):
    one = draw(pathways().filter(lambda p: any(s.rules for s in p.steps.values())))
    id_ = draw(st.sampled_from([s.id for s in one.steps.values() if s.rules]))
    changed = one.steps[id_]
    rules = draw(st.sampled_from([name for name in ("indications", "contraindications") if getattr(changed, name)]))
    listed = list(getattr(changed, rules))
    place = draw(st.integers(0, len(listed) - 1))
    when = draw(st.one_of(criteria, st.just(AnyOf((listed[place].when, AllOf((listed[place].when, WEAKNESS)))))))
    listed[place] = evolve(listed[place], when=when)
    return one, evolve(one, steps={**one.steps, id_: evolve(changed, **{rules: tuple(listed)})})


def says(version, chart):
    return [
        (i.step.id, i.status, i.urgency, i.due, i.clear_to_proceed, i.instead,
         [(r.rule, r.truth, r.in_place_of) for r in i.reasons], sorted((a.rule, a.kind, a.truth.value) for a in i.against))
        for i in assess(version, chart, at=AT).items
    ]  # fmt: skip


@given(pairs(), st.lists(facts, min_size=5, max_size=5), st.data())
@settings(max_examples=40)
def test_no_patient_shows_a_difference_where_there_is_none_and_the_witness_does_where_there_is(pair, charts, data):
    witness = first_difference(*pair)
    DRAWN.add("the same" if witness is None else "different")
    if witness is not None:
        one, other = (says(version, witness.chart) for version in pair)
        assert one != other
        return
    for known in charts:
        around = {**data.draw(surroundings(pair[0])), "times": {}}
        chart = chart_of(pair[0], known, around)
        assert says(pair[0], chart) == says(pair[1], chart)


def test_both_were_drawn():
    if "the same" not in DRAWN:
        test_no_patient_shows_a_difference_where_there_is_none_and_the_witness_does_where_there_is()

    assert {"the same", "different"} <= DRAWN
