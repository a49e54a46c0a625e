"""How Spark grows with the number of patients: `python -m tests.benchmarks.on_spark --rows 100000 1000000`.

Rows a second and core, from files to files, beside this process alone on one core; starting Spark and its first,
tiny job apart. Needs the extra `spark` and Java.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from spineworkup import load_pathway
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.receipt import Options
from spineworkup.cohort.run import assess_files
from spineworkup.synthetic.cohort import synthesize
from spineworkup.synthetic.plan import Plan
from tests.cohort.spark_session import ENVIRONMENT, spark_session

# Every row has a moment of its own.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
FILE_ROWS = 50_000
# More are the same again, under other names.
MADE = 1_000_000


@frozen
class Way:
    """A way to assess the files of a folder: it writes into another one."""

    name: str
    cores: int
    run: Callable[[Path, Path], Any]


def write_files(folder: Path, rows: int) -> None:
    """Write so many made-up patients, into files of which each can be a task."""
    folder.mkdir()
    number, kept = 0, pa.table({})
    made = (pa.Table.from_batches([one.batch]) for one in synthesize(Plan(load_pathway(), min(rows, MADE))))
    for table in made:
        kept = table if not kept.num_rows else pa.concat_tables([kept, table])
        while kept.num_rows >= FILE_ROWS:
            pq.write_table(kept.slice(0, FILE_ROWS), folder / f"part-{number:05}.parquet")
            number, kept = number + 1, kept.slice(FILE_ROWS)
    if kept.num_rows:
        pq.write_table(kept, folder / f"part-{number:05}.parquet")
    for again in range(1, rows // MADE):
        for file in list(folder.glob("part-*.parquet")):
            os.link(file, folder / f"again-{again}-{file.name}")


def in_memory(source: Path, target: Path) -> None:
    """Assess only: what the rules take."""
    pathway = load_pathway()
    for file in sorted(source.glob("*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(FILE_ROWS):
            assess_batch(pathway, batch)


def one_by_one(source: Path, target: Path) -> None:
    """File after file in this process."""
    for file in sorted(source.glob("*.parquet")):
        assess_one(file, target)


def assess_one(file: Path, target: Path) -> int:
    return assess_files(load_pathway(), file, target / file.stem, Options(LATER)).assessed


def ways(spark: Any, cores: int) -> Iterator[Way]:
    from spineworkup.cohort.on_spark import assess_spark

    def by_files(source: Path, target: Path) -> None:
        files = sorted(source.glob("*.parquet"))
        assess = lambda file: assess_one(file, target)  # noqa: E731
        spark.sparkContext.parallelize(files, len(files)).map(assess).collect()

    def by_rows(source: Path, target: Path, *, long: bool) -> None:
        frame = spark.read.parquet(str(source))
        assess_spark(load_pathway(), frame, long=long).write.parquet(str(target / "answers"))

    yield Way("this process, assessed only", 1, in_memory)
    yield Way("this process, files to files", 1, one_by_one)
    yield Way("Spark, a task for each file", cores, by_files)
    yield Way("Spark, its rows, a row a patient", cores, lambda source, target: by_rows(source, target, long=False))
    yield Way("Spark, its rows, a row a step", cores, lambda source, target: by_rows(source, target, long=True))


def measured(way: Way, source: Path, work: Path) -> float:
    """Return the seconds that a way takes; what it writes is removed."""
    target = work / "out"
    target.mkdir()
    started = time.perf_counter()
    way.run(source, target)
    seconds = time.perf_counter() - started
    shutil.rmtree(target)
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.on_spark", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--ways", nargs="+", default=["this process", "Spark"], help="how the names of the ways begin")
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        write_files(work / "few", 500)
        for rows in options.rows:
            write_files(work / str(rows), rows)
        started = time.perf_counter()
        with spark_session(options.cores) as spark:
            print(f"Spark itself: {time.perf_counter() - started:.1f} s", flush=True)
            for way in ways(spark, options.cores):
                if way.name.startswith(tuple(options.ways)):
                    show(way, options.rows, work)
    return 0


def show(way: Way, sizes: list[int], work: Path) -> None:
    print(f"{way.name}: the first 500 patients {measured(way, work / 'few', work):.1f} s", flush=True)
    for rows in sizes:
        seconds = measured(way, work / str(rows), work)
        print(f"  {rows:>10} rows, {seconds:8.1f} s, {rows / seconds / way.cores:8.0f} rows a second and core", flush=True)


if __name__ == "__main__":
    sys.exit(main())
