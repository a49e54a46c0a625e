"""What the tests of the commands share: the rules are loaded once, and a command is run as from a terminal."""

import io
import sys
from datetime import datetime
from functools import cache

import pytest

from spineworkup.cli import main
from spineworkup.reading.load import load_pathway
from spineworkup.workups.kept import to_bytes
from spineworkup.workups.workup import Workup

RULES = cache(load_pathway)


def load(name="metastatic_spine", overlays=()):
    return RULES(name, tuple(overlays))


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch):
    for name, module in [*sys.modules.items()]:
        if name.startswith("spineworkup.") and "load_pathway" in vars(module):
            monkeypatch.setattr(module, "load_pathway", load)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder: its exit code, what it prints, what it says on standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse
            code = stop.code
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture
def enter(run):
    """Enter something into p1.json as a nurse does, at an hour of the first day."""

    def enter(command, *arguments, at="10:00", **more):
        return run(command, "p1.json", *arguments, "--by", "nurse", "--at", moment(at), **more)

    return enter


@pytest.fixture
def p1(tmp_path):
    """A workup in which a suspicion was recorded at nine, and weakness of a limb at ten."""
    file = tmp_path / "p1.json"
    file.write_bytes(begun())
    return file


@cache
def begun():
    nine, ten = time("09:00"), time("10:00")
    workup = Workup.start(load(), "example-1", at=nine, by="nurse").start_clock("suspicion", at=nine, by="nurse")
    workup = workup.record("limb_weakness", "present", at=ten, by="nurse")
    return to_bytes(workup.case, workup.events)


def time(clock):
    return datetime.fromisoformat(moment(clock))


def moment(clock):
    return f"2026-11-20T{clock}:00+00:00"
