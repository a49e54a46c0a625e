"""Everything that the package exports, judged by others: for all shipped cases, and for patients drawn at random."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from spineworkup import Checklist, assess, load_pathway
from spineworkup.fhir.to_observations import to_observations
from spineworkup.fhir.to_plan_definition import to_plan_bundle
from spineworkup.fhir.to_questionnaire import to_questionnaire
from spineworkup.fhir.to_questionnaire_response import to_questionnaire_response
from spineworkup.fhir.to_requests import to_request_bundle
from spineworkup.reading.find_packages import rules_root
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.testing.strategies import charts
from tests.conformance.fhir_judges import faults_of
from tests.fhir.same_answer import NOON

pytestmark = pytest.mark.conformance
PATIENT = "Patient/1"
EXPORTS = (to_observations, to_questionnaire_response, to_request_bundle)
DRAWN = 20


def of_cases(folder: str) -> list[Checklist]:
    found = []
    for file in sorted((rules_root() / folder / "cases").iterdir(), key=lambda file: file.name):
        document = case_document(file.read_bytes(), file.name)
        pathway = load_pathway("metastatic_spine", overlays_of(document))
        case = read_case(document, pathway)
        found.append(assess(pathway, case.chart, at=case.at or NOON))
    return found


def of_drawn_patients(how_many: int) -> list[Checklist]:
    """Return the checklists of patients drawn at random, the same ones every time."""
    pathway = load_pathway("metastatic_spine")
    found: list[Checklist] = []

    @settings(max_examples=how_many, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    @given(st.data())
    def draw(data: Any) -> None:
        found.append(assess(pathway, data.draw(charts(pathway)), at=NOON))

    draw()
    return found


@pytest.fixture(scope="module")
def faults() -> dict[str, list[str]]:
    """What the judges say, by where it comes from; asked once, as they take longer to start than to judge."""
    of = {"shipped cases": of_cases("metastatic_spine"), "overlay": of_cases("overlays/us"), "drawn": of_drawn_patients(DRAWN)}
    resources = [(name, export(one, PATIENT)) for name, listed in of.items() for one in listed for export in EXPORTS]
    pathways = [load_pathway("metastatic_spine"), load_pathway("metastatic_spine", ["us"])]
    resources += [("questionnaires", to_questionnaire(pathway)) for pathway in pathways]
    resources += [("plans", to_plan_bundle(pathway)) for pathway in pathways]
    found: dict[str, list[str]] = {name: [] for name, _ in resources}
    for fault in faults_of(resource for _, resource in resources):
        found[resources[int(fault.split()[0])][0]].append(fault)
    return found


@pytest.mark.parametrize("name", ["shipped cases", "overlay", "drawn", "questionnaires", "plans"])
def test_nobody_objects_to_what_is_exported(faults: dict[str, list[str]], name: str) -> None:
    assert [] == faults[name]
