"""What holds for every pathway and every chart, drawn at random, beside the invariants of the kit (tests/kit/test_invariants.py)."""

import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.assessment import assess
from spineworkup.charts import Chart, evolve_entries
from spineworkup.checklists import Status
from spineworkup.criteria import Not
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.plan import plan
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency
from tests.strategies import (
    DRAWN,
    NODES,
    NOON,
    VOCABULARY,
    chart_of,
    facts,
    leaves,
    pathways,
    surroundings,
)

drawing = st.data()
OPEN = (Status.UNDETERMINED, Status.CONTRAINDICATED, Status.WAITING, Status.DUE)


def checklist_of(pathway, values, around=None, now=NOON):
    checklist = assess(pathway, chart_of(pathway, values, around or {}), at=now)
    DRAWN.update(item.status.value for item in checklist.items)
    return checklist


def simple(checklist):
    """What a checklist says of each step, but for the words."""
    return [
        (i.step.id, i.status, i.urgency, i.due, i.overdue, i.clear_to_proceed, i.instead, i.progress, i.reasons, i.against, i.asks)
        for i in checklist.items
    ]  # fmt: skip


@given(pathways(), facts)
def test_the_plan_answers_every_criterion_as_the_specification_does(pathway, values):
    """Parts that criteria share are answered once, and still mean the same."""
    prepared = plan(pathway)
    truths = prepared.truths(values)
    for step in prepared.steps:
        for planned in (*step.own, *step.absolute, *step.relative, *step.cautions):
            assert evaluate(planned.rule.when, values) is truths[planned.place]


@given(pathways(), facts, drawing)
def test_every_step_is_there_once_and_says_why(pathway, values, data):
    checklist = checklist_of(pathway, values, data.draw(surroundings(pathway)))

    assert sorted(pathway.steps) == sorted(item.step.id for item in checklist.items)
    assert list(pathway.in_order) == [item.step.id for item in checklist.items]
    for item in checklist.items:
        assert item is checklist.item(item.step.id)
        assert item.status not in OPEN or item.reasons
        assert item.overdue is (item.due is not None and item.due < NOON)


@given(pathways(), facts)
def test_questions_ask_only_what_is_not_known_the_most_urgent_first(pathway, values):
    checklist = checklist_of(pathway, values)
    asked = [question for question in checklist.questions if question.id in VOCABULARY]

    exact = {id_ for id_, value in values.items() if not isinstance(value, Range)}
    assert not {question.id for question in asked} & exact
    assert len(asked) == len({question.id for question in asked})
    ranks = [question.could_reach for question in checklist.questions]
    assert ranks == sorted(ranks, reverse=True)
    for question in checklist.questions:
        assert question.steps and question.label and question.ask
        assert all(question.id in checklist.item(step).questions for step in question.steps)


@given(pathways(), facts, st.sampled_from(list(WhyUnknown)), st.sampled_from(list(VOCABULARY)))
def test_every_way_not_to_know_is_the_same_but_for_the_notice(pathway, values, reason, finding):
    values.pop(finding, None)
    bare = chart_of(pathway, values, {})
    told = evolve_entries(bare, {**bare.entries, finding: Unknown(reason)})

    one, other = assess(pathway, bare, at=NOON), assess(pathway, told, at=NOON)

    assert simple(one) == simple(other)
    expected = [] if reason is WhyUnknown.NOT_RECORDED else [(reason.value, finding)]
    assert expected == [(notice.kind, notice.finding) for notice in other.notices]


@given(pathways(), facts, drawing)
def test_a_guard_that_is_false_leaves_nothing_indicated(pathway, values, data):
    guard = data.draw(leaves)
    guarded = pathway.when(guard)
    truth = evaluate(guard, values)
    for item, whole in zip(checklist_of(guarded, values).items, checklist_of(pathway, values).items, strict=True):
        if truth is Truth.FALSE:
            assert item.urgency.highest is Urgency.NONE
        if truth is Truth.TRUE:
            assert (item.status, item.urgency) == (whole.status, whole.urgency)
    assert evaluate(Not(guard), values) is not truth or truth is Truth.UNKNOWN


@given(pathways(), facts)
@settings(max_examples=50)
def test_a_part_of_a_pathway_says_the_same_of_its_steps(pathway, values):
    whole = checklist_of(pathway, values)
    for step in pathway.steps:
        part = checklist_of(pathway.only(step), values)
        # What stands before it may pass on its indications, and isn't needed by it.
        if not any(second == step for _, second in pathway.fallbacks):
            one, other = whole.item(step), part.item(step)
            assert (one.urgency, one.reasons) == (other.urgency, other.reasons)


def test_no_kind_was_missed():
    test_every_step_is_there_once_and_says_why()

    assert {*NODES, *(status.value for status in Status), "Range"} - DRAWN == set()


def test_a_range_is_known_as_far_as_it_goes():
    chart = evolve_entries(Chart(VOCABULARY), {"power": Known(Range(Decimal(1), Decimal(3)))})

    assert "1 to 3" == VOCABULARY["power"].show(chart.facts["power"])


SCRIPT = """
import json
from spineworkup import Chart, assess, load_pathway
from spineworkup.moments import read_time
from spineworkup.render.to_json import to_json
pathway = load_pathway("metastatic_spine", ["us"])
values = {"weight_loss": True, "cancer_history": "past", "calcium_total": "2.95 mmol/L", "albumin": "28 g/L", "back_pain": True}
chart = Chart(pathway.findings, values, clocks={"suspicion": read_time("2026-11-20T09:00:00+00:00")}, not_available=["mri_whole_spine"])
checklist = assess(pathway, chart, at=read_time("2026-11-20T12:00:00+00:00"))
print(json.dumps(to_json(checklist)))
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_every_process_says_the_same(zone):
    """Whatever the seed of hashes, the time zone of the machine or its language."""
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C" if seed == "1" else "C.UTF-8"}
        run = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
        assert "" == run.stderr
        outputs.add(run.stdout)
    (output,) = outputs
    assert json.loads(output)["pathway"]["overlays"] == ["us"]
