"""The same made-up patients in every format: read back, each gives the same chart; and files say what they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `cohort` isn't installed")

import pyarrow.parquet as pq

from spineworkup.charts import Chart
from spineworkup.cli import main
from spineworkup.cohort.files import read_batches
from spineworkup.cohort.row import chart_of_row
from spineworkup.errors import CohortError
from spineworkup.moments import read_time
from spineworkup.reading.load import load_pathway
from spineworkup.synthetic.cohort import synthesize
from spineworkup.synthetic.mistakes import MISTAKES
from spineworkup.synthetic.plan import Plan
from spineworkup.synthetic.to_files import write_cohort

PATHWAY = load_pathway("metastatic_spine")
PEOPLE = 40
PLAN = Plan(PATHWAY, PEOPLE)
AT = read_time("2026-01-01T00:00:00+00:00")
NAMES = {"parquet": "synthetic.parquet", "csv": "synthetic.csv", "arrow": "synthetic.arrow", "long": "synthetic-long.csv", "ndjson": "synthetic"}


def charts(path: Path) -> Iterator[tuple[str, Chart]]:
    for batch in read_batches(path, PATHWAY, at=AT, keep=()):
        for row in batch.to_pylist():
            yield row["patient"].removeprefix("Patient/"), chart_of_row({**row, "patient": ""}, PATHWAY)


def said(chart: Chart) -> tuple[Any, ...]:
    """Return what a chart says, without from where: a bulk export names no source."""
    return chart.facts, chart.times, chart.clocks, chart.steps


WANTED = {row["patient"]: chart_of_row({**row, "patient": ""}, PATHWAY) for made in synthesize(PLAN) for row in made.batch.to_pylist()}


@pytest.mark.parametrize("form", NAMES)
def test_read_back_every_patient_has_the_same_chart(form: str, tmp_path: Path) -> None:
    path = tmp_path / NAMES[form]
    write_cohort(PLAN, path, form)  # type: ignore[arg-type]
    found = dict(charts(path))
    assert found.keys() == WANTED.keys()
    assert not [patient for patient, chart in found.items() if said(chart) != said(WANTED[patient])]


@pytest.mark.parametrize("form", NAMES)
def test_same_seed_same_bytes(form: str, tmp_path: Path) -> None:
    paths = [tmp_path / number / NAMES[form] for number in "12"]
    for path in paths:
        path.parent.mkdir()
        write_cohort(Plan(PATHWAY, 8, errors=0.5), path, form)  # type: ignore[arg-type]
    one, other = ({file.relative_to(path.parent): file.read_bytes() for file in path.parent.rglob("*") if file.is_file()} for path in paths)
    assert one == other and len(one) > 1


def test_files_say_that_they_are_made_up(tmp_path: Path) -> None:
    write_cohort(PLAN, tmp_path / "synthetic.parquet")
    assert b"made-up patients" in pq.read_schema(tmp_path / "synthetic.parquet").metadata[b"synthetic"]
    write_cohort(PLAN, tmp_path / "synthetic")
    for line in (line for file in (tmp_path / "synthetic").iterdir() for line in file.read_text("utf-8").splitlines()):
        assert '"HTEST"' in line and "synthetic-0000" in line


@pytest.mark.parametrize(("name", "form", "words"), [
    ("patients.parquet", None, "says so: synthetic-patients.parquet"),
    ("synthetic.xlsx", None, "no format goes by that ending"),
    ("synthetic.csv", "ndjson", "into a folder"),
    ("synthetic", "csv", "into a folder"),
])  # fmt: skip
def test_a_name_that_does_not_fit_is_refused(name: str, form: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=words):
        write_cohort(PLAN, tmp_path / name, form)
    assert not list(tmp_path.iterdir())


def test_the_errors_are_listed_beside_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "synthetic.csv"
    assert main(["synthesize", "120", "--to", str(path), "--errors", "0.4", "--from", "2024-03-01", "--months", "2"]) == 0
    with (tmp_path / "synthetic.csv.errors.csv").open() as file:
        listed = list(csv.DictReader(file))
    assert {row["error"] for row in listed} <= set(MISTAKES) - {"conflict"} and len(listed) > 30
    assert f"{len(listed)} of them have an error" in capsys.readouterr().out
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert {row["at"] for row in rows} == {"2024-05-01T00:00:00Z"}
    assert [rows[int(row["record"]) - 1]["patient"] for row in listed] == [row["patient"] for row in listed]


def test_stopped_half_way_it_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_cohort(Plan(PATHWAY, 8, errors=0.5), tmp_path / "synthetic.parquet", progress=stop)
    assert not list(tmp_path.iterdir())
