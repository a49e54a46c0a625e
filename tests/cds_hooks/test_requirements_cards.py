"""What CDS Hooks 2.0 requires of cards; the numbers are those of docs/cds-hooks-requirements.md.

Each requirement stands beside a fault that breaks it: planted in a card that is right, it has to be seen.
"""

import copy
import re

import pytest
from markdown_it import MarkdownIt

from spineworkup.cds_hooks.links import LINKS
from spineworkup.cds_hooks.to_cards import EXTENSION
from tests.cds_hooks.card_rules import UUID
from tests.cds_hooks.world import SIGN, drafts, order, prefetch, request, serve, shipped

INDICATORS = ["info", "warning", "critical"]
MRI = ("http://loinc.org", "30854-4")


def answers():
    """Return what the shipped patients are answered: with drafts suggested, when their chart is opened and when a scan is signed."""
    for case in shipped():
        served, records = serve(case.at, suggestions=True), prefetch(case.checklist)
        yield served.call(request(records)).json()
        yield served.call(request(records, "order-sign", draftOrders=drafts(order(MRI))), SIGN).json()


ANSWERS = list(answers())
CARDS = [card for answer in ANSWERS for card in answer["cards"]]
# Small, with everything that is judged.
SAMPLE = next(card for card in CARDS if "suggestions" in card and "url" in card["source"])


def is_text(value):
    return isinstance(value, str) and bool(value.strip())


def is_coding(value, *, display=True):
    return is_text(value["code"]) and is_text(value["system"]) and (not display or is_text(value["display"]))


def html_of(text):
    return [token.type for token in MarkdownIt("commonmark").parse(text) if "html" in token.type]


def suggestions(card):
    return card.get("suggestions", [])


def actions(card):
    return [action for suggestion in suggestions(card) for action in suggestion["actions"]]


def reasons(card):
    return card["overrideReasons"]


# Requirement -> whether a card keeps to it, and what to do to a card so that it doesn't.
REQUIREMENTS = {
    80: (lambda c: UUID.fullmatch(c["uuid"]), lambda c: c.update(uuid="1")),
    83: (lambda c: is_text(c["summary"]) and len(c["summary"]) < 140, lambda c: c.update(summary="x" * 140)),
    84: (lambda c: is_text(c["detail"]), lambda c: c.update(detail="")),
    85: (lambda c: "### " in c["detail"] and not html_of(c["detail"]), lambda c: c.update(detail="### A\n\n<b>x</b>\n\n<div>\n")),
    87: (lambda c: is_text(c["indicator"]), lambda c: c.update(indicator=None)),
    88: (lambda c: c["indicator"] in INDICATORS, lambda c: c.update(indicator="hard-stop")),
    90: (lambda c: isinstance(c["source"], dict), lambda c: c.update(source="us")),
    92: (lambda c: all(isinstance(s, dict) for s in suggestions(c)), lambda c: c.update(suggestions=["do it"])),
    93: (lambda c: not suggestions(c) or "selectionBehavior" in c, lambda c: c.pop("selectionBehavior")),
    95: (lambda c: c.get("selectionBehavior", "any") in ("at-most-one", "any"), lambda c: c.update(selectionBehavior="all")),
    96: (lambda c: bool(suggestions(c)) == is_text(c.get("selectionBehavior")), lambda c: c.pop("suggestions")),
    98: (lambda c: isinstance(reasons(c), list) and all(isinstance(r, dict) for r in reasons(c)), lambda c: c.update(overrideReasons={})),
    99: (lambda c: len(reasons(c)) > 1, lambda c: c.update(overrideReasons=[])),
    100: (lambda c: all(is_text(r["display"]) for r in reasons(c)), lambda c: c["overrideReasons"][0].update(display=" ")),
    105: (lambda c: is_text(c["source"]["label"]), lambda c: c["source"].update(label=1)),
    107: (lambda c: c["source"].get("url", "https://").startswith("https://"), lambda c: c["source"].update(url="/guidance")),
    109: (lambda c: c["source"].get("url") in {None, *LINKS.values()}, lambda c: c["source"].update(url=f"{c['source']['url']}?of=1")),
    115: (lambda c: is_coding(c["source"]["topic"]), lambda c: c["source"].update(topic={"code": "due", "system": ""})),
    117: (lambda c: all(is_text(s["label"]) for s in suggestions(c)), lambda c: c["suggestions"][0].update(label=2)),
    119: (lambda c: all(UUID.fullmatch(s["uuid"]) for s in suggestions(c)), lambda c: c["suggestions"][0].update(uuid="draft")),
    124: (lambda c: all(isinstance(s["actions"], list) and s["actions"] for s in suggestions(c)), lambda c: c["suggestions"][0].update(actions=[])),
    127: (lambda c: all(a["type"] == "create" for a in actions(c)), lambda c: actions(c)[0].update(type="delete")),
    128: (lambda c: all(is_text(a["description"]) for a in actions(c)), lambda c: actions(c)[0].update(description="")),
    130: (lambda c: all(is_text(a["resource"]["resourceType"]) for a in actions(c)), lambda c: actions(c)[0]["resource"].update(resourceType="")),
    131: (lambda c: all("id" not in a["resource"] for a in actions(c)), lambda c: actions(c)[0]["resource"].update(id="7")),
    136: (lambda c: len({r["display"] for r in reasons(c)}) == len(reasons(c)), lambda c: reasons(c)[0].update(display=reasons(c)[1]["display"])),
    214: (lambda c: isinstance(c.get("extension", {}), dict), lambda c: c.update(extension=[1])),
    215: (lambda c: all(re.fullmatch(r"[a-z]+(\.[a-z-]+)+", key) for key in c.get("extension", {})), lambda c: c.update(extension={"x": 1})),
    216: (lambda c: all(is_text(r["code"]) for r in reasons(c)), lambda c: reasons(c)[0].update(code=1)),
    217: (lambda c: all(is_text(r["system"]) for r in [*reasons(c), c["source"]["topic"]]), lambda c: reasons(c)[0].update(system="")),
    218: (lambda c: is_text(c["source"]["topic"]["code"]), lambda c: c["source"]["topic"].update(code=None)),
    219: (lambda c: all(is_coding(r) for r in reasons(c)), lambda c: reasons(c)[-1].update(display="")),
    220: (lambda c: is_text(c["source"]["topic"]["display"]), lambda c: c["source"]["topic"].update(display="")),
}  # fmt: skip

