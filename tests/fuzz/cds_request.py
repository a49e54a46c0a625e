"""A request to the service, its token too: answered or refused, never with nothing, and no word of a patient in the log or a refusal.

The first line is the method and the path, the second the token, as it stands or as claims to be signed, the rest the body.
"""

from __future__ import annotations

import asyncio
import io
import json
from itertools import count
from typing import Any
from unittest.mock import patch

from spineworkup.cds_hooks import answers
from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.logs import Log
from spineworkup.cds_hooks.prefetch import slots_of
from spineworkup.cds_hooks.settings import Client, Settings
from tests.cds_hooks.callers import BASE, EHR, NOW, claims, jwk, key, token
from tests.cds_hooks.world import AT, PATHWAY, SECRET, SIGN, VIEW, drafts, order, prefetch, request, shipped
from tests.fuzz.judge import CANARY, Finding

# What a service may answer with; above all not 500.
STATUSES = {200, 400, 401, 404, 405, 408, 412, 413, 415, 422, 503}
# In a line of claims: another value each time, as no token counts twice.
FRESH = b"@"
_numbers = count()
# Writing cards takes four times as long as all the rest: with n, they are written for one in n of the charts.
one_in = 1
_write = answers.to_cards


def _cards(checklist: Any, occasion: Any) -> Any:
    return _write(checklist, occasion) if int(checklist.chart.digest[-4:], 16) % one_in == 0 else [{"uuid": "not written"}]


class Service:
    """The service with one client, called without a server."""

    def __init__(self) -> None:
        self.lines = io.StringIO()
        client = Client(EHR, "ES256", (jwk("ES256 main", "main"),))
        settings = Settings(base_url=BASE, clients=(client,), secret=SECRET, suggestions=True, max_tokens=10_000_000)
        self.app = create_app(settings, clock=lambda: AT, log=Log(self.lines))
        self.loop = asyncio.new_event_loop()

    def call(self, method: str, path: str, bearer: bytes, body: bytes) -> tuple[int, bytes, str]:
        """Return the status, the body and the line in the log."""
        sent: list[Any] = []
        self.lines.seek(0)
        self.lines.truncate()
        self.loop.run_until_complete(self.app(_scope(method, path, bearer), _receive(body), _keep(sent)))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], content, self.lines.getvalue()


def _scope(method: str, path: str, bearer: bytes) -> dict[str, Any]:
    headers = [(b"host", b"cds.example.org"), (b"content-type", b"application/json"), (b"authorization", b"Bearer " + bearer)]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode("utf-8", "replace"), "query_string": b"", "root_path": "", "headers": headers,
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    }  # fmt: skip


