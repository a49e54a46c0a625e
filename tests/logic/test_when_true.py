"""Since when: any of the earliest, all of the latest, at least n the n-th; what has no time never makes it later."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Comparator, Compare, IsOneOf, Not, Present
from spineworkup.logic.evaluate import evaluate
from spineworkup.logic.explain import deciding
from spineworkup.logic.when_true import newest_reason, when_true
from spineworkup.truth import Truth
from tests.strategies import DRAWN, NODES, NOON, VOCABULARY, at, criteria, facts

A, B, C = (Present(letter) for letter in "abc")
N, H = Compare("n", Comparator.MORE, Decimal(3)), IsOneOf("h", ["x"])
TRUE = {"a": True, "b": True, "c": True, "n": Decimal(4), "h": "x"}
FALSE = {"a": False, "b": False, "c": False, "n": Decimal(2), "h": "y"}
HOURS = {"a": 3, "b": 2, "c": 1, "n": 5, "h": 4}  # hours ago: a first, c last


def since(criterion, known, hours=HOURS):
    moment = when_true(criterion, known, lambda id_: at(hours[id_]) if hours.get(id_) is not None else None)
    return None if moment is None else (NOON - moment).total_seconds() / 3600


@pytest.mark.parametrize(
    ("criterion", "known", "expected"),
    [
        (A, TRUE, 3),
        (N, TRUE, 5),
        (H, TRUE, 4),
        (Not(A), FALSE, 3),
        (Not(Not(A)), TRUE, 3),
        (AnyOf((A, B, C)), TRUE, 3),
        (AnyOf((A, B, C)), TRUE | {"a": False}, 2),
        (AllOf((A, B, C)), TRUE, 1),
        (AtLeast(1, (C, A, B)), TRUE, 3),
        (AtLeast(2, (C, A, B)), TRUE, 2),
        (AtLeast(3, (C, A, B)), TRUE, 1),
        (AtLeast(2, (C, A, B)), TRUE | {"b": False}, 1),
        # Not all of: since the first was absent; not any of: since the last was; fewer than two of three: since two were.
        (Not(AllOf((A, B, C))), FALSE, 3),
        (Not(AllOf((A, B, C))), TRUE | {"c": False}, 1),
        (Not(AnyOf((A, B, C))), FALSE, 1),
        (Not(AtLeast(2, (A, B, C))), FALSE, 2),
        (AllOf(()), {}, None),
    ],
)
def test_since_when(criterion, known, expected):
    assert expected == since(criterion, known)


@pytest.mark.parametrize(
    ("criterion", "untimed", "expected"),
    [
        (A, "a", None),
        (AnyOf((A, B, C)), "a", None),  # perhaps always
        (AllOf((A, B, C)), "a", 1),
        (AllOf((A, B, C)), "c", 2),
        (AllOf((A, B, C)), "abc", None),
        (AtLeast(2, (A, B, C)), "c", 3),  # c as old as can be, then a
        (AtLeast(2, (A, B, C)), "bc", None),
        (AtLeast(3, (A, B, C)), "bc", 3),
    ],
)
def test_what_has_no_time_never_makes_it_later(criterion, untimed, expected):
    assert expected == since(criterion, TRUE, HOURS | dict.fromkeys(untimed))


@pytest.mark.parametrize(
    ("criterion", "known", "expected"),
    [
        (AnyOf((A, B, C)), TRUE, 1),
        (AnyOf((A, B, C)), TRUE | {"c": False}, 2),
        (AllOf((A, B)), TRUE, 2),
        (AllOf((A, B)), {"a": True}, None),
        (Not(A), FALSE, 3),
    ],
)
def test_the_newest_reason(criterion, known, expected):
    moment = newest_reason(criterion, known, lambda id_: at(HOURS[id_]))

    assert expected == (None if moment is None else (NOON - moment).total_seconds() / 3600)


def test_the_newest_reason_without_any_time():
    assert newest_reason(A, TRUE, lambda _: None) is None


times = st.fixed_dictionaries({id_: st.none() | st.integers(0, 9) for id_ in VOCABULARY})


@given(criteria, facts, times)
@settings(max_examples=150)
def test_it_agrees_with_replaying_the_findings_one_after_another(criterion, known, hours):
    """The definition: the first moment at which what had been seen by then makes the criterion true."""
    if evaluate(criterion, known) is not Truth.TRUE:
        return
    moments = [99, *sorted({h for id_, h in hours.items() if h is not None and id_ in known}, reverse=True)]
    for hour in moments:
        by_then = {id_: v for id_, v in known.items() if hours[id_] is None or hours[id_] >= hour}
        if evaluate(criterion, by_then) is Truth.TRUE:
            break
    expected = None if hour == 99 else hour

    assert expected == since(criterion, known, hours)


@given(criteria, facts)
@settings(max_examples=150)
def test_the_deciding_facts_decide_alone(criterion, known):
    """Without all the others the answer is the same."""
    truth = evaluate(criterion, known)
    decided = deciding(criterion, known)

    if truth is Truth.UNKNOWN:
        assert decided == ()
    else:
        assert truth is evaluate(criterion, {id_: known[id_] for id_ in decided})


@pytest.mark.parametrize(
    ("criterion", "known", "expected"),
    [
        (AnyOf((A, B, C)), {"a": True, "b": False, "c": True}, ("a", "c")),
        (AllOf((A, B, C)), {"a": True, "b": False, "c": False}, ("b", "c")),
        (AllOf((A, B)), {"a": True, "b": True}, ("a", "b")),
        (AtLeast(2, (A, B, C)), {"a": True, "b": True, "c": False}, ("a", "b")),
        (Not(AnyOf((A, B))), {"a": False, "b": False}, ("a", "b")),
        (AnyOf((A, N, H)), {"n": Decimal(9), "h": "x"}, ("n", "h")),
        (AnyOf((A, A)), {"a": True}, ("a",)),
        (A, {}, ()),
    ],
)
def test_which_facts_decide(criterion, known, expected):
    assert expected == deciding(criterion, known)


def test_no_kind_was_missed():
    test_the_deciding_facts_decide_alone()

    assert set(NODES) - DRAWN == set()
