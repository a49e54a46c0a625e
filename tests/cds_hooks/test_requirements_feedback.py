"""The endpoint of feedback as CDS Hooks 2.0 describes it; what becomes of bad feedback is tested in test_feedback.py."""

import pytest

from spineworkup.cds_hooks.services import SERVICES
from tests.cds_hooks.world import SIGN, VIEW, drafts, order, prefetch, request, serve, shipped

DEMO = next(case for case in shipped() if case.name == "demo_1_cord_compression")


@pytest.fixture(scope="module")
def served():
    return serve(DEMO.at, suggestions=True)


def shown(served, service=VIEW):
    hook = SERVICES[service].hook
    orders = {} if hook == "patient-view" else {"draftOrders": drafts(order(("http://loinc.org", "1"))), "selections": []}
    return served.call(request(prefetch(DEMO.checklist), hook, **orders), service).json()["cards"]


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_an_endpoint_of_feedback(served, service):
    """Below its own address; accepting a suggestion, and putting a card aside with each of the reasons that it offers."""
    for card in shown(served, service):
        about = {"card": card["uuid"], "outcomeTimestamp": "2026-11-20T10:05:31Z"}
        items = [{**about, "outcome": "overridden", "overrideReason": {"reason": reason}} for reason in card["overrideReasons"]]
        accepted = [{"id": suggestion["uuid"]} for suggestion in card.get("suggestions", [])]
        items += [{**about, "outcome": "accepted", "acceptedSuggestions": accepted}] if accepted else []

        answer = served.post(f"/cds-services/{service}/feedback", {"feedback": items})
        assert (answer.status_code, answer.json()) == (200, {"heard": len(items)})


def test_feedback_may_come_again_and_late_and_about_another_hook(served):
    """The same card may be reported more than once, and by the service that shows it too."""
    card = shown(served)[0]["uuid"]
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2020-01-01T00:00:00Z"}
    told = [served.post(f"/cds-services/{service}/feedback", {"feedback": [item]}).status_code for service in (VIEW, VIEW, SIGN)]

    assert told == [200, 200, 200]
