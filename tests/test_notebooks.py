"""What shows itself in a notebook or in a log: escaped, short, and in a log without anything of the patient's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.notebooks import fragment
from spineworkup.workups.timeline import timeline_of
from tests.render.changed import Page
from tests.render.lived import LATER, at, lived

LABEL, SECRET = "label-4711", "secret-4712"


def workup() -> Any:
    found = lived(LABEL).note(SECRET, at=at(12), by="registrar")
    return found.correct(found.events[3].id, "3.47 mmol/L", reason=SECRET, at=at(12, 5), by="registrar")


SHOWN: dict[str, Callable[[], Any]] = {
    "workup": workup,
    "checklist": lambda: workup().checklist(LATER),
    "item": lambda: workup().checklist(LATER).items[0],
    "changes": lambda: workup().changes_since_shown(LATER),
    "timeline": lambda: timeline_of(workup(), LATER),
    "pathway": lambda: workup().pathway,
    "events": lambda: workup().events,
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_repr_is_short_and_holds_nothing_of_the_patient(name: str) -> None:
    shown = repr(SHOWN[name]())
    assert len(shown) < (4000 if name == "events" else 250)
    assert not [words for words in (LABEL, SECRET, "3.47") if words in shown]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("workup", "<Workup e149ad75c819a: 14 events, read with example 0.1.0>"),
        ("item", "<ChecklistItem analgesia: undetermined, none to within_a_week>"),
    ],
)
def test_a_repr_says_what_it_is(name: str, words: str) -> None:
    assert repr(SHOWN[name]()) == words


def test_a_checklist_shows_its_open_questions() -> None:
    checklist = SHOWN["checklist"]()
    text = Page(checklist._repr_html_()).text
    assert LABEL in text and f"Still to ask ({len(checklist.questions)})" in text
    assert all(question.ask in text for question in checklist.questions[:12])
    assert all(item.step.label in text for item in checklist.due)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("workup", "Calcium, adjusted: 3.47 mmol/L"),
        ("changes", "Spinal precautions: was Can't tell yet: ask"),
        ("timeline", "Contact with the MSCC coordinator: Done; due 2026-11-20 10:40+00:00; done 2026-11-20 11:00+00:00; late by 0:20:00"),
        ("timeline", "Still to ask ("),
        ("checklist", "Analgesia: could reach: Within a week"),
        ("timeline", "(counts no more)"),
    ],
)  # fmt: skip
def test_it_shows_itself(name: str, words: str) -> None:
    assert words in Page(SHOWN[name]()._repr_html_()).text


@given(st.text(), st.text())
def test_no_text_is_markup(heading: str, line: str) -> None:
    page = Page(fragment(heading, {heading: [line]}))
    assert [tag for tag, _ in page.elements] == ["section", "h3", "p", "strong", "ul", "li"]
    assert all(character.isprintable() for character in page.text)


def test_a_hostile_label_stays_a_text() -> None:
    html = evolve(workup(), case="<img src=x onerror=alert(1)>\u202e")._repr_html_()
    assert "<img" not in html and "⟨U+202E⟩" in html


def test_of_a_long_list_it_says_how_much_more_there_is() -> None:
    text = Page(fragment("", {"Steps": map(str, range(15))})).text
    assert "Steps (15)" in text and text.endswith("... and 3 more")


def test_an_empty_list_says_so() -> None:
    assert fragment("", {"Notices": []}).endswith("<p><strong>Notices (0)</strong></p></section>")
