"""Files of many patients become batches of wide columns: tables, wide or long, and folders of FHIR NDJSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from attrs import evolve, frozen

from spineworkup.cohort import ndjson
from spineworkup.cohort.chunks import Chunk, merged, sliced
from spineworkup.cohort.columns import columns_of
from spineworkup.cohort.long_rows import as_long, check_long, is_long, long_schema, pivot
from spineworkup.cohort.spread import gathered, parts_for, spread
from spineworkup.cohort.tables import ENDINGS, Table, open_table
from spineworkup.errors import CohortError
from spineworkup.pathways import Pathway

ROWS = 65_536
_FHIR = ".ndjson"
# What is being done, and how much of it is done, from 0 to 1.
Progress = Callable[[str, float], None]
SORTING, ASSESSING = "sorting by patient", "assessing"


@frozen
class Input:
    """What is to be assessed.

    Args:
        files: In the order in which they are read.
        keep: The columns that are passed through.
        chunks: Reads it: with a folder for temporary files, the number of rows of a chunk, and whom to tell how far it is.
    """

    files: tuple[Path, ...]
    keep: tuple[str, ...]
    chunks: Callable[[Path, int, Progress], Iterator[Chunk]]


def read_batches(
    path: Path | str, pathway: Pathway, *, rows: int = ROWS, keep: Collection[str] = (), at: datetime
) -> Iterator[pa.RecordBatch]:
    """Yield what a file or a folder holds, as batches of wide columns; records that can't be read are left out.

    Args:
        path: Parquet, Arrow or CSV, wide or long; or a folder of such files, or of FHIR NDJSON.
        rows: About so many rows in a batch.
        keep: Columns of other things that are in it.
        at: The moment at which FHIR resources are read.

    Raises:
        CohortError: There is nothing to read, or it can't be read.
        ChartError: A column is not known or has the wrong type.
    """
    source = open_input(Path(path), pathway, keep=keep, at=at)
    with TemporaryDirectory(prefix="spineworkup-") as folder:
        yield from (chunk.rows for chunk in source.chunks(Path(folder), rows, lambda words, done: None))


def open_input(path: Path, pathway: Pathway, *, keep: Collection[str], at: datetime) -> Input:
    """Return the patients of a file or a folder, after a look at their columns.

    Raises:
        CohortError, ChartError: As `read_batches`.
    """
    files = _files(path)
    if files[0].suffix.lower() == _FHIR:
        if keep:
            raise CohortError(path.name, "FHIR resources have no columns to keep")
        return Input(files, ndjson.COUNTS, lambda *how: _of_fhir(files, pathway, at, *how))
    tables = [open_table(file) for file in files]
    for file, table in zip(files, tables, strict=True):
        if not table.schema.equals(tables[0].schema):
            raise CohortError(file.name, f"its columns are not those of {files[0].name}", "all files have the same columns")
    if is_long(tables[0].schema.names):
        check_long(tables[0].schema, files[0].name)
        kept = tuple(dict.fromkeys(("site", *keep)))
        return Input(files, kept, lambda *how: _of_long(tables, pathway, kept, *how))
    kept = columns_of(pathway, tables[0].schema, tuple(dict.fromkeys(("site", *keep)))).keep
    return Input(files, kept, lambda folder, rows, progress: _in_row(tables, rows))


def _files(path: Path) -> tuple[Path, ...]:
    """Return the files of an input, which are all of one kind."""
    if not path.exists():
        raise CohortError(str(path), "there is no such file or folder")
    endings = (*ENDINGS, _FHIR)
    inside = sorted(path.iterdir()) if path.is_dir() else [path]
    # Spark and others leave marks of their own beside the data.
    files = [file for file in inside if file.suffix.lower() in endings and not file.name.startswith((".", "_"))]
    if not files:
        raise CohortError(str(path), "nothing to read", f"files end in {', '.join(endings)}")
    if len({file.suffix.lower() for file in files}) > 1:
        raise CohortError(str(path), "files of different kinds", "one kind in a folder")
    return tuple(files)


def _in_row(tables: Sequence[Table], rows: int) -> Iterator[Chunk]:
    """Yield the rows of tables one after another, numbered through, with how much of all is done."""
    before = 0
    for number, table in enumerate(tables):
        last = before
        for chunk in merged(table.chunks(rows), rows):
            records = chunk.records + before
            rejects = [evolve(one, record=one.record + before) for one in chunk.rejects]
            last = max([last, *records[-1:].tolist(), *(one.record for one in rejects)])
            yield Chunk(chunk.rows, records, rejects, (number + chunk.done) / len(tables))
        before = last
    if not before:
        yield Chunk(pa.RecordBatch.from_pylist([], tables[0].schema), np.arange(0), done=1.0)


def _of_long(
    tables: Sequence[Table], pathway: Pathway, keep: Collection[str], folder: Path, rows: int, progress: Progress
) -> Iterator[Chunk]:
    """Yield the patients of long tables, whose rows lie anywhere."""
    schema = long_schema(tables[0].schema)

    def batches() -> Iterator[pa.RecordBatch]:
        for chunk in _in_row(tables, rows):
            progress(SORTING, chunk.done)
            yield as_long(chunk, schema)

    parts = parts_for(sum(table.size for table in tables))
    files = spread(batches(), schema, folder, parts)
    for number, batch in enumerate(gathered(files), 1):
        yield from sliced(pivot(batch, pathway, keep, number / parts), rows)


def _of_fhir(
    files: Sequence[Path], pathway: Pathway, at: datetime, folder: Path, rows: int, progress: Progress
) -> Iterator[Chunk]:
    """Yield the patients of NDJSON files, whose resources lie anywhere."""
    size = sum(file.stat().st_size for file in files)

    def batches() -> Iterator[pa.RecordBatch]:
        read = 0
        for batch in ndjson.resources(files, rows):
            read += batch.nbytes
            progress(SORTING, min(read / size, 1.0))
            yield batch

    parts = parts_for(size)
    spread_over = spread(batches(), ndjson.RESOURCES, folder, parts)
    for number, batch in enumerate(gathered(spread_over), 1):
        yield from sliced(ndjson.charts(batch, pathway, at, number / parts), rows)
