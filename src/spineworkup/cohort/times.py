"""Moments in columns: microseconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.types as types
from attrs import define

from spineworkup.cohort.bits import Bits, no_bits, packed, set_bit, valid_bits
from spineworkup.errors import TimeError
from spineworkup.moments import FIRST_YEAR, LAST_YEAR, read_time

Times = npt.NDArray[np.int64]

MOMENT = pa.timestamp("us", "UTC")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def microseconds(moment: datetime) -> int:
    """Return a moment as a column holds it."""
    return (moment - EPOCH) // _MICROSECOND


def duration(time: timedelta) -> int:
    """Return a duration as it is added to such a column."""
    return time // _MICROSECOND


# The first and the last time that Python knows, which are no patient's; and within which a patient's lie.
_FIRST, _LAST = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 9999))
_BORN, _END = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (FIRST_YEAR, LAST_YEAR + 1))


@define
class Dated:
    """Times that some rows have; memory that nobody writes to costs nothing."""

    times: Times
    known: Bits

    @classmethod
    def nobody(cls, size: int) -> Dated:
        """Return no time for every row."""
        return cls(np.zeros(size, np.int64), no_bits(size))

    def put(self, row: int, moment: datetime | None) -> None:
        """Write the time of one row."""
        set_bit(self.known, row, moment is not None)
        if moment is not None:
            self.times[row] = microseconds(moment)


def in_microseconds(column: pa.Array) -> Times:
    """Return timestamps as microseconds; one that no patient can have as another that is refused."""
    raw = column.view(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    per_second = _PER_SECOND[column.type.unit]
    if per_second > 1_000_000:
        return np.asarray(raw // 1000, np.int64)
    factor = 1_000_000 // per_second
    return np.asarray(np.clip(raw, _FIRST // factor, _LAST // factor) * factor, np.int64)


def read_times(column: pa.Array) -> tuple[Dated, Bits]:
    """Return a column of times, and the rows whose time can't be read: what `moment_in` refuses."""
    if types.is_null(column.type):
        return Dated.nobody(len(column)), no_bits(len(column))
    if not types.is_timestamp(column.type):
        column = _parsed(column)
    times, given = in_microseconds(column), valid_bits(column)
    bad = packed((times < _BORN) | (times >= _END)) & given
    return Dated(times, given & ~bad), bad


def _parsed(column: pa.Array) -> pa.Array:
    """Return times that were written as text; one that can't be read as one that is refused."""
    coded = column if types.is_dictionary(column.type) else column.dictionary_encode()
    read = [_read(text) for text in coded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(read, MOMENT)).dictionary_decode()


def _read(text: str | None) -> int | None:
    try:
        return None if text is None else microseconds(read_time(text))
    except TimeError:
        return _FIRST


def moments(batch: pa.RecordBatch, name: str, default: datetime | None = None) -> pa.Array:
    """Return a column of times as the results hold them; null where there is none, or none that can be read."""
    if name not in batch.schema.names:
        return pa.repeat(pa.scalar(default, MOMENT), batch.num_rows)
    column = batch.column(name)
    found = column if column.type == MOMENT else dated(read_times(column)[0])
    return found.fill_null(pa.scalar(default, MOMENT)) if default is not None and found.null_count else found


def dated(moments: Dated) -> pa.Array:
    """Return times as Arrow holds them, null where there is none."""
    buffers = [pa.py_buffer(moments.known), pa.py_buffer(moments.times)]
    return pa.Array.from_buffers(MOMENT, len(moments.times), buffers)
