"""How far a long run is: a bar on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import time

_BAR, _LINE, _PAUSE = 16, 78, 0.2


class Bar:
    """Shows what is being done, how much of it is done, how fast, and how long it will take."""

    def __init__(self) -> None:
        self._words, self._shown = "", 0.0
        self._since, self._at, self._records = 0.0, 0.0, 0

    def __call__(self, words: str, done: float, records: int) -> None:
        """Show how far it is.

        Args:
            words: What is being done.
            done: How much of it is done, from 0 to 1.
            records: How many patients that is.
        """
        now = time.monotonic()
        if words != self._words:
            self._words, self._since, self._at, self._records = words, now, done, records
        if sys.stderr.isatty() and now - self._shown > _PAUSE:
            self._shown = now
            line = line_of(words, done, records, now - self._since, done - self._at, records - self._records)
            print(f"\r{line:{_LINE}}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Remove the bar."""
        if self._shown:
            print(f"\r{'':{_LINE}}\r", end="", file=sys.stderr, flush=True)


def line_of(words: str, done: float, records: int, seconds: float, share: float, new: int) -> str:
    """Return the line of a bar: at most 78 characters.

    >>> line_of("assessing", 0.5, 1200, 10.0, 0.4, 1000)
    '[########        ]  50% assessing, 1,200 patients, 100/s, 12 s left'

    Args:
        seconds: How long it has taken.
        share: How much was done in that time.
        new: How many patients were assessed in that time.
    """
    parts = [f"[{'#' * int(_BAR * done):{_BAR}}] {done:4.0%} {words}"]
    if records:
        parts.append(f"{records:,} patients")
    if new and seconds:
        parts.append(f"{new / seconds:,.0f}/s")
    if share > 0 and seconds > 1:
        parts.append(f"{_time(seconds * (1 - done) / share)} left")
    return ", ".join(parts)[:_LINE]


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
