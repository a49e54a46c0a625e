"""The judges of FHIR resources judged: each planted fault is seen by those who are there for it, and a sound resource by none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.fhir_judges import faults_of, judged

pytestmark = pytest.mark.conformance
Resource = dict[str, Any]

OBSERVATION: Resource = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2000-8"}], "text": "Calcium"},
    "subject": {"reference": "Patient/1"},
    "effectiveDateTime": "2026-11-20T09:00:00+00:00",
    "valueQuantity": {"value": 2.95, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
}
QUESTIONNAIRE: Resource = {
    "resourceType": "Questionnaire",
    "status": "draft",
    "experimental": False,
    "item": [
        {"linkId": "a", "type": "boolean", "text": "Weakness?"},
        {
            "linkId": "b",
            "type": "date",
            "text": "Since when?",
            "enableWhen": [{"question": "a", "operator": "=", "answerBoolean": True}],
        },
    ],
}
GROUP: Resource = {
    "resourceType": "RequestGroup",
    "status": "draft",
    "intent": "proposal",
    "action": [
        {
            "id": "a",
            "title": "MRI",
            "resource": {"reference": "Task/1"},
            "relatedAction": [{"actionId": "b", "relationship": "after-end"}],
        }
    ],
}


def observation(**changed: Any) -> Resource:
    return {name: value for name, value in {**OBSERVATION, **changed}.items() if value is not None}


def question(**changed: Any) -> Resource:
    first, second = QUESTIONNAIRE["item"]
    return {**QUESTIONNAIRE, "item": [first, {**second, **changed}]}


def bundle(*resources: Resource, **changed: Any) -> Resource:
    entry = [{"fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{n}", "resource": r} for n, r in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry, **changed}


EXISTS = {"question": "a", "operator": "exists", "answerString": "yes"}
IS_TRUE = {"question": "a", "operator": "=", "answerBoolean": True}
# What is wrong, and by whom at least it has to be seen.
FAULTS: dict[str, tuple[Resource, set[str]]] = {
    "object where a list belongs": (observation(category={"text": "exam"}), {"JSON Schema", "definitions", "types", "fhirkit"}),
    "text for a boolean": (observation(valueQuantity=None, valueBoolean="yes"), {"definitions", "types", "fhirkit"}),
    "two values": (observation(valueBoolean=True), {"definitions", "fhir.resources"}),
    "code outside a required binding": (observation(status="done"), {"definitions", "types", "JSON Schema"}),
    "code of the other release": ({**GROUP, "intent": "wish"}, {"definitions", "types"}),
    "bad dateTime": (observation(effectiveDateTime="20 November"), {"definitions", "fhirkit", "fhir.resources"}),
    "dateTime without a zone": (observation(effectiveDateTime="2026-11-20T09:00:00"), {"definitions"}),
    "empty list": (observation(category=[]), {"definitions", "fhirkit"}),
    "empty object": (observation(method={}), {"definitions"}),
    "empty string": (observation(code={"text": ""}), {"definitions", "fhirkit", "fhir.resources"}),
    "bad id": (observation(id="lowest_power"), {"definitions", "fhir.resources"}),
    "value beside dataAbsentReason (obs-6)": (observation(dataAbsentReason={"text": "x"}), {"definitions"}),
    "one linkId twice (que-2)": (question(linkId="a"), {"definitions"}),
    "exists asks for a boolean (que-7)": (question(enableWhen=[EXISTS]), {"definitions"}),
    # R4's own text of the invariant lets two pass.
    "three conditions, no behaviour (que-12)": (question(enableWhen=[IS_TRUE] * 3), {"definitions"}),
    "group without questions (que-1)": (question(type="group"), {"definitions"}),
    "status missing": (observation(status=None), {"definitions", "types", "fhirkit", "fhir.resources"}),
    "type of the other release": (question(type="coding"), {"definitions", "types"}),
    "reference to a wrong type": (observation(subject={"reference": "Task/1"}), {"definitions"}),
    "reference to nothing": (
        bundle(observation(subject={"reference": "urn:uuid:00000000-0000-4000-8000-0000000000ff"})),
        {"definitions"},
    ),
    "unknown element": (observation(value="x"), {"definitions", "types", "JSON Schema", "fhirkit", "fhir.resources"}),
    "element of an element unknown": (
        observation(code={"coding": [{"uri": "x"}], "text": "x"}),
        {"definitions", "types", "JSON Schema", "fhir.resources"},
    ),
    "fault inside a Bundle": (bundle(observation(status="done")), {"definitions", "types", "JSON Schema"}),
    "one address twice (bdl-7)": (
        {**bundle(OBSERVATION), "entry": bundle(OBSERVATION)["entry"] * 2},
        {"definitions"},
    ),
    "action with a resource and parts (rqg-1)": (
        {**GROUP, "action": [{"resource": {"reference": "Task/1"}, "action": [{"title": "x"}]}]},
        {"definitions"},
    ),
    "condition without its kind": ({**GROUP, "action": [{"title": "x", "condition": [{"expression": {"language": "x"}}]}]}, {"definitions", "types"}),
    "extension without a value (ext-1)": (observation(extension=[{"url": "https://a.example/x"}]), {"definitions"}),
    "detail without a code (prr-1)": (
        {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "proposal",
            "subject": {"reference": "Patient/1"},
            "orderDetail": [{"text": "x"}],
        },
        {"definitions"},
    ),
    "changed before it was made (inv-1)": (
        {
            "resourceType": "Task",
            "status": "draft",
            "intent": "proposal",
            "authoredOn": "2026-11-20T09:00:00+00:00",
            "lastModified": "2026-11-19T09:00:00+00:00",
        },
        {"definitions"},
    ),
}
ANSWERED = {"question": "a", "operator": "exists", "answerBoolean": True}
SOUND = [OBSERVATION, QUESTIONNAIRE, GROUP, bundle(OBSERVATION, QUESTIONNAIRE), question(enableWhen=[ANSWERED])]


@pytest.fixture(scope="module")
def seen() -> list[set[str]]:
    """Who objects to each planted fault; all in one process, as starting a judge takes longer than judging."""
    found: list[set[str]] = [set() for _ in FAULTS]
    for number, judge, _ in judged([resource for resource, _ in FAULTS.values()]):
        found[number].add(judge)
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(seen, name):
    assert FAULTS[name][1] <= seen[list(FAULTS).index(name)]


def test_nobody_objects_to_a_sound_resource():
    assert [] == faults_of(SOUND)


def test_objections_name_places_and_never_values():
    secret = "Wolfeschlegelsteinhausen"
    faults = faults_of([observation(status=secret, code={"text": secret, secret.lower(): ""}, effectiveDateTime=secret)])

    assert faults
    assert [] == [fault for fault in faults if secret in fault]
