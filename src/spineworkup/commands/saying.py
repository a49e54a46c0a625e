"""What a command says of itself: its exit code, and problems on standard error."""

from __future__ import annotations

import sys

from spineworkup.errors import ReadError

OK, PROBLEMS, BAD_INPUT = 0, 1, 2


def say(text: str) -> None:
    """Print a line for the person at the terminal, not for the next program."""
    print(text, file=sys.stderr)


def say_problems(error: ReadError) -> None:
    """Print every problem on a line of its own, and how many there are."""
    for problem in error.problems:
        say(str(problem))
    count = len(error.problems)
    say(f"{count} problem{'' if count == 1 else 's'}")
