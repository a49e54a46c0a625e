"""Parts of results on the disk: each is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

_TEMPORARY = ".tmp"
# What a spreadsheet takes for a formula. A number with a sign is none.
_FORMULA, _QUOTED = r"^([=+\-@\t\r].*)$", r"'\1"
_SIGNED = r"^[+-][0-9]+([.,][0-9]+)?$"


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """Open a file to be written; it takes the place of an earlier one when all of it is on the disk, and not before."""
    new = file.with_name(file.name + _TEMPORARY)
    try:
        with new.open("wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(new, file)
    finally:
        new.unlink(missing_ok=True)


def write_parquet(batch: pa.RecordBatch, file: Path) -> None:
    """Write a part as Parquet."""
    with written(file) as opened:
        pq.write_table(pa.Table.from_batches([batch]), opened, compression="zstd")


def write_csv(batch: pa.RecordBatch, file: Path, *, names: bool) -> None:
    """Write a part as CSV, with or without the names of the columns before it."""
    with written(file) as opened:
        pa.csv.write_csv(as_text(batch), opened, pa.csv.WriteOptions(include_header=names))


def join(parts: Iterable[Path], file: Path) -> None:
    """Join parts of CSV, of which the first begins with the names of the columns."""
    with written(file) as opened:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, opened)


def as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch as CSV holds it: lists joined by `; `, times as texts, and no text that a spreadsheet would run."""
    return pa.record_batch([_text(batch.column(name)) for name in batch.schema.names], names=batch.schema.names)


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "; ")
    if pa.types.is_timestamp(column.type):
        whole = pc.strftime(column, "%Y-%m-%dT%H:%M:%S+00:00")
        return pc.replace_substring(whole, ".000000", "")
    return _harmless(column) if pa.types.is_string(column.type) else column


def _harmless(column: pa.Array) -> pa.Array:
    """Return texts, with a ' before those that a spreadsheet would take for a formula."""
    quoted = pc.replace_substring_regex(column, _FORMULA, _QUOTED)
    return pc.if_else(pc.match_substring_regex(column, _SIGNED), column, quoted)

