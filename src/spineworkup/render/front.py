"""The front page: items in pauses, most urgent first, then in the order of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from attrs import evolve

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.criteria import findings_of
from spineworkup.pathways import Pathway, Step
from spineworkup.readings import Status
from spineworkup.render.model import (
    DO_CONFIRM,
    MAX_ITEMS,
    MODE_WORDS,
    Blank,
    PauseBlock,
    Remark,
    Row,
    tier_of,
)
from spineworkup.render.wording import clock, joined, lower
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# More than this many labels in a remark and the front page is no longer read; the rest stands behind.
FEW = 2
SHORT = 45
_FINISHED = (Status.DONE, Status.DECLINED)

Ranked = tuple[tuple[int, ...], Step, Row]


def by_reach(pathway: Pathway) -> list[tuple[Step, Urgency]]:
    """Return every step with the highest urgency that it can have: the most urgent first, then in the order of work."""
    steps = [pathway.steps[id_] for id_ in pathway.in_order]
    reach = [(step, max((rule.urgency for rule in step.indications), default=Urgency.NONE)) for step in steps]
    return sorted(reach, key=lambda pair: -pair[1].rank)


def codes_of(pathway: Pathway) -> dict[str, str]:
    """Return a short code for every step: the letter of its pause, its place on the blank sheet.

    It depends on the pathway alone, so that a sheet can be entered later without a doubt about which line was meant.
    """
    letters = {pause.id: LETTERS[place % 26] for place, pause in enumerate(pathway.pauses)}
    counts: dict[str, int] = {}
    codes = {}
    for step, _ in by_reach(pathway):
        letter = letters.get(step.pause, "X")
        counts[letter] = counts.get(letter, 0) + 1
        codes[step.id] = f"{letter}{counts[letter]}"
    return codes


def pause_blocks(pathway: Pathway, ranked: list[Ranked]) -> tuple[PauseBlock, ...]:
    """Return the pauses that have items; a step without a pause is never left out."""
    blocks = []
    known = {pause.id for pause in pathway.pauses}
    for place, pause in enumerate(pathway.pauses):
        rows = tuple(row for _, step, row in sorted(ranked, key=lambda r: r[0]) if step.pause == pause.id)
        words = MODE_WORDS.get(pause.mode, "")
        block = PauseBlock(LETTERS[place % 26], pause.title, pause.objective, pause.mode, words, rows)
        if rows:
            blocks.append(block)
    rest = [row for _, step, row in sorted(ranked, key=lambda r: r[0]) if step.pause not in known]
    for start in range(0, len(rest), MAX_ITEMS):
        rows = tuple(rest[start : start + MAX_ITEMS])
        number = "" if len(rest) <= MAX_ITEMS else f", part {start // MAX_ITEMS + 1}"
        blocks.append(PauseBlock("X", f"Other steps{number}", "", DO_CONFIRM, MODE_WORDS[DO_CONFIRM], rows))
    return tuple(blocks)


def case_rows(checklist: Checklist, codes: Mapping[str, str]) -> list[Ranked]:
    """Return a line for every step that isn't ruled out, with its rank on the page."""
    places = {step.id: place for place, (step, _) in enumerate(by_reach(checklist.pathway))}
    ranked: list[Ranked] = []
    for item in checklist.items:
        if item.status is not Status.NOT_INDICATED:
            urgency = item.urgency
            finished = int(item.status in _FINISHED)
            rank = (finished, -urgency.highest.rank, -urgency.lowest.rank, places[item.step.id])
            ranked.append((rank, item.step, _case_row(checklist, item, codes)))
    return ranked


def blank_rows(pathway: Pathway, codes: Mapping[str, str]) -> list[Ranked]:
    """Return a line for every step, with the urgency that it can reach."""
    ranked: list[Ranked] = []
    for place, (step, reach) in enumerate(by_reach(pathway)):
        row = _row(step, codes[step.id], "", Urgency.NONE, reach)
        ranked.append(((place,), step, evolve(row, remarks=_blank_remarks(pathway, step))))
    return ranked


def _row(step: Step, code: str, status: str, lowest: Urgency, highest: Urgency) -> Row:
    ticks = tuple(
        Blank(f"{step.id}-{short}", f"{code} {step.label}: {words}", short, "tick")
        for short, words in (("asked", "requested"), ("done", "done"), ("seen", "result seen"))
    )
    spaces = (
        Blank(f"{step.id}-time", f"{code} {step.label}: time", "Time"),
        Blank(f"{step.id}-initials", f"{code} {step.label}: initials", "Initials"),
    )
    could = None if highest is lowest else tier_of(highest)
    return Row(code, step.id, step.action or step.label, status, tier_of(lowest), could, (), ticks, spaces)


