"""The shipped pathway keeps every invariant, the engine keeps its own whatever the rules say, and each can be broken."""

import os
import time
from datetime import UTC, date, timedelta
from decimal import Decimal
from functools import cache
from itertools import count

import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from spineworkup import Status, Urgency, load_pathway
from spineworkup.checklists import Notice
from spineworkup.criteria import ALWAYS, AllOf, Comparator, Compare, Not, Present, leaves
from spineworkup.entries import NOT_RECORDED
from spineworkup.findings import Kind
from spineworkup.logic.plan import Plan
from spineworkup.pathways import Pathway, Prerequisite, Purpose, Rule, Step
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.readings import Reading
from spineworkup.sources import Citation
from spineworkup.testing import invariants
from spineworkup.testing.invariant_tests import invariant_tests
from spineworkup.testing.invariants import INVARIANTS, OVERLAY, check_invariant, check_invariants
from spineworkup.testing.patients import InvariantBroken
from tests.kit.patients import FINDINGS, small_pathways

EVERY = {invariant.name: invariant for invariant in (*INVARIANTS, OVERLAY)}
ENGINE = [invariant for invariant in INVARIANTS if invariant.about == "engine"]

shipped = cache(lambda: load_pathway("metastatic_spine"))
ESCALATING = [leaf.finding for leaf in leaves(shipped().criteria["emergency_neurology"].when) if isinstance(leaf, Present)]
OPTIONS = {
    # Not only red flags: nothing that is found makes anybody less urgent.
    "a_red_flag_lowers_no_urgency": {"flags": [id_ for id_, f in shipped().findings.items() if f.kind is Kind.BOOLEAN]},
    "a_deficit_is_an_emergency": {"flags": ESCALATING},
}

test_the_shipped_pathway = invariant_tests(shipped, max_examples=12, options=OPTIONS)
test_the_shipped_pathway_in_the_us = invariant_tests(
    lambda: load_pathway("metastatic_spine", ["us"]), base=shipped, max_examples=12, options=OPTIONS
)


@pytest.mark.parametrize("invariant", ENGINE, ids=[invariant.name for invariant in ENGINE])
def test_the_engine_keeps_it_whatever_the_rules_say(invariant):
    @settings(max_examples=30)
    @given(small_pathways.flatmap(lambda pathway: st.tuples(st.just(pathway), invariant.drawn(pathway))).map(Shown))
    def check(shown):
        pathway, arguments = shown.drawn
        invariant.law(pathway, *arguments)

    check()


class Shown:
    """What was drawn, shown as the rules of a small pathway: the patient is shown by the invariant."""

    def __init__(self, drawn):
        self.drawn = drawn

    def _repr_pretty_(self, printer, cycle):
        for step in self.drawn[0].steps.values():
            printer.text(f"\n{step}")


def step(id_, *rules, **more):
    against = tuple(rule for rule in rules if rule.kind != "indication")
    return Step(id_, id_, indications=tuple(rule for rule in rules if rule not in against), contraindications=against, **more)


def rule(id_, when=ALWAYS, urgency=Urgency.SAME_DAY, hours=None, kind="indication", **more):
    timed = {} if hours is None else {"within": timedelta(hours=hours), "start": "suspicion"}
    return Rule(id_, when, f"Says {id_}", kind=kind, urgency=urgency, **timed, **more)


def pathway(*steps, **more):
    return evolve(Pathway.of(*steps, findings=FINDINGS.values()), **more)


def absolute(id_, when):
    return rule(id_, when, kind="absolute")


WEAK, FEVER, NIGHT = Present("weakness"), Present("fever"), Present("night_pain")
IMMEDIATE = Urgency.IMMEDIATE
MRI = step("mri", rule("mri_pain", NIGHT, hours=24), absolute("mri_fever", FEVER), safety_critical=True)
PLAIN = pathway(MRI)
TWO = pathway(MRI, step("ct"), fallbacks=(("mri", "ct"),))
SOURCED = {"cites": (Citation("nobody", ""),), "review_by": date(2030, 1, 1)}


def facts_read(change):
    """The engine reads other facts than the chart holds."""
    def broken(monkeypatch):
        state = Plan.state
        monkeypatch.setattr(Plan, "state", lambda self, facts: state(self, change(facts)))

    return broken


