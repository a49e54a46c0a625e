"""What counts as a finding: anything but a typed refusal with a place, too slow, or a word about a patient."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

from spineworkup.errors import Problem, ReadError, SpineWorkupError

# Stands for a patient's value. So long that a word with it in it resembles no known word, which would be repeated.
CANARY = "XQ7" + "canary" * 10
SECONDS = 1.0
# Where YAML begins a new line.
_LINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Finding(AssertionError):
    """The library did what it never should."""


def timed(run: Callable[[bytes], None], data: bytes) -> float:
    """Run a target once; return how long it took, as the processor's own time.

    Raises:
        Finding: It took too long.
    """
    started = time.process_time()
    run(data)
    taken = time.process_time() - started
    if taken > SECONDS:
        raise Finding(f"took {taken:.1f} s")
    return taken


def refusal(error: SpineWorkupError, file: str, data: bytes, *, private: bool) -> None:
    """Check a refusal: every problem of a file has a place in it, and no patient's value is repeated."""
    if not isinstance(error, ReadError) or not error.problems:
        raise Finding(f"a refusal without a place: {type(error).__name__}") from error
    last = len(_LINES.findall(data.decode("utf-8", "replace"))) + 2
    for problem in error.problems:
        place = problem.position
        if not 1 <= place.line or place.column < 1 or (place.file == file and place.line > last):
            raise Finding(f"a place outside the file: {problem.position}") from error
        if not problem.message.strip() or not problem.message.isprintable() or len(problem.message) > 600:
            raise Finding(f"a message that can't be read: {problem.message!r}") from error
    if private:
        says_nothing(error.problems)
        chained(error)


def says_nothing(problems: Iterable[Problem]) -> None:
    """Check that problems and warnings of a patient's file repeat nothing of it."""
    for problem in problems:
        if problem.excerpt or CANARY in str(problem):
            raise Finding("a patient's value is repeated")


def chained(error: BaseException | None) -> None:
    """Check the errors that led to this one: a traceback prints them too."""
    while error is not None:
        if CANARY in str(error):
            raise Finding("a patient's value is repeated in what led to the error")
        error = error.__context__
