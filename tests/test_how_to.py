"""The commands of the how-to run and print what it shows, in the order shown."""

import re
import shlex
from pathlib import Path

import pytest

from spineworkup.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "docs" / "testing-an-overlay.md", ROOT / "docs" / "proofs.md", ROOT / "docs" / "places.md"]


def commands():
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for command, shown in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                yield pytest.param(command, shown.splitlines(), id=command.removeprefix("spineworkup "))


def comparable(line):
    """A line without the numbers of measurements: which of all that will do the solver picks depends on what it solved before."""
    return re.sub(r'"[0-9.]+ ', '"N ', line.strip())


@pytest.mark.parametrize(("command", "shown"), list(commands()))
def test_a_command_prints_what_the_page_shows(command, shown, capsys, monkeypatch):
    claims = pytest.importorskip("spineworkup.proofs.claims", reason="z3 is not installed: the extra 'proofs'", exc_type=ImportError)
    monkeypatch.chdir(ROOT)
    # The slowest claim of all is on no page, and has tests of its own.
    monkeypatch.setattr(claims, "CLAIMS", [claim for claim in claims.CLAIMS if claim.id != "every_literal_decides"])
    name, *arguments = shlex.split(command)
    main(arguments)
    out, err = capsys.readouterr()
    printed = [comparable(line) for line in (out + err).splitlines()]

    assert "spineworkup" == name
    for line in map(comparable, shown):
        assert any(line in there for there in printed), line
        printed = printed[next(n for n, there in enumerate(printed) if line in there) :]


def test_there_are_commands():
    assert len(list(commands())) >= 6
