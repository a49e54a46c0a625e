"""Criteria in ELM mean what they mean: by a small interpreter here, by cql-execution in `tests/conformance/test_elm.py`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from spineworkup.criteria import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    IsOneOf,
    Not,
    Present,
)
from spineworkup.findings import Kind, Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.translate import elm_nodes as nodes
from spineworkup.translate.elm_nodes import among, case, literal, query, ref
from spineworkup.translate.to_elm import AT_LEAST, end_define, finding_define, to_elm
from spineworkup.truth import Truth
from tests.strategies import VOCABULARY, criteria, known
from tests.translate.elm_interpreter import Interpreter

THREE = {Truth.TRUE: True, Truth.FALSE: False, Truth.UNKNOWN: None}
SPANS = [id_ for id_, finding in VOCABULARY.items() if finding.kind in (Kind.NUMBER, Kind.QUANTITY)]
facts, points = known(), known(ranges=False)


def said(expression: Any, known: Any) -> Any:
    values: dict[str, Any] = {}
    for id_ in VOCABULARY:
        value = known.get(id_)
        values[finding_define(id_)] = None if isinstance(value, Range) else value
        values[end_define(id_, "lowest")] = value.lowest if isinstance(value, Range) else value
        values[end_define(id_, "highest")] = value.highest if isinstance(value, Range) else value
    return Interpreter(values, AT_LEAST).say(expression)


@given(criteria, facts)
def test_says_what_evaluate_says(criterion, values):
    assert said(to_elm(criterion, spans=SPANS), values) is THREE[evaluate(criterion, values)]


@given(criteria, points)
def test_numbers_that_are_no_ranges_have_one_define(criterion, values):
    assert said(to_elm(criterion), values) is THREE[evaluate(criterion, values)]


@given(criteria, points)
def test_what_has_a_name_is_referred_to(criterion, values):
    whole = AllOf((criterion, Present("other"), Not(criterion)))
    defines = {"the rest": THREE[evaluate(criterion, values)], "finding other": True}
    expression = to_elm(whole, {criterion: "the rest"})

    assert Interpreter(defines, AT_LEAST).say(expression) is THREE[evaluate(whole, {**values, "other": True})]
    assert to_elm(criterion, {criterion: "the rest"}) == ref("the rest")


@pytest.mark.parametrize(
    ("criterion", "kind", "operands"),
    [
        (Not(Present("fever")), "Not", 1),
        (AllOf((Present("fever"), Present("pain"))), "And", 2),
        (AnyOf((Present("fever"), Present("pain"))), "Or", 2),
        (Compare("crp", Comparator.LESS, Decimal(5)), "Less", 2),
        (Compare("crp", Comparator.AT_MOST, Decimal(5)), "LessOrEqual", 2),
        (Compare("crp", Comparator.MORE, Decimal(5)), "Greater", 2),
        (Compare("crp", Comparator.AT_LEAST, Decimal(5)), "GreaterOrEqual", 2),
        (IsOneOf("history", ("past",)), "Equal", 2),
        (IsOneOf("history", ("past", "current")), "Or", 2),
        (AtLeast(1, (Present("fever"),)), "FunctionRef", 2),
        (AllOf((Present("fever"),)), "ExpressionRef", 0),
        (ALWAYS, "Literal", 0),
        (NEVER, "Literal", 0),
    ],
)
def test_nodes(criterion, kind, operands):
    expression = to_elm(criterion)
    operand = expression.get("operand", [])

    assert expression["type"] == kind
    assert len(operand if isinstance(operand, list) else [operand]) == operands


def test_a_threshold_keeps_its_digits():
    assert to_elm(Compare("crp", Comparator.LESS, Decimal("2.60")))["operand"][1]["value"] == "2.60"


def test_and_and_or_take_two():
    """In ELM; engines differ in what they make of more."""
    three = AllOf((Present("a"), Present("b"), Present("c")))
    assert [one["type"] for one in to_elm(three)["operand"]] == ["And", "ExpressionRef"]


def test_a_case_of_nothing_is_what_remains():
    assert case([], literal(True)) == literal(True)


def test_a_query_merges_nothing():
    assert query(ref("truths"), "one")["return"] == {
        "distinct": False,
        "expression": {"type": "AliasRef", "name": "one"},
    }


def test_among_texts_and_defines():
    assert [one["type"] for one in among(ref("a"), ["x", ref("b")])["operand"][1]["element"]] == [
        "Literal",
        "ExpressionRef",
    ]


@pytest.mark.parametrize(
    ("node", "kind", "inside"),
    [
        (nodes.prop(ref("a"), "status"), "Property", {"path": "status", "source": ref("a")}),
        (nodes.as_fhir(ref("a"), "Quantity"), "As", {"strict": False, "operand": ref("a")}),
        (nodes.is_null(ref("a")), "IsNull", {"operand": ref("a")}),
        (nodes.coalesce([ref("a")]), "Coalesce", {"operand": [ref("a")]}),
        (nodes.exists(ref("a")), "Exists", {"operand": ref("a")}),
        (
            nodes.define("b", ref("a")),
            "ExpressionDef",
            {"name": "b", "context": "Patient", "expression": ref("a")},
        ),
    ],
)
def test_other_nodes(node, kind, inside):
    assert {**node, "type": kind, **inside} == node
