"""An agenda: overdue first, what can't be told said as such, and no open step left out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.errors import TimeError
from spineworkup.readings import Status
from spineworkup.render.to_agenda import agenda_listing, agenda_text
from spineworkup.urgency import Urgency
from spineworkup.workups.agenda import Entry, agenda
from tests.render.lived import LATER, lived

ENTRIES = agenda([("ward/1.json", lived()), ("ward/2.json", lived("example-2"))], LATER)
ENTRY = ENTRIES[0]
OPEN = (Status.DUE, Status.WAITING, Status.UNDETERMINED)


def drawn(number: int, minutes: int | None, status: Status, urgency: Urgency, clear: bool) -> Entry:
    due = None if minutes is None else LATER + timedelta(minutes=minutes)
    return evolve(
        ENTRY, label=f"Step-{number}", due=due, overdue=minutes is not None and minutes < 0,
        status=status, urgency=urgency, clear_to_proceed=clear,
    )  # fmt: skip


PARTS = st.tuples(
    st.none() | st.integers(-3000, 3000), st.sampled_from(OPEN), st.sampled_from(Urgency), st.booleans()
)


@given(st.lists(PARTS, max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_open_step_is_left_out_or_said_twice(parts: list[tuple[int | None, Status, Urgency, bool]]) -> None:
    entries = [drawn(number, *part) for number, part in enumerate(parts, 10)]
    text = agenda_text(entries, LATER, 60)
    assert [text.count(entry.label) for entry in entries] == [1] * len(entries)
    assert max(len(line) for line in text.splitlines()) <= 60


@pytest.mark.parametrize(
    ("entry", "section", "words"),
    [
        (drawn(1, -130, Status.DUE, Urgency.SAME_DAY, True), "Overdue",
         "example-1: Step-1: same day; due 20 Nov 11:50, overdue by 2 h 10 min"),
        (drawn(1, 130, Status.DUE, Urgency.SAME_DAY, False), "Next",
         "example-1: Step-1: same day; due 20 Nov 16:10, 2 h 10 min left; not clear to proceed yet"),
        (drawn(1, 130, Status.UNDETERMINED, Urgency.SAME_DAY, False), "Next",
         "example-1: Step-1: may be same day; due 20 Nov 16:10, 2 h 10 min left; can't tell yet: ask"),
        (drawn(1, None, Status.WAITING, Urgency.IMMEDIATE, False), "Now: immediate, no time given", "example-1: immediate: Step-1"),
        (drawn(1, None, Status.UNDETERMINED, Urgency.IMMEDIATE, False), "Can't be told yet: ask",
         "example-1: may be immediate: Step-1"),
        (drawn(1, None, Status.DUE, Urgency.ROUTINE, True), "To be done, no time given", "example-1: routine: Step-1"),
    ],
)  # fmt: skip
def test_where_a_step_stands(entry: Entry, section: str, words: str) -> None:
    found = {one.title: [f"{line.lead} {line.text}" for line in one.lines] for one in agenda_listing([entry], LATER).sections}
    assert found.pop("Where they are kept") == ["example-1: ward/1.json"]
    assert {title: lines for title, lines in found.items() if lines} == {section: [words]}


def test_what_is_overdue_comes_first_and_the_longest_overdue_before_the_rest() -> None:
    titles = [section.title for section in agenda_listing(ENTRIES, LATER).sections]
    assert titles[:2] == ["Overdue", "Now: immediate, no time given"]
    assert [entry.due for entry in ENTRIES if entry.overdue] == sorted(entry.due for entry in ENTRIES if entry.overdue)


def test_two_cases_of_one_label_stay_apart() -> None:
    one, other = drawn(1, None, Status.DUE, Urgency.ROUTINE, True), drawn(2, None, Status.DUE, Urgency.ROUTINE, True)
    listing = agenda_listing([one, evolve(other, workup="e2", place="ward/3.json")], LATER)
    assert len(listing.sections[-2].lines) == len(listing.sections[-1].lines) == 2


def test_an_empty_agenda_says_so() -> None:
    assert "Nothing is overdue." in agenda_text([], LATER)


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(TimeError):
        agenda_text([], datetime(2026, 11, 20))
