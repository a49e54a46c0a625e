"""A patient whom the solver found, as small as can be, replayed through the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import z3
from attrs import field, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.proofs.answers import STATUSES, TIERS, Answer, StepAnswer
from spineworkup.proofs.found_charts import AT, chart_of, from_hours, holds_in
from spineworkup.proofs.patients import Patient
from spineworkup.translate.to_case import to_case
from spineworkup.translate.to_z3 import Formula, Rails, either
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency


@frozen
class Witness:
    """A patient for whom something is as it should not be.

    Args:
        chart: What is known of the patient.
        case: The same as a case file that `spineworkup assess` reads.
    """

    chart: Chart = field(repr=False)
    case: str
    at: datetime = AT


def witness_of(patient: Patient, model: Any, label: str, about: str = "") -> Witness:
    """Return the patient of a model."""
    chart = chart_of(patient, model)
    return Witness(chart, to_case(chart, AT, label, about))


def smallest(solver: Any, patients: Sequence[Patient]) -> Any:
    """Return a model in which as little as possible is known and has happened; the solver has found one before.

    One fact after another is left out where that is still a model: none of those that stay can be spared alone.
    """
    model = solver.model()
    wishes = [wish for patient in patients for wish in _nothing(patient)]
    solver.push()
    for wish in wishes:
        if holds_in(model, wish):
            solver.add(wish)
            continue
        solver.push()
        solver.add(wish)
        if solver.check() == z3.sat:
            model = solver.model()
            solver.pop()
            solver.add(wish)
        else:
            solver.pop()
    solver.pop()
    return model


def _nothing(patient: Patient) -> Iterator[Formula]:
    """Yield what holds of a patient of whom nothing is known; what is the least ordinary comes first."""
    for event in patient.events.values():
        yield z3.Not(either(event.any))
    yield from map(z3.Not, patient.disputed.values())
    yield from map(z3.Not, patient.signed_off.values())
    yield from map(z3.Not, patient.not_available.values())
    for finding in patient.pathway.findings:
        yield z3.Not(patient.reported(finding))
    for known, at in patient.clocks.values():
        yield z3.Not(known)
        yield at == -1


def disagreements(answer: Answer, model: Any, checklist: Checklist) -> list[str]:
    """Return where the formulas and the engine say something else of a model's patient: there must be none.

    Compared are status, urgency, due time, clearance, what takes over, reasons and what speaks against.
    """

    def holds(formula: Formula) -> bool:
        return holds_in(model, formula)

    found: list[str] = []
    for id_, said in answer.steps.items():
        pairs = zip(_COMPARED, _of_formulas(said, holds, model), _of_engine(checklist.item(id_)), strict=True)
        found += [f"{id_}: {what} is {a} in the formulas, {b} in the engine" for what, a, b in pairs if a != b]
    return found


_COMPARED = ("status", "lowest urgency", "highest urgency", "due time", "clear", "instead", "reasons", "against")


def _of_formulas(said: StepAnswer, holds: Any, model: Any) -> Iterator[object]:
    yield " and ".join(name for name in STATUSES if holds(said.statuses[name])) or "none"
    for rungs in (said.lowest, said.highest):
        yield max((tier for tier in TIERS if holds(rungs[tier])), default=Urgency.NONE).value
    yield from_hours(model, said.due.at) if holds(said.due.exists) else None
    yield holds(said.clear)
    yield next((id_ for id_, chosen in said.instead.items() if holds(chosen)), None)
    yield _shown(said.reasons, holds)
    waits = {id_: True for id_, open_ in said.waits_for.items() if not holds(said.closed) and holds(open_)}
    yield _shown(said.speaks, holds) | waits


def _shown(rules: Mapping[Any, Rails], holds: Any) -> dict[Any, bool]:
    """The rules that are shown, and whether as true."""
    return {id_: holds(rail.true) for id_, rail in rules.items() if holds(rail.true) or holds(rail.false)}


def _of_engine(item: ChecklistItem) -> Iterator[object]:
    yield item.status.value
    yield item.urgency.lowest.value
    yield item.urgency.highest.value
    yield item.due
    yield item.clear_to_proceed
    yield item.instead
    yield {(reason.rule, reason.in_place_of): reason.truth is Truth.TRUE for reason in item.reasons}
    shown = (one for one in item.against if one.kind not in ("check", "not_available"))
    yield {one.rule: one.truth is Truth.TRUE for one in shown}


def replayed(answers: Iterable[Answer], model: Any) -> list[str]:
    """Return where the engine says of a model's patients something else than the formulas."""
    found = []
    for answer in answers:
        chart = chart_of(answer.patient, model)
        found += disagreements(answer, model, assess(answer.pathway, chart, at=AT))
    return found