def patched(where, name, make):
    """A function of the engine does something else; `make` is given what it did."""
    def broken(monkeypatch):
        from pkgutil import resolve_name

        place = resolve_name(where) if isinstance(where, str) else where
        monkeypatch.setattr(place, name, make(getattr(place, name)))

    return broken


def instead_of(status, other, condition=lambda reading: True):
    """The engine gives a step another status."""
    def make(first_that_fits):
        def broken(self, planned, found):
            is_one = first_that_fits(self, planned, found)
            return other if is_one is status and condition(self) else is_one

        return broken

    return patched(Reading, "_first_that_fits", make)


def noticing(act):
    """The engine does something on the side."""
    return patched("spineworkup.notices", "rule_notices", lambda real: lambda pathway, today: [*real(pathway, today), *act()])


def noticed(text):
    return [Notice("past_review", str(text))]


def opened():
    with open(os.devnull) as file:
        return noticed(file.fileno())


def added(checklist_notices):
    def broken(read, prepared):
        read.entries["night_pain"] = NOT_RECORDED
        return checklist_notices(read, prepared)

    return broken


counted = count()
AS_ABSENT = facts_read(lambda facts: {id_: False for id_ in ("weakness", "fever", "night_pain")} | facts)
AS_PRESENT = facts_read(lambda facts: {id_: True for id_ in ("weakness", "fever", "night_pain")} | facts)
A_LITTLE_LESS = facts_read(lambda facts: {id_: v - Decimal("0.1") if isinstance(v, Decimal) else v for id_, v in facts.items()})
FIRST_RULE = patched(Reading, "due", lambda due: lambda self, planned: self.deadline(planned, planned.own[0], self.indications[planned.step.id][0]))
FROM_NOW = patched(Reading, "deadline", lambda real: lambda self, planned, rule, truth: self.at + timedelta(hours=24))
FROM_MIDNIGHT = patched(Reading, "deadline", lambda real: lambda self, *more: (moment := real(self, *more)) and moment.replace(hour=0))
WALL_CLOCK = patched("spineworkup.charts", "aware", lambda real: lambda moment: moment.replace(tzinfo=UTC, fold=0))
ANY_CLOCK = patched("spineworkup.assessment", "aware", lambda real: lambda moment: moment.replace(tzinfo=UTC))
LAST_WINS = patched("spineworkup.entries", "_agree", lambda real: lambda entries: entries[-1])
NEVER_STALE = patched("spineworkup.as_read", "_fresh", lambda real: lambda finding, entry, seen, at: entry)
ALWAYS_STALE = patched("spineworkup.as_read", "_fresh", lambda real: lambda finding, *more: real(evolve(finding, red_flag=False), *more))
ONE_UNIT = patched("spineworkup.findings", "convert", lambda real: lambda quantity, unit, mass=None: quantity.value)
NO_REASONS = patched("spineworkup.items", "reasons_of", lambda real: lambda reading, planned: ())
NO_ASKS = patched("spineworkup.items", "asks_of", lambda real: lambda reading, planned: ())
NOTHING_INSTEAD = patched(Reading, "instead", lambda real: lambda self, planned: None)
NOTHING_INHERITED = patched(Reading, "_inherited", lambda real: lambda self, *more: [truth for truth in real(self, *more) if not truth])
ALWAYS_CLEAR = patched(Reading, "is_clear", lambda real: lambda self, planned: True)
STILL_DUE = instead_of(Status.CONTRAINDICATED, Status.DUE)
DUE_AGAIN = instead_of(Status.CONTRAINDICATED, Status.DUE, lambda reading: "numbness" in reading.chart.facts)


def nothing_broken(monkeypatch):
    pass


