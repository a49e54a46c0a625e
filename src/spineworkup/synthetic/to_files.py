"""Synthetic cohorts as files: Parquet, CSV, Arrow, wide or long, and beside them the list of the errors put in."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from spineworkup.errors import CohortError
from spineworkup.synthetic.cohort import Made, Put, synthesize
from spineworkup.synthetic.mistakes import MISTAKES, Mistake
from spineworkup.synthetic.plan import Plan
from spineworkup.synthetic.to_long import as_text, to_long
from spineworkup.synthetic.to_ndjson import write_ndjson

Format = Literal["parquet", "csv", "arrow", "long", "ndjson"]
FORMATS: tuple[Format, ...] = get_args(Format)
_BY_ENDING: dict[str, Format] = {".parquet": "parquet", ".csv": "csv", ".arrow": "arrow", ".feather": "arrow", "": "ndjson"}
# What a format can say: a CSV has no lists, and a chart that is exported has no values that it can't hold.
_SAYS: dict[Format, tuple[Mistake, ...]] = {
    "csv": tuple(kind for kind in MISTAKES if kind != "conflict"),
    "ndjson": ("implausible", "in_future"),
}
_MARK = "synthetic"
Progress = Callable[[int], None]


def write_cohort(plan: Plan, path: Path, form: Format | None = None, progress: Progress = lambda done: None) -> int:
    """Write a synthetic cohort into a file, for FHIR into a folder; return how many errors were put in.

    They are listed beside it, in `<name>.errors.csv`, where any were asked for.

    Args:
        path: Its name must say that it is synthetic.
        form: By the ending of the name where it isn't given; `long` into CSV, or Parquet where the name ends so.
        progress: Told how many patients are done.

    Raises:
        CohortError: The name doesn't say what the file is, or nothing of that format can be written there.
    """
    chosen = _format(path, form)
    made = _counted(synthesize(plan, _SAYS.get(chosen, MISTAKES)), progress)
    with _errors_file(plan, path) as note:
        if chosen == "ndjson":
            return write_ndjson(plan, path, (note(one) for one in made))
        with _replacing(path) as part:
            return _write_table(part, path, chosen, (note(one) for one in made))


def _format(path: Path, form: Format | None) -> Format:
    if _MARK not in path.name:
        raise CohortError(path.name, f"the name of made-up patients says so: {_MARK}-{path.name}")
    chosen = form or _BY_ENDING.get(path.suffix)
    if chosen is None:
        raise CohortError(path.name, f"no format goes by that ending: expected one of {', '.join(filter(None, _BY_ENDING))}, or --format")
    if (chosen == "ndjson") != (path.suffix == ""):
        raise CohortError(path.name, "FHIR is written into a folder, whose name has no ending, and all else into a file")
    return chosen


def _counted(made: Iterator[Made], progress: Progress) -> Iterator[Made]:
    done = 0
    for one in made:
        yield one
        done += one.batch.num_rows
        progress(done)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Write beside a file and put it in its place when it is whole."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _errors_file(plan: Plan, path: Path) -> Iterator[Callable[[Made], Made]]:
    """Give a function that notes the errors of what is being written."""
    if not plan.errors:
        yield lambda made: made
        return
    with _replacing(path.with_name(f"{path.name}.errors.csv")) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("record", "patient", "finding", "error"))

        def note(made: Made) -> Made:
            writer.writerows(_row(put) for put in made.errors)
            return made

        yield note


def _row(put: Put) -> Sequence[Any]:
    return put.record, put.patient, put.finding, put.mistake


def _write_table(part: Path, path: Path, form: Format, made: Iterator[Made]) -> int:
    errors, writer = 0, None
    in_text = form == "csv" or (form == "long" and path.suffix != ".parquet")
    try:
        for one in made:
            batch = to_long(one.batch) if form == "long" else one.batch
            batch = _in_text(batch) if in_text else batch
            writer = writer or _open(part, "csv" if in_text else form, batch.schema)
            writer.write_batch(batch)
            errors += len(one.errors)
    finally:
        if writer is not None:
            writer.close()
    return errors


def _open(part: Path, form: Format, schema: pa.Schema) -> Any:
    match form:
        case "csv":
            return pyarrow.csv.CSVWriter(part, schema)
        case "arrow":
            return pa.ipc.new_file(part, schema)
        case _:
            return pyarrow.parquet.ParquetWriter(part, schema)


def _in_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = {name: _cell(batch.column(name)) for name in batch.schema.names}
    return pa.RecordBatch.from_pydict(columns)


def _cell(column: pa.Array) -> pa.Array:
    """Return a column as text; times as RFC 3339 says."""
    if pa.types.is_timestamp(column.type):
        return pa.compute.strftime(column.cast(pa.timestamp("s", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
    return as_text(column)
