"""The tables of docs/fhir-in.md say what the code does."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from spineworkup.fhir.from_bundle import READERS
from spineworkup.fhir.reading.diagnoses import HOLDS, OVER, standing
from spineworkup.fhir.reading.events import PROCEDURE_STATES, REQUEST_STATES, STUDY_STATES
from spineworkup.fhir.reading.reports import REPORT_STATES

PAGE = Path(__file__).parents[2] / "docs" / "fhir-in.md"


def table(first_cell: str) -> list[list[str]]:
    """Return the rows of the table whose head begins with a cell."""
    (found,) = (block for block in PAGE.read_text(encoding="utf-8").split("\n\n") if block.startswith(f"| {first_cell}"))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines() if not re.fullmatch(r"[|-]+", line)]


def test_every_kind_of_record_that_is_read_has_its_row():
    assert sorted(READERS) == sorted(row[0] for row in table("record")[1:])


STANDING = table("| active")
CLINICAL = {"not given, not known": ("", "not read")}


@pytest.mark.parametrize("row", STANDING[1:], ids=lambda row: row[0])
def test_the_matrix_of_diagnoses(row: list[str]):
    sure = "" if row[0] == "not given" else row[0]
    for head, cell in zip(STANDING[0][1:], row[1:], strict=True):
        for clinical in CLINICAL.get(head, tuple(head.split(", "))):
            assert cell == standing(clinical, sure)


def test_the_matrix_is_whole():
    heads = [status for head in STANDING[0][1:] for status in CLINICAL.get(head, tuple(head.split(", ")))]

    assert {*HOLDS, *OVER, "", "not read"} == set(heads)
    assert ["confirmed", "not given", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error"] == [r[0] for r in STANDING[1:]]


def test_the_table_of_events():
    head, *rows = table("status")
    columns = {"ServiceRequest": REQUEST_STATES, "Procedure": PROCEDURE_STATES, "ImagingStudy": STUDY_STATES, "DiagnosticReport": REPORT_STATES}
    written = {(kind, row[0]): cell for row in rows for kind, cell in zip(head[1:], row[1:], strict=True) if cell}

    assert {(kind, status): state for kind, states in columns.items() for status, state in states.items()} == written
    assert len(list(product(rows, columns))) == sum(len(row) - 1 for row in rows)