# What the service never sends -> where it would be.
NEVER = {
    "systemActions": lambda answer: "systemActions" in answer,
    "links": lambda answer: any("links" in card for card in answer["cards"]),
    "icon": lambda answer: any("icon" in card["source"] for card in answer["cards"]),
    "isRecommended": lambda answer: any("isRecommended" in s for card in answer["cards"] for s in suggestions(card)),
    "update": lambda answer: any(a["type"] == "update" for card in answer["cards"] for a in actions(card)),
    "delete": lambda answer: any(a["type"] == "delete" for card in answer["cards"] for a in actions(card)),
    "resourceId": lambda answer: any("resourceId" in a for card in answer["cards"] for a in actions(card)),
}


def test_the_samples_have_everything_that_is_judged():
    assert {card["indicator"] for card in CARDS} == set(INDICATORS)
    assert {"suggestions", "extension"} <= set().union(*CARDS)
    assert any("url" in card["source"] for card in CARDS)
    assert any(len(suggestion["actions"]) > 1 for card in CARDS for suggestion in suggestions(card))


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_every_card(number):
    holds, _ = REQUIREMENTS[number]

    assert all(holds(card) for card in CARDS)


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_a_planted_fault_is_seen(number):
    holds, spoil = REQUIREMENTS[number]
    card = copy.deepcopy(SAMPLE)
    spoil(card)

    assert holds(SAMPLE) and not holds(card)


@pytest.mark.parametrize("what", NEVER)
def test_never_sent(what):
    assert not any(map(NEVER[what], ANSWERS))


def test_cards_come_loudest_first():
    """A client may sort by the indicator; one that doesn't shows the loudest first all the same, after what is being ordered."""
    for answer in ANSWERS[::2]:
        loudness = [INDICATORS.index(card["indicator"]) for card in answer["cards"]]
        assert loudness == sorted(loudness, reverse=True)


def test_ids_of_cards_and_suggestions_are_unique():
    for answer in ANSWERS:
        ids = [card["uuid"] for card in answer["cards"]] + [s["uuid"] for card in answer["cards"] for s in suggestions(card)]
        assert len(set(ids)) == len(ids)


def test_all_actions_of_a_suggestion_belong_together():
    """They are joined by AND: several are the tests of one request, for one patient, with one number."""
    several = [s["actions"] for card in CARDS for s in suggestions(card) if len(s["actions"]) > 1]

    for joined in several:
        resources = [action["resource"] for action in joined]
        assert {resource["subject"]["reference"] for resource in resources} == {"Patient/1"}
        assert 1 == len({str(resource["requisition"]) for resource in resources})


def test_the_extensions_are_named_by_a_domain():
    assert EXTENSION == "example.spineworkup"
    assert {key for holder in [*ANSWERS, *CARDS] for key in holder.get("extension", {})} == {EXTENSION}
    assert all(isinstance(value, dict) for holder in ANSWERS for value in holder["extension"].values())
