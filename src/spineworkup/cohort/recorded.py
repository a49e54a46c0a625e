"""What the columns of one finding say of many rows; `row.py` says what they mean, and reads each different value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as types
from attrs import define, evolve

from spineworkup.cohort.bits import Bits, any_bits, bitmap, no_bits, packed, valid_bits
from spineworkup.cohort.columns import Columns, fits
from spineworkup.cohort.cuts import LARGEST, SMALLEST, cuts_of
from spineworkup.cohort.known import Coded, Codes, Flagged, Measured, Parts, Values
from spineworkup.cohort.row import entry_of_row
from spineworkup.cohort.times import Dated, Times, duration, read_times
from spineworkup.cohort.values import python_values
from spineworkup.criteria import Present
from spineworkup.entries import Entry, Known, Unknown, WhyUnknown
from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Kind
from spineworkup.moments import CLOCK_SKEW

# So many values are kept with what they say.
_KEPT = 10_000
# Floats hold every whole number up to here.
_WHOLE = 2**53


@define
class Recorded:
    """What is recorded of one finding, by rows.

    Args:
        values: What is known; None where nothing is of anybody.
        unusable: It was recorded, but can't be used: it is not known, for a reason.
        seen: When it was seen.
        odd: What only reading the row by itself can settle: faults, several observations.
    """

    finding: Finding
    values: Values
    unusable: Bits
    seen: Dated | None
    odd: Bits

    def without(self, rows: Bits) -> None:
        """Take back what is known of some rows: it can't be used."""
        self.values = evolve(self.values, known=self.values.known & ~rows)
        self.unusable = self.unusable | rows

    def leave_out_of_date(self, at: Times) -> None:
        """Take back what is too old at a moment, or lies after it, as `read_chart` does."""
        if self.seen is None:
            return
        future = packed(self.seen.times > at + duration(CLOCK_SKEW)) & self.seen.known & self.values.known
        if self.finding.max_age is not None:
            old = packed(at - self.seen.times > duration(self.finding.max_age)) & self.seen.known
            lasting = self.values.truths(Present(self.finding.id)).true if self.finding.red_flag else no_bits(len(at))
            future = future | (old & self.values.known & ~lasting)
        self.without(future)


Chunk = Mapping[str, pa.Array]


def recorded(columns: Columns, chunk: Chunk, id_: str, size: int) -> Recorded:
    """Return what the columns of a finding say."""
    finding = columns.pathway.findings[id_]
    none = no_bits(size)
    values, unusable, odd = _values(columns, chunk, id_, size)
    if f"{id_}.all" in chunk:
        odd = odd | is_filled(chunk[f"{id_}.all"])
    if f"{id_}.reason" in chunk:
        reasons = by_word(chunk[f"{id_}.reason"])
        reasons.pop(WhyUnknown.NOT_RECORDED.value, none)
        odd = odd | any_bits((bits for word, bits in reasons.items() if word not in _REASONS), none)
        unusable = unusable | (any_bits(reasons.values(), none) & ~values.known)
    seen = None
    if f"{id_}.at" in chunk:
        seen, bad = read_times(chunk[f"{id_}.at"])
        odd = odd | bad
    return Recorded(finding, values, unusable, seen, odd)


_REASONS = tuple(reason.value for reason in WhyUnknown)


def is_filled(lists: pa.Array) -> Bits:
    """Return the rows whose list has anything in it."""
    lengths = pc.fill_null(lists.value_lengths(), 0)
    return packed(lengths.to_numpy() > 0)


def by_word(column: pa.Array) -> dict[str, Bits]:
    """Return the rows that have each word of a column of text."""
    coded, known = _encoded(column), valid_bits(column)
    codes = _numbers(coded.indices)
    words = enumerate(coded.dictionary.to_pylist())
    return {word: packed(codes == code) & known for code, word in words if word is not None}


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return column if types.is_dictionary(column.type) else column.dictionary_encode()


def _numbers(column: pa.Array) -> npt.NDArray[Any]:
    """Return the numbers of a column as they lie in memory, with anything where there is none."""
    dtype = column.type.to_pandas_dtype()
    return np.frombuffer(column.buffers()[1], dtype)[column.offset : column.offset + len(column)]


def _values(columns: Columns, chunk: Chunk, id_: str, size: int) -> tuple[Values, Bits, Bits]:
    """Return what is known, what can't be used, and what is odd."""
    column = chunk.get(id_)
    if column is None:
        none = no_bits(size)
        return Coded(none, np.zeros(size, np.int8), []), none, none
    if types.is_boolean(column.type):
        known = valid_bits(column)
        present = bitmap(column.buffers()[1], column.offset, size)
        return Flagged(known, present, lambda: _by_code(columns, chunk, id_)[0]), no_bits(size), no_bits(size)
    finding = columns.pathway.findings[id_]
    if not types.is_float64(column.type) and not types.is_integer(column.type):
        return _by_code(columns, chunk, id_)
    if finding.kind is Kind.QUANTITY:
        return _in_units(columns, chunk, id_)
    return _measured(columns, chunk, id_, "", valid_bits(column)) if finding.kind is Kind.NUMBER else _by_code(columns, chunk, id_)


