"""What the second evaluator says of a table of patients, in the columns of the results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pyarrow as pa

from spineworkup.cohort.columns import columns_of
from spineworkup.cohort.row import chart_of_row, moment_of_row, patient_of_row
from spineworkup.cohort.values import rows
from spineworkup.errors import ChartError
from spineworkup.pathways import Pathway
from tests.oracle.compare import Input
from tests.oracle.evaluator import Patient
from tests.oracle.worlds import EITHER, YES

Row = dict[str, Any]


def inputs(pathway: Pathway, batch: pa.RecordBatch, first_row: int = 0) -> Iterator[Input | Row]:
    """Yield of each record the chart that it is, or the reject."""
    read = rows(columns_of(pathway, batch.schema), batch, range(batch.num_rows))
    for number, row in enumerate(read, first_row):
        try:
            patient_of_row(row)
            yield Input(pathway, chart_of_row(row, pathway), moment_of_row(row))
        except ChartError as error:
            problem = f"{error.message} ({error.hint})" if error.hint else error.message
            yield {"record": number, "patient": row["patient"], "column": error.finding, "problem": problem}


def evaluated(given: Input) -> tuple[Row, dict[str, Any]]:
    """Return the row that the results have to have of a patient, and the whole checklist."""
    patient = Patient(given.pathway, given.chart, given.at.astimezone(UTC))
    checklist = patient.checklist()
    row: Row = {
        "patient": given.chart.case,
        "at": given.at,
        "urgency_lowest": checklist["lowest"].value,
        "urgency_highest": checklist["highest"].value,
        "questions": sorted(id_ for id_, *_ in checklist["questions"]),
    }
    for step, item in checklist["items"].items():
        row |= {f"{step}.{name}": value for name, value in _of_step(patient, step, item).items()}
    return row, checklist


def _of_step(patient: Patient, step: str, item: dict[str, Any]) -> Row:
    event, claims = patient.event(step), patient.claims(step)
    return {
        **{name: item[name] for name in ("status", "due", "overdue", "clear_to_proceed", "progress")},
        "urgency_lowest": item["lowest"].value,
        "urgency_highest": item["highest"].value,
        "progress_at": None if event is None else event.at,
        "fired": sorted(claim.rule.id for claim in claims if claim.holds == YES),
        "pending": sorted(claim.rule.id for claim in claims if claim.holds == EITHER),
        "questions": sorted(item["asks"]),
    }
