"""One patient as an invariant looks at them: a chart, a moment, and the checklist of a pathway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from attrs import evolve, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.entries import Entry, Known, Observation
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway, Rule
from spineworkup.readings import Status
from spineworkup.translate.to_case import to_case
from spineworkup.truth import Truth

Moved = Callable[[datetime], datetime]
ACTIONABLE = (Status.WAITING, Status.DUE)
INDICATED = (Status.CONTRAINDICATED, *ACTIONABLE)


@frozen
class Patient:
    """A patient at one moment, as a pathway sees them.

    Args:
        name: What tells this patient from the other of a pair, such as "before" and "after".
    """

    pathway: Pathway
    chart: Chart
    at: datetime
    name: str = "patient"

    @cached_property
    def checklist(self) -> Checklist:
        """The checklist."""
        return assess(self.pathway, self.chart, at=self.at)

    def but(self, name: str, **changes: Any) -> Patient:
        """Return the same patient with something else in the chart, or values that are known now."""
        values = changes.pop("values", None)
        chart = evolve_chart(self.chart, **changes) if changes else self.chart
        return evolve(self, name=name, chart=chart if values is None else chart.with_values(values))

    def told(self, step: str) -> str:
        """Return in one line what the checklist says of a step, and by which rules; without a step, how urgent it is."""
        if not step:
            whole = self.checklist.urgency
            return f"{self.name}: {whole.lowest.value} to {whole.highest.value}"
        item = self.checklist.item(step)
        urgency = f"{item.urgency.lowest.value} to {item.urgency.highest.value}"
        due = item.due.isoformat() if item.due is not None else "no time"
        clear = ", clear to proceed" if item.clear_to_proceed else ""
        line = f"{step}, {self.name}: {item.status.value}, {urgency}, {due}{clear}"
        rules = [reason.rule for reason in item.reasons] + [
            f"against: {a.rule}" for a in _rules_against(item)
        ]
        return f"{line} ({', '.join(rules)})" if rules else line

    def case(self, label: str) -> str:
        """Return the patient as a case file."""
        return to_case(self.chart, self.at, label)


def _rules_against(item: ChecklistItem) -> list[Any]:
    return [against for against in item.against if against.truth is not Truth.FALSE]


class InvariantBroken(AssertionError):
    """A pathway or the engine breaks an invariant; the message ends in the patient as a case file.

    The patients come from a strategy, so that nobody's data is printed.

    Args:
        invariant: Its number, such as I-12.
        says: What is wrong, in one sentence.
        patients: Those in whom it shows.
        step: The step in which it shows; empty where it is about the whole checklist.
    """

    def __init__(self, invariant: str, says: str, *patients: Patient, step: str = "") -> None:
        self.invariant, self.says, self.patients, self.step = invariant, says, patients, step
        lines = [f"{invariant}: {says}"]
        lines += [f"  {patient.told(step)}" for patient in patients]
        for patient in patients:
            lines += [f"The {patient.name} as a case file:", "", patient.case(invariant)]
        super().__init__("\n".join(lines).rstrip())


def evolve_chart(chart: Chart, **changes: Any) -> Chart:
    """Return a chart with other surroundings: clocks, steps, not_available, sign_offs."""
    around: dict[str, Any] = {
        "clocks": chart.clocks,
        "steps": chart.steps,
        "not_available": chart.not_available,
        "sign_offs": chart.sign_offs,
        "case": chart.case,
    }
    return Chart(chart.findings, chart_values(chart), **{**around, **changes})


def chart_values(chart: Chart, moved: Moved = lambda moment: moment) -> dict[str, Any]:
    """Return what a chart says as it was first recorded, each time moved."""
    return {id_: _recorded(entry, moved) for id_, entry in chart.entries.items()}


def rewritten(chart: Chart, moved: Moved = lambda moment: moment) -> Chart:
    """Return a chart made anew from what was recorded, with every time moved."""
    return Chart(
        chart.findings,
        chart_values(chart, moved),
        clocks={name: moved(moment) for name, moment in chart.clocks.items()},
        steps={id_: evolve(event, at=moved(event.at)) for id_, event in chart.steps.items()},
        not_available=chart.not_available,
        sign_offs=[evolve(sign, at=moved(sign.at)) for sign in chart.sign_offs],
        case=chart.case,
    )


def written_for(pathway: Pathway, chart: Chart) -> Chart:
    """Return the same record as a chart of another pathway, as far as that has its findings and steps."""
    return Chart(
        pathway.findings,
        {id_: value for id_, value in chart_values(chart).items() if id_ in pathway.findings},
        clocks=chart.clocks,
        steps={id_: event for id_, event in chart.steps.items() if id_ in pathway.steps},
        not_available=chart.not_available & pathway.steps.keys(),
        sign_offs=chart.sign_offs,
        case=chart.case,
    )


def _recorded(entry: Entry, moved: Moved) -> object:
    if not isinstance(entry, Known):
        return entry
    value = entry.value if entry.reported is None else entry.reported
    times = [moment for moment in (entry.at, entry.latest) if moment is not None]
    seen = [Observation(value, moved(moment), entry.source) for moment in times]
    return seen or Observation(value, None, entry.source)


def said(item: ChecklistItem) -> tuple[Any, ...]:
    """Return what an item says but for its words: what two equal answers have in common."""
    return (
        item.step.id,
        item.status,
        item.urgency,
        item.due,
        item.overdue,
        item.clear_to_proceed,
        item.instead,
        item.progress,
        sorted(item.questions),
        sorted((reason.rule, reason.truth.value) for reason in item.reasons),
        sorted((a.rule, a.kind, a.truth.value, a.signed_off) for a in item.against),
    )


def same(invariant: str, says: str, one: Patient, other: Patient) -> None:
    """Raise where two patients are told different things of a step.

    Raises:
        InvariantBroken: They are.
    """
    for before, after in zip(one.checklist.items, other.checklist.items, strict=True):
        if said(before) != said(after):
            raise InvariantBroken(invariant, says, one, other, step=before.step.id)


def rules_against(item: ChecklistItem, kind: str) -> list[Rule]:
    """Return the contraindications of one kind of an item."""
    return [rule for rule in item.step.contraindications if rule.kind == kind]


def truth_of(item: ChecklistItem, rule: Rule) -> Truth:
    """Return what a rule is for the patient of an item."""
    return evaluate(rule.when, item.reading.chart.facts)
