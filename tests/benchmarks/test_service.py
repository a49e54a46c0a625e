"""The service beside the same stack that only echoes: `make bench`. Ratios, side by side in one run; never a gate of `make test`."""

from __future__ import annotations

import json
import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.logs import Log
from spineworkup.cds_hooks.server import config_of
from spineworkup.cds_hooks.settings import Client, Settings
from tests.cds_hooks.world import VIEW, prefetch, request, shipped

pytestmark = pytest.mark.benchmark
ENTRIES, RATE, SECONDS = 200, 30, 20
ISS, BASE = "https://ehr.example.org", "https://cds.example.org"
KEY = ECKey.generate_key("P-384", parameters={"kid": "bench"}, private=True)


def laboratory(number: int) -> dict[str, Any]:
    """Return a result as record systems send it: narrative, profile, category, reference range."""
    words = "Sodium [Moles/volume] in Serum or Plasma"
    resource = {
        "resourceType": "Observation", "id": f"o{number}", "status": "final",
        "meta": {"versionId": "1", "lastUpdated": "2026-11-19T08:00:00.000+00:00",
                 "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{words}: 144 mmol/L</p></div>'},
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory",
                                  "display": "Laboratory"}], "text": "Laboratory"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2951-2", "display": words}], "text": "Sodium"},
        "subject": {"reference": "Patient/1"}, "encounter": {"reference": "Encounter/9"},
        "effectiveDateTime": f"2026-11-{number % 19 + 1:02}T09:00:00Z", "issued": "2026-11-19T09:30:00Z",
        "performer": [{"reference": "Practitioner/77"}],
        "valueQuantity": {"value": 144, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        "referenceRange": [{"low": {"value": 135, "unit": "mmol/L"}, "high": {"value": 145, "unit": "mmol/L"}, "text": "135-145"}],
    }  # fmt: skip
    return {"fullUrl": f"https://ehr.example/fhir/Observation/o{number}", "resource": resource}


def body() -> bytes:
    """Return a request with 200 records: an emergency among ordinary results."""
    case = next(case for case in shipped() if case.name == "demo_1_cord_compression")
    sent = prefetch(case.checklist)
    more = ENTRIES - 1 - len(sent["workup_observations"]["entry"])
    sent["observations_blood"] = {"resourceType": "Bundle", "type": "searchset", "entry": [laboratory(n) for n in range(more)]}
    return json.dumps(request(sent)).encode()


BODY = body()


def token(path: str = f"/cds-services/{VIEW}") -> str:
    now = datetime.now(UTC)
    claims = {"iss": ISS, "aud": BASE + path, "iat": int(now.timestamp()), "exp": int((now + timedelta(minutes=4)).timestamp()),
              "jti": str(uuid4())}  # fmt: skip
    return jwt.encode({"alg": "ES384", "kid": "bench", "typ": "JWT"}, claims, KEY, algorithms=["ES384"])


def settings(**more: Any) -> Settings:
    client = Client(iss=ISS, algorithm="ES384", keys=(KEY.as_dict(private=False),))
    return Settings(clients=(client,), base_url=BASE, **more)


class Nowhere:
    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None: ...


async def echo(request: Request) -> Response:
    """Read the JSON and write it again: what any service of this stack does at least."""
    return Response(json.dumps(json.loads(await request.body())), media_type="application/json")


ECHO = Starlette(routes=[Route("/cds-services/{service}", echo, methods=["POST"])])


@contextmanager
def served(app: Any, **more: Any) -> Iterator[str]:
    """Serve an application on this machine by the service's own set-up of the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = config_of(Settings(port=port, **more))
    config.app = app
    # A process of its own: clients in the same one would take turns with it.
    server = multiprocessing.get_context("fork").Process(target=uvicorn.Server(config).run, daemon=True)
    server.start()
    while not listens(port):
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}/cds-services/{VIEW}"
    finally:
        server.terminate()
        server.join()


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def in_process(app: Any, authorise: Callable[[], dict[str, str]], count: int) -> float:
    """Return the processor time that a request takes, without a network: the median of so many."""
    import asyncio

    async def called() -> float:
        found = []
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=BASE) as client:
            for _ in range(count):
                headers = {"content-type": "application/json", **authorise()}
                start = time.process_time()
                answer = await client.post(f"/cds-services/{VIEW}", content=BODY, headers=headers)
                found.append(time.process_time() - start)
                assert answer.status_code == 200
        return statistics.median(found)

    return asyncio.run(called())


def test_throughput_against_an_echo() -> None:
    """With tokens: at least a third of what the same stack does that reads and writes the same JSON."""
    app = create_app(settings(), log=Log(Nowhere()))  # type: ignore[arg-type]
    ratios = []
    for _ in range(7):
        ours = in_process(app, lambda: {"authorization": f"Bearer {token()}"}, 15)
        ratios.append(in_process(ECHO, dict, 15) / ours)
    print(f"\n{len(BODY)} bytes, {ENTRIES} records; throughput / echo: {statistics.median(ratios):.2f} (goal: at least 0.33)")


def load(url: str, rate: int, seconds: int, authorise: Callable[[], dict[str, str]]) -> list[tuple[int, float]]:
    """Send so many requests a second, each at its time whether or not the one before was answered."""
    found: list[tuple[int, float]] = []
    headers = [{"content-type": "application/json", **authorise()} for _ in range(rate * seconds)]
    local, clients = threading.local(), list[httpx2.Client]()

    def called(at: float, sent: dict[str, str]) -> None:
        time.sleep(max(0.0, at - time.perf_counter()))
        if not hasattr(local, "client"):
            local.client = httpx2.Client(timeout=10)
            clients.append(local.client)
        begun = max(at, time.perf_counter())
        answer = local.client.post(url, content=BODY, headers=sent)
        found.append((answer.status_code, time.perf_counter() - begun))

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(32) as pool:
        start = time.perf_counter() + 0.2
        for number, sent in enumerate(headers):
            pool.submit(called, start + number / rate, sent)
    for client in clients:
        client.close()
    return found


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def test_latency_at_thirty_a_second() -> None:
    """With tokens, over the loopback: p99 at most 200 ms, and no error."""
    app = create_app(settings(), log=Log(Nowhere()))  # type: ignore[arg-type]
    with served(app) as url:
        found = load(url, RATE, SECONDS, lambda: {"authorization": f"Bearer {token()}"})
    times = [seconds for status, seconds in found if status == 200]
    errors = len(found) - len(times)
    print(
        f"\n{len(found)} requests at {RATE}/s: p50 {percentile(times, 0.5) * 1000:.0f} ms, "
        f"p99 {percentile(times, 0.99) * 1000:.0f} ms (goal: at most 200), {errors} errors (goal: 0)"
    )


def test_overload() -> None:
    """Four times as many as can be answered: 200 or 503, the refusals within 100 ms."""
    app = create_app(settings(), log=Log(Nowhere()))  # type: ignore[arg-type]
    with served(app) as url:
        found = load(url, 240, 5, lambda: {"authorization": f"Bearer {token()}"})
        after = load(url, 5, 2, lambda: {"authorization": f"Bearer {token()}"})
    refused = [seconds for status, seconds in found if status != 200]
    print(
        f"\n{len(found)} requests at 240/s: {len(refused)} asked to come back, "
        f"p99 of these {percentile(refused or [0.0], 0.99) * 1000:.0f} ms (goal: at most 100); statuses {sorted({s for s, _ in found})}; "
        f"after it {sorted({s for s, _ in after})}"
    )
