"""The same patients on Spark, Dask and DuckDB: the same answers and the same rejects, however they are spread."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from spineworkup.cohort.batch import Assessed, assess_batch
from tests.cohort.people import NOON, PATHWAY, Row, as_table, people
from tests.cohort.spark_session import ENVIRONMENT, spark_session

pytestmark = pytest.mark.conformance
MORE = ("fired", "questions")
# Only here may more be asked of the engines: `SPINEWORKUP_COHORT=100000`.
COUNT = int(os.environ.get("SPINEWORKUP_COHORT", "12"))


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rows = people(COUNT, of=8)
    return as_table([*rows[:5], {"patient": "bad", "haemoglobin": "x"}, {"fever": "present"}, *rows[5:]])


@pytest.fixture(scope="module")
def here(table: pa.Table) -> Assessed:
    [batch] = table.combine_chunks().to_batches()
    return assess_batch(PATHWAY, batch, at=NOON, more=MORE)


def by_patient(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["patient"])


def plain(batch: pa.RecordBatch | pa.Table) -> list[Row]:
    return by_patient(batch.to_pylist())


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    pytest.importorskip("pandas", reason="the extra `spark` isn't installed")
    pytest.importorskip("pyspark.sql", reason="the extra `spark` isn't installed")
    if shutil.which("java") is None:
        pytest.skip("Java isn't installed")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        with spark_session() as session:
            yield session


@pytest.mark.parametrize(("partitions", "batch"), [(1, 10_000), (3, 2)])
def test_spark_gives_what_this_process_gives(
    spark: Any, table: pa.Table, here: Assessed, tmp_path: Path, partitions: int, batch: int
) -> None:
    from spineworkup.cohort.on_spark import assess_spark, assessed, rejected

    pq.write_table(table, tmp_path / "a.parquet")
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(batch))
    frame = spark.read.parquet(str(tmp_path / "a.parquet")).repartition(partitions).cache()
    answers = assess_spark(PATHWAY, frame, at=NOON, more=MORE).cache()
    bad = rejected(answers).toArrow().to_pylist()

    assert plain(here.results) == plain(assessed(answers).toArrow())
    assert wrong(here) == sorted((str(row["patient"]), row["column"], row["problem"]) for row in bad)
    assert numbered_by_spark(frame, bad)


def wrong(assessed: Assessed) -> list[tuple[str, str, str]]:
    return sorted((str(row["patient"]), row["column"], row["problem"]) for row in assessed.rejects.to_pylist())


def numbered_by_spark(frame: Any, rejects: list[Row]) -> bool:
    """Whether Spark's own numbers of the rows lead to those that were rejected."""
    from pyspark.sql.functions import monotonically_increasing_id

    numbers = {row["number"]: row["patient"] for row in frame.select("patient", monotonically_increasing_id().alias("number")).collect()}
    return all(numbers[row["record"]] == row["patient"] for row in rejects)


def test_spark_gives_a_row_for_each_step(spark: Any, table: pa.Table, here: Assessed) -> None:
    from spineworkup.cohort.on_spark import assess_spark, assessed
    from spineworkup.cohort.to_long import to_long

    frame = spark.createDataFrame(table.slice(0, 3).to_pandas())
    found = assessed(assess_spark(PATHWAY, frame, at=NOON, more=("fired",), long=True)).toArrow().to_pylist()
    wanted = to_long(here.results.slice(0, 3)).to_pylist()

    assert [row["due"] for row in wanted] == [row["due"] for row in found]
    assert [(row["patient"], row["step"], row["status"], row["fired"]) for row in wanted] == [
        (row["patient"], row["step"], row["status"], row["fired"]) for row in found
    ]


def test_a_worker_gives_back_a_few_rows_at_a_time(table: pa.Table, here: Assessed, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark.sql", reason="the extra `spark` isn't installed")
    pytest.importorskip("pandas", reason="the extra `spark` isn't installed")
    from attrs import evolve

    from spineworkup.cohort import on_spark

    monkeypatch.setattr(on_spark, "_ROWS_BACK", 3)
    [batch] = table.combine_chunks().to_batches()
    work = on_spark._Work(PATHWAY, NOON, MORE, ("site",), False)
    work = evolve(work, schema=work.together(batch.slice(0, 0), np.arange(0)).schema)
    found = list(work.assess([pa.record_batch({"row": batch.to_struct_array()})]))

    assert {3} == {one.num_rows for one in found[:-1]}
    good = pa.Table.from_batches(found).filter(pc.field(on_spark.RECORD).is_null()).drop_columns(list(on_spark.REJECTED))
    assert plain(here.results) == plain(good)


def test_spark_refuses_columns_before_it_starts(spark: Any) -> None:
    from spineworkup.cohort.on_spark import assess_spark
    from spineworkup.errors import SpineWorkupError

    with pytest.raises(SpineWorkupError, match="did you mean"):
        assess_spark(PATHWAY, spark.sql("select 'a' as patient, true as feverr"), at=NOON)


def test_dask_gives_what_this_process_gives(table: pa.Table, here: Assessed) -> None:
    dask = pytest.importorskip("dask", reason="dask isn't installed (extra `judges`)")
    batches = table.to_batches(max_chunksize=4)
    tasks = [dask.delayed(assess_batch)(PATHWAY, batch, at=NOON, more=MORE) for batch in batches]
    found = dask.compute(*tasks, scheduler="threads", num_workers=2)

    assert plain(here.results) == plain(pa.Table.from_batches([one.results for one in found]))
    assert wrong(here) == sorted(pair for one in found for pair in wrong(one))


def test_duckdb_gives_what_this_process_gives(table: pa.Table, here: Assessed) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb isn't installed (extra `judges`)")
    warehouse = duckdb.connect()
    warehouse.register("patients", table)
    reader = warehouse.sql("select * from patients order by patient desc nulls first").to_arrow_reader(4)
    found = [assess_batch(PATHWAY, batch, at=NOON, more=MORE) for batch in reader]
    warehouse.register("answers", pa.Table.from_batches([one.results for one in found]))

    assert plain(here.results) == plain(warehouse.sql("select * from answers").to_arrow_table())
    assert wrong(here) == sorted(pair for one in found for pair in wrong(one))
