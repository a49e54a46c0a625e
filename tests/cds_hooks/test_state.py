"""Nothing of one patient, one caller or one request is left for the next."""

import asyncio
import json
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.cds_hooks.answers import answer, checklist_of
from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.from_request import read_request
from tests.cds_hooks.world import NOON, PATHWAY, SECRET, VIEW, prefetch, request, serve, shipped

PEOPLE = [(f"Patient/{name}", case) for name, case in zip("abcdef", shipped()[:6], strict=True)]
TENANTS = ("", "ward-1", "ward-2")


def body(patient, case):
    return json.dumps(request(prefetch(case.checklist, patient), patient=patient)).encode()


@cache
def alone(person, tenant):
    """The answer that somebody gets whom nobody was before."""
    patient, case = PEOPLE[person]
    asked = read_request(body(patient, case), "patient-view", PATHWAY, 500)
    return json.dumps(answer(asked, checklist_of(asked, PATHWAY, NOON), Issuer(SECRET, "", tenant), suggestions=True).body)


@given(order=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(TENANTS)), min_size=2, max_size=6))
@settings(max_examples=25)
def test_whoever_was_before_changes_nothing(order):
    for person, tenant in order:
        patient, case = PEOPLE[person]
        asked = read_request(body(patient, case), "patient-view", PATHWAY, 500)
        found = answer(asked, checklist_of(asked, PATHWAY, NOON), Issuer(SECRET, "", tenant), suggestions=True).body
        assert json.dumps(found) == alone(person, tenant)


def test_no_two_people_and_no_two_organisations_share_an_id():
    ids = [
        card["uuid"] for person in range(6) for tenant in TENANTS for card in json.loads(alone(person, tenant))["cards"]
    ]

    assert len(set(ids)) == len(ids)


def test_people_whose_requests_come_at_once_get_their_own_answers():
    served = serve(NOON, suggestions=True, max_waiting=64)

    async def all_at_once():
        async with served.client() as client:
            headers = {"content-type": "application/json"}
            calls = (
                client.post(f"/cds-services/{VIEW}", content=body(*PEOPLE[n % 6]), headers=headers) for n in range(24)
            )
            return await asyncio.gather(*calls)

    for number, found in enumerate(asyncio.run(all_at_once())):
        assert found.json() == json.loads(alone(number % 6, ""))


def test_one_who_sends_nothing_gets_nothing_of_the_one_before():
    served = serve(NOON)
    first = served.call(body(*PEOPLE[0])).json()
    second = served.call(request(prefetch(patient="Patient/z"), patient="Patient/z")).json()

    assert second == serve(NOON).call(request(prefetch(patient="Patient/z"), patient="Patient/z")).json()
    assert not {card["uuid"] for card in first["cards"]} & {card["uuid"] for card in second["cards"]}
