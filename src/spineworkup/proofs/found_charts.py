"""From a model of the solver back to a chart that `assess` reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from spineworkup.charts import Chart, SignOff, StepEvent
from spineworkup.entries import Observation, WhyUnknown
from spineworkup.findings import Finding, Kind
from spineworkup.proofs.patients import Event, Patient
from spineworkup.translate.to_z3 import Formula, Term

# Deadlines only compare clocks: any moment will do as the one at which a witness is assessed.
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def chart_of(patient: Patient, model: Any) -> Chart:
    """Return the patient whom a model of the solver describes, as a chart that `assess` reads."""

    def holds(formula: Formula) -> bool:
        return holds_in(model, formula)

    values: dict[str, object] = {}
    for id_, rail in patient.flags.items():
        if holds(rail.true) or holds(rail.false):
            values[id_] = holds(rail.true)
    for id_, options in patient._choices.items():
        chosen = [option for option, one in options.items() if holds(one)]
        if chosen:
            values[id_] = chosen[0]
    for id_, span in patient._numbers.items():
        if holds(span.known):
            values[id_] = _recorded(patient.pathway.findings[id_], _fraction(model, span.lowest))
    for id_, finding in patient.pathway.findings.items():
        # Or it would be worked out.
        if finding.derived is not None and id_ not in values and all(i in values for i in finding.derived.inputs):
            values[id_] = Observation(None, reason=WhyUnknown.CONFLICT)
    for id_, disputed in patient.disputed.items():
        if holds(disputed):
            values[id_] = Observation(None, reason=WhyUnknown.CONFLICT)
    clocks = {clock: from_hours(model, at) for clock, (known, at) in patient.clocks.items() if holds(known)}
    signs = [rule for rule, signed in patient.signed_off.items() if holds(signed)]
    return Chart(
        patient.pathway.findings,
        values,
        clocks=clocks,
        steps={id_: event for id_, e in patient.events.items() if (event := _event(patient, id_, e, holds))},
        not_available=[id_ for id_, missing in patient.not_available.items() if holds(missing)],
        sign_offs=[SignOff(rule, patient.pathway.rules[rule].sign_off, AT) for rule in signs],
    )


def from_hours(model: Any, hours: Term) -> datetime:
    """Return the moment that lies so many hours from the one at which a witness is assessed."""
    return AT + timedelta(seconds=round(float(_fraction(model, hours)) * 3600))


def holds_in(model: Any, formula: Formula) -> bool:
    """Return whether a formula holds in a model; what the model leaves open counts as not so."""
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def _event(patient: Patient, step: str, event: Event, holds: Any) -> StepEvent | None:
    if holds(event.declined):
        return StepEvent("declined", AT, by="consultant", reason="recorded")
    if holds(event.finished):
        return StepEvent("acted_on", AT)
    if holds(event.performed):
        return StepEvent("performed", AT)
    return StepEvent("requested", AT) if holds(event.begun) else None


def _fraction(model: Any, term: Term) -> Fraction:
    value = model.eval(term, model_completion=True)
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


def _recorded(finding: Finding, value: Fraction) -> str:
    """Return a number as somebody would record it: the solver picks from all fractions, a chart holds decimals."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.normalize():f}" if exact == exact.quantize(Decimal(1)) or len(str(exact)) < 12 else f"{exact:.6f}"
    return f"{text} {finding.unit}" if finding.kind is Kind.QUANTITY else text
