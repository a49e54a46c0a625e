"""What the kit draws: patients that can be recorded, values at thresholds, and models of rules."""

from decimal import Decimal

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from spineworkup import Chart, load_pathway
from spineworkup.charts import CLOCKS, STATES
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Comparator, Compare, IsOneOf, Not, Present
from spineworkup.entries import Known, WhyUnknown
from spineworkup.findings import Finding, Kind
from spineworkup.logic.evaluate import evaluate
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.testing.boundaries import boundary_values, thresholds_of
from spineworkup.testing.models import charts_near_rules, models_of
from spineworkup.testing.random_pathways import criteria, pathways
from spineworkup.testing.strategies import (
    NOON,
    charts,
    knowing_everything,
    learning_more,
    learning_what_is_not_asked,
    never_asked,
    surroundings,
    values_of,
)
from spineworkup.translate.to_case import to_case
from spineworkup.truth import Truth
from tests.kit.patients import NODES, nodes_of
from tests.strategies import VOCABULARY

SHIPPED = load_pathway("metastatic_spine")
SEVERAL = settings(max_examples=60)


def seen_in(strategy, parts, examples=150):
    """What was drawn, in its parts."""
    found = set()

    @settings(max_examples=examples)
    @given(strategy)
    def draw(value):
        found.update(parts(value))

    draw()
    return found


def parts_of(chart):
    for id_, entry in chart.entries.items():
        if isinstance(entry, Known):
            yield from (("kind", SHIPPED.findings[id_].kind), ("timed", entry.at is not None), ("again", entry.latest is not None))
            yield from [("ahead", True)] if entry.at is not None and entry.at > NOON else []
            yield from [("unit", id_, entry.reported.unit)] if entry.reported is not None else []
        else:
            yield ("unknown", entry.reason)
    yield from (("clock", name) for name in chart.clocks)
    yield from (("state", event.state) for event in chart.steps.values())
    yield from [("not available", bool(chart.not_available))]
    for sign in chart.sign_offs:
        yield ("signed", SHIPPED.rules[sign.rule].kind, sign.by == SHIPPED.rules[sign.rule].sign_off)
    yield ("known", min(len(chart.facts) // 20, 2))


def test_every_kind_of_record_is_drawn():
    """From first contacts to ends of workups; whatever a chart can say is said by some."""
    units = {("unit", id_, unit) for id_, f in SHIPPED.findings.items() for unit in f.also}
    expected = {("kind", kind) for kind in Kind} | {("unknown", reason) for reason in WhyUnknown} - {("unknown", WhyUnknown.IN_FUTURE)}
    expected |= {("clock", name) for name in CLOCKS} | {("state", state) for state in STATES} | {("known", n) for n in range(3)}
    expected |= {("timed", True), ("timed", False), ("again", True), ("ahead", True), ("not available", True)}
    expected |= {("signed", "relative", True), ("signed", "relative", False), ("signed", "absolute", False)}

    found = seen_in(charts(SHIPPED), parts_of, examples=300)

    assert set() == expected - found
    assert len(units - found) <= len(units) // 4


@given(st.one_of(charts(SHIPPED), charts_near_rules(SHIPPED)))
@settings(max_examples=40)
def test_a_drawn_patient_can_be_written_down_and_read_again(chart):
    document = case_document(to_case(chart, NOON, "drawn"), "drawn.yaml")

    assert chart.facts == read_case(document, SHIPPED).chart.facts


@given(charts(SHIPPED))
@SEVERAL
def test_no_score_is_reported_twice(chart):
    for total, score in SHIPPED.totals.items():
        assert not (total in chart.entries and set(score.inputs) & chart.entries.keys())


@given(charts(SHIPPED, known={"limb_weakness": True, "sins_total": 9}, unknown=["fever"]))
@SEVERAL
def test_what_is_asked_for_is_in_every_chart(chart):
    assert (True, Decimal(9)) == (chart.facts["limb_weakness"], chart.facts["sins_total"])
    assert "fever" not in chart.entries
    assert not {*SHIPPED.scores["sins"].inputs} & chart.entries.keys()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (lambda chart: True, {}),
        (lambda chart: chart.facts.get("limb_weakness") is True, {"limb_weakness": True}),
        (lambda chart: len(chart.facts) >= 2, None),
    ],
)
def test_a_patient_shrinks_to_few_findings(condition, expected):
    chart = find(charts(SHIPPED), condition, settings=settings(max_examples=300))

    assert chart.facts == expected if expected is not None else len(chart.entries) == 2
    assert ({}, {}, frozenset(), ()) == (chart.clocks, chart.steps, chart.not_available, chart.sign_offs)


