"""The exported PlanDefinition applied by encender: it keeps the steps that are indicated, and what it hides is named."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from spineworkup import load_pathway
from spineworkup.checklists import Checklist
from spineworkup.fhir.elm import names as name
from spineworkup.fhir.plan.actions import ASK
from spineworkup.fhir.plan.header import slug
from spineworkup.fhir.to_plan_definition import to_plan_bundle
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth, any_of
from tests.conformance.elm_cases import MODULES, Case, cases, need
from tests.conformance.run_elm import Run, answers, random_pathways
from tests.fhir.elm_checks import faults_of
from tests.fhir.plan_checks import asked_defines, defines_in, elm_in

pytestmark = pytest.mark.conformance
SCRIPT = Path(__file__).with_name("run_encender.mjs")
# Each starts a worker that reads the library, and each action looks at every record anew: seconds for a patient.
PATIENTS = 6
PATHWAY = load_pathway()


@pytest.fixture(scope="module")
def patients() -> list[Case]:
    need("encender")
    return list(cases(PATHWAY, Random(11), PATIENTS))


@pytest.fixture(scope="module")
def applied(patients: list[Case]) -> list[dict[str, Any]]:
    return apply_plans([(PATHWAY, patients)])


def apply_plans(runs: Iterable[Run]) -> list[dict[str, Any]]:
    lines, count = list[str](), 0
    for pathway, patients in runs:
        bundles = [case.bundle for case in patients]
        lines += [plan_line(pathway), *bundles]
        count += len(bundles)
    command = ["node", str(SCRIPT), str(MODULES)]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == count
    return found


def plan_line(pathway: Pathway) -> str:
    plan, library, *others = [entry["resource"] for entry in to_plan_bundle(pathway)["entry"]]
    # A define that isn't there would end the process, and what is misspelt in one be read as false.
    assert set(asked_defines(plan)) <= defines_in(library) and not faults_of(elm_in(library))
    activities = [one for one in others if one["resourceType"] == "ActivityDefinition"]
    return json.dumps({"plan": plan, "resources": [library, *activities]})


def steps_that_are(checklist: Checklist, *truths: Truth) -> set[str]:
    """The ids of actions of the steps whose indications come to one of these."""
    indications = checklist.items[0].reading.indications
    return {slug(id_) for id_, found in indications.items() if any_of(found) in truths}


def undetermined(checklist: Checklist) -> list[str]:
    return [item.step.label for item in checklist.items if item.status.value == "undetermined"]


def test_the_actions_that_are_kept_are_the_steps_that_are_indicated(
    patients: list[Case], applied: list[dict[str, Any]]
) -> None:
    for case, found in zip(patients, applied, strict=True):
        assert set(found["kept"]) - {ASK} == steps_that_are(case.checklist, Truth.TRUE)
        assert len(found["kept"]) == len(set(found["kept"]))


def test_what_is_hidden_is_named(patients: list[Case], applied: list[dict[str, Any]]) -> None:
    """A step that can't be told yet leaves no action; an action of its own and the defines say which these are."""
    hidden = 0
    for (case, said), found in zip(answers([(PATHWAY, patients)]), applied, strict=True):
        could_be = {slug(id_) for id_ in PATHWAY.steps if said[name.could_be_indicated(id_)]}
        unknown = steps_that_are(case.checklist, Truth.UNKNOWN)

        assert not unknown & set(found["kept"])
        assert could_be - set(found["kept"]) == unknown
        labels = undetermined(case.checklist)
        assert (ASK in found["kept"]) is bool(labels)
        assert found["asks"] == ("; ".join(labels) or None)
        hidden += len(unknown)
    assert hidden > PATIENTS


def test_every_action_that_is_kept_becomes_a_proposal(applied: list[dict[str, Any]]) -> None:
    orders = {slug(id_) for id_, step in PATHWAY.steps.items() if step.orders}
    for found in applied:
        for id_, kind in found["requests"].items():
            assert kind == ("ServiceRequest" if id_ in orders else "Task")


def test_a_group_is_kept_where_a_step_of_it_is(applied: list[dict[str, Any]]) -> None:
    of_the_group = {slug(id_) for id_ in PATHWAY.purposes["see_the_cord"].steps}
    assert {bool(found["groups"]) for found in applied} == {True, False}
    for found in applied:
        assert bool(found["groups"]) is bool(of_the_group & set(found["kept"]))


def test_plans_of_random_rules() -> None:
    """Small ones, so that there can be many: two patients of each of twelve."""
    need("encender")
    runs = list(random_pathways(12, 12, 2))
    found = apply_plans(runs)
    wanted = [steps_that_are(case.checklist, Truth.TRUE) for _, patients in runs for case in patients]

    assert [set(one["kept"]) - {ASK} for one in found] == wanted
    assert len({frozenset(steps) for steps in wanted}) > 5
