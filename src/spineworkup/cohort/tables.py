"""Tables of patients in files: Parquet, Arrow IPC and CSV, read batch by batch."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from attrs import frozen

from spineworkup.cohort.chunks import Chunk, Reject, check_names
from spineworkup.errors import CohortError

# A line of a CSV file has to fit into this.
BLOCK_BYTES = 4_000_000
# A long row as Arrow keeps it; in a compressed file it takes far less.
_ROW_BYTES = 100
_LISTS = ("not_available",)
_MAX_HEADER = 1_000_000
_BOM = b"\xef\xbb\xbf"


@frozen
class Table:
    """A file that holds a table.

    Args:
        schema: Its columns; those of CSV are all text.
        size: About how many bytes it takes in memory.
        chunks: Reads it, so many rows at a time.
    """

    schema: pa.Schema
    size: int
    chunks: Callable[[int], Iterator[Chunk]]


def open_table(file: Path) -> Table:
    """Return the table that a file holds.

    Raises:
        CohortError: It isn't a table, is damaged, or has two columns of one name. No message repeats what it holds.
    """
    with _named(file):
        table = _OPENERS[file.suffix.lower()](file)
    check_names(table.schema.names, file.name)
    return Table(table.schema, table.size, lambda rows: _guarded(table.chunks(rows), file))


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """Turn what Arrow says of a file into a message that repeats no value, as Arrow's own does."""
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise CohortError(file.name, *_words(error)) from None
    except OSError as error:
        # What the system refuses has a number; of damaged data Arrow says it without one.
        if error.errno is not None:
            raise
        raise CohortError(file.name, *_words(error)) from None


def _words(error: BaseException) -> tuple[str, str]:
    if "straddling" in str(error):
        return "a row is longer than can be read", "perhaps a quotation mark that is never closed"
    return "can't be read: damaged, or not what its ending says", "write it anew"


def _guarded(chunks: Iterator[Chunk], file: Path) -> Iterator[Chunk]:
    while True:
        with _named(file):
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk


def _numbered(batches: Iterator[pa.RecordBatch], total: int) -> Iterator[Chunk]:
    first = 1
    for batch in batches:
        after = first + batch.num_rows
        yield Chunk(batch, np.arange(first, after), done=(after - 1) / max(total, 1))
        first = after


def _open_parquet(file: Path) -> Table:
    def chunks(rows: int) -> Iterator[Chunk]:
        with pq.ParquetFile(file, pre_buffer=False) as parquet:
            yield from _numbered(parquet.iter_batches(rows, use_threads=False), parquet.metadata.num_rows)

    with pq.ParquetFile(file) as opened:
        return Table(opened.schema_arrow, opened.metadata.num_rows * _ROW_BYTES, chunks)


def _open_arrow(file: Path) -> Table:
    with pa.OSFile(str(file)) as source, pa.ipc.open_file(source) as reader:
        schema, size = reader.schema, reader.count_rows() * _ROW_BYTES

    def chunks(rows: int) -> Iterator[Chunk]:
        with pa.memory_map(str(file)) as source, pa.ipc.open_file(source) as reader:
            whole = (reader.get_batch(number) for number in range(reader.num_record_batches))
            pieces = (batch.slice(start, rows) for batch in whole for start in range(0, batch.num_rows, rows))
            yield from _numbered(pieces, reader.count_rows())

    return Table(schema, size, chunks)


def _open_csv(file: Path) -> Table:
    names = _header(file)
    return Table(_text_schema(names), file.stat().st_size, lambda rows: _csv_chunks(file, names))


def _header(file: Path) -> list[str]:
    with file.open("rb") as opened:
        line = opened.readline(_MAX_HEADER).removeprefix(_BOM).decode("utf-8")
    if not line.strip():
        raise CohortError(file.name, "expected a first line with the names of the columns")
    [names] = csv.reader([line], strict=True)
    return names


def _csv_chunks(file: Path, names: list[str]) -> Iterator[Chunk]:
    """Yield a CSV file block by block; a row with a cell too many or too few is a reject."""
    skipped: list[pa.csv.InvalidRow] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    with file.open("rb", buffering=0) as opened:
        size = file.stat().st_size
        reader = pa.csv.open_csv(
            opened,
            pa.csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names, skip_rows=1),
            pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            # Bytes: as text, one wrong character would refuse the whole block.
            pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.binary()), null_values=[""], strings_can_be_null=True, check_utf8=False
            ),
        )
        last = 0
        for batch in reader:
            # Arrow counts the line with the names, too.
            records = _numbers(last, batch.num_rows, [row.number - 1 for row in skipped])
            last = int(records[-1]) if len(records) else last
            before = [row for row in skipped if row.number - 1 < last]
            yield _decoded(batch, records, _wrong_cells(file, before), opened.tell() / size)
            del skipped[: len(before)]
        if skipped:
            nothing = pa.record_batch([pa.array([], pa.binary())] * len(names), names=names)
            yield _decoded(nothing, np.arange(0), _wrong_cells(file, skipped), 1.0)


def _numbers(last: int, count: int, left_out: Sequence[int]) -> np.ndarray:
    """Return the numbers of the rows that follow a row, without those left out."""
    numbers = np.arange(last + 1, last + 1 + count + len(left_out))
    return numbers[~np.isin(numbers, left_out)][:count]


def _wrong_cells(file: Path, rows: Sequence[pa.csv.InvalidRow]) -> list[Reject]:
    for row in rows:
        if "\n" in row.text:
            # Nobody can say how many rows it has swallowed.
            raise CohortError(file.name, f"row {row.number - 1} goes over several lines", "perhaps a quotation mark that is never closed")
    return [Reject(row.number - 1, None, "", f"expected {row.expected_columns} cells, found {row.actual_columns}") for row in rows]


def _decoded(batch: pa.RecordBatch, records: np.ndarray, rejects: list[Reject], done: float) -> Chunk:
    """Return a block of bytes as text; a row that isn't UTF-8 is a reject."""
    bad: dict[int, str] = {}
    for name in batch.schema.names:
        bad |= {number: name for number in _not_text(batch.column(name))}
    good = np.ones(len(records), dtype=bool)
    good[list(bad)] = False
    rejects += [Reject(int(records[number]), None, name, "not UTF-8 text") for number, name in bad.items()]
    rows = batch.filter(pa.array(good)) if bad else batch
    text = rows.cast(pa.schema([(name, pa.string()) for name in rows.schema.names]))
    columns = [_listed(text.column(name)) if name in _LISTS else text.column(name) for name in text.schema.names]
    made = pa.record_batch(columns, schema=_text_schema(text.schema.names))
    return Chunk(made, records[good], sorted(rejects, key=lambda one: one.record), done)


def _text_schema(names: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, pa.list_(pa.string()) if name in _LISTS else pa.string()) for name in names])


def _listed(column: pa.Array) -> pa.Array:
    """Return text such as `step_a; step_b` as lists."""
    return pc.split_pattern_regex(pc.utf8_trim_whitespace(column), r"\s*;\s*")


def _not_text(column: pa.Array) -> list[int]:
    try:
        column.cast(pa.string())
    except pa.ArrowInvalid:
        return [number for number, cell in enumerate(column.to_pylist()) if cell is not None and not _is_utf8(cell)]
    return []


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True


_OPENERS: Mapping[str, Callable[[Path], Table]] = {
    ".parquet": _open_parquet,
    ".pq": _open_parquet,
    ".arrow": _open_arrow,
    ".feather": _open_arrow,
    ".ipc": _open_arrow,
    ".csv": _open_csv,
}
ENDINGS = tuple(_OPENERS)
