"""The exported plan with all that belongs to it, before the judges of FHIR R4."""

from __future__ import annotations

import pytest

from spineworkup import load_pathway
from spineworkup.fhir.to_plan_definition import to_plan_bundle
from spineworkup.pathways import Pathway
from tests.conformance.fhir_judges import faults_of
from tests.conformance.run_elm import random_pathways

pytestmark = pytest.mark.conformance


def test_the_plans_of_the_shipped_rules() -> None:
    pathways = [load_pathway(), load_pathway("metastatic_spine", ["us"])]
    assert [] == faults_of(to_plan_bundle(pathway, "https://hospital.test/fhir") for pathway in pathways)


def test_the_plans_of_random_rules() -> None:
    pathways = [Pathway(), *(pathway for pathway, _ in random_pathways(9, 12, 0))]
    assert [] == faults_of(map(to_plan_bundle, pathways))
