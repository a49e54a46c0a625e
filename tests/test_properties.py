"""What holds for every pathway and every chart, drawn at random."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.assessment import assess
from spineworkup.charts import Chart, Known, Unknown, WhyUnknown, evolve_entries
from spineworkup.checklists import Status
from spineworkup.criteria import Not
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.plan import plan
from spineworkup.pathways import Pathway, Rule
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency
from tests.strategies import (
    DRAWN,
    NODES,
    NOON,
    VOCABULARY,
    chart_of,
    completed,
    facts,
    leaves,
    pathways,
    refinements,
    surroundings,
    values_of,
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


@given(pathways(), refinements(), drawing)
def test_learning_more_narrows_the_urgency(pathway, pair, data):
    around = data.draw(surroundings(pathway))
    before, after = (checklist_of(pathway, values, around).urgency for values in pair)

    assert before.lowest <= after.lowest <= after.highest <= before.highest


@given(pathways(), facts, drawing)
def test_the_interval_holds_every_completion(pathway, values, data):
    whole = checklist_of(pathway, values).urgency
    exact = checklist_of(pathway, data.draw(completed(values))).urgency

    assert exact.is_settled
    assert whole.lowest <= exact.lowest <= whole.highest


@given(pathways(), refinements(), drawing)
def test_a_contraindication_stays_once_it_is_known(pathway, pair, data):
    """Unless the step is no longer open: a result may make it done."""
    around = data.draw(surroundings(pathway))
    before, after = (checklist_of(pathway, values, around) for values in pair)
    for one, other in zip(before.items, after.items, strict=True):
        if one.status is Status.CONTRAINDICATED:
            assert other.status in (Status.CONTRAINDICATED, Status.DONE, Status.NOT_INDICATED, Status.UNDETERMINED)
        if one.status is Status.NOT_INDICATED and not one.step.done_when and not pathway.fallbacks:
            assert other.status is Status.NOT_INDICATED


@given(pathways(), facts, drawing)
def test_every_step_is_there_once_and_says_why(pathway, values, data):
    checklist = checklist_of(pathway, values, data.draw(surroundings(pathway)))

    assert sorted(pathway.steps) == sorted(item.step.id for item in checklist.items)
    assert list(pathway.in_order) == [item.step.id for item in checklist.items]
    for item in checklist.items:
        assert item is checklist.item(item.step.id)
        assert item.status not in OPEN or item.reasons
        assert item.overdue is (item.due is not None and item.due < NOON)


@given(pathways(), facts, drawing)
def test_never_due_while_contraindicated_and_clear_only_when_nothing_is_open(pathway, values, data):
    checklist = checklist_of(pathway, values, data.draw(surroundings(pathway)))
    for item in checklist.items:
        truths = {
            kind: [evaluate(r.when, values) for r in item.step.contraindications if r.kind == kind]
            for kind in ("absolute", "relative")
        }
        if item.status in (Status.DUE, Status.WAITING):
            assert Truth.TRUE not in truths["absolute"]
        if item.status is Status.CONTRAINDICATED:
            assert Truth.TRUE in truths["absolute"]
        if item.clear_to_proceed:
            assert item.status is Status.DUE
            assert {*truths["absolute"], *truths["relative"]} <= {Truth.FALSE}
            assert all(finding in values for finding in item.step.checks)
            assert item.step.id not in checklist.chart.not_available


@given(pathways(), facts, drawing)
def test_what_takes_over_is_there_and_due_no_later(pathway, values, data):
    around = {**data.draw(surroundings(pathway)), "steps": {}}
    checklist = checklist_of(pathway, values, around)
    for item in checklist.items:
        if item.instead is None:
            continue
        other = checklist.item(item.instead)
        assert other.step.id in pathway.stand_ins[item.step.id]
        # Between them may be a step that was done already and so passes nothing on.
        if other.status is Status.DONE or (item.step.id, other.step.id) not in pathway.fallbacks:
            continue
        assert other.status in OPEN
        assert other.urgency.lowest >= item.urgency.lowest
        if item.due is not None and item.status is not Status.UNDETERMINED:
            assert other.due is not None and other.due <= item.due


@given(pathways(leaves), facts, drawing)
def test_nothing_that_is_not_asked_changes_the_answer(pathway, values, data):
    """Whatever becomes known of what no question asks for, urgency and statuses stay."""
    bare = evolve(pathway, steps={id_: evolve(s, done_when=None) for id_, s in pathway.steps.items()})
    before = checklist_of(bare, values)
    asked = {question.id for question in before.questions}
    rest = {
        id_: data.draw(values_of(finding))
        for id_, finding in VOCABULARY.items()
        if id_ not in asked and id_ not in values
    }
    after = checklist_of(bare, values | rest)

    assert before.urgency == after.urgency
    for one, other in zip(before.items, after.items, strict=True):
        assert (one.status, one.clear_to_proceed) == (other.status, other.clear_to_proceed)


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
def test_not_known_is_at_least_as_urgent_as_absent(pathway, values, data):
    finding = data.draw(st.sampled_from([id_ for id_, f in VOCABULARY.items() if f.kind.value == "boolean"]))
    unknown = {id_: value for id_, value in values.items() if id_ != finding}

    assert checklist_of(pathway, unknown).urgency.highest >= checklist_of(pathway, unknown | {finding: False}).urgency.highest


@given(pathways(), facts, drawing)
def test_the_order_of_values_and_of_rules_changes_nothing(pathway, values, data):
    around = data.draw(surroundings(pathway))
    shuffled = dict(data.draw(st.permutations(list(values.items()))))
    steps = dict(data.draw(st.permutations(list(pathway.steps.items()))))
    other = evolve(pathway, steps=steps, findings=dict(reversed(pathway.findings.items())))

    one, two = checklist_of(pathway, values, around), checklist_of(other, shuffled, around)

    assert simple(one) == simple(two)
    assert (one.urgency, one.notices, one.receipt) == (two.urgency, two.notices, two.receipt)
    assert one.questions == two.questions


SHIFTS = st.sampled_from([timedelta(hours=h) for h in (1, 24, 24 * 150, -24 * 200)] + [timedelta(days=146_097)])


@given(pathways(), facts, drawing, SHIFTS, st.sampled_from(["UTC", "Europe/London", "Asia/Kathmandu"]))
def test_shifting_all_times_shifts_every_due_time_and_nothing_else(pathway, values, data, shift, zone):
    around = data.draw(surroundings(pathway))
    place = ZoneInfo(zone)

    def moved(moment):
        return (moment + shift).astimezone(place)

    later = {
        "times": {id_: moved(t) for id_, t in around["times"].items()},
        "clocks": {id_: moved(t) for id_, t in around["clocks"].items()},
        "steps": {id_: evolve(e, at=moved(e.at)) for id_, e in around["steps"].items()},
        "not_available": around["not_available"],
    }
    one, other = checklist_of(pathway, values, around), checklist_of(pathway, values, later, moved(NOON))

    assert one.urgency == other.urgency
    for before, after in zip(one.items, other.items, strict=True):
        assert (before.due and before.due + shift) == after.due
        assert (before.status, before.overdue, before.questions) == (after.status, after.overdue, after.questions)


@given(pathways(), facts, drawing, st.integers(0, 10_000))
def test_a_due_time_does_not_depend_on_when_one_asks(pathway, values, data, hours):
    around = data.draw(surroundings(pathway))
    one = checklist_of(pathway, values, around)
    other = checklist_of(pathway, values, around, NOON + timedelta(hours=hours))

    assert [item.due for item in one.items] == [item.due for item in other.items]


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
def test_assess_changes_nothing_and_says_the_same_again(pathway, values):
    chart = chart_of(pathway, values, {})
    before, digest, content = dict(chart.entries), chart.digest, pathway.hash

    assert assess(pathway, chart, at=NOON) == assess(pathway, chart, at=NOON)
    assert (before, digest, content) == (chart.entries, chart.digest, pathway.hash)


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


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, False], WhyUnknown.CONFLICT),
        ([False, True, True], WhyUnknown.CONFLICT),
    ],
)
def test_a_conflict_is_as_urgent_as_the_worst_of_what_was_said(values, expected):
    red = Rule("r", leaf("weakness"), "Says", urgency=Urgency.IMMEDIATE)
    pathway = Pathway.of(evolve(_step(), indications=(red,)), findings=VOCABULARY.values())
    chart = Chart(VOCABULARY, {"weakness": values})

    checklist = assess(pathway, chart, at=NOON)

    assert expected is chart.entry("weakness").reason
    assert Urgency.IMMEDIATE is checklist.urgency.highest
    assert ["weakness"] == [question.id for question in checklist.questions]


def leaf(finding):
    from spineworkup.criteria import Present

    return Present(finding)


def _step():
    from spineworkup.pathways import Step

    return Step("mri", "MRI")


def test_a_range_is_known_as_far_as_it_goes():
    chart = evolve_entries(Chart(VOCABULARY), {"power": Known(Range(Decimal(1), Decimal(3)))})

    assert "1 to 3" == VOCABULARY["power"].show(chart.facts["power"])


SCRIPT = """
import json
from spineworkup import Chart, assess, load_pathway
from spineworkup.charts import read_time
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
