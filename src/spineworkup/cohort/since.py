"""Since when criteria have been true, of many patients at once: `logic/when_true` in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import define

from spineworkup.cohort.bits import Bits, Flags, Rows, Truths, any_bits, at_rows
from spineworkup.cohort.chart import Charts
from spineworkup.cohort.program import Number, Program
from spineworkup.cohort.times import Dated, Times
from spineworkup.cohort.worked_out import EVER
from spineworkup.criteria import AllOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present

# Later than every time: not yet; and later still, what isn't there at all.
NOT_YET, NOTHING = 2**62, 2**63 - 1


@define
class Since:
    """When criteria that are true of some rows became so.

    Args:
        truths: Of every criterion of the program, by its number.
    """

    charts: Charts
    program: Program
    truths: Sequence[Truths]

    def timed(self, number: Number) -> Bits:
        """Return the rows in which any finding of a criterion has a time."""
        return any_bits([self._timed(id_) for id_ in self.program.findings[number] if self._seen(id_)], self.charts.none)

    def when_true(self, number: Number, rows: Rows, untimed: int = EVER) -> Times:
        """Return since when; `EVER` or `NOT_YET` where no time is known. A fact without a time counts as `untimed`."""
        return self._since(number, rows, True, untimed)

    def newest_reason(self, number: Number, rows: Rows) -> Times:
        """Return the time of the newest fact that makes a criterion true; `EVER` where none has a time."""
        newest = np.full(len(rows), EVER)
        for finding, decides in self._deciding(number, rows, True, np.ones(len(rows), np.bool_)):
            newest = np.maximum(newest, np.where(decides, self._times(finding, rows, EVER), EVER))
        return newest

    def first_reason_after(self, moments: Times, number: Number, rows: Rows) -> Times:
        """Return the time of the first fact after a moment that makes a criterion true; `NOTHING` where there is none."""
        first = np.full(len(rows), NOTHING)
        for finding, decides in self._deciding(number, rows, True, np.ones(len(rows), np.bool_)):
            seen = self._times(finding, rows, EVER)
            first = np.minimum(first, np.where(decides & (seen > moments), seen, NOTHING))
        return first

    def untimed(self, number: Number, rows: Rows) -> Iterator[Flags]:
        """Yield, of each finding that makes a criterion true, the rows in which it has no time while none is known for the criterion."""
        since = self.when_true(number, rows)
        for finding, decides in self._deciding(number, rows, True, (since <= EVER) | (since >= NOT_YET)):
            yield decides & ~at_rows(self._timed(finding), rows)

    def _seen(self, finding: str) -> Dated | None:
        one = self.charts.findings.get(finding)
        return None if one is None else one.seen

    def _timed(self, finding: str) -> Bits:
        one = self.charts.findings.get(finding)
        return self.charts.none if one is None or one.seen is None else one.seen.known & one.values.known

    def _times(self, finding: str, rows: Rows, untimed: int) -> Times:
        seen = self._seen(finding)
        if seen is None:
            return np.full(len(rows), untimed)
        return np.where(at_rows(self._timed(finding), rows), seen.times[rows], untimed)

    def _is(self, number: Number, truth: bool, rows: Rows) -> Flags:
        found = self.truths[number]
        return at_rows(found.true if truth else found.false, rows)

    def _since(self, number: Number, rows: Rows, truth: bool, untimed: int) -> Times:
        criterion, parts = self.program.nodes[number]
        match criterion:
            case Present(finding) | Compare(finding) | IsOneOf(finding):
                return self._times(finding, rows, untimed)
            case Not():
                return self._since(parts[0], rows, not truth, untimed)
        needed = _needed(criterion, len(parts), truth)
        # With none needed it has always been so; with more than there are it never is, and nobody asks.
        if not 0 < needed <= len(parts):
            return np.full(len(rows), EVER)
        moments = [
            np.where(self._is(part, truth, rows), self._since(part, rows, truth, untimed), NOTHING) for part in parts
        ]
        return np.asarray(np.sort(np.stack(moments), axis=0)[needed - 1])

    def _deciding(self, number: Number, rows: Rows, truth: bool, here: Flags) -> Iterator[tuple[str, Flags]]:
        """Yield the findings that decide a criterion, each with the rows of which it does."""
        criterion, parts = self.program.nodes[number]
        match criterion:
            case Present(finding) | Compare(finding) | IsOneOf(finding):
                yield finding, here
            case Not():
                yield from self._deciding(parts[0], rows, not truth, here)
            case _:
                for part in parts:
                    yield from self._deciding(part, rows, truth, here & self._is(part, truth, rows))


def _needed(criterion: Criterion, count: int, truth: bool) -> int:
    """Return how many of the operands have to agree for a criterion to have a truth."""
    least = criterion.count if isinstance(criterion, AtLeast) else count if isinstance(criterion, AllOf) else 1
    return least if truth else count - least + 1
