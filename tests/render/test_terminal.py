"""Emphasis adds to the words and never carries anything alone."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.render.to_changes import changes_text
from spineworkup.render.to_screen import to_screen
from spineworkup.render.to_terminal import to_terminal
from tests.render.lived import LATER, lived

TERM = {"TERM": "xterm-256color"}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9]m", "", text)


@given(st.text())
def test_the_words_stay_the_same(text: str) -> None:
    words = text.replace("\x1b", "")
    assert plain(to_terminal(words, Terminal(), TERM)) == words


@pytest.mark.parametrize(
    ("stream", "environment"),
    [
        (io.StringIO(), TERM),
        (Terminal(), {}),
        (Terminal(), {"TERM": "dumb"}),
        (Terminal(), {**TERM, "NO_COLOR": "1"}),
    ],
    ids=["no terminal", "TERM not set", "a dumb terminal", "NO_COLOR"],
)
def test_plain_wherever_it_may_not_be_shown(stream: io.StringIO, environment: dict[str, str]) -> None:
    assert to_terminal("DO NOW\n  [!!] Call", stream, environment) == "DO NOW\n  [!!] Call"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("DO NOW", "\x1b[4mDO NOW\x1b[0m"),
        ("  [!!] Call", "  \x1b[1m[!!] Call\x1b[0m"),
        ("  MRI: same day; due 20 Nov 10:40, overdue by 2 h", "  \x1b[1mMRI: same day; due 20 Nov 10:40, overdue by 2 h\x1b[0m"),
        ("  [! ] MRI", "  [! ] MRI"),
        ("Case example-1", "Case example-1"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_emphasised(line: str, shown: str) -> None:
    assert to_terminal(line, Terminal(), TERM) == shown


def test_a_checklist_and_its_changes_on_a_terminal() -> None:
    workup = lived()
    changes = workup.changes_since_shown(LATER)
    assert changes is not None
    for text in (to_screen(workup.checklist(LATER), 60), changes_text(changes, workup.pathway, 60)):
        shown = to_terminal(text, Terminal(), TERM)
        assert shown.count("\x1b[1m") >= 5 and plain(shown) == text
