"""Assess the patients of a Parquet file with Dask, a task for each batch: on_dask.py IN."""

import sys
from datetime import UTC, datetime

import dask
import pyarrow as pa

from spineworkup import load_pathway
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.files import read_batches

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def main(source: str) -> None:
    rules = load_pathway()
    tasks = [dask.delayed(assess_batch)(rules, batch, at=NOON) for batch in read_batches(source, rules, rows=1000, at=NOON)]
    answers = dask.compute(*tasks, scheduler="threads")
    results = pa.Table.from_batches([one.results for one in answers])
    print(f"{results.num_rows} assessed, {sum(one.rejects.num_rows for one in answers)} rejected")


if __name__ == "__main__":
    main(*sys.argv[1:])
