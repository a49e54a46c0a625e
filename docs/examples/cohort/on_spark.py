"""Assess the patients of a Parquet file on Spark, and write the answers beside them: on_spark.py IN OUT."""

import sys
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from spineworkup import load_pathway
from spineworkup.cohort.on_spark import assess_spark, assessed, rejected

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def main(source: str, target: str) -> None:
    # On a cluster `spark-submit` brings the settings.
    spark = SparkSession.builder.appName("cohort").getOrCreate()
    patients = spark.read.parquet(source)
    # Written at once, then asked: each question of `assess_spark` itself would assess every patient anew.
    assess_spark(load_pathway(), patients, at=NOON, long=True).write.parquet(target)
    answers = spark.read.parquet(target)
    overdue = assessed(answers).where("step = 'mri_whole_spine' and overdue")
    print(f"{rejected(answers).count()} rejected, {overdue.count()} wait for an MRI that is overdue")
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
