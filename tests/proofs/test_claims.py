"""What must hold of every patient holds of the shipped rules; of rules that break it a patient is shown, the smallest."""

from functools import cache

import pytest
import z3

from spineworkup import assess, load_pathway
from spineworkup.criteria import AllOf, AnyOf, Not
from spineworkup.pathways import Prerequisite
from spineworkup.proofs import answers, patients
from spineworkup.proofs.claims import CLAIMS
from spineworkup.proofs.prove import prove
from spineworkup.proofs.scenes import Scene
from spineworkup.proofs.solving import Solvers
from spineworkup.proofs.to_words import report_words
from spineworkup.urgency import Urgency
from tests.proofs.small import (
    FEVER,
    NUMBNESS,
    PAIN,
    WEAKNESS,
    absolute,
    blind,
    immediate,
    pathway,
    power,
    read_back,
    rule,
    see,
    step,
    within,
)

BY_ID = {claim.id: claim for claim in CLAIMS}
SLOW = "every_literal_decides"


@cache
def shipped(*overlays):
    return load_pathway("metastatic_spine", list(overlays))


@pytest.mark.parametrize("overlays", [(), ("us",)], ids=["base", "us"])
def test_everything_holds_of_the_shipped_rules(overlays):
    report = prove(shipped(*overlays))

    assert [] == [(one.claim.id, one.about, one.outcome) for one in report.findings]
    assert report.proved
    assert list(CLAIMS) == [result.claim for result in report.results]
    assert report.asked == sum(result.asked for result in report.results) > 1000
    assert "All of it holds for every patient" == report_words(report).splitlines()[-1]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_proof_depends_on_the_choices_of_the_solver(seed):
    assert () == prove(shipped(), [claim for claim in CLAIMS if claim.id != SLOW], seed=seed).findings


def findings(claim, broken):
    return prove(broken, [BY_ID[claim]]).findings


MRI = step("mri", immediate("mri_now", WEAKNESS), absolute("mri_fever", FEVER), safety_critical=True)
BLOODS = step("bloods", rule("bloods_pain", PAIN), produces=("numbness",))
BLOODS_BARRED = step("bloods", rule("bloods_always", AllOf(())), absolute("no_bloods", NUMBNESS))


def after_bloods(**more):
    return step("mri", immediate("mri_now", WEAKNESS), safety_critical=True, prerequisites=(Prerequisite("bloods"),), **more)


# The claim, rules that break it, about what, what is known of the patient (before, after), what else has happened.
BROKEN = [
    ("purpose_never_empty", pathway(MRI, purposes=see("mri")), "see",
     [{"weakness": True, "fever": True}]),
    ("emergency_waits_for_nothing_slow", pathway(BLOODS, after_bloods()), "mri",
     [{"weakness": True}]),
    ("emergency_waits_for_nothing_slow",
     pathway(step("bloods", rule("bloods_pain", PAIN, **within(1)), produces=("fever",)),
             step("mri", immediate("mri_now", WEAKNESS, **within(2)), safety_critical=True)), "mri",
     [{"weakness": True}]),
    ("red_flags_raise", pathway(step("mri", immediate("mri_well", Not(WEAKNESS)))), "routine",
     [{"weakness": False}, {"weakness": True}]),
    ("deadlines_only_tighten", pathway(step("mri", rule("soon", Not(WEAKNESS), **within(6)), rule("late", AllOf(()), **within(24)))), "mri",
     [{"weakness": False}, {"weakness": True}]),
    ("deadlines_only_tighten", pathway(step("mri", rule("soon", Not(WEAKNESS), **within(6)), rule("late", AllOf(())))), "mri",
     [{"weakness": False}, {"weakness": True}]),
    ("no_deadlock", pathway(BLOODS_BARRED, after_bloods()), "mri",
     [{"numbness": True, "weakness": True}]),
    ("no_deadlock", pathway(BLOODS_BARRED, after_bloods(), purposes=see("mri")), "mri",
     [{"numbness": True, "weakness": True}]),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "broken", "about", "known"), BROKEN, ids=[f"{row[0]}-{place}" for place, row in enumerate(BROKEN)])
def test_of_rules_that_break_a_claim_the_smallest_patient_is_shown(claim, broken, about, known):
    first = findings(claim, broken)[0]

    assert (about, "failed", "") == (first.about, first.outcome, first.detail)
    charts = [read_back(witness, broken) for witness in first.witnesses]
    assert known == [chart.facts for chart in charts]
    names = [claim] if len(charts) == 1 else [f"{claim}_before", f"{claim}_after"]
    assert names == [chart.case for chart in charts]
    assert all(f"about: \"{about}: {first.wrong}\"" in witness.case for witness in first.witnesses)
    assert "DOES NOT HOLD" in report_words(prove(broken, [BY_ID[claim]]))


