"""Why one step is as it is for one patient, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.logic.plan import PlannedRule
from spineworkup.logic.reduce import reduce
from spineworkup.notices import rule_notices
from spineworkup.pathways import Pathway
from spineworkup.reasons import Against, Reason
from spineworkup.render.to_screen import SHAPES, show_time
from spineworkup.render.visible import visible
from spineworkup.render.wording import duration, receipt_words
from spineworkup.sources import VERIFICATION_WORDS, Citation, Verification
from spineworkup.translate.to_english import to_english
from spineworkup.truth import Truth


def to_explanation(checklist: Checklist, step: str, width: int = 100) -> str:
    """Return why a step has its status: rules, facts, sources, what speaks against it, and what would change it.

    Raises:
        KeyError: The pathway has no such step.
    """
    item = checklist.item(step)
    pathway = checklist.pathway
    lines = [
        f"{item.step.label}: {item.status.words.upper()}",
        f"  {SHAPES[item.urgency.highest]} {item.urgency.words}",
        f"  at {show_time(checklist.at)}; case {checklist.case or '(no label)'}",
        *_state(item),
        "",
        "WHY",
        *(line for reason in item.reasons for line in _reason(reason, pathway)),
        *([] if item.reasons else ["  No rule of this pathway ever indicates this step."]),
        "",
        *_against(item.against, pathway),
        "WHAT WOULD CHANGE IT",
        *_changes(item, checklist),
        "",
        *_notes(item, pathway),
        *_rules(checklist),
        "",
        receipt_words(checklist.receipt),
    ]
    folded = (line for raw in lines for line in _fold(visible(raw), width))
    return "\n".join(folded).rstrip()


def _state(item: ChecklistItem) -> Iterator[str]:
    if item.due is not None:
        yield f"  {'OVERDUE since' if item.overdue else 'due by'} {show_time(item.due)}"
    if item.status.value == "due":
        yield f"  {'clear to proceed' if item.clear_to_proceed else 'NOT clear to proceed yet'}"
    if item.instead:
        yield f"  instead: {item.instead}"
    if item.progress:
        yield f"  recorded: {item.progress.replace('_', ' ')}"
    for contact in item.reading.plan.pathway.contacts_of(item.step.id):
        yield f"  call: {contact.words}"


def _reason(reason: Reason, pathway: Pathway) -> Iterator[str]:
    holds = {Truth.TRUE: "holds", Truth.FALSE: "does not hold", Truth.UNKNOWN: "not known"}[reason.truth]
    yield f"  {reason.rule} ({holds})"
    yield f"    {reason.text}"
    rule = pathway.rules[reason.rule]
    strength = f"; strength: {rule.strength}" if rule.strength else ""
    within = f"; within {duration(rule.within)} from {rule.start.replace('_', ' ')}" if rule.within is not None else ""
    yield f"    {_cites(reason.cites, pathway)}{strength}{within}"
    yield f"    {_verified(reason.verification)}"
    yield f"    when: {to_english(rule.when, pathway.findings, pathway.criteria)}"
    for finding, text in reason.facts.items():
        yield f"    - {pathway.findings[finding].label}: {text}"


def _cites(cites: tuple[Citation, ...], pathway: Pathway) -> str:
    named = [
        f"{pathway.sources[c.source].title}{f', {c.at}' if c.at else ''}"
        for c in cites
        if c.source in pathway.sources
    ]
    return f"source: {'; '.join(named)}" if named else "source: none given"


def _verified(mark: Verification) -> str:
    return f"verification: {VERIFICATION_WORDS[mark]}"


def _against(found: tuple[Against, ...], pathway: Pathway) -> Iterator[str]:
    if not found:
        return
    yield "AGAINST"
    for one in found:
        signed = (
            f"; may be cleared by: {one.sign_off}{' (done)' if one.signed_off else ''}"
            if one.sign_off
            else ""
        )
        yield f"  {one.kind.replace('_', ' ')}: {one.text}{signed}"
        if one.cites:
            yield f"    {_cites(one.cites, pathway)}"
            yield f"    {_verified(one.verification)}"
    yield ""


def _changes(item: ChecklistItem, checklist: Checklist) -> Iterator[str]:
    """Yield for each rule that is not decided what would still decide it, and for each that is, what decided it."""
    pathway, facts = checklist.pathway, checklist.chart.facts
    found = item.reading.indications[item.step.id]
    for planned, truth in zip(item.planned.indications, found, strict=True):
        rule = planned.rule
        if truth is Truth.UNKNOWN:
            left = to_english(reduce(rule.when, facts), pathway.findings, pathway.criteria)
            yield f"  {rule.id} would hold, at {rule.urgency.words.lower()}, with: {left}{_in_place(planned)}"
        elif truth is Truth.FALSE:
            yield f"  {rule.id} would need: {to_english(rule.when, pathway.findings, pathway.criteria)}"
        else:
            yield f"  {rule.id} holds until what decides it is corrected on the chart"
    labels = {question.id: question.ask for question in checklist.questions}
    for finding in item.questions:
        yield f"  ask: {labels[finding]}"


def _in_place(planned: PlannedRule) -> str:
    return f" (and {planned.in_place_of} can't be done)" if planned.in_place_of else ""


def _notes(item: ChecklistItem, pathway: Pathway) -> Iterator[str]:
    if item.notes:
        yield "TO KNOW"
        for note in item.notes:
            yield f"  - {note.text} [{'; '.join(map(str, note.cites))}; {VERIFICATION_WORDS[note.verification]}]"


def _rules(checklist: Checklist) -> Iterator[str]:
    """Yield what a reader must know of the rules themselves: a waiver above all."""
    found = list(rule_notices(checklist.pathway, checklist.at.date()))
    if found:
        yield from ("", "OF THE RULES", *(f"  - {notice.text}" for notice in found))


def _fold(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]
