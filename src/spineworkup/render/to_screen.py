"""A checklist on the screen of a terminal: what to do now, what to ask, what holds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.readings import Status
from spineworkup.render.visible import visible
from spineworkup.render.wording import receipt_words
from spineworkup.scores import ScoreResult
from spineworkup.sources import VERIFICATION_WORDS
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

SHAPES = {
    Urgency.IMMEDIATE: "[!!]",
    Urgency.SAME_DAY: "[! ]",
    Urgency.WITHIN_A_WEEK: "[w ]",
    Urgency.ROUTINE: "[r ]",
    Urgency.NONE: "[  ]",
}
_SECTIONS = (
    ("DO NOW", Status.DUE),
    ("CAN'T TELL YET: ASK", Status.UNDETERMINED),
    ("WAITING", Status.WAITING),
    ("CONTRAINDICATED", Status.CONTRAINDICATED),
    ("DONE", Status.DONE),
    ("DECLINED", Status.DECLINED),
)
_MOST_QUESTIONS = 12
_MOST_ASKED = 4


def to_screen(checklist: Checklist, width: int = 100) -> str:
    """Return a checklist as text for a terminal of this width; everything behind it is in `explain` and in print."""
    lines = [*_head(checklist), ""]
    for title, status in _SECTIONS:
        items = [item for item in checklist.items if item.status is status]
        items = sorted(items, key=lambda item: (-item.urgency.highest.rank, item.due is None))
        if items:
            lines.append(title)
            lines += [line for item in items for line in _item(item)]
            lines.append("")
    quiet = [item.step.label for item in checklist.items if item.status is Status.NOT_INDICATED]
    lines += ["NOT INDICATED", f"  {', '.join(quiet) or 'none'}", ""]
    lines += [*_questions(checklist), *_scores(checklist), *_notices(checklist), *_foot(checklist)]
    return "\n".join(line for raw in lines for line in fold(visible(raw), width)).rstrip()


def show_time(moment: datetime) -> str:
    """Return a moment as it is printed, with its offset."""
    return moment.strftime("%a %d %b %Y %H:%M UTC")


def _head(checklist: Checklist) -> Iterator[str]:
    pathway = checklist.pathway
    overlays = f", overlays {', '.join(pathway.overlays)}" if pathway.overlays else ""
    yield f"{pathway.title or pathway.id}"
    yield f"Case {checklist.case or '(no label)'}, at {show_time(checklist.at)}"
    yield f"Profile {pathway.profile or '-'}{overlays}; version {pathway.version or '-'}, {pathway.hash[:19]}"
    yield from (f"This place: {place.words}" for place in pathway.local)
    yield f"URGENCY  {SHAPES[checklist.urgency.highest]} {checklist.urgency.words}"


def _item(item: ChecklistItem) -> Iterator[str]:
    if item.status is Status.UNDETERMINED:
        yield from _undetermined(item)
        return
    yield f"  {SHAPES[item.urgency.lowest]} {item.step.action or item.step.label}{_by(item)}"
    remarks = []
    if item.status is Status.DUE and not item.clear_to_proceed:
        remarks.append("not clear to proceed yet")
    if item.instead:
        remarks.append(f"instead: {item.instead}")
    if item.progress:
        remarks.append(f"recorded: {item.progress.replace('_', ' ')}")
    if remarks:
        yield f"       {'; '.join(remarks)}"
    for contact in item.reading.plan.pathway.contacts_of(item.step.id):
        yield f"       call: {contact.words}"
    for against in item.against:
        if against.truth is Truth.TRUE or against.kind == "check":
            yield f"       {'HOLD' if against.kind == 'absolute' else 'note'}: {against.text}"
    if item.status in (Status.DUE, Status.WAITING, Status.CONTRAINDICATED):
        yield f"       why: {item.because}{_cited(item)}"


def _undetermined(item: ChecklistItem) -> Iterator[str]:
    yield f"  {SHAPES[item.urgency.highest]} {item.step.label}{_by(item)}"
    findings = item.reading.chart.findings
    labels = [findings[id_].label for id_ in item.questions if id_ in findings]
    more = f" and {len(labels) - _MOST_ASKED} more" if len(labels) > _MOST_ASKED else ""
    yield f"       turns on: {', '.join(labels[:_MOST_ASKED])}{more}"


def _by(item: ChecklistItem) -> str:
    if item.due is None:
        return ""
    return f"  -- {'OVERDUE since' if item.overdue else 'by'} {show_time(item.due)}"


def _cited(item: ChecklistItem) -> str:
    if not item.reasons:
        return ""
    cites = "; ".join(str(cite) for cite in item.reasons[0].cites)
    mark = "" if item.reasons[0].verification == "primary" else ", not confirmed"
    return f" [{cites}{mark}]"


def _questions(checklist: Checklist) -> Iterator[str]:
    questions = checklist.questions
    if not questions:
        return
    yield f"STILL TO ASK ({len(questions)}; the most urgent that each answer could reach)"
    for question in questions[:_MOST_QUESTIONS]:
        yield f"  {SHAPES[question.could_reach]} {question.ask}"
    if len(questions) > _MOST_QUESTIONS:
        yield f"  ... and {len(questions) - _MOST_QUESTIONS} more: see the print, or --format json"
    yield ""


def _scores(checklist: Checklist) -> Iterator[str]:
    shown = [result for result in checklist.scores.values() if len(result.missing) < len(result.score.inputs)]
    if shown:
        yield "SCORES"
        yield from (f"  {score_line(result)}" for result in shown)
        yield ""


def score_line(result: ScoreResult) -> str:
    """Return what a score says in one line: the result, or the interval and what is missing."""
    same = result.lowest == result.highest
    value = f"{result.lowest}" if same else f"{result.lowest} to {result.highest}"
    missing = f"; {len(result.missing)} of {len(result.score.inputs)} items missing" if result.missing else ""
    return f"{result.score.label}: {value} ({' or '.join(result.bands)}{missing})"


def _notices(checklist: Checklist) -> Iterator[str]:
    if checklist.notices:
        yield "NOTICES"
        # The place stands at the head.
        yield from (f"  {notice.text}" for notice in checklist.notices if notice.kind != "place")
        yield ""


def _foot(checklist: Checklist) -> Iterator[str]:
    weak = [rule for rule in checklist.pathway.rules.values() if rule.verification != "primary"]
    total = len(checklist.pathway.rules)
    yield f"{len(weak)} of {total} rules are {VERIFICATION_WORDS['secondary'].split(':')[0]} against their source."
    yield checklist.pathway.intended_use
    yield receipt_words(checklist.receipt)


def fold(line: str, width: int) -> list[str]:
    """Return a line broken at the width, with what follows indented under it."""
    if len(line) <= width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, width, subsequent_indent=indent, break_long_words=True, break_on_hyphens=False) or [
        line
    ]
