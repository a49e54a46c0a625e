"""Hours in which a place is closed: by the clock on its wall, over every change of the clocks, in the place's own zone."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.place import WEEKDAYS, ClosedHours, Contact, Difference, Place, closures, opening
from spineworkup.sources import Citation, Source

LONDON = "Europe/London"
ON_CALL = Contact("on_call", "on-call radiologist", "07700 900103", "20:00 to 08:00")


def hours(closes, opens, zone=LONDON, days=(), step="mri"):
    return ClosedHours(step, time.fromisoformat(closes), time.fromisoformat(opens), zone, "nobody is there", "on_call", days)


NIGHT, LUNCH = hours("20:00", "08:00"), hours("12:00", "13:00")
WEEKEND = hours("00:00", "00:00", days=("sat", "sun"))
TABLE = [
    # what, hours, the moment, when it opens; both with their offsets
    ("in the evening", [NIGHT], "2026-11-20T21:00+00:00", "2026-11-21T08:00+00:00"),
    ("after midnight", [NIGHT], "2026-11-21T07:59+00:00", "2026-11-21T08:00+00:00"),
    ("from the minute on", [NIGHT], "2026-11-20T20:00+00:00", "2026-11-21T08:00+00:00"),
    ("until the minute", [NIGHT], "2026-11-21T08:00+00:00", None),
    ("by day", [NIGHT], "2026-11-20T12:00+00:00", None),
    ("in summer, by the wall", [NIGHT], "2026-07-01T19:30+00:00", "2026-07-02T07:00+00:00"),
    ("in summer, not yet", [NIGHT], "2026-07-01T18:59+00:00", None),
    ("within a day", [LUNCH], "2026-11-20T12:30+00:00", "2026-11-20T13:00+00:00"),
    ("a whole day", [WEEKEND], "2026-11-21T00:00+00:00", "2026-11-23T00:00+00:00"),
    ("not on other days", [WEEKEND], "2026-11-20T23:59+00:00", None),
    ("one closure runs into the next", [NIGHT, WEEKEND], "2026-11-20T21:00+00:00", "2026-11-23T08:00+00:00"),
    # The clocks go back at 02:00 on 25 October 2026, and forward at 01:00 on 29 March 2026: a night is 13 hours long, and 11.
    ("the long night", [NIGHT], "2026-10-24T19:00+00:00", "2026-10-25T08:00+00:00"),
    ("the short night", [NIGHT], "2026-03-28T20:00+00:00", "2026-03-29T07:00+00:00"),
    ("repeated hour, the first time", [hours("01:15", "01:45")], "2026-10-25T00:15+00:00", "2026-10-25T01:45+00:00"),
    ("repeated hour, between", [hours("01:15", "01:45")], "2026-10-25T00:50+00:00", "2026-10-25T01:45+00:00"),
    ("repeated hour, the second time", [hours("01:15", "01:45")], "2026-10-25T01:44+00:00", "2026-10-25T01:45+00:00"),
    ("repeated hour, over", [hours("01:15", "01:45")], "2026-10-25T01:45+00:00", None),
    ("opens in the repeated hour", [hours("20:00", "01:30")], "2026-10-25T00:45+00:00", "2026-10-25T01:30+00:00"),
    ("opens in the skipped hour", [hours("20:00", "01:30")], "2026-03-29T00:59+00:00", "2026-03-29T01:30+00:00"),
    ("closes in the skipped hour", [hours("01:30", "08:00")], "2026-03-29T01:00+00:00", "2026-03-29T07:00+00:00"),
    ("another zone", [hours("20:00", "08:00", "America/New_York")], "2026-11-21T02:00+00:00", "2026-11-21T13:00+00:00"),
    ("a zone ahead", [hours("20:00", "08:00", "Pacific/Auckland")], "2026-11-20T08:00+00:00", "2026-11-20T19:00+00:00"),
    ("clocks that change at midnight", [hours("23:30", "00:30", "America/Havana")], "2026-11-01T04:00+00:00", "2026-11-01T05:30+00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("listed", "at", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_when_it_opens(listed, at, expected):
    moment = datetime.fromisoformat(at)
    opens = opening(listed, moment)

    assert (None if opens == moment else opens) == (expected and datetime.fromisoformat(expected))
    assert opens == opening(listed, moment.astimezone(ZoneInfo("Asia/Tokyo")))


ZONES = (LONDON, "America/New_York", "Pacific/Auckland", "America/St_Johns", "Australia/Lord_Howe", "America/Havana")
clock_times = st.integers(0, 24 * 12 - 1).map(lambda n: time(n // 12, n % 12 * 5))


@cache
def change(zone, year, month):
    """The last hour before the first change of the clocks after the beginning of a month."""
    place, moment = ZoneInfo(zone), datetime(year, month, 1, tzinfo=UTC)
    for step in (timedelta(days=1), timedelta(minutes=30)):
        while (moment + step).astimezone(place).utcoffset() == moment.astimezone(place).utcoffset():
            moment += step
    return moment


@settings(deadline=None)
@given(
    st.sampled_from(ZONES), st.integers(2020, 2039), st.sampled_from((2, 9)), st.integers(-30 * 12, 30 * 12), clock_times, clock_times
)  # fmt: skip
def test_around_a_change_of_the_clocks(zone, year, month, fives, closes, opens):
    """Closed whenever the clock on the wall says so, a whole closure long; longer only by the hour that is there twice, or never."""
    moment = change(zone, year, month) + timedelta(minutes=5 * fives)
    closure = ClosedHours("mri", closes, opens, zone, "", "")
    end, wall = closure.ends(moment), moment.astimezone(ZoneInfo(zone)).time()
    by_the_wall = closes <= wall < opens if closes < opens else not opens <= wall < closes

    assert end is not None or not by_the_wall
    if end is not None:
        assert timedelta(0) < end - moment <= timedelta(hours=25)
        assert end <= closure.ends(end - timedelta(minutes=1))
        near = [end + timedelta(minutes=m) for m in (0, -30, -60, 30, 60)]
        assert opens in [one.astimezone(ZoneInfo(zone)).time() for one in near] or abs(end - change(zone, year, month)) < timedelta(hours=2)


@pytest.mark.parametrize(
    ("closed", "at", "turns"),
    [
        (NIGHT, "2026-11-20T12:00+00:00", ["2026-11-20T20:00+00:00", "2026-11-21T08:00+00:00"]),
        (NIGHT, "2026-11-20T20:00+00:00", ["2026-11-21T08:00+00:00"]),
        (WEEKEND, "2026-11-19T12:00+00:00", []),
    ],
)
def test_when_it_next_closes_and_opens(closed, at, turns):
    found = sorted(closed.turns(datetime.fromisoformat(at)))

    assert [datetime.fromisoformat(turn) for turn in turns] == found[: len(turns) or None]


def test_hours_that_never_end_are_not_followed_for_ever():
    monday = datetime(2026, 1, 5, tzinfo=UTC)

    assert timedelta(days=8) < opening([hours("00:00", "00:00")], monday) - monday < timedelta(days=10)


def test_what_is_closed_is_said_with_whom_to_call():
    place = Place("Here", contacts=(ON_CALL,), closed=(NIGHT, hours("20:00", "22:00", step="ct")))
    found = closures([place], datetime(2026, 11, 20, 21, tzinfo=UTC))

    assert ["mri", "ct"] == list(found)
    assert (
        "closed here until 2026-11-21 08:00+00:00 (Europe/London): nobody is there. "
        "Call: on-call radiologist, 07700 900103 (20:00 to 08:00)"
    ) == found["mri"].words
    assert {} == closures([place], datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_closures_of_several_overlays_run_into_each_other():
    places = [
        Place("One", contacts=(ON_CALL,), closed=(NIGHT,)),
        Place("Other", contacts=(ON_CALL,), closed=(hours("07:00", "09:00"),)),
    ]

    assert datetime(2026, 11, 21, 9, tzinfo=UTC) == closures(places, datetime(2026, 11, 20, 21, tzinfo=UTC))["mri"].opens


def test_a_place_says_in_few_words_where_it_differs():
    one = Difference("radiograph", "Asked for first.", (Citation("acp", "2"),), "secondary")

    assert "Here" == Place("Here", adapts="uk").words
    assert "Here; differs from the UK pathway: radiograph, CT" == Place(
        "Here", (one, Difference("CT", "", (), "unread")), adapts="uk"
    ).words
    assert "radiograph: Asked for first. [Advice 2; not confirmed: read in a secondary copy only]" == one.words(
        {"acp": Source("acp", "Advice")}
    )
    assert "MSCC coordinator, 01632 960101" == Contact("c", "MSCC coordinator", "01632 960101").words
    assert len(WEEKDAYS) == 7
