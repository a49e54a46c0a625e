"""Deadlines in a calendar: read back by readers of others, private, and the same entry when exported again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.checklists import Receipt
from spineworkup.errors import TimeError
from spineworkup.readings import Status
from spineworkup.render.to_calendar import case_tag, to_calendar
from spineworkup.urgency import Urgency
from spineworkup.workups.agenda import Entry, agenda
from tests.render.lived import LATER, at, lived

DUE = at(16)
RECEIPT = Receipt("0.1.0", "small", "1.0.0", "sha256:0", (), DUE, "sha256:1")
ENTRY = Entry(
    "file", "e1", "example-1", "mri", "MRI of the spine", Urgency.SAME_DAY, DUE, False, True, Status.DUE, RECEIPT
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def events(calendar: str) -> list[dict[str, str]]:
    """The events of a calendar, unfolded; an alarm's lines are left out."""
    plain = re.sub(r"BEGIN:VALARM.*?END:VALARM\r\n", "", calendar.replace("\r\n ", ""), flags=re.DOTALL)
    parts = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", plain, re.DOTALL)
    return [dict(line.split(":", 1) for line in part.split("\r\n") if line) for part in parts]


def only(entry: Entry, moment: datetime = LATER, private: bool = True) -> dict[str, str]:
    [event] = events(to_calendar([entry], moment, private=private))
    return event


def test_an_event_says_when_and_what() -> None:
    event = only(ENTRY)
    assert event["DTSTART"] == "20261120T160000Z"
    assert event["SUMMARY"] == f"Due: MRI of the spine (case {case_tag(ENTRY)})"
    assert event["DTSTAMP"] == event["LAST-MODIFIED"] == "20261120T140000Z"


@given(case=TEXT, label=TEXT)
@settings(max_examples=60, deadline=None)
def test_every_text_is_kept_in_lines_that_any_reader_takes(case: str, label: str) -> None:
    calendar = to_calendar([evolve(ENTRY, case=case, label=label)], LATER, private=False)
    lines = calendar.split("\r\n")
    assert lines.pop() == "" and max(len(line.encode()) for line in lines) <= 75
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(lines))
    plain = re.sub(r"\\(.)", r"\1", only(evolve(ENTRY, label=label))["SUMMARY"])
    assert plain.startswith("Due: ") and plain.endswith(f"(case {case_tag(ENTRY)})")


def test_special_characters_are_escaped() -> None:
    assert only(evolve(ENTRY, label="a;b,c\\d\nBEGIN:X"))["SUMMARY"].startswith(r"Due: a\;b\,c\\d BEGIN:X (")


@given(st.text(st.characters(categories=["L", "N"]), min_size=5))
@settings(max_examples=40, deadline=None)
def test_no_case_label_leaves_unless_asked(case: str) -> None:
    entry = evolve(ENTRY, case=f"?{case}?")
    assert entry.case not in "".join(only(entry).values())
    assert entry.case in only(entry, private=False)["SUMMARY"]


def test_exported_again_it_is_the_same_event_and_newer() -> None:
    first, then = only(ENTRY), only(evolve(ENTRY, due=DUE + timedelta(hours=1)), LATER + timedelta(minutes=1))
    assert first["UID"] == then["UID"]
    assert int(first["SEQUENCE"]) < int(then["SEQUENCE"]) < 2**31


@pytest.mark.parametrize("other", [{"case": "example-2"}, {"step": "ct"}, {"workup": "e2"}], ids=str)
def test_another_case_or_step_is_another_event(other: dict[str, str]) -> None:
    assert only(evolve(ENTRY, **other))["UID"] != only(ENTRY)["UID"]


@pytest.mark.parametrize(
    ("entry", "status", "reminders"),
    [
        (ENTRY, "CONFIRMED", 2),
        (evolve(ENTRY, status=Status.WAITING), "CONFIRMED", 2),
        (evolve(ENTRY, status=Status.UNDETERMINED), "TENTATIVE", 2),
        (evolve(ENTRY, overdue=True), "CONFIRMED", 0),
        (evolve(ENTRY, due=None, was_due=DUE), "CANCELLED", 0),
        *((evolve(ENTRY, due=None, was_due=DUE, status=status), "CANCELLED", 0)
          for status in (Status.DONE, Status.DECLINED, Status.CONTRAINDICATED, Status.NOT_INDICATED)),
    ],
)  # fmt: skip
def test_what_is_open_reminds_and_what_is_not_is_cancelled(entry: Entry, status: str, reminders: int) -> None:
    assert only(entry)["STATUS"] == status
    assert to_calendar([entry], LATER).count("BEGIN:VALARM") == reminders


def test_what_is_overdue_says_so() -> None:
    assert only(evolve(ENTRY, overdue=True))["SUMMARY"].startswith("Overdue: ")


def test_what_never_had_a_time_is_no_event() -> None:
    assert events(to_calendar([evolve(ENTRY, due=None)], LATER)) == []


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(TimeError):
        to_calendar([ENTRY], datetime(2026, 11, 20))


def test_a_step_that_was_done_since_is_cancelled_at_the_time_it_had() -> None:
    workup = lived()
    before, after = (
        {event["UID"]: event for event in events(to_calendar(agenda([("", workup)], moment, closed=True), moment))}
        for moment in (at(10, 45), LATER)
    )
    assert before.keys() <= after.keys()
    [done] = [event for event in after.values() if event["SUMMARY"].startswith("Done: Contact")]
    assert done["STATUS"] == "CANCELLED" and before[done["UID"]]["STATUS"] == "CONFIRMED"
    assert done["DTSTART"] == before[done["UID"]]["DTSTART"] == "20261120T104000Z"


def _icalendar(calendar: str) -> list[tuple[str, datetime, str]]:
    reader = pytest.importorskip("icalendar", reason="icalendar isn't installed (extra `judges`)")
    found = reader.Calendar.from_ical(calendar).walk("VEVENT")
    assert not [error for event in found for error in event.errors]
    return [(str(event["SUMMARY"]), event["DTSTART"].dt, str(event["STATUS"])) for event in found]


def _vobject(calendar: str) -> list[tuple[str, datetime, str]]:
    reader = pytest.importorskip("vobject", reason="vobject isn't installed (extra `judges`)")
    read = reader.readOne(calendar)
    read.validate(raiseException=True)
    return [(event.summary.value, event.dtstart.value, event.status.value) for event in read.vevent_list]


@pytest.mark.conformance
@pytest.mark.parametrize("reader", [_icalendar, _vobject])
def test_readers_of_others_find_the_same(reader: Callable[[str], list[tuple[str, datetime, str]]]) -> None:
    odd = evolve(ENTRY, case='王小明, "a"; b\\n:\t' + "é" * 90, label="x" * 80)
    entries = [*agenda([("", lived("käse; 1"))], LATER, closed=True), odd]
    found = reader(to_calendar(entries, LATER, private=False))
    timed = [(entry, entry.due or entry.was_due) for entry in entries if entry.due or entry.was_due]
    assert [when for _, when, _ in found] == [when for _, when in timed]
    for (words, _, _), (entry, _) in zip(found, timed, strict=True):
        assert words.endswith(f": {entry.label} ({entry.case.replace(chr(9), ' ')})")
    assert {status for _, _, status in found} == {"CONFIRMED", "TENTATIVE", "CANCELLED"}
