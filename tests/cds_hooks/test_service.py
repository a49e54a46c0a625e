"""The service as its callers meet it: what it says of itself, what it answers, what it refuses, and when it rather says nothing."""

import asyncio
import json
import re
import time
from datetime import timedelta

import pytest

from spineworkup.about import library_version
from spineworkup.cds_hooks import answers
from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.sentinels import EVERY, Watch, sentinels_of
from spineworkup.cds_hooks.settings import Settings
from spineworkup.cds_hooks.to_cards import EXTENSION, to_cards
from spineworkup.criteria import NEVER
from spineworkup.errors import PathwayError
from spineworkup.logic.plan import plan
from spineworkup.reading.load import DEFAULT
from tests.cds_hooks.card_rules import empties, faults_of
from tests.cds_hooks.world import (
    AT,
    PATHWAY,
    SELECT,
    SIGN,
    SLOTS,
    VIEW,
    drafts,
    occasion,
    order,
    prefetch,
    request,
    serve,
    shipped,
)  # fmt: skip

DEMO = next(case for case in shipped() if case.name == "demo_1_cord_compression")
MRI = ("http://loinc.org", "30854-4")


# What it says of itself


def test_discovery_names_a_service_for_each_hook():
    answer = serve().get("/cds-services")
    services = answer.json()["services"]

    assert answer.status_code == 200
    assert {(s["id"], s["hook"]) for s in services} == {(VIEW, "patient-view"), (SELECT, "order-select"), (SIGN, "order-sign")}
    assert [] == list(empties(services))
    for service in services:
        assert set(service) == {"hook", "title", "description", "id", "prefetch", "usageRequirements"}
        assert service["prefetch"] == {key: slot.query for key, slot in SLOTS.items()}


def test_discovery_says_nothing_of_how_the_service_is_set_up():
    one, other = serve().get("/cds-services"), serve(suggestions=True, max_waiting=3).get("/cds-services")

    assert one.content == other.content


def test_it_is_alive_and_ready():
    served = serve()

    assert served.get("/health").json() == {"status": "live"}
    assert served.get("/ready").json() == {"status": "ready"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404), ("GET", "/cds-services/", 404), ("GET", f"/cds-services/{VIEW}", 405), ("POST", "/cds-services", 405),
        ("POST", "/cds-services/other", 404), ("POST", "/cds-services/other/feedback", 404), ("GET", "/metrics", 404),
        ("DELETE", f"/cds-services/{VIEW}", 405), ("POST", f"/cds-services/{VIEW}/", 404), ("GET", "/ready/", 404),
    ],
)  # fmt: skip
def test_elsewhere_there_is_nothing(method, path, status):
    answer = serve().ask(method, path)

    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert "location" not in answer.headers


# What it answers


@pytest.mark.parametrize("case", shipped(), ids=lambda case: case.name)
def test_a_shipped_patient_gets_over_http_what_assess_says(case):
    """Through FHIR, JSON and back: the same cards as straight from the chart, but for their ids, which also say of what record."""
    checklist = case.checklist
    answer = serve(case.at, suggestions=True).call(request(prefetch(checklist)))
    found = answer.json()

    assert answer.status_code == 200
    assert [] == faults_of(found, checklist)
    if not checklist.chart.sign_offs and not checklist.chart.not_available:
        assert said(found["cards"]) == said(to_cards(checklist, occasion(checklist, suggestions=True)))
    receipt = found["extension"][EXTENSION]
    assert receipt["urgency"] == {"lowest": checklist.urgency.lowest.value, "highest": checklist.urgency.highest.value}
    assert (receipt["hash"], receipt["version"], receipt["library"]) == (PATHWAY.hash, PATHWAY.version, library_version())
    assert receipt["chartDigest"].startswith("sha256:") and receipt["chartAsOf"]
    assert "Patient/1" not in json.dumps(receipt)


def said(cards):
    """What cards say to people, but for what there is to say about the records."""
    notices = re.compile(r"### Notices\n.*?(?=### )", re.DOTALL)
    return [(card["indicator"], card["summary"], notices.sub("", card["detail"])) for card in cards]


def test_the_same_request_gets_the_same_bytes():
    body = request(prefetch(DEMO.checklist))

    assert serve(DEMO.at).call(body).content == serve(DEMO.at).call(body).content


@pytest.mark.parametrize(("service", "hook"), [(SELECT, "order-select"), (SIGN, "order-sign")])
def test_an_order_of_the_scan_for_who_has_an_unsafe_device_interrupts(service, hook):
    case = next(case for case in shipped() if case.name == "c01_pacemaker")
    body = request(prefetch(case.checklist), hook, draftOrders=drafts(order(MRI)), selections=["ServiceRequest/1"])
    first = serve(case.at).call(body, service).json()["cards"][0]

    assert first["indicator"] == "critical"
    assert first["summary"].startswith("Check this order: MRI of the whole spine is contraindicated")


def test_answers_are_kept_by_nobody():
    answer = serve().call(request(prefetch()))

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


# What it couldn't read


