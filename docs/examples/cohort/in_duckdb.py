"""Assess the patients of a warehouse, batch by batch, and ask the answers by SQL: in_duckdb.py IN."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from spineworkup import load_pathway
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.to_long import to_long

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUESTION = """
select status, count(*) as patients from answers where step = 'mri_whole_spine' group by status order by patients desc, status
"""


def answers_of(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    rules = load_pathway()
    for batch in batches:
        yield to_long(assess_batch(rules, batch, at=NOON).results)


def main(source: str) -> None:
    warehouse = duckdb.connect()
    batches = warehouse.read_parquet(source).to_arrow_reader(10_000)
    found = list(answers_of(batches))
    warehouse.register("answers", pa.Table.from_batches(found))
    for status, patients in warehouse.sql(QUESTION).fetchall():
        print(f"{status}: {patients}")


if __name__ == "__main__":
    main(*sys.argv[1:])
