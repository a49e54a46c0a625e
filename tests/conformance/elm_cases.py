"""Patients for the judges of exported logic: as FHIR resources, with what `assess` says of them once times don't matter."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from attrs import evolve, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart, evolve_entries
from spineworkup.checklists import Checklist
from spineworkup.entries import Known
from spineworkup.fhir.as_read import as_read
from spineworkup.fhir.elm import names as name
from spineworkup.fhir.elm.library import elm_library
from spineworkup.fhir.to_observations import finding_observations
from spineworkup.fhir.to_tasks import event_tasks
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway
from spineworkup.readings import CLOSED, Reading
from spineworkup.translate.to_elm import end_define, finding_define
from spineworkup.truth import Truth, any_of
from tests.oracle.generate import Ward

MODULES = Path(os.environ.get("SPINEWORKUP_NODE_MODULES", Path(__file__).parents[2] / "node_modules"))
THREE = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}
Said = Mapping[str, Any]


def need(package: str) -> None:
    """Skip where Node or a package is missing."""
    if not shutil.which("node"):
        pytest.skip("Node isn't installed")
    if not (MODULES / package).is_dir():
        pytest.skip(f"{package} isn't installed: npm ci, or SPINEWORKUP_NODE_MODULES")


@frozen
class Case:
    """One patient.

    Args:
        checklist: Of the record as it was read, without times and sign-offs.
        bundle: What the exported logic is run over, as JSON in one line.
    """

    checklist: Checklist
    bundle: str


def cases(pathway: Pathway, rng: Random, count: int) -> Iterator[Case]:
    """Yield patients: most with what makes one rule true and a change or two, some with nearly everything, or little."""
    ward = Ward(rng, pathway)
    for place in range(count):
        given = ward.input() if place % 20 == 0 else ward.directed()
        yield case_of(pathway, given.chart, given.at)


def case_of(pathway: Pathway, chart: Chart, at: Any) -> Case:
    read = as_read(assess(pathway, chart, at=at))
    return Case(assess(pathway, timeless(read.original), at=at), json.dumps(bundle_of(read), default=float))


def bundle_of(checklist: Checklist) -> dict[str, Any]:
    reference = "Patient/p"
    found = [*finding_observations(checklist.original, reference), *event_tasks(checklist, reference)]
    entries = [{"resource": one} for one in ({"resourceType": "Patient", "id": "p"}, *found)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def timeless(chart: Chart) -> Chart:
    """The same record by somebody who wrote down no time of any finding, and no sign-off."""
    entries = {
        id_: evolve(entry, at=None, latest=None) if isinstance(entry, Known) else entry
        for id_, entry in chart.entries.items()
    }
    rest = Chart(chart.findings, steps=chart.steps, not_available=chart.not_available)
    return evolve_entries(rest, entries)


def library_line(pathway: Pathway) -> tuple[str, list[str]]:
    """The library for `run_elm.mjs`, and the names of the defines in the order of its answers."""
    library = elm_library(pathway)
    defines = [one for one in library["library"]["statements"]["def"] if one["type"] == "ExpressionDef"]
    names = [one["name"] for one in defines if _is_plain(one["name"])]
    return json.dumps({**library, "names": names}), names


def _is_plain(define: str) -> bool:
    """Whether a define says one thing, not resources or a list."""
    return (
        define != "Patient"
        and not define.startswith("observations of ")
        and not define.endswith(" recorded states")
    )


def expected(checklist: Checklist) -> dict[str, Any]:
    """What every define has to say, by its name."""
    return dict(_expected(checklist))


def _expected(checklist: Checklist) -> Iterator[tuple[str, Any]]:
    pathway, facts = checklist.pathway, checklist.chart.facts
    for id_, named in pathway.criteria.items():
        yield name.criterion(id_), THREE[evaluate(named.when, facts)]
    for id_ in pathway.findings:
        yield from _finding(pathway, id_, facts.get(id_))
    for item in checklist.items:
        yield from _step(item.reading, item)
    yield name.LOWEST, checklist.urgency.lowest.value
    yield name.HIGHEST, checklist.urgency.highest.value
    unsure = [item.step.label for item in checklist.items if item.status.value == "undetermined"]
    yield name.UNDETERMINED, bool(unsure)
    yield name.WHAT_IS_UNDETERMINED, "; ".join(unsure) or None


def _finding(pathway: Pathway, id_: str, value: Any) -> Iterator[tuple[str, Any]]:
    if id_ not in pathway.totals:
        yield finding_define(id_), value
    elif isinstance(value, Range):
        yield end_define(id_, "lowest"), value.lowest
        yield end_define(id_, "highest"), value.highest
    else:
        yield end_define(id_, "lowest"), value
        yield end_define(id_, "highest"), value


def _step(reading: Reading, item: Any) -> Iterator[tuple[str, Any]]:
    planned, id_ = reading.plan.by_id[item.step.id], item.step.id
    for rule in (*planned.own, *planned.absolute, *planned.relative, *planned.cautions):
        yield name.rule(rule.rule.id), THREE[reading.truths[rule.place]]
    indicated = any_of(reading.indications[id_])
    yield name.indicated(id_), THREE[indicated]
    yield name.could_be_indicated(id_), indicated is not Truth.FALSE
    for tier in {rule.rule.urgency for rule in planned.indications}:
        pairs = zip(planned.indications, reading.indications[id_], strict=True)
        yield (
            name.indicated_as(id_, tier),
            THREE[any_of([t for rule, t in pairs if rule.rule.urgency is tier])],
        )
    yield name.lowest_urgency(id_), item.urgency.lowest.value
    yield name.highest_urgency(id_), item.urgency.highest.value
    yield name.contraindicated(id_), THREE[any_of([reading.truths[rule.place] for rule in planned.absolute])]
    yield name.barred(id_), THREE[reading.barred(planned)]
    yield name.not_available(id_), id_ in reading.chart.not_available
    yield name.state(id_), item.progress or "none"
    if planned.done_when is not None:
        yield name.has_result(id_), THREE[reading.truths[planned.done_when]]
    yield name.status(id_), item.status.value
    yield name.closed(id_), item.status in CLOSED
    yield name.clear(id_), item.clear_to_proceed


def same(wanted: Any, got: Any) -> bool:
    """Whether a define says what it has to; numbers to as many places as CQL keeps, and `true` is not 1."""
    if isinstance(wanted, Decimal):
        return type(got) in (int, float) and abs(float(wanted) - got) < 1e-8
    return type(got) is type(wanted) and got == wanted