def _receive(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _keep(sent: list[Any]) -> Any:
    async def send(message: Any) -> None:
        sent.append(message)

    return send


# With the shipped rules and cases, before those of a small package take their place.
SERVICE, CASES = Service(), shipped()


def run(data: bytes) -> None:
    """Send it."""
    first, _, rest = data.partition(b"\n")
    second, _, body = rest.partition(b"\n")
    method, _, path = first.decode("utf-8", "replace").partition(" ")
    # What a server makes of it before the service sees it.
    method = method if method in ("GET", "POST", "PUT", "OPTIONS", "HEAD") else "POST"
    with patch.object(answers, "to_cards", _cards):
        status, content, line = SERVICE.call(method, f"/{path.lstrip('/')}", _bearer(second), body)
    _judge(status, content, line, method)


def _bearer(second: bytes) -> bytes:
    if not second.startswith(b"{"):
        return second
    fresh = second.replace(FRESH, str(next(_numbers)).encode(), 1)
    return token(fresh, signer=key("ES256 main"), alg="ES256").encode()


def _judge(status: int, content: bytes, line: str, method: str) -> None:
    if status not in STATUSES:
        raise Finding(f"status {status}")
    if CANARY in line or (status != 200 and CANARY.encode() in content):
        raise Finding("a patient's value is repeated")
    if line.count("\n") != 1 or json.loads(line)["status"] != status:
        raise Finding("not one line in the log")
    if method != "HEAD" and (status != 200) != (b'"error"' in content[:10]):
        raise Finding("a refusal that isn't one")
    if status != 200 and b'"cards"' in content:
        raise Finding("cards with an error")


def inputs() -> list[bytes]:
    """Return what to begin with: patients as requests, with canaries in every text, feedback, discovery, tokens."""
    bodies = [request(_with_canaries(prefetch(one.checklist), number)) for number, one in enumerate(CASES)]
    drafted = drafts(order(("http://loinc.org", "24531-6"), note=[{"text": CANARY}]))
    signing = request(prefetch(), "order-sign", draftOrders=drafted)
    feedback = {"feedback": [{"card": CANARY, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z",
                              "overrideReason": {"userComment": CANARY}}]}  # fmt: skip
    found = [_input(f"POST /cds-services/{VIEW}", body) for body in bodies]
    found += [_input(f"POST /cds-services/{SIGN}", signing), _input(f"POST /cds-services/{VIEW}/feedback", feedback)]
    found += [_input("GET /cds-services", {}), _input("GET /health", {}), _input("GET /ready", {}), _input(f"GET /{CANARY}", {})]
    raw = token(signer=key("ES256 main"), alg="ES256").encode()
    return [*found, b"\n".join((f"POST /cds-services/{VIEW}".encode(), raw, b"{}"))]


def _input(first: str, body: Any) -> bytes:
    audience = f"{BASE}{first.partition(' ')[2]}"
    return b"\n".join((first.encode(), json.dumps(claims(aud=audience, jti="@", exp=NOW + 250)).encode(), json.dumps(body).encode()))


def _with_canaries(found: Any, number: int) -> Any:
    """Return a prefetch of a few records, with canaries wherever a record has text of somebody."""
    entries = found["workup_observations"]["entry"][number % 3 :: 3][:5]
    for entry in entries:
        resource = entry["resource"]
        resource["note"] = [{"text": CANARY, "authorString": CANARY}]
        resource.setdefault("code", {})["text"] = CANARY
        resource["performer"] = [{"display": CANARY}]
        resource["text"] = {"status": "generated", "div": f"<div>{CANARY}</div>"}
    found["workup_observations"]["entry"] = entries
    found["patient"] |= {"name": [{"family": CANARY, "given": [CANARY]}], "identifier": [{"value": CANARY}], "birthDate": CANARY}
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "code": {"text": CANARY, "coding": [
        {"system": "http://snomed.info/sct", "code": CANARY, "display": CANARY}]}}  # fmt: skip
    found[CANARY] = {"resourceType": "Bundle", "entry": [{"resource": condition}]}
    return {name: value for name, value in found.items() if value is not None or number % 2}


def words() -> list[bytes]:
    """Return the words of requests, of FHIR as it is read, and of tokens."""
    keys = """hook hookInstance context prefetch patientId userId encounterId fhirServer fhirAuthorization access_token draftOrders
        selections feedback card outcome accepted overridden resourceType Bundle entry resource Observation Condition Patient Procedure
        ServiceRequest Task QuestionnaireResponse OperationOutcome AllergyIntolerance Device MedicationStatement DiagnosticReport
        ImagingStudy subject reference code coding system value valueQuantity valueBoolean valueCodeableConcept valueRange unit status
        verificationStatus clinicalStatus dataAbsentReason modifierExtension extension effectiveDateTime effectivePeriod issued final
        entered-in-error amended refuted unconfirmed low high link next total item answer linkId text iss aud exp iat jti nbf tenant
        alg kid typ jku Patient/1 Patient/2 cds-services health ready""".split()
    slots = [slot.key for slot in slots_of(PATHWAY)]
    codes = [code.code for finding in PATHWAY.findings.values() for code in finding.codes]
    return [word.encode() for word in (*keys, *slots, *codes[:200], *PATHWAY.findings, *PATHWAY.steps, "@")]