QUERIES = [key for key in SLOTS if SLOTS[key].findings]
TROUBLE = {
    "failed": {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]},
    "cut": {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "https://ehr.example/2"}]},
    "left out": ...,
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("key", SLOTS)
def test_a_query_without_an_answer_never_looks_like_an_empty_one(key, trouble):
    """Every query in turn fails, is cut or left out: the cards say so, and nothing that it could give is known."""
    sent = {**prefetch(), key: TROUBLE[trouble]}
    if TROUBLE[trouble] is ...:
        del sent[key]
    empty, found = serve().call(request(prefetch())).json(), serve().call(request(sent)).json()

    assert found["cards"][0]["uuid"] != empty["cards"][0]["uuid"] or not SLOTS[key].findings
    assert f"The query {key.replace('_', chr(92) + '_')} " in found["cards"][0]["detail"]
    assert "### Notices" not in empty["cards"][0]["detail"]


def test_all_queries_empty_is_answered_and_all_without_answer_is_not():
    """412 only where nothing can be said safely."""
    served = serve()

    assert served.call(request(prefetch())).status_code == 200
    for trouble in ("failed", "left out"):
        sent = {} if trouble == "left out" else dict.fromkeys(SLOTS, TROUBLE[trouble])
        answer = served.call(request(sent))
        assert (answer.status_code, answer.json()["place"]) == (412, "prefetch")


def test_one_query_that_was_answered_is_enough_for_an_answer():
    sent = {"workup_observations": prefetch(DEMO.checklist)["workup_observations"]}
    found = serve(DEMO.at).call(request(sent)).json()["cards"]

    assert found[0]["indicator"] == "critical"
    assert "was not fetched" in found[0]["detail"]


def test_records_of_somebody_else_are_answered_with_nothing():
    other = prefetch(DEMO.checklist, "Patient/2")
    answer = serve(DEMO.at).call(request({**prefetch(), "workup_observations": other["workup_observations"]}))

    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        # None of it counts, and the cards say so.
        assert all(card["indicator"] == "info" for card in answer.json()["cards"])
        assert "### Notices" in answer.json()["cards"][0]["detail"]


def test_another_patient_than_the_one_that_was_named_is_refused():
    answer = serve().call(request({**prefetch(), "patient": {"resourceType": "Patient", "id": "2"}}))

    assert answer.status_code == 422
    assert "cards" not in answer.json()


# What it refuses


def test_another_kind_of_content_is_refused():
    served = serve()
    for headers in ({"content-type": "text/plain"}, {"content-type": ""}, {"content-encoding": "gzip"}):
        assert served.call(request(prefetch()), **headers).status_code == 415


def test_a_body_may_be_as_large_as_is_said_and_no_larger():
    body = json.dumps(request(prefetch())).encode()

    assert serve(max_body=len(body)).call(body).status_code == 200
    assert serve(max_body=len(body) - 1).call(body).status_code == 413