def test_a_worse_number_counts_as_a_worse_deficit():
    """Power below 1 is worse than below 3: an urgency between the two falls as it gets worse."""
    broken = pathway(step("mri", immediate("mri_some_power", AllOf((power("<", 3), Not(power("<", 1)))))))
    (*_, first) = findings("red_flags_raise", broken)
    before, after = (read_back(witness, broken).facts["power"] for witness in first.witnesses)

    assert after < 1 <= before < 3
    # Where rules ask for both sides, nobody can say which is worse.
    assert () == findings("red_flags_raise", pathway(step("mri", immediate("low", power("<", 3)), immediate("high", power(">", 4)))))


def test_waiting_for_another_critical_step_is_no_slow_test():
    contact = step("bloods", rule("bloods_pain", PAIN), safety_critical=True)

    assert () == findings("emergency_waits_for_nothing_slow", pathway(contact, after_bloods()))


def item(finding, broken, id_, which=0):
    witness = finding.witnesses[which]
    return assess(broken, witness.chart, at=witness.at).item(id_)


def test_the_engine_shows_of_a_patient_what_the_claim_says():
    empty, waits, raised, tightened, stuck = (
        (findings(claim, broken)[0], broken) for claim, broken in (BROKEN[place][:2] for place in (0, 1, 3, 4, 6))
    )

    assert ("contraindicated", None) == (item(*empty, "mri").status.value, item(*empty, "mri").instead)
    assert "waiting" == item(*waits, "mri").status.value
    assert (Urgency.IMMEDIATE, Urgency.NONE) == tuple(item(*raised, "mri", which).urgency.lowest for which in (0, 1))
    assert item(*tightened, "mri", 0).due < item(*tightened, "mri", 1).due
    assert ("waiting", None) == (item(*stuck, "mri").status.value, item(*stuck, "bloods").instead)


@pytest.mark.parametrize(("claim", "broken"), [row[:2] for row in BROKEN], ids=[f"{row[0]}-{place}" for place, row in enumerate(BROKEN)])
def test_nothing_that_is_known_of_a_patient_can_be_spared(claim, broken):
    """Asked of the formulas: with any one fact less, and no other in its place, there is no such patient."""
    first, scene, solvers = findings(claim, broken)[0], Scene(broken), Solvers()
    question = next(q for q in BY_ID[claim].questions(scene) if (q.about, q.wrong) == (first.about, first.wrong))
    solver = solvers.knowing(question.given)
    solver.add(*question.asked)
    people = list(zip([answer.patient for answer in question.of], first.witnesses, strict=True))
    for patient, witness in people:
        solver.add(*facts_about(patient, witness.chart, present=False))

    assert z3.sat == solver.check()
    for patient, witness in people:
        for fact in facts_about(patient, witness.chart, present=True):
            assert z3.unsat == solver.check(fact), fact


def facts_about(patient, chart, present):
    """That nothing is recorded: of each thing that is in a chart, or of each that isn't."""
    nothing = {id_: z3.Not(patient.reported(id_)) for id_ in patient.pathway.findings}
    there = [nothing[id_] for id_ in nothing if (id_ in chart.facts) is present]
    for id_, event in patient.events.items():
        if (id_ in chart.steps) is present:
            there.append(z3.Not(z3.Or(*event.any)))
        if (id_ in chart.not_available) is present:
            there.append(z3.Not(patient.not_available[id_]))
    return there + [z3.Not(known) for clock, (known, _) in patient.clocks.items() if (clock in chart.clocks) is present]


