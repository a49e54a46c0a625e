"""A checklist as CDS Hooks cards: at most one for each purpose, and one for all else that is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from spineworkup.cds_hooks.card_words import asked_on, detail_of, summary_of
from spineworkup.cds_hooks.escaped import publisher_of
from spineworkup.cds_hooks.links import LINKS
from spineworkup.cds_hooks.occasions import Occasion
from spineworkup.cds_hooks.override_reasons import OVERRIDE_REASONS
from spineworkup.cds_hooks.plain_text import plain
from spineworkup.cds_hooks.triage import Planned, plan_cards
from spineworkup.checklists import Checklist, ChecklistItem, Notice
from spineworkup.fhir.systems import CANONICAL
from spineworkup.fhir.to_service_requests import to_service_requests
from spineworkup.readings import Status

Card = dict[str, Any]
TOPICS = f"{CANONICAL}/CodeSystem/card-topics"
# Extensions are named by a domain turned round; this one is that of the canonical addresses.
EXTENSION = "example.spineworkup"
OPEN = "open"


def to_cards(checklist: Checklist, occasion: Occasion) -> list[Card]:
    """Return the cards of an answer: what speaks against an order first, then the loudest.

    None only where every step is done or not indicated, and nothing is unknown. At most two are `critical`, and only
    for what is certain and due the same day, or for an order of what is contraindicated. What could still turn out to be
    urgent stands on the last card, with what to ask.
    """
    planned = plan_cards(checklist, occasion.drafted)
    return [
        _card(card, checklist, occasion, checklist.notices if place == 0 else ())
        for place, card in enumerate(planned)
    ]


def _card(card: Planned, checklist: Checklist, occasion: Occasion, notices: Sequence[Notice]) -> Card:
    topic = OPEN if card.group is None else card.group.id
    identity = (topic, occasion.patient, checklist.chart.digest, checklist.pathway.hash)
    return {
        "uuid": occasion.issuer.id_of("card", *identity),
        "summary": summary_of(card, checklist),
        "detail": detail_of(card, checklist, occasion, notices),
        "indicator": card.indicator.name,
        "source": _source(card, checklist, topic),
        **_suggestions(card, checklist, occasion, identity),
        "overrideReasons": list(OVERRIDE_REASONS),
        **_questions(card, checklist),
    }


def _source(card: Planned, checklist: Checklist, topic: str) -> dict[str, Any]:
    """Return the primary source of a card's guidance: what its first reason cites first."""
    pathway = checklist.pathway
    cited = (cite.source for item in card.items for reason in item.reasons for cite in reason.cites)
    source = pathway.sources.get(next(cited, "")) if card.group is not None else None
    label = pathway.title or pathway.id or "spineworkup" if source is None else f"{publisher_of(source)}: {source.title}".removeprefix(": ")
    link = {"url": LINKS[source.id]} if source is not None and source.id in LINKS else {}
    display = "What is still open" if card.group is None else plain(card.group.label or card.group.id)
    return {"label": plain(label), **link, "topic": {"system": TOPICS, "code": topic, "display": display}}


def _suggestions(
    card: Planned, checklist: Checklist, occasion: Occasion, identity: tuple[str, ...]
) -> dict[str, Any]:
    if not occasion.suggestions or card.group is None:
        return {}
    found = [
        suggestion
        for item in card.items
        if _may_be_suggested(item, occasion)
        for suggestion in _suggestion(item, checklist, occasion, identity)
    ]
    return {"suggestions": found, "selectionBehavior": "any"} if found else {}


def _may_be_suggested(item: ChecklistItem, occasion: Occasion) -> bool:
    """Return whether a draft may be suggested: of a test whose result is wanted, and that nothing holds."""
    ready = item.status is Status.DUE and item.clear_to_proceed and item.step.id not in occasion.drafted
    return ready and bool(item.step.produces)


def _suggestion(
    item: ChecklistItem, checklist: Checklist, occasion: Occasion, identity: tuple[str, ...]
) -> Iterable[dict[str, Any]]:
    label = plain(item.step.label)
    requests = to_service_requests(checklist, item, occasion.patient)
    if requests:
        yield {
            "label": f"Draft a request: {label}",
            "uuid": occasion.issuer.id_of("suggestion", *identity, item.step.id),
            "actions": [
                {"type": "create", "description": f"A draft to be checked and signed: {label}", "resource": request}
                for request in requests
            ],
        }


def _questions(card: Planned, checklist: Checklist) -> dict[str, Any]:
    asked = [question.id for question in asked_on(card, checklist)]
    return {"extension": {EXTENSION: {"questions": asked}}} if asked else {}
