"""The checklist: what `assess` gives back, for people to read and for software to act on."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cached_property

from attrs import field, frozen

from spineworkup.about import library_version
from spineworkup.charts import Chart
from spineworkup.logic.plan import PlannedStep
from spineworkup.notebooks import fragment, minute
from spineworkup.pathways import Need, Note, Pathway, Step, TreatmentOption
from spineworkup.readings import Reading, Status
from spineworkup.reasons import Against, Ask, Reason, against_of, asks_of, notes_of, reasons_of
from spineworkup.scores import ScoreResult, score_of
from spineworkup.sources import Verification, weakest
from spineworkup.urgency import Urgency, UrgencyInterval


@frozen
class ChecklistItem:
    """One step for one patient.

    Args:
        urgency: What is certain, and what is still possible.
        due: By when; None where no time is given or its start is not known.
        clear_to_proceed: Nothing that is known, and nothing that is not known, holds it.
        instead: The step that takes over where this one can't be done.
        progress: What was last recorded of it, such as `requested`.
    """

    step: Step
    status: Status
    urgency: UrgencyInterval
    due: datetime | None
    overdue: bool
    clear_to_proceed: bool
    instead: str | None
    progress: str | None
    reading: Reading = field(eq=False, repr=False)

    def __repr__(self) -> str:
        tiers = f"{self.urgency.lowest.value} to {self.urgency.highest.value}"
        due = "" if self.due is None else f", due {minute(self.due)}"
        return f"<ChecklistItem {self.step.id}: {self.status.value}, {tiers}{due}>"

    @property
    def planned(self) -> PlannedStep:
        """The step with its rules, as the plan holds it."""
        return self.reading.plan.by_id[self.step.id]

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """The rules that make the step what it is, with their sources and the facts that decided them."""
        return reasons_of(self.reading, self.planned)

    @cached_property
    def against(self) -> tuple[Against, ...]:
        """What speaks against doing it now: contraindications, cautions, open checks, what it waits for."""
        return against_of(self.reading, self.planned)

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        """What to ask about it, with the urgency that each answer could reach."""
        return asks_of(self.reading, self.planned)

    @property
    def questions(self) -> tuple[str, ...]:
        """The ids of the findings to ask."""
        return tuple(ask.finding for ask in self.asks)

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """What to know about it for this patient."""
        return notes_of(self.reading, self.planned)

    @property
    def verification(self) -> Verification:
        """The weakest verification of the rules that make it what it is."""
        return weakest([reason.verification for reason in self.reasons])

    @property
    def because(self) -> str:
        """The first reason, in words, with its facts."""
        if not self.reasons:
            return ""
        reason = self.reasons[0]
        labels = {id_: self.reading.chart.findings[id_].label for id_ in reason.facts}
        facts = "; ".join(f"{labels[id_]}: {text}" for id_, text in reason.facts.items())
        return f"{reason.text} ({facts})" if facts else reason.text


@frozen
class Question:
    """Something to ask, and why: how urgent the answer could be and which steps turn on it."""

    id: str
    label: str
    ask: str
    could_reach: Urgency
    steps: tuple[str, ...]
    due: datetime | None


@frozen
class Notice:
    """Something about the chart or the rules that a reader must know; `finding` is empty where it is about neither."""

    kind: str
    text: str
    finding: str = ""


@frozen
class Handover:
    """What a treatment option needs from the workup, and whether it is there; no option is chosen."""

    option: TreatmentOption
    needs: tuple[tuple[Need, bool], ...]

    @property
    def missing(self) -> tuple[Need, ...]:
        """What isn't there yet."""
        return tuple(need for need, there in self.needs if not there)


@frozen
class Receipt:
    """Enough to replay an answer: which library and rules, when, and of which chart."""

    library: str
    pathway: str
    version: str
    hash: str
    overlays: tuple[str, ...]
    at: datetime
    chart_digest: str