def test_a_body_whose_length_nobody_said_is_refused_while_it_comes():
    served, sent = serve(max_body=1000), []

    async def parts():
        for _ in range(100):
            sent.append(1)
            yield b" " * 100

    answer = served.ask("POST", f"/cds-services/{VIEW}", content=parts(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_a_slow_body_is_refused():
    """Nobody holds a place by sending a byte now and then."""
    served = serve(body_seconds=0.1)
    messages = asyncio.Queue()

    async def called():
        sent = []
        await messages.put({"type": "http.request", "body": b"{", "more_body": True})
        scope = {
            "type": "http", "method": "POST", "path": f"/cds-services/{VIEW}", "raw_path": b"", "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"host", b"127.0.0.1:8000")], "scheme": "http",
            "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1), "root_path": "", "http_version": "1.1",
        }  # fmt: skip
        await served.app(scope, messages.get, lambda message: sent_to(sent, message))
        return sent

    async def sent_to(sent, message):
        sent.append(message)

    assert asyncio.run(called())[0]["status"] == 408


def test_every_refusal_says_what_kind_and_where_and_repeats_nothing():
    served = serve()
    answer = served.call(request({**prefetch(), "conditions": "Zebedee"}))

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "The records can't be read safely", "place": "prefetch.conditions",
        "hint": "expected a FHIR resource",
    }  # fmt: skip
    assert served.log[-1]["outcome"] == "refused_422"


def test_what_goes_wrong_inside_is_neither_an_empty_list_nor_a_traceback(monkeypatch):
    """An exception may hold a patient's values: nobody but the process itself learns what it says."""

    def broken(*_, **__):
        raise KeyError("Zebedee")

    monkeypatch.setattr(answers, "to_cards", broken)
    served = serve()
    answer = served.call(request(prefetch()))

    assert (answer.status_code, answer.json()) == (500, {"error": "The request could not be evaluated"})
    assert served.log[-1]["outcome"] == "error_KeyError"
    assert "Zebedee" not in answer.text + served.lines.getvalue()


# When it rather says nothing


def test_more_callers_than_can_be_answered_in_time_are_asked_to_come_back():
    """Four times as many at once: each gets its answer, the right one, or learns within 100 ms that there is none now."""
    served, body = serve(DEMO.at, max_waiting=3), json.dumps(request(prefetch(DEMO.checklist))).encode()
    expected = serve(DEMO.at).call(body).content

    async def called(client):
        start = time.perf_counter()
        answer = await client.post(f"/cds-services/{VIEW}", content=body, headers={"content-type": "application/json"})
        return answer, time.perf_counter() - start

    async def all_at_once():
        async with served.client() as client:
            return await asyncio.gather(*(called(client) for _ in range(24)))

    answers = asyncio.run(all_at_once())
    refused = [answer for answer, _ in answers if answer.status_code != 200]

    assert {answer.status_code for answer, _ in answers} == {200, 503}
    assert all(answer.content == expected for answer, _ in answers if answer.status_code == 200)
    assert all(answer.headers["retry-after"] == "1" and "cards" not in answer.json() for answer in refused)
    assert served.call(body).content == expected


STOPPED = sorted(rule.id for step in PATHWAY.steps.values() if step.safety_critical for rule in step.rules)


@pytest.mark.parametrize("rule", STOPPED)
def test_a_rule_that_stops_stops_the_service(rule, monkeypatch):
    """A rule that doesn't fire looks like a patient who has nothing: for each safety-critical rule a sentinel notices."""
    served, body = serve(), request(prefetch())
    assert served.call(body).status_code == 200

    prepared = plan(PATHWAY_OF(served))
    places = {one.rule.id: one.place for step in prepared.steps for one in (*step.own, *step.absolute, *step.relative, *step.cautions)}
    monkeypatch.setitem(PATHWAY_OF(served)._memo, "plan", _always_false(prepared, places[rule]))
    monkeypatch.delitem(PATHWAY_OF(served)._memo, "compiled")
    served.moment[0] += EVERY

    for path in ("/cds-services", "/ready"):
        assert served.get(path).status_code == 503
    refused = served.call(body)
    assert refused.status_code == 503
    assert "cards" not in refused.json()
    assert served.get("/health").status_code == 200


def PATHWAY_OF(served):
    route = next(route for route in served.app.routes if route.path == "/ready")
    return route.endpoint.__self__.pathway


def _always_false(prepared, place):
    """The plan with one criterion that is never true, whatever is known."""
    from attrs import evolve

    bit = 2 * prepared.planes.pairs[place]
    return evolve(prepared, planes=evolve(prepared.planes, alone=((bit, NEVER),)))


def test_sentinels_are_asked_once_in_a_while_and_not_by_every_caller(monkeypatch):
    asked = []
    monkeypatch.setattr(Watch, "_ask", lambda self: asked.append(1) or True)
    served = serve()
    for _ in range(5):
        served.get("/cds-services")
        served.get("/ready")
    assert len(asked) == 1
    served.moment[0] += timedelta(seconds=30)
    served.get("/ready")
    served.get("/ready")
    assert len(asked) == 2
    served.moment[0] += EVERY - timedelta(seconds=1)
    served.get("/cds-services")
    assert len(asked) == 2
    served.moment[0] += timedelta(seconds=1)
    served.call(request(prefetch()))
    assert len(asked) == 3


def test_a_clock_that_goes_back_asks_again():
    watch = Watch(PATHWAY, sentinels_of(DEFAULT, PATHWAY))

    assert watch.is_well(AT)
    assert watch.is_well(AT - timedelta(days=1))


def test_without_sentinels_nothing_is_well():
    assert not Watch(PATHWAY, ()).is_well(AT)


def test_a_rule_without_a_sentinel_is_named_when_the_service_starts(monkeypatch):
    monkeypatch.setattr("spineworkup.cds_hooks.sentinels._cases", lambda *_: iter(()))
    with pytest.raises(PathwayError, match="mri_within_24_hours"):
        create_app(Settings())


# The log


ALLOWED = {"time", "iss", "tenant", "jti", "service", "status", "ms", "bundle", "rules", "outcome"}


def test_a_line_is_written_for_each_request_with_these_fields_and_no_others():
    served = serve(DEMO.at)
    served.call(request(prefetch(DEMO.checklist)))
    served.get("/cds-services?patient=Zebedee")
    served.get("/Zebedee")
    served.call(b"Zebedee")

    assert ["cards", "discovery", "refused_404", "refused_400"] == [line["outcome"] for line in served.log]
    assert all(set(line) <= ALLOWED for line in served.log)
    assert "Zebedee" not in served.lines.getvalue()
    assert "mri_within_24_hours" in served.log[0]["rules"]
    assert served.log[0]["service"] == VIEW


def test_a_connection_that_ends_is_no_failure_of_ours():
    async def gone():
        return {"type": "http.disconnect"}

    sent = []

    async def send(message):
        sent.append(message)

    served = serve()
    scope = {
        "type": "http", "method": "POST", "path": f"/cds-services/{VIEW}", "raw_path": b"", "query_string": b"", "root_path": "",
        "headers": [(b"content-type", b"application/json"), (b"host", b"127.0.0.1:8000")], "scheme": "http", "http_version": "1.1",
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    asyncio.run(served.app(scope, gone, send))

    assert sent[0]["status"] == 400


