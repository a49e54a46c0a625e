"""A folder of FHIR NDJSON, as a bulk export gives it: the resources of each patient become a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from spineworkup.cohort.chart_rows import row_of_chart
from spineworkup.cohort.chunks import Chunk, Reject
from spineworkup.errors import FhirError
from spineworkup.fhir.fetched import Source, SourceState
from spineworkup.fhir.from_bundle import READERS, Imported, from_resources
from spineworkup.fhir.read_json import MAX_BYTES, read_again, read_resource
from spineworkup.fhir.reading.elements import Element
from spineworkup.pathways import Pathway

# What became of a patient's records stands beside the answer.
COUNTS = ("records_used", "records_ignored", "records_unmapped")
MOMENT = pa.timestamp("us", "UTC")
RESOURCES = pa.schema(
    [("record", pa.int64()), ("patient", pa.string()), ("file", pa.string()), ("resource", pa.binary()), ("problem", pa.string())]
)
_Listed = tuple[int, str | None, str, bytes | None, str | None]
_SUBJECTS = ("subject", "patient", "for")
_FAILED = ("fatal", "error")
_NO_PATIENT = "names no patient by a reference such as Patient/1"


def resources(files: Sequence[Path], rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the lines of NDJSON files that are about a patient, and those that can't be read with the problem.

    Kinds of resources from which nothing is read, such as Organization, are left out.
    """
    listed: list[_Listed] = []
    size = 0
    for file in files:
        with file.open("rb") as opened:
            for number, line in _lines(opened):
                if (found := _resource(line)) is not None:
                    patient, problem = found
                    listed.append((number, patient, file.name, line if patient else None, problem))
                    size += len(line)
                if len(listed) == rows or size > MAX_BYTES:
                    yield _batch(listed)
                    listed, size = [], 0
    yield _batch(listed)


def _batch(listed: Sequence[_Listed]) -> pa.RecordBatch:
    columns = zip(*listed, strict=True) if listed else [()] * len(RESOURCES)
    return pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, RESOURCES, strict=True)], schema=RESOURCES)


def _lines(opened: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that hold anything; of one that is too long only so much that it is refused."""
    number = 0
    while line := opened.readline(MAX_BYTES + 1):
        number += 1
        rest = line
        while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
            rest = opened.readline(MAX_BYTES + 1)
        if line.strip():
            yield number, line


def _resource(line: bytes) -> tuple[str | None, str | None] | None:
    """Return whom a line is about, or what is wrong with it; None where nothing of its kind is read."""
    try:
        resource = read_resource(line)
    except FhirError as error:
        return None, str(error)
    kind = resource["resourceType"]
    if kind == "OperationOutcome" and _has_failed(resource):
        return None, "the server reports an error: the export is not complete"
    if kind not in READERS:
        return None
    patient = _patient(resource)
    return patient, None if patient else _NO_PATIENT


def _has_failed(outcome: dict[str, Any]) -> bool:
    return any(issue.child("severity").text in _FAILED for issue in Element(outcome).child("issue").items)


def _patient(resource: dict[str, Any]) -> str | None:
    """Return whom a resource is about, as its number says it, whatever the server; `whose` refuses two servers."""
    if resource["resourceType"] == "Patient":
        number = Element(resource).child("id").text
        return f"Patient/{number}" if number else None
    for word in _SUBJECTS:
        text = Element(resource).child(word).child("reference").text.partition("/_history/")[0]
        if text.startswith("urn:"):
            return text
        if text.startswith("Patient/") or "/Patient/" in text:
            return f"Patient/{text.rpartition('Patient/')[2]}"
    return None


def charts(batch: pa.RecordBatch, pathway: Pathway, at: datetime, done: float) -> Chunk:
    """Return the patients of a batch of resources, all resources of each, as rows.

    Args:
        at: The moment: for the age, and to tell what is still to come.
    """
    rejects: list[Reject] = []
    rows: list[dict[str, Any]] = []
    records: list[int] = []
    by_patient: dict[str, list[tuple[int, str, bytes]]] = {}
    for line in batch.to_pylist():
        if line["patient"] is None:
            rejects.append(Reject(line["record"], None, line["file"], line["problem"]))
        else:
            by_patient.setdefault(line["patient"], []).append((line["record"], line["file"], line["resource"]))
    for patient, lines in by_patient.items():
        record, file, _ = lines[0]
        try:
            rows.append(_row(patient, _imported(patient, [raw for _, _, raw in lines], pathway, at)))
            records.append(record)
        except FhirError as error:
            # Its place would be a number among the patient's records, which nobody can look up.
            rejects.append(Reject(record, patient, file, error.message))
    return Chunk(_wide(rows), np.array(records, dtype=np.int64), rejects, done)


def _imported(patient: str, lines: Sequence[bytes], pathway: Pathway, at: datetime) -> Imported:
    source = Source("", SourceState.OK, [read_again(line) for line in lines])
    return from_resources([source], pathway, at=at)


def _row(patient: str, imported: Imported) -> dict[str, Any]:
    counts = {f"records_{outcome}": count for outcome, count in imported.report.counts.items()}
    return {"patient": patient, **counts, **row_of_chart(imported.chart)}


def _wide(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    names = dict.fromkeys(["patient", *COUNTS, *(name for row in rows for name in row)])
    return pa.record_batch({name: _column(name, [row.get(name) for row in rows]) for name in names})


def _column(name: str, values: Sequence[Any]) -> pa.Array:
    return pa.array(values, _type(name))


def _type(name: str) -> pa.DataType:
    end = name.rpartition(".")[2]
    if name in COUNTS:
        return pa.int64()
    if name == "not_available":
        return pa.list_(pa.string())
    if name == "sign_offs":
        return pa.list_(pa.struct({"rule": pa.string(), "by": pa.string(), "at": MOMENT}))
    if end == "all":
        return pa.list_(pa.struct({"value": pa.string(), "at": MOMENT, "source": pa.string()}))
    return MOMENT if end == "at" or name.startswith("clocks.") else pa.string()
