"""Invariants about data: what must make no difference, and what must make exactly one.

Each raises `InvariantBroken` with the patient in whom it fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, assert_never

from attrs import evolve

from spineworkup.assessment import assess
from spineworkup.charts import Chart, evolve_entries
from spineworkup.checklists import Checklist
from spineworkup.criteria import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Present,
    leaves,
)
from spineworkup.entries import Known, Observation
from spineworkup.findings import Finding
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway, Step
from spineworkup.render.to_json import to_json
from spineworkup.testing.boundaries import Threshold, in_unit, neighbours
from spineworkup.testing.patients import InvariantBroken, Patient, chart_values, rewritten, same
from spineworkup.testing.watching import watched
from spineworkup.units import Quantity

T = TypeVar("T")
NEVER = AnyOf(())
EVERY_RULE = ("own", "absolute", "relative", "cautions")


def the_same_chart_gives_the_same_answer(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-01: one chart, one moment, one answer.

    For all x and t: the checklist of an equal pathway, planned anew, and an equal chart, written anew, is the same to
    the last byte.

    For a clinician: asked twice, the list says the same twice. (That it does so in other processes, languages and time
    zones of the machine takes other processes to see.)
    """
    patient = Patient(pathway, chart, at)
    twin = Patient(pathway.remember("twin", evolve), rewritten(chart), at, "patient written anew")
    one, other = (json.dumps(to_json(p.checklist), default=str) for p in (patient, twin))
    if one != other:
        raise InvariantBroken("I-01", "the same chart gave two answers", patient, twin)


