"""The words of a card: one line to be read at a glance, and the detail behind it as escaped Markdown.

Every word comes from the rules or from here. Of the patient there are only findings' own labels, options and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from spineworkup.cds_hooks.occasions import Occasion
from spineworkup.cds_hooks.plain_text import fitted, plain
from spineworkup.cds_hooks.triage import CERTAIN, Planned
from spineworkup.checklists import Checklist, ChecklistItem, Notice, Question
from spineworkup.pathways import Pathway
from spineworkup.readings import Status
from spineworkup.reasons import Against, Reason
from spineworkup.render.model import tier_of
from spineworkup.render.to_markdown import escape
from spineworkup.render.wording import AGAINST, VERIFICATION, full, lower, sentence
from spineworkup.sources import Citation, Source
from spineworkup.urgency import Urgency

MAX_SUMMARY = 139
MAX_ASKED, MAX_NOTICES = 8, 12
USE = "For clinicians; not a medical device, and never the only basis of a decision."


# One line


def summary_of(card: Planned, checklist: Checklist) -> str:
    """Return what a card says at a glance, in less than 140 characters."""
    if card.ordered:
        return fitted("Check this order: ", [_order_words(item, checklist) for item in card.ordered], MAX_SUMMARY)
    if card.group is not None:
        overdue = ", overdue" if any(item.overdue for item in card.items) else ""
        return fitted(f"{_tier(card.urgency)}{overdue}: ", [_act(item, checklist) for item in card.items], MAX_SUMMARY)
    return _last_summary(card, checklist)


def _last_summary(card: Planned, checklist: Checklist) -> str:
    undecided = [item for item in card.items if item.status is Status.UNDETERMINED]
    if not undecided:
        labels = [plain(lower(item.step.label)) for item in card.items]
        return fitted("Also open: ", labels, MAX_SUMMARY) if labels else "Nothing is to be done; see what could not be read"
    could = max(item.urgency.highest for item in undecided)
    asked = [plain(lower(question.label)) for question in checklist.questions]
    return fitted(f"Can't tell yet, could be {_tier(could).lower()}. Ask about: ", asked, MAX_SUMMARY)


def _order_words(item: ChecklistItem, checklist: Checklist) -> str:
    label = plain(item.step.label)
    if item.status is Status.CONTRAINDICATED:
        return f"{label} is contraindicated{_instead(item, checklist)}"
    return f"{label}: {plain(lower(item.against[0].text))}"


def _act(item: ChecklistItem, checklist: Checklist) -> str:
    if item.status is Status.CONTRAINDICATED:
        return f"{plain(lower(item.step.label))} is contraindicated{_instead(item, checklist)}"
    return plain(lower(item.step.action or item.step.label))


def _instead(item: ChecklistItem, checklist: Checklist) -> str:
    other = item.instead
    return "" if other is None else f", instead: {plain(lower(checklist.pathway.steps[other].label))}"


def _tier(urgency: Urgency) -> str:
    return tier_of(urgency).short


# The detail


def detail_of(card: Planned, checklist: Checklist, occasion: Occasion, notices: Iterable[Notice]) -> str:
    """Return the detail of a card as GitHub Markdown: what to do, what to ask, why, by which sources, as of when."""
    sources = _Sources(checklist.pathway)
    decided = [item for item in card.items if item.status is not Status.UNDETERMINED]
    lines = [line for item in decided for line in _item_lines(item, checklist)]
    lines += _section("To ask", _ask_lines(card, checklist))
    lines += _section("Can't be told yet", list(_undecided_lines(card)))
    lines += _section("Why", [line for item in card.items for line in _why_lines(item, sources)])
    lines += _section("Notices", _notice_lines(list(notices)))
    lines += _section("Sources", sources.lines())
    lines += _section("Facts and rules", _foot_lines(checklist, occasion))
    return "\n".join(lines).strip() + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"### {title}", "", *lines] if lines else []


def _item_lines(item: ChecklistItem, checklist: Checklist) -> Iterator[str]:
    owner = f"({item.step.owner}): " if item.step.owner else ""
    yield f"- **{escape(item.step.action or item.step.label)}** {escape(owner + _state(item))}"
    if item.status in CERTAIN:
        yield from (f"  - {escape(_against_words(against))}" for against in item.against)
        if item.instead is not None:
            yield f"  - {escape(f'Instead: {checklist.pathway.steps[item.instead].label}')}"


def _undecided_lines(card: Planned) -> Iterator[str]:
    """Yield a line for each urgency that steps could reach of which nobody can tell yet whether they are called for."""
    items = [item for item in card.items if item.status is Status.UNDETERMINED]
    for tier in sorted({item.urgency.highest for item in items}, reverse=True):
        actions = [item.step.action or item.step.label for item in items if item.urgency.highest is tier]
        yield f"- Could be {escape(_tier(tier).lower())}: {escape('; '.join(actions))}"


def _state(item: ChecklistItem) -> str:
    words = [item.status.words]
    if item.status in CERTAIN:
        words.append(_tier(item.urgency.lowest).lower())
        if item.urgency.highest > item.urgency.lowest:
            words.append(f"could be {_tier(item.urgency.highest).lower()}")
    if item.due is not None:
        words.append(f"{'was due' if item.overdue else 'by'} {full(item.due, UTC)} UTC")
    if item.progress is not None:
        words.append(f"recorded as {item.progress.replace('_', ' ')}")
    return "; ".join(words)


def _against_words(against: Against) -> str:
    who = f" (may be cleared by: {against.sign_off}{'; signed off' if against.signed_off else ''})" if against.sign_off else ""
    return f"{AGAINST[against.kind]}: {against.text}{who}"


def _ask_lines(card: Planned, checklist: Checklist) -> list[str]:
    questions = asked_on(card, checklist)
    lines = [f"- {escape(_question_words(question))}" for question in questions[:MAX_ASKED]]
    more = len(questions) - len(lines)
    return [*lines, f"- {escape(f'and {more} more')}"] if more else lines


def asked_on(card: Planned, checklist: Checklist) -> list[Question]:
    """Return what a card asks, what could be the most urgent first: on the last card all that is to ask."""
    if card.group is None:
        return list(checklist.questions)
    steps = {item.step.id for item in card.items}
    return [question for question in checklist.questions if steps.intersection(question.steps)]


def _question_words(question: Question) -> str:
    ask = f": {question.ask}" if question.ask != question.label else ""
    return f"{question.label}{ask} (could be {_tier(question.could_reach).lower()})"


def _why_lines(item: ChecklistItem, sources: _Sources) -> Iterator[str]:
    if item.status not in CERTAIN:
        return
    for reason in item.reasons:
        yield f"- {escape(_reason_words(item, reason))} {sources.marks(reason.cites, reason.verification)}".rstrip()
    for against in item.against:
        if against.cites:
            facts = _facts(item, against)
            yield f"- {escape(sentence(against.text) + facts)} {sources.marks(against.cites, against.verification)}"


def _reason_words(item: ChecklistItem, reason: Reason) -> str:
    return f"{item.step.label}: {sentence(reason.text)}{_facts(item, reason)}"


def _facts(item: ChecklistItem, because: Reason | Against) -> str:
    labels = item.reading.chart.findings
    said = "; ".join(f"{labels[id_].label}: {text}" for id_, text in because.facts.items())
    return f" Facts: {said}." if said else ""


def _notice_lines(notices: list[Notice]) -> list[str]:
    lines = [f"- {escape(sentence(notice.text))}" for notice in notices[:MAX_NOTICES]]
    more = len(notices) - len(lines)
    return [*lines, f"- {escape(f'and {more} more')}"] if more else lines


def _foot_lines(checklist: Checklist, occasion: Occasion) -> list[str]:
    pathway = checklist.pathway
    name = " ".join((pathway.id, *(f"+ {overlay}" for overlay in pathway.overlays), pathway.version))
    return [
        f"- {escape(f'Facts as known on {_time(occasion.at)}. Ask again after {_time(occasion.valid_until)}, or as soon as anything is new.')}",
        f"- {escape(f'Rules: {name}, {pathway.hash}.')}",
        f"- {escape(USE)}",
    ]


def _time(moment: datetime) -> str:
    return f"{full(moment, UTC)} UTC"


def publisher_of(source: Source) -> str:
    """Return who published a source; nothing where nobody did."""
    return "" if source.publisher == "none" else source.publisher


class _Sources:
    """The sources that a detail cites, numbered as they come."""

    def __init__(self, pathway: Pathway) -> None:
        self._pathway = pathway
        self._numbers: dict[str, int] = {}

    def marks(self, cites: tuple[Citation, ...], verification: str) -> str:
        """Return the numbers of some sources with their places, and how far they were checked."""
        if not cites:
            return ""
        numbers = (f"[{self._number(cite.source)}] {cite.at}".strip() for cite in cites)
        return escape(f"{', '.join(numbers)}: {VERIFICATION[verification]}")

    def _number(self, source: str) -> int:
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    def lines(self) -> list[str]:
        """Return the list of the sources."""
        return [f"- {escape(f'[{number}] {self._words(id_)}')}" for id_, number in self._numbers.items()]

    def _words(self, id_: str) -> str:
        source = self._pathway.sources.get(id_)
        if source is None:
            return id_
        return " ".join(sentence(part) for part in (source.title, publisher_of(source), source.date) if part)
