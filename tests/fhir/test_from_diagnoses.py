"""Every cell of status x verification x modifier, and what several diagnoses say together."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from spineworkup.fhir.from_bundle import assess_imported
from spineworkup.findings import OTHER_STATUSES
from tests.fhir.records import (
    AT,
    ICD,
    NUMBNESS,
    RETENTION,
    SNOMED,
    TERMINOLOGY,
    WEAKNESS,
    concept,
    condition,
    facts,
    imported,
    kinds,
    observation,
    outcome,
    own,
    pathway,
    patient,
    reason,
    resource,
    suspicion,
)

CLINICAL = ("active", "recurrence", "relapse", "inactive", "remission", "resolved", "", "misspelt")
SURE = ("confirmed", "", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error", "misspelt")
YES, NO, OPEN, IGNORED = "present", "absent", "not known", "ignored"
# Rows: how sure. Columns: in the order of CLINICAL.
MATRIX = {
    "confirmed": (YES, YES, YES, OPEN, OPEN, NO, OPEN, OPEN),
    "": (YES, YES, YES, OPEN, OPEN, NO, OPEN, OPEN),
    "unconfirmed": (OPEN,) * 8,
    "provisional": (OPEN,) * 8,
    "differential": (OPEN,) * 8,
    "refuted": (NO,) * 8,
    "entered-in-error": (IGNORED,) * 8,
    "misspelt": (OPEN,) * 8,
}
CELLS = [(clinical, sure, MATRIX[sure][place]) for sure in SURE for place, clinical in enumerate(CLINICAL)]


def said_of(finding: str, *resources: dict[str, Any]) -> str:
    result = imported(*resources)
    known = result.chart.facts.get(finding)
    if known is not None:
        return YES if known is True else NO
    return OPEN if result.report.lines[-1].finding else IGNORED


@pytest.mark.parametrize(("clinical", "sure", "expected"), CELLS)
def test_what_a_diagnosis_says_of_something_present_or_absent(clinical: str, sure: str, expected: str):
    """Its end counts in this workup only: see below."""
    end = {"abatementDateTime": "2026-11-20T09:00:00Z"} if expected == NO else {}
    fear = condition(own("findings", "claustrophobia"), clinical, sure, **end)

    assert expected == said_of("claustrophobia", suspicion("2026-11-20T08:00:00Z"), fear)


@pytest.mark.parametrize(("clinical", "sure", "expected"), CELLS)
def test_of_a_red_flag_no_diagnosis_without_its_time_says_that_it_is_absent(clinical: str, sure: str, expected: str):
    """A weakness that was refuted, or that ended some day, is no examination of today: it has to be asked."""
    result = imported(condition(WEAKNESS, clinical, sure))

    assert (OPEN if expected == NO else expected) == said_of("limb_weakness", condition(WEAKNESS, clinical, sure))
    assert (expected in (NO, OPEN)) is ("diagnosis_not_counted" in kinds(result))


@pytest.mark.parametrize(("clinical", "sure"), list(product(CLINICAL, SURE)))
@pytest.mark.parametrize("modifier", [{"modifierExtension": [{"url": "x"}]}, {"implicitRules": "x"}, {"note": [{"modifierExtension": []}]}])
def test_with_a_modifier_nothing_of_it_counts(clinical: str, sure: str, modifier: dict[str, Any]):
    result = imported(condition(WEAKNESS, clinical, sure, **modifier))

    assert {} == result.chart.entries
    assert ["ignored"] == [line.outcome for line in result.report.lines]
    assert {"unusable_records"} == kinds(result)


@pytest.mark.parametrize(("clinical", "sure", "expected"), CELLS)
def test_of_a_kind_of_the_finding_only_the_presence_is_said(clinical: str, sure: str, expected: str):
    """Retention that was refuted leaves incontinence open."""
    assert (OPEN if expected == NO else expected) == said_of("bladder_dysfunction", condition(RETENTION, clinical, sure))


@pytest.mark.parametrize(("clinical", "sure", "expected"), CELLS)
def test_our_own_code_is_the_finding_itself(clinical: str, sure: str, expected: str):
    since = {"abatementDateTime": "2026-11-20T09:00:00Z"} if clinical == "resolved" else {}
    ended = condition(own("findings", "bladder_dysfunction"), clinical, sure, **since)
    # A red flag: that it was refuted says nothing of today.
    wanted = OPEN if sure == "refuted" else expected

    assert wanted == said_of("bladder_dysfunction", suspicion("2026-11-20T08:00:00Z"), ended)


BREAST = (SNOMED, "254837009")


@pytest.mark.parametrize(
    ("clinical", "sure", "expected"),
    [
        ("active", "confirmed", "current"),
        ("relapse", "", "current"),
        ("remission", "confirmed", "past"),
        ("inactive", "confirmed", "past"),
        ("resolved", "", "past"),
        ("active", "provisional", "suspected"),
        ("resolved", "differential", "suspected"),
        ("", "unconfirmed", "suspected"),
        ("", "confirmed", None),
        ("active", "refuted", None),
        ("active", "entered-in-error", None),
        ("active", "misspelt", None),
        ("misspelt", "confirmed", None),
    ],
)
def test_what_a_diagnosis_says_of_a_choice(clinical: str, sure: str, expected: str | None):
    assert expected == facts(condition(BREAST, clinical, sure)).get("cancer_history")


def test_a_refuted_cancer_is_not_no_cancer():
    assert "" != reason(imported(condition(BREAST, "active", "refuted")), "cancer_history")


@pytest.mark.parametrize("status", OTHER_STATUSES)
def test_what_status_options_does_not_name_stays_not_known(status: str):
    """The site of a cancer that is over, or only suspected, isn't in the rules: it is asked."""
    clinical, sure = (status, "confirmed") if status in ("inactive", "remission", "resolved") else ("active", status)
    result = imported(condition((SNOMED, "372137005"), clinical, sure))

    assert "cancer_primary" not in result.chart.facts
    assert "diagnosis_not_counted" in kinds(result)


