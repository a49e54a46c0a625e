"""The Questionnaire asks for everything, hides nothing that could matter, and its answers give the chart back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup import assess, load_pathway
from spineworkup.charts import Chart, evolve_entries
from spineworkup.criteria import AllOf, AnyOf, IsOneOf, Not, Present, findings_of
from spineworkup.entries import Known, Observation, WhyUnknown
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.fhir.questionnaires.conditions import moot_questions
from spineworkup.fhir.questionnaires.times import timed_findings, used_clocks
from spineworkup.fhir.to_questionnaire import NOT_KNOWN, to_questionnaire
from spineworkup.fhir.to_questionnaire_response import to_questionnaire_response
from spineworkup.findings import Finding, Kind, Quantity, Range
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.testing.strategies import charts, values_of
from tests.fhir.same_answer import NOON, answer_of
from tests.kit.patients import small_pathways

PATHWAY = load_pathway("metastatic_spine")
FORM = to_questionnaire(PATHWAY)
PATIENT = "Patient/1"


def flat(items):
    for item in items:
        yield item
        yield from flat(item.get("item", []))


ITEMS = {item["linkId"]: item for item in flat(FORM["item"])}


def bare(chart, pathway=PATHWAY):
    """Return a chart without what no form asks for: what happened to steps, and clocks from which no rule counts."""
    clocks = {name: moment for name, moment in chart.clocks.items() if name in used_clocks(pathway)}
    return evolve_entries(Chart(chart.findings, clocks=clocks), chart.entries)


def answered(chart, pathway=PATHWAY):
    """Return the answers to the form, by their question."""
    response = to_questionnaire_response(assess(pathway, chart, at=NOON), PATIENT)
    return {item["linkId"]: item for item in flat(response.get("item", []))}


# What is asked


def test_every_finding_is_asked_once():
    link_ids = [item["linkId"] for item in flat(FORM["item"])]

    assert len(link_ids) == len(set(link_ids))
    assert PATHWAY.findings.keys() <= ITEMS.keys()
    assert {f"clocks.{clock}" for clock in used_clocks(PATHWAY)} == {id_ for id_ in link_ids if id_.startswith("clocks.")}


def test_nothing_is_answered_beforehand_and_nothing_has_to_be_answered():
    assert NOT_KNOWN == FORM["item"][0]["text"]
    assert [] == [id_ for id_, item in ITEMS.items() if "initial" in item or item.get("required")]
    assert not any("selected" in str(item.get("initial")) for item in ITEMS.values())


def test_no_number_is_refused():
    """The window of plausible values is in the help; a limit would make a form refuse what lies outside."""
    assert "0.5 to 6.0 mmol/L" in ITEMS["calcium_total.help"]["text"]
    assert "minValue" not in str(FORM) and "maxValue" not in str(FORM)


@pytest.mark.parametrize("finding", PATHWAY.findings.values(), ids=str)
def test_a_question_has_the_type_the_options_and_the_units_of_its_finding(finding):
    item = ITEMS[finding.id]
    units = [e["valueCoding"]["code"] for e in item["extension"] if e["url"].endswith("questionnaire-unitOption")]
    types = {Kind.BOOLEAN: "boolean", Kind.CHOICE: "choice", Kind.QUANTITY: "quantity", Kind.NUMBER: "decimal"}

    assert types[finding.kind] == item["type"]
    assert list(finding.options) == [o["valueCoding"]["code"] for o in item.get("answerOption", [])]
    assert ([finding.unit, *finding.also] if finding.unit else []) == units
    assert finding.id == item["code"][0]["code"]


def test_a_code_of_a_question_fits_every_unit():
    """Calcium can be given in mmol/L and in mg/dL: a code that measures an amount of substance would be wrong for one."""
    assert ["calcium_total"] == [code["code"] for code in ITEMS["calcium_total"]["code"]]
    assert ["creatinine", "1000731000000107"] == [code["code"] for code in ITEMS["creatinine"]["code"]]
    assert "1988-5" in [code["code"] for code in ITEMS["crp"]["code"]]


def test_red_flags_come_first():
    groups = [item for item in FORM["item"] if item["linkId"].startswith("group-")]
    flags = [any(PATHWAY.findings[q["linkId"]].red_flag for q in g["item"] if q["linkId"] in PATHWAY.findings) for g in groups[1:]]

    assert flags == sorted(flags, reverse=True) and any(flags)


# What is hidden


def test_what_must_never_be_hidden_is_not():
    """Red flags, safety checks, and all that a contraindication reads."""
    steps = PATHWAY.steps.values()
    kept = {id_ for id_, finding in PATHWAY.findings.items() if finding.red_flag}
    kept |= {id_ for step in steps for id_ in step.checks}
    kept |= {id_ for step in steps for rule in step.contraindications for id_ in findings_of(rule.when)}

    assert [] == [id_ for id_ in kept if "enableWhen" in ITEMS[id_]]


def test_a_hidden_question_is_the_one_that_no_rule_turns_on():
    assert ["treatment_decision"] == [id_ for id_, item in ITEMS.items() if "enableWhen" in item and not id_.endswith(".at")]


@pytest.mark.parametrize("pathway", [PATHWAY, None], ids=["shipped", "small"])
@given(data=st.data())
def test_an_answer_to_a_hidden_question_would_have_changed_nothing(pathway, data):
    """Whatever else is known: every status, urgency, time and question stays, not only the highest urgency."""
    pathway = pathway or data.draw(small_pathways)
    moot = moot_questions(pathway)
    for id_, condition in moot.items():
        known = {condition.on.id: data.draw(st.sampled_from(condition.answers))}
        chart = data.draw(charts(pathway, known=known, unknown=[id_]))
        told = chart.with_values({id_: Observation(data.draw(values_of(pathway, id_)), NOON - timedelta(hours=3))})
        before, after = (assess(pathway, one, at=NOON) for one in (chart, told))

        assert before.urgency == after.urgency
        assert [standing(item) for item in before.items] == [standing(item) for item in after.items]


def standing(item):
    against = [(one.rule, one.truth) for one in item.against]
    return item.step.id, item.status, item.urgency, item.due, item.clear_to_proceed, item.instead, against, item.questions


def pathway_of(when, *more):
    findings = [
        Finding("site", "Site", Kind.CHOICE, options={"spine": "Spine", "rib": "Rib"}),
        Finding("pain", "Pain", Kind.BOOLEAN, red_flag=True),
        Finding("fever", "Fever", Kind.BOOLEAN),
    ]
    return Pathway.of(Step("mri", "MRI", checks=("site",), indications=(Rule("r", when, ""), *more)), findings=findings)


SPINE, FEVER, PAIN = IsOneOf("site", ("spine",)), Present("fever"), Present("pain")


@pytest.mark.parametrize(
    ("when", "answers"),
    [
        (AllOf((SPINE, FEVER)), ("rib",)),
        (AllOf((Not(SPINE), FEVER)), ("spine",)),
        (AllOf((PAIN, FEVER)), (False,)),
        (AnyOf((AllOf((SPINE, FEVER)), PAIN)), ("rib",)),
        (AnyOf((SPINE, FEVER)), ()),  # site is enough, and yet fever may have made it true earlier
        (Not(AllOf((SPINE, FEVER))), ()),
        (AnyOf((AllOf((SPINE, FEVER)), FEVER)), ()),
        (PAIN, ()),
    ],
    ids=str,
)
def test_when_a_question_is_moot(when, answers):
    found = moot_questions(pathway_of(when))

    assert answers == (found["fever"].answers if "fever" in found else ())


def test_a_question_that_another_rule_still_reads_is_shown():
    assert {} == moot_questions(pathway_of(AllOf((SPINE, FEVER)), Rule("other", FEVER, "")))


def test_a_moot_question_is_shown_while_the_other_has_no_answer():
    """Not known is never a reason to hide: `exists` false is the first condition."""
    form = to_questionnaire(pathway_of(AllOf((PAIN, FEVER))))
    (fever,) = [item for item in flat(form["item"]) if item["linkId"] == "fever"]

    assert "any" == fever["enableBehavior"]
    assert [("exists", False), ("=", True)] == [(one["operator"], one["answerBoolean"]) for one in fever["enableWhen"]]
    assert [] == [item["linkId"] for item in flat(form["item"]) if item["linkId"].startswith("clocks.")]


# The time of a finding


def test_the_time_is_asked_where_it_can_change_an_answer():
    timed = timed_findings(PATHWAY)

    assert {id_.removesuffix(".at") for id_ in ITEMS if id_.endswith(".at")} == timed
    assert {id_ for id_, finding in PATHWAY.findings.items() if finding.red_flag} <= timed
    assert "sex" not in timed


def test_the_time_is_asked_once_there_is_something_to_time():
    assert [{"question": "fever", "operator": "=", "answerBoolean": True}] == ITEMS["fever.at"]["enableWhen"]
    assert [{"question": "egfr", "operator": "exists", "answerBoolean": True}] == ITEMS["egfr.at"]["enableWhen"]


# Answers


@given(charts(PATHWAY))
def test_a_chart_as_answers_read_back_gives_the_same_answer(chart):
    """Every value with its time, every reason for not knowing, every clock; but for what the form may hide, as no rule turns on it then."""
    shown = {id_: entry for id_, entry in chart.entries.items() if "enableWhen" not in ITEMS.get(id_, {})}
    checklist = assess(PATHWAY, bare(evolve_entries(chart, shown)), at=NOON)
    imported = from_bundle(to_questionnaire_response(checklist, PATIENT), PATHWAY, at=NOON)

    assert answer_of(checklist) == answer_of(assess(PATHWAY, imported.chart, at=NOON))


@given(charts(PATHWAY))
def test_only_questions_of_the_form_are_answered_and_only_where_it_shows_them(chart):
    items = answered(bare(chart))

    assert items.keys() <= ITEMS.keys()
    for id_, item in items.items():
        if "answer" in item:
            assert len(item["answer"]) == 1
            assert any(
                condition["operator"] != "exists" or (condition["question"] in items) is condition["answerBoolean"]
                for condition in ITEMS[id_].get("enableWhen", [{"operator": "always"}])
            )


def test_a_hidden_question_has_no_answer():
    values = {"mri_result": "negative", "treatment_decision": "surgery"}
    shown = {"mri_result": "cord_compression", "treatment_decision": "surgery"}

    assert "treatment_decision" not in answered(Chart(PATHWAY.findings, values))
    assert "treatment_decision" in answered(Chart(PATHWAY.findings, shown))


def test_a_hidden_question_is_not_asked_for_its_time_either():
    """`exists` would be false in the form: it holds no answer to the hidden question."""
    timed = {"mri_result": "metastasis", "treatment_decision": Observation("not_yet", at=NOON)}

    assert not {"treatment_decision", "treatment_decision.at"} & answered(Chart(PATHWAY.findings, timed)).keys()


@pytest.mark.parametrize("reason", WhyUnknown)
def test_an_unknown_keeps_its_reason(reason):
    item = answered(Chart(PATHWAY.findings, {"fever": Observation(None, reason=reason)}))["fever"]

    assert "answer" not in item
    assert [reason.value] == [extension["valueCode"] for extension in item["extension"]]


def test_what_was_worked_out_is_no_answer():
    chart = evolve_entries(Chart(PATHWAY.findings), {"sins_total": Known(Decimal(7), calculated=True)})

    assert {} == answered(chart)


@pytest.mark.parametrize(
    ("finding", "value", "said"),
    [
        ("crp", Range(Decimal(0), Decimal(5)), "<="),
        ("crp", Range(Decimal(500), Decimal(1000)), ">="),
        ("crp", Range(Decimal(5), Decimal(50)), None),
        ("lowest_mrc_power", Range(Decimal(0), Decimal(3)), None),
    ],
)
def test_a_range_is_a_limit_or_not_known(finding, value, said):
    chart = evolve_entries(Chart(PATHWAY.findings), {finding: Known(value)})
    item = answered(chart)[finding]

    assert said == (item["answer"][0]["valueQuantity"]["comparator"] if "answer" in item else None)


def test_an_answer_keeps_its_unit_and_its_time():
    chart = Chart(PATHWAY.findings, {"calcium_total": Observation(Quantity("11.20", "mg/dL"), NOON)})
    items = answered(chart)

    assert "11.20" == str(items["calcium_total"]["answer"][0]["valueQuantity"]["value"])
    assert [{"valueDateTime": NOON.isoformat()}] == items["calcium_total.at"]["answer"]


def test_the_time_of_an_absence_is_kept_though_the_form_doesn_t_ask_it():
    items = answered(Chart(PATHWAY.findings, {"fever": Observation(False, NOON)}))

    assert "fever.at" not in items
    assert [NOON.isoformat()] == [extension["valueDateTime"] for extension in items["fever"]["answer"][0]["extension"]]


def test_a_chart_that_says_nothing_has_no_items():
    response = to_questionnaire_response(assess(PATHWAY, Chart(PATHWAY.findings), at=NOON), PATIENT)

    assert "item" not in response
    assert f"{FORM['url']}|{FORM['version']}" == response["questionnaire"]
