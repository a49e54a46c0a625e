"""Synthetic patients as a FHIR bulk export: a folder with a file of NDJSON for each kind of resource."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from spineworkup.assessment import assess
from spineworkup.cohort.row import chart_of_row
from spineworkup.fhir.datatypes import Resource
from spineworkup.fhir.to_observations import clock_observations, finding_observations
from spineworkup.fhir.to_tasks import event_tasks
from spineworkup.pathways import Pathway
from spineworkup.synthetic.cohort import Made
from spineworkup.synthetic.plan import Plan

KINDS = ("Patient", "Observation", "Task")
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
    """Yield the resources of a row: the patient with sex and birth date, all else as Observations and Tasks."""
    patient = row["patient"]
    yield _patient(row)
    rest = {name: value for name, value in row.items() if name not in (_SEX, _AGE) and value is not None}
    checklist = assess(pathway, chart_of_row(rest, pathway), at=row["at"])
    chart, whose = checklist.original, f"Patient/{patient}"
    said = (*finding_observations(chart, whose), *clock_observations(chart, whose), *event_tasks(checklist, whose))
    for number, resource in enumerate(said, 1):
        yield {"resourceType": resource["resourceType"], "id": f"{patient}-{number}", "meta": {"tag": [_TEST_DATA]}, **resource}


def _patient(row: Mapping[str, Any]) -> Resource:
    resource: Resource = {"resourceType": "Patient", "id": row["patient"], "meta": {"tag": [_TEST_DATA]}}
    if row.get(_SEX) is not None:
        resource["gender"] = row[_SEX]
    if row.get(_AGE) is not None:
        # Born on the first of January, so that the age at the end of the window is the age that was drawn.
        resource["birthDate"] = f"{row['at'].year - row[_AGE]:04d}-01-01"
    return resource
