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


@given(criteria)
def test_criteria_are_values(criterion):
    again = deepcopy(criterion)

    assert (criterion, hash(criterion)) == (again, hash(again))
    assert set(findings_of(criterion)) <= VOCABULARY.keys()
