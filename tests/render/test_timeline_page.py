"""A timeline says in words what was done against when it was due, and leaves no event out."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from attrs import evolve

from spineworkup.errors import PrintError
from spineworkup.readings import Status
from spineworkup.render.to_text import to_text
from spineworkup.render.to_timeline import NOT_COUNTED, ROWS, deadline_words, timeline_listing
from spineworkup.render.wording import how_long
from spineworkup.urgency import Urgency
from spineworkup.workups.timeline import Deadline, timeline_of
from tests.render.changed import squeezed
from tests.render.lived import LATER, at, lived, timeline

DUE, NONE = at(12), None
SPELL = Deadline("mri", "MRI", Urgency.SAME_DAY, at(9), DUE, NONE, Status.DUE, NONE)
HOURS = timedelta(hours=2)
TIMELINE = timeline_of(lived(), LATER)


@pytest.mark.parametrize(
    ("spell", "words", "group"),
    [
        (evolve(SPELL, late=HOURS), "due 20 Nov 12:00; overdue by 2 h", "Overdue"),
        (evolve(SPELL, due=at(16)), "due 20 Nov 16:00; 2 h left", "Still to be done"),
        (evolve(SPELL, due=at(16), status=Status.WAITING), "due 20 Nov 16:00; 2 h left; waiting", "Still to be done"),
        (evolve(SPELL, due=NONE), "no time was given", "Still to be done"),
        (evolve(SPELL, done=at(11), status=Status.DONE), "due 20 Nov 12:00; done 20 Nov 11:00, in time", "Done"),
        (evolve(SPELL, done=at(13), status=Status.DONE, late=timedelta(minutes=65)),
         "due 20 Nov 12:00; done 20 Nov 13:00, 1 h 5 min late", "Done"),
        (evolve(SPELL, due=NONE, done=at(13), status=Status.DONE), "no time was given; done 20 Nov 13:00", "Done"),
        (evolve(SPELL, status=Status.DECLINED), "due 20 Nov 12:00; not done; now: declined", "Off the list, not done"),
        (evolve(SPELL, status=Status.UNDETERMINED),
         "due 20 Nov 12:00; not done; now: can't tell yet: ask", "Off the list, not done"),
    ],
)  # fmt: skip
def test_a_step_in_words(spell: Deadline, words: str, group: str) -> None:
    whole = evolve(TIMELINE, deadlines=(spell,))
    assert deadline_words(spell, whole) == words
    sections = {section.title: section.lines for section in timeline_listing(whole).sections}
    assert [line.text for line in sections[group]] == [f"same day; {words}"]
    assert sum(len(sections[title]) for title in sections if title not in (ROWS, "Notices")) == 1


def test_no_step_and_no_event_is_left_out() -> None:
    *groups, rows, _ = timeline().sections
    assert sum(len(group.lines) for group in groups) == len(TIMELINE.deadlines) > 5
    assert [line.more.rsplit("; ", 1)[-1] for line in rows.lines] == [row.event[:8] for row in TIMELINE.rows]


def test_what_counts_no_more_says_so_in_words() -> None:
    rows = timeline().sections[-2].lines
    marked = {line.text.removeprefix(NOT_COUNTED).strip() for line in rows if line.text.startswith(NOT_COUNTED)}
    assert marked == {"Calcium, adjusted: 2.40 mmol/L", "Spinal pain at night that prevents sleep: present"}


def test_who_said_it_from_where_and_when_it_was_entered() -> None:
    assert timeline().sections[-2].lines[0].more.startswith("first clinician; from referral letter; entered 20 Nov 09:05")


def test_the_notices_of_the_checklist_are_on_it() -> None:
    late = timeline_of(lived(), at(10))
    assert any("not counted" in line.text for line in timeline_listing(late).sections[-1].lines)


def test_every_page_says_whose_it_is_by_which_rules_and_how_many_there_are() -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    from spineworkup.render.to_pdf import to_pdf

    page = timeline()
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(page)))
    assert len(reader.pages) > 1
    for number, one in enumerate(reader.pages, 1):
        printed = squeezed(one.extract_text())
        for words in (page.identity, *page.blanks, *page.footer, f"Page {number} of {len(reader.pages)}"):
            assert squeezed(words) in printed
    assert reader.get_fields() is None
    digest = TIMELINE.checklist.receipt.chart_digest.rpartition(":")[2]
    assert any(digest[:12] in line for line in page.footer) and any(digest in line for line in page.foot)


def test_nothing_can_be_ticked() -> None:
    from spineworkup.render.to_html import to_html

    assert "<input" not in to_html(timeline()) and "[ ]" not in to_text(timeline())


def test_a_text_that_cannot_be_written_is_named_by_its_place_alone() -> None:
    broken = evolve(TIMELINE, rows=(evolve(TIMELINE.rows[0], words="secret \ud800"),))
    with pytest.raises(PrintError, match=r"^timeline\.sections\[4\]\.lines\[0\]\.text: ") as raised:
        timeline_listing(broken)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 min"), (59, "under 1 min"), (60, "1 min"), (3600, "1 h"), (5400, "1 h 30 min"),
     (86400, "1 day"), (90000, "1 day 1 h"), (2 * 86400 + 3599, "2 days")],
)  # fmt: skip
def test_a_length_of_time_is_never_said_too_long(seconds: int, words: str) -> None:
    assert how_long(timedelta(seconds=seconds)) == words


def test_a_moment_is_written_with_its_year_once() -> None:
    assert isinstance(LATER, datetime) and "20 Nov 2026 14:00" in timeline().summary[0]
