"""The JSON of `assess`: built-in types only, so that any program can read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from spineworkup.checklists import Checklist, ChecklistItem, Question
from spineworkup.pathways import Waiver
from spineworkup.place import ClosedHours, Contact, Place
from spineworkup.reasons import Against, Reason
from spineworkup.scores import ScoreResult
from spineworkup.sources import Citation
from spineworkup.urgency import UrgencyInterval
from spineworkup.workups.replay import receipt_to_plain


def to_json(checklist: Checklist) -> dict[str, Any]:
    """Return a checklist as JSON: enums in lower case, times in ISO 8601 with their offset."""
    pathway = checklist.pathway
    return {
        "pathway": {
            "id": pathway.id,
            "version": pathway.version,
            "hash": pathway.hash,
            "overlays": list(pathway.overlays),
            "profile": pathway.profile,
            "places": [_place(place) for place in pathway.local],
            "waivers": [_waiver(waiver) for waiver in pathway.waivers],
        },
        "at": checklist.at.isoformat(),
        "case": checklist.case,
        "urgency": _interval(checklist.urgency),
        "items": [_item(item) for item in checklist.items],
        "questions": [_question(question) for question in checklist.questions],
        "scores": {id_: _score(result) for id_, result in checklist.scores.items()},
        "handover": [
            {
                "option": handover.option.id,
                "label": handover.option.label,
                "needs": [{"label": need.label, "there": there} for need, there in handover.needs],
            }
            for handover in checklist.handover
        ],
        "notices": [
            {"kind": notice.kind, "text": notice.text, "finding": notice.finding or None}
            for notice in checklist.notices
        ],
        "receipt": receipt_to_plain(checklist.receipt),
    }


def _interval(urgency: UrgencyInterval) -> dict[str, str]:
    return {"lowest": urgency.lowest.value, "highest": urgency.highest.value}


def _item(item: ChecklistItem) -> dict[str, Any]:
    return {
        "step": item.step.id,
        "label": item.step.label,
        "action": item.step.action,
        "status": item.status.value,
        "urgency": _interval(item.urgency),
        "due": _time(item.due),
        "overdue": item.overdue,
        "clear_to_proceed": item.clear_to_proceed,
        "instead": item.instead,
        "progress": item.progress,
        "verification": item.verification,
        "reasons": [_reason(reason) for reason in item.reasons],
        "against": [_against(against) for against in item.against],
        "questions": list(item.questions),
        "contacts": [_contact(one) for one in item.reading.plan.pathway.contacts_of(item.step.id)],
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "name": place.name,
        "overlay": place.overlay,
        "adapts": place.adapts,
        "differs": [
            {"label": d.label, "text": d.text, "cites": _cites(d.cites), "verification": d.verification}
            for d in place.differs
        ],
        "contacts": [_contact(contact) for contact in place.contacts],
        "closed": [_hours(hours) for hours in place.closed],
    }


def _contact(contact: Contact) -> dict[str, str]:
    return {"id": contact.id, "who": contact.who, "number": contact.number, "reached": contact.reached}


def _hours(hours: ClosedHours) -> dict[str, Any]:
    return {
        "step": hours.step,
        "from": hours.closes.isoformat("minutes"),
        "to": hours.opens.isoformat("minutes"),
        "zone": hours.zone,
        "days": list(hours.days),
        "says": hours.says,
        "call": hours.call,
    }


def _waiver(waiver: Waiver) -> dict[str, str]:
    return {
        "step": waiver.step,
        "reason": waiver.reason,
        "role": waiver.role,
        "hazard": waiver.hazard,
        "expires": waiver.expires.isoformat(),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "text": reason.text,
        "truth": reason.truth.value,
        "cites": _cites(reason.cites),
        "verification": reason.verification,
        "facts": dict(reason.facts),
    }


def _against(against: Against) -> dict[str, Any]:
    return {
        "rule": against.rule,
        "kind": against.kind,
        "text": against.text,
        "truth": against.truth.value,
        "cites": _cites(against.cites),
        "verification": against.verification,
        "facts": dict(against.facts),
        "sign_off": against.sign_off or None,
        "signed_off": against.signed_off,
    }


def _cites(cites: Iterable[Citation]) -> list[dict[str, str]]:
    return [{"source": cite.source, "at": cite.at} for cite in cites]


def _question(question: Question) -> dict[str, Any]:
    return {
        "finding": question.id,
        "label": question.label,
        "ask": question.ask,
        "could_reach": question.could_reach.value,
        "steps": list(question.steps),
        "due": _time(question.due),
    }


def _score(result: ScoreResult) -> dict[str, Any]:
    return {
        "lowest": result.lowest,
        "highest": result.highest,
        "band": result.band,
        "bands": list(result.bands),
        "missing": list(result.missing),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