def test_one_code_may_speak_of_several_findings():
    assert {"cancer_history": "current", "cancer_primary": "myeloma", "haematological_malignancy": "confirmed"} == facts(
        condition((SNOMED, "109989006"))
    )


@pytest.mark.parametrize("code", ["71286001", "94602001", "363346000"])
def test_a_diagnosis_never_says_what_a_test_found(code: str):
    results = {finding for step in pathway().steps.values() for finding in step.produces}

    assert set() == results & facts(condition((SNOMED, code))).keys()


def test_of_two_cancers_the_surest_counts():
    past, now, maybe = condition(BREAST, "remission"), condition((SNOMED, "93880001")), condition((SNOMED, "118600007"), sure="provisional")

    assert "current" == facts(past, now, maybe)["cancer_history"]
    assert "past" == facts(past, maybe)["cancer_history"]
    assert "suspected" == facts(maybe)["cancer_history"]


def test_history_of_a_cancer_is_a_past_cancer():
    assert {"cancer_history": "past", "cancer_primary": "breast"} == facts(condition((ICD, "Z85.3")))


def test_an_answer_and_a_diagnosis_that_disagree_are_a_conflict():
    none = observation(own("findings", "cancer_history"), valueCodeableConcept=concept(own("options-cancer-history", "none")))

    assert ("cancer_history",) == imported(none, condition(BREAST)).report.conflicting


# In the course of time


