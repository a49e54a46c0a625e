"""The library itself, asked for the whole checklist of one patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from spineworkup import Chart, assess
from spineworkup.checklists import Checklist
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth
from tests.benchmarks.workload import AT, CLOCKS, SUSPICION, Answer, Patient


def chart_of(pathway: Pathway) -> Callable[[Patient], Chart]:
    """Return a function from a dictionary to a chart: every value checked and typed."""
    return lambda patient: Chart(pathway.findings, patient, clocks=CLOCKS)


def from_dict(pathway: Pathway) -> Callable[[Patient], Any]:
    """Return a function from a dictionary to every item of the checklist."""
    return lambda patient: assess(pathway, Chart(pathway.findings, patient, clocks=CLOCKS), at=AT).items


def from_chart(pathway: Pathway) -> Callable[[Chart], Any]:
    """Return a function from a chart to every item of the checklist."""
    return lambda chart: assess(pathway, chart, at=AT).items


def answer_of(checklist: Checklist, steps: Mapping[str, Any]) -> Answer:
    """Return an answer in the form of the specification's."""
    answer: Answer = []
    for id_ in steps:
        item = checklist.item(id_)
        truths = zip(item.planned.indications, item.reading.indications[id_], strict=True)
        by_truth: dict[Truth, list[str]] = {truth: [] for truth in Truth}
        for planned, truth in truths:
            by_truth[truth].append(planned.rule.id)
        fired, pending = tuple(by_truth[Truth.TRUE]), tuple(by_truth[Truth.UNKNOWN])
        answer.append((item.status.value, item.urgency.highest.rank, _hours(item.due), fired, pending))
    return answer


def _hours(due: datetime | None) -> int | None:
    return None if due is None else int((due - SUSPICION).total_seconds()) // 3600
