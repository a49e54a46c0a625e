"""A workup in a file: what one saves, another loads, and nobody overwrites what he hasn't seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spineworkup.errors import KeepingError
from spineworkup.workups.files import load_workup, save_workup
from tests.workups.samples import NOON, begun


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    kept = save_workup(begun(), file, expected_revision=0)
    assert kept == begun() == load_workup(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_two_enter_at_once_stands_together(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    base = save_workup(begun(), file, expected_revision=0)
    mine, theirs = (base.note(text, at=NOON, by="first clinician") for text in ("mine", "theirs"))
    save_workup(theirs, file, expected_revision=base.revision)
    both = save_workup(mine, file, expected_revision=base.revision)
    assert both.events == (*theirs.events, mine.events[-1]) == load_workup(file).events


def test_a_new_one_takes_no_ones_place(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    save_workup(begun(), file, expected_revision=0)
    with pytest.raises(KeepingError, match="already"):
        save_workup(begun(), file, expected_revision=0)


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "a.json"
    os.symlink(tmp_path / "far" / "b.json", link)
    save_workup(begun(), link, expected_revision=0)
    assert link.is_symlink() and load_workup(tmp_path / "far" / "b.json") == begun()