@given(charts(SHIPPED), st.data())
@settings(max_examples=25)
def test_learning_keeps_what_was_known(chart, data):
    from spineworkup import assess

    before = assess(SHIPPED, chart, at=NOON)
    for learning in (learning_more, learning_what_is_not_asked, knowing_everything):
        more = data.draw(learning(SHIPPED, chart))
        after = assess(SHIPPED, more, at=NOON).chart.facts
        exact = {id_: value for id_, value in before.chart.facts.items() if not hasattr(value, "lowest")}
        assert exact.items() <= after.items()
        if learning is learning_what_is_not_asked:
            learnt = more.facts.keys() - chart.facts.keys()
            assert not learnt & ({q.id for q in before.questions} | set(never_asked(SHIPPED)))


def test_knowing_everything_leaves_little_open():
    """But for the items of a score that was reported as a total, or the total of one with items."""
    chart = Chart(SHIPPED.findings)
    scores = {id_ for score in SHIPPED.totals.values() for id_ in (score.total, *score.inputs)}

    @given(knowing_everything(SHIPPED, chart))
    @settings(max_examples=5)
    def check(whole):
        assert SHIPPED.findings.keys() - whole.facts.keys() <= scores

    check()


QUANTITY = Finding("crp", "CRP", Kind.QUANTITY, unit="mg/L", also=("mg/dL",), low=Decimal(0))
THRESHOLDS = [
    ("post_void_residual", ["199 mL", "200 mL", "201 mL", "0.199 L", "0.2 L", "0.201 L"]),
    ("calcium_adjusted", ["2.59 mmol/L", "2.60 mmol/L", "2.61 mmol/L", "10.42028 mg/dL", "12.4 mg/dL", "12.5 mg/dL", "12.6 mg/dL"]),
    ("inr", ["0.4", "0.5", "0.6", "1.4", "1.5", "1.6"]),
    ("sins_total", ["6", "7", "8", "12", "13", "14"]),
    ("lowest_mrc_power", ["-1", "4", "5", "6"]),
    ("limb_weakness", ["False", "True"]),
    ("cancer_history", ["none", "past", "current", "suspected"]),
]


@pytest.mark.parametrize(("finding", "expected"), THRESHOLDS)
def test_values_lie_below_at_and_above_every_threshold(finding, expected):
    """Of rules, of bands of scores in their own unit, and of what is plausible; in every unit."""
    assert set(expected) <= {str(value) for value in boundary_values(SHIPPED, finding)}


@pytest.mark.parametrize("finding", [id_ for id_ in SHIPPED.findings if thresholds_of(SHIPPED, id_)])
def test_a_value_at_a_threshold_is_exact_in_every_unit(finding):
    about = SHIPPED.findings[finding]
    numbers = {about.value_of(value)[0] for value in boundary_values(SHIPPED, finding)}

    own = {t for t in thresholds_of(SHIPPED, finding) if t.unit in ("", about.unit)}
    assert {t.number + n * t.step for t in own for n in (-1, 0, 1)} <= numbers


