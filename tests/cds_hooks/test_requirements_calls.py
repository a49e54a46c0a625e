"""What CDS Hooks 2.0 requires of an answered call; the numbers are those of docs/cds-hooks-requirements.md."""

import ast
import time
from datetime import timedelta
from pathlib import Path

import pytest

import spineworkup.cds_hooks
from spineworkup.cds_hooks import answers
from spineworkup.cds_hooks.to_cards import EXTENSION
from tests.cds_hooks.card_rules import empties
from tests.cds_hooks.world import (
    PATIENT,
    SIGN,
    SLOTS,
    VIEW,
    drafts,
    order,
    prefetch,
    request,
    serve,
    shipped,
)  # fmt: skip

DEMO = next(case for case in shipped() if case.name == "demo_1_cord_compression")
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
PATIENT_ONLY = {"resourceType": "Patient", "id": "1"}
FHIR = {"fhirServer": "https://fhir.example.org", "fhirAuthorization": {
    "access_token": "opaque-8f2c", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "cds",
}}  # fmt: skip


def called(sent=None, **more):
    served = serve(DEMO.at)
    return served.call({**request(prefetch(DEMO.checklist) if sent is None else sent), **more})


def test_a_good_call_gets_200_and_an_object_with_a_list_of_cards():
    answer = called()

    assert answer.status_code == 200
    assert isinstance(answer.json()["cards"], list) and answer.json()["cards"]


def test_every_answer_is_json():
    told = [called(), called({}), serve().call(b"{"), serve().call({}, "other"), serve().get("/cds-services"), serve().get("/x")]

    assert {answer.headers["content-type"] for answer in told} == {"application/json"}
    assert all(isinstance(answer.json(), dict) for answer in told)


@pytest.mark.parametrize("case", shipped(), ids=lambda case: case.name)
def test_nothing_in_an_answer_is_null_or_empty(case):
    body = serve(case.at, suggestions=True).call(request(prefetch(case.checklist))).json()

    assert [] == [place for place in empties(body) if place != "cards"]


def test_other_statuses_are_4xx_and_5xx():
    statuses = {called({}).status_code, serve().call(b"{").status_code, serve().call({}, "other").status_code}

    assert statuses == {412, 400, 404}


def test_without_guidance_the_list_is_empty(monkeypatch):
    """The place is `cards` and it stays a list; when that happens at all, test_cards.py says."""
    monkeypatch.setattr(answers, "to_cards", lambda *_: [])

    assert called().json()["cards"] == []


def test_prefetch_data_are_enough():
    """No call of the FHIR server is needed, nor is its address."""
    cards = called().json()["cards"]

    assert any(card["indicator"] == "critical" for card in cards)


def test_the_access_to_the_fhir_server_changes_nothing():
    """It is neither used nor kept: the same answer to the byte."""
    assert called(**FHIR).content == called().content


def test_no_module_of_the_service_can_call_anybody():
    """Prefetch only: nothing that opens a connection is imported, so the token of the FHIR server has nowhere to go."""
    calling = {"socket", "ssl", "http", "urllib.request", "ftplib", "httpx", "httpx2", "requests", "aiohttp", "anyio", "smtplib"}
    files = [*Path(spineworkup.cds_hooks.__file__).parent.rglob("*.py")]
    imported = {name for file in files for name in imports_of(ast.parse(file.read_text(encoding="utf-8")))}

    assert "starlette.requests" in imported
    assert not imported & calling


def imports_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("key", SLOTS)
def test_an_operation_outcome_is_no_data(key):
    """A query that failed is said to have failed."""
    found = called({**prefetch(), key: FAILED}).json()["cards"][0]["detail"]

    assert "### Notices" in found and key in found.replace("\\", "")


@pytest.mark.parametrize(
    "sent",
    [{}, dict.fromkeys(SLOTS, FAILED), {"mine": None}, {"mine": PATIENT_ONLY}, {**dict.fromkeys(SLOTS, FAILED), "mine": PATIENT_ONLY}],
    ids=["no keys", "all failed", "nothing under a name of its own", "a record under a name of its own", "that, and all failed"],
)
def test_without_any_data_the_status_is_412(sent):
    answer = called(sent)

    assert answer.status_code == 412
    assert "cards" not in answer.json()


def test_an_answer_takes_less_than_half_a_second():
    """Of this process's own time, the best of three, so that a busy machine fails nothing."""
    served, body = serve(DEMO.at), request(prefetch(DEMO.checklist))

    def taken():
        start = time.process_time()
        assert served.call(body).status_code == 200
        return time.process_time() - start

    assert min(taken() for _ in range(3)) < 0.5


def test_a_new_call_updates_what_was_said():
    """The same chart gets the same ids in every service, so that a client can tell what is new; another chart gets others."""
    served, records = serve(DEMO.at), prefetch(DEMO.checklist)
    first = served.call(request(records)).json()["cards"]
    signing = served.call(request(records, "order-sign", draftOrders=drafts(order(("http://loinc.org", "1"), patient=PATIENT))), SIGN)
    changed = served.call(request(prefetch())).json()["cards"]

    assert {card["uuid"] for card in first} == {card["uuid"] for card in signing.json()["cards"]}
    assert not {card["uuid"] for card in first} & {card["uuid"] for card in changed}


def test_every_answer_says_as_of_when_and_until_when():
    said = called().json()["extension"][EXTENSION]

    assert said["chartAsOf"] == DEMO.at.isoformat(timespec="seconds")
    assert DEMO.at < DEMO.at.fromisoformat(said["validUntil"]) <= DEMO.at + timedelta(hours=1)


@pytest.mark.parametrize("missing", ["hook", "hookInstance", "context"])
def test_a_call_without_what_is_required_is_refused(missing):
    body = request(prefetch())
    del body[missing]
    answer = serve().call(body)

    assert (answer.status_code, answer.json()["place"].partition(".")[0]) == (400, missing)


def test_a_call_of_another_hook_is_refused():
    assert serve().call(request(prefetch(), "order-sign"), VIEW).status_code == 400
