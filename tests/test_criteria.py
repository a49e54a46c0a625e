"""The seven nodes."""

from copy import deepcopy
from decimal import Decimal

import pytest
from hypothesis import given

from spineworkup.criteria import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    IsOneOf,
    Not,
    Present,
    findings_of,
    literals,
    replaced,
)
from tests.strategies import VOCABULARY, criteria


def test_findings_of_every_node_each_once_in_the_order_of_reading():
    three = (Present("c"), Present("b"), Not(Present("c")))
    compare = Compare("d", Comparator.MORE, Decimal(1))

    actual = findings_of(AllOf((AtLeast(2, three), AnyOf((Present("a"), compare)), IsOneOf("e", ["x"]))))

    assert ("c", "b", "a", "d", "e") == actual
    assert () == findings_of(ALWAYS)


def test_options_are_a_set_and_never_none():
    assert IsOneOf("f", ["b", "a", "b"]) == IsOneOf("f", ("a", "b"))
    with pytest.raises(ValueError):
        IsOneOf("f", [])


def test_at_least_needs_a_count():
    with pytest.raises(ValueError):
        AtLeast(0, [Present("f")])


A, B, C, X = (Present(id_) for id_ in "abcx")


@pytest.mark.parametrize(
    ("criterion", "place", "expected"),
    [
        (A, (), X),
        (Not(A), (0,), Not(X)),
        (AllOf((A, B, C)), (0,), AllOf((X, B, C))),
        (AllOf((A, B, C)), (1,), AllOf((A, X, C))),
        (AnyOf((A, B, C)), (2,), AnyOf((A, B, X))),
        (AtLeast(2, (A, B, C)), (1,), AtLeast(2, (A, X, C))),
        (AllOf((A, Not(AnyOf((B, C))))), (1, 0, 1), AllOf((A, Not(AnyOf((B, X)))))),
    ],
    ids=str,
)
def test_one_part_is_replaced_and_nothing_else(criterion, place, expected):
    assert expected == replaced(criterion, place, X)


def test_a_place_counts_the_parts_from_nought():
    criterion = AllOf((A, Not(AnyOf((B, C)))))

    assert [((0,), A), ((1, 0, 0), B), ((1, 0, 1), C)] == list(literals(criterion))


@given(criteria)
def test_every_leaf_is_at_a_place_of_its_own(criterion):
    found = list(literals(criterion))

    assert len(found) == len({place for place, _ in found})
    for place, leaf in found:
        assert criterion == replaced(criterion, place, leaf)
        assert X in _leaves_of(replaced(criterion, place, X))


def _leaves_of(criterion):
    return [leaf for _, leaf in literals(criterion)]


def test_a_leaf_has_no_parts_to_replace():
    with pytest.raises(ValueError, match="a leaf has no parts"):
        replaced(AllOf((A, B)), (0, 0), X)


@given(criteria)
def test_criteria_are_values(criterion):
    again = deepcopy(criterion)

    assert (criterion, hash(criterion)) == (again, hash(again))
    assert set(findings_of(criterion)) <= VOCABULARY.keys()