# The claim, rules that break it where somebody is looked for and nobody is found, about what.
NOBODY = [
    ("no_conflict", pathway(step("mri", rule("mri_weak", AllOf((WEAKNESS, FEVER))), absolute("no_fever", AnyOf((FEVER, PAIN))))), ["mri_weak"]),
    ("everything_is_reachable", pathway(step("mri", rule("mri_power", AllOf((power("<", 3), power(">", 4)))))), ["mri", "mri_power"]),
    ("everything_is_reachable", pathway(step("mri", rule("mri_weak", WEAKNESS), rule("never", AllOf((FEVER, Not(FEVER))), kind="caution"))), ["never"]),
    ("everything_is_reachable", pathway(step("mri", rule("mri_weak", WEAKNESS), absolute("no", WEAKNESS))), ["mri"]),
    ("every_literal_decides", pathway(step("mri", rule("weak", AnyOf((WEAKNESS, AllOf((WEAKNESS, FEVER))))))), ["weak.1.0", "weak.1.1"]),
    ("every_literal_decides", pathway(step("mri", rule("weak", AnyOf((power("<", 3), power("<", 2)))))), ["weak.1"]),
    ("every_literal_decides", pathway(step("mri", rule("weak", WEAKNESS), rule("both", AllOf((PAIN, Not(PAIN))), kind="caution"))), ["both.0", "both.1.0"]),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "broken", "about"), NOBODY, ids=[f"{row[0]}-{place}" for place, row in enumerate(NOBODY)])
def test_what_can_be_true_of_nobody_is_named(claim, broken, about):
    found = findings(claim, broken)

    assert [(id_, "failed", ()) for id_ in about] == [(one.about, one.outcome, one.witnesses) for one in found]


STATUSES = answers._statuses


def with_status(name, formula):
    """Formulas that decide one status in another way."""

    def statuses(*asked):
        return {**STATUSES(*asked), name: formula(STATUSES(*asked))}

    return statuses


ONE = pathway(step("mri", immediate("mri_weak", AllOf((WEAKNESS, Not(FEVER)))), absolute("no", Not(NUMBNESS)), checks=("night_pain",)))
WELL = pathway(step("mri", immediate("mri_well", Not(WEAKNESS))))
ABSENT, PRESENT = blind(reads_unknown_as=False), blind(reads_unknown_as=True)
# What rules can't say: it would have to be a mistake of the formulas. The claim, rules, where the formulas are mistaken, how.
MISTAKEN = [
    ("no_empty_verdict", ONE, answers, "_statuses", with_status("due", lambda said: z3.BoolVal(False))),
    ("no_empty_verdict", ONE, answers, "_statuses", with_status("undetermined", lambda said: said["not_indicated"])),
    ("no_conflict", ONE, answers, "_statuses", with_status("due", lambda said: z3.Or(said["due"], said["contraindicated"]))),
    ("not_clear_while_unanswered", ONE, answers, "_nothing_holds", lambda step, patient: z3.BoolVal(True)),
    ("not_clear_while_unanswered", ONE, answers, "_statuses", with_status("not_indicated", lambda said: z3.Or(said["not_indicated"], said["undetermined"]))),
    ("emergency_latch", ONE, patients, "to_z3", ABSENT),
    ("contraindications_stay", ONE, patients, "to_z3", ABSENT),
    ("learning_overturns_nothing", ONE, patients, "to_z3", ABSENT),
    ("urgency_narrows", ONE, patients, "to_z3", ABSENT),
    ("unknown_is_not_absent", WELL, patients, "to_z3", PRESENT),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "rules", "where", "what", "wrong"), MISTAKEN, ids=[f"{row[0]}-{place}" for place, row in enumerate(MISTAKEN)])
def test_formulas_that_are_mistaken_are_contradicted_by_the_engine(monkeypatch, claim, rules, where, what, wrong):
    """A proof by them would be worth nothing: that is loud, and no patient is claimed to be treated wrongly."""
    assert () == findings(claim, rules)

    monkeypatch.setattr(where, what, wrong)
    found = findings(claim, rules)

    assert found
    assert {"not_replayed"} == {one.outcome for one in found}
    assert all("mri: " in one.detail and "in the engine" in one.detail for one in found)
    assert "NOT TRUSTED" in report_words(prove(rules, [BY_ID[claim]]))


def test_every_claim_can_fail():
    assert set(BY_ID) == {row[0] for row in (*BROKEN, *NOBODY, *MISTAKEN)}


@pytest.mark.parametrize("claim", ["purpose_never_empty", "everything_is_reachable"])
def test_what_the_solver_gives_up_is_never_proved(monkeypatch, claim):
    monkeypatch.setattr(z3.Solver, "check", lambda solver, *more: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda solver: "timeout")

    report = prove(pathway(MRI, purposes=see("mri", escalate_to="mri")), [BY_ID[claim]])

    assert not report.proved
    assert report.asked == len(report.findings)
    assert {("undecided", "timeout", ())} == {(one.outcome, one.detail, one.witnesses) for one in report.findings}
    assert "NOT DECIDED, which counts as a failure: " in report_words(report)
    assert "FAILED" in report_words(report) and "proved" not in report_words(report)