def order_changes_nothing(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-02: the order in which rules were written and values were recorded changes nothing.

    With every list of rules, checks and prerequisites reversed, and the values of the chart in reverse: the same
    statuses, urgency, times, questions and reasons. With the values alone in reverse also the same receipt.

    For a clinician: no rule wins because it stands first, no value because it came last.
    """
    turned = Chart(
        chart.findings,
        _backwards(chart_values(chart)),
        clocks=chart.clocks,
        steps=_backwards(chart.steps),
        not_available=chart.not_available,
        sign_offs=chart.sign_offs,
        case=chart.case,
    )
    patient = Patient(pathway, chart, at)
    told = Patient(pathway, turned, at, "patient told in another order")
    if (patient.checklist.receipt, patient.checklist.notices) != (
        told.checklist.receipt,
        told.checklist.notices,
    ):
        raise InvariantBroken("I-02", "the order of values changes the receipt or a notice", patient, told)
    other = Patient(pathway.remember("reversed", _reversed), turned, at, "patient in another order")
    same("I-02", "the order of rules or values changes the answer", patient, other)


def assessing_touches_nothing_else(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-04: an answer depends on the rules, the chart and the moment, and on nothing else.

    While a checklist is worked out: no file is opened, no process started, no socket used, no clock read, nothing drawn
    at random; and the chart and the pathway are the same afterwards.

    For a clinician: the list is no different because of the hour, the machine or the network.
    """
    twin, before = pathway.remember("twin", evolve), _content(chart)
    patient = Patient(pathway, chart, at)
    # Once unwatched: what is loaded when it is first used is loaded now.
    _read_through(patient.checklist)
    touched: list[str] = []
    with watched(touched):
        _read_through(assess(pathway, chart, at=at))
    if touched:
        raise InvariantBroken(
            "I-04", f"working out a checklist touched {', '.join(sorted(set(touched)))}", patient
        )
    if (twin, before) != (pathway, _content(chart)):
        raise InvariantBroken("I-04", "working out a checklist changed the chart or the rules", patient)


def _read_through(checklist: Checklist) -> None:
    """Read all that is worked out when it is first read."""
    _ = (checklist.questions, checklist.notices, checklist.urgency, checklist.scores, checklist.handover)


def the_unit_changes_nothing(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-23: a quantity means the same in every unit in which it may be reported.

    For every quantity q of the chart and every unit of its finding into which q can be written exactly: the same
    statuses, urgency, times, questions and reasons.

    For a clinician: 2.60 mmol/L and 10.42 mg/dL of calcium are one calcium.

    Excepted: what is worked out by a formula of the unit (adjusted calcium), and bands of a score that has one table
    for each unit, which are no part of what is compared.
    """
    patient = Patient(pathway, chart, at)
    inputs = {id_ for f in pathway.findings.values() if f.derived is not None for id_ in f.derived.inputs}
    for id_, entry in chart.entries.items():
        finding = pathway.findings[id_]
        if id_ in inputs or not isinstance(entry, Known) or entry.reported is None:
            continue
        for unit in (finding.unit, *finding.also):
            quantity = in_unit(entry.reported, unit, finding)
            if quantity is not None:
                other = patient.but(f"patient with {id_} in {unit}", values={id_: _like(entry, quantity)})
                same("I-23", f"the answer turns on the unit of {id_}", patient, other)


def a_threshold_is_exact(pathway: Pathway, chart: Chart, finding: str, at: datetime) -> None:
    """I-24: below, at and above a threshold a rule says what its words say, in every unit.

    For every comparison of f with a number θ in a rule, for θ less one unit in its last place, θ, and θ more one unit:
    the rule is what it is with that comparison replaced by its plain truth.

    For a clinician: "above 200 mL" doesn't take 200 mL, and "at least" does.
    """
    about, found = pathway.findings[finding], dict.fromkeys(_comparisons(pathway, finding))
    for threshold in {leaf.threshold for leaf in found}:
        exponent = threshold.as_tuple().exponent
        step = max(
            Decimal(1).scaleb(min(exponent if isinstance(exponent, int) else 0, 0)), Decimal("0.000001")
        )
        for value in neighbours(about, Threshold(threshold, step, about.unit)):
            patient = Patient(pathway, chart, at).but("patient at a threshold", values={finding: value})
            _answers_plainly(patient, about, value)


def _content(chart: Chart) -> str:
    """Return the digest of a chart as it is now, not as it was remembered."""
    return evolve_entries(chart, chart.entries).digest


def _backwards(items: Mapping[str, T]) -> dict[str, T]:
    return dict([*items.items()][::-1])


def _reversed(pathway: Pathway) -> Pathway:
    steps = {id_: _reversed_step(step) for id_, step in _backwards(pathway.steps).items()}
    return evolve(pathway, steps=steps, findings=_backwards(pathway.findings))


def _reversed_step(step: Step) -> Step:
    lists = ("indications", "contraindications", "cautions", "checks", "prerequisites")
    changes: dict[str, Any] = {name: getattr(step, name)[::-1] for name in lists}
    return evolve(step, **changes)


def _like(entry: Known, quantity: Quantity) -> list[Observation]:
    """Return the observations of an entry with its quantity written otherwise."""
    times = [moment for moment in (entry.at, entry.latest) if moment is not None]
    seen = [Observation(quantity, moment, entry.source) for moment in times]
    return seen or [Observation(quantity, None, entry.source)]


def _comparisons(pathway: Pathway, finding: str) -> Iterator[Compare]:
    for rule in pathway.rules.values():
        yield from (
            leaf for leaf in leaves(rule.when) if isinstance(leaf, Compare) and leaf.finding == finding
        )


def _answers_plainly(patient: Patient, finding: Finding, value: Decimal | Quantity) -> None:
    number, _ = finding.value_of(value)
    assert isinstance(number, Decimal)
    if not finding.is_plausible(number):
        return
    facts = patient.checklist.chart.facts
    for item in patient.checklist.items:
        for rule in (rule for name in EVERY_RULE for rule in getattr(item.planned, name)):
            plain = _replaced(rule.rule.when, finding.id, number)
            if evaluate(plain, facts) is not item.reading.truths[rule.place]:
                says = f"{rule.rule.id} doesn't say of {value} what its words say"
                raise InvariantBroken("I-24", says, patient, step=item.step.id)


def _replaced(criterion: Criterion, finding: str, number: Decimal) -> Criterion:
    """Return a criterion with the comparisons of one finding replaced by what they are of a number."""
    match criterion:
        case Compare(id_, comparator, threshold) if id_ == finding:
            return ALWAYS if _holds(number, comparator, threshold) else NEVER
        case Present() | Compare() | IsOneOf():
            return criterion
        case Not(operand):
            return Not(_replaced(operand, finding, number))
        case AllOf(operands):
            return AllOf(_replaced(operand, finding, number) for operand in operands)
        case AnyOf(operands):
            return AnyOf(_replaced(operand, finding, number) for operand in operands)
        case AtLeast(count, operands):
            return AtLeast(count, [_replaced(operand, finding, number) for operand in operands])
        case _:
            assert_never(criterion)


def _holds(number: Decimal, comparator: Comparator, threshold: Decimal) -> bool:
    """Say it once more, in other words than the engine: the sign of the difference."""
    sign = (number > threshold) - (number < threshold)
    return sign in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[comparator.value]
