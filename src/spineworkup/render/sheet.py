"""One printed sheet from a checklist, or a blank one from a pathway.

`sheet_for` and `blank_sheet` are the only ways to a `Sheet`; every format is made from what they return.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from spineworkup.about import library_version
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist, ChecklistItem, Notice
from spineworkup.moments import aware
from spineworkup.notices import rule_notices
from spineworkup.pathways import Pathway
from spineworkup.readings import Status
from spineworkup.render.behind import Behind
from spineworkup.render.front import FEW, blank_rows, case_rows, pause_blocks
from spineworkup.render.lint import refuse
from spineworkup.render.model import (
    MARKS,
    Banner,
    Blank,
    Identifier,
    NoticeLine,
    NotIndicated,
    Running,
    Sheet,
    Unknown,
    tier_of,
)
from spineworkup.render.to_changes import changed_block
from spineworkup.render.visible import all_visible
from spineworkup.render.wording import clock, day, full, joined, lower, receipt_words, rules_words, zone_words
from spineworkup.urgency import Urgency
from spineworkup.workups.changes import Changes

IDENTIFIERS = (
    Blank("id-name", "Patient's name", "Name"),
    Blank("id-born", "Date of birth", "Born"),
    Blank("id-number", "Hospital number", "Hospital no."),
)
PHONE = Blank("phone", "Local 24-hour number", "24-hour number")
LEGEND = (
    "Shapes: "
    + ", ".join(f"{mark} {tier.words}" for tier, mark in MARKS.items() if tier is not Urgency.NONE)
    + ".",
    "Ask: whether the step applies turns on what is not known; it stands behind. "
    "Boxes: asked = requested; done = carried out; seen = the result was read and acted on. Nothing is ticked in print.",
)
UNKNOWN_SPACES = 3
NO_RULE = "No rule asks for it."
USERS = "Reference checklist for clinicians and developers."
_PLACE, _DIFFERS = "This place", "Differs here"
_NOTICE_WORDS = {
    "conflict": "Conflicting values",
    "stale": "Too old to use",
    "implausible": "Implausible value",
    "derived": "Calculated value",
    "requested_against_rules": "Requested against the rules",
    "past_review": "Past its review date",
    "sign_off_not_counted": "Sign-off not counted",
    "in_future": "Recorded for the future",
    "future_event": "Recorded for the future",
    "waiver": "Waived safety rule",
    "waiver_expired": "Waiver that has expired",
    "closed": "Closed now",
    "place": _PLACE,
    "differs": _DIFFERS,
    "contact": "Whom to call",
}


def sheet_for(
    checklist: Checklist, changes: Changes | None = None, *, printed: datetime | None = None
) -> Sheet:
    """Return the sheet of a patient's checklist.

    Args:
        checklist: What `assess` gave.
        changes: What stands otherwise than on the last printout; None where there was none.
        printed: When it is printed; the checklist's own time where nothing is given.

    Raises:
        PrintError: A hard rule of the lint is broken, or a text can't be written; the message names rule and place.
    """
    pathway, at = checklist.pathway, checklist.at
    asks = {question.id: question.label for question in checklist.questions}
    behind = Behind(pathway, checklist.chart, asks)
    shown = [item for item in checklist.items if item.status is not Status.NOT_INDICATED]
    unknown = tuple(_unknown(checklist, number, behind.codes) for number in range(len(checklist.questions)))
    notices = notice_lines(checklist.notices)
    sheet = Sheet(
        title=title_of(pathway),
        objective=_objective(pathway),
        is_blank=False,
        identifiers=_identifiers(checklist.chart, checklist.case),
        banner=_banner(checklist),
        pauses=pause_blocks(pathway, case_rows(checklist, behind.codes)),
        unknown=unknown,
        unknown_spaces=(),
        summary=_summary(notices),
        records=behind.records([item.step for item in shown]),
        details=tuple(behind.detail(item) for item in _ordered(shown, pathway)),
        scores=tuple(behind.score(result) for result in checklist.scores.values()),
        handover=behind.handover(checklist.handover),
        not_indicated=tuple(
            NotIndicated(behind.codes[item.step.id], item.step.label, item.because or NO_RULE)
            for item in _ordered(checklist.items, pathway)
            if item.status is Status.NOT_INDICATED
        ),
        notices=notices,
        sources=behind.sources(),
        intended_use=pathway.intended_use,
        legend=LEGEND,
        receipt=receipt_words(checklist.receipt),
        running=running_of(pathway, at, printed or at, len(unknown), behind, identity_of(checklist)),
        changed=None if changes is None else changed_block(changes, pathway, behind.codes),
    )
    return _checked(sheet, {item.step.id for item in shown})


def blank_sheet(pathway: Pathway, at: datetime, *, printed: datetime | None = None) -> Sheet:
    """Return a sheet to be filled in by hand, with every step of the pathway.

    Raises:
        PrintError: A hard rule of the lint is broken; the message names it.
        TimeError: `at` has no time zone.
    """
    aware(at)
    behind = Behind(pathway, None)
    notices = notice_lines(rule_notices(pathway, at.date()))
    steps = [pathway.steps[id_] for id_ in pathway.in_order]
    sheet = Sheet(
        title=title_of(pathway),
        objective=_objective(pathway),
        is_blank=True,
        identifiers=(Identifier("Case label", "", Blank("id-label", "Case label", "Case label")), *_spaces()),
        banner=None,
        pauses=pause_blocks(pathway, blank_rows(pathway, behind.codes)),
        unknown=(),
        unknown_spaces=tuple(
            Blank(f"unknown-{n}", f"Not known, line {n}", str(n)) for n in range(1, UNKNOWN_SPACES + 1)
        ),
        summary=_summary(notices),
        records=behind.records(steps),
        details=tuple(behind.blank_detail(step) for step in steps),
        scores=tuple(behind.blank_score(score) for score in pathway.scores.values()),
        handover=behind.blank_handover(),
        not_indicated=(),
        notices=notices,
        sources=behind.sources(),
        intended_use=pathway.intended_use,
        legend=LEGEND,
        receipt=f"Blank sheet of spineworkup {library_version()}; "
        f"{rules_words(pathway.id, pathway.version, pathway.hash, pathway.overlays)}.",
        running=running_of(pathway, at, printed or at, len(pathway.findings), behind, ""),
    )
    return _checked(sheet, set(pathway.steps))


def _checked(sheet: Sheet, steps: set[str]) -> Sheet:
    shown = all_visible(sheet)
    refuse(shown, steps)
    return shown


def title_of(pathway: Pathway) -> str:
    """Return what a page of a pathway is called."""
    return pathway.title or pathway.id or "Checklist"


def _objective(pathway: Pathway) -> str:
    objectives = [lower(pause.title) for pause in pathway.pauses]
    if not objectives:
        return "Objective: no step of the workup is missed."
    return f"Objective: no step is missed, from {objectives[0]} to {objectives[-1]}; nothing unknown is read as no."


def _spaces() -> tuple[Identifier, ...]:
    return tuple(Identifier(blank.label, "", blank) for blank in IDENTIFIERS)


def _identifiers(chart: Chart, case: str) -> tuple[Identifier, ...]:
    label = Identifier("Case label", case or "not given")
    return (label, Identifier("Age and sex", _age_and_sex(chart) or "not recorded"), *_spaces())


def _age_and_sex(chart: Chart) -> str:
    parts = []
    for id_, words in (("age_years", "{} years"), ("sex", "{}")):
        value = chart.facts.get(id_)
        if value is not None and id_ in chart.findings:
            parts.append(words.format(chart.findings[id_].show(value)))
    return ", ".join(parts)


def identity_of(checklist: Checklist) -> str:
    """Return whom a page is about, for the head of each."""
    about = _age_and_sex(checklist.chart)
    return f"Case {checklist.case or 'without a label'}" + (f", {about}" if about else "")


def _banner(checklist: Checklist) -> Banner:
    interval = checklist.urgency
    could = None if interval.is_settled else tier_of(interval.highest)
    questions = len(checklist.questions)
    words = "Nothing that is still unknown could raise this."
    if could is not None:
        asked = f"{questions} open question{'s' if questions != 1 else ''}"
        words = f"Could still reach {could.words}, while there {'are' if questions != 1 else 'is'} {asked}."
    return Banner(tier_of(interval.lowest), could, words)


def _unknown(checklist: Checklist, number: int, codes: Mapping[str, str]) -> Unknown:
    question = checklist.questions[number]
    labels = [checklist.pathway.steps[id_].label for id_ in question.steps]
    # A finding on which half of the pathway turns would fill the page with labels: then codes will do.
    few = len(labels) <= FEW
    steps = (
        joined(labels)
        if few
        else f"{len(labels)} steps: {', '.join(sorted(codes[id_] for id_ in question.steps))}"
    )
    blank = Blank(f"unknown-{number + 1}", f"{question.label}: answer", "Answer")
    due = "" if question.due is None else f"by {clock(question.due, checklist.at.tzinfo)}"
    return Unknown(question.label, question.ask, tier_of(question.could_reach), steps, due, blank)


def _notice(kind: str) -> str:
    return _NOTICE_WORDS.get(kind, kind.replace("_", " ").capitalize())


def notice_lines(notices: Iterable[Notice]) -> tuple[NoticeLine, ...]:
    """Return notices with their kinds in words."""
    lines = ((_notice(notice.kind), notice.text) for notice in notices)
    return tuple(NoticeLine(kind, text.removeprefix(f"{kind}: ")) for kind, text in lines)


def _summary(notices: tuple[NoticeLine, ...]) -> tuple[NoticeLine, ...]:
    """Say for which place the page is, and count the other notices; what they say stands behind."""
    kinds = dict.fromkeys(n.kind for n in notices if n.kind not in (_PLACE, _DIFFERS))
    counts = (NoticeLine(kind, str(sum(n.kind == kind for n in notices))) for kind in kinds)
    return (*(notice for notice in notices if notice.kind == _PLACE), *counts)


def _ordered(items: Iterable[ChecklistItem], pathway: Pathway) -> list[ChecklistItem]:
    place = {id_: number for number, id_ in enumerate(pathway.in_order)}
    return sorted(items, key=lambda item: place[item.step.id])


def running_of(
    pathway: Pathway, at: datetime, printed: datetime, questions: int, behind: Behind, identity: str
) -> Running:
    """Return what stands on every page."""
    unconfirmed, cited = behind.counts()
    overlays = f", overlays {joined(list(pathway.overlays))}" if pathway.overlays else ""
    return Running(
        identity=identity,
        blanks=(*IDENTIFIERS, PHONE),
        pathway=title_of(pathway),
        version=pathway.version or "not stated",
        hash=short_hash(pathway.hash),
        site=f", profile {pathway.profile}{overlays}" if pathway.profile else overlays,
        revised=day(pathway.revised),
        review_by=day(pathway.review_by),
        printed=full(printed, at.tzinfo),
        at=full(at, at.tzinfo),
        zone=zone_words(at),
        questions=questions,
        unconfirmed=unconfirmed,
        cited=cited,
        use=short_use(pathway.intended_use),
    )


def short_hash(content: str) -> str:
    """Return enough of a content hash to tell versions apart on paper.

    >>> short_hash("sha256:0123456789abcdef")
    'hash 0123456789ab'
    """
    return f"hash {content.rpartition(':')[2][:12]}"


def short_use(text: str) -> str:
    """Return what the intended use says of a medical device, for the foot of every page.

    >>> short_use("Shows guidance. It is not a medical device. Every rule has a source.")
    'Reference checklist for clinicians and developers. It is not a medical device.'
    """
    about = [sentence for sentence in text.split(". ") if "medical device" in sentence]
    said = about[0].rstrip(".") if about else "It is not a medical device"
    return f"{USERS} {said}."
