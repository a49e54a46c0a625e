"""Wilson's interval and the limits of funnel plots, against published examples and computations of another kind."""

from __future__ import annotations

from fractions import Fraction
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.audit.shares import Share, funnel_limit, wilson

# Newcombe 1998, Stat Med 17:857-872, table I, method 3.
NEWCOMBE = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0, 0.1611),
    (1, 29): (0.0061, 0.1718),
}
COUNTS = st.integers(1, 3000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
Z = 1.959963984540054


@pytest.mark.parametrize("counts", NEWCOMBE)
def test_wilson_gives_the_published_intervals(counts: tuple[int, int]) -> None:
    assert wilson(*counts) == pytest.approx(NEWCOMBE[counts], abs=0.00005)


@given(counts=COUNTS)
def test_the_ends_of_wilson_are_where_the_score_test_just_rejects(counts: tuple[int, int]) -> None:
    part, whole = counts
    for end in wilson(part, whole):
        if 0 < end < 1:
            assert abs(part / whole - end) == pytest.approx(Z * sqrt(end * (1 - end) / whole), rel=1e-6)


@given(counts=COUNTS)
def test_the_share_lies_in_its_interval(counts: tuple[int, int]) -> None:
    share = Share(*counts)
    low, high = share.interval
    assert share.value is not None and 0 <= low <= share.value <= high <= 1


def test_of_nobody_anything_is_possible() -> None:
    assert Share(0, 0).value is None and Share(0, 0).interval == (0.0, 1.0)


@given(target=st.integers(1, 99), whole=st.integers(1, 80), probability=st.sampled_from([0.001, 0.025, 0.975, 0.999]))
def test_funnel_limits_are_interpolated_quantiles(target: int, whole: int, probability: float) -> None:
    """By exact fractions: the chance of fewer, and of as many, enclose the probability; between them it is interpolated."""
    rate = Fraction(target, 100)
    terms = [comb(whole, count) * rate**count * (1 - rate) ** (whole - count) for count in range(whole + 1)]
    count = next(count for count in range(whole + 1) if sum(terms[: count + 1]) >= Fraction(probability))
    over = (sum(terms[: count + 1]) - Fraction(probability)) / terms[count]
    assert funnel_limit(target / 100, whole, probability) == pytest.approx(min(max(float((count - over) / whole), 0), 1), abs=1e-6)


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_where_all_are_alike_nobody_differs(target: float) -> None:
    assert funnel_limit(target, 10, 0.025) == target


def test_very_large_places_have_limits_too() -> None:
    low, high = funnel_limit(0.6, 100_000, 0.025), funnel_limit(0.6, 100_000, 0.975)
    assert (low, high) == pytest.approx((0.6 - Z * sqrt(0.24 / 1e5), 0.6 + Z * sqrt(0.24 / 1e5)), abs=1e-6)
