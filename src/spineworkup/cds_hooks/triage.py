"""Which cards there are and how loud each is: few, so that the one that matters is read.

A group of steps has a card of its own where something in it is certain and presses, or where an order that is being
placed has something against it. All else that is open goes on one last card: what is not pressing, what can't be told
yet, and what to ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from attrs import evolve, frozen

from spineworkup.cds_hooks.card_groups import Group, groups_of
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.readings import Status
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

# More interruptions than these are clicked away unread.
MAX_CRITICAL = 2
CERTAIN = (Status.DUE, Status.WAITING, Status.CONTRAINDICATED)
# Closed, and with nothing more to say; what was declined stays visible.
_SETTLED = (Status.DONE, Status.NOT_INDICATED)
_UNDER_WAY = ("requested", "scheduled")


class Indicator(IntEnum):
    """How loud a card is, in the words of CDS Hooks."""

    info = 0
    warning = 1
    critical = 2


@frozen
class Planned:
    """A card to be written.

    Args:
        group: Its steps share it; None for the last card.
        urgency: What is certain of what presses on it.
        ordered: Steps on it that are being ordered now and have something against them.
    """

    group: Group | None
    items: tuple[ChecklistItem, ...]
    indicator: Indicator
    urgency: Urgency = Urgency.NONE
    ordered: tuple[ChecklistItem, ...] = ()


def plan_cards(checklist: Checklist, drafted: frozenset[str] = frozenset()) -> list[Planned]:
    """Return the cards of an answer, what speaks against an order first, then the loudest; none only where nothing is open, unknown or to be noticed.

    Args:
        checklist: The answer.
        drafted: Steps whose orders are being placed now: not done, and not to be suggested again.
    """
    own = [card for group in groups_of(checklist.pathway) if (card := _own(checklist, group, drafted))]
    own = list(_quieten(sorted(own, key=_rank)))
    last = _last(checklist, own)
    return own if last is None else [*own, last]


def _own(checklist: Checklist, group: Group, drafted: frozenset[str]) -> Planned | None:
    items = [checklist.item(step) for step in group.steps]
    pressing = [item for item in items if _presses(item, drafted)]
    urgency = max((item.urgency.lowest for item in pressing), default=Urgency.NONE)
    concerns = {item.step.id: concern for item in items if item.step.id in drafted and (concern := concern_of(item))}
    if urgency < Urgency.WITHIN_A_WEEK and not concerns:
        return None
    shown = [item for item in items if item.status in CERTAIN or item.step.id in concerns]
    ordered = tuple(item for item in items if item.step.id in concerns)
    loudest = max([_indicator(urgency), *concerns.values()])
    return Planned(group, tuple(sorted(shown, key=_first)), loudest, urgency, ordered)


def _presses(item: ChecklistItem, drafted: frozenset[str]) -> bool:
    """Return whether somebody has to do something about a step: it is certain, and isn't under way as it should be."""
    if item.status not in CERTAIN:
        return False
    under_way = item.progress in _UNDER_WAY or item.step.id in drafted
    return item.overdue or not (under_way and item.clear_to_proceed)


def concern_of(item: ChecklistItem) -> Indicator | None:
    """Return how loudly to speak against an order of a step; None where nothing speaks against it."""
    if any(against.kind == "absolute" and against.truth is Truth.TRUE for against in item.against):
        return Indicator.critical
    kinds = {against.kind for against in item.against if not against.signed_off}
    if kinds - {"caution"}:
        return Indicator.warning
    return Indicator.info if kinds else None


def _indicator(urgency: Urgency) -> Indicator:
    if urgency >= Urgency.SAME_DAY:
        return Indicator.critical
    return Indicator.warning if urgency is Urgency.WITHIN_A_WEEK else Indicator.info


def _rank(card: Planned) -> tuple[bool, int, int, bool]:
    critical = card.group is not None and card.group.critical
    return not card.ordered, -card.indicator, -card.urgency.rank, not critical


def _first(item: ChecklistItem) -> tuple[int, bool, float]:
    due = item.due
    return -item.urgency.lowest.rank, due is None, 0.0 if due is None else due.timestamp()


def _quieten(cards: list[Planned]) -> Iterator[Planned]:
    """Yield the cards with no more interruptions than are read; what the others say stays as urgent in their words."""
    interruptions = 0
    for card in cards:
        interruptions += card.indicator is Indicator.critical
        too_many = card.indicator is Indicator.critical and interruptions > MAX_CRITICAL
        yield evolve(card, indicator=Indicator.warning) if too_many else card


def _last(checklist: Checklist, own: list[Planned]) -> Planned | None:
    """Return the card of all else that is open; None where nothing is, nothing is unknown, and nothing is to be noticed."""
    shown = {item.step.id for card in own for item in card.items}
    items = [item for item in checklist.items if item.step.id not in shown and item.status not in _SETTLED]
    if not (items or checklist.questions or (checklist.notices and not own)):
        return None
    suspected = "suspicion" in checklist.chart.clocks
    could = checklist.urgency.highest if items else Urgency.NONE
    loud = suspected and not own and could >= Urgency.SAME_DAY
    return Planned(None, tuple(sorted(items, key=_reach)), Indicator.warning if loud else Indicator.info)


def _reach(item: ChecklistItem) -> tuple[bool, int]:
    return item.status not in CERTAIN, -item.urgency.highest.rank
