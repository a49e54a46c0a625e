"""The help: one page for all, an example for each command, nothing wider than a narrow terminal; and no trace of a failure."""

import io
import sys

import pytest

from spineworkup.cli import build_parser, main
from spineworkup.commands.many import progress
from spineworkup.completion import completion_script
from tests.commands.conftest import load, moment

NAMES = build_parser()[1].names


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_the_help_is_one_page_with_every_command(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    code, out, _ = run("--help")
    lines = out.splitlines()

    assert 0 == code and len(lines) <= 66 and max(map(len, lines)) <= int(columns)
    assert [] == [name for name in NAMES if f"\n  {name:12}" not in out]
    assert [f"{group}:" in lines for group in ("a patient", "the record of a patient", "rules", "service")] == [True] * 4


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_with_an_example(run, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "60")
    code, out, _ = run(name, "--help")
    text, _, example = out.partition("example:\n  ")

    assert 0 == code and example.startswith(f"spineworkup {name}")
    assert max(map(len, text.splitlines())) <= 60


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("serve", "prove", "diff", "demo")])
def test_the_example_of_a_command_is_read(name):
    import shlex

    parser, commands = build_parser()
    example = commands.names[name].epilog.partition("\n  ")[2].partition(" > ")[0]

    assert name == shlex.split(example)[1] and parser.parse_args(shlex.split(example)[1:]).run


@pytest.mark.parametrize(("word", "values"), [("record", "limb_weakness="), ("step", "mri_whole_spine"), ("override", next(iter(load().rules))), ("step", "acted_on")])
def test_completion_knows_the_ids_that_a_command_takes(word, values):
    [line] = [line for line in completion_script("bash", NAMES, load()).splitlines() if line.startswith(f"    {word})")]

    assert values in line.replace('"', " ").split()


@pytest.mark.parametrize(
    "arguments",
    [["note", "{}"], ["record", "fever=present", "--origin", "{}"], ["withdraw", "e", "--reason", "{}"], ["step", "mri_whole_spine", "cancelled", "--reason", "{}"]],
)
def test_half_a_character_as_a_terminal_may_hand_it_over_is_a_line(enter, p1, arguments):
    kept = p1.read_bytes()
    code, out, err = enter(*(one.format("a\udcff") for one in arguments))

    assert (2, "", 1) == (code, out, err.count("\n")) and err.startswith("error: ")
    assert kept == p1.read_bytes()


def test_an_interrupt_is_a_line(run, p1, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("spineworkup.commands.over_time.read_all", interrupted)
    assert (2, "", "stopped\n") == run("due", p1)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stream", "seconds", "shown"), [(Terminal, 9.0, True), (Terminal, 0.01, False), (io.StringIO, 9.0, False)])
def test_a_bar_is_shown_on_a_terminal_where_it_takes_long(monkeypatch, stream, seconds, shown):
    times = iter(number * seconds for number in range(9))
    monkeypatch.setattr("spineworkup.commands.many.time.monotonic", lambda: next(times))
    monkeypatch.setattr(sys, "stderr", stream())

    assert [1, 2, 3, 4] == [*progress([1, 2, 3, 4], "reading")]
    assert shown == ("[##########          ] reading 2 of 4" in sys.stderr.getvalue())


def test_what_is_printed_is_narrow_and_its_times_have_a_zone(enter, run, p1, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    outputs = [
        enter("available", "mri_whole_spine", "no", at="11:00")[1],
        enter("enter", typed="?\nlist\nnight_pain absent\nwrite\nyes\n", at="11:05")[1],
        run("timeline", p1, "--at", moment("11:10"))[1],
        run("due", p1, "--at", moment("11:10"))[1],
        run("changes", p1, "--from", moment("10:30"), "--at", moment("11:10"))[1],
        enter("adopt", "--overlay", "us", "--dry-run", at="11:15")[1],
    ]
    for out in outputs:
        assert max(map(len, out.splitlines())) <= 60
        assert "UTC" in out


def test_the_program_itself(p1, capsys):
    assert 0 == main(["assess", str(p1), "--at", moment("10:30")])
    assert "example-1" in capsys.readouterr().out
