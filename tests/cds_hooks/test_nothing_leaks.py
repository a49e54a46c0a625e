"""A canary in every request, through every door: it comes out nowhere."""

import json
import logging
import sys
import tempfile
import warnings

import pytest

from spineworkup.cds_hooks import answers
from spineworkup.cds_hooks.from_request import read_request
from tests.cds_hooks.test_text import everywhere
from tests.cds_hooks.world import PATHWAY, SIGN, VIEW, drafts, order, prefetch, request, serve, shipped

DEMO = next(case for case in shipped() if case.name == "demo_1_cord_compression")
CANARY = "Zebedee-4815162342"


def body(hook="patient-view"):
    """Return a request in which every place that can hold a text of somebody else holds the canary."""
    orders = {"draftOrders": drafts(order(("http://loinc.org", CANARY))), "selections": [CANARY]}
    found = everywhere(request(prefetch(DEMO.checklist, f"Patient/{CANARY}"), hook, f"Patient/{CANARY}", **orders), CANARY)
    for entry in found["context"]["draftOrders"]["entry"]:
        entry["resource"]["subject"]["reference"] = f"Patient/{CANARY}"
    found["fhirServer"] = f"https://{CANARY}.example"
    found["fhirAuthorization"] = {"access_token": CANARY, "token_type": "Bearer", "expires_in": 1, "scope": CANARY, "subject": CANARY}
    return {**found, "extension": {CANARY: CANARY}}


def broken(*_, **__):
    raise KeyError(CANARY)


def feedback():
    item = {"card": CANARY, "outcome": CANARY, "outcomeTimestamp": CANARY, "overrideReason": {"userComment": CANARY}}
    return {"feedback": [item]}


# Door -> what is sent there.
DOORS = {
    "chart opened": lambda served: served.call(body()),
    "order signed": lambda served: served.call(body("order-sign"), SIGN),
    "wrong hook": lambda served: served.call({**body(), "hook": CANARY}),
    "another patient": lambda served: served.call({**body(), "context": {"userId": CANARY, "patientId": f"{CANARY}-2"}}),
    "no JSON": lambda served: served.call(json.dumps(body()).encode()[:-1]),
    "another kind of record": lambda served: served.call({**body(), "prefetch": {CANARY: {"resourceType": CANARY}}}),
    "feedback": lambda served: served.post(f"/cds-services/{VIEW}/feedback", feedback()),
    "an address": lambda served: served.get(f"/cds-services/{CANARY}?patient={CANARY}"),
    "discovery": lambda served: served.get(f"/cds-services?patient={CANARY}", **{"x-patient": CANARY, "cookie": CANARY}),
    "a kind of content": lambda served: served.call(body(), **{"content-type": CANARY}),
}


ANSWERED = ("chart opened", "order signed", "discovery")


@pytest.mark.parametrize("is_broken", [False, True], ids=["well", "broken inside"])
@pytest.mark.parametrize("door", DOORS)
def test_nothing_of_a_request_leaves_by_any_way(door, is_broken, tmp_path, monkeypatch, capfd, caplog):
    """Answer, headers, log, record of answers, output, logging, warnings, temporary files: also where something fails inside."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "unraisablehook", lambda seen: print(seen))
    served = serve(DEMO.at, suggestions=True, audit_file=tmp_path / "audit.jsonl")
    if is_broken:
        monkeypatch.setattr(answers, "from_resources", broken)
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        answer = DOORS[door](served)

    files = "".join(f"{file.name} {file.read_text()}" for file in tmp_path.rglob("*") if file.is_file())
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.partition(".")[0] not in ("httpx2", "httpcore2"))
    out = [answer.text, str(answer.headers), served.lines.getvalue(), files, *capfd.readouterr(), ours, str(list(map(str, warned)))]
    # A suggested draft is about the patient, and says so to the client that named the patient.
    said = "\n".join(out).replace(f'"reference":"Patient/{CANARY}"', "")
    assert CANARY not in said
    assert answer.status_code != 200 or door in ANSWERED
    assert is_broken or answer.status_code == 200 or door not in ("chart opened", "order signed")


def test_a_repr_of_what_was_read_shows_nothing():
    asked = read_request(json.dumps(body()).encode(), "patient-view", PATHWAY, 500)

    assert CANARY not in repr(asked)
