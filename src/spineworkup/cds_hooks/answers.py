"""A request, worked out: records in, cards out. Pure: the same request at the same moment gets the same answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.from_request import HookRequest
from spineworkup.cds_hooks.occasions import Occasion, valid_until
from spineworkup.cds_hooks.sentinels import rules_that_hold
from spineworkup.cds_hooks.to_cards import EXTENSION, to_cards
from spineworkup.charts import Chart
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


def answer(request: HookRequest, checklist: Checklist, issuer: Issuer, *, suggestions: bool) -> Answer:
    """Return the answer to a request: its checklist as cards."""
    until = valid_until(checklist)
    occasion = Occasion(request.patient, checklist.at, until, issuer, request.drafted, suggestions)
    cards = to_cards(checklist, occasion)
    body = {"cards": cards, "extension": {EXTENSION: _receipt(checklist, occasion)}}
    return Answer(body, tuple(card["uuid"] for card in cards), rules_that_hold(checklist))


def checklist_of(
    request: HookRequest, pathway: Pathway, at: datetime, not_available: frozenset[str] = frozenset()
) -> Checklist:
    """Return the checklist of the records that were sent.

    Args:
        not_available: Steps that can't be done where the patient is.

    Raises:
        RequestError: The records are about two patients, or about another than the request, or can't be read safely.
    """
    try:
        imported = from_resources(request.sources, pathway, at=at, patient=request.patient)
    except FhirError as error:
        raise RequestError(422, f"prefetch.{error.place}".removesuffix("."), error.message) from None
    chart = _without(imported.chart, not_available)
    return assess_imported(evolve(imported, chart=chart), pathway, at=at)


def _without(chart: Chart, steps: frozenset[str]) -> Chart:
    """Return a chart with more steps that can't be done; what was recorded isn't read again."""
    other: Chart = Chart.__new__(Chart)
    not_available = chart.not_available | steps
    other.__attrs_init__(
        chart.findings, chart.entries, chart.clocks, chart.steps, not_available, chart.sign_offs, chart.case
    )
    return other


def _receipt(checklist: Checklist, occasion: Occasion) -> dict[str, Any]:
    """Return what tells an answer from others, and lets it be worked out again, without saying of whom it is."""
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
        "library": checklist.receipt.library,
        "chartDigest": checklist.receipt.chart_digest,
        "urgency": {"lowest": urgency.lowest.value, "highest": urgency.highest.value},
    }
