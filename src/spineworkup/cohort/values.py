"""The values of Arrow columns as Python values, exact: floats as they were typed, times in UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from spineworkup.charts import read_time
from spineworkup.cohort.answers import EPOCH, Times, microseconds
from spineworkup.cohort.columns import Columns
from spineworkup.errors import TimeError

MOMENT = pa.timestamp("us", "UTC")
# The first and the last time that Python knows; neither is a patient's.
_FIRST, _LAST = (microseconds(datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 9999))
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def rows(columns: Columns, batch: pa.RecordBatch, numbers: Collection[int]) -> Iterator[Mapping[str, Any]]:
    """Yield some rows of a batch as `chart_of_row` reads them."""
    chosen = batch if len(numbers) == batch.num_rows else batch.take(pa.array(numbers, pa.int64()))
    named = {name: python_values(chosen.column(name)) for name in batch.schema.names if name in columns.names}
    for finding, unit in columns.units.items():
        given = named.get(f"{finding}.unit", [None] * len(numbers))
        named[f"{finding}.unit"] = [unit if one is None else one for one in given]
    for values in zip(*named.values(), strict=True):
        yield dict(zip(named, values, strict=True))


def python_values(column: pa.Array) -> list[Any]:
    """Return the values of a column, None where there is none."""
    if types.is_timestamp(column.type):
        return _filled(column, [EPOCH + timedelta(microseconds=time) for time in in_microseconds(column).tolist()])
    if types.is_float16(column.type) or types.is_float32(column.type):
        return [None if one is None else _as_typed(one, column.type) for one in column.to_pylist()]
    if types.is_struct(column.type):
        fields = [python_values(part) for part in column.flatten()]
        names = [field.name for field in column.type]
        return _filled(column, [dict(zip(names, values, strict=True)) for values in zip(*fields, strict=True)])
    if types.is_list(column.type) or types.is_large_list(column.type):
        parts = iter(python_values(column.flatten()))
        return [None if n is None else [next(parts) for _ in range(n)] for n in column.value_lengths().to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def _filled(column: pa.Array, values: list[Any]) -> list[Any]:
    return [value if there else None for value, there in zip(values, column.is_valid().to_pylist(), strict=True)]


def _as_typed(number: float, type_: pa.DataType) -> float:
    """Return the number whose shortest decimal is that of a short float: 0.1, not 0.10000000149."""
    return float(str(type_.to_pandas_dtype()(number)))


def in_microseconds(column: pa.Array) -> Times:
    """Return timestamps as microseconds; one that no patient can have as another that is refused."""
    raw = column.view(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    per_second = _PER_SECOND[column.type.unit]
    if per_second > 1_000_000:
        return np.asarray(raw // 1000, np.int64)
    factor = 1_000_000 // per_second
    return np.asarray(np.clip(raw, _FIRST // factor, _LAST // factor) * factor, np.int64)


def moments(batch: pa.RecordBatch, name: str, default: datetime | None = None) -> pa.Array:
    """Return a column of times as the results hold them; null where there is none, or none that can be read."""
    if name not in batch.schema.names:
        return pa.repeat(pa.scalar(default, MOMENT), batch.num_rows)
    column = batch.column(name)
    if types.is_timestamp(column.type):
        times = pa.array(in_microseconds(column), mask=~np.asarray(column.is_valid()))
    else:
        times = pa.array([_read(text) for text in column.to_pylist()], pa.int64())
    found = times.cast(MOMENT)
    return found if default is None else found.fill_null(pa.scalar(default, MOMENT))


def _read(text: str | None) -> int | None:
    try:
        return None if text is None else microseconds(read_time(text))
    except TimeError:
        return None
