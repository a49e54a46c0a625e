"""Findings that are worked out from others, of many rows at once, where nobody reported them.

Each different combination of values is worked out once, by the function that does it for one patient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any

import numpy as np
from attrs import frozen

from spineworkup.as_read import read_chart
from spineworkup.charts import Chart, evolve_entries
from spineworkup.cohort.bits import Bits, at_rows, no_bits, packed, rows_of, unpacked
from spineworkup.cohort.known import Coded, Codes, either
from spineworkup.cohort.recorded import Recorded
from spineworkup.cohort.times import Dated, Times
from spineworkup.entries import Entry, Known
from spineworkup.findings import Finding
from spineworkup.pathways import Pathway
from spineworkup.scores import Additive, Score, total_of

Findings = Mapping[str, Recorded]
Read = Callable[[Chart], Chart]
# No entry has a time here, so none is out of date at any moment.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
# So many combinations are kept with what came out.
_KEPT = 20_000
# Before every patient.
EVER = -(2**62)


def derived(finding: Finding, findings: Findings, pathway: Pathway, at: Times) -> Recorded | None:
    """Return a finding as it is known after it was worked out where all that it is worked out from is known."""
    assert finding.derived is not None
    inputs = [findings[id_] for id_ in finding.derived.inputs if id_ in findings]
    if len(inputs) < len(finding.derived.inputs):
        return findings.get(finding.id)
    wanted = reduce(np.bitwise_and, [one.values.known for one in inputs])
    read: Read = lambda chart: read_chart(chart, _ANY_TIME, (finding,), {})  # noqa: E731
    found = _worked_out(finding, inputs, wanted, findings, _Working(pathway, read, _by_combination))
    if found is not None:
        found.leave_out_of_date(at)
    return found


def totalled(id_: str, score: Score, findings: Findings, pathway: Pathway) -> Recorded | None:
    """Return the total of a score, as far as its items are known."""
    inputs = [findings[item] for item in score.inputs if item in findings]
    if not inputs or not isinstance(score.table, Additive):
        return findings.get(id_)
    wanted = reduce(np.bitwise_or, [one.values.known for one in inputs])
    read: Read = lambda chart: read_chart(chart, _ANY_TIME, (), {id_: score})  # noqa: E731
    table = score.table
    working = _Working(pathway, read, lambda columns: _by_points(table, columns))
    return _worked_out(pathway.findings[id_], inputs, wanted, findings, working)


@frozen
class _Column:
    """What is known of an input of some rows: codes of entries, and behind the last entry that it is not known."""

    finding: str
    codes: Codes
    entries: Sequence[Entry]

    def entry(self, row: int) -> dict[str, Entry]:
        """Return what is known of one row."""
        code = self.codes[row]
        return {self.finding: self.entries[code]} if code < len(self.entries) else {}


@frozen
class _Working:
    """How a finding is worked out.

    Args:
        read: Works it out of one patient.
        alike: Gives equal numbers to rows in which the same comes out.
    """

    pathway: Pathway
    read: Read
    alike: Callable[[Sequence[_Column]], Codes]

    def entry(self, finding: str, known: dict[str, Entry]) -> Entry:
        """Return what comes out for one patient. Each batch has the same again, so some are kept."""
        kept: dict[Any, Entry] = self.pathway.remember("worked out", lambda _: {})
        key = (finding, *known.items())
        if key not in kept:
            if len(kept) >= _KEPT:
                kept.clear()
            kept[key] = self.read(evolve_entries(Chart(self.pathway.findings), known)).entry(finding)
        return kept[key]


def _by_combination(columns: Sequence[_Column]) -> Codes:
    """Say that the same comes out of the same values."""
    codes = np.zeros(len(columns[0].codes), np.int64)
    for column in columns:
        codes = np.unique(codes * (len(column.entries) + 1) + column.codes, return_inverse=True)[1]
    return codes


def _by_points(table: Additive, columns: Sequence[_Column]) -> Codes:
    """Say that the same total comes out of the same sums of the fewest and of the most points."""
    found = np.zeros(len(columns[0].codes), np.int64)
    for column in columns:
        item = Additive({column.finding: table.items[column.finding]}, ())
        facts = [{column.finding: e.value} if isinstance(e, Known) else {} for e in column.entries]
        points = [total_of(item, known) for known in (*facts, {})]
        # Sums of points stay far below a million.
        found += np.array([int(p.lowest) * 1_000_000 + int(p.highest) for p in points])[column.codes]
    return found


def _worked_out(
    finding: Finding, inputs: Sequence[Recorded], wanted: Bits, findings: Findings, working: _Working
) -> Recorded | None:
    own = findings.get(finding.id)
    if own is not None:
        # A result that somebody reported but that can't be used is not papered over.
        wanted = wanted & ~own.values.known & ~own.unusable
    if not wanted.any():
        return own
    coded = [one.values.coded() for one in inputs]
    size = len(coded[0].codes)
    rows = rows_of(wanted, size)
    columns = [
        _Column(one.finding.id, np.where(at_rows(c.known, rows), c.codes[rows], len(c.entries)), c.entries)
        for one, c in zip(inputs, coded, strict=True)
    ]
    _, first, codes = np.unique(working.alike(columns), return_index=True, return_inverse=True)
    known = [{id_: e for column in columns for id_, e in column.entry(row).items()} for row in first]
    entries = [working.entry(finding.id, one) for one in known]
    made = np.array([isinstance(entry, Known) for entry in entries], np.bool_)
    all_codes, there = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    all_codes[rows], there[rows] = codes, made[codes]
    return _together(own, Coded(packed(there), all_codes, entries), inputs, finding, size)


def _together(own: Recorded | None, found: Coded, inputs: Sequence[Recorded], finding: Finding, size: int) -> Recorded:
    """Return what was reported and what was worked out as one."""
    seen = _seen(found.known, inputs, size)
    if own is None:
        return Recorded(finding, found, no_bits(size), seen, no_bits(size))
    return Recorded(finding, either(own.values, found), own.unusable, _either(own, seen, found.known, size), own.odd)


def _seen(known: Bits, inputs: Sequence[Recorded], size: int) -> Dated | None:
    """Return when what was worked out was seen: with its newest input, where all of them have a time."""
    if all(one.seen is None for one in inputs):
        return None
    times, timed = np.full(size, EVER), known
    for one in inputs:
        seen = one.seen or Dated.nobody(size)
        timed = timed & (seen.known | ~one.values.known)
        counts = unpacked(seen.known & one.values.known, size) == 1
        times = np.maximum(times, np.where(counts, seen.times, EVER))
    return Dated(times, timed)


def _either(own: Recorded, seen: Dated | None, found: Bits, size: int) -> Dated | None:
    if seen is None or own.seen is None:
        return seen or (own.seen and Dated(own.seen.times, own.seen.known & ~found))
    times = np.where(unpacked(found, size) == 1, seen.times, own.seen.times)
    return Dated(times, (own.seen.known & ~found) | seen.known)