@frozen
class Checklist:
    """The workup of one patient at one moment.

    Args:
        chart: As it was read: stale values unknown, derived findings worked out.
        items: Every step of the pathway, in the order of work; nothing is ever left out.
    """

    pathway: Pathway
    chart: Chart
    at: datetime
    items: tuple[ChecklistItem, ...]
    urgency: UrgencyInterval
    notices: tuple[Notice, ...]
    original: Chart = field(eq=False, repr=False)

    def __repr__(self) -> str:
        # Counts, and a digest that tells patients apart: a repr ends up in logs, where no value and no label belongs.
        found = Counter(item.status.value for item in self.items)
        counts = ", ".join(f"{count} {status}" for status, count in found.items())
        digest = self.original.digest[:19]
        tiers = f"{self.urgency.lowest.value} to {self.urgency.highest.value}"
        return f"<Checklist of {digest} at {minute(self.at)}: {tiers}; {counts}>"

    def _repr_html_(self) -> str:
        return fragment(
            f"Case {self.case or 'without a label'}, {minute(self.at)}: {self.urgency.words}",
            {
                "Due": (_line(item) for item in self.due),
                "Can't tell yet": (_line(item) for item in self.items if item.status is Status.UNDETERMINED),
                "Still to ask": (f"{question.ask} (could reach: {question.could_reach.words})" for question in self.questions),
                "Notices": (notice.text for notice in self.notices),
            },
        )

    @property
    def case(self) -> str:
        """The label of the case."""
        return self.chart.case

    @property
    def due(self) -> tuple[ChecklistItem, ...]:
        """The steps to do now, the most urgent first, then by their due time."""
        chosen = [item for item in self.items if item.status is Status.DUE]
        return tuple(sorted(chosen, key=_urgent_first))

    def item(self, step: str) -> ChecklistItem:
        """Return the item of a step.

        Raises:
            KeyError: The pathway has no such step.
        """
        return self._by_step[step]

    @cached_property
    def _by_step(self) -> dict[str, ChecklistItem]:
        return {item.step.id: item for item in self.items}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What to ask, what could be the most urgent first."""
        asks: dict[str, list[tuple[str, Ask]]] = {}
        for item in self.items:
            for ask in item.asks:
                asks.setdefault(ask.finding, []).append((item.step.id, ask))
        questions = [self._question(id_, listed) for id_, listed in asks.items()]
        return tuple(sorted(questions, key=lambda question: -question.could_reach.rank))

    def _question(self, id_: str, listed: list[tuple[str, Ask]]) -> Question:
        label, words = self._wording(id_)
        times = [ask.due for _, ask in listed if ask.due is not None]
        reach = max(ask.could_reach for _, ask in listed)
        return Question(id_, label, words, reach, tuple(step for step, _ in listed), min(times, default=None))

    def _wording(self, id_: str) -> tuple[str, str]:
        clock = id_.removeprefix("clocks.")
        if clock != id_:
            return f"Time of {clock.replace('_', ' ')}", CLOCK_ASKS[clock]
        finding = self.chart.findings[id_.removesuffix(".at")]
        if id_.endswith(".at"):
            return f"{finding.label}: since when", f"When was it first seen: {finding.label}?"
        return finding.label, finding.ask or finding.label

    @cached_property
    def scores(self) -> dict[str, ScoreResult]:
        """What every score says: a result, or an interval with the items that are missing."""
        facts, reported = self.chart.facts, self.chart.reported
        findings = self.chart.findings
        return {id_: score_of(score, facts, reported, findings) for id_, score in self.pathway.scores.items()}

    @cached_property
    def handover(self) -> tuple[Handover, ...]:
        """What each treatment option needs from the workup, and whether it is there."""
        options = self.pathway.options.values()
        return tuple(Handover(o, tuple((need, self._is_there(need)) for need in o.needs)) for o in options)

    def _is_there(self, need: Need) -> bool:
        known = [id_ in self.chart.facts for id_ in need.findings]
        return bool(known) and (any(known) if need.any_of else all(known))

    @property
    def receipt(self) -> Receipt:
        """What has to be kept to replay this answer."""
        p = self.pathway
        digest = self.original.digest
        return Receipt(library_version(), p.id, p.version, p.hash, p.overlays, self.at, digest)


CLOCK_ASKS = {
    "suspicion": "When was the suspicion recorded?",
    "request": "When was it requested?",
    "decision_to_treat": "When was the decision to treat made?",
}


def _line(item: ChecklistItem) -> str:
    due = "" if item.due is None else f", {'overdue since' if item.overdue else 'by'} {minute(item.due)}"
    # Of a step that can't be told yet nobody may read that it isn't indicated.
    return f"{item.step.label}: {item.urgency.words.removeprefix(f'{Urgency.NONE.words}; ')}{due}"


def _urgent_first(item: ChecklistItem) -> tuple[int, bool, float]:
    return -item.urgency.lowest.rank, item.due is None, item.due.timestamp() if item.due is not None else 0.0
