"""The command that enters what was ticked and written on a printed sheet: line by line, with the keyboard alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spineworkup.commands.cases import moment
from spineworkup.commands.paper import HELP, Desk, Typed, read_offset, understand
from spineworkup.commands.parsers import Commands
from spineworkup.commands.saying import OK, PROBLEMS, print_folded
from spineworkup.commands.workups import add_writer, keep, opened, words_of
from spineworkup.errors import SpineWorkupError
from spineworkup.render.front import codes_of
from spineworkup.render.sheet import short_hash
from spineworkup.render.to_screen import show_time
from spineworkup.workups.events import Event, Shown
from spineworkup.workups.workup import Workup


def add_parsers(commands: Commands) -> None:
    """Add the command that enters a printed sheet."""
    made = add_writer(commands, "enter", run_enter, "enter what was ticked on a printed sheet", "")
    made.add_argument("--offset", metavar="+HH:MM", default="+00:00", help="what the clock beside the sheet differs from UTC (default: %(default)s)")


def run_enter(options: argparse.Namespace) -> int:
    """Enter lines until they are written or left."""
    before, offset = opened(options), read_offset(options.offset)
    typed: list[Typed] = []
    _greet(before, options)
    while (line := _ask("> ")) not in (None, "quit"):
        if line == "write":
            if typed and _agreed(before, typed):
                return _write(options, before, typed)
        elif line:
            desk = Desk.of(before, moment(options.at), options.by, offset)
            _do(line, before, typed, desk)
    return _leave(options, typed)


def _ask(prompt: str) -> str | None:
    """Return a line that somebody typed; None where there is no more, or they interrupted it."""
    try:
        return input(prompt if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return None


def _greet(workup: Workup, options: argparse.Namespace) -> None:
    pathway = workup.pathway
    print_folded(f"Case {workup.case}; entered by: {options.by}; times without a date are UTC{options.offset}. ? for help")
    print_folded(f"Codes of {'+'.join((pathway.id, *pathway.overlays))} {pathway.version}, {short_hash(pathway.hash)}: the foot of the sheet says the same")
    shown = workup.last(Shown)
    if shown is not None and shown.hash != pathway.hash:
        print_folded("NOT THE SAME: it was last printed with other rules, whose codes may be of other steps. Read what is echoed")


def _do(line: str, before: Workup, typed: list[Typed], desk: Desk) -> None:
    """Do what a line says, and echo it."""
    match line:
        case "?" | "help":
            print(HELP)
        case "codes":
            for step, code in codes_of(before.pathway).items():
                print(f"  {code:4} {before.pathway.steps[step].label}")
        case "list":
            _list(before, typed)
        case "undo":
            print(f"Taken back: {typed.pop().text}" if typed else "Nothing to take back")
        case _:
            _add(line, typed[-1].workup if typed else before, typed, desk)


def _add(line: str, workup: Workup, typed: list[Typed], desk: Desk) -> None:
    try:
        one = understand(line, workup, desk)
    except SpineWorkupError as error:
        print_folded(f"  not understood: {error}")
        return
    if one.workup.revision == workup.revision:
        print("  entered already")
        return
    typed.append(one)
    print_folded(f"  {len(typed)}. {_echo(one.workup.events[-1], one.workup)}")


def _echo(event: Event, workup: Workup) -> str:
    when = getattr(event, "when", None)
    time = show_time(event.at) + " (now)" if when is None else show_time(when)
    origin = f"; {event.origin}" if event.origin else ""
    return f"{words_of(event, workup)}, {time}{origin}"


def _list(before: Workup, typed: list[Typed]) -> None:
    for number, one in enumerate(typed, 1):
        print_folded(f"  {number}. {_echo(one.workup.events[before.revision + number - 1], one.workup)}")
    if not typed:
        print("  nothing yet")


def _agreed(before: Workup, typed: list[Typed]) -> bool:
    _list(before, typed)
    answer = _ask("Write this? yes or no > ")
    return answer is not None and answer.lower() in ("y", "yes")


def _write(options: argparse.Namespace, before: Workup, typed: list[Typed]) -> int:
    try:
        return keep(Path(options.file), before, typed[-1].workup, moment(options.at))
    except SpineWorkupError:
        _leave(options, typed)
        raise


def _leave(options: argparse.Namespace, typed: list[Typed]) -> int:
    """Say what was not written, in lines that can be typed in again."""
    if not typed:
        return OK
    print_folded(f"NOT WRITTEN: {len(typed)}. To enter them later, give these lines to `spineworkup enter {options.file}`:")
    for one in typed:
        print(one.text)
    return PROBLEMS
