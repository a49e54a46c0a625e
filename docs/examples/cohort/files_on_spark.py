"""Assess the files of a folder that every worker sees, a task for each, and write the answers beside each other: files_on_spark.py IN OUT."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from spineworkup import load_pathway
from spineworkup.cohort.receipt import Options, RunReceipt
from spineworkup.cohort.run import assess_files

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def assessing(target: Path) -> Callable[[Path], RunReceipt]:
    return lambda file: assess_files(load_pathway(), file, target / file.stem, Options(NOON))


def main(source: str, target: str) -> None:
    spark = SparkSession.builder.appName("cohort").getOrCreate()
    files = sorted(Path(source).absolute().glob("*.parquet"))
    done = spark.sparkContext.parallelize(files, len(files)).map(assessing(Path(target).absolute())).collect()
    print(f"{len(done)} files, {sum(one.assessed for one in done)} assessed, {sum(one.rejected for one in done)} rejected")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