def _case_row(checklist: Checklist, item: ChecklistItem, codes: Mapping[str, str]) -> Row:
    lowest, highest = item.urgency.lowest, item.urgency.highest
    if item.status in _FINISHED:
        lowest = highest = Urgency.NONE
    status = _standing(item, checklist.at.tzinfo)
    row = _row(item.step, codes[item.step.id], status, lowest, highest)
    undecided = item.status is Status.UNDETERMINED
    return evolve(row, remarks=tuple(_remarks(checklist, item)), undecided=undecided)


def _standing(item: ChecklistItem, zone: tzinfo | None) -> str:
    """Return the status with its time; while it isn't decided, only the time, as the urgency says that to ask."""
    words = status_words(item)
    if item.status is Status.UNDETERMINED:
        return "" if item.due is None else f"by {clock(item.due, zone)}"
    if item.due is None or item.status in _FINISHED:
        return words
    due = clock(item.due, zone)
    if item.status is not Status.DUE:
        return f"{words}, {'overdue:' if item.overdue else 'by'} {due}"
    _, _, progress = words.partition(" ")
    return f"{'Overdue:' if item.overdue else 'Due by'} {due} {progress}".rstrip()


def status_words(item: ChecklistItem) -> str:
    """Return the status and what was last recorded of the step."""
    progress = "" if item.progress is None or item.progress == item.status.value else item.progress
    return item.status.words + (f" ({progress.replace('_', ' ')})" if progress else "")


def _remarks(checklist: Checklist, item: ChecklistItem) -> list[Remark]:
    if item.status in _FINISHED:
        return []
    pathway = checklist.pathway
    remarks = []
    closed = item.reading.closed.get(item.step.id)
    if closed is not None:
        until = clock(closed.opens, checklist.at.tzinfo)
        remarks.append(Remark("closed here", f"until {until}; call {closed.contact.words}"))
    remarks += _calls(pathway, item.step, "" if closed is None else closed.contact.id)
    if any(against.kind == "not_available" for against in item.against):
        remarks.append(Remark("hold", "not available here now"))
    if item.instead is not None:
        other = pathway.steps[item.instead]
        remarks.append(Remark("instead", lower(other.action or other.label)))
    elif item.status is Status.CONTRAINDICATED:
        remarks.append(Remark("hold", "nothing takes its place: see the reasons"))
    roles = [a.sign_off for a in item.against if a.sign_off and not a.signed_off and a.truth is Truth.TRUE]
    if roles:
        remarks.append(Remark("hold", f"until {joined(list(dict.fromkeys(roles)))} signs off"))
    waits = [against.rule for against in item.against if against.kind == "prerequisite"]
    if waits:
        remarks.append(Remark("after", _few([lower(pathway.steps[step].label) for step in waits])))
    asked = _asked_first(item)
    if asked:
        labels = {question.id: question.label for question in checklist.questions}
        remarks.append(Remark("ask first", _few([lower(labels[id_]) for id_ in asked])))
    told = [remark for remark in remarks if remark.kind != "call"]
    if item.status is Status.DUE and not item.clear_to_proceed and not told:
        remarks.append(Remark("hold", "not clear to proceed: see the reasons"))
    return remarks


def _calls(pathway: Pathway, step: Step, named: str = "") -> list[Remark]:
    """Return whom to call about a step, but for a contact who is named there already."""
    return [Remark("call", one.words) for one in pathway.contacts_of(step.id) if one.id != named]


def _asked_first(item: ChecklistItem) -> list[str]:
    """Return what to ask before the step is done; what decides whether it applies stands behind."""
    asks = sorted(item.asks, key=lambda ask: -ask.could_reach.rank)
    holding = {finding for rule in item.step.contraindications for finding in findings_of(rule.when)}
    holding.update(item.step.checks)
    return [ask.finding for ask in asks if ask.finding in holding] if item.status is Status.DUE else []


def _blank_remarks(pathway: Pathway, step: Step) -> tuple[Remark, ...]:
    remarks = _calls(pathway, step)
    if step.checks:
        remarks.append(Remark("ask first", _few([lower(pathway.findings[id_].label) for id_ in step.checks])))
    if pathway.stand_ins[step.id]:
        other = pathway.steps[pathway.stand_ins[step.id][0]]
        remarks.append(Remark("if it can't be done", lower(other.action or other.label)))
    return tuple(remarks)


def _few(words: list[str]) -> str:
    shown = words[: 1 if len(words) > 1 and len(", ".join(words[:FEW])) > SHORT else FEW]
    more = len(words) - len(shown)
    return joined(words) if not more else f"{', '.join(shown)} and {more} more"
