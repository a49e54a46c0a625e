"""What has happened to steps: orders, procedures, studies, reports, tasks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from spineworkup.assessment import assess
from spineworkup.charts import STATES
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.fhir.reading.events import PROCEDURE_STATES, REQUEST_STATES, STUDY_STATES
from spineworkup.fhir.reading.reports import REPORT_STATES
from tests.fhir.records import (
    AT,
    CORD_COMPRESSION,
    LOINC,
    MRI,
    MRI_LUMBAR,
    SNOMED,
    bundle,
    concept,
    facts,
    imported,
    kinds,
    outcome,
    own,
    pathway,
    reason,
    resource,
    suspicion,
    task,
)

TEN, NINE = "2026-11-20T10:00:00Z", "2026-11-20T09:00:00Z"
BEGAN = suspicion("2026-11-20T08:00:00Z")


def request(status: str = "active", intent: str = "order", at: str | None = TEN, code: Any = MRI, **more: Any) -> dict[str, Any]:
    when = {} if at is None else {"authoredOn": at}
    return resource("ServiceRequest", status=status, intent=intent, code=concept(code), **when, **more)


def procedure(status: str, code: Any = MRI, at: str = TEN) -> dict[str, Any]:
    return resource("Procedure", status=status, code=concept(code), performedDateTime=at)


def study(status: str) -> dict[str, Any]:
    return resource("ImagingStudy", status=status, procedureCode=[concept(MRI)], started=TEN)


def report(status: str = "final", code: Any = MRI, *conclusions: Any, **more: Any) -> dict[str, Any]:
    said = {"conclusionCode": [concept(one) for one in conclusions]} if conclusions else {}
    return resource("DiagnosticReport", **{"status": status, "code": concept(code), "issued": TEN, "effectiveDateTime": NINE, **said, **more})


def state_of(*records: dict[str, Any], step: str = "mri_whole_spine") -> str | None:
    event = imported(*records).chart.steps.get(step)
    return None if event is None else event.state


EVENT_STATUS = ["preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown", "x"]
REQUEST_STATUS = ["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown", "x"]
STUDY_STATUS = ["registered", "available", "cancelled", "entered-in-error", "unknown", "x"]
REPORT_STATUS = ["registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled", "entered-in-error", "unknown", "x"]


@pytest.mark.parametrize(
    ("make", "status", "expected"),
    [(request, s, REQUEST_STATES.get(s)) for s in REQUEST_STATUS]
    + [(procedure, s, PROCEDURE_STATES.get(s)) for s in EVENT_STATUS]
    + [(study, s, STUDY_STATES.get(s)) for s in STUDY_STATUS]
    + [(report, s, REPORT_STATES.get(s)) for s in REPORT_STATUS],
)
def test_of_each_status(make: Any, status: str, expected: str | None):
    assert expected == state_of(BEGAN, make(status))
    assert ("ignored" if expected is None else "used") == outcome(BEGAN, make(status))[0] or make is report
    assert None is state_of(BEGAN, {**make(status), "modifierExtension": [{"url": "x"}]})


def test_the_tables_name_states_that_there_are():
    for table in (REQUEST_STATES, PROCEDURE_STATES, STUDY_STATES, REPORT_STATES):
        assert set(table.values()) <= set(STATES)
        assert "acted_on" not in table.values() and "declined" not in table.values()


@pytest.mark.parametrize("intent", ["proposal", "plan", "option", "directive", "", "x"])
def test_a_proposal_is_no_order(intent: str):
    assert None is state_of(BEGAN, request(intent=intent))


def test_an_order_not_to_do_it_is_none():
    assert None is state_of(BEGAN, request(doNotPerform=True))
    assert "requested" == state_of(BEGAN, request(doNotPerform=False))


@pytest.mark.parametrize("make", [lambda: request(at=None), lambda: request(at="soon")])
def test_without_a_time_it_is_not_counted_and_told(make: Any):
    result = imported(BEGAN, make())

    assert {} == result.chart.steps
    assert {"event_without_time"} == kinds(result)


def test_a_test_of_a_panel_is_not_the_panel():
    assert ("ignored", "a test that is only a part of a step") == outcome(BEGAN, request(code=(LOINC, "2000-8")))


def test_one_region_is_not_the_whole_spine():
    assert "unmapped" == outcome(BEGAN, request(code=MRI_LUMBAR))[0]


def test_a_step_without_a_result_is_finished_by_our_own_task_only():
    examined = (SNOMED, "5880005")

    assert None is state_of(BEGAN, procedure("completed", examined), step="physical_examination")
    assert "scheduled" == state_of(BEGAN, procedure("in-progress", examined), step="physical_examination")
    assert "performed" == state_of(task("physical_examination", "performed"), step="physical_examination")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([procedure("completed", at="2019-05-01")], None),
        ([BEGAN, procedure("completed", at="2019-05-01")], None),
        ([BEGAN, procedure("completed", at="2026-11-20")], "performed"),
        ([request(at="2026-11-18")], "requested"),
        ([BEGAN, request(at="2026-11-18")], None),
        ([task("mri_whole_spine", "reported", lastModified="2019-05-01")], "reported"),
    ],
)
def test_what_is_past_belongs_to_this_workup_only_after_its_suspicion(records: list[dict[str, Any]], expected: str | None):
    assert expected == state_of(*records)


def test_and_where_nobody_can_say_that_is_told():
    assert {"unusable_records"} == kinds(imported(procedure("completed")))


def test_the_last_event_counts():
    later = procedure("completed", at="2026-11-20T11:00:00Z")

    for records in ([BEGAN, request(), later], [later, BEGAN, request()]):
        assert "performed" == state_of(*records)


def test_of_events_without_an_order_the_one_that_leaves_most_to_do_counts():
    result = imported(BEGAN, request("active"), study("available"))

    assert "requested" == result.chart.steps["mri_whole_spine"].state
    assert ("mri_whole_spine",) == result.report.conflicting
    assert {"event_conflict"} == kinds(result)


def test_an_event_of_tomorrow_is_left_to_the_checklist():
    result = imported(BEGAN, request(at="2026-11-22T08:00:00Z"))

    assert "future_event" in {notice.kind for notice in assess(pathway(), result.chart, at=AT).notices}


# Tasks


@pytest.mark.parametrize("state", STATES)
def test_our_own_task(state: str):
    note = [{"authorString": "consultant", "text": "as agreed"}]
    event = imported(task("mri_whole_spine", state, note=note)).chart.steps["mri_whole_spine"]

    assert (state, "consultant", "as agreed", datetime(2026, 11, 20, 10, tzinfo=UTC)) == (event.state, event.by, event.reason, event.at)


def test_a_step_that_this_place_cannot_do():
    assert {"mri_whole_spine"} == imported(task("mri_whole_spine", "not_available", status="on-hold")).chart.not_available


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"status": "failed"},
        {"status": "in-progress"},
        {"status": None},
        {"intent": "proposal"},
        {"businessStatus": None},
        {"businessStatus": concept(own("step-states", "finished"))},
        {"businessStatus": {"text": "acted_on"}},
        {"lastModified": None},
        {"code": concept(own("steps", "tea"))},
        {"modifierExtension": [{}]},
    ],
)
def test_a_task_that_does_not_finish_a_step(more: dict[str, Any]):
    assert {} == imported(task("mri_whole_spine", "acted_on", **more)).chart.steps


@pytest.mark.parametrize("status", ["cancelled", "failed", "rejected"])
@pytest.mark.parametrize("state", ["performed", "reported"])
def test_what_was_given_up_was_not_performed(state: str, status: str):
    assert {} == imported(task("history", state, status=status)).chart.steps
    assert {"history"} == set(imported(task("history", "cancelled", status=status)).chart.steps)


def test_declined_wants_role_and_reason():
    result = imported(task("mri_whole_spine", "declined"))

    assert {} == result.chart.steps
    assert {"event_not_counted"} == kinds(result)


def test_the_end_of_the_work_goes_before_when_the_task_was_changed():
    event = imported(task("biopsy", "performed", executionPeriod={"end": NINE})).chart.steps["biopsy"]

    assert 9 == event.at.hour


@pytest.mark.parametrize(
    ("step", "state", "kept"),
    [
        ("mri_whole_spine", "acted_on", False),
        ("mri_whole_spine", "reported", True),
        ("mri_whole_spine", "inadequate", True),
        ("history", "performed", False),
        ("history", "requested", True),
    ],
)
def test_on_a_page_cut_off_nothing_is_finished(step: str, state: str, kept: bool):
    cut = bundle(task(step, state), link=[{"relation": "next", "url": "x"}])

    assert kept == (step in from_bundle(cut, pathway(), at=AT).chart.steps)


# Reports


def test_what_a_report_found_is_read_from_its_codes():
    result = imported(report("final", MRI, CORD_COMPRESSION))

    assert {"mri_result": "cord_compression", "mri_extent": "whole_spine"} == result.chart.facts
    assert 9 == result.chart.times["mri_result"].hour


def test_an_mri_of_one_region_is_a_part():
    assert {"mri_result": "cord_compression", "mri_extent": "partial"} == facts(report("final", MRI_LUMBAR, CORD_COMPRESSION))
    assert None is state_of(BEGAN, report("final", MRI_LUMBAR, CORD_COMPRESSION))


def test_metastasis_in_an_mri_does_not_say_that_nothing_is_compressed():
    assert {"mri_extent": "whole_spine"} == facts(report("final", MRI, (SNOMED, "94602001")))


@pytest.mark.parametrize("status", REPORT_STATUS)
def test_a_report_has_a_result_once_there_is_one(status: str):
    found = "mri_result" in facts(report(status, MRI, CORD_COMPRESSION))

    assert found == (status in ("partial", "preliminary", "final", "amended", "corrected", "appended"))
    assert (status in ("partial", "preliminary")) == ("preliminary" in kinds(imported(report(status, MRI, CORD_COMPRESSION))))


def test_conclusions_that_differ_are_a_conflict():
    biopsy = (LOINC, "24986-2")
    both = report("final", biopsy, (SNOMED, "363346000"), ("http://hl7.org/fhir/sid/icd-10-cm", "M46.40"))

    assert "conflict" == reason(imported(both), "biopsy_result")


def test_a_report_without_a_code_for_what_it_found_is_told():
    bone_scan = report("final", (LOINC, "39818-0"), conclusion="Multiple lesions")

    assert {} == imported(BEGAN, bone_scan).chart.facts
    assert "report_not_read" in kinds(imported(BEGAN, bone_scan))


def test_text_of_a_report_is_never_read():
    assert "mri_result" not in facts(report(conclusion="Cord compression at T7", text={"div": "cord compression"}))
