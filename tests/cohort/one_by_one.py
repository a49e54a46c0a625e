"""What a table of patients means: each row as a chart, and `assess`, one after another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

from spineworkup.assessment import assess
from spineworkup.checklists import Checklist
from spineworkup.cohort.columns import columns_of
from spineworkup.cohort.row import chart_of_row, moment_of_row, patient_of_row
from spineworkup.cohort.values import rows
from spineworkup.errors import ChartError
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth

Results = list[dict[str, Any]]


def one_by_one(pathway: Pathway, batch: pa.RecordBatch, at: datetime | None) -> tuple[Results, dict[int, str]]:
    """Return what is said of each patient, and of each record that can't be read the column at fault."""
    results, rejects = [], {}
    for number, row in enumerate(rows(columns_of(pathway, batch.schema), batch, range(batch.num_rows))):
        try:
            patient, chart = patient_of_row(row), chart_of_row(row, pathway)
            results.append({"patient": patient, **said(assess(pathway, chart, at=moment_of_row(row, at)))})
        except ChartError as error:
            rejects[number] = error.finding
    return results, rejects


def said(checklist: Checklist) -> dict[str, Any]:
    """Return what a checklist says, in the columns of the results."""
    found: dict[str, Any] = {
        "urgency_lowest": checklist.urgency.lowest.value,
        "urgency_highest": checklist.urgency.highest.value,
        "questions": [question.id for question in checklist.questions],
    }
    for item in checklist.items:
        event = checklist.chart.steps.get(item.step.id) if item.progress else None
        truths = list(zip(item.planned.indications, item.reading.indications[item.step.id], strict=True))
        of_step = {
            "status": item.status.value,
            "urgency_lowest": item.urgency.lowest.value,
            "urgency_highest": item.urgency.highest.value,
            "due": item.due,
            "overdue": item.overdue,
            "clear_to_proceed": item.clear_to_proceed,
            "progress": item.progress,
            "progress_at": None if event is None else event.at,
            "fired": [rule.rule.id for rule, truth in truths if truth is Truth.TRUE],
            "pending": [rule.rule.id for rule, truth in truths if truth is Truth.UNKNOWN],
            "questions": list(item.questions),
            "reasons": [f"{reason.rule}: {reason.text}" for reason in item.reasons],
        }
        found |= {f"{item.step.id}.{name}": value for name, value in of_step.items()}
    return found
