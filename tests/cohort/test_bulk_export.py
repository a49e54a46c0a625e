"""A bulk export of FHIR NDJSON: the resources of each patient are together, wherever they lie, and none is lost."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from spineworkup.assessment import assess
from spineworkup.cohort import ndjson, spread
from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.chunks import Chunk, Reject
from spineworkup.cohort.files import open_input
from spineworkup.cohort.receipt import Options
from spineworkup.cohort.run import assess_files
from spineworkup.errors import CohortError
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.fhir.read_json import MAX_BYTES, read_resource
from tests.cohort.people import NOON, PATHWAY

BUNDLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "fhir" / "bundle.json"
SECRET = "Quasimodo"
Resource = dict[str, Any]


def resources_of(patient: str) -> list[Resource]:
    """The resources of the example, as those of a patient."""
    bundle = json.loads(BUNDLE.read_text(encoding="utf-8"))
    found = [entry["resource"] for entry in bundle["entry"]]
    [was] = [one["id"] for one in found if one["resourceType"] == "Patient"]
    return json.loads(json.dumps(found).replace(f"Patient/{was}", f"Patient/{patient}").replace(f'"id": "{was}"', f'"id": "{patient}"'))


def write(resources: list[Resource], folder: Path) -> Path:
    """Write resources as an export has them: a file of each kind, a line each, in no order of patients."""
    folder.mkdir(exist_ok=True)
    for one in resources:
        with (folder / f"{one['resourceType']}.000.ndjson").open("a", encoding="utf-8") as opened:
            opened.write(json.dumps(one) + "\n")
    return folder


def chunks_of(folder: Path, work: Path, rows: int = 100) -> list[Chunk]:
    work.mkdir(exist_ok=True)
    return list(open_input(folder, PATHWAY, keep=(), at=NOON).chunks(work, rows, lambda words, done: None))


def test_each_patient_is_assessed_as_from_a_bundle(tmp_path: Path) -> None:
    patients = ["a", "b", "c"]
    found = {one: resources_of(one)[: None if one == "a" else -2] for one in patients}
    shuffled = [resource for resources in found.values() for resource in resources]
    random.Random(1).shuffle(shuffled)
    shuffled.append({"resourceType": "Organization", "id": "o"})
    [chunk] = chunks_of(write(shuffled, tmp_path / "export"), tmp_path / "work")
    rows = assess_batch(PATHWAY, chunk.rows, at=NOON, keep=ndjson.COUNTS).results.to_pylist()

    assert {f"Patient/{one}" for one in patients} == {row["patient"] for row in rows}
    for row in rows:
        entries = [{"resource": one} for one in found[row["patient"].removeprefix("Patient/")]]
        bundle = read_resource(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
        imported = from_bundle(bundle, PATHWAY, at=NOON)
        checklist = assess(PATHWAY, imported.chart, at=NOON)
        assert {item.step.id: item.status.value for item in checklist.items} == {
            item.step.id: row[f"{item.step.id}.status"] for item in checklist.items
        }
        assert [item.due for item in checklist.items] == [row[f"{item.step.id}.due"] for item in checklist.items]
        assert imported.report.counts == {outcome: row[f"records_{outcome}"] for outcome in imported.report.counts}


def test_a_patient_is_whole_over_however_many_files_and_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        write(resources_of(f"p{number}"), tmp_path / "export")
    far = {"resourceType": "Observation", "status": "final", "subject": {"reference": "https://ehr.example/Patient/p0/_history/2"}}
    write([far], tmp_path / "export")
    [together] = chunks_of(tmp_path / "export", tmp_path / "work")
    monkeypatch.setattr(spread, "PART_BYTES", 4000)
    apart = [row for chunk in chunks_of(tmp_path / "export", tmp_path / "work", 3) for row in chunk.rows.to_pylist()]

    assert 20 == together.rows.num_rows == len(apart)
    without = [{name: value for name, value in row.items() if value is not None} for row in together.rows.to_pylist()]
    assert sorted(without, key=str) == sorted(({n: v for n, v in row.items() if v is not None} for row in apart), key=str)


LINE = json.dumps({"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/x"}})
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": SECRET}]}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f'{{"resourceType": "{SECRET}'.encode(), "not valid JSON"),
        (f'["{SECRET}"]'.encode(), "expected a JSON object"),
        (f'{{"id": "{SECRET}"}}'.encode(), "expected one FHIR resource"),
        (LINE.encode().replace(b"final", b"\xff"), "not UTF-8 text"),
        (LINE.replace("Patient/x", f"Group/{SECRET}").encode(), "names no patient"),
        (LINE.replace("reference", "display").encode(), "names no patient"),
        (b'{"resourceType": "Patient"}', "names no patient"),
        (b'{"resourceType": "Observation", "status": NaN}', "NaN or Infinity"),
        (b'{"a": "' + b"x" * MAX_BYTES + b'"}', "larger than"),
        (b"[" * 100_000, "deep"),
        (json.dumps(OUTCOME).encode(), "the server reports an error"),
    ],
)
def test_a_bad_line_is_rejected_with_file_and_number_and_changes_no_other(tmp_path: Path, line: bytes, problem: str) -> None:
    folder = write(resources_of("a"), tmp_path / "export")
    [before] = chunks_of(folder, tmp_path / "work")
    (folder / "Zz.ndjson").write_bytes(b"\n" + line + b"\n\n" + LINE.encode() + b"\n" + line)
    [after] = chunks_of(folder, tmp_path / "work")
    found = [(one.record, one.patient, one.column) for one in after.rejects]

    assert [(2, None, "Zz.ndjson"), (5, None, "Zz.ndjson")] == found
    assert all(problem in one.problem and SECRET not in one.problem for one in after.rejects)
    assert before.rows.to_pylist()[0].items() <= {"patient": "Patient/a", **after.rows.to_pylist()[0]}.items()
    assert ["Patient/a", "Patient/x"] == after.rows.column("patient").to_pylist()


def test_a_patient_whose_records_must_not_be_read_is_rejected_as_a_whole(tmp_path: Path) -> None:
    merged = {"resourceType": "Patient", "id": "m", "link": [{"type": "replaced-by", "other": {"reference": "Patient/a"}}]}
    folder = write([*resources_of("a"), merged], tmp_path / "export")
    [chunk] = chunks_of(folder, tmp_path / "work")

    assert [("Patient/m", "Patient.000.ndjson")] == [(one.patient, one.column) for one in chunk.rejects]
    assert ["Patient/a"] == chunk.rows.column("patient").to_pylist()
    assert isinstance(chunk.rejects[0], Reject)


def test_a_run_says_what_became_of_the_resources(tmp_path: Path) -> None:
    folder = write([*resources_of("a"), *resources_of("b")], tmp_path / "export")
    receipt = assess_files(PATHWAY, folder, tmp_path / "out", Options(NOON))
    counts = receipt.tally["resources"]

    assert (2, 2, 0) == (receipt.records, receipt.assessed, receipt.rejected)
    assert 2 * len(resources_of("a")) == sum(counts.values())


def test_resources_have_no_columns_to_keep(tmp_path: Path) -> None:
    folder = write(resources_of("a"), tmp_path / "export")
    with pytest.raises(CohortError, match="no columns to keep"):
        open_input(folder, PATHWAY, keep=("ward",), at=NOON)
