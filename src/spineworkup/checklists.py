"""The checklist: what `assess` gives back, for people to read and for software to act on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from attrs import evolve, frozen

from spineworkup.about import library_version
from spineworkup.charts import Chart
from spineworkup.items import ChecklistItem, item_of
from spineworkup.logic.plan import plan
from spineworkup.notebooks import fragment, minute
from spineworkup.notices import Notice, notices_of
from spineworkup.outcomes import Outcome, reading_of
from spineworkup.pathways import Need, Pathway, TreatmentOption
from spineworkup.readings import Reading, Status
from spineworkup.reasons import Ask
from spineworkup.scores import ScoreResult, score_of
from spineworkup.urgency import Urgency, UrgencyInterval, highest_of

__all__ = ["Checklist", "ChecklistItem", "Handover", "Notice", "Question", "Receipt", "Status"]


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


@frozen(eq=False)
class Checklist:
    """The workup of one patient at one moment.

    Args:
        chart: As it was read: stale values unknown, derived findings worked out.
        original: As it was given.
        outcomes: What the rules say of every step of the pathway, in the order of the plan; shared with other patients.
        first_notices: What is to be known of the record from which the chart comes, before all else.
        last_notices: The same, after all else.
    """

    pathway: Pathway
    chart: Chart
    at: datetime
    original: Chart
    outcomes: Sequence[Outcome]
    _worked_out: Reading | None = None
    first_notices: tuple[Notice, ...] = ()
    last_notices: tuple[Notice, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Checklist):
            return NotImplemented
        mine = (self.pathway, self.chart, self.at, self.items, self.urgency, self.notices)
        return mine == (other.pathway, other.chart, other.at, other.items, other.urgency, other.notices)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def reading(self) -> Reading:
        """What the answers are worked out from, and their reasons."""
        return self._worked_out or reading_of(plan(self.pathway), self.chart, self.at, self.outcomes)

    @cached_property
    def items(self) -> tuple[ChecklistItem, ...]:
        """Every step of the pathway, in the order of work; nothing is ever left out."""
        reading = self.reading
        by_id = {outcome.planned.step.id: item_of(outcome, reading) for outcome in self.outcomes}
        return tuple(by_id[id_] for id_ in reading.plan.order)

    @cached_property
    def urgency(self) -> UrgencyInterval:
        """The urgency of the most urgent step: what is certain, and what is still possible."""
        return highest_of([outcome.urgency for outcome in self.outcomes])

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """What has to be known beside the steps: of the chart, and of the rules."""
        return (*self.first_notices, *notices_of(self.reading, self.items), *self.last_notices)

    def with_notices(self, *, first: Iterable[Notice] = (), last: Iterable[Notice] = ()) -> Checklist:
        """Return the checklist with more notices before and after its own: of the record from which the chart comes."""
        return evolve(
            self, first_notices=(*first, *self.first_notices), last_notices=(*self.last_notices, *last)
        )

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