def weak(value: bool, at: str | None = None) -> dict[str, Any]:
    when = {} if at is None else {"effectiveDateTime": at}
    return observation(WEAKNESS, valueBoolean=value, **when)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([weak(True, "2026-11-01"), condition(WEAKNESS, "resolved", abatementDateTime="2026-11-10")], False),
        ([weak(True, "2026-11-15"), condition(WEAKNESS, "resolved", abatementDateTime="2026-11-10")], True),
        ([weak(True, "2026-11-10T08:00:00Z"), condition(WEAKNESS, "resolved", abatementDateTime="2026-11-10")], "conflict"),
        ([weak(True), condition(WEAKNESS, "resolved", abatementDateTime="2026-11-10")], "conflict"),
        # An end without its time ends nothing.
        ([weak(True, "2026-11-01"), condition(WEAKNESS, "resolved")], True),
        ([weak(True, "2026-11-01"), weak(False, "2026-11-10")], "conflict"),
        ([weak(False, "2026-11-01"), weak(True, "2026-11-10")], True),
        ([weak(False), weak(True, "2026-11-10")], "conflict"),
        ([condition(WEAKNESS), condition(WEAKNESS, "resolved", abatementDateTime="2026-11-10")], True),
        ([condition(WEAKNESS, onsetDateTime="2019"), condition(WEAKNESS, "resolved", abatementDateTime="2026-11-10")], True),
        ([condition(WEAKNESS), weak(False, "2026-11-19T08:00:00Z")], "conflict"),
        ([condition(WEAKNESS), condition(WEAKNESS, sure="refuted")], True),
        ([condition(WEAKNESS, sure="provisional"), weak(False)], False),
        ([condition(WEAKNESS), condition(WEAKNESS, sure="provisional")], True),
    ],
)
def test_a_red_flag_is_lowered_by_its_recorded_end_only(records: list[dict[str, Any]], expected: bool | str):
    for ordered in (records, records[::-1]):
        result = imported(suspicion("2026-10-30T08:00:00Z"), *ordered)

        assert expected == result.chart.facts.get("limb_weakness", reason(result, "limb_weakness"))


@pytest.mark.parametrize(
    ("ended", "began", "expected"),
    [
        ("2019-05-01", None, None),
        ("2019-05-01", "2026-11-20T08:00:00Z", None),
        ("2026-11-20", "2026-11-20T08:00:00Z", None),  # that day, and perhaps before
        ("2026-11-20T07:59:59Z", "2026-11-20T08:00:00Z", None),
        ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z", False),
        (None, "2026-11-20T08:00:00Z", None),
    ],
)
@pytest.mark.parametrize("finding", ["limb_weakness", "claustrophobia"])
def test_an_end_says_absent_only_where_it_surely_came_in_this_workup(
    finding: str, ended: str | None, began: str | None, expected: bool | None
):
    since = {} if ended is None else {"abatementDateTime": ended}
    clock = [] if began is None else [suspicion(began)]
    result = imported(condition(own("findings", finding), "resolved", **since), *clock)

    assert expected is result.chart.facts.get(finding)
    assert (expected is None) is ("diagnosis_not_counted" in kinds(result))
    # It has to be asked, at the urgency that it could reach.
    asked = [question.id for question in assess_imported(result, pathway(), at=AT).questions]
    assert finding != "limb_weakness" or (expected is None) is (finding in asked)


@pytest.mark.parametrize("clock", [[], [suspicion("2026-11-20T08:00:00Z")]], ids=["no clock", "a clock"])
def test_an_end_before_this_workup_still_ends_what_came_before_it(clock: list[dict[str, Any]]):
    records = [weak(True, "2019-04-01"), condition(WEAKNESS, "resolved", abatementDateTime="2019-05-01"), *clock]

    assert "not_recorded" == reason(imported(*records), "limb_weakness")


def test_active_and_ended_is_a_contradiction():
    assert "conflict" == reason(imported(condition(WEAKNESS, abatementDateTime="2026-11-10")), "limb_weakness")
    assert "conflict" == reason(imported(condition(BREAST, abatementAge={"value": 60})), "cancer_history")


