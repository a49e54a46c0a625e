"""What CDS Hooks 2.0 and the project ask of every answer, written down a second time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from spineworkup.cds_hooks.links import LINKS
from spineworkup.checklists import Checklist
from spineworkup.readings import Status
from spineworkup.urgency import Urgency

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CARD = {"uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior", "overrideReasons", "links", "extension"}
SUGGESTION = {"label", "uuid", "isRecommended", "actions"}
INDICATORS = ("info", "warning", "critical")


def faults_of(answer: Any, checklist: Checklist) -> list[str]:
    """Return what is wrong with an answer."""
    return list(_faults(answer, checklist))


def _faults(answer: Any, checklist: Checklist) -> Iterator[str]:
    yield from (f"empty: {place}" for place in empties(answer) if place != "cards")
    if set(answer) - {"cards", "extension"}:
        yield "more than cards: nothing is ever applied by itself"
    cards = answer["cards"]
    if len({card["uuid"] for card in cards}) < len(cards):
        yield "two cards with one id"
    if len({card["source"]["topic"]["code"] for card in cards}) < len(cards):
        yield "two cards for one purpose"
    if sum(card["indicator"] == "critical" for card in cards) > 2:
        yield "more than two interruptions"
    if not cards and not is_settled(checklist):
        yield "nothing said though something is open"
    for card in cards:
        yield from _card_faults(card)
    yield from _urgency_faults(cards, checklist)


def is_settled(checklist: Checklist) -> bool:
    """Whether silence is right: every step is done or not indicated, nothing is unknown, nothing is to be noticed."""
    steps = all(item.status in (Status.DONE, Status.NOT_INDICATED) for item in checklist.items)
    return steps and not checklist.questions and not checklist.notices


def _card_faults(card: Any) -> Iterator[str]:
    if set(card) - CARD:
        yield "unknown field"
    if not UUID.fullmatch(card["uuid"]):
        yield "uuid"
    if not 0 < len(card["summary"]) < 140 or "\n" in card["summary"]:
        yield "summary"
    if card["indicator"] not in INDICATORS:
        yield "indicator"
    source = card["source"]
    if not source["label"] or not {"system", "code", "display"} <= set(source["topic"]):
        yield "source"
    if source.get("url", "https://www.nice.org.uk/guidance/ng234") not in LINKS.values():
        yield "a link that isn't on the list"
    if "links" in card or "icon" in source:
        yield "a link"
    for reason in card["overrideReasons"]:
        if set(reason) != {"code", "system", "display"}:
            yield "override reason"
    if ("suggestions" in card) != (card.get("selectionBehavior") in ("at-most-one", "any")):
        yield "suggestions without selectionBehavior, or the other way round"
    for suggestion in card.get("suggestions", []):
        yield from _suggestion_faults(suggestion)


def _suggestion_faults(suggestion: Any) -> Iterator[str]:
    if set(suggestion) - SUGGESTION or not suggestion["label"] or not UUID.fullmatch(suggestion["uuid"]):
        yield "suggestion"
    if suggestion.get("isRecommended"):
        yield "one suggestion put before others"
    for action in suggestion["actions"]:
        resource = action["resource"]
        if action["type"] != "create" or not action["description"] or "id" in resource:
            yield "an action that isn't a creation"
        if (resource["resourceType"], resource["status"], resource["intent"]) != ("ServiceRequest", "draft", "proposal"):
            yield "an action that isn't a proposal"


def _urgency_faults(cards: Any, checklist: Checklist) -> Iterator[str]:
    """Without orders: what interrupts is certain, and what is certain and pressing is said loudly."""
    lowest, highest = checklist.urgency.lowest, checklist.urgency.highest
    open_items = [item for item in checklist.items if item.status in (Status.DUE, Status.WAITING, Status.CONTRAINDICATED)]
    certain = max((item.urgency.lowest for item in open_items), default=Urgency.NONE)
    indicators = {card["indicator"] for card in cards}
    if "critical" in indicators and certain < Urgency.SAME_DAY:
        yield "an interruption for what is less than urgent, or not certain"
    pressing = [item for item in open_items if item.progress not in ("requested", "scheduled")]
    if any(item.urgency.lowest >= Urgency.SAME_DAY for item in pressing) and "critical" not in indicators:
        yield "something urgent that doesn't interrupt"
    if any(item.urgency.lowest >= Urgency.WITHIN_A_WEEK for item in pressing) and indicators <= {"info"}:
        yield "something due within a week said as information"
    if highest > lowest and checklist.questions and not any("To ask" in card["detail"] for card in cards):
        yield "what could still be more urgent, without what to ask"


def empties(value: Any, place: str = "") -> Iterator[str]:
    """Yield the places of what is null or empty."""
    if value is None or value == "" or value == [] or value == {}:
        yield place
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from empties(inner, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from empties(inner, f"{place}[{number}]")
