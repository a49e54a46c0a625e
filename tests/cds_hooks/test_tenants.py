"""Two clients and their organisations at one service: nothing of one reaches the other."""

from __future__ import annotations

from itertools import count

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from spineworkup.cds_hooks.settings import Client, Tenant
from tests.cds_hooks.callers import AUDIENCE, BASE, EHR, OTHER, bearer, jwk, key, token
from tests.cds_hooks.world import VIEW, prefetch, request, serve, shipped

NUMBERS = count()
SAME = Client(EHR, "ES384", (jwk("ES384 main", "main"),), "", {"north": Tenant(("mri_whole_spine",)), "south": Tenant()})
NAMESAKE = Client(OTHER, "ES384", (jwk("ES384 next", "main"),), "", {"north": Tenant()})
CALLERS = [(EHR, "north", "ES384 main"), (EHR, "south", "ES384 main"), (OTHER, "north", "ES384 next")]


@pytest.fixture(scope="module")
def served():
    return serve(base_url=BASE, clients=(SAME, NAMESAKE))


def ask(served, caller, path="", body=None):
    iss, tenant, signer = caller
    right = token({"iss": iss, "tenant": tenant, "jti": str(next(NUMBERS)), "aud": AUDIENCE + path}, None, key(signer))
    body = request(prefetch(shipped()[0].checklist)) if body is None else body
    return served.post(f"/cds-services/{VIEW}{path}", body, **bearer(right))


def test_interleaved_each_gets_its_own_answer_and_always_the_same(served):
    """T-28: what one asks between the other's two requests changes nothing, and no id or pseudonym is shared."""
    first = [ask(served, caller).json() for caller in CALLERS]
    again = [ask(served, caller).json() for caller in reversed(CALLERS)][::-1]

    assert first == again
    ids = [{card["uuid"] for card in answer["cards"]} for answer in first]
    assert all(ids) and sum(map(len, ids)) == len(set.union(*ids))
    assert len({answer["extension"]["example.spineworkup"]["patient"] for answer in first}) == len(CALLERS)


def test_what_one_cant_do_is_nobody_elses_lack(served):
    north, south, namesake = (ask(served, caller).text for caller in CALLERS)

    assert "not available here" in north
    assert "not available here" not in south and "not available here" not in namesake


def test_feedback_is_heard_for_ones_own_cards_only(served):
    cards = [ask(served, caller).json()["cards"][0]["uuid"] for caller in CALLERS]
    for caller in CALLERS:
        heard = []
        for card in cards:
            item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-20T10:00:00Z"}
            heard.append(ask(served, caller, "/feedback", {"feedback": [item]}).status_code)
        assert heard == [200 if other == caller else 422 for other in CALLERS]


def test_the_log_says_who_called_for_whom(served):
    ask(served, CALLERS[1])

    assert (served.log[-1]["iss"], served.log[-1]["tenant"]) == (EHR, "south")
