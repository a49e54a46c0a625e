"""The truth tables, held once and run on every reading that there is."""

from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Not, Present
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.planes import compile_criterion
from spineworkup.truth import Truth, all_of, any_of, at_least, not_

T, U, F = Truth.TRUE, Truth.UNKNOWN, Truth.FALSE
truths = st.sampled_from(Truth)
lists = st.lists(truths, max_size=5)

NOT = {T: F, U: U, F: T}
#          T  U  F
ALL = {T: (T, U, F), U: (U, U, F), F: (F, F, F)}
ANY = {T: (T, T, T), U: (T, U, U), F: (T, U, F)}
# At least 2 of 3, whatever the order.
TWO_OF_THREE = {
    (T, T, T): T,
    (T, T, U): T,
    (T, T, F): T,
    (T, U, U): U,
    (T, U, F): U,
    (T, F, F): F,
    (U, U, U): U,
    (U, U, F): U,
    (U, F, F): F,
    (F, F, F): F,
}
READINGS = {
    "truth": lambda criterion, operands: _directly(criterion, operands),
    "evaluate": lambda criterion, operands: evaluate(criterion, _facts(operands)),
    "compile": lambda criterion, operands: compile_criterion(criterion)(_facts(operands)),
    # The compiled lists of plain findings go another way: here one of them is no plain finding.
    "compile, mixed": lambda criterion, operands: compile_criterion(_mixed(criterion))(_facts(operands)),
}


def _facts(operands):
    return {f"f{n}": truth is T for n, truth in enumerate(operands) if truth is not U}


def _leaves(count):
    return tuple(Present(f"f{n}") for n in range(count))


def _mixed(criterion):
    match criterion:
        case AllOf((first, *rest)):
            return AllOf((Not(Not(first)), *rest))
        case AnyOf((first, *rest)):
            return AnyOf((Not(Not(first)), *rest))
        case _:
            return criterion


def _directly(criterion, operands):
    match criterion:
        case Not():
            return not_(operands[0])
        case AllOf():
            return all_of(operands)
        case AnyOf():
            return any_of(operands)
        case AtLeast(count):
            return at_least(count, operands)


@pytest.fixture(params=READINGS, ids=lambda name: name.replace(", ", "-"))
def read(request):
    return READINGS[request.param]


@pytest.mark.parametrize("operand", Truth)
def test_not(read, operand):
    assert NOT[operand] is read(Not(Present("f0")), (operand,))


@pytest.mark.parametrize(("left", "right"), list(product(Truth, Truth)))
def test_all_of_and_any_of(read, left, right):
    column = (T, U, F).index(right)

    assert ALL[left][column] is read(AllOf(_leaves(2)), (left, right))
    assert ANY[left][column] is read(AnyOf(_leaves(2)), (left, right))


@pytest.mark.parametrize("row", TWO_OF_THREE, ids=lambda row: "-".join(t.value for t in row))
def test_two_of_three(read, row):
    expected = {order: TWO_OF_THREE[row] for order in permutations(row)}

    actual = {order: read(AtLeast(2, _leaves(3)), order) for order in expected}

    assert expected == actual


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [(AllOf(()), T), (AnyOf(()), F), (AtLeast(1, ()), F)],
    ids=["all", "any", "at-least"],
)
def test_of_nothing(read, criterion, expected):
    assert expected is read(criterion, ())


@given(lists, st.integers(1, 6))
def test_at_least_agrees_with_counting_every_completion(operands, count):
    """UNKNOWN exactly when some completions reach the count and some don't."""
    free = operands.count(U)
    least, most = operands.count(T), operands.count(T) + free
    expected = T if least >= count else F if most < count else U

    assert expected is at_least(count, operands)


@given(lists)
def test_at_least_one_is_any_and_at_least_all_is_all(operands):
    assert any_of(operands) is at_least(1, operands)
    if operands:
        assert all_of(operands) is at_least(len(operands), operands)


@given(truths, truths, truths)
def test_kleene_laws(a, b, c):
    both, either = (lambda *x: all_of(x)), (lambda *x: any_of(x))

    assert a is both(a, a) is either(a, a), "idempotent"
    assert (both(a, b), either(a, b)) == (both(b, a), either(b, a)), "commutative"
    assert both(a, both(b, c)) is both(both(a, b), c) is both(a, b, c), "associative"
    assert either(a, either(b, c)) is either(either(a, b), c) is either(a, b, c), "associative"
    assert not_(both(a, b)) is either(not_(a), not_(b)), "De Morgan"
    assert not_(either(a, b)) is both(not_(a), not_(b)), "De Morgan"
    assert a is both(a, either(a, b)) is either(a, both(a, b)), "absorption"
    assert both(a, either(b, c)) is either(both(a, b), both(a, c)), "distributive"
    assert either(a, both(b, c)) is both(either(a, b), either(a, c)), "distributive"
    assert a is not_(not_(a)), "involution"
    assert a is both(a, T) is either(a, F), "identity"
    assert both(a, F) is F and either(a, T) is T, "bounds"


@given(st.lists(st.tuples(truths, truths), max_size=4), st.integers(1, 4))
def test_learning_more_never_overturns_a_definite_answer(pairs, count):
    before = [first for first, _ in pairs]
    after = [first if first is not U else second for first, second in pairs]
    for reading in (all_of, any_of, lambda operands: at_least(count, operands)):
        assert reading(before) in (U, reading(after))


def test_a_truth_is_no_condition():
    with pytest.raises(TypeError, match="compare it with `is Truth.TRUE`"):
        bool(Truth.UNKNOWN)
