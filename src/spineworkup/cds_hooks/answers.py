"""A request, worked out: records in, cards out. Pure: the same request at the same moment gets the same answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import frozen

from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.from_request import HookRequest
from spineworkup.cds_hooks.occasions import Occasion, valid_until
from spineworkup.cds_hooks.sentinels import rules_that_hold
from spineworkup.cds_hooks.to_cards import EXTENSION, to_cards
from spineworkup.checklists import Checklist
from spineworkup.errors import FhirError
from spineworkup.fhir.from_bundle import assess_imported, from_resources
from spineworkup.pathways import Pathway


@frozen
class Answer:
    """What a request is answered with, and what is kept of it.

    Args:
        body: The JSON that is sent.
        cards: The ids of the cards.
        rules: The rules that hold, by their ids.
    """

    body: dict[str, Any]
    cards: tuple[str, ...]
    rules: tuple[str, ...]


def answer(request: HookRequest, pathway: Pathway, at: datetime, issuer: Issuer, *, suggestions: bool) -> Answer:
    """Return the answer to a request.

    Raises:
        RequestError: The records are about two patients, or about another than the request, or can't be read safely.
    """
    checklist = checklist_of(request, pathway, at)
    until = valid_until(checklist)
    occasion = Occasion(request.patient, at, until, issuer, request.drafted, suggestions)
    cards = to_cards(checklist, occasion)
    body = {"cards": cards, "extension": {EXTENSION: _receipt(checklist, occasion)}}
    return Answer(body, tuple(card["uuid"] for card in cards), rules_that_hold(checklist))


def checklist_of(request: HookRequest, pathway: Pathway, at: datetime) -> Checklist:
    """Return the checklist of the records that were sent.

    Raises:
        RequestError: As `answer`.
    """
    try:
        imported = from_resources(request.sources, pathway, at=at, patient=request.patient)
    except FhirError as error:
        raise RequestError(422, f"prefetch.{error.place}".removesuffix("."), error.message) from None
    return assess_imported(imported, pathway, at=at)


def _receipt(checklist: Checklist, occasion: Occasion) -> dict[str, Any]:
    """Return what tells an answer from others without saying of whom it is."""
    pathway, urgency = checklist.pathway, checklist.urgency
    overlays = {"overlays": list(pathway.overlays)} if pathway.overlays else {}
    return {
        "patient": occasion.issuer.pseudonym(occasion.patient),
        "chartAsOf": occasion.at.isoformat(timespec="seconds"),
        "validUntil": occasion.valid_until.isoformat(timespec="seconds"),
        "pathway": pathway.id,
        "version": pathway.version,
        **overlays,
        "hash": pathway.hash,
        "urgency": {"lowest": urgency.lowest.value, "highest": urgency.highest.value},
    }
