"""What is left to ask."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    findings_of,
)
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.reduce import open_questions, reduce
from spineworkup.truth import Truth
from tests.strategies import DRAWN, NODES, completed, criteria, facts

A, B, C = (Present(letter) for letter in "abc")
MORE = Compare("n", Comparator.MORE, Decimal(3))


@pytest.mark.parametrize(
    ("criterion", "known", "expected"),
    [
        (A, {}, A),
        (A, {"a": True}, ALWAYS),
        (A, {"a": False}, NEVER),
        (IsOneOf("h", ["x"]), {"h": "x"}, ALWAYS),
        (MORE, {"n": Range(Decimal(2), Decimal(4))}, MORE),
        (Not(A), {}, Not(A)),
        (Not(A), {"a": True}, NEVER),
        (Not(A), {"a": False}, ALWAYS),
        (AllOf((A, B)), {"a": True}, B),
        (AllOf((A, B)), {"a": False}, NEVER),
        (AllOf((A, B, C)), {"c": True}, AllOf((A, B))),
        (AllOf(()), {}, ALWAYS),
        (AnyOf((A, B)), {"a": True}, ALWAYS),
        (AnyOf((A, B)), {"a": False}, B),
        (AnyOf((A, B, C)), {"c": False}, AnyOf((A, B))),
        (AnyOf(()), {}, NEVER),
        (AtLeast(2, (A, B, C)), {}, AtLeast(2, (A, B, C))),
        (AtLeast(2, (A, B, C)), {"a": True}, AnyOf((B, C))),
        (AtLeast(2, (A, B, C)), {"a": False}, AllOf((B, C))),
        (AtLeast(2, (A, B, C)), {"a": True, "b": True}, ALWAYS),
        (AtLeast(2, (A, B, C)), {"a": False, "b": False}, NEVER),
        (AtLeast(3, (A, B)), {}, NEVER),
    ],
)
def test_reduce(criterion, known, expected):
    assert expected == reduce(criterion, known)


@given(criteria, facts, st.data())
@settings(max_examples=150)
def test_the_rest_means_the_same_for_everyone_who_has_these_values(criterion, known, data):
    everything = data.draw(completed(known))

    assert evaluate(criterion, everything) is evaluate(reduce(criterion, known), everything)
    assert evaluate(criterion, known) is evaluate(reduce(criterion, known), known)


@given(criteria, facts)
@settings(max_examples=150)
def test_it_asks_only_for_what_is_not_known_and_for_nothing_once_it_is_settled(criterion, known):
    exact = {id_ for id_, value in known.items() if not isinstance(value, Range)}
    asked = set(open_questions(criterion, known))

    assert asked <= set(findings_of(criterion)) - exact
    if evaluate(criterion, known) is not Truth.UNKNOWN:
        assert asked == set()


@given(criteria, facts)
def test_reducing_twice_changes_nothing(criterion, known):
    assert reduce(criterion, known) == reduce(reduce(criterion, known), known)


def test_no_kind_was_missed():
    test_reducing_twice_changes_nothing()

    assert set(NODES) - DRAWN == set()
