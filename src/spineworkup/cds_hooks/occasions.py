"""The moment at which cards are shown: of whom, for whom, until when they hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from spineworkup.cds_hooks.card_ids import Issuer
from spineworkup.checklists import Checklist
from spineworkup.readings import CLOSED

# Records change: after this a card is to be asked for anew even where nothing else ends it.
HOLDS_FOR = timedelta(hours=1)


@frozen
class Occasion:
    """The moment at which cards are shown.

    Args:
        patient: A reference, such as `Patient/123`.
        at: As of when the facts are known.
        valid_until: When what the cards say may no longer hold.
        issuer: Gives the cards their ids.
        drafted: Steps whose orders are being placed now.
        suggestions: Whether drafts of orders may be suggested.
    """

    patient: str
    at: datetime
    valid_until: datetime
    issuer: Issuer
    drafted: frozenset[str] = frozenset()
    suggestions: bool = False


def valid_until(checklist: Checklist) -> datetime:
    """Return when an answer may no longer hold though nothing new is recorded: a time limit passes, a value grows old, a scanner closes or opens."""
    ends = [checklist.at + HOLDS_FOR]
    ends += [item.due for item in checklist.items if item.due is not None and item.status not in CLOSED]
    hours = (hours for place in checklist.pathway.local for hours in place.closed)
    ends += [turn for one in hours for turn in one.turns(checklist.at)]
    chart = checklist.chart
    for id_, seen in chart.times.items():
        max_age = chart.findings[id_].max_age
        if max_age is not None:
            ends.append(seen + max_age)
    return min(end for end in ends if end > checklist.at)
