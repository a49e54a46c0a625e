"""The words of a card: one line to be read at a glance, and the detail behind it as escaped Markdown.

Every word comes from the rules or from here. Of the patient there are only findings' own labels, options and numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from attrs import define, field

from spineworkup.cds_hooks.card_notices import notice_lines
from spineworkup.cds_hooks.escaped import Escape, escaping, markdown, source_words
from spineworkup.cds_hooks.occasions import Occasion
from spineworkup.cds_hooks.plain_text import fitted, plain
from spineworkup.cds_hooks.triage import CERTAIN, Planned
from spineworkup.checklists import Checklist, ChecklistItem, Notice, Question
from spineworkup.readings import Status
from spineworkup.reasons import Against, Reason
from spineworkup.render.model import tier_of
from spineworkup.render.wording import AGAINST, VERIFICATION, full, lower, sentence
from spineworkup.urgency import Urgency

MAX_SUMMARY = 139
MAX_ASKED = 8
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
    asked = checklist.questions
    first = [plain(lower(question.label)) for question in asked[:MAX_ASKED]]
    return fitted(f"Can't tell yet, could be {_tier(could).lower()}. Ask about: ", first, MAX_SUMMARY, len(asked))


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


def detail_of(card: Planned, checklist: Checklist, occasion: Occasion, notices: Sequence[Notice]) -> str:
    """Return the detail of a card as GitHub Markdown: what to do, what to ask, why, by which sources, as of when."""
    writer = _Writer(checklist, escaping(checklist.pathway))
    lines = [line for item in card.items if item.status is not Status.UNDETERMINED for line in writer.item(item)]
    lines += _section("To ask", writer.asked(card))
    lines += _section("Can't be told yet", writer.undecided(card))
    lines += _section("Why", [line for item in card.items for line in writer.why(item)])
    lines += _section("Notices", writer.notices(notices))
    lines += _section("Sources", writer.sources())
    lines += _section("Facts and rules", writer.foot(occasion))
    return "\n".join(lines).strip() + "\n"


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"### {title}", "", *lines] if lines else []


@define
class _Writer:
    """Writes the lines of one detail; the sources are numbered as they come."""

    checklist: Checklist
    escaped: Escape
    numbers: dict[str, int] = field(factory=dict)

    def item(self, item: ChecklistItem) -> Iterator[str]:
        """Say what is to be done, where it stands, and what is against it."""
        owner = f"{self.escaped(f'({item.step.owner})')}: " if item.step.owner else ""
        yield f"- **{self.escaped(item.step.action or item.step.label)}** {owner}{_state(item)}"
        if item.status in CERTAIN:
            yield from (f"  - {markdown(_against_words(against))}" for against in item.against)
            contacts = self.checklist.pathway.contacts_of(item.step.id)
            yield from (f"  - Call: {markdown(contact.words)}" for contact in contacts)
            if item.instead is not None:
                yield f"  - Instead: {self._label(item.instead)}"

    def asked(self, card: Planned) -> list[str]:
        """Say what to ask first."""
        questions = asked_on(card, self.checklist)
        return _cut([self._question(question) for question in questions[:MAX_ASKED]], len(questions))

    def _question(self, question: Question) -> str:
        ask = f": {self.escaped(question.ask)}" if question.ask != question.label else ""
        return f"- {self.escaped(question.label)}{ask} (could be {_tier(question.could_reach).lower()})"

    def undecided(self, card: Planned) -> list[str]:
        """Say by urgency of which steps nobody can tell yet whether they are called for."""
        items = [item for item in card.items if item.status is Status.UNDETERMINED]
        return [
            f"- Could be {_tier(tier).lower()}: "
            + "; ".join(self.escaped(i.step.action or i.step.label) for i in items if i.urgency.highest is tier)
            for tier in sorted({item.urgency.highest for item in items}, reverse=True)
        ]

    def why(self, item: ChecklistItem) -> Iterator[str]:
        """Give the rules that make a step what it is, with the facts that decided them and how far each was checked."""
        if item.status not in CERTAIN:
            return
        label = self._label(item.step.id)
        for reason in item.reasons:
            yield f"- {label}: {self._because(reason)}"
        for against in item.against:
            if against.cites:
                yield f"- {label}: {self._because(against)}"

    def _because(self, because: Reason | Against) -> str:
        findings = self.checklist.chart.findings
        said = "; ".join(f"{self.escaped(findings[id_].label)}: {self.escaped(text)}" for id_, text in because.facts.items())
        facts = f" Facts: {said}." if said else ""
        return f"{self.escaped(sentence(because.text))}{facts}{self._marks(because)}"

    def _marks(self, because: Reason | Against) -> str:
        if not because.cites:
            return ""
        numbers = (f"{self._number(cite.source)} {self.escaped(cite.at)}".strip() for cite in because.cites)
        return f" {', '.join(numbers)}: {VERIFICATION[because.verification]}"

    def _number(self, source: str) -> str:
        return _bracketed(self.numbers.setdefault(source, len(self.numbers) + 1))

    def notices(self, notices: Sequence[Notice]) -> list[str]:
        """Say what a reader must know of the records and the rules."""
        return [f"- {markdown(line)}" for line in notice_lines(notices, self.checklist.chart.findings)]

    def sources(self) -> list[str]:
        """Name the sources that were cited."""
        listed = self.checklist.pathway.sources
        return [
            f"- {_bracketed(number)} {self.escaped(source_words(listed.get(id_), id_))}"
            for id_, number in self.numbers.items()
        ]

    def foot(self, occasion: Occasion) -> list[str]:
        """Say as of when the facts are, until when this holds, and by which rules."""
        pathway = self.checklist.pathway
        name = " ".join((pathway.id, *(f"+ {overlay}" for overlay in pathway.overlays), pathway.version))
        as_of = f"Facts as known on {_time(occasion.at)}."
        return [
            f"- {as_of} Ask again after {_time(occasion.valid_until)}, or as soon as anything is new.",
            f"- {markdown(f'Rules: {name}, {pathway.hash}.')}",
            f"- {USE}",
        ]

    def _label(self, step: str) -> str:
        return self.escaped(self.checklist.pathway.steps[step].label)


def _cut(lines: list[str], of: int) -> list[str]:
    return lines if len(lines) == of else [*lines, f"- and {of - len(lines)} more"]


def _state(item: ChecklistItem) -> str:
    words = [item.status.words]
    if item.status in CERTAIN:
        words.append(_tier(item.urgency.lowest).lower())
        if item.urgency.highest > item.urgency.lowest:
            words.append(f"could be {_tier(item.urgency.highest).lower()}")
    if item.due is not None:
        words.append(f"{'was due' if item.overdue else 'by'} {_time(item.due)}")
    if item.progress is not None:
        words.append(f"recorded as {item.progress.replace('_', ' ')}")
    return "; ".join(words)


def _against_words(against: Against) -> str:
    who = f" (may be cleared by: {against.sign_off}{'; signed off' if against.signed_off else ''})" if against.sign_off else ""
    return f"{AGAINST[against.kind]}: {against.text}{who}"


def asked_on(card: Planned, checklist: Checklist) -> list[Question]:
    """Return what a card asks, what could be the most urgent first: on the last card all that is to ask."""
    if card.group is None:
        return list(checklist.questions)
    steps = {item.step.id for item in card.items}
    return [question for question in checklist.questions if steps.intersection(question.steps)]


def _bracketed(number: int) -> str:
    return rf"\[{number}\]"


def _time(moment: datetime) -> str:
    return f"{full(moment, UTC)} UTC"
