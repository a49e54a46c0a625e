"""What became of cards, as clients report it: read strictly, counted in the log, and without any effect on answers.

A user's comment is never kept: it may hold anything.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from attrs import frozen

from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.cds_hooks.faults import RequestError
from spineworkup.cds_hooks.override_reasons import CODES, SYSTEM
from spineworkup.errors import FhirError, TimeError
from spineworkup.fhir.read_json import read_object
from spineworkup.fhir.reading.elements import Element
from spineworkup.moments import read_time

Outcome = Literal["accepted", "overridden"]
MAX_ITEMS, MAX_COMMENT = 100, 4000
_ELSEWHERE = "other"
_UTC = re.compile(r"(Z|[+-]00:00)\Z")


@frozen
class Feedback:
    """What became of one card.

    Args:
        reason: One of our own codes; `other` for one that the client added; empty where none was given.
    """

    card: str
    outcome: Outcome
    reason: str = ""


def read_feedback(raw: bytes, issuer: Issuer) -> tuple[Feedback, ...]:
    """Return what a client reports, each thing once however often it says so.

    Raises:
        RequestError: It isn't feedback of CDS Hooks, or about cards that this service didn't give this caller.
    """
    try:
        body = Element(read_object(raw), "")
    except FhirError as error:
        raise RequestError(400, error.place, error.message) from None
    items = body.child("feedback").items
    if not items:
        raise RequestError(400, "feedback", "expected a list of what became of cards")
    if len(items) > MAX_ITEMS:
        raise RequestError(413, "feedback", f"at most {MAX_ITEMS} items")
    return tuple(dict.fromkeys(_one(item, issuer) for item in items))


def _one(item: Element, issuer: Issuer) -> Feedback:
    card = _given_out(item.child("card"), issuer)
    _check_time(item.child("outcomeTimestamp"))
    match item.child("outcome").text:
        case "accepted":
            _check_suggestions(item.child("acceptedSuggestions"), issuer)
            return Feedback(card, "accepted")
        case "overridden":
            return Feedback(card, "overridden", _reason(item.child("overrideReason")))
    raise RequestError(400, item.child("outcome").place, "expected accepted or overridden")


def _given_out(id_: Element, issuer: Issuer) -> str:
    if not issuer.gave_out(id_.text):
        raise RequestError(422, id_.place, "not an id that this service gave out")
    return id_.text


def _check_suggestions(accepted: Element, issuer: Issuer) -> None:
    if not accepted.items:
        raise RequestError(400, accepted.place, "required for what was accepted")
    for one in accepted.items:
        _given_out(one.child("id"), issuer)


def _check_time(time: Element) -> None:
    try:
        read_time(time.text)
    except TimeError:
        raise RequestError(400, time.place, "expected a date and time in UTC") from None
    if not _UTC.search(time.text):
        raise RequestError(400, time.place, "expected a date and time in UTC")


def _reason(why: Element) -> str:
    comment = why.child("userComment")
    if comment and (not comment.text or len(comment.text) > MAX_COMMENT):
        raise RequestError(400, comment.place, f"expected text of at most {MAX_COMMENT} characters")
    reason: Any = why.child("reason")
    if not reason:
        return ""
    system, code = reason.child("system").text, reason.child("code").text
    if not (system and code):
        raise RequestError(400, reason.place, "expected a code and its system")
    return code if system == SYSTEM and code in CODES else _ELSEWHERE
