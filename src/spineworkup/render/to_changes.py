"""What stands otherwise than on an earlier checklist, and why: for a terminal, and as a block of the printed sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from spineworkup.pathways import Pathway
from spineworkup.readings import CLOSED, Status
from spineworkup.render.model import ChangedBlock, ChangeLine, Title
from spineworkup.render.to_screen import SHAPES, fold
from spineworkup.render.visible import visible
from spineworkup.render.wording import clock, full, joined, zone_words
from spineworkup.urgency import Urgency
from spineworkup.workups.changes import Change, Changes
from spineworkup.workups.events import Event
from spineworkup.workups.standings import Standing
from spineworkup.workups.wording import event_words

NOTHING = "no step stands otherwise"


def changes_text(changes: Changes, pathway: Pathway, width: int = 100) -> str:
    """Return what has changed as text for a terminal of this width, the most urgent first."""
    block, zone = changed_block(changes, pathway, {}), changes.at.tzinfo
    lines = [f"CHANGED from {full(changes.since, zone)} to {full(changes.at, zone)} ({zone_words(changes.at)}): {_count(changes)}"]
    if block.events:
        lines += ["", Title.ENTERED.upper(), *(f"  {number}. {event}" for number, event in enumerate(block.events, 1))]
    for change, line in zip(changes.steps, block.lines, strict=True):
        lines += ["", f"  {SHAPES[_shown(change.now)]} {line.head}", *(f"       {said}" for said in line.said)]
    return "\n".join(part for line in lines for part in fold(visible(line), width))


def changed_block(changes: Changes, pathway: Pathway, codes: Mapping[str, str]) -> ChangedBlock:
    """Return what has changed as a block of the printed sheet.

    Args:
        codes: Step id to its code on the sheet.
    """
    zone = changes.at.tzinfo
    because = {event for change in changes.steps for event in change.because}
    ordered = [event for event in changes.events if event in because]
    numbers = {event: number for number, event in enumerate(ordered, 1)}
    return ChangedBlock(
        f"of {full(changes.since, zone)}: {_front(changes, codes)}",
        tuple(_event(event, changes, pathway) for event in ordered),
        tuple(_line(change, changes, pathway, codes, numbers) for change in changes.steps),
    )


def _line(
    change: Change, changes: Changes, pathway: Pathway, codes: Mapping[str, str], numbers: Mapping[Event, int]
) -> ChangeLine:
    zone = changes.at.tzinfo
    return ChangeLine(
        code=codes.get(change.step, ""),
        label=change.label,
        mark="more urgent" if change.is_more_urgent else "",
        was=standing_words(change.was, change.now, pathway, zone),
        now=standing_words(change.now, change.was, pathway, zone),
        because=_because([str(numbers[event]) for event in change.because], changes.rules_changed),
    )


def _because(events: list[str], rules_changed: bool) -> str:
    if not events:
        return "the rules changed, or time has passed" if rules_changed else "time has passed"
    entries = f"of entr{'y' if len(events) == 1 else 'ies'} {joined(events)}"
    return entries + (", and the rules changed" if rules_changed else "")


def _count(changes: Changes) -> str:
    urgent = sum(change.is_more_urgent for change in changes.steps)
    return f"{_steps(changes)}, {urgent} more urgent" if urgent else _steps(changes)


def _front(changes: Changes, codes: Mapping[str, str]) -> str:
    urgent = [codes[change.step] for change in changes.steps if change.is_more_urgent and codes]
    return f"{_steps(changes)}; more urgent: {', '.join(urgent)}" if urgent else _steps(changes)


def _steps(changes: Changes) -> str:
    if not changes:
        return NOTHING
    return f"{len(changes.steps)} step{'' if len(changes.steps) == 1 else 's'}"


def _shown(standing: Standing) -> Urgency:
    return Urgency.NONE if standing.status in CLOSED else standing.urgency.highest


def _event(event: Event, changes: Changes, pathway: Pathway) -> str:
    return f"{clock(event.at, changes.at.tzinfo)}, {event.by}: {event_words(event, pathway, changes.record)}"


def standing_words(one: Standing, other: Standing, pathway: Pathway, zone: tzinfo | None) -> str:
    """Return how a step stands; two standings that differ never read the same.

    Args:
        other: What it is compared with: what differs from it is never left out.
    """
    parts = [one.status.words.partition(":")[0]]
    if one.status not in CLOSED or one.status is other.status:
        parts += [_urgency(one), _due(one.due, other.due, zone)]
    if one.status is other.status and one.clear_to_proceed != other.clear_to_proceed:
        parts.append("clear to proceed" if one.clear_to_proceed else "not clear to proceed")
    elif one.status is Status.DUE and not one.clear_to_proceed:
        parts.append("not clear to proceed")
    if one.instead is not None:
        step = pathway.steps.get(one.instead)
        parts.append(f"instead: {one.instead if step is None else step.label}")
    return ", ".join(part for part in parts if part)


def _urgency(one: Standing) -> str:
    lowest, highest = (tier.words.partition(":")[0].lower() for tier in (one.urgency.lowest, one.urgency.highest))
    if one.urgency.is_settled:
        return "" if one.urgency.lowest is Urgency.NONE else lowest
    return f"may be {highest}" if one.urgency.lowest is Urgency.NONE else f"{lowest}, may be {highest}"


def _due(due: datetime | None, other: datetime | None, zone: tzinfo | None) -> str:
    if due is None:
        return "no time given" if other is not None else ""
    same_minute = other is not None and due != other and clock(due, zone) == clock(other, zone)
    return f"by {clock(due, zone)}" + (f":{due.astimezone(zone):%S.%f}" if same_minute else "")
