"""Files of many patients: the same patients in every form, nothing lost, and nothing that a message repeats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from spineworkup.cohort import spread
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.chart_rows import row_of_chart
from spineworkup.cohort.chunks import Chunk
from spineworkup.cohort.files import open_input, read_batches
from spineworkup.cohort.row import chart_of_row
from spineworkup.entries import Known, WhyUnknown
from spineworkup.errors import CohortError, SpineWorkupError
from spineworkup.findings import Range
from spineworkup.testing.strategies import charts
from tests.cohort.people import NOON, PATHWAY, as_long, as_table, people, write_all, write_csv

SECRET = "Quasimodo"


def charts_in(path: Path, rows: int = 1000) -> dict[str, object]:
    found = {}
    for batch in read_batches(path, PATHWAY, rows=rows, at=NOON):
        for row in batch.to_pylist():
            assert row["patient"] not in found
            found[row["patient"]] = chart_of_row(row, PATHWAY)
    return found


def chunks_of(path: Path, folder: Path, rows: int = 1000, keep: tuple[str, ...] = ()) -> list[Chunk]:
    read = open_input(path, PATHWAY, keep=keep, at=NOON)
    return list(read.chunks(folder, rows, lambda words, done: None))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_all(people(20), tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("form", ["arrow", "csv", "long", "long csv"])
@pytest.mark.parametrize("rows", [3, 1000])
def test_the_same_patients_are_read_from_every_form(files: dict[str, Path], form: str, rows: int) -> None:
    assert charts_in(files["parquet"]) == charts_in(files[form], rows)


def test_patients_are_the_same_over_however_many_files_they_are_spread(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "PART_BYTES", 4000)

    assert len(chunks_of(files["long"], tmp_path)) > 10
    assert charts_in(files["parquet"]) == charts_in(files["long"], 50)
    assert not list(tmp_path.iterdir())


def test_a_folder_of_files_is_read_through(files: dict[str, Path], tmp_path: Path) -> None:
    whole = pq.read_table(files["parquet"])
    for number in range(4):
        pq.write_table(whole.slice(number * 5, 5), tmp_path / f"part-{number}.parquet")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "work").mkdir()
    chunks = chunks_of(tmp_path, tmp_path / "work", 4)

    assert list(range(1, 21)) == [number for chunk in chunks for number in chunk.records]
    assert charts_in(files["parquet"]) == charts_in(tmp_path)
    assert 1.0 == chunks[-1].done


@settings(max_examples=25)
@given(charts(PATHWAY, at=NOON))
def test_a_chart_is_read_back_from_its_row(chart: object) -> None:
    again = chart_of_row({"patient": "1", **row_of_chart(chart)}, PATHWAY)

    for id_, entry in chart.entries.items():
        found = again.entry(id_)
        if not isinstance(entry, Known):
            assert entry.reason == found.reason
        elif isinstance(entry.value, Range):
            assert WhyUnknown.INCOMPLETE is found.reason
        elif not entry.calculated:
            assert entry == found
    assert (chart.clocks, chart.steps, chart.not_available) == (again.clocks, again.steps, again.not_available)
    assert chart.sign_offs == again.sign_offs


def test_several_observations_of_long_rows_are_several() -> None:
    rows = [{"patient": "a", "finding": "limb_weakness", "value": value} for value in ("present", "absent")]
    rows += [{"patient": "b", "finding": "limb_weakness", "value": "present"}]
    rows += [{"patient": "a", "finding": "sign_offs", "value": "no_rule", "by": "r", "at": "2026-11-20T12:00:00Z"}]
    [chunk] = long_chunks(rows)
    first, second = (row["limb_weakness.all"] for row in chunk.rows.to_pylist())

    assert ["present", "absent"] == [one["value"] for one in first]
    assert ["present"] == [one["value"] for one in second]
    assert [{"rule": "no_rule", "by": "r", "at": "2026-11-20T12:00:00Z"}] == chunk.rows.to_pylist()[0]["sign_offs"]


def long_chunks(rows: list[dict[str, object]]) -> list[Chunk]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        file = write_csv(rows, Path(folder) / "long.csv")
        (Path(folder) / "work").mkdir()
        return chunks_of(file, Path(folder) / "work")


ROW = {"patient": "a", "finding": "limb_weakness", "value": "present", "at": ""}
TWICE = "stands there several times for one patient: give the last one alone"


@pytest.mark.parametrize(
    ("rows", "rejects"),
    [
        ([{**ROW, "patient": ""}], [(1, None, "patient", "expected the id of a patient")]),
        ([ROW, {**ROW, "finding": SECRET}], [(1, "a", "finding", "unknown finding: `spineworkup findings` lists them")]),
        ([ROW, {**ROW, "finding": ""}], [(1, "a", "finding", "unknown finding: `spineworkup findings` lists them")]),
        ([{**ROW, "finding": "clocks.suspicion"}] * 2, [(1, "a", "clocks.suspicion", TWICE)]),
        ([{**ROW, "finding": "steps.mri_whole_spine"}] * 2, [(1, "a", "steps.mri_whole_spine", TWICE)]),
        ([{**ROW, "finding": "site"}] * 2, [(1, "a", "site", TWICE)]),
    ],
)
def test_of_bad_long_rows_only_their_patient_is_rejected(rows: list[dict[str, object]], rejects: list[object]) -> None:
    good = {**ROW, "patient": "b"}
    [chunk] = long_chunks([*rows, good])

    assert rejects == [(one.record, one.patient, one.column, one.problem) for one in chunk.rejects]
    assert ["b"] == chunk.rows.column("patient").to_pylist()
    assert [len(rows) + 1] == list(chunk.records)


def test_a_time_stands_in_either_column_of_a_long_row() -> None:
    rows = [{**ROW, "finding": "clocks.suspicion", "value": "", "at": "2026-11-20T10:00:00Z"}]
    rows += [{**ROW, "patient": "b", "finding": "clocks.suspicion", "value": "2026-11-20T11:00:00Z"}]
    [chunk] = long_chunks(rows)

    assert ["2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z"] == chunk.rows.column("clocks.suspicion").to_pylist()


def test_a_unit_without_a_value_says_nothing() -> None:
    [chunk] = long_chunks([{**ROW, "finding": "haemoglobin", "value": "", "unit": "g/L"}])

    assert [None] == chunk.rows.column("haemoglobin").to_pylist()


def csv_bytes(*lines: bytes) -> bytes:
    return b"\n".join((b"patient,limb_weakness,haemoglobin", *lines, b""))


@pytest.mark.parametrize(
    ("lines", "rejects", "read"),
    [
        ([b"a,present,", b"b", b"c,absent,"], [(2, "", "expected 3 cells, found 1")], {1: "a", 3: "c"}),
        ([b"a,present,,,", b"b,absent,"], [(1, "", "expected 3 cells, found 5")], {2: "b"}),
        ([b"a,\xff,", b"b,absent,"], [(1, "limb_weakness", "not UTF-8 text")], {2: "b"}),
        ([b"a,\xfcber,\xff", b"b,absent,"], [(1, "haemoglobin", "not UTF-8 text")], {2: "b"}),
        ([b"a"], [(1, "", "expected 3 cells, found 1")], {}),
        ([b'"a\nb",present,', b"c,absent,"], [], {1: "a\nb", 2: "c"}),
    ],
)
def test_a_bad_row_of_csv_is_rejected_with_its_number(
    tmp_path: Path, lines: list[bytes], rejects: list[object], read: dict[int, str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(csv_bytes(*lines))
    chunks = chunks_of(file, tmp_path)

    assert rejects == [(one.record, one.column, one.problem) for chunk in chunks for one in chunk.rejects]
    pairs = [(n, row["patient"]) for chunk in chunks for n, row in zip(chunk.records, chunk.rows.to_pylist(), strict=True)]
    assert read == dict(pairs)


def test_rows_of_csv_keep_their_numbers_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spineworkup.cohort.tables.BLOCK_BYTES", 64)
    lines = [f"p{n},present," if n % 5 else f"p{n}" for n in range(1, 101)]
    file = tmp_path / "a.csv"
    file.write_bytes(csv_bytes(*(line.encode() for line in lines)))
    chunks = chunks_of(file, tmp_path, 3)

    assert {n: f"p{n}" for n in range(1, 101) if n % 5} == {
        n: row["patient"] for chunk in chunks for n, row in zip(chunk.records, chunk.rows.to_pylist(), strict=True)
    }
    assert [n for n in range(1, 101) if not n % 5] == [one.record for chunk in chunks for one in chunk.rejects]


def truncated(file: Path) -> None:
    pq.write_table(as_table(people(5)), file)
    file.write_bytes(file.read_bytes()[:-200])


def holey(file: Path) -> None:
    """Whole at its end, damaged in its middle."""
    pq.write_table(as_table(people(200)), file, compression="zstd")
    raw = bytearray(file.read_bytes())
    raw[200:4000] = bytes(3800)
    file.write_bytes(raw)


def twice(file: Path) -> None:
    pq.write_table(pa.table([pa.array(["a"])] * 2, names=["patient", "patient"]), file)


def text(content: bytes) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(content) and None


@pytest.mark.parametrize(
    ("name", "write", "says"),
    [
        ("a.parquet", truncated, "can't be read"),
        ("a.parquet", holey, "can't be read"),
        ("a.parquet", twice, "two columns have the same name"),
        ("a.parquet", text(SECRET.encode()), "can't be read"),
        ("a.arrow", text(SECRET.encode()), "can't be read"),
        ("a.csv", text(b""), "expected a first line"),
        ("a.csv", text(SECRET.encode("utf-16")), "can't be read"),
        ("a.csv", text(f"patient,patient\n{SECRET},\n".encode()), "two columns have the same name"),
        ("a.csv", text(f"patient,,\n{SECRET},,\n".encode()), "one has none"),
        ("a.csv", text(f"limb_weakness\n{SECRET}\n".encode()), "patient"),
        ("a.csv", text(f"patient,limb_weaknes\n{SECRET},\n".encode()), "did you mean 'limb_weakness'"),
        ("a.csv", text(f"patient,finding\n{SECRET},\n".encode()), "missing column 'value'"),
        ("a.csv", text(f"patient,finding,value,unnit\n{SECRET},,,\n".encode()), "did you mean 'unit'"),
        ("a.csv", text(f'patient,fever\n"{SECRET},present\nb,absent\n'.encode()), "row 1 goes over several lines (perhaps a quotation mark"),
        ("a.csv", text(b"patient,fever\n" + SECRET.encode() * 1_400_000 + b",present\n"), "longer than can be read"),
        ("a.xlsx", text(SECRET.encode()), "nothing to read"),
        ("b/c.csv", None, "there is no such file"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_so_and_repeats_nothing(
    tmp_path: Path, name: str, write: Callable[[Path], None] | None, says: str
) -> None:
    file = tmp_path / name
    if write is not None:
        write(file)
    with pytest.raises(SpineWorkupError) as raised:
        list(read_batches(file, PATHWAY, at=NOON))

    assert says in str(raised.value)
    assert SECRET not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_files_of_a_folder_are_of_one_kind_and_have_the_same_columns(tmp_path: Path) -> None:
    write_csv([{"patient": "a"}], tmp_path / "a.csv")
    write_csv([{"patient": "a", "fever": "present"}], tmp_path / "b.csv")
    with pytest.raises(CohortError, match=r"b\.csv: its columns are not those of a\.csv"):
        open_input(tmp_path, PATHWAY, keep=(), at=NOON)
    truncated(tmp_path / "b.parquet")
    with pytest.raises(CohortError, match="files of different kinds"):
        open_input(tmp_path, PATHWAY, keep=(), at=NOON)


def test_no_patient_at_all_is_no_error(tmp_path: Path) -> None:
    pq.write_table(as_table(people(1)).slice(0, 0), tmp_path / "a.parquet")
    [chunk] = chunks_of(tmp_path / "a.parquet", tmp_path)

    assert 0 == assess_batch(PATHWAY, chunk.rows, at=NOON).results.num_rows


def test_kept_columns_are_there_in_every_chunk(tmp_path: Path) -> None:
    long = as_long([{"patient": "a", "ward": "7"}, {"patient": "b", "fever": "present"}])
    [chunk] = chunks_of(write_csv(long, tmp_path / "a.csv"), tmp_path, keep=("ward", "bed"))

    assert [("7", None, None), (None, None, None)] == [(r["ward"], r["bed"], r["site"]) for r in chunk.rows.to_pylist()]