CRP = pathway(step("bloods", rule("bloods_crp", Compare("crp", Comparator.MORE, Decimal("5.0")))))
EMERGENCY = rule("weak", WEAK, IMMEDIATE)
BROKEN = [
    ("the_same_chart_gives_the_same_answer", PLAIN, noticing(lambda: noticed(next(counted)))),
    ("order_changes_nothing", pathway(step("mri", rule("one", hours=24), rule("two", hours=1))), FIRST_RULE),
    ("assessing_touches_nothing_else", PLAIN, noticing(lambda: noticed(time.time()))),
    ("assessing_touches_nothing_else", PLAIN, noticing(opened)),
    ("assessing_touches_nothing_else", PLAIN, patched("spineworkup.notices", "_chart_notices", added)),
    ("learning_more_overturns_nothing", PLAIN, AS_ABSENT),
    ("learning_more_overturns_nothing", PLAIN, instead_of(Status.DUE, Status.NOT_INDICATED, lambda reading: "numbness" in reading.chart.facts)),
    ("learning_more_narrows_the_urgency", PLAIN, AS_ABSENT),
    ("not_known_is_not_absent", pathway(step("mri", rule("well", Not(FEVER)))), AS_PRESENT),
    ("what_is_not_asked_changes_nothing", PLAIN, NO_ASKS),
    ("a_purpose_is_never_empty", evolve(PLAIN, purposes={"see": Purpose("see", "See", ("mri",), critical=True)}), nothing_broken),
    ("what_takes_over_is_no_later", TWO, NOTHING_INSTEAD),
    ("what_takes_over_is_no_later", TWO, ALWAYS_CLEAR),
    ("a_red_flag_lowers_no_urgency", pathway(step("mri", rule("strong", Not(WEAK), IMMEDIATE))), nothing_broken),
    ("a_contraindication_stays", PLAIN, DUE_AGAIN),
    ("a_deficit_is_an_emergency", PLAIN, nothing_broken, {"flags": ["weakness"]}),
    ("nothing_contraindicated_is_due", PLAIN, STILL_DUE),
    ("nothing_contraindicated_is_due", PLAIN, instead_of(Status.DUE, Status.CONTRAINDICATED)),
    ("nothing_contraindicated_is_due", pathway(step("mri", rule("mri"), rule("hold", FEVER, kind="relative", sign_off="radiologist"))), ALWAYS_CLEAR),
    ("nothing_is_clear_while_a_safety_answer_is_missing", pathway(step("mri", rule("mri"), checks=("fever",))), ALWAYS_CLEAR),
    ("nothing_is_clear_while_a_safety_answer_is_missing", PLAIN, NO_ASKS),
    (
        "an_emergency_waits_for_nothing_slow",
        pathway(step("mri", EMERGENCY, safety_critical=True, prerequisites=(Prerequisite("bloods"),)), step("bloods", rule("bloods"))),
        nothing_broken,
    ),
    (
        "a_red_flag_only_tightens_deadlines",
        pathway(step("mri", rule("soon", AllOf((NIGHT, Not(WEAK))), hours=1), rule("later", WEAK, hours=24), safety_critical=True)),
        nothing_broken,
    ),
    ("what_is_to_be_done_is_complete", pathway(step("mri", rule("mri"), owner="doctor", action="Request MRI")), nothing_broken),
    ("what_is_to_be_done_is_complete", pathway(step("mri", rule("mri", **SOURCED), owner="doctor", action="Request MRI")), nothing_broken),
    ("what_is_to_be_done_is_complete", PLAIN, nothing_broken),
    ("what_is_to_be_done_is_complete", PLAIN, NO_ASKS, {"needs": ()}),
    ("the_unit_changes_nothing", CRP, ONE_UNIT),
    ("a_threshold_is_exact", CRP, A_LITTLE_LESS),
    ("shifting_all_times_shifts_every_deadline", PLAIN, FROM_NOW),
    ("shifting_all_times_shifts_every_deadline", PLAIN, FROM_MIDNIGHT),
    ("the_zone_changes_nothing", PLAIN, WALL_CLOCK),
    ("the_zone_changes_nothing", PLAIN, ANY_CLOCK),
    ("what_is_stale_is_not_known", PLAIN, NEVER_STALE),
    ("what_is_stale_is_not_known", PLAIN, ALWAYS_STALE),
    ("reasons_are_enough", PLAIN, NO_REASONS),
    ("a_conflict_is_not_known", PLAIN, LAST_WINS),
    ("an_overlay_loosens_nothing", pathway(step("mri", rule("mri_pain", NIGHT, Urgency.ROUTINE, hours=24), safety_critical=True)), nothing_broken, {"base": PLAIN}),
    ("an_overlay_loosens_nothing", pathway(step("mri", rule("mri_pain", NIGHT, hours=48), absolute("mri_fever", FEVER), safety_critical=True)), nothing_broken, {"base": PLAIN}),
    ("an_overlay_loosens_nothing", pathway(step("mri", rule("mri_pain", NIGHT, hours=24), safety_critical=True)), nothing_broken, {"base": PLAIN}),
    ("an_overlay_loosens_nothing", pathway(step("ct", rule("ct", NIGHT))), nothing_broken, {"base": PLAIN}),
]  # fmt: skip


