"""A date is an interval of moments, never midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.fhir.reading.partial_dates import LEAP_SECOND, NO_ZONE, NOT_A_TIME, date_bounds, read_when


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-11-20", date(2026, 11, 20), date(2026, 11, 20)),
    ],
)
def test_the_days_that_a_date_can_mean(text: str, first: date, last: date):
    when, trouble = read_when(text)

    assert (first, last) == date_bounds(text)
    assert when is not None and not when.is_exact and trouble == ""
    assert (first, 0) == ((when.earliest + timedelta(hours=14)).date(), (when.earliest + timedelta(hours=14)).hour)
    assert last == (when.latest - timedelta(hours=12)).date()
    assert last + timedelta(days=1) == (when.latest - timedelta(hours=12) + timedelta(microseconds=1)).date()


@given(st.dates(date(1801, 1, 1), date(2198, 12, 31)), st.integers(-12 * 60, 14 * 60), st.times())
def test_every_moment_of_a_day_at_every_place_lies_within(day: date, minutes: int, clock: object):
    when, _ = read_when(day.isoformat())
    moment = datetime.combine(day, clock, timezone(timedelta(minutes=minutes)))  # type: ignore[arg-type]

    assert when is not None and when.earliest <= moment <= when.latest


@given(st.datetimes(datetime(1801, 1, 1), datetime(2198, 12, 31)), st.integers(-12 * 60, 14 * 60))
def test_a_moment_is_itself(naive: datetime, minutes: int):
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    when, trouble = read_when(moment.isoformat(timespec="microseconds"))

    assert when is not None and when.is_exact and trouble == ""
    assert moment == when.earliest and UTC is when.earliest.tzinfo


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("2026-11-20T08:00:00", NO_ZONE),
        ("2026-11-20T24:00:00Z", NOT_A_TIME),
        ("2026-11-20T08:60:00Z", NOT_A_TIME),
        ("2026-11-20T08:00:61Z", NOT_A_TIME),
        ("2026-11-20T08:00Z", NOT_A_TIME),
        ("2026-11-20 08:00:00Z", NOT_A_TIME),
        ("2026-11-20T08:00:00+15:00", NOT_A_TIME),
        ("2026-11-20T08:00:00+01:60", NOT_A_TIME),
        ("2026-11-20T08:00:00.Z", NOT_A_TIME),
        ("2026-02-29", NOT_A_TIME),
        ("2026-13", NOT_A_TIME),
        ("2026-00", NOT_A_TIME),
        ("0026", NOT_A_TIME),
        ("1800", NOT_A_TIME),
        ("2199", NOT_A_TIME),
        ("9999-12-31T23:59:59Z", NOT_A_TIME),
        ("2026-W13-7", NOT_A_TIME),
        ("2026-330", NOT_A_TIME),
        ("20261120", NOT_A_TIME),
        ("２０２６", NOT_A_TIME),
        ("2026\n", NOT_A_TIME),
        ("", NOT_A_TIME),
    ],
)
def test_what_is_no_time(text: str, trouble: str):
    assert (None, trouble) == read_when(text)


def test_fractions_are_cut_to_what_a_clock_holds():
    assert 123456 == read_when("2026-11-20T08:00:00.123456789Z")[0].earliest.microsecond
    assert 100000 == read_when("2026-11-20T08:00:00.1Z")[0].earliest.microsecond


def test_a_leap_second_is_the_one_before_it():
    when, trouble = read_when("2016-12-31T23:59:60+00:00")

    assert (59, LEAP_SECOND) == (when.earliest.second, trouble)


def test_later_whatever_they_exactly_were():
    month, day, other = (read_when(text)[0] for text in ("2026-10", "2026-11-20", "2026-11-21"))

    assert day.is_after(month) and not month.is_after(day)
    assert not other.is_after(day) and not day.is_after(day)
