"""What a command says of itself: its exit code, and problems on standard error."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection

from spineworkup.errors import ReadError, SpineWorkupError
from spineworkup.reading.faults import did_you_mean
from spineworkup.render.to_screen import fold
from spineworkup.render.to_terminal import to_terminal
from spineworkup.render.visible import visible

OK, PROBLEMS, BAD_INPUT = 0, 1, 2


def say(text: str) -> None:
    """Print a line for the person at the terminal, not for the next program."""
    print(text, file=sys.stderr)


def show(text: str) -> None:
    """Print what was asked for, emphasised where a terminal can."""
    print(to_terminal(text, sys.stdout, os.environ))


def say_problems(error: ReadError) -> None:
    """Print every problem on a line of its own, and how many there are."""
    for problem in error.problems:
        say(str(problem))
    count = len(error.problems)
    say(f"{count} problem{'' if count == 1 else 's'}")


def width() -> int:
    """Return how many characters a line of the terminal holds."""
    return min(shutil.get_terminal_size().columns, 110)


def print_folded(text: str) -> None:
    """Print a line for people: broken at the width of the terminal, and without what could do anything to it."""
    print("\n".join(fold(visible(text), width())))


def check_id(what: str, word: str, words: Collection[str]) -> None:
    """Refuse what is no id; it is repeated only where it is plainly a known one with a slip in it.

    Raises:
        SpineWorkupError: With the id that was probably meant, or the command that lists them.
    """
    if word not in words:
        near = did_you_mean(word, words)
        raise SpineWorkupError(f"unknown {what} {word!r} ({near})" if near else f"unknown {what} (`spineworkup {what}s` lists them)")
