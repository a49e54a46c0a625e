"""Answers to our Questionnaire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from spineworkup.entries import WhyUnknown
from spineworkup.fhir.from_bundle import from_bundle
from tests.fhir.records import (
    AT,
    CANONICAL,
    answer,
    answers,
    bundle,
    imported,
    kinds,
    own,
    pathway,
    patient,
    quantity,
    reason,
)

EIGHT = "2026-11-20T08:00:00Z"
OPTION = own("options-cancer-history", "current")


def read(*items: dict[str, Any], **more: Any) -> Any:
    return from_bundle(answers(*items, **more), pathway(), at=AT)


WEAK = answer("limb_weakness", valueBoolean=True)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (WEAK, {"limb_weakness": True}),
        (answer("limb_weakness", valueBoolean=False), {"limb_weakness": False}),
        (answer("bladder_dysfunction", valueBoolean=False), {"bladder_dysfunction": False}),
        (answer("limb_weakness", valueString="yes"), {}),
        (answer("limb_weakness", valueCoding={"code": "yes"}), {}),
        (answer("cancer_history", valueCoding={"system": OPTION[0], "code": "current"}), {"cancer_history": "current"}),
        (answer("cancer_history", valueCoding={"code": "current"}), {}),
        (answer("cancer_history", valueString="current"), {}),
        (answer("cancer_history", valueCoding={"display": "Current cancer"}), {}),
        (answer("calcium_total", valueQuantity=quantity(Decimal("2.95"))), {"calcium_total": Decimal("2.95")}),
        (answer("calcium_total", valueDecimal=Decimal("2.95")), {}),
        (answer("inr", valueDecimal=Decimal("1.1")), {"inr": Decimal("1.1")}),
        (answer("age_years", valueInteger=67), {"age_years": Decimal(67)}),
        (answer("tea", valueBoolean=True), {}),
        ({"linkId": "limb_weakness"}, {}),
        ({"linkId": "limb_weakness", "answer": []}, {}),
        ({"linkId": "limb_weakness", "answer": {"valueBoolean": True}}, {}),
        ({"answer": [{"valueBoolean": True}]}, {}),
    ],
)
def test_an_answer_of_each_kind(item: dict[str, Any], expected: dict[str, Any]):
    assert expected == read(item).chart.facts


def test_groups_and_answers_hold_further_questions():
    inner = {"linkId": "fever", "answer": [{"valueBoolean": True, "item": [WEAK]}]}

    assert {"fever": True, "limb_weakness": True} == read({"linkId": "group-x", "item": [{"linkId": "y", "item": [inner]}]}).chart.facts


@pytest.mark.parametrize("status", ["completed", "amended", "in-progress", "stopped", "entered-in-error", "", "x", None])
def test_of_each_status(status: Any):
    result = read(WEAK, status=status)

    assert (status in ("completed", "amended", "in-progress")) == bool(result.chart.facts)
    assert (status == "in-progress") == (kinds(result) == {"preliminary"})
    assert {} == read(WEAK, status=status, modifierExtension=[{}]).chart.facts


@pytest.mark.parametrize(
    ("named", "counts"),
    [
        (None, True),
        (f"{CANONICAL}/Questionnaire/metastatic-spine|0.1.0", True),
        (f"{CANONICAL}/Questionnaire/metastatic-spine", True),
        ("https://other.example/Questionnaire/spine", False),
        (f"{CANONICAL}.evil.example/Questionnaire/metastatic-spine", False),
    ],
)
def test_only_answers_to_our_own_questions_count(named: str | None, counts: bool):
    more = {} if named is None else {"questionnaire": named}

    assert counts == bool(read(WEAK, **more).chart.facts)
    assert ("used" if counts else "unmapped") == read(WEAK, **more).report.lines[0].outcome


SEEN_AT = {"url": f"{CANONICAL}/StructureDefinition/seen-at", "valueDateTime": "2026-11-20T07:00:00Z"}


@pytest.mark.parametrize(
    ("items", "hour"),
    [
        ([WEAK], 8),
        ([WEAK, answer("limb_weakness.at", valueDateTime="2026-11-20T06:00:00Z")], 6),
        ([WEAK, answer("limb_weakness.at", valueDateTime="soon")], 8),
        ([answer("limb_weakness", valueBoolean=False), answer("limb_weakness.at", valueDateTime="2026-11-20T06:00:00Z")], 8),
        ([answer("limb_weakness", valueBoolean=False, extension=[SEEN_AT])], 7),
        ([answer("limb_weakness", valueBoolean=True, extension=[SEEN_AT]), answer("limb_weakness.at", valueDateTime="2026-11-20T06:00:00Z")], 7),
    ],
)
def test_when_it_was_seen(items: list[dict[str, Any]], hour: int):
    assert hour == read(*items, authored=EIGHT).chart.times["limb_weakness"].hour


def test_nobody_wrote_down_when():
    assert {} == read(WEAK).chart.times
    assert {"bad_time"} == kinds(read(WEAK, authored="2026-11-20T08:00:00"))
    assert {"bad_time"} == kinds(read(WEAK, answer("limb_weakness.at", valueDateTime="soon")))


def test_clocks():
    result = read(answer("clocks.suspicion", valueDateTime=EIGHT), answer("clocks.tea", valueDateTime=EIGHT))

    assert {"suspicion": datetime(2026, 11, 20, 8, tzinfo=UTC)} == result.chart.clocks
    assert {"unmapped_answers"} == kinds(result)


@pytest.mark.parametrize("why", [*(one.value for one in WhyUnknown), "x"])
def test_a_question_may_say_why_it_has_no_answer(why: str):
    url = f"{CANONICAL}/StructureDefinition/why-unknown"
    result = read({"linkId": "limb_weakness", "extension": [{"url": url, "valueCode": why}]})

    assert (why if why != "x" else "not_recorded") == reason(result, "limb_weakness")
    assert {} == read({"linkId": "limb_weakness", "extension": [{"url": "x", "valueCode": why}]}).chart.facts


def test_two_answers_that_differ_are_a_conflict():
    both = {"linkId": "fever", "answer": [{"valueBoolean": True}, {"valueBoolean": False}]}

    assert ("fever",) == read(both).report.conflicting


def test_alone_it_may_leave_out_whom_it_is_about_and_among_others_not():
    assert {"limb_weakness": True} == from_bundle(bundle(answers(WEAK)), pathway(), at=AT).chart.facts
    assert {} == imported(patient(), answers(WEAK)).chart.facts
    assert {"limb_weakness": True} == imported(patient(), answers(WEAK, subject={"reference": "Patient/1"})).chart.facts
