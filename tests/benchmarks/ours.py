"""The library itself: from a dictionary, from a chart, and after one finding changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from spineworkup import Chart, assess
from spineworkup.assessment import reassess
from spineworkup.checklists import Checklist
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth
from tests.benchmarks.rounds import Timed, timed
from tests.benchmarks.workload import AT, CLOCKS, SUSPICION, Answer, Patient


def chart(pathway: Pathway, patient: Patient) -> Chart:
    """Return a chart: every value checked and typed."""
    return Chart(pathway.findings, patient, clocks=CLOCKS)


def sides(pathway: Pathway, ward: Sequence[Patient]) -> dict[str, Timed]:
    """Return what the library is timed at."""
    make = partial(chart, pathway)
    return {
        "**spineworkup**, dictionary to checklist": timed(lambda patient: _outcomes(pathway, make(patient)), ward),
        "**spineworkup**, chart to checklist": timed(partial(_outcomes, pathway), ward, make),
        "**spineworkup**, chart to checklist, every item read": timed(partial(_items, pathway), ward, make),
        "**spineworkup**, one finding changed": timed(_changed, range(len(ward)), partial(_change, pathway, ward)),
    }


def _outcomes(pathway: Pathway, made: Chart) -> Any:
    return assess(pathway, made, at=AT).outcomes


def _items(pathway: Pathway, made: Chart) -> Any:
    return [item.due for item in assess(pathway, made, at=AT).items]


def _change(pathway: Pathway, ward: Sequence[Patient], place: int) -> tuple[Checklist, Mapping[str, Any]]:
    """Return a checklist that has followed one finding, and another one as the next patient has it: others each time."""
    names, other = list(pathway.findings), ward[(place + 1) % len(ward)]
    before, name = names[(place + 1) % len(names)], names[place % len(names)]
    begun = assess(pathway, chart(pathway, ward[place]), at=AT)
    return reassess(begun, {before: other.get(before)}), {name: other.get(name)}


def _changed(given: tuple[Checklist, Mapping[str, Any]]) -> Any:
    return reassess(*given).outcomes


def answer_of(checklist: Checklist, steps: Iterable[str]) -> Answer:
    """Return an answer in the form of the specification's."""
    return [_step(checklist, id_) for id_ in steps]


def _step(checklist: Checklist, id_: str) -> tuple[str, int, int | None, tuple[str, ...], tuple[str, ...]]:
    item = checklist.item(id_)
    pairs = list(zip(item.planned.indications, item.reading.indications[id_], strict=True))
    fired, pending = (tuple(p.rule.id for p, truth in pairs if truth is wanted) for wanted in (Truth.TRUE, Truth.UNKNOWN))
    return item.status.value, item.urgency.highest.rank, _hours(item.due), fired, pending


def _hours(due: datetime | None) -> int | None:
    return None if due is None else int((due - SUSPICION).total_seconds()) // 3600
