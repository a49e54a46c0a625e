"""Runs over many patients: stopped anywhere they go on, nothing is lost or there twice, and no half part is left."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.cohort import parts, run
from spineworkup.cohort.long_rows import COLUMNS
from spineworkup.cohort.receipt import Options, load
from spineworkup.cohort.run import assess_files
from spineworkup.errors import CohortError, KeepingError, SpineWorkupError
from tests.cohort.people import NOON, PATHWAY, Row, as_long, as_table, people, write_csv

OPTIONS = Options(NOON, rows=3)
BAD = {"patient": "bad", "haemoglobin": "Quasimodo g/L"}


def some(count: int = 7) -> list[Row]:
    """Patients, of whom the fifth has an error."""
    found = people(count, of=6)
    return [*found[:4], BAD, *found[4:]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("input")
    pq.write_table(as_table(some()), folder / "a.parquet")
    long = write_csv(as_long(some()), folder / "long.csv", COLUMNS)
    return {"wide": folder / "a.parquet", "long": long}


def contents(out: Path) -> dict[str, bytes]:
    return {str(file.relative_to(out)): file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}


class Stopped(BaseException):
    pass


def stopping_after(parts_done: int) -> Callable[[str, float, int], None]:
    """Return a progress that ends the run once so many parts are written."""
    seen = []

    def progress(words: str, done: float, records: int) -> None:
        seen.append(records)
        if words == run.ASSESSING and len([one for one in seen if one]) > parts_done:
            raise Stopped

    return progress


@pytest.mark.parametrize(("form", "format_"), [("wide", "parquet"), ("wide", "csv"), ("long", "parquet")])
def test_a_run_that_is_stopped_again_and_again_ends_as_one_that_is_not(
    files: dict[str, Path], tmp_path: Path, form: str, format_: str
) -> None:
    options = evolve(OPTIONS, format=format_, more=("questions",))
    whole = assess_files(PATHWAY, files[form], tmp_path / "whole", options)
    for _ in range(2):
        with pytest.raises(Stopped):
            assess_files(PATHWAY, files[form], tmp_path / "out", options, progress=stopping_after(1))
    finished = assess_files(PATHWAY, files[form], tmp_path / "out", options)

    assert whole == finished == load(tmp_path / "out")
    assert (8, 7, 1, 3, True) == (whole.records, whole.assessed, whole.rejected, whole.parts, whole.finished)
    assert contents(tmp_path / "whole") == contents(tmp_path / "out")


def test_a_run_in_parts_of_any_size_gives_the_same_rows(files: dict[str, Path], tmp_path: Path) -> None:
    rows = []
    for size in (2, 100):
        out = tmp_path / str(size)
        assess_files(PATHWAY, files["wide"], out, evolve(OPTIONS, rows=size))
        rows.append((pq.read_table(out / "patients"), pq.read_table(out / "steps"), (out / "rejects.csv").read_bytes()))

    assert rows[0] == rows[1]


def test_what_was_written_is_what_one_patient_gets(files: dict[str, Path], tmp_path: Path) -> None:
    assess_files(PATHWAY, files["wide"], tmp_path / "out", evolve(OPTIONS, format="csv"))
    with (tmp_path / "out" / "steps.csv").open(newline="") as opened:
        steps = list(csv.DictReader(opened))
    with (tmp_path / "out" / "rejects.csv").open(newline="") as opened:
        [reject] = csv.DictReader(opened)

    assert 7 * len(PATHWAY.steps) == len(steps)
    assert [f"p{number}" for number in range(7)] == list(dict.fromkeys(row["patient"] for row in steps))
    assert ("5", "bad", "haemoglobin") == (reject["record"], reject["patient"], reject["column"])
    assert b"Quasimodo" not in b"".join(contents(tmp_path / "out").values())


def test_a_killed_process_leaves_a_run_that_goes_on(files: dict[str, Path], tmp_path: Path) -> None:
    script = f"""
