"""The items of a checklist: each step, as it stands for one patient at one moment."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from attrs import field, frozen

from spineworkup.logic.plan import PlannedStep
from spineworkup.notebooks import minute
from spineworkup.outcomes import Outcome
from spineworkup.pathways import Note, Step
from spineworkup.readings import Reading, Status
from spineworkup.reasons import Against, Ask, Reason, against_of, asks_of, notes_of, reasons_of
from spineworkup.sources import Verification, weakest
from spineworkup.truth import Truth
from spineworkup.urgency import UrgencyInterval


@frozen(eq=False)
class ChecklistItem:
    """One step for one patient.

    Args:
        due: By when; None where no time is given, its start is not known, or the step is closed.
    """

    outcome: Outcome
    due: datetime | None
    reading: Reading = field(repr=False)

    @property
    def step(self) -> Step:
        """The step, as the pathway has it."""
        return self.outcome.planned.step

    @property
    def status(self) -> Status:
        """Where it stands."""
        return self.outcome.status

    @property
    def urgency(self) -> UrgencyInterval:
        """What is certain, and what is still possible."""
        return self.outcome.urgency

    @property
    def clear_to_proceed(self) -> bool:
        """Nothing that is known, and nothing that is not known, holds it."""
        return self.outcome.clear_to_proceed

    @property
    def instead(self) -> str | None:
        """The step that takes over where this one can't be done."""
        return self.outcome.instead

    @property
    def overdue(self) -> bool:
        """Whether that time has passed."""
        return self.due is not None and self.due < self.reading.at

    @property
    def progress(self) -> str | None:
        """What was last recorded of it, such as `requested`."""
        event = self.reading.event(self.step.id)
        return None if event is None else event.state

    def __eq__(self, other: object) -> bool:
        return self._said == other._said if isinstance(other, ChecklistItem) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    @property
    def _said(self) -> tuple[object, ...]:
        where = (self.step, self.status, self.urgency, self.due, self.overdue)
        return (*where, self.clear_to_proceed, self.instead, self.progress)

    def __repr__(self) -> str:
        tiers = f"{self.urgency.lowest.value} to {self.urgency.highest.value}"
        due = "" if self.due is None else f", due {minute(self.due)}"
        return f"<ChecklistItem {self.step.id}: {self.status.value}, {tiers}{due}>"

    @property
    def planned(self) -> PlannedStep:
        """The step with its rules, as the plan holds it."""
        return self.outcome.planned

    @property
    def fired(self) -> tuple[str, ...]:
        """The ids of the indications that are true."""
        return self._rules(Truth.TRUE)

    @property
    def pending(self) -> tuple[str, ...]:
        """The ids of the indications that are not known."""
        return self._rules(Truth.UNKNOWN)

    def _rules(self, wanted: Truth) -> tuple[str, ...]:
        pairs = zip(self.planned.indications, self.reading.indications[self.step.id], strict=True)
        return tuple(planned.rule.id for planned, truth in pairs if truth is wanted)

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


def item_of(outcome: Outcome, reading: Reading) -> ChecklistItem:
    """Return a step as it stands for the patient of a reading."""
    return ChecklistItem(outcome, None if outcome.is_closed else reading.due(outcome.planned), reading)
