"""Runs and control limits, against published rules and examples."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.audit.over_time import Signals, p_limits, signals_of, xmr_limits

# Series, shifts, trends: each rule, what breaks it, and what it passes over.
RUNS = {
    "six above": ([1, 1.5, 1, 1.2, 8, 9, 8, 9, 8, 9, 1.1, 1.2], ((4, 5, 6, 7, 8, 9),), ()),
    "five above": ([1, 1.5, 1, 1.2, 1.1, 8, 9, 8, 9, 8, 1, 1.1], (), ()),
    "on the median is passed over": ([1, 2, 1, 2, 5, 9, 8, 5, 9, 8, 9, 8, 1, 2, 1, 5, 2], ((5, 6, 8, 9, 10, 11),), ()),
    "five rising": ([5, 1, 9, 1, 2, 3, 4, 5.5, 1, 9, 1, 9], (), ((3, 4, 5, 6, 7),)),
    "four rising": ([5, 1, 9, 1, 2, 3, 4, 1, 9, 1, 9, 1], (), ()),
    "five falling": ([1, 9, 1, 9, 8, 7, 6, 1, 9, 1, 9, 1], (), ((3, 4, 5, 6, 7),)),
    "equal neighbours count once": ([5, 1, 9, 1, 2, 2, 3, 4, 5.5, 1, 9, 1], (), ((3, 4, 6, 7, 8),)),
}


@pytest.mark.parametrize("name", RUNS)
def test_runs(name: str) -> None:
    values, shifts, trends = RUNS[name]
    found = signals_of([float(value) for value in values])
    assert found is not None and (found.shifts, found.trends) == (shifts, trends)


def test_few_points_have_a_median_alone() -> None:
    assert signals_of([1, 2, 3, 4, 5, 6, 7, 8, 9]) == Signals(5)
    assert signals_of([]) is None


@given(values=st.lists(st.integers(0, 9), min_size=10, max_size=40))
def test_turned_upside_down_it_has_the_same_runs(values: list[int]) -> None:
    found, turned = signals_of([float(value) for value in values]), signals_of([float(-value) for value in values])
    assert found is not None and turned is not None
    assert (found.shifts, found.trends) == (turned.shifts, turned.trends)


@given(values=st.lists(st.integers(0, 9), min_size=10, max_size=40))
def test_every_shift_is_on_one_side_and_every_trend_goes_one_way(values: list[int]) -> None:
    found = signals_of([float(value) for value in values])
    assert found is not None
    for run in found.shifts:
        assert len(run) >= 6 and len({values[place] > found.middle for place in run}) == 1
        assert all(values[place] == found.middle for place in range(run[0], run[-1]) if place not in run)
    for run in found.trends:
        steps = {values[after] > values[before] for before, after in pairwise(run)}
        assert len(run) >= 5 and len(steps) == 1


def test_the_published_p_chart() -> None:
    """Montgomery, frozen orange juice: 347 of 30 samples of 50; limits 0.0524 and 0.4102."""
    limits = p_limits(12, 50, 347, 1500)
    assert limits is not None
    assert (limits.centre, limits.low, limits.high) == pytest.approx((0.2313, 0.0524, 0.4102), abs=0.0001)
    assert limits.beyond(24 / 50) and not limits.beyond(20 / 50)


def test_the_published_chart_of_single_values() -> None:
    """Montgomery, cost of processing mortgages: mean 300.5, mean range 7.79; limits 279.78 and 321.22."""
    costs = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
    limits = xmr_limits(costs)
    assert limits is not None
    assert (limits.centre, limits.low, limits.high) == pytest.approx((300.5, 279.78, 321.22), abs=0.01)


def test_nothing_to_compare_has_no_limits() -> None:
    assert xmr_limits([3.0]) is None and p_limits(0, 0, 1, 2) is None and p_limits(1, 2, 0, 0) is None
