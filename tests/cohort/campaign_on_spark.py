"""The same patients on Spark, by both ways that the documents name, held against this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from spineworkup import load_pathway
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.receipt import Options, RunReceipt
from spineworkup.cohort.run import assess_files
from spineworkup.cohort.to_long import to_long
from spineworkup.synthetic.cohort import synthesize
from spineworkup.synthetic.plan import Plan
from tests.cohort.campaign import AT_ONCE
from tests.cohort.spark_session import ENVIRONMENT, spark_session
from tests.cohort.three_ways import BY_COLUMNS

# Every row has a moment of its own.
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def differences(plan: Plan, cores: int, say: Callable[[str], None]) -> list[str]:
    """Return where Spark says something else than `assess_batch` in this process, in words."""
    os.environ.update(ENVIRONMENT)
    batches = [made.batch for made in synthesize(plan, AT_ONCE)]
    here = [assess_batch(plan.pathway, batch, more=BY_COLUMNS) for batch in batches]
    results = pa.Table.from_batches([one.results for one in here])
    rejects = pa.Table.from_batches([one.rejects for one in here])
    with TemporaryDirectory() as folder, spark_session(cores) as spark:
        work = Path(folder)
        for number, batch in enumerate(batches):
            pq.write_table(pa.Table.from_batches([batch]), work / f"part-{number:05}.parquet")
        rows = list(_by_rows(plan, spark, work, results, rejects))
        say(f"Spark, its rows: {len(rows)} differences")
        long = pa.Table.from_batches([to_long(one.results) for one in here])
        files = list(_by_files(spark, work, long, rejects))
        say(f"Spark, a task for each file: {len(files)} differences")
    return rows + files


def _by_rows(plan: Plan, spark: Any, work: Path, results: pa.Table, rejects: pa.Table) -> Iterator[str]:
    """By `mapInArrow`, the rows spread anew."""
    from spineworkup.cohort.on_spark import COLUMN, PROBLEM, RECORD, REJECTED, assess_spark

    frame = spark.read.parquet(str(work / "part-*.parquet")).repartition(7)
    assess_spark(plan.pathway, frame, more=BY_COLUMNS).write.parquet(str(work / "answers"))
    answers = pq.read_table(work / "answers")
    was_rejected = answers.column(RECORD).is_valid()
    yield from apart("Spark, its rows", results, answers.filter(pc.invert(was_rejected)).drop_columns(list(REJECTED)))
    bad = answers.filter(was_rejected).select(["patient", COLUMN, PROBLEM]).rename_columns(["patient", "column", "problem"])
    yield from apart("Spark, its rejects", rejects.drop_columns(["record"]), bad)


def _by_files(spark: Any, work: Path, long: pa.Table, rejects: pa.Table) -> Iterator[str]:
    """By a task for each file, which writes as `spineworkup cohort` does."""
    files = sorted(work.glob("part-*.parquet"))
    done = spark.sparkContext.parallelize(files, len(files)).map(_assess).collect()
    written = [pq.read_table(part) for part in sorted(work.glob("*.answers/steps/*.parquet"))]
    yield from apart("Spark, a task for each file", long, pa.concat_tables(written))
    if sum(one.rejected for one in done) != rejects.num_rows:
        yield f"Spark, a task for each file: {sum(one.rejected for one in done)} rejects, {rejects.num_rows} expected"


def _assess(file: Path) -> RunReceipt:
    return assess_files(load_pathway(), file, file.with_suffix(".answers"), Options(LATER, BY_COLUMNS))


def apart(what: str, wanted: pa.Table, found: pa.Table) -> Iterator[str]:
    """Yield the columns that differ between two tables, in the order of patients."""
    if wanted.num_rows != found.num_rows or set(wanted.column_names) != set(found.column_names):
        yield f"{what}: {found.num_rows} rows of {found.num_columns} columns, {wanted.num_rows} of {wanted.num_columns} expected"
        return
    one, other = _sorted(wanted), _sorted(found)
    for name in wanted.column_names:
        mine, theirs = one.column(name), other.column(name)
        if not mine.equals(theirs.cast(mine.type)):
            count = sum(left != right for left, right in zip(mine.to_pylist(), theirs.to_pylist(), strict=True))
            yield f"{what}: {name} differs in {count} rows"


def _sorted(table: pa.Table) -> pa.Table:
    """Return a table by patient and, where it has them, by step."""
    plain = pa.table({name: _plain(table.column(name)) for name in table.column_names})
    return plain.sort_by([(name, "ascending") for name in ("patient", "step") if name in plain.column_names])


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
