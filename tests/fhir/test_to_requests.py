"""A checklist as proposals: everything that is open is there, nothing is an order, and nothing that mustn't be done is drafted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given

from spineworkup import Status, assess, load_pathway
from spineworkup.charts import Chart, SignOff, StepEvent
from spineworkup.entries import Observation, WhyUnknown
from spineworkup.errors import FhirError
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.fhir.requests.actions import OPEN
from spineworkup.fhir.requests.answers import Answer
from spineworkup.fhir.requests.issues import NO_ISSUE
from spineworkup.fhir.requests.words import PRIORITIES
from spineworkup.fhir.to_requests import to_request_bundle
from spineworkup.fhir.to_service_requests import to_service_requests
from spineworkup.findings import Coding
from spineworkup.pathways import Step
from spineworkup.testing.strategies import charts
from spineworkup.urgency import Urgency
from tests.fhir.same_answer import NOON

PATHWAY = load_pathway("metastatic_spine")
PATIENT = "Patient/1"
EMERGENCY = {"limb_weakness": Observation(True, NOON - timedelta(hours=2)), "implant_mri_status": "none"}


class Exported:
    """A checklist and its Bundle, whose resources are found by type and by address."""

    def __init__(self, chart):
        self.checklist = assess(PATHWAY, chart, at=NOON)
        self.entries = to_request_bundle(self.checklist, PATIENT)["entry"]
        self.by_address = {entry["fullUrl"]: entry["resource"] for entry in self.entries}

    def all(self, kind):
        return [r for r in self.by_address.values() if r["resourceType"] == kind]

    @property
    def actions(self):
        return {action["id"].replace("-", "_"): action for action in self.all("RequestGroup")[0].get("action", [])}

    def targets(self, action):
        parts = action.get("action", [action])
        return [self.by_address[part["resource"]["reference"]] for part in parts]

    def target(self, step):
        (one,) = self.targets(self.actions[step])
        return one

    def notes(self, step):
        return " ".join(note["text"] for note in self.target(step)["note"])


def chart_of(**values):
    clocks = {"suspicion": NOON - timedelta(hours=3)}
    return Chart(PATHWAY.findings, values, clocks=clocks)


def emergency(**more):
    return Exported(chart_of(**EMERGENCY, **more))


# What holds for every patient


@given(charts(PATHWAY))
def test_every_open_step_has_one_action_and_no_other_step_has(chart):
    found = Exported(chart)
    open_steps = [item.step.id for item in found.checklist.items if item.status in OPEN]

    assert open_steps == list(found.actions)
    for step, action in found.actions.items():
        item = found.checklist.item(step)
        assert found.targets(action)
        assert action.get("timingPeriod") == (None if item.due is None else {"end": item.due.isoformat()})


@given(charts(PATHWAY))
def test_nothing_is_an_order_and_nothing_is_drafted_that_mustn_t_be_done(chart):
    found = Exported(chart)
    for kind in ("ServiceRequest", "Task", "RequestGroup"):
        assert all(("draft", "proposal") == (one["status"], one["intent"]) for one in found.all(kind))
    for step, action in found.actions.items():
        item = found.checklist.item(step)
        drafted = [one for one in found.targets(action) if one["resourceType"] == "ServiceRequest"]
        if item.status not in (Status.DUE, Status.WAITING) or item.instead or item.progress in ("requested", "reported"):
            assert [] == drafted
        elif item.step.orders and item.progress is None:
            assert drafted


@given(charts(PATHWAY))
def test_read_back_the_proposals_have_not_happened(chart):
    """Nobody mistakes our own drafts for orders: only the findings come back."""
    checklist = assess(PATHWAY, chart, at=NOON)
    imported = from_bundle(to_request_bundle(checklist, PATIENT), PATHWAY, at=NOON)

    assert ({}, frozenset()) == (imported.chart.steps, imported.chart.not_available)
    assert checklist.original.entries.keys() == imported.chart.entries.keys()


@given(charts(PATHWAY))
def test_what_is_wrong_or_speaks_against_is_an_issue(chart):
    """Every notice about the record or an order, and every contraindication of an open step, known or not."""
    found = Exported(chart)
    against = [
        one.rule for item in found.checklist.items if item.status in OPEN for one in item.against if one.kind in ("absolute", "relative")
    ]
    noticed = [notice.text for notice in found.checklist.notices if notice.kind not in NO_ISSUE]
    codes = Counter(issue["code"]["coding"][0]["code"] for issue in found.all("DetectedIssue"))

    assert len(against) + len(noticed) == len(found.all("DetectedIssue"))
    assert all(codes[rule] >= count for rule, count in Counter(against).items())
    assert set(noticed) <= {issue["detail"] for issue in found.all("DetectedIssue")}


@given(charts(PATHWAY))
def test_the_receipt_and_the_open_questions_go_along(chart):
    found = Exported(chart)
    (guidance,) = found.all("GuidanceResponse")
    (parameters,) = found.all("Parameters")
    receipt = {one["name"]: one.get("valueString") or one["valueDateTime"] for one in parameters["parameter"]}
    given = found.checklist.receipt

    assert {"library", "pathway", "version", "hash", "chart_digest", "at"} == receipt.keys()
    assert (given.hash, given.chart_digest, NOON.isoformat()) == (receipt["hash"], receipt["chart_digest"], receipt["at"])
    assert len(found.checklist.questions) == len(guidance.get("dataRequirement", []))
    assert ("data-requested" if found.checklist.questions else "success") == guidance["status"]


# One patient


def test_an_emergency_is_asked_for_at_once():
    found = emergency()

    assert "stat" == found.all("RequestGroup")[0]["priority"] == found.target("contact_mscc_coordinator")["priority"]
    assert "Task" == found.target("contact_mscc_coordinator")["resourceType"]


def test_an_image_is_one_request_with_the_same_examination_in_both_terminologies():
    mri = emergency().target("mri_whole_spine")

    assert [("http://loinc.org", "30854-4"), ("http://snomed.info/sct", "411611000119102")] == [
        (code["system"], code["code"]) for code in mri["code"]["coding"]
    ]
    assert ("asap", "363679005") == (mri["priority"], mri["category"][0]["coding"][0]["code"])
    assert {"end": (NOON + timedelta(hours=22)).isoformat()} == mri["occurrencePeriod"]
    assert [PATHWAY.rules["mri_within_24_hours"].says] == [
        reason["text"] for reason in mri["reasonCode"] if reason["coding"][0]["code"] == "mri_within_24_hours"
    ]


def test_blood_tests_are_one_request_each_held_together():
    found = emergency()
    drafts = found.targets(found.actions["blood_tests"])

    assert [order.code for order in PATHWAY.steps["blood_tests"].orders] == [one["code"]["coding"][0]["code"] for one in drafts]
    assert 1 == len({one["requisition"]["value"] for one in drafts})
    assert "all" == found.actions["blood_tests"]["selectionBehavior"]


def test_a_step_of_a_group_without_a_category_has_none():
    step = Step("wave", "Wave", orders=(Coding("loinc", "1"), Coding("loinc", "2")), group="of our own")
    checklist = assess(PATHWAY, chart_of(**EMERGENCY), at=NOON)
    item = checklist.item("mri_whole_spine")
    (one,) = to_service_requests(checklist, type("Item", (), {**_members(item), "step": step})(), PATIENT)

    assert "category" not in one
    assert ["1"] == [code["code"] for code in one["code"]["coding"]]


def _members(item):
    return {name: getattr(item, name) for name in dir(item) if not name.startswith("__")}


def test_a_request_says_what_is_not_known_and_on_what_it_rests():
    found = emergency()
    notes = found.notes("mri_whole_spine")
    mri = found.target("mri_whole_spine")

    assert "Limb weakness: present" in notes and f"Facts as of {NOON.isoformat()}" in notes
    assert "not confirmed: read in a secondary copy only" in notes and "A clinician decides." in notes
    rests_on = [found.by_address[one["reference"]] for one in mri["reasonReference"]]
    assert ["limb_weakness"] == [one["code"]["coding"][0]["code"] for one in rests_on]


def test_a_step_that_can_t_be_told_yet_asks_at_the_urgency_that_it_could_reach():
    """And its Task isn't called by the step, so that nobody does it for that."""
    found = Exported(chart_of())
    task, item = found.target("mri_whole_spine"), found.checklist.item("mri_whole_spine")

    assert (Status.UNDETERMINED, Urgency.NONE, "asap") == (item.status, item.urgency.lowest, task["priority"])
    assert "coding" not in task["code"]
    assert list(item.questions) == [i["type"]["coding"][0]["code"] for i in task["input"] if i["type"]["text"] != "Time of suspicion"]
    assert "Not indicated" not in found.actions["mri_whole_spine"]["textEquivalent"]
    assert "Could reach: Same day" in found.actions["mri_whole_spine"]["textEquivalent"]


