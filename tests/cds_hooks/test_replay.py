"""Each token once: whoever asks at the same time, however many there are, whatever the clock does."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from hypothesis import given
from hypothesis import strategies as st

from spineworkup.cds_hooks.refused import Refused
from spineworkup.cds_hooks.replay import MemoryStore, Use, fingerprint
from spineworkup.cds_hooks.tokens import Doorkeeper
from tests.cds_hooks.callers import AUDIENCE, EHR, NOW, OTHER, bearer, key, settings, token
from tests.cds_hooks.world import AT, VIEW, serve

LATER = AT + timedelta(minutes=5)


def test_of_a_thousand_at_once_one_is_let_in():
    """By threads, at the store that all of them share."""
    keeper, text = Doorkeeper(settings()), token()

    def is_let_in(_):
        try:
            return bool(keeper.check(text, AUDIENCE, AT))
        except Refused as refused:
            assert refused.code == "replayed"
            return False

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(is_let_in, range(1000))) == 1


def test_looking_and_noting_are_one_step(monkeypatch):
    """Whether two threads come between each other is chance; that they can't is not."""
    store, locked = MemoryStore(2), []
    monkeypatch.setattr("spineworkup.cds_hooks.replay.heappush", lambda *_: locked.append(store._lock.locked()))
    store.use("i", "a", LATER, AT)

    assert locked == [True] and not store._lock.locked()


def test_of_a_thousand_requests_at_once_one_is_let_in():
    """Through the whole service."""
    served = serve(base_url=settings().base_url, clients=settings().clients, max_waiting=1000)
    headers = {"content-type": "application/json", **bearer(token())}

    async def all_at_once():
        async with served.client() as client:
            calls = [client.post(f"/cds-services/{VIEW}", content=b"{}", headers=headers) for _ in range(1000)]
            return [response.status_code for response in await asyncio.gather(*calls)]

    told = asyncio.run(all_at_once())

    assert (1, 999) == (told.count(400), told.count(401))


def test_issuers_may_give_out_the_same_ids():
    keeper = Doorkeeper(settings())
    theirs = token({"iss": OTHER, "tenant": "north"}, None, key("RS384 main"), "RS384")

    assert keeper.check(token(), AUDIENCE, AT).iss == EHR
    assert keeper.check(theirs, AUDIENCE, AT).iss == OTHER
    assert fingerprint("a", "bc") != fingerprint("ab", "c")


def test_a_token_of_another_signature_is_still_the_same_token():
    keeper = Doorkeeper(settings())
    keeper.check(token(), AUDIENCE, AT)

    with pytest.raises(Refused, match="replayed"):
        keeper.check(token({"exp": NOW + 100}), AUDIENCE, AT)


def test_a_full_store_lets_nobody_in_and_says_to_come_back():
    served = serve(base_url=settings().base_url, clients=settings().clients, max_tokens=1)
    served.call({}, **bearer(token({"jti": "a"})))
    told = served.call({}, **bearer(token({"jti": "b"})))

    assert (503, "1") == (told.status_code, told.headers["retry-after"])
    assert served.call({}, **bearer(token({"jti": "a"}))).status_code == 401
    assert served.log[-2]["outcome"] == "store_full"


def test_what_has_expired_makes_room():
    store = MemoryStore(1)

    assert store.use("i", "a", LATER, AT) is Use.FIRST
    assert store.use("i", "b", LATER + timedelta(minutes=5), LATER - timedelta(microseconds=1)) is Use.FULL
    assert store.use("i", "b", LATER + timedelta(minutes=5), LATER) is Use.FIRST


def test_a_clock_that_is_set_back_lets_nothing_in_twice():
    store = MemoryStore(10)
    store.use("i", "a", LATER, AT)
    store.use("i", "b", LATER + timedelta(hours=2), AT + timedelta(hours=1))

    assert store.use("i", "a", LATER, AT) is Use.AGAIN


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 20), st.integers(1, 9)), max_size=60))
def test_whatever_happens_no_token_is_let_in_twice_and_the_store_never_grows(calls):
    store, let_in = MemoryStore(3), set()
    for iss, jti, minute, life in calls:
        at = AT + timedelta(minutes=minute)
        # As in a token, the end belongs to the id.
        until = AT + timedelta(minutes=minute - minute % 7 + life)
        if until > at and store.use(iss, jti, until, at) is Use.FIRST:
            assert (iss, jti, until) not in let_in
            let_in.add((iss, jti, until))
        assert len(store._seen) == len(store._ends) <= 3