import os, signal, sys
from pathlib import Path
from datetime import datetime
from spineworkup import load_pathway
from spineworkup.cohort.long_rows import COLUMNS
from spineworkup.cohort.receipt import Options
from spineworkup.cohort.run import assess_files
def progress(words, done, records):
    if records >= 6:
        os.kill(os.getpid(), {signal.SIGKILL})
at = datetime.fromisoformat({NOON.isoformat()!r})
assess_files(load_pathway("metastatic_spine"), Path(sys.argv[1]), Path(sys.argv[2]), Options(at, rows=3), progress=progress)
"""
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", script, files["long"], out], check=False, timeout=120)

    assert -signal.SIGKILL == done.returncode
    assert 2 == load(out).parts
    assert list((out / ".work").glob("tmp*"))
    assess_files(PATHWAY, files["long"], out, OPTIONS)
    assess_files(PATHWAY, files["long"], tmp_path / "whole", OPTIONS)
    assert contents(tmp_path / "whole") == contents(out)


@pytest.mark.parametrize(
    ("differs", "options", "rules"),
    [
        ("the moment", {"at": NOON + timedelta(1)}, ()),
        ("what is added", {"more": ("fired",)}, ()),
        ("the format", {"format": "csv"}, ()),
        ("the size of a part", {"rows": 4}, ()),
        ("the rules", {}, ("us",)),
    ],
)
def test_a_run_goes_on_only_as_it_was_begun(
    files: dict[str, Path], tmp_path: Path, differs: str, options: dict[str, object], rules: tuple[str, ...]
) -> None:
    with pytest.raises(Stopped):
        assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS, progress=stopping_after(0))
    before = contents(tmp_path)
    pathway = load_pathway("metastatic_spine", rules)
    with pytest.raises(CohortError, match=f"differs in {differs}.*--again"):
        assess_files(pathway, files["wide"], tmp_path, evolve(OPTIONS, **options))

    assert before == contents(tmp_path)


def test_another_input_starts_anew_only_when_asked(files: dict[str, Path], tmp_path: Path) -> None:
    changed = [{**row, "fever": "present"} for row in some(2)]
    pq.write_table(as_table(changed), tmp_path / "a.parquet")
    assess_files(PATHWAY, files["wide"], tmp_path / "out", OPTIONS)
    with pytest.raises(CohortError, match="differs in the input"):
        assess_files(PATHWAY, tmp_path / "a.parquet", tmp_path / "out", OPTIONS)
    assess_files(PATHWAY, tmp_path / "a.parquet", tmp_path / "out", OPTIONS, again=True)
    assess_files(PATHWAY, tmp_path / "a.parquet", tmp_path / "new", OPTIONS)

    assert contents(tmp_path / "new") == contents(tmp_path / "out")


def test_a_folder_that_holds_something_else_is_left_alone(files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    for again in (False, True):
        with pytest.raises(CohortError, match="holds something else"):
            assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS, again=again)
    assert {"thesis.docx": b"years of work"} == contents(tmp_path)


def test_a_damaged_receipt_is_no_receipt(files: dict[str, Path], tmp_path: Path) -> None:
    assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS)
    for text in ("{", "[]", "{}", '{"counts": 1}'):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(CohortError, match="not the receipt of a run"):
            assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS)
    assert assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS, again=True).finished


@pytest.mark.parametrize("at_write", range(5))
def test_a_full_disk_leaves_no_half_part(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_write: int
) -> None:
    writes = iter(range(1000))
    true_fsync = os.fsync

    def fsync(handle: int) -> None:
        if next(writes) == at_write:
            raise OSError(errno.ENOSPC, "No space left on device", "/secret/place")
        true_fsync(handle)

    monkeypatch.setattr(parts.os, "fsync", fsync)
    with pytest.raises(CohortError, match=r"can't be written \(no space left on device\)") as raised:
        assess_files(PATHWAY, files["wide"], tmp_path / "out", OPTIONS)
    assert "secret" not in str(raised.value)
    assert not [name for name in contents(tmp_path / "out") if name.endswith(".tmp")]
    assess_files(PATHWAY, files["wide"], tmp_path / "out", OPTIONS)
    assess_files(PATHWAY, files["wide"], tmp_path / "whole", OPTIONS)
    assert contents(tmp_path / "whole") == contents(tmp_path / "out")


def test_records_that_are_lost_on_the_way_are_noticed(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = run.assess_batch

    def losing(*args: object, **named: object) -> object:
        assessed = true(*args, **named)
        return evolve(assessed, results=assessed.results.slice(1))

    monkeypatch.setattr(run, "assess_batch", losing)
    with pytest.raises(CohortError, match="3 records expected, 2 found"):
        assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS)


def test_a_part_that_has_gone_is_noticed(files: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS, progress=stopping_after(1))
    (tmp_path / "patients" / "part-00000.parquet").unlink()
    with pytest.raises(CohortError, match="nothing of this run can be trusted"):
        assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS)


def test_one_run_at_a_time(files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spineworkup.workups.locks.PATIENCE", 0.0)

    def second(words: str, done: float, records: int) -> None:
        with pytest.raises(KeepingError):
            assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS)

    assert assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS, progress=second).finished


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


def test_no_cell_of_csv_is_a_formula(tmp_path: Path) -> None:
    rows = [{"patient": text, "site": text} for text in (*FORMULAS, "-5", "+49.5", "a=b")]
    pq.write_table(as_table([*rows, {**BAD, "patient": "=bad"}]), tmp_path / "a.parquet")
    assess_files(PATHWAY, tmp_path / "a.parquet", tmp_path / "out", evolve(OPTIONS, format="csv"))
    with (tmp_path / "out" / "patients.csv").open(newline="") as opened:
        found = [row["patient"] for row in csv.DictReader(opened)]

    assert [*(f"'{text}" for text in FORMULAS), "-5", "+49.5", "a=b"] == found
    assert b'"\'=bad"' in (tmp_path / "out" / "rejects.csv").read_bytes()


def test_no_patient_names_a_file(tmp_path: Path) -> None:
    rows = [{"patient": name, "fever": "present"} for name in ("../../x", "/etc/x", "a\0b", "..", "part-00000.parquet")]
    pq.write_table(as_table(rows), tmp_path / "a.parquet")
    before = {file for file in tmp_path.rglob("*")}
    assess_files(PATHWAY, tmp_path / "a.parquet", tmp_path / "out", OPTIONS)

    names = {str(file.relative_to(tmp_path / "out")) for file in set(tmp_path.rglob("*")) - before if file.is_file()}
    numbered = {f"{table}/part-0000{number}.parquet" for table in ("patients", "steps") for number in range(2)}
    assert {*numbered, "rejects.csv", "run.json", ".lock"} == names


def test_the_receipt_says_by_what_and_of_what(files: dict[str, Path], tmp_path: Path) -> None:
    assess_files(PATHWAY, files["wide"], tmp_path, OPTIONS)
    kept = json.loads((tmp_path / "run.json").read_text())

    assert PATHWAY.hash == kept["pathway"]["hash"]
    assert {"in": 8, "assessed": 7, "rejected": 1} == kept["counts"]
    assert 7 == sum(kept["tally"]["certain"].values()) == sum(kept["tally"]["possible"].values())
    assert str(files["wide"].parent) not in json.dumps(kept)


def test_a_column_that_nobody_knows_stops_before_anything_is_written(tmp_path: Path) -> None:
    pq.write_table(pa.table({"patient": ["a"], "feverish": ["present"]}), tmp_path / "a.parquet")
    with pytest.raises(SpineWorkupError, match="feverish"):
        assess_files(PATHWAY, tmp_path / "a.parquet", tmp_path / "out", OPTIONS)
    assert not (tmp_path / "out").exists()
