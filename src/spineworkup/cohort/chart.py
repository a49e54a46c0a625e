"""Charts of many patients at once, as they are to be read at their moments: `read_chart` in columns."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types
from attrs import define, field

from spineworkup.charts import CLOCKS, STATES
from spineworkup.cohort.bits import Bits, Truths, any_bits, no_bits, of_rows, packed, rows_of, valid_bits
from spineworkup.cohort.columns import Columns
from spineworkup.cohort.recorded import Chunk, Recorded, by_word, is_filled, recorded
from spineworkup.cohort.times import Dated, Times, duration, microseconds, read_times
from spineworkup.cohort.worked_out import derived, totalled
from spineworkup.criteria import Leaf
from spineworkup.logic.plan import Plan, plan
from spineworkup.moments import CLOCK_SKEW

_BESIDE = (".unit", ".at", ".source", ".reason", ".all")


@define
class Events:
    """What has happened to a step until now: the rows of each state, and when."""

    states: dict[str, Bits]
    at: Times

    def any_of(self, states: tuple[str, ...], none: Bits) -> Bits:
        """Return the rows whose step is in one of some states."""
        return any_bits([self.states[state] for state in states if state in self.states], none)


@define
class Charts:
    """Charts of many patients.

    Args:
        at: The moment at which each is read.
        odd: The rows that have to be read one by one.
        none: No row.
    """

    size: int
    at: Times
    odd: Bits
    findings: dict[str, Recorded] = field(factory=dict)
    clocks: dict[str, Dated] = field(factory=dict)
    events: dict[str, Events] = field(factory=dict)
    not_available: dict[str, Bits] = field(factory=dict)
    none: Bits = field(init=False)
    _late: dict[tuple[str, int], Bits] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.none = no_bits(self.size)
        self.none.setflags(write=False)

    def truths(self, leaf: Leaf) -> Truths:
        """Return what a criterion on one finding says of every row."""
        one = self.findings.get(leaf.finding)
        return Truths(self.none, self.none) if one is None else one.values.truths(leaf)

    def known(self, finding: str) -> Bits:
        """Return the rows of which a finding is known."""
        one = self.findings.get(finding)
        return self.none if one is None else one.values.known

    def before_now(self, clock: str, within: int) -> Bits:
        """Return the rows in which a time that starts with a clock is over; worked out once for all steps."""
        if (clock, within) not in self._late:
            self._late[clock, within] = packed(self.clocks[clock].times < self.at - within)
        return self._late[clock, within]

    def not_later(self, moments: Dated) -> Dated:
        """Return times without those that lie after the moment, which count as if nobody had recorded them."""
        return Dated(moments.times, moments.known & ~packed(moments.times > self.at + duration(CLOCK_SKEW)))


def charts_of(columns: Columns, batch: pa.RecordBatch, at: datetime | None) -> Charts:
    """Return the rows of a batch as charts."""
    prepared, size = plan(columns.pathway), batch.num_rows
    chunk = {n: batch.column(n) for n in columns.names if not types.is_null(batch.schema.field(n).type)}
    charts = Charts(size, *_moments(chunk, at, size))
    charts.odd |= _nobody(batch.column("patient"))
    _read_findings(charts, columns, chunk, prepared)
    for clock in CLOCKS:
        if f"clocks.{clock}" in chunk:
            moments, bad = read_times(chunk[f"clocks.{clock}"])
            charts.clocks[clock] = charts.not_later(moments)
            charts.odd |= bad
    for id_ in columns.pathway.steps:
        _read_event(charts, chunk, id_)
    if "not_available" in chunk:
        _read_not_available(charts, chunk["not_available"], prepared)
    if "sign_offs" in chunk:
        charts.odd |= is_filled(chunk["sign_offs"])
    return charts


def _moments(chunk: Chunk, at: datetime | None, size: int) -> tuple[Times, Bits]:
    """Return the moment of every row, and the rows that have none."""
    default = Dated.nobody(size) if at is None else Dated(np.full(size, microseconds(at)), ~no_bits(size))
    if "at" not in chunk:
        return default.times, ~default.known
    own, bad = read_times(chunk["at"])
    given = valid_bits(chunk["at"])
    times = np.where(np.asarray(chunk["at"].is_valid()), own.times, default.times)
    return times, bad | (~given & ~default.known)


def _nobody(patients: pa.Array) -> Bits:
    missing = ~valid_bits(patients)
    if types.is_integer(patients.type) or types.is_null(patients.type):
        return missing
    if types.is_dictionary(patients.type):
        patients = patients.dictionary_decode()
    return missing | packed(np.asarray(pc.fill_null(pc.equal(pc.binary_length(patients), 0), True)))


def _read_findings(charts: Charts, columns: Columns, chunk: Chunk, prepared: Plan) -> None:
    """Read what is recorded of every finding, then what can be worked out, in the order of `read_chart`."""
    pathway, findings = columns.pathway, charts.findings
    for id_ in pathway.findings:
        if id_ in chunk or any(f"{id_}{beside}" in chunk for beside in _BESIDE):
            findings[id_] = recorded(columns, chunk, id_, charts.size)
            findings[id_].leave_out_of_date(charts.at)
            charts.odd |= findings[id_].odd
    for finding in prepared.derived:
        found = derived(finding, findings, pathway, charts.at)
        if found is not None:
            findings[finding.id] = found
    for id_, score in pathway.totals.items():
        found = totalled(id_, score, findings, pathway) if id_ in pathway.findings else None
        if found is not None:
            findings[id_] = found


def _read_event(charts: Charts, chunk: Chunk, id_: str) -> None:
    name = f"steps.{id_}"
    state, at = chunk.get(name), chunk.get(f"{name}.at")
    if at is None or state is None:
        if state is not None or at is not None:
            charts.odd |= valid_bits(state if at is None else at)
        return
    moments, bad = read_times(at)
    words = by_word(state)
    strange = [bits for word, bits in words.items() if word not in STATES]
    told = _said(chunk, f"{name}.by", charts.none) & _said(chunk, f"{name}.reason", charts.none)
    untold = words.get("declined", charts.none) & ~told
    charts.odd |= any_bits([valid_bits(state) ^ valid_bits(at), bad, untold, *strange], charts.none)
    moments = charts.not_later(moments)
    states = {word: bits & moments.known for word, bits in words.items() if word in STATES}
    charts.events[id_] = Events(states, moments.times)


def _said(chunk: Chunk, name: str, none: Bits) -> Bits:
    """Return the rows in which a text stands."""
    if name not in chunk:
        return none
    return valid_bits(chunk[name]) & ~by_word(chunk[name]).get("", none)


def _read_not_available(charts: Charts, lists: pa.Array, prepared: Plan) -> None:
    """Read which steps a place can't do; a row that names another is left to be read by itself."""
    rows, steps = pc.list_parent_indices(lists).to_numpy(), lists.flatten()
    charts.odd |= of_rows(rows[rows_of(~valid_bits(steps), len(rows))], charts.size)
    for step, named in by_word(steps).items():
        there = of_rows(rows[rows_of(named, len(rows))], charts.size)
        if step in prepared.by_id:
            charts.not_available[step] = there
        else:
            charts.odd |= there
