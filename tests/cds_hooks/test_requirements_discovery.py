"""What CDS Hooks 2.0 requires of discovery; the numbers are those of docs/cds-hooks-requirements.md."""

import re

import pytest

from tests.cds_hooks.card_rules import empties
from tests.cds_hooks.world import SLOTS, VIEW, prefetch, request, serve

FOUND = serve().get("/cds-services")
BODY = FOUND.json()
SERVICES = BODY["services"]
QUERIES = [query for service in SERVICES for query in service["prefetch"].values()]
TOKEN = re.compile(r"\{\{(.*?)\}\}")


def is_text(value):
    return isinstance(value, str) and bool(value.strip())


# Requirement -> whether it holds.
REQUIREMENTS = {
    3: lambda: [] == list(empties(BODY)),
    4: lambda: FOUND.request.url.path == "/cds-services",
    5: lambda: FOUND.request.method == "GET" and serve().ask("POST", "/cds-services").status_code == 405,
    6: lambda: set(BODY) == {"services"} and isinstance(SERVICES, list) and len(SERVICES) == 3,
    7: lambda: {service["hook"] for service in SERVICES} == {"patient-view", "order-select", "order-sign"},
    8: lambda: all(is_text(service["title"]) for service in SERVICES),
    9: lambda: all(is_text(service["description"]) for service in SERVICES),
    10: lambda: len({service["id"] for service in SERVICES if re.fullmatch(r"[a-z-]+", service["id"])}) == len(SERVICES),
    11: lambda: all(is_text(key) and is_text(query) for service in SERVICES for key, query in service["prefetch"].items()),
    12: lambda: all(is_text(service["usageRequirements"]) for service in SERVICES),
    13: lambda: FOUND.status_code == 200,
    16: lambda: all(
        serve().call(request(prefetch(), s["hook"], **ORDERS), s["id"]).status_code == 200 for s in SERVICES
    ),
    29: lambda: all(service["prefetch"] for service in SERVICES),
    35: lambda: all(TOKEN.search(query) for query in QUERIES),
    36: lambda: all(len(service["prefetch"]) == len(SLOTS) for service in SERVICES),
    55: lambda: not any("{" in TOKEN.sub("", query) or "}" in TOKEN.sub("", query) for query in QUERIES),
    56: lambda: {token for query in QUERIES for token in TOKEN.findall(query)} == {"context.patientId"},
    57: lambda: all(token.count(".") == 1 for query in QUERIES for token in TOKEN.findall(query)),
    59: lambda: all(token.startswith("context.") for query in QUERIES for token in TOKEN.findall(query)),
    211: lambda: len({service["id"] for service in SERVICES}) == len(SERVICES),
}  # fmt: skip
ORDERS = {"draftOrders": {"resourceType": "Bundle"}, "selections": ["ServiceRequest/1"]}


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_discovery(number):
    assert REQUIREMENTS[number]()


def test_a_key_of_discovery_is_the_key_of_the_request():
    """What is answered under an announced key is read as the answer to that query; under another it isn't."""
    known = dict.fromkeys(SERVICES[0]["prefetch"])
    renamed = {f"x-{key}" if key == "workup_observations" else key: None for key in known}

    assert "### Notices" not in serve().call(request(known), VIEW).json()["cards"][0]["detail"]
    assert "### Notices" in serve().call(request(renamed), VIEW).json()["cards"][0]["detail"]
