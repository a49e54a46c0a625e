"""How two patients can relate: the same but for what is known, known better, the same in one finding."""

from __future__ import annotations

import z3

from spineworkup.charts import CLOCKS
from spineworkup.findings import Kind
from spineworkup.proofs.patients import Patient
from spineworkup.translate.to_z3 import Formula, Span


def same_surroundings(one: Patient, other: Patient) -> list[Formula]:
    """Return that two patients differ in nothing but in what is known of their findings."""
    pairs: list[tuple[Formula, Formula]] = [(one.disputed[id_], other.disputed[id_]) for id_ in one.disputed]
    for id_ in one.events:
        pairs += list(zip(one.events[id_].any, other.events[id_].any, strict=True))
    for mine, yours in ((one.not_available, other.not_available), (one.signed_off, other.signed_off)):
        pairs += [(mine[key], yours[key]) for key in mine]
    for clock in CLOCKS:
        pairs += list(zip(one.clocks[clock], other.clocks[clock], strict=True))
    return [a == b for a, b in pairs]


def says_at_least(one: Patient, other: Patient) -> list[Formula]:
    """Return that all that is known of one patient is known of the other: nothing is corrected, something may be added."""
    rules: list[Formula] = []
    for id_, finding in one.pathway.findings.items():
        match finding.kind:
            case Kind.BOOLEAN:
                a, b = one.flag(id_), other.flag(id_)
                rules += [z3.Implies(a.true, b.true), z3.Implies(a.false, b.false)]
            case Kind.CHOICE:
                mine, yours = one.options(id_), other.options(id_)
                rules += [z3.Implies(mine[option], yours[option]) for option in mine]
            case Kind.NUMBER | Kind.QUANTITY:
                rules.append(_narrower(one.span(id_), other.span(id_)))
    return rules


def _narrower(one: Span, other: Span) -> Formula:
    inside = z3.And(other.lowest >= one.lowest, other.highest <= one.highest)
    return z3.Implies(one.known, z3.And(other.known, inside))


def same_value(one: Patient, other: Patient, finding: str) -> list[Formula]:
    """Return that the same was recorded of a finding in both patients."""
    kind = one.pathway.findings[finding].kind
    if kind is Kind.BOOLEAN:
        a, b = one.flag(finding), other.flag(finding)
        return [a.true == b.true, a.false == b.false]
    if kind is Kind.CHOICE:
        mine, yours = one.options(finding), other.options(finding)
        return [mine[option] == yours[option] for option in mine]
    mine_, yours_ = one._numbers[finding], other._numbers[finding]
    return [mine_.known == yours_.known, mine_.lowest == yours_.lowest]
