"""`spineworkup cohort`: what it prints, its exit codes, and how it is stopped."""

from __future__ import annotations

import os
import signal
import sys
from importlib import util
from pathlib import Path

import pytest

from spineworkup.cli import main
from spineworkup.cohort import run
from spineworkup.commands.bar import Bar, line_of
from tests.cohort.people import people, write_csv

AT = ("--at", "2026-11-20T12:00:00+00:00")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_csv(people(3, of=4), tmp_path / "good.csv")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write_csv([*people(2, of=4), {"patient": "x", "haemoglobin": "Quasimodo"}], tmp_path / "bad.csv")


def cohort(*arguments: object) -> int:
    return main(["cohort", *map(str, arguments)])


def test_the_summary_says_how_many_and_what_is_overdue(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cohort(good, "--to", tmp_path / "out", *AT, "--with", "questions, fired", "--format", "csv", "--keep", "site")
    out, err = capsys.readouterr()

    assert (0, "") == (code, err)
    assert out.startswith("3 records: 3 assessed, 0 rejected\nUrgency")
    for words in ("certain  possible", "Immediate: contact now", "Overdue steps:", "Asked most:", f"Written: {tmp_path / 'out'}"):
        assert words in out
    assert all(len(line) <= 80 for line in out.splitlines() if str(tmp_path) not in line)
    assert (tmp_path / "out" / "steps.csv").read_text().count("\n") == 3 * 29 + 1


def test_rejects_are_said_by_kind_and_end_in_1(bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cohort(bad, "--to", tmp_path / "out", *AT)
    out, err = capsys.readouterr()

    assert 1 == code
    assert "3 records: 2 assessed, 1 rejected\nRejected, in rejects.csv:\n         1  haemoglobin: " in out
    assert "Quasimodo" not in out + err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file or folder"),
        (["GOOD", "--with", "everything"], "--with: expected some of fired, pending, questions, reasons"),
        (["GOOD", "--at", "yesterday"], "--at: expected a date and time"),
        (["GOOD", "--keep", "ward"], "ward"),
    ],
)
def test_bad_input_ends_in_2(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code = cohort(*[str(good) if one == "GOOD" else one for one in arguments], "--to", tmp_path / "out")
    _, err = capsys.readouterr()

    assert 2 == code
    assert err.startswith("error: ")
    assert says in err


def test_a_run_goes_on_at_the_moment_at_which_it_began(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0 == cohort(good, "--to", tmp_path / "out")
    kept = (tmp_path / "out" / "run.json").read_bytes()
    monkeypatch.setattr("spineworkup.commands.cohort.now", lambda: pytest.fail("the moment stands in the receipt"))
    assert 0 == cohort(good, "--to", tmp_path / "out")

    assert kept == (tmp_path / "out" / "run.json").read_bytes()
    assert 2 == cohort(good, "--to", tmp_path / "out", *AT)
    assert "differs in the moment (--at) (--again starts anew)" in capsys.readouterr().err
    assert 0 == cohort(good, "--to", tmp_path / "out", *AT, "--again")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_told_and_goes_on_after(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, sent: signal.Signals
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    # In the background of a shell Ctrl-C is ignored, and rightly so.
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    true = run.write_parquet

    def told(*arguments: object) -> None:
        os.kill(os.getpid(), sent)
        true(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(run, "write_parquet", told)
        assert 2 == cohort(good, "--to", tmp_path / "out", *AT)
    signal.signal(signal.SIGINT, interrupt)

    assert "the same command goes on where this stopped\nstopped\n" == capsys.readouterr().err
    assert before is signal.getsignal(signal.SIGTERM)
    assert not list((tmp_path / "out").rglob("*.tmp"))
    assert 0 == cohort(good, "--to", tmp_path / "out", *AT)


def test_without_the_extra_it_says_what_to_install(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    true = util.find_spec
    monkeypatch.setattr("spineworkup.commands.cohort.find_spec", lambda name: None if name == "pyarrow" else true(name))
    assert 2 == cohort(good, "--to", tmp_path / "out")

    assert "pip install 'spineworkup[cohort]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_bar_is_drawn_on_a_terminal_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for is_terminal in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda is_terminal=is_terminal: is_terminal)
        bar = Bar()
        bar("sorting by patient", 0.5, 0)
        bar("assessing", 1.0, 10)
        bar.end()
        shown = capsys.readouterr().err
        assert is_terminal == bool(shown)
    assert shown.startswith("\r[########        ]  50% sorting by patient")
    assert shown.endswith("\r")


@pytest.mark.parametrize("seconds", [0.0, 5.0, 500.0, 50_000.0, 5e7])
def test_a_bar_fits_its_line(seconds: float) -> None:
    line = line_of("assessing", 0.999, 999_999_999, seconds, 0.01, 999_999)

    assert len(line) <= 78
    assert "999,999,999 patients" in line
