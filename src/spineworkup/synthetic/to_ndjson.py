"""Synthetic patients as a FHIR bulk export: a folder with a file of NDJSON for each kind of resource."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.cohort.row import chart_of_row
from spineworkup.fhir.datatypes import Resource, concept, moment, subject
from spineworkup.fhir.systems import coding_of
from spineworkup.fhir.to_observations import clock_observations, finding_observations
from spineworkup.fhir.to_tasks import event_tasks
from spineworkup.pathways import Pathway
from spineworkup.synthetic.cohort import Made
from spineworkup.synthetic.course import IMAGING
from spineworkup.synthetic.plan import Plan

KINDS = ("Patient", "Observation", "ServiceRequest", "ImagingStudy", "Procedure", "Task")
_AS_OTHERS = {
    "requested": ("ServiceRequest", "active", "authoredOn"),
    "performed": ("ImagingStudy", "available", "started"),
    "inadequate": ("Procedure", "stopped", "performedDateTime"),
}
# The tag by which HL7 marks data that were made to test.
_TEST_DATA = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}
_SEX, _AGE = "sex", "age_years"


def write_ndjson(plan: Plan, folder: Path, made: Iterator[Made]) -> int:
    """Write patients into a folder of NDJSON; return how many errors are in them."""
    folder.mkdir(parents=True, exist_ok=True)
    errors = 0
    with ExitStack() as stack:
        files = {kind: stack.enter_context((folder / f"{kind}.ndjson").open("w", encoding="utf-8")) for kind in KINDS}
        for one in made:
            errors += len(one.errors)
            for row in one.batch.to_pylist():
                _write(files, resources_of(row, plan.pathway))
    return errors


def _write(files: Mapping[str, TextIO], resources: Iterator[Resource]) -> None:
    for resource in resources:
        files[resource["resourceType"]].write(_line(resource) + "\n")


def _line(resource: Resource) -> str:
    # Every number was drawn as a float, so that none loses anything here.
    return json.dumps(resource, ensure_ascii=False, default=float)


def resources_of(row: Mapping[str, Any], pathway: Pathway) -> Iterator[Resource]:
    """Yield the resources of a row: the patient with sex and birth date, imaging as it is ordered, all else as Observations and Tasks."""
    patient = row["patient"]
    yield _patient(row)
    rest = {name: value for name, value in row.items() if name not in (_SEX, _AGE) and value is not None}
    checklist = assess(pathway, chart_of_row(rest, pathway), at=row["at"])
    chart, whose = checklist.original, f"Patient/{patient}"
    orders = list(_orders(chart, pathway, whose))
    ours = (task for task in event_tasks(checklist, whose) if task["code"]["coding"][0]["code"] not in dict(orders))
    said = (*finding_observations(chart, whose), *clock_observations(chart, whose), *(order for _, order in orders), *ours)
    for number, resource in enumerate(said, 1):
        yield {"resourceType": resource["resourceType"], "id": f"{patient}-{number}", "meta": {"tag": [_TEST_DATA]}, **resource}


def _orders(chart: Chart, pathway: Pathway, patient: str) -> Iterator[tuple[str, Resource]]:
    """Yield what happened to imaging as other systems write it; what only our own Tasks can say is left to them.

    Where it isn't known since when there is a suspicion, a reader can't tell that an image belongs to it: a Task says so.
    """
    for step, event in chart.steps.items() if "suspicion" in chart.clocks else ():
        if step in IMAGING and event.state in _AS_OTHERS:
            kind, status, time = _AS_OTHERS[event.state]
            code = concept(pathway.steps[step].label, coding_of(pathway.steps[step].orders[0]))
            what = {"procedureCode": [code]} if kind == "ImagingStudy" else {"code": code}
            order = {"intent": "order"} if kind == "ServiceRequest" else {}
            yield step, {"resourceType": kind, "status": status, **order, **what, "subject": subject(patient), time: moment(event.at)}


def _patient(row: Mapping[str, Any]) -> Resource:
    resource: Resource = {"resourceType": "Patient", "id": row["patient"], "meta": {"tag": [_TEST_DATA]}}
    if row.get(_SEX) is not None:
        resource["gender"] = row[_SEX]
    if row.get(_AGE) is not None:
        # Born on the first of January, so that the age at the end of the window is the age that was drawn.
        resource["birthDate"] = f"{row['at'].year - row[_AGE]:04d}-01-01"
    return resource
