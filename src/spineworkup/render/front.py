"""The front page: items in pauses, most urgent first, then in the order of work."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from spineworkup.assessment import Checklist, ChecklistItem, Status
from spineworkup.pathways import Pathway, Step
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
from spineworkup.render.wording import STATUS, clock, joined
from spineworkup.urgency import Urgency

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# More than this many labels in a remark and the front page is no longer read; the rest stands behind.
FEW = 2
_FINISHED = (Status.DONE, Status.DECLINED)

Ranked = tuple[tuple[int, ...], Step, Row]


def codes_of(pathway: Pathway) -> dict[str, str]:
    """Return a short code for every step: the letter of its pause, its place in the order of work.

    It depends on the pathway alone, so that a sheet can be entered later without a doubt about which line was meant.
    """
    letters = {pause.id: LETTERS[place % 26] for place, pause in enumerate(pathway.pauses)}
    counts: dict[str, int] = {}
    codes = {}
    for id_ in pathway.in_order:
        letter = letters.get(pathway.steps[id_].pause, "X")
        counts[letter] = counts.get(letter, 0) + 1
        codes[id_] = f"{letter}{counts[letter]}"
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
    places = {id_: place for place, id_ in enumerate(checklist.pathway.in_order)}
    states = {item.step.id: item for item in checklist.items}
    ranked = []
    for item in checklist.items:
        if item.status is not Status.NOT_INDICATED:
            urgency = item.urgency
            finished = int(item.status in _FINISHED)
            rank = (finished, -urgency.lowest.rank, -urgency.highest.rank, places[item.step.id])
            ranked.append((rank, item.step, _case_row(checklist, item, states, codes)))
    return ranked


def blank_rows(pathway: Pathway, codes: Mapping[str, str]) -> list[Ranked]:
    """Return a line for every step, with the urgency that it can reach."""
    ranked = []
    for place, id_ in enumerate(pathway.in_order):
        step = pathway.steps[id_]
        reach = max((rule.urgency for rule in step.indications), default=Urgency.NONE)
        row = _row(step, codes[id_], "If indicated", Urgency.NONE, reach)
        ranked.append(((-reach.rank, place), step, evolve(row, remarks=_blank_remarks(pathway, step))))
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
    return Row(code, step.id, step.action or step.label, status, tier_of(lowest), could, "", (), ticks, spaces)


def _case_row(
    checklist: Checklist, item: ChecklistItem, states: Mapping[str, ChecklistItem], codes: Mapping[str, str]
) -> Row:
    status = STATUS[item.status.value] + (f", {item.progress}" if item.progress else "")
    row = _row(item.step, codes[item.step.id], status, item.urgency.lowest, item.urgency.highest)
    due = ""
    if item.due is not None and item.status not in _FINISHED:
        due = ("overdue since " if item.overdue else "by ") + clock(item.due, checklist.at.tzinfo)
    return evolve(row, due=due, remarks=tuple(_remarks(checklist, item, states)))


def _remarks(checklist: Checklist, item: ChecklistItem, states: Mapping[str, ChecklistItem]) -> list[Remark]:
    pathway = checklist.pathway
    remarks = []
    if item.status in _FINISHED:
        return remarks
    if item.instead is not None:
        other = pathway.steps.get(item.instead)
        remarks.append(Remark("instead", _lower(other.action or other.label) if other else item.instead))
    roles = [against.sign_off for against in item.against if against.sign_off and not against.signed_off]
    if roles:
        remarks.append(Remark("hold", f"until {joined(list(dict.fromkeys(roles)))} signs off"))
    if item.status is Status.WAITING:
        waits = [p.step for p in item.step.prerequisites if p.step in states and states[p.step].status not in _FINISHED]
        remarks.append(Remark("after", _few([_lower(pathway.steps[step].label) for step in waits])))
    asked = [id_ for id_ in item.questions if id_ in item.step.checks]
    if item.status is Status.UNDETERMINED:
        asked = list(item.questions)
    if asked:
        remarks.append(Remark("ask first", _few([_lower(pathway.findings[id_].label) for id_ in asked])))
    return remarks


def _blank_remarks(pathway: Pathway, step: Step) -> tuple[Remark, ...]:
    remarks = []
    if step.checks:
        remarks.append(Remark("ask first", _few([_lower(pathway.findings[id_].label) for id_ in step.checks])))
    if pathway.stand_ins[step.id]:
        other = pathway.steps[pathway.stand_ins[step.id][0]]
        remarks.append(Remark("if it can't be done", _lower(other.action or other.label)))
    return tuple(remarks)


def _few(words: list[str]) -> str:
    more = len(words) - FEW
    return joined(words) if more <= 0 else f"{', '.join(words[:FEW])} and {more} more"


def _lower(label: str) -> str:
    """Return a label for the middle of a sentence; abbreviations stay as they are."""
    first = label.split(" ", 1)[0]
    return label if len(first) > 1 and not first[1:].islower() else label[:1].lower() + label[1:]
