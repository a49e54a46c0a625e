"""The judge finds what it is there to find, and the runner says when it can't run."""

from __future__ import annotations

import time

import pytest

from spineworkup.charts import Chart
from spineworkup.errors import CaseError, ChartError, Problem, RuleError
from spineworkup.reading.load import load_pathway
from spineworkup.sources import Position
from tests.fuzz import __main__ as runner
from tests.fuzz import judge, quick
from tests.fuzz.judge import CANARY, Finding
from tests.fuzz.targets import TARGETS
from tests.small_package import write_package


def one(line=1, column=1, message="expected text", hint="", excerpt=""):
    return CaseError([Problem(Position("case.yaml", line, column), message, hint, excerpt)])


def led_to_it():
    error = one()
    error.__context__ = ValueError(f"invalid literal: {CANARY}")
    return error


WRONG = {
    "no place": ChartError("fever", "expected present"),
    "no problem": RuleError([]),
    "line 0": one(line=0),
    "a line behind the end": one(line=9),
    "column 0": one(column=0),
    "no message": one(message=" "),
    "a message of two lines": one(message="expected\ntext"),
    "a value in the message": one(message=f"unknown {CANARY}"),
    "a value in the hint": one(hint=CANARY),
    "a line of the file": one(excerpt="   1 | fever: x"),
    "a value in what led to it": led_to_it(),
}


@pytest.mark.parametrize("error", WRONG.values(), ids=WRONG)
def test_a_bad_refusal_is_a_finding(error):
    with pytest.raises(Finding):
        judge.refusal(error, "case.yaml", b"fever: x\n", private=True)


def test_a_good_refusal_is_none():
    judge.refusal(one(), "case.yaml", b"fever: x\n", private=True)


def test_what_takes_too_long_is_a_finding(monkeypatch):
    ticks = iter([0.0, judge.SECONDS + 0.1])
    monkeypatch.setattr(time, "process_time", lambda: next(ticks))

    with pytest.raises(Finding, match="took"):
        judge.timed(lambda data: None, b"")


def test_the_quick_way_reads_the_same_package(tmp_path):
    """The readers that fuzzing uses are those that everybody uses."""
    name = write_package(tmp_path)
    with quick.small_and_quick():
        overlaid = load_pathway("small", [quick.Memory("overlay.yaml", TARGETS["overlay"].inputs()[1])])

    assert load_pathway(name) == quick.SMALL
    assert overlaid.overlays == ("site",)
    assert Chart(overlaid.findings, {"fever": True}).facts == {"fever": True}


def test_the_runner_knows_every_target():
    assert set(runner.NAMES) == set(TARGETS)


def test_without_a_fuzzer_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(runner, "find_spec", lambda name: None)

    assert runner.main(["notation", "--runs", "1"]) == runner.NOT_INSTALLED
    assert "atheris isn't installed" in capsys.readouterr().err
