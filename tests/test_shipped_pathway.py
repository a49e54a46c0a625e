"""What must hold of the shipped pathway beside the invariants of the kit (tests/kit/test_invariants.py)."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup import Chart, Status, Urgency, assess, load_pathway
from spineworkup.charts import SignOff, StepEvent
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Not, Present, leaves
from spineworkup.testing.boundaries import boundary_values
from spineworkup.testing.strategies import as_written, charts, is_plausible
from spineworkup.units import Quantity, convert
from tests.strategies import NOON

BASE, US = load_pathway("metastatic_spine"), load_pathway("metastatic_spine", ["us"])
PATHWAYS = {"uk": BASE, "us": US}
# By name: what fails is printed with its arguments, and a whole pathway is long.
profiles = pytest.mark.parametrize("profile", PATHWAYS)
EMERGENCY = ("contact_mscc_coordinator", "mri_whole_spine", "ct_spine", "neurological_examination", "spinal_precautions")
SLOW = ("blood_tests", "bone_scan", "ct_staging", "biopsy", "plain_radiograph", "myeloma_screen", "bleeding_screen")
EMERGENCY_NEUROLOGY = BASE.criteria["emergency_neurology"].when
RED_FLAGS = [leaf.finding for leaf in leaves(EMERGENCY_NEUROLOGY) if isinstance(leaf, Present)]
MANY = settings(max_examples=40)
TOTALS = {score.total for score in BASE.scores.values()}


def values_of(chart):
    """What a chart says, for tests that change a value: totals are left to what the items say."""
    return {id_: as_written(BASE.findings[id_], v) for id_, v in chart.facts.items() if id_ not in TOTALS}


patients = charts(BASE).map(values_of)
clocks = st.fixed_dictionaries({}, optional={c: st.integers(0, 99).map(lambda h: NOON - timedelta(hours=h)) for c in ("suspicion", "request", "decision_to_treat")})


def checklist_of(pathway, values, **chart):
    return assess(pathway, Chart(pathway.findings, values, **chart), at=NOON)


def said(checklist):
    return [
        (i.step.id, i.status, i.urgency, i.due, i.clear_to_proceed, i.instead, i.questions, [(r.rule, r.truth) for r in i.reasons])
        for i in checklist.items
    ]  # fmt: skip


def reach(pathway, step) -> Iterable[str]:
    todo, seen = [step], set()
    while todo:
        for prerequisite in pathway.steps[todo.pop()].prerequisites:
            if prerequisite.step not in seen:
                seen.add(prerequisite.step)
                todo.append(prerequisite.step)
    return seen


@profiles
@pytest.mark.parametrize("step", EMERGENCY)
def test_an_emergency_waits_for_nothing_slow(profile, step):
    pathway = PATHWAYS[profile]
    assert set() == set(reach(pathway, step)) & set(SLOW)


@profiles
def test_the_list_shows_what_comes_before_before(profile):
    pathway = PATHWAYS[profile]
    order = list(pathway.in_order)
    for step in pathway.steps.values():
        for prerequisite in step.prerequisites:
            assert order.index(prerequisite.step) < order.index(step.id), (prerequisite.step, step.id)


@profiles
@pytest.mark.parametrize("finding", RED_FLAGS)
@given(values=patients)
@settings(max_examples=8)
def test_a_deficit_is_an_emergency_whatever_else_is_known(profile, finding, values):
    pathway = PATHWAYS[profile]
    checklist = checklist_of(pathway, values | {finding: True})

    assert Urgency.IMMEDIATE is checklist.urgency.lowest
    assert checklist.item("contact_mscc_coordinator").urgency.lowest is Urgency.IMMEDIATE


@profiles
@given(values=patients)
@settings(max_examples=10)
def test_weakness_that_was_measured_is_a_deficit(profile, values):
    pathway = PATHWAYS[profile]
    assert Urgency.IMMEDIATE is checklist_of(pathway, values | {"lowest_mrc_power": 4}).urgency.lowest


def test_list_a_is_red_and_never_goes_stale():
    assert {"limb_weakness", "radicular_pain", "bladder_dysfunction", "saddle_numbness"} <= set(RED_FLAGS)
    assert all(BASE.findings[leaf.finding].red_flag for leaf in leaves(EMERGENCY_NEUROLOGY))


NORMAL = {
    "calcium_total": "2.30 mmol/L", "albumin": "40 g/L", "alkaline_phosphatase": "70 U/L", "xray_result": "normal",
    "ct_result": "negative", "bone_scan_result": "negative", "post_void_residual": "0 mL", "lowest_mrc_power": 5,
}  # fmt: skip


@profiles
@pytest.mark.parametrize("finding", NORMAL)
@given(values=patients)
@settings(max_examples=10)
def test_a_normal_test_lowers_no_urgency_that_is_certain(profile, finding, values):
    pathway = PATHWAYS[profile]
    without = {id_: value for id_, value in values.items() if id_ != finding and id_ != "calcium_adjusted"}

    assert checklist_of(pathway, without).urgency.lowest <= checklist_of(pathway, without | {finding: NORMAL[finding]}).urgency.lowest


@profiles
@given(values=patients)
@MANY
def test_without_open_questions_everything_is_settled(profile, values):
    pathway = PATHWAYS[profile]
    checklist = checklist_of(pathway, values)
    if not any(question.could_reach > checklist.urgency.lowest for question in checklist.questions):
        assert checklist.urgency.is_settled


UNITS = [(id_, unit) for id_, f in BASE.findings.items() if f.unit for unit in f.also]


@pytest.mark.parametrize(("finding", "unit"), UNITS)
@given(values=patients, data=st.data())
@settings(max_examples=10)
def test_the_unit_changes_nothing_but_tables_of_that_unit(finding, unit, values, data):
    # A value worked out from two others follows the formula of its unit.
    values = {id_: value for id_, value in values.items() if id_ not in ("albumin", finding)}
    about = BASE.findings[finding]
    own = [q for q in boundary_values(BASE, finding) if q.unit == about.unit and is_plausible(about, q)]
    quantity = data.draw(st.sampled_from(own))
    other = Quantity(convert(quantity, unit, about.molar_mass), unit)

    one, two = (checklist_of(BASE, values | {finding: q}) for q in (quantity, other))

    assert one.chart.facts[finding] == two.chart.facts[finding]
    assert said(one) == said(two)
    different = {id_ for id_ in one.scores if one.scores[id_].bands != two.scores[id_].bands}
    assert all(finding in BASE.scores[id_].inputs for id_ in different)


def test_an_overlay_loosens_nothing():
    @given(values=patients, anchors=clocks)
    @MANY
    def check(values, anchors):
        one, other = checklist_of(BASE, values, clocks=anchors), checklist_of(US, values, clocks=anchors)
        assert one.urgency.lowest <= other.urgency.lowest and one.urgency.highest <= other.urgency.highest
        for step in EMERGENCY:
            assert one.item(step).status is other.item(step).status
            assert one.item(step).due == other.item(step).due

    check()


@profiles
def test_every_rule_is_traceable(profile):
    pathway = PATHWAYS[profile]
    for rule in pathway.rules.values():
        assert rule.cites and rule.review_by and rule.says.strip(), rule.id
        assert all(pathway.sources[cite.source].status != "withdrawn" for cite in rule.cites), rule.id
        assert rule.verification in ("primary", "secondary", "unread")


@profiles
def test_no_rule_that_sets_a_tier_needs_something_to_be_absent(profile):
    """Learning that something is present must not lower an urgency: no `not` around what is only present or absent."""
    pathway = PATHWAYS[profile]
    def negated(criterion):
        match criterion:
            case Not(operand):
                yield from (leaf.finding for leaf in leaves(operand) if isinstance(leaf, Present))
            case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
                for operand in operands:
                    yield from negated(operand)

    for step in pathway.steps.values():
        for rule in step.indications:
            if rule.urgency >= Urgency.SAME_DAY:
                assert [] == list(negated(rule.when)), rule.id


@profiles
def test_every_step_can_be_due_and_every_pause_fits_on_a_page(profile):
    pathway = PATHWAYS[profile]
    assert all(step.action and len(step.action.split()) <= 12 for step in pathway.steps.values())
    for pause in pathway.pauses:
        assert 1 <= sum(step.pause == pause.id for step in pathway.steps.values()) <= 9


@profiles
def test_bands_of_scores_cover_every_total(profile):
    pathway = PATHWAYS[profile]
    from spineworkup.scores import Additive, total_of

    for score in pathway.scores.values():
        if isinstance(score.table, Additive):
            whole = total_of(score.table, {})
            for total in range(int(whole.lowest), int(whole.highest) + 1):
                assert 1 == sum(b.lowest <= total <= b.highest for b in score.table.bands), (score.id, total)


def test_sins_of_the_shipped_rules_is_the_published_table():
    from tests.test_scores import SINS

    shipped = BASE.scores["sins"].table.items
    for item, options in SINS.items():
        expected = {option: (points, points) for option, points in options.items()}
        assert expected.items() <= shipped[f"sins_{item}"].items()
        assert {"exactly_50"} >= shipped[f"sins_{item}"].keys() - expected.keys()
    assert (2, 3) == shipped["sins_collapse"]["exactly_50"]
    assert [(0, 6), (7, 12), (13, 18)] == [(b.lowest, b.highest) for b in BASE.scores["sins"].table.bands]


C09_C10 = [
    ({"calcium_total": "2.95 mmol/L", "albumin": "28 g/L"}, "3.19 mmol/L", 3, "prompt"),
    ({"calcium_total": "11.82 mg/dL", "albumin": "2.8 g/dL"}, "12.78 mg/dL", 3, None),
    ({"calcium_adjusted": "12.5 mg/dL"}, "12.5 mg/dL", 2, None),
    ({"calcium_adjusted": "3.12 mmol/L"}, "3.12 mmol/L", 3, None),
]


@pytest.mark.parametrize(("values", "reported", "grade", "band"), C09_C10)
def test_hypercalcaemia_is_graded_as_it_was_reported(values, reported, grade, band):
    checklist = checklist_of(BASE, values)
    ctcae, sfe = checklist.scores["hypercalcaemia_ctcae"], checklist.scores["hypercalcaemia_sfe"]

    assert Quantity(*reported.split()) == Quantity(*str(ctcae.lowest).split())
    assert str(grade) in str(ctcae.band)
    assert band is None or band in str(sfe.band)


def test_a_relative_contraindication_is_cleared_by_its_role_only():
    for step in BASE.steps.values():
        for rule in step.contraindications:
            if rule.kind == "relative":
                assert rule.sign_off
                assert SignOff(rule.id, rule.sign_off, NOON).by == rule.sign_off


def test_a_stand_in_that_was_declined_is_not_named():
    """The purpose escalates to a person instead."""
    declined = StepEvent("declined", NOON, by="consultant", reason="not wanted")
    values = {"limb_weakness": True, "implant_mri_status": "unsafe"}
    chart = Chart(BASE.findings, values, steps={"ct_spine": declined})

    assert "contact_mscc_coordinator" == assess(BASE, chart, at=NOON).item("mri_whole_spine").instead


def test_a_steroid_does_not_wait_for_the_mri():
    """What the MRI has not shown yet holds nothing; what it has shown does."""
    values = {"limb_weakness": True, "haematological_malignancy": "none"}
    before = assess(BASE, Chart(BASE.findings, values), at=NOON).item("steroid_decision")
    after = Chart(BASE.findings, {**values, "mri_result": "negative", "mri_extent": "whole_spine"})

    assert before.clear_to_proceed
    assert "mri_result" not in before.questions
    assert Status.CONTRAINDICATED is assess(BASE, after, at=NOON).item("steroid_decision").status


def test_a_prerequisite_that_cannot_be_done_holds_nothing_once_its_stand_in_is_done():
    """A biopsy waits for the MRI; where there can be none, for the CT in its place."""
    values = {"tissue_requested": True, "implant_mri_status": "unsafe", "inr": Decimal(1), "platelets": "200 10*9/L"}
    values |= {"limb_weakness": True, "staging_ct_shows_primary": True}
    done = {"ct_spine": StepEvent("acted_on", NOON)}

    def waits(**steps):
        against = assess(BASE, Chart(BASE.findings, values, **steps), at=NOON).item("biopsy").against
        return [one.rule for one in against if one.kind == "prerequisite"]

    assert "mri_whole_spine" in waits()
    assert "mri_whole_spine" not in waits(steps=done)


@pytest.mark.parametrize(
    ("rule", "by", "after", "counted"),
    [
        ("biopsy_inr", "interventional radiologist", timedelta(0), True),
        ("biopsy_inr", "house officer", timedelta(0), False),
        ("biopsy_inr", "interventional radiologist", timedelta(hours=1), False),
        ("biopsy_primary_bone_tumour", "", timedelta(0), False),
        ("no_such_rule", "consultant", timedelta(0), False),
    ],
)
def test_a_sign_off_that_is_not_counted_says_so(rule, by, after, counted):
    chart = Chart(BASE.findings, {"inr": Decimal(2)}, sign_offs=[SignOff(rule, by, NOON + after)])
    kinds = [notice.kind for notice in assess(BASE, chart, at=NOON).notices]

    assert counted is ("sign_off_not_counted" not in kinds)
