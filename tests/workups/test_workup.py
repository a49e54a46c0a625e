"""The workup as a record: what can be entered, what is refused, what it says of other rules and other moments."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from spineworkup import Quantity, load_pathway
from spineworkup.errors import ChartError, TimeError, WorkupError
from spineworkup.workups.events import (
    KINDS,
    FindingCorrected,
    FindingRecorded,
    RulesAdopted,
    Shown,
    StepRecorded,
    Withdrawn,
    to_plain,
)
from spineworkup.workups.read_event import read_event
from spineworkup.workups.workup import Workup
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST, NINE, PATHWAY, hour, recorded, started

SECRET = "Ms Doe fell at home"


def everything():
    """Return a workup with an event of every kind."""
    rule = next(rule for rule in PATHWAY.rules.values() if rule.kind == "relative")
    workup = recorded(("limb_weakness", "present", 1, {"origin": "letter"}), ("age_years", 67, 1), ("fever", True, 1, {"changed": True}))
    workup = workup.correct(workup.events[-1].id, "absent", reason="heard wrongly", at=hour(2), by=FIRST)
    workup = workup.step("mri_whole_spine", "declined", reason="the patient's wish", at=hour(3), by="radiologist", when=hour(2))
    workup = workup.withdraw(workup.events[-1].id, reason="another patient", at=hour(4), by=FIRST)
    workup = workup.availability("mri_whole_spine", False, at=hour(4), by="radiographer", reason="maintenance")
    workup = workup.override(rule.id, reason="outweighed", at=hour(5), by="consultant").note(SECRET, at=hour(5), by="nurse")
    return workup.show(hour(6), by=FIRST, origin="printed").adopt(load_pathway(overlays=["us"]), at=hour(7), by=FIRST)


def test_there_is_one_of_every_kind():
    assert set(KINDS.values()) == {type(event) for event in everything().events}


def test_every_event_can_be_written_and_read():
    for event in everything().events:
        again = read_event(to_plain(event))
        assert event == again and event.id == again.id and event.line == again.line


def test_an_event_entered_twice_is_there_once():
    workup = recorded(("fever", "present", 1))

    assert workup is recorded(("fever", "present", 1), workup=workup)


def test_a_quantity_may_be_given_as_one():
    workup = started().record("calcium_total", Quantity("2.95", "mmol/L"), at=hour(1), by=FIRST)

    assert "2.95 mmol/L" == workup.events[-1].value


@pytest.mark.parametrize(
    ("enter", "error", "says"),
    [
        (lambda w: w.record("fevr", "present", at=hour(1), by=FIRST), ChartError, "unknown finding"),
        (lambda w: w.record("fever", "perhaps", at=hour(1), by=FIRST), ChartError, "expected present"),
        (lambda w: w.record("fever", "present", at=hour(1), by=" "), WorkupError, "by: expected text"),
        (lambda w: w.record("fever", "present", at=datetime(2026, 11, 20, 9), by=FIRST), TimeError, "time zone"),
        (lambda w: w.record("fever", "present", at=hour(1), when=datetime(2026, 11, 20, 9), by=FIRST), TimeError, "time zone"),
        (lambda w: w.correct(w.events[-1].id, "present", reason="r", at=hour(1), by=FIRST), WorkupError, "only what was recorded of a finding"),
        (lambda w: w.correct("", "present", reason="r", at=hour(1), by=FIRST), WorkupError, "no such event, or several"),
        (lambda w: w.withdraw("e", reason="r", at=hour(1), by=FIRST), WorkupError, "no such event, or several"),
        (lambda w: w.withdraw(w.events[0].id, reason="r", at=hour(1), by=FIRST), WorkupError, "other than of rules"),
        (lambda w: w.withdraw(w.events[1].id, reason="", at=hour(1), by=FIRST), WorkupError, "reason: expected text"),
        (lambda w: w.start_clock("suspision", at=hour(1), by=FIRST), WorkupError, "clock: expected one of"),
        (lambda w: w.step("mri", "requested", at=hour(1), by=FIRST), WorkupError, "step: unknown"),
        (lambda w: w.step("mri_whole_spine", "done", at=hour(1), by=FIRST), WorkupError, "state: expected one of"),
        (lambda w: w.step("mri_whole_spine", "declined", at=hour(1), by=FIRST), WorkupError, "a declined step needs one"),
        (lambda w: w.availability("mri", False, at=hour(1), by=FIRST), WorkupError, "step: unknown"),
        (lambda w: w.override("mri", reason="r", at=hour(1), by=FIRST), WorkupError, "rule: unknown"),
        (lambda w: w.note("\udcff", at=hour(1), by=FIRST), WorkupError, "text: .*half a character"),
        (lambda w: w.record("fever", "present", at=hour(1), by=FIRST, origin="\udcff"), WorkupError, "origin: .*half a character"),
        (lambda w: w.step("bone_scan", "cancelled", at=hour(1), by=FIRST, reason="\udcff"), WorkupError, "reason: .*half a character"),
        (lambda w: w.add(FindingRecorded(at=hour(1), by=FIRST, finding="fever", value="\udcff")), WorkupError, "value: .*half a character"),
        (lambda w: w.note("", at=hour(1), by=FIRST), WorkupError, "text: expected text"),
        (lambda w: w.add(FindingCorrected(at=hour(1), by=FIRST, event="e1", value="x", reason="r")), WorkupError, "names an earlier event"),
        (lambda w: w.add(Withdrawn(at=hour(1), by=FIRST, event="e1", reason="r")), WorkupError, "names an earlier event"),
    ],
)  # fmt: skip
def test_refused(enter, error, says):
    with pytest.raises(error, match=says):
        enter(started())


def test_a_correction_of_a_finding_can_have_no_value_that_it_cant():
    workup = recorded(("fever", "present", 1))

    with pytest.raises(ChartError, match="expected present"):
        workup.correct(workup.events[-1].id, SECRET, reason="r", at=hour(2), by=FIRST)


BAD = [
    ([], "expected an event"),
    ({}, "kind: expected one of"),
    ({"kind": "happened"}, "kind: expected one of"),
    ({"kind": "noted", "at": NINE.isoformat(), "by": "x", "text": "t", "more": SECRET}, "no such key"),
    ({"kind": "noted", "at": NINE.isoformat(), "by": "x"}, "text: missing"),
    ({"kind": "noted", "at": NINE.isoformat(), "by": 3, "text": "t"}, "by: expected text"),
    ({"kind": "noted", "at": SECRET, "by": "x", "text": "t"}, "expected a date and time"),
    ({"kind": "finding_recorded", "at": NINE.isoformat(), "by": "x", "finding": "f", "value": 1.5}, "value: expected text"),
    ({"kind": "finding_recorded", "at": NINE.isoformat(), "by": "x", "finding": "f", "value": 1, "changed": 1}, "changed: expected true"),
    ({"kind": "rules_adopted", "at": NINE.isoformat(), "by": "x", "package": "p", "version": "1", "hash": "h", "overlays": "us"}, "expected a list"),
    ({"kind": "rules_adopted", "at": NINE.isoformat(), "by": "x", "package": "p", "version": "1", "hash": "h", "overlays": [1]}, "overlays: expected text"),
]  # fmt: skip
SHOWN = {"kind": "shown", "at": NINE.isoformat(), "by": "x", "of": NINE.isoformat(), "hash": "h", "library": "l", "chart_digest": "d"}
GOOD = {"status": "due", "urgency": ["routine", "immediate"]}
BAD_STANDINGS = [
    (3, "expected a mapping"),
    ({"mri": 3}, "status and urgency"),
    ({"mri": {}}, "status and urgency"),
    ({"mri": {**GOOD, "status": "soon"}}, "status and urgency"),
    ({"mri": {**GOOD, "urgency": ["routine"]}}, "status and urgency"),
    ({"mri": {**GOOD, "urgency": ["immediate", "routine"]}}, "status and urgency"),
    ({"mri": {**GOOD, "clear_to_proceed": 1}}, "clear_to_proceed"),
    ({"mri": {**GOOD, "instead": 1}}, "clear_to_proceed"),
    ({"mri": {**GOOD, "due": 1}}, "date and time"),
]


@pytest.mark.parametrize(("raw", "says"), [*BAD, *(({**SHOWN, "standings": raw}, says) for raw, says in BAD_STANDINGS)])
def test_what_is_no_event_is_refused_without_its_values(raw, says):
    with pytest.raises((WorkupError, TimeError), match=says) as caught:
        read_event(raw)
    assert SECRET not in str(caught.value)


def test_a_repr_holds_no_value():
    assert "present" not in repr(recorded(("fever", "present", 1)).events[-1])
    assert SECRET not in repr(everything()) + repr([event for event in everything().events])


# Under other rules, at other moments


def test_rules_that_it_didnt_adopt_are_said_on_every_checklist():
    workup = started()
    other = evolve(workup, pathway=load_pathway(overlays=["us"]))

    assert [] == [n for n in workup.checklist(hour(1)).notices if n.kind == "rules_changed"]
    assert [workup.adopted.hash[:19] in n.text for n in other.checklist(hour(1)).notices if n.kind == "rules_changed"] == [True]


def test_adopted_rules_are_those_of_the_record():
    us = load_pathway(overlays=["us"])
    workup = recorded(("fever", "present", 1)).adopt(us, at=hour(2), by=FIRST)

    assert (us.hash, ("us",)) == (workup.adopted.hash, workup.adopted.overlays)
    assert {"fever": True} == workup.chart(hour(3)).facts
    assert [] == [n for n in workup.checklist(hour(3)).notices if n.kind == "rules_changed"]


def test_a_moment_before_the_end_of_the_record_is_said():
    workup = recorded(("fever", "present", 1), ("limb_weakness", "present", 2))

    assert ["2 events"] == [n.text[:8] for n in workup.checklist(hour(0.5)).notices if n.kind == "later_events"]
    assert [] == [n for n in workup.checklist(hour(2)).notices if n.kind == "later_events"]


def test_the_last_of_a_kind_isnt_one_that_was_withdrawn():
    workup = started().step("bone_scan", "requested", at=hour(1), by=FIRST).step("bone_scan", "performed", at=hour(2), by=FIRST)
    gone = workup.withdraw(workup.events[-1].id, reason="r", at=hour(3), by=FIRST)

    assert ("performed", "requested") == (workup.last(StepRecorded).state, gone.last(StepRecorded).state)
    assert None is workup.last(Shown)


def test_a_deadline_hangs_on_what_happened_and_not_on_when_somebody_looks():
    workup = recorded(("limb_weakness", "present", 1), ("cancer_history", "current", 1))
    dues = {workup.checklist(hour(at)).item("mri_whole_spine").due for at in (1, 2, 30, 300)}

    assert {hour(24)} == dues or {hour(25)} == dues


def test_the_rules_come_first():
    assert isinstance(started().events[0], RulesAdopted)
    assert (2, "example-1") == (started().revision, started().case)
    assert isinstance(Workup.start(PATHWAY, "x", at=NINE, by=FIRST, origin="o").events[0], RulesAdopted)


def test_elapsed_hours_are_not_hours_of_the_clock():
    """The night of 25 October 2026 has 25 hours in London: 24 hours later is 8 o'clock."""
    from zoneinfo import ZoneInfo

    nine = datetime(2026, 10, 24, 9, tzinfo=ZoneInfo("Europe/London"))
    workup = Workup.start(PATHWAY, "x", at=nine, by=FIRST).start_clock("suspicion", at=nine, by=FIRST)
    workup = workup.record("limb_weakness", "present", at=nine, by=FIRST).record("cancer_history", "current", at=nine, by=FIRST)

    assert nine.astimezone(UTC) + timedelta(hours=24) == workup.checklist(nine).item("mri_whole_spine").due


def test_a_finding_recorded_is_kept_as_it_was_written():
    event = recorded(("calcium_total", "2.950 mmol/L", 1)).events[-1]

    assert isinstance(event, FindingRecorded) and "2.950 mmol/L" == event.value
