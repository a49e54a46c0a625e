"""What a criterion means; the compiled reading is tested equal to it."""

from decimal import Decimal

import pytest
from hypothesis import given, settings

from spineworkup.criteria import AllOf, AnyOf, Comparator, Compare, IsOneOf, Not, Present
from spineworkup.findings import Range
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.planes import compile_criterion
from spineworkup.truth import Truth
from tests.strategies import DRAWN, NODES, criteria, facts, refinements

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE
READINGS = [evaluate, lambda criterion, known: compile_criterion(criterion)(known)]
readings = pytest.mark.parametrize("read", READINGS, ids=["evaluate", "compile"])


@readings
@pytest.mark.parametrize(
    ("comparator", "below", "at", "above"),
    [
        (Comparator.LESS, T, F, F),
        (Comparator.AT_MOST, T, T, F),
        (Comparator.MORE, F, F, T),
        (Comparator.AT_LEAST, F, T, T),
    ],
)
def test_comparators_below_at_and_above_the_threshold(read, comparator, below, at, above):
    criterion = Compare("crp", comparator, Decimal("2.60"))
    numbers = [Decimal("2.59999"), Decimal("2.6"), Decimal("2.60001")]

    assert [below, at, above] == [read(criterion, {"crp": number}) for number in numbers]
    assert U is read(criterion, {})


@readings
@pytest.mark.parametrize(
    ("comparator", "expected"),
    #                       1-2 2-3 2-4 3-4 4-5, threshold 3
    [
        (Comparator.LESS, (T, U, U, F, F)),
        (Comparator.AT_MOST, (T, T, U, U, F)),
        (Comparator.MORE, (F, F, U, U, T)),
        (Comparator.AT_LEAST, (F, U, U, T, T)),
    ],
)
def test_a_range_is_on_one_side_only_as_a_whole(read, comparator, expected):
    ranges = [Range(Decimal(low), Decimal(high)) for low, high in ((1, 2), (2, 3), (2, 4), (3, 4), (4, 5))]

    assert expected == tuple(read(Compare("n", comparator, Decimal(3)), {"n": one}) for one in ranges)


@readings
@pytest.mark.parametrize(
    ("criterion", "known", "expected"),
    [
        (Present("p"), {"p": True}, T),
        (Present("p"), {"p": False}, F),
        (Present("p"), {"q": True}, U),
        (IsOneOf("c", ["x", "y"]), {"c": "y"}, T),
        (IsOneOf("c", ["x", "y"]), {"c": "z"}, F),
        (IsOneOf("c", ["x", "y"]), {}, U),
        (Compare("n", Comparator.MORE, Decimal(1)), {"n": "text"}, U),
        (AnyOf((Present("p"), Present("q"))), {"p": True}, T),
        (AnyOf((Present("p"), Present("q"))), {"p": False}, U),
        (AnyOf((Present("p"), Present("q"))), {"p": False, "q": False}, F),
        (AllOf((Present("p"), Not(Present("q")))), {"p": True, "q": False}, T),
    ],
)
def test_leaves(read, criterion, known, expected):
    assert expected is read(criterion, known)


@given(criteria, facts)
@settings(max_examples=150)
def test_compiled_is_equal(criterion, known):
    assert evaluate(criterion, known) is compile_criterion(criterion)(known)


@given(criteria, refinements())
@settings(max_examples=150)
def test_learning_more_never_overturns_a_definite_answer(criterion, pair):
    before, after = pair

    assert evaluate(criterion, before) in (U, evaluate(criterion, after))


@given(criteria, facts)
def test_not_known_is_not_absent(criterion, known):
    """Whoever knows nothing gets no other definite answer than whoever knows something."""
    assert evaluate(criterion, {}) in (U, evaluate(criterion, known))


@given(criteria, facts)
def test_every_kind_was_drawn(criterion, known):
    del criterion, known


def test_no_kind_was_missed():
    test_every_kind_was_drawn()

    assert {*NODES, "Range"} - DRAWN == set()
