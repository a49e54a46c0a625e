"""What the tests of the service share: the shipped patients as requests, and a service to send them to."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attrs import frozen
from starlette.applications import Starlette

from spineworkup import Chart, assess, load_pathway
from spineworkup.cds_hooks import app
from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.logs import Log
from spineworkup.cds_hooks.occasions import Occasion, valid_until
from spineworkup.cds_hooks.prefetch import slots_of
from spineworkup.cds_hooks.sentinels import sentinels_of
from spineworkup.cds_hooks.settings import Settings
from spineworkup.charts import evolve_entries
from spineworkup.checklists import Checklist
from spineworkup.fhir.to_observations import to_observations
from spineworkup.fhir.write_json import write_resource
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT
from spineworkup.testing.case_files import CaseFiles, is_case_file
from tests.strategies import NOON as NOON

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SECRET = b"a secret for tests, 32 bytes and more"
ISSUER = Issuer(SECRET, "", "")
PATHWAY = load_pathway()
SENTINELS = sentinels_of(DEFAULT, PATHWAY)
SLOTS = {slot.key: slot for slot in slots_of(PATHWAY)}
VIEW, SELECT, SIGN = (f"spine-workup-{hook}" for hook in ("patient-view", "order-select", "order-sign"))
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
PATIENT = "Patient/1"

Json = dict[str, Any]


@frozen
class Shipped:
    """A case of the package, as a chart at its moment."""

    name: str
    pathway: Pathway
    chart: Chart
    at: datetime

    @property
    def checklist(self) -> Checklist:
        return assess(self.pathway, self.chart, at=self.at)


@cache
def shipped(everything: bool = False) -> tuple[Shipped, ...]:
    """Return the cases that are patients of their own; with `everything` also the small ones of the steps."""
    return tuple(_shipped(everything))


def _shipped(everything: bool) -> Iterator[Shipped]:
    files = CaseFiles()
    for file in sorted((ROOT / "rules").rglob("*.yaml")):
        if is_case_file(file) and (everything or file.parent.name == "cases"):
            for written in files.read(file, file.name):
                if not written.pathway.overlays:
                    yield Shipped(file.stem, PATHWAY, rebased(written.case.chart), written.case.at or AT)


def rebased(chart: Chart) -> Chart:
    """Return a chart of the very pathway of these tests, without the label of its case."""
    found = Chart(PATHWAY.findings, clocks=chart.clocks, steps=chart.steps, not_available=chart.not_available,
                  sign_offs=chart.sign_offs)  # fmt: skip
    return evolve_entries(found, chart.entries)


def occasion(checklist: Checklist, **more: Any) -> Occasion:
    return Occasion(PATIENT, checklist.at, valid_until(checklist), ISSUER, **more)


def prefetch(checklist: Checklist | None = None, patient: str = PATIENT) -> Json:
    """Return a prefetch in which every query was answered: with what a chart holds, or with nothing."""
    found: Json = dict.fromkeys(SLOTS)
    found["patient"] = {"resourceType": "Patient", "id": patient.partition("/")[2]}
    if checklist is not None:
        found["workup_observations"] = json.loads(write_resource(to_observations(checklist, patient)))
    return found


def request(prefetch: Any, hook: str = "patient-view", patient: str = PATIENT, **context: Any) -> Json:
    about = {"userId": "Practitioner/1", "patientId": patient.partition("/")[2], **context}
    return {"hook": hook, "hookInstance": INSTANCE, "context": about, "prefetch": prefetch}


def order(*codes: tuple[str, str], patient: str = PATIENT, **more: Any) -> Json:
    """Return a draft order."""
    coding = [{"system": system, "code": code} for system, code in codes]
    return {
        "resourceType": "ServiceRequest", "status": "draft", "intent": "order", "code": {"coding": coding},
        "subject": {"reference": patient}, **more,
    }  # fmt: skip


def drafts(*orders: Json) -> Json:
    return {"resourceType": "Bundle", "entry": [{"resource": order} for order in orders]}


@frozen
class Served:
    """A service, called inside the test; `moment` holds what its clock says."""

    app: Starlette
    lines: io.StringIO
    moment: list[datetime]

    def call(self, body: Any, service: str = VIEW, **headers: str) -> httpx2.Response:
        return self.post(f"/cds-services/{service}", body, **headers)

    def post(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, content=raw, headers={"content-type": "application/json", **headers})

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.ask("GET", path, headers=headers)

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        async def asked() -> httpx2.Response:
            async with self.client() as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def client(self) -> httpx2.AsyncClient:
        """Return a client to which an exception that leaves the service is an exception."""
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url="http://127.0.0.1:8000")

    @property
    def log(self) -> list[Json]:
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


def serve(at: datetime = AT, **settings: Any) -> Served:
    """Return a service that runs inside the test; the shipped rules, which are only read, it shares with all others."""
    lines, moment = io.StringIO(), [at]
    set_up = Settings(**{"secret": SECRET, **settings})
    with pytest.MonkeyPatch.context() as sharing:
        if (set_up.package, set_up.overlays) == (DEFAULT, ()):
            sharing.setattr(app, "load_pathway", lambda *_: PATHWAY)
            sharing.setattr(app, "sentinels_of", lambda *_: SENTINELS)
        served = app.create_app(set_up, clock=lambda: moment[0], log=Log(lines))
    return Served(served, lines, moment)