def _in_units(columns: Columns, chunk: Chunk, id_: str) -> tuple[Values, Bits, Bits]:
    """Return what is known of numbers with their units, each unit by itself; numbers without one are odd."""
    given, unit = valid_bits(chunk[id_]), columns.units.get(id_)
    units = by_word(chunk[f"{id_}.unit"]) if f"{id_}.unit" in chunk else {}
    if unit is not None:
        named = any_bits([*units.values()], np.zeros_like(given))
        units[unit] = units.get(unit, np.zeros_like(given)) | ~named
    finding = columns.pathway.findings[id_]
    found = [_measured(columns, chunk, id_, u, rows & given) for u, rows in units.items() if fits(finding, u)]
    none = np.zeros_like(given)
    known = any_bits([values.known for values, _, _ in found], none)
    unusable = any_bits([unusable for _, unusable, _ in found], none)
    parts = Parts(known, [values for values, _, _ in found], lambda: _by_code(columns, chunk, id_)[0])
    return parts, unusable, given & ~known & ~unusable


def _measured(columns: Columns, chunk: Chunk, id_: str, unit: str, given: Bits) -> tuple[Values, Bits, Bits]:
    """Return what is known of numbers in one unit, of the rows in which they are given."""
    column, finding = chunk[id_], columns.pathway.findings[id_]
    numbers, cuts = np.asarray(_numbers(column), np.float64), cuts_of(columns.pathway, id_, unit)
    size = np.abs(numbers)
    ordinary = size < _WHOLE if types.is_integer(column.type) else (size < LARGEST) & ((size > SMALLEST) | (size == 0))
    odd = given & ~packed(ordinary)
    known: Bits = given & ~odd
    if finding.low is not None:
        known = known & packed(numbers >= cuts.at_least(finding.low))
    if finding.high is not None:
        known = known & ~packed(numbers >= cuts.above(finding.high))
    values: Values = Measured(known, numbers, cuts, lambda: _by_code(columns, chunk, id_)[0])
    return values, given & ~odd & ~known, odd


def _by_code(columns: Columns, chunk: Chunk, id_: str) -> tuple[Coded, Bits, Bits]:
    """Return what is known where each different value, with its unit, is read once."""
    given = valid_bits(chunk[id_])
    codes, distinct = _distinct(columns, chunk, id_)
    entries = [_entry(columns, id_, row) for row in distinct]

    def rows(chosen: list[bool]) -> Bits:
        if len(set(chosen)) < 2:  # mostly: every value of the column can be read
            return given if any(chosen) else np.zeros_like(given)
        table = np.array([*chosen, False], np.bool_)
        return packed(table.take(codes, mode="clip")) & given

    known = rows([isinstance(entry, Known) for entry in entries])
    unusable = rows([isinstance(e, Unknown) and e.reason is not WhyUnknown.NOT_RECORDED for e in entries])
    odd = rows([entry is None for entry in entries])
    nothing = Unknown(WhyUnknown.NOT_RECORDED)
    return Coded(known, codes, [entry or nothing for entry in entries]), unusable, odd


def _distinct(columns: Columns, chunk: Chunk, id_: str) -> tuple[Codes, list[dict[str, Any]]]:
    """Return of every row the place of its value among the different ones, and these, each as a row of its own."""
    coded, unit = _encoded(chunk[id_]), columns.units.get(id_)
    values = python_values(coded.dictionary)
    if f"{id_}.unit" not in chunk:
        return _numbers(coded.indices), [{id_: value, f"{id_}.unit": unit} for value in values]
    units = _encoded(chunk[f"{id_}.unit"])
    names, values = [*units.dictionary.to_pylist(), unit], [*values, None]
    of_value, of_unit = _filled(coded.indices, len(values) - 1), _filled(units.indices, len(names) - 1)
    pairs = of_value * len(names) + of_unit
    different, codes = np.unique(pairs, return_inverse=True)
    return codes, [{id_: values[p // len(names)], f"{id_}.unit": names[p % len(names)]} for p in different.tolist()]


def _filled(codes: pa.Array, missing: int) -> Codes:
    filled: Codes = pc.fill_null(codes.cast(pa.int64()), missing).to_numpy()
    return filled


def _entry(columns: Columns, id_: str, row: dict[str, Any]) -> Entry | None:
    """Return what a value says; None where it can't be read. Each batch has the same values again, so they are kept."""
    kept: dict[Any, Entry | None] = columns.pathway.remember("entries of values", lambda _: {})
    key = (id_, *((type(value), value) for value in row.values()))
    if key not in kept:
        if len(kept) >= _KEPT:
            kept.clear()
        kept[key] = _read(columns, id_, row)
    return kept[key]


def _read(columns: Columns, id_: str, row: dict[str, Any]) -> Entry | None:
    try:
        return entry_of_row(row, columns.pathway, id_)
    except ChartError:
        return None