def test_since_when_is_the_onset_else_when_it_was_recorded():
    onset = imported(condition(WEAKNESS, onsetDateTime="2026-11-19T08:00:00Z", recordedDate="2026-11-20T08:00:00Z"))
    recorded = imported(condition(WEAKNESS, onsetAge={"value": 60}, recordedDate="2026-11-20T08:00:00Z"))

    assert (19, 20) == tuple(one.chart.times["limb_weakness"].day for one in (onset, recorded))


def test_a_diagnosis_of_tomorrow_is_none():
    result = imported(condition(WEAKNESS, onsetDateTime="2026-11-22"))

    assert "in_future" == reason(result, "limb_weakness")
    assert ("ignored", "its time is still to come") == outcome(condition(WEAKNESS, onsetDateTime="2026-11-22"))


def test_codes_of_one_concept_are_taken_together():
    both = {**condition(), "code": concept(NUMBNESS, (SNOMED, "73211009"), (ICD, "R20.2"))}

    assert {"numbness": True, "paraesthesia": True} == facts(both)


@pytest.mark.parametrize("code", [("", "713514005"), ("http://loinc.org", "713514005"), (SNOMED, "713514005 "), (SNOMED, "")])
def test_a_code_counts_with_its_system_only(code: tuple[str, str]):
    assert "unmapped" == outcome(condition(code))[0]
    assert {"unmapped_records"} == kinds(imported(condition(code)))


def test_text_never_says_a_diagnosis():
    assert {} == facts(resource("Condition", code={"text": "Limb weakness", "coding": [{"display": "Muscle weakness of limb (finding)"}]}))


@pytest.mark.parametrize(("display", "told"), [("Syncope", True), ("MUSCLE weakness of limb (finding)", False), ("", False)])
def test_a_code_that_goes_by_another_name_is_told(display: str, told: bool):
    sent = condition()
    sent["code"]["coding"][0]["display"] = display

    assert told == ("called_otherwise" in kinds(imported(sent)))
    assert True is facts(sent)["limb_weakness"]


# Implants: what there is, and not which


PACEMAKER = condition((SNOMED, "441509002"))


def implant(option: str) -> dict[str, Any]:
    return observation(own("findings", "implant_mri_status"), valueCodeableConcept=concept(own("options-implant-mri-status", option)))


def test_a_pacemaker_is_neither_safe_nor_unsafe():
    assert "unmapped_code" == reason(imported(PACEMAKER), "implant_mri_status")


def test_an_answer_says_more_than_a_pacemaker():
    assert "conditional" == facts(PACEMAKER, implant("conditional"))["implant_mri_status"]


def test_a_pacemaker_contradicts_that_there_is_none():
    assert "conflict" == reason(imported(PACEMAKER, implant("none")), "implant_mri_status")


def test_a_refuted_pacemaker_says_nothing():
    assert "none" == facts(condition((SNOMED, "441509002"), sure="refuted"), implant("none"))["implant_mri_status"]


# Allergies


def allergy(clinical: str, sure: str) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": "Patient/1"},
        "code": concept((SNOMED, "293637006")),
        "clinicalStatus": concept((f"{TERMINOLOGY}/allergyintolerance-clinical", clinical)),
        "verificationStatus": concept((f"{TERMINOLOGY}/allergyintolerance-verification", sure)),
    }


@pytest.mark.parametrize(
    ("clinical", "sure", "expected"),
    [
        ("active", "confirmed", True),
        ("active", "unconfirmed", None),
        ("inactive", "confirmed", None),
        ("resolved", "confirmed", None),
        ("active", "refuted", False),
        ("active", "entered-in-error", None),
        ("misspelt", "confirmed", None),
    ],
)
def test_an_allergy_that_is_over_was_a_reaction_all_the_same(clinical: str, sure: str, expected: bool | None):
    assert expected is facts(patient(), allergy(clinical, sure)).get("contrast_reaction")
