"""What isn't a request that can be answered safely is refused, with its place, and without repeating anything of it."""

import json

import pytest

from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.from_request import read_request
from spineworkup.fhir.fetched import SourceState
from tests.cds_hooks.world import PATHWAY, SLOTS, drafts, order, prefetch, request

CANARY = "Zebedee"
MRI = ("http://loinc.org", "30854-4")


def read(body, hook="patient-view", max_entries=500):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_request(raw, hook, PATHWAY, max_entries)


def but(**changes):
    """A request of which something else is said; None takes a field away."""
    body = {**request(prefetch()), **changes}
    return {key: value for key, value in body.items() if value is not None}


def context(**changes):
    about = {"userId": "Practitioner/1", "patientId": "1", **changes}
    return but(context={key: value for key, value in about.items() if value is not None})


def slot(key, value):
    return but(prefetch={**prefetch(), key: value})


BAD = [
    (b"", 400, "line 1, column 1"),
    (b"\xff\xfe", 400, ""),
    (b"\xef\xbb\xbf{}", 400, ""),
    (b"[]", 400, ""),
    (b"null", 400, ""),
    (b'{"hook": "patient-view", "hook": "order-sign"}', 400, ""),
    (b'{"a": NaN}', 400, ""),
    (b'{"a": "\\ud800"}', 400, ""),
    (b'{"a": ' * 65 + b"1" + b"}" * 65, 400, ""),
    (but(hook=None), 400, "hook"),
    (but(hook="order-sign"), 400, "hook"),
    (but(hook=["patient-view"]), 400, "hook"),
    (but(hookInstance=None), 400, "hookInstance"),
    (but(hookInstance=CANARY), 400, "hookInstance"),
    (but(hookInstance=1), 400, "hookInstance"),
    (but(context=None), 400, "context.userId"),
    (but(context=CANARY), 400, "context.userId"),
    (context(userId=None), 400, "context.userId"),
    (context(userId=""), 400, "context.userId"),
    (context(patientId=None), 400, "context.patientId"),
    (context(patientId=""), 400, "context.patientId"),
    (context(patientId="Patient/1"), 400, "context.patientId"),
    (context(patientId=f"{CANARY} Smith"), 400, "context.patientId"),
    (context(patientId="../1"), 400, "context.patientId"),
    (context(patientId=1), 400, "context.patientId"),
    (context(patientId="1" * 65), 400, "context.patientId"),
    (but(fhirAuthorization={"access_token": CANARY}), 400, "fhirServer"),
    (but(prefetch=[]), 400, "prefetch"),
    (but(prefetch=CANARY), 400, "prefetch"),
    (but(prefetch=None), 412, "prefetch"),
    (but(prefetch={}), 412, "prefetch"),
    (but(prefetch={key: {"resourceType": "OperationOutcome", "issue": []} for key in SLOTS}), 412, "prefetch"),
    (slot("patient", CANARY), 422, "prefetch.patient"),
    (slot("patient", [1]), 422, "prefetch.patient"),
    (slot("conditions", 7), 422, "prefetch.conditions"),
    (slot("conditions", {"resourceType": "Bundle", "type": "history"}), 422, "prefetch.conditions"),
    (slot(CANARY, 7), 422, "prefetch.other"),
    (slot("conditions", {"resourceType": "Bundle", "entry": [{"resource": {}}] * 501}), 413, "prefetch"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "place"), BAD, ids=range(len(BAD)))
def test_a_bad_request_is_refused_with_its_place(body, status, place):
    with pytest.raises(RequestError) as refused:
        read(body)

    assert (refused.value.status, refused.value.place) == (status, place)
    assert CANARY not in str(refused.value)


ORDERS = [
    ({}, 400, "context.draftOrders"),
    ({"draftOrders": []}, 400, "context.draftOrders"),
    ({"draftOrders": {"resourceType": CANARY}}, 400, "context.draftOrders"),
    ({"draftOrders": drafts(), "selections": CANARY}, 400, "context.selections"),
    ({"draftOrders": drafts()}, 400, "context.selections"),
    ({"draftOrders": drafts(order(MRI, patient="Patient/2")), "selections": []}, 422,
     "context.draftOrders.entry[0].resource.subject.reference"),
    ({"draftOrders": drafts(order(MRI), {"resourceType": "NutritionOrder", "patient": {"reference": "Patient/2"}}),
      "selections": []}, 422, "context.draftOrders.entry[1].resource.patient.reference"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "status", "place"), ORDERS, ids=range(len(ORDERS)))
def test_orders_have_to_be_there_and_for_this_patient(more, status, place):
    with pytest.raises(RequestError) as refused:
        read(request(prefetch(), "order-select", **more), "order-select")

    assert (refused.value.status, refused.value.place) == (status, place)


@pytest.mark.parametrize("reference", ["Patient/1", "https://ehr.example/fhir/Patient/1"])
def test_an_order_names_the_patient_in_either_way(reference):
    found = read(request(prefetch(), "order-sign", draftOrders=drafts(order(MRI, patient=reference))), "order-sign")

    assert found.drafted == {"mri_whole_spine"}


def test_an_order_is_known_by_our_own_code_too():
    own = ("https://spineworkup.example/fhir/CodeSystem/steps", "bone_scan")
    found = read(request(prefetch(), "order-sign", draftOrders=drafts(order(own), order(("http://loinc.org", "1")))), "order-sign")

    assert found.drafted == {"bone_scan"}


def test_at_a_view_nothing_is_being_ordered():
    assert read(request(prefetch(), draftOrders=drafts(order(MRI)))).drafted == frozenset()


STATES = [
    (None, SourceState.EMPTY),
    ({"resourceType": "Bundle", "type": "searchset"}, SourceState.EMPTY),
    ({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Condition"}}]}, SourceState.OK),
    ({"resourceType": "OperationOutcome", "issue": []}, SourceState.FAILED),
    ({"resourceType": "Bundle", "link": [{"relation": "next", "url": "x"}]}, SourceState.INCOMPLETE),
    (..., SourceState.NOT_FETCHED),
]  # fmt: skip


@pytest.mark.parametrize(("value", "state"), STATES, ids=lambda x: getattr(x, "value", ""))
@pytest.mark.parametrize("key", SLOTS)
def test_every_query_says_how_far_it_was_answered(key, value, state):
    """An error is not an empty answer, and neither is a query that was left out or not read to its end."""
    sent = {**prefetch(), key: value}
    if value is ...:
        del sent[key]
    found = {source.name: source for source in read(but(prefetch=sent)).sources}

    assert found[key].state is state
    assert found[key].findings == SLOTS[key].findings
    assert {name for name, source in found.items() if source.state is not SourceState.EMPTY} <= {key, "patient"}


def test_what_nobody_asked_for_is_used_but_not_its_name():
    """The name is the sender's and may be anybody's; the records aren't dropped."""
    found = read(slot(CANARY, {"resourceType": "Condition", "id": "c"}))

    assert found.sources[-1].name == "other"
    assert len(found.sources[-1].resources) == 1
    assert CANARY not in repr(found)


def test_records_are_counted_before_anything_is_built_from_them():
    """A text that only looks like a record has its quotation marks escaped."""
    text = '"resource": {"resource": {' * 600

    assert read(slot("patient", {"resourceType": "Patient", "id": "1", "text": text})).patient == "Patient/1"
    with pytest.raises(RequestError) as refused:
        read(b'{"resource"' * 501)
    assert refused.value.status == 413


def test_a_repr_shows_no_patient():
    assert "Patient/1" not in repr(read(but()))