def test_a_contraindicated_step_points_to_why_and_says_what_takes_over():
    found = Exported(chart_of(**{**EMERGENCY, "implant_mri_status": "unsafe"}))
    issue, action = found.target("mri_whole_spine"), found.actions["mri_whole_spine"]

    assert ("DetectedIssue", "high", "final") == (issue["resourceType"], issue["severity"], issue["status"])
    assert "mri_unsafe_device" == issue["code"]["coding"][0]["code"]
    assert action["title"].startswith("Contraindicated: ") and "What takes over: CT" in action["textEquivalent"]
    assert ["ServiceRequest"] == [one["resourceType"] for one in found.targets(found.actions["ct_spine"])]
    evidence = [found.by_address[one["reference"]] for one in issue["evidence"][0]["detail"]]
    assert ["implant_mri_status"] == [one["code"]["coding"][0]["code"] for one in evidence]


def test_a_step_that_waits_names_what_it_waits_for():
    found = Exported(chart_of(mri_result="metastasis", mri_extent="whole_spine", tissue_requested=True))
    related = found.actions["biopsy"]["relatedAction"]

    assert {("ct-staging", "after-end"), ("bleeding-screen", "after-end")} == {(r["actionId"], r["relationship"]) for r in related}
    assert {one["actionId"] for one in related} <= {action["id"] for action in found.actions.values()}
    assert found.actions["biopsy"]["title"].startswith("Waiting: ")