@pytest.mark.parametrize("row", BROKEN, ids=[f"{number}-{row[0]}" for number, row in enumerate(BROKEN)])
def test_each_can_be_broken_and_shows_the_patient(row, monkeypatch):
    name, small, breaks, *options = row
    invariant = EVERY[name]
    # What is the smallest is tested below; here it would only take time.
    monkeypatch.setattr(invariants, "PHASES", (Phase.generate,))
    # Nothing is shared between patients: what is broken looks at one patient.
    monkeypatch.setattr("spineworkup.assessment.touched_steps", lambda plan, chart, state: frozenset(plan.by_id))
    breaks(monkeypatch)

    with pytest.raises(InvariantBroken) as caught:
        check_invariant(invariant, small, max_examples=300, **(options[0] if options else {}))

    # "I-10 and I-17" is one law with two numbers.
    assert str(caught.value).startswith(f"{caught.value.invariant}: ")
    monkeypatch.undo()
    for patient in caught.value.patients:
        file = patient.case(invariant.number)
        assert file.strip() in str(caught.value)
        again = read_case(case_document(file, "witness.yaml"), patient.pathway)
        assert patient.chart.entries.keys() == again.chart.entries.keys()


def test_every_invariant_was_broken():
    assert set(EVERY) == {name for name, *_ in BROKEN}


@pytest.mark.parametrize("invariant", EVERY.values(), ids=list(EVERY))
def test_every_invariant_says_itself_formally_and_in_a_clinicians_words(invariant):
    words = invariant.law.__doc__

    assert invariant.number in words.partition(":")[0]
    assert "For a clinician:" in words


def test_a_broken_pathway_is_shown_with_its_step_its_rules_and_the_smallest_patient():
    purpose = Purpose("see", "See the cord", ("mri",), critical=True)
    with pytest.raises(InvariantBroken) as caught:
        check_invariant(EVERY["a_purpose_is_never_empty"], evolve(PLAIN, purposes={"see": purpose}))

    assert str(caught.value).splitlines() == [
        "I-10: nothing is left to see the cord",
        "  mri, patient where mri is not available: due, same_day to same_day, no time (mri_pain, against: mri_fever, against: mri)",
        "The patient where mri is not available as a case file:",
        "",
        "case: I-10",
        "at: 2026-11-20T12:00:00+00:00",
        "findings:",
        "  night_pain: present",
        "not_available: [mri]",
    ]


@pytest.mark.parametrize("argument", ["options", "without"])
def test_a_slip_in_a_name_is_no_pass(argument):
    for check in (check_invariants, invariant_tests):
        with pytest.raises(ValueError, match="no such invariant: a_contradiction_stays"):
            check(PLAIN, **{argument: {"a_contradiction_stays": {}}})


def test_a_deficit_that_an_overlay_lost_is_missed():
    """What makes an emergency by itself is asked of the base."""
    base, guarded = pathway(step("mri", EMERGENCY)), pathway(step("mri", rule("weak", AllOf((WEAK, NIGHT)), IMMEDIATE)))
    without = [name for name in EVERY if name != "a_deficit_is_an_emergency"]

    check_invariants(guarded, max_examples=20, without=without)
    with pytest.raises(InvariantBroken, match="weakness is present, and it is not an emergency"):
        check_invariants(guarded, base=base, without=without)


def test_what_is_left_out_is_not_asked():
    without = [name for name, invariant in EVERY.items() if invariant.about == "rules"]

    check_invariants(PLAIN, max_examples=3, without=without)


def test_the_witness_of_a_pathway_without_findings_is_nobody():
    check_invariants(Pathway(), max_examples=2)
