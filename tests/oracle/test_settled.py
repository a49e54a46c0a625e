"""Where the engine once didn't do what the documents say, as the second evaluator found: one smallest input each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from spineworkup.assessment import assess
from spineworkup.charts import Chart, StepEvent
from spineworkup.criteria import ALWAYS, AnyOf, Comparator, Compare, Present
from spineworkup.entries import Observation
from spineworkup.findings import Derivation, Finding, Kind, Quantity
from spineworkup.pathways import Pathway, Prerequisite, Rule, Step
from spineworkup.readings import Status
from spineworkup.scores import Additive, Score
from spineworkup.urgency import Urgency
from tests.oracle.compare import Input, difference
from tests.oracle.generate import NOON

FEVER, PAIN, WEAKNESS = (Present(name) for name in ("fever", "pain", "weakness"))
SIGNS = {name: Finding(name, name, Kind.BOOLEAN) for name in ("fever", "pain", "weakness")}
HOUR = timedelta(hours=1)


def ago(hours):
    return NOON - timedelta(hours=hours)


def rule(id_, when, hours=None, start="", **more):
    return Rule(id_, when, "", within=None if hours is None else timedelta(hours=hours), start=start, **more)


def mri(*indications, **more):
    return Step("mri", "MRI", indications=indications, **more)


def given(*steps, values, findings=SIGNS, fallbacks=(), scores=(), **chart):
    pathway = Pathway(
        steps={step.id: step for step in steps},
        findings=findings,
        fallbacks=fallbacks,
        scores={score.id: score for score in scores},
    )
    return Input(pathway, Chart(findings, values, **chart), NOON)


def performed(step, hours):
    return {"steps": {step: StepEvent("performed", ago(hours))}}


def a_stand_in_that_is_not_needed():
    """CT isn't indicated *because* there is no fever, which lets MRI be done."""
    unsafe = rule("unsafe", FEVER, kind="absolute")
    steps = mri(rule("r", PAIN), contraindications=(unsafe,)), Step("ct", "CT")
    return given(*steps, values={"fever": False, "pain": True}, fallbacks=[("mri", "ct")])


def a_score_that_is_complete_and_still_a_range():
    """3 or 4 points where 4 decide, every item known: the step is undetermined and nothing is asked."""
    score = Score("points", "", Additive({"size": {"small": (3, 4)}}, ()))
    size = Finding("size", "", Kind.CHOICE, options={"small": ""})
    findings = {"size": size, "points_total": Finding("points_total", "", Kind.NUMBER)}
    high = Compare("points_total", Comparator.AT_LEAST, Decimal(4))
    return given(mri(rule("r", high)), values={"size": "small"}, findings=findings, scores=[score])


def a_derived_value_past_its_age():
    unit = {"unit": "mmol/L", "molar_mass": Decimal("40.078")}
    by = Derivation("adjusted_calcium", ("calcium_total", "albumin"))
    findings = {
        "calcium_total": Finding("calcium_total", "", Kind.QUANTITY, **unit),
        "albumin": Finding("albumin", "", Kind.QUANTITY, unit="g/L"),
        "calcium_adjusted": Finding("calcium_adjusted", "", Kind.QUANTITY, max_age=HOUR, derived=by, **unit),
    }
    values = {
        "calcium_total": Observation(Quantity("3.0", "mmol/L"), ago(2)),
        "albumin": Observation(Quantity("40", "g/L"), ago(2)),
    }
    high = Compare("calcium_adjusted", Comparator.MORE, Decimal("2.6"))
    return given(mri(rule("r", high)), values=values, findings=findings)


def a_stand_in_that_has_to_be_done_again():
    """MRI can't be had; CT was done, then weakness came: CT is due again, and the biopsy doesn't wait for it."""
    steps = mri(rule("r", WEAKNESS)), Step("ct", "CT"), biopsy("mri")
    values = {"weakness": Observation(True, ago(1))}
    chart = {"not_available": ["mri"], **performed("ct", 2)}
    return given(*steps, values=values, fallbacks=[("mri", "ct")], **chart)


def biopsy(after):
    indications = (rule("tissue", ALWAYS),)
    return Step("biopsy", "", indications=indications, prerequisites=(Prerequisite(after),))


def one_more_fact_after_the_end():
    """Weakness an hour after the MRI asks for it again; fever another hour later puts the time off by an hour."""
    either = rule("r", AnyOf((WEAKNESS, FEVER)), 24, "suspicion")
    values = {"weakness": Observation(True, ago(2)), "fever": Observation(True, ago(1))}
    return given(mri(either), values=values, clocks={"suspicion": ago(9)}, **performed("mri", 3))


def a_fact_without_a_time_beside_the_one_that_asks_again():
    either = rule("r", AnyOf((WEAKNESS, FEVER)), 24, "onset")
    values = {"weakness": True, "fever": Observation(True, ago(1))}
    return given(mri(either), values=values, **performed("mri", 3))


def one_more_sign_without_a_time():
    """Weakness since an hour gives a deadline; fever, nobody knows since when, takes it away."""
    either = rule("r", AnyOf((WEAKNESS, FEVER)), 24, "onset")
    return given(mri(either), values={"weakness": Observation(True, ago(1)), "fever": True})


def a_deadline_that_was_met():
    """The MRI was done in time; asked for again by fever, it is shown as overdue since before it was done."""
    rules = rule("now", PAIN, 1, "suspicion", urgency=Urgency.IMMEDIATE), rule("r", FEVER, 24, "suspicion")
    values = {"pain": Observation(True, ago(9)), "fever": Observation(True, ago(1))}
    return given(mri(*rules), values=values, clocks={"suspicion": ago(9)}, **performed("mri", 8.5))


INPUTS = [
    a_stand_in_that_is_not_needed,
    a_score_that_is_complete_and_still_a_range,
    a_derived_value_past_its_age,
    a_stand_in_that_has_to_be_done_again,
    one_more_sign_without_a_time,
    one_more_fact_after_the_end,
    a_fact_without_a_time_beside_the_one_that_asks_again,
    a_deadline_that_was_met,
]


@pytest.mark.parametrize("make", INPUTS, ids=[make.__name__ for make in INPUTS])
def test_the_engine_does_what_the_documents_say(make):
    assert "" == difference(make())


def item(make, step="mri"):
    given_ = make()
    return assess(given_.pathway, given_.chart, at=given_.at).item(step)


def test_what_each_of_them_came_to():
    """In words, as the two evaluators could be wrong together."""
    assert ago(2) + timedelta(hours=24) == item(one_more_fact_after_the_end).due
    assert ago(1) + timedelta(hours=24) == item(a_fact_without_a_time_beside_the_one_that_asks_again).due
    assert ago(1) + timedelta(hours=24) == item(one_more_sign_without_a_time).due
    assert ago(1) + HOUR == item(a_deadline_that_was_met).due
    assert ("points_total",) == item(a_score_that_is_complete_and_still_a_range).questions
    assert Status.WAITING is item(a_stand_in_that_has_to_be_done_again, "biopsy").status
    assert Status.UNDETERMINED is item(a_derived_value_past_its_age).status
    assert {"pain": "present", "fever": "absent"} == item(a_stand_in_that_is_not_needed, "ct").reasons[0].facts
