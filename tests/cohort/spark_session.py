"""A Spark session in this machine, on two cores, that reaches nothing outside."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ENVIRONMENT = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
SETTINGS = {
    "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.session.timeZone": "America/New_York", "spark.sql.shuffle.partitions": "2",
    "spark.executorEnv.PYTHONPATH": os.pathsep.join(sys.path), "spark.ui.showConsoleProgress": "false",
}  # fmt: skip


@contextmanager
def spark_session(cores: int = 2) -> Iterator[Any]:
    """Give a session, and end it; the environment has to be `ENVIRONMENT` before."""
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master(f"local[{cores}]").config(map=SETTINGS).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()
