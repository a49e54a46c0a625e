"""A workup that begins with a case file says what the case says: no step is less urgent, no deadline comes later."""

from datetime import UTC, datetime
from functools import cache

import pytest

from spineworkup import assess
from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.reading.find_packages import rules_root
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.readings import Status
from spineworkup.workups.events import AvailabilityChanged, FindingRecorded, Overridden, StepRecorded
from spineworkup.workups.from_case import SIGNED, from_case
from spineworkup.workups.standings import NOT_INDICATED, standings_of
from tests.workups.patients import PATHWAY, hour

CASES = rules_root() / "metastatic_spine" / "cases"


@cache
def cases():
    files = sorted(file for file in CASES.iterdir() if file.name.endswith(".yaml"))
    documents = {file.name: case_document(file.read_bytes(), file.name) for file in files}
    return {name: document for name, document in documents.items() if not overlays_of(document)}


@pytest.mark.parametrize("name", cases())
def test_nothing_is_less_urgent_or_later_than_for_the_case(name):
    case = read_case(cases()[name], PATHWAY)
    workup = from_case(cases()[name], PATHWAY, at=case.at, by="nurse")
    was, now = standings_of(assess(PATHWAY, case.chart, at=case.at)), standings_of(workup.checklist(case.at))

    assert case.label == workup.case
    for step in {**was, **now}:
        before, after = was.get(step, NOT_INDICATED), now.get(step, NOT_INDICATED)
        # What has no time in the file counts as seen early: a step that was done before need not have been for it.
        assert (before.status, after.status) == (Status.DONE, Status.DUE) or before.status is after.status, step
        assert before.urgency.lowest <= after.urgency.lowest and before.urgency.highest <= after.urgency.highest
        assert before.due is None or (after.due is not None and after.due <= before.due), step


def begun(text, **more):
    return from_case(case_document(text, "case"), PATHWAY, at=hour(1), by="nurse", **more)


def findings(workup):
    return [(e.finding, e.value, e.when, e.origin) for e in workup.events if isinstance(e, FindingRecorded)]


def at(clock):
    return datetime.fromisoformat(f"2026-11-20T{clock}:00+00:00")


def test_every_finding_keeps_its_value_time_and_origin():
    workup = begun("""
case: c
age_years: 67
clocks: {suspicion: 2026-11-20T09:00:00+00:00, request: 2026-11-20T12:00:00+00:00}
findings:
  night_pain: true
  crp: [12 mg/L, {value: 14 mg/L, at: 2026-11-20T08:00:00+00:00, source: laboratory}]
  inr: 1.5
  fever: {value: unknown, reason: not_fetched, at: 2026-11-20T08:00:00+00:00}
  lowest_mrc_power: null
""")
    early, eight = at("09:00"), at("08:00")

    assert [
        ("age_years", 67, early, "time not stated"),
        ("night_pain", True, early, "time not stated"),
        ("crp", "12 mg/L", eight, "time not stated"),
        ("crp", "14 mg/L", eight, "laboratory"),
        ("inr", "1.5", early, "time not stated"),
        ("fever", "unknown", eight, "not known: not fetched"),
        ("lowest_mrc_power", "unknown", early, "time not stated"),
    ] == findings(workup)
    assert Unknown(WhyUnknown.CONFLICT, "2 observations from 2 sources") == workup.chart(hour(1)).entry("crp")


def test_what_the_file_gives_no_time_and_no_clock_for_counts_as_seen_when_entered():
    assert [("fever", "present", hour(1), "time not stated")] == findings(begun("findings: {fever: present}", label="mine"))


def test_steps_what_is_not_there_and_sign_offs():
    rule = next(iter(PATHWAY.rules))
    workup = begun(f"""
steps:
  bone_scan: {{state: requested, at: 2026-11-20T09:30:00+00:00}}
  biopsy: {{state: declined, at: 2026-11-20T09:30:00+00:00, by: surgeon, reason: frail}}
not_available: [mri_whole_spine]
sign_offs: [{{rule: {rule}, by: radiologist, at: 2026-11-20T09:40:00+00:00}}]
""")
    half = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

    assert [
        StepRecorded(at=hour(1), by="nurse", step="bone_scan", state="requested", when=half),
        StepRecorded(at=hour(1), by="surgeon", step="biopsy", state="declined", reason="frail", when=half),
        AvailabilityChanged(at=hour(1), by="nurse", step="mri_whole_spine", available=False),
        Overridden(at=hour(1), by="radiologist", rule=rule, reason=SIGNED),
    ] == [*workup.events[1:]]
