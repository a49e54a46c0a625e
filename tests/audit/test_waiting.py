"""The curve of who still waits, against a published example and against plain fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.audit.waiting import kaplan_meier

# Remission of 21 children on 6-mercaptopurine, in weeks: Freireich et al. 1963, Blood 21:699-716; + is still in remission.
WEEKS = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()
# The estimates and their standard errors, as textbooks print them.
PRINTED = {6: (0.857, 0.0764), 7: (0.807, 0.0869), 10: (0.753, 0.0963), 13: (0.690, 0.1068), 16: (0.627, 0.1141), 22: (0.538, 0.1282), 23: (0.448, 0.1346)}
Drawn = list[tuple[int, bool]]
DRAWN = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)


def curve_of(drawn: Drawn):  # type: ignore[no-untyped-def]
    return kaplan_meier(np.array([float(hours) for hours, _ in drawn]), np.array([happened for _, happened in drawn]))


CHILDREN = curve_of([(int(week.removesuffix("+")), not week.endswith("+")) for week in WEEKS])


def test_the_published_example() -> None:
    assert {moment.hours: round(moment.waiting, 3) for moment in CHILDREN.moments} == {week: share for week, (share, _) in PRINTED.items()}
    assert (CHILDREN.people, CHILDREN.happened, CHILDREN.longest) == (21, 9, 35)


def test_its_intervals_are_those_of_the_printed_standard_errors() -> None:
    for moment in CHILDREN.moments:
        share, error = PRINTED[int(moment.hours)]
        spread = 1.96 * error / (share * abs(np.log(share)))
        assert (moment.low, moment.high) == pytest.approx((share ** np.exp(spread), share ** np.exp(-spread)), abs=0.003)


def test_its_median_and_the_interval_of_it() -> None:
    assert CHILDREN.median == 23
    # As SAS and R (log-log) give it: from 13, and never.
    assert CHILDREN.median_interval == (13, None)


@given(drawn=DRAWN)
def test_it_is_the_product_of_fractions(drawn: Drawn) -> None:
    curve = curve_of(drawn)
    share = Fraction(1)
    for moment in curve.moments:
        at_risk = sum(hours >= moment.hours for hours, _ in drawn)
        events = sum(happened and hours == moment.hours for hours, happened in drawn)
        share *= 1 - Fraction(events, at_risk)
        assert (moment.at_risk, moment.happened) == (at_risk, events)
        assert moment.waiting == pytest.approx(float(share), abs=1e-12)
        assert 0 <= moment.low <= moment.waiting + 1e-12 and moment.waiting <= moment.high + 1e-12 <= 1 + 2e-12


@given(drawn=DRAWN)
def test_without_anybody_waiting_the_median_is_that_of_the_times(drawn: Drawn) -> None:
    times = sorted(hours for hours, _ in drawn)
    assert curve_of([(hours, True) for hours in times]).median == times[(len(times) - 1) // 2]


@given(drawn=DRAWN)
def test_who_still_waits_makes_the_median_no_shorter(drawn: Drawn) -> None:
    """Leaving them out would: that is what an audit must not do."""
    curve, without = curve_of(drawn), [one for one in drawn if one[1]]
    if without and curve.median is not None:
        assert curve.median >= curve_of(without).median


def test_nobody_has_no_curve() -> None:
    curve = kaplan_meier(np.array([]), np.array([], bool))
    assert (curve.people, curve.median, curve.moments, curve.at(1)) == (0, None, (), None)
