"""Criteria and small pathways drawn at random, over findings of one's own: for tests of what reads rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

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
)
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway, Prerequisite, Rule, Step
from spineworkup.urgency import Urgency

_TIERS = tuple(tier for tier in Urgency if tier is not Urgency.NONE)
_FEW_NUMBERS = st.integers(0, 6).map(Decimal)


def criteria(
    findings: Mapping[str, Finding],
    *,
    numbers: st.SearchStrategy[Decimal] = _FEW_NUMBERS,
    as_written: bool = False,
) -> st.SearchStrategy[Criterion]:
    """Draw a criterion on some findings, of every kind of node and up to eight leaves.

    Args:
        numbers: The thresholds; few different ones, so that leaves of one finding have to do with each other.
        as_written: Only what rule files can say: no empty lists but `always`, no count that can't be reached.
    """
    least = 1 if as_written else 0
    whole = st.recursive(
        leaves_of(findings, numbers=numbers), lambda inner: _branches(inner, least), max_leaves=8
    )
    return st.one_of(whole, st.just(ALWAYS)) if as_written else whole


def leaves_of(
    findings: Mapping[str, Finding], *, numbers: st.SearchStrategy[Decimal] = _FEW_NUMBERS
) -> st.SearchStrategy[Criterion]:
    """Draw a criterion on one finding."""
    return st.one_of([_leaf(finding, numbers) for finding in findings.values()])


def _leaf(finding: Finding, numbers: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Criterion]:
    match finding.kind:
        case Kind.BOOLEAN:
            return st.just(Present(finding.id))
        case Kind.CHOICE:
            options = list(finding.options)
            some = st.lists(
                st.sampled_from(options), min_size=1, max_size=max(1, len(options) - 1), unique=True
            )
            return some.map(lambda codes: IsOneOf(finding.id, codes))
        case Kind.NUMBER | Kind.QUANTITY:
            return st.builds(Compare, st.just(finding.id), st.sampled_from(Comparator), numbers)


def _branches(inner: st.SearchStrategy[Criterion], least: int) -> st.SearchStrategy[Criterion]:
    several = st.lists(inner, min_size=least, max_size=3)
    counted = several.flatmap(
        lambda operands: st.builds(
            AtLeast, st.integers(1, max(1, len(operands) + (least == 0))), st.just(operands)
        )
    )
    return st.one_of(inner.map(Not), several.map(AllOf), several.map(AnyOf), counted)


def pathways(
    findings: Mapping[str, Finding], *, criterion: st.SearchStrategy[Criterion] | None = None
) -> st.SearchStrategy[Pathway]:
    """Draw a pathway of one to four steps: with deadlines, contraindications, prerequisites, checks and stand-ins.

    Its rules are nobody's guidance: it serves tests of what must hold whatever the rules say.

    Args:
        findings: What may be known; the steps check and produce some of those that are present or absent.
        criterion: What the criteria of its rules are drawn from.
    """
    drawn = criteria(findings) if criterion is None else criterion

    @st.composite
    def pathway(draw: st.DrawFn) -> Pathway:
        count = draw(st.integers(1, 4))
        steps = [draw(_steps(number, findings, drawn)) for number in range(count)]
        pairs = [(f"s{a}", f"s{b}") for a in range(count) for b in range(a + 1, count)]
        fallbacks = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True)) if pairs else []
        return evolve(Pathway.of(*steps, findings=findings.values()), fallbacks=tuple(fallbacks))

    return pathway()


@st.composite
def _steps(
    draw: st.DrawFn, number: int, findings: Mapping[str, Finding], criterion: st.SearchStrategy[Criterion]
) -> Step:
    """Draw a step that may wait for steps of a lower number."""
    id_ = f"s{number}"
    answers = st.sampled_from([f.id for f in findings.values() if f.kind is Kind.BOOLEAN])
    before = draw(st.lists(st.integers(0, number - 1), max_size=1)) if number else []
    return Step(
        id_,
        id_.upper(),
        indications=tuple(
            draw(_indication(f"{id_}_i{n}", criterion)) for n in range(draw(st.integers(0, 2)))
        ),
        contraindications=tuple(
            draw(_against(f"{id_}_c{n}", criterion)) for n in range(draw(st.integers(0, 2)))
        ),
        checks=tuple(draw(st.lists(answers, max_size=1))),
        prerequisites=tuple(Prerequisite(f"s{n}", draw(st.none() | criterion)) for n in before),
        produces=tuple(draw(st.lists(answers, max_size=1))),
        done_when=draw(st.none() | criterion),
    )


@st.composite
def _indication(draw: st.DrawFn, id_: str, criterion: st.SearchStrategy[Criterion]) -> Rule:
    start = draw(st.sampled_from(["", "", "suspicion", "request", "onset"]))
    timed: dict[str, Any] = {"start": start} if start else {}
    if start:
        timed["within"] = timedelta(hours=draw(st.integers(0, 72)))
    return Rule(id_, draw(criterion), f"Says {id_}", urgency=draw(st.sampled_from(_TIERS)), **timed)


@st.composite
def _against(draw: st.DrawFn, id_: str, criterion: st.SearchStrategy[Criterion]) -> Rule:
    if draw(st.booleans()):
        return Rule(id_, draw(criterion), f"Says {id_}", kind="relative", sign_off="radiologist")
    return Rule(id_, draw(criterion), f"Says {id_}", kind="absolute")
