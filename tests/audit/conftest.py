"""A cohort of made-up patients, assessed once; as Parquet and as CSV."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` isn't installed")

import pyarrow.parquet as pq

from spineworkup.cohort.parts import write_csv
from spineworkup.cohort.receipt import Options
from spineworkup.cohort.run import assess_files
from spineworkup.moments import read_time
from spineworkup.synthetic.plan import Plan
from spineworkup.synthetic.to_files import write_cohort
from tests.audit.answered import PATHWAY

AT = read_time("2026-01-01T00:00:00+00:00")


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answers in Parquet."""
    folder = tmp_path_factory.mktemp("audit")
    source, answers = folder / "synthetic.parquet", folder / "answers"
    write_cohort(Plan(PATHWAY, 200, errors=0.1, sites=4), source)
    assess_files(PATHWAY, source, answers, Options(AT, ("fired", "pending", "questions")))
    return answers


@pytest.fixture(scope="session")
def out_csv(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same answers in CSV, as the cohort writes it."""
    folder = tmp_path_factory.mktemp("csv")
    for name in ("run.json", "rejects.csv"):
        copy(out / name, folder)
    for name in ("patients", "steps"):
        [part] = (out / name).glob("*.parquet")
        [batch] = pq.read_table(part).to_batches()
        write_csv(batch, folder / f"{name}.csv", names=True)
    return folder
