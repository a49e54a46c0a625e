"""ELM of the functions of `derived.py`: how a finding is worked out from others when nobody reported it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from spineworkup.fhir.elm.numbers import in_unit_of, rounded
from spineworkup.findings import Finding
from spineworkup.translate.elm_nodes import NULL, Elm, both, if_, is_null, literal, node, not_, ref
from spineworkup.translate.to_elm import finding_define
from spineworkup.units import Quantity, convert

# The number of a finding as it was reported, if in this unit; else null.
Reported = Callable[[Finding, str], Elm]
_ELEMENTS = {"mmol/L": ("0.02", "40", "g/L"), "mg/dL": ("0.8", "4.0", "g/dL")}


def adjusted_calcium(inputs: Sequence[Finding], calcium: Finding, reported: Reported) -> Elm:
    """Return total calcium adjusted for albumin, in calcium's own unit; see `derived.adjusted_calcium`."""
    total, albumin = inputs
    in_mg, known = reported(total, "mg/dL"), [ref(finding_define(one.id)) for one in inputs]
    in_mmol = _converted(known[0], total, "mmol/L")

    def adjusted(number: Elm, unit: str) -> Elm:
        slope, normal, albumin_unit = _ELEMENTS[unit]
        missing = node("Subtract", literal(Decimal(normal)), _converted(known[1], albumin, albumin_unit))
        found = node("Add", number, node("Multiply", literal(Decimal(slope)), missing))
        return in_unit_of(calcium, rounded(found), unit)

    either_unit = if_(not_(is_null(in_mg)), adjusted(in_mg, "mg/dL"), adjusted(in_mmol, "mmol/L"))
    return if_(both([not_(is_null(one)) for one in known]), either_unit, NULL)


def _converted(number: Elm, finding: Finding, unit: str) -> Elm:
    factor = convert(Quantity(1, finding.unit), unit, finding.molar_mass)
    return number if factor == 1 else node("Multiply", number, literal(factor.normalize()))


DERIVED_ELM: Mapping[str, Callable[[Sequence[Finding], Finding, Reported], Elm]] = {
    "adjusted_calcium": adjusted_calcium
}