CRITERIA = [
    (Present("weakness"), True, True),
    (Not(Present("weakness")), True, True),
    (AllOf((Present("fever"), AnyOf((Not(Present("fever")), Present("weakness"))))), True, True),
    (AllOf((Present("fever"), Not(Present("fever")))), False, True),
    (AnyOf((Present("fever"), Not(Present("fever")))), True, False),
    (AllOf((Compare("power", Comparator.MORE, Decimal(2)), Compare("power", Comparator.LESS, Decimal("2.2")))), True, True),
    (AllOf((Compare("power", Comparator.MORE, Decimal(2)), Compare("power", Comparator.AT_MOST, Decimal(2)))), False, True),
    (AllOf((IsOneOf("history", ["past", "none"]), IsOneOf("history", ["past", "current"]))), True, True),
    (IsOneOf("history", ["past", "none", "current"]), True, False),
    (AtLeast(2, (Present("fever"), Present("weakness"), Present("numbness"))), True, True),
    (AtLeast(3, (Present("fever"), Present("weakness"))), False, True),
    (AllOf(()), True, False),
    (AnyOf(()), False, True),
]  # fmt: skip


@pytest.mark.parametrize(("criterion", "can_be_true", "can_be_false"), CRITERIA)
def test_a_model_is_found_where_there_is_one_and_only_there(criterion, can_be_true, can_be_false):
    found = [not models_of(criterion, VOCABULARY, truth).is_empty for truth in (Truth.TRUE, Truth.FALSE)]

    assert [can_be_true, can_be_false] == found


@given(criteria(VOCABULARY), st.sampled_from([Truth.TRUE, Truth.FALSE]), st.data())
@settings(max_examples=200)
def test_a_model_makes_its_criterion_what_was_asked_for(criterion, truth, data):
    models = models_of(criterion, VOCABULARY, truth)
    if not models.is_empty:
        assert truth is evaluate(criterion, data.draw(models))


def test_nothing_makes_a_criterion_unknown():
    with pytest.raises(ValueError, match="nothing is known"):
        models_of(Present("fever"), VOCABULARY, Truth.UNKNOWN)


def test_patients_near_rules_meet_rules_with_few_findings():
    """Of a hundred of them, most with three findings or fewer, some make a third of all rules hold."""
    sizes = []

    def held(chart):
        sizes.append(len(chart.facts))
        return [id_ for id_, rule in SHIPPED.rules.items() if evaluate(rule.when, chart.facts) is Truth.TRUE]

    near = seen_in(charts_near_rules(SHIPPED), held, 100)

    assert sorted(sizes)[len(sizes) // 2] <= 3
    assert len(near) >= len(SHIPPED.rules) / 3


@given(surroundings(SHIPPED))
@SEVERAL
def test_surroundings_are_the_keywords_of_a_chart(around):
    assert Chart(SHIPPED.findings, {}, **around).facts == {}


@pytest.mark.parametrize("finding", ["albumin", "lowest_mrc_power", "cancer_history", "sins_total", "fever"])
def test_values_are_plausible(finding):
    about = SHIPPED.findings[finding]

    @given(values_of(SHIPPED, finding))
    @settings(max_examples=30)
    def check(value):
        assert about.is_plausible(about.value_of(value)[0])

    check()


@pytest.mark.parametrize("as_written", [False, True])
def test_every_kind_of_node_is_drawn(as_written):
    found = seen_in(criteria(VOCABULARY, as_written=as_written), nodes_of, examples=300)

    assert set(NODES) == {type(node).__name__ for node in found}


def test_random_pathways_have_all_that_steps_can_have():
    def have(pathway):
        yield from [("fallbacks", bool(pathway.fallbacks))]
        for step in pathway.steps.values():
            yield from (("rule", rule.kind) for rule in step.rules)
            yield from (("start", rule.start) for rule in step.indications)
            names = ("checks", "prerequisites", "produces", "done_when")
            yield from ((name, True) for name in names if getattr(step, name))
            yield from (("unless", p.unless is not None) for p in step.prerequisites)

    found = seen_in(pathways(VOCABULARY), have)

    assert {("rule", "indication"), ("rule", "absolute"), ("rule", "relative"), ("fallbacks", True), ("unless", True)} <= found
    assert {("start", start) for start in ("", "suspicion", "request", "onset")} <= found
    assert {(name, True) for name in ("checks", "prerequisites", "produces", "done_when")} <= found
