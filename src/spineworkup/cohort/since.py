"""Since when criteria have been true, of many patients at once: `logic/when_true` in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import define

from spineworkup.cohort.bits import Bits, Flags, Rows, Truths, any_bits, at_rows
from spineworkup.cohort.chart import Charts
from spineworkup.cohort.program import Program, operands_of
from spineworkup.cohort.times import Times
from spineworkup.cohort.worked_out import EVER
from spineworkup.criteria import AllOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present, findings_of

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

    def timed(self, criterion: Criterion) -> Bits:
        """Return the rows in which any finding of a criterion has a time."""
        return any_bits((self._timed(finding) for finding in findings_of(criterion)), self.charts.none)

    def when_true(self, criterion: Criterion, rows: Rows, untimed: int = EVER) -> Times:
        """Return since when; `EVER` or `NOT_YET` where no time is known. A fact without a time counts as `untimed`."""
        return self._since(criterion, rows, True, untimed)

    def newest_reason(self, criterion: Criterion, rows: Rows) -> Times:
        """Return the time of the newest fact that makes a criterion true; `EVER` where none has a time."""
        newest = np.full(len(rows), EVER)
        for finding, decides in self._deciding(criterion, rows, True, np.ones(len(rows), np.bool_)):
            newest = np.maximum(newest, np.where(decides, self._seen(finding, rows, EVER), EVER))
        return newest

    def first_reason_after(self, moments: Times, criterion: Criterion, rows: Rows) -> Times:
        """Return the time of the first fact after a moment that makes a criterion true; `NOTHING` where there is none."""
        first = np.full(len(rows), NOTHING)
        for finding, decides in self._deciding(criterion, rows, True, np.ones(len(rows), np.bool_)):
            seen = self._seen(finding, rows, EVER)
            first = np.minimum(first, np.where(decides & (seen > moments), seen, NOTHING))
        return first

    def _timed(self, finding: str) -> Bits:
        one = self.charts.findings.get(finding)
        return self.charts.none if one is None or one.seen is None else one.seen.known & one.values.known

    def _seen(self, finding: str, rows: Rows, untimed: int) -> Times:
        one = self.charts.findings.get(finding)
        if one is None or one.seen is None:
            return np.full(len(rows), untimed)
        return np.where(at_rows(self._timed(finding), rows), one.seen.times[rows], untimed)

    def _is(self, criterion: Criterion, truth: bool, rows: Rows) -> Flags:
        found = self.truths[self.program.numbers[criterion]]
        return at_rows(found.true if truth else found.false, rows)

    def _since(self, criterion: Criterion, rows: Rows, truth: bool, untimed: int) -> Times:
        match criterion:
            case Present(finding) | Compare(finding) | IsOneOf(finding):
                return self._seen(finding, rows, untimed)
            case Not(operand):
                return self._since(operand, rows, not truth, untimed)
        operands = operands_of(criterion)
        needed = _needed(criterion, len(operands), truth)
        if needed <= 0:
            return np.full(len(rows), EVER)
        moments = [
            np.where(self._is(operand, truth, rows), self._since(operand, rows, truth, untimed), NOTHING)
            for operand in operands
        ]
        return np.asarray(np.sort(np.stack(moments), axis=0)[needed - 1])

    def _deciding(self, criterion: Criterion, rows: Rows, truth: bool, here: Flags) -> Iterator[tuple[str, Flags]]:
        """Yield the findings that decide a criterion, each with the rows of which it does."""
        match criterion:
            case Present(finding) | Compare(finding) | IsOneOf(finding):
                yield finding, here
            case Not(operand):
                yield from self._deciding(operand, rows, not truth, here)
            case _:
                for operand in operands_of(criterion):
                    yield from self._deciding(operand, rows, truth, here & self._is(operand, truth, rows))


def _needed(criterion: Criterion, count: int, truth: bool) -> int:
    """Return how many of the operands have to agree for a criterion to have a truth."""
    least = criterion.count if isinstance(criterion, AtLeast) else count if isinstance(criterion, AllOf) else 1
    return least if truth else count - least + 1
