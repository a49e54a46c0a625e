"""The values of Arrow columns as Python values, exact: floats as they were typed, times in UTC."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.types as types

from spineworkup.cohort.columns import Columns
from spineworkup.cohort.times import EPOCH, in_microseconds


def rows(columns: Columns, batch: pa.RecordBatch, numbers: Collection[int]) -> Iterator[Mapping[str, Any]]:
    """Yield some rows of a batch as `chart_of_row` reads them.

    Args:
        numbers: Of the rows, each once, in rising order.
    """
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
        times = in_microseconds(column).tolist()
        return _filled(column, [EPOCH + timedelta(microseconds=time) for time in times])
    if types.is_float16(column.type) or types.is_float32(column.type):
        return [None if one is None else _as_typed(one, column.type) for one in column.to_pylist()]
    if types.is_struct(column.type):
        fields = [python_values(part) for part in column.flatten()]
        names = [field.name for field in column.type]
        return _filled(column, [dict(zip(names, values, strict=True)) for values in zip(*fields, strict=True)])
    if types.is_list(column.type) or types.is_large_list(column.type):
        parts = iter(python_values(column.flatten()))
        lengths = column.value_lengths().to_pylist()
        return [None if length is None else [next(parts) for _ in range(length)] for length in lengths]
    values: list[Any] = column.to_pylist()
    return values


def _filled(column: pa.Array, values: list[Any]) -> list[Any]:
    there = column.is_valid().to_pylist()
    return [value if valid else None for value, valid in zip(values, there, strict=True)]


def _as_typed(number: float, type_: pa.DataType) -> float:
    """Return the number whose shortest decimal is that of a short float: 0.1, not 0.10000000149."""
    return float(str(type_.to_pandas_dtype()(number)))