@pytest.mark.parametrize("state", ["requested", "scheduled", "performed", "reported"])
def test_what_is_under_way_is_followed_up_and_not_asked_for_again(state):
    chart = Chart(PATHWAY.findings, EMERGENCY, steps={"mri_whole_spine": StepEvent(state, NOON)})
    task = Exported(chart).target("mri_whole_spine")

    assert ("Task", "Follow up: MRI of the whole spine") == (task["resourceType"], task["code"]["text"])


@pytest.mark.parametrize("state", ["cancelled", "inadequate"])
def test_what_was_not_done_is_asked_for_again(state):
    chart = Chart(PATHWAY.findings, EMERGENCY, steps={"mri_whole_spine": StepEvent(state, NOON)})

    assert "ServiceRequest" == Exported(chart).target("mri_whole_spine")["resourceType"]


def test_where_a_step_is_not_available_what_takes_over_is_drafted():
    found = Exported(Chart(PATHWAY.findings, EMERGENCY, not_available=["mri_whole_spine"]))

    assert "Another step takes over: MRI of the whole spine" == found.target("mri_whole_spine")["code"]["text"]
    assert "ServiceRequest" == found.target("ct_spine")["resourceType"]


def test_a_cleared_contraindication_says_who_cleared_it():
    values = {"mri_result": "metastasis", "mri_extent": "whole_spine", "tissue_requested": True, "platelets": "40 10*9/L"}
    rule = next(r for r in PATHWAY.steps["biopsy"].contraindications if r.kind == "relative" and "platelets" in str(r.when))
    sign = SignOff(rule.id, rule.sign_off, NOON - timedelta(hours=1))
    found = Exported(Chart(PATHWAY.findings, values, sign_offs=[sign]))
    (issue,) = [one for one in found.all("DetectedIssue") if one["code"]["coding"][0]["code"] == rule.id]

    assert [(f"Cleared by: {rule.sign_off}", sign.at.isoformat())] == [
        (one["action"]["text"], one["date"]) for one in issue["mitigation"]
    ]
    assert issue["implicated"]


@pytest.mark.parametrize(("finding", "severity"), [("limb_weakness", "high"), ("egfr", "moderate")])
def test_a_conflict_about_a_red_flag_is_the_graver_one(finding, severity):
    found = Exported(chart_of(**{finding: Observation(None, reason=WhyUnknown.CONFLICT)}))
    (issue,) = [one for one in found.all("DetectedIssue") if one["code"]["text"] == "conflict"]

    assert severity == issue["severity"]
    evidence = [found.by_address[one["reference"]] for one in issue["evidence"][0]["detail"]]
    assert ["conflict"] == [one["dataAbsentReason"]["text"] for one in evidence]


@pytest.mark.parametrize(
    ("finding", "values", "basis"),
    [
        ("calcium_adjusted", {"calcium_total": "3.4 mmol/L", "albumin": "40 g/L"}, ["calcium_total", "albumin"]),
        ("sins_total", {"sins_pain": "mechanical"}, ["sins_pain"]),
        ("fever", {"fever": True}, ["fever"]),
        ("fever", {}, []),
    ],
)
def test_what_was_worked_out_rests_on_what_it_was_worked_out_from(finding, values, basis):
    answer = Answer(assess(PATHWAY, chart_of(**values), at=NOON), PATIENT)
    named = {url: resource for entries in answer.recorded.values() for url, resource in entries}

    assert basis == [named[one["reference"]]["code"]["coding"][0]["code"] for one in answer.observed([finding])]


def test_every_tier_has_a_priority_of_its_own():
    tiers = [tier for tier in Urgency if tier is not Urgency.NONE]

    assert ["routine", "urgent", "asap", "stat"] == [PRIORITIES[tier] for tier in sorted(tiers)]


def test_a_source_is_cited_with_how_far_it_was_checked():
    documents = emergency().actions["mri_whole_spine"]["documentation"]

    assert "ng234 1.5.2" in [one["label"] for one in documents]
    assert all("confirmed" in one["citation"] or "primary" in one["citation"] for one in documents)


def test_the_label_of_a_case_stays_out():
    """Somebody may have written a name there."""
    label = "Wolfeschlegelsteinhausen"

    assert label not in str(to_request_bundle(assess(PATHWAY, Chart(PATHWAY.findings, EMERGENCY, case=label), at=NOON), PATIENT))


def test_a_bundle_needs_a_patient():
    with pytest.raises(FhirError, match="expected a reference"):
        to_request_bundle(assess(PATHWAY, chart_of(), at=NOON), "Jane")
