"""ELM that reads a number out of a Quantity, in the unit in which the rules compare it."""

from __future__ import annotations

from decimal import Decimal

from spineworkup.fhir.systems import UCUM
from spineworkup.findings import Finding
from spineworkup.translate.elm_nodes import (
    NULL,
    Elm,
    alias,
    both,
    case,
    equal,
    if_,
    is_null,
    literal,
    node,
    prop,
    query,
)
from spineworkup.units import Quantity, convert

# CQL's decimals have eight places.
PLACES = 8
# A number without a unit is written as 1, which says the same as these.
_DIMENSIONLESS = ("1", "{INR}", "{score}", "{grade}", "{ratio}")


def number_of(quantity: Elm, finding: Finding) -> Elm:
    """Return the number of a FHIR Quantity; null without one, in another unit, or where it is only a bound (<5)."""
    here = alias("quantity")
    exact = both([equal(_plain(here, "system"), literal(UCUM)), is_null(prop(here, "comparator"))])
    value, unit = _plain(here, "value"), _plain(here, "code")
    if not finding.unit:
        codes: list[tuple[Elm, Elm]] = [(equal(unit, literal(code)), value) for code in _DIMENSIONLESS]
    else:
        units = (finding.unit, *finding.also)
        codes = [(equal(unit, literal(one)), in_unit_of(finding, value, one)) for one in units]
    return plausible(query(quantity, "quantity", returns=if_(exact, case(codes, NULL), NULL)), finding)


def _plain(source: Elm, path: str) -> Elm:
    return prop(prop(source, path), "value")


def in_unit_of(finding: Finding, number: Elm, unit: str) -> Elm:
    """Return a number in the finding's own unit."""
    # Dividing: the factors from our units to others have few places, the other way about they may have no end.
    factor = convert(Quantity(1, finding.unit), unit, finding.molar_mass)
    return number if factor == 1 else rounded(node("Divide", number, literal(factor.normalize())))


def rounded(number: Elm) -> Elm:
    """Return a number with as many places as CQL keeps: engines that work in floating point agree on it."""
    return node("Round", number, precision=literal(PLACES))


def plausible(number: Elm, finding: Finding) -> Elm:
    """Return a number if it lies in the window of plausible values, else null."""
    ends = [("GreaterOrEqual", finding.low), ("LessOrEqual", finding.high)]
    here = alias("number")
    inside = [node(side, here, literal(end)) for side, end in ends if isinstance(end, Decimal)]
    return query(number, "number", returns=if_(both(inside), here, NULL)) if inside else number
