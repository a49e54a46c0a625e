"""Findings that are worked out from others, of many rows at once, where nobody reported them.

Each different combination of values is worked out once, by the function that does it for one patient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce

import numpy as np

from spineworkup.charts import Chart, Entry, Known, evolve_entries, read_chart
from spineworkup.cohort.bits import Bits, Rows, at_rows, no_bits, packed, rows_of, unpacked
from spineworkup.cohort.known import Coded, Codes, Either
from spineworkup.cohort.recorded import Recorded
from spineworkup.cohort.times import Dated, Times
from spineworkup.findings import Finding
from spineworkup.pathways import Pathway
from spineworkup.scores import Score

Findings = Mapping[str, Recorded]
Read = Callable[[Chart], Chart]
# No entry has a time here, so none is out of date at any moment.
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
# Before every patient.
EVER = -(2**62)


def derived(finding: Finding, findings: Findings, pathway: Pathway, at: Times) -> Recorded | None:
    """Return a finding as it is known after it was worked out where all that it is worked out from is known."""
    assert finding.derived is not None
    inputs = [findings[id_] for id_ in finding.derived.inputs if id_ in findings]
    if len(inputs) < len(finding.derived.inputs):
        return findings.get(finding.id)
    wanted = reduce(np.bitwise_and, [one.values.known for one in inputs])
    found = _worked_out(finding, inputs, wanted, findings, pathway, lambda chart: read_chart(chart, _ANY_TIME, (finding,), {}))
    if found is not None:
        found.leave_out_of_date(at)
    return found


def totalled(id_: str, score: Score, findings: Findings, pathway: Pathway) -> Recorded | None:
    """Return the total of a score, as far as its items are known."""
    inputs = [findings[item] for item in score.inputs if item in findings]
    if not inputs:
        return findings.get(id_)
    wanted = reduce(np.bitwise_or, [one.values.known for one in inputs])
    read: Read = lambda chart: read_chart(chart, _ANY_TIME, (), {id_: score})  # noqa: E731
    return _worked_out(pathway.findings[id_], inputs, wanted, findings, pathway, read)


def _worked_out(
    finding: Finding, inputs: Sequence[Recorded], wanted: Bits, findings: Findings, pathway: Pathway, read: Read
) -> Recorded | None:
    own = findings.get(finding.id)
    if own is not None:
        # A result that somebody reported but that can't be used is not papered over.
        wanted = wanted & ~own.values.known & ~own.unusable
    size = len(inputs[0].values.coded().codes)
    rows = rows_of(wanted, size)
    if not len(rows):
        return own
    codes, combinations = _combinations(inputs, rows)
    entries = [_read(combination, finding, pathway, read) for combination in combinations]
    made = np.array([isinstance(entry, Known) for entry in entries], np.bool_)
    all_codes, known = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    all_codes[rows], known[rows] = codes, made[codes]
    return _together(own, Coded(packed(known), all_codes, entries), inputs, finding, size)


def _combinations(inputs: Sequence[Recorded], rows: Rows) -> tuple[Codes, list[dict[str, Entry]]]:
    """Return of every row the place of its combination among the different ones, and these, by finding."""
    coded = [one.values.coded() for one in inputs]
    # The code behind the last one: not known.
    columns = [np.where(at_rows(c.known, rows), c.codes[rows], len(c.entries)) for c in coded]
    codes = np.zeros(len(rows), np.int64)
    for c, column in zip(coded, columns, strict=True):
        _, first, codes = np.unique(
            codes * (len(c.entries) + 1) + column, return_index=True, return_inverse=True
        )
    return codes, [
        {
            one.finding.id: c.entries[column[row]]
            for one, c, column in zip(inputs, coded, columns, strict=True)
            if column[row] < len(c.entries)
        }
        for row in first
    ]


def _read(combination: dict[str, Entry], finding: Finding, pathway: Pathway, read: Read) -> Entry:
    return read(evolve_entries(Chart(pathway.findings), combination)).entry(finding.id)


def _together(own: Recorded | None, found: Coded, inputs: Sequence[Recorded], finding: Finding, size: int) -> Recorded:
    """Return what was reported and what was worked out as one."""
    seen = _seen(found.known, inputs, size)
    if own is None:
        return Recorded(finding, found, no_bits(size), seen, no_bits(size))
    both = Either(own.values.known | found.known, own.values, found)
    return Recorded(finding, both, own.unusable, _either(own, seen, found.known, size), own.odd)


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
