"""What is known of one patient, and why something is not."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from spineworkup import entries
from spineworkup.assessment import assess
from spineworkup.charts import Chart, SignOff, StepEvent, evolve_entries
from spineworkup.entries import Findings, Known, Observation, Unknown, WhyUnknown
from spineworkup.errors import ChartError, TimeError
from spineworkup.findings import Finding, Kind, Quantity
from spineworkup.moments import aware, read_time
from spineworkup.pathways import Pathway
from tests.strategies import NOON, at, seen

HOUR = timedelta(hours=1)
FINDINGS = {
    "pain": Finding("pain", "Pain", Kind.BOOLEAN, max_age=24 * HOUR),
    "deficit": Finding("deficit", "Deficit", Kind.BOOLEAN, red_flag=True, max_age=24 * HOUR),
    "crp": Finding("crp", "CRP", Kind.QUANTITY, unit="mg/L", also=("mg/dL",), low=Decimal(0), high=Decimal(700)),
}


def entry(finding, raw, now=NOON):
    return assess(Pathway(findings=FINDINGS), Chart(FINDINGS, {finding: raw}), at=now).chart.entry(finding)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (True, Known(True)),
        ("absent", Known(False)),
        (None, Unknown(WhyUnknown.NOT_RECORDED)),
        ("unknown", Unknown(WhyUnknown.NOT_RECORDED)),
        (Observation("unknown", reason=WhyUnknown.NOT_FETCHED), Unknown(WhyUnknown.NOT_FETCHED)),
        (Unknown(WhyUnknown.UNMAPPED_CODE, "x"), Unknown(WhyUnknown.UNMAPPED_CODE, "x")),
        (Observation(True, at(1), "letter"), Known(True, at(1), "letter")),
        ([], Unknown(WhyUnknown.NOT_RECORDED)),
        ([True, "present"], Known(True)),
        ([True, False], Unknown(WhyUnknown.CONFLICT, "2 observations")),
        (
            [Observation(True, None, "a"), Observation(False, None, "b"), Observation(True, None, "a")],
            Unknown(WhyUnknown.CONFLICT, "3 observations from 2 sources"),
        ),
        ([None, None], Unknown(WhyUnknown.NOT_RECORDED)),
        ([None, True], Known(True)),
        ([True, Observation(None, reason=WhyUnknown.NOT_FETCHED)], Unknown(WhyUnknown.NOT_FETCHED)),
        ([seen(True, 3), seen(True, 5)], Known(True, at(5), latest=at(3))),
        ([seen(True, 3)], Known(True, at(3))),
        ([seen(True, 3), True], Known(True)),
    ],
    ids=str,
)
def test_what_one_or_several_observations_say(raw, expected):
    assert expected == Chart(FINDINGS, {"pain": raw}).entry("pain")


@given(st.permutations([seen(True, 3), seen(True, 5), Observation(False, at(1), "b")]))
def test_a_conflict_is_never_settled_by_the_order(observations):
    expected = Unknown(WhyUnknown.CONFLICT, "3 observations from 1 source")

    assert expected == Chart(FINDINGS, {"pain": observations}).entry("pain")


SAME = [
    Observation("30 mg/L", at(3), "b"),
    Observation("3 mg/dL", at(3), "a"),
    Observation("30 mg/L", at(5), "c"),
    Observation("unknown"),
]
NOT = [Observation(None, reason=reason) for reason in (WhyUnknown.NO_UNIT, WhyUnknown.UNMAPPED_CODE)]


@given(st.permutations(SAME), st.permutations([*NOT, *SAME]))
def test_the_order_of_observations_changes_nothing(same, unknown):
    expected = Known(Decimal(30), at(5), "c", Quantity(30, "mg/L"), latest=at(3))

    assert expected == Chart(FINDINGS, {"crp": same}).entry("crp")
    assert Unknown(WhyUnknown.NO_UNIT) == Chart(FINDINGS, {"crp": unknown}).entry("crp")


@pytest.mark.parametrize(
    ("repeated", "expected"), [(-5 / 60, Known(True, at(48), latest=at(-5 / 60))), (-1, Unknown(WhyUnknown.STALE))]
)
def test_a_repeat_in_the_future_keeps_nothing_fresh(repeated, expected):
    assert expected == entry("pain", [seen(True, 48), seen(True, repeated)])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("700 mg/L", True),
        ("701 mg/L", False),
        ("70 mg/dL", True),
        ("71 mg/dL", False),
        ("-1 mg/L", False),
        ("0 mg/L", True),
    ],
)
def test_implausible_values_are_unknown_and_never_clipped(raw, expected):
    found = entry("crp", raw)

    assert expected is isinstance(found, Known)
    assert expected or found == Unknown(WhyUnknown.IMPLAUSIBLE)


@pytest.mark.parametrize(
    ("finding", "value", "hours_ago", "reason"),
    [
        ("pain", True, 24, None),
        ("pain", True, 24.01, WhyUnknown.STALE),
        ("pain", True, -5 / 60, None),  # five minutes: a clock that runs ahead
        ("pain", True, -5.001 / 60, WhyUnknown.IN_FUTURE),
        ("deficit", True, 9999, None),  # a deficit never goes stale: only a recorded resolution lowers it
        ("deficit", False, 25, WhyUnknown.STALE),
        ("deficit", True, -1, WhyUnknown.IN_FUTURE),
        ("crp", "3 mg/L", 9999, None),  # no limit, because no source gives one
    ],
)
def test_freshness(finding, value, hours_ago, reason):
    found = entry(finding, seen(value, hours_ago))

    assert reason is getattr(found, "reason", None)


def test_a_value_without_a_time_stays():
    assert Known(True) == entry("pain", True)


def test_a_repeat_with_the_same_value_is_as_fresh_as_the_latest_and_as_old_as_the_first():
    raw = [seen(True, 48), seen(True, 1)]
    found = entry("pain", raw)

    assert (True, at(48)) == (found.value, found.at)


def test_facts_times_and_reported_quantities():
    chart = Chart(FINDINGS, {"pain": seen(True, 2), "crp": "3 mg/dL", "deficit": None})

    assert {"pain": True, "crp": Decimal(30)} == chart.facts
    assert {"crp": Quantity(3, "mg/dL")} == chart.reported
    assert (at(2), None, None, None) == tuple(chart.seen(id_) for id_ in ("pain", "crp", "deficit", "other"))


def test_a_chart_as_it_is_read_knows_what_its_entries_say():
    """What was carried over from the chart that was given is what would be looked up again."""
    given = {"pain": seen(True, 48), "deficit": seen(True, 48), "crp": Observation("3 mg/dL", at(1))}
    chart = assess(Pathway(findings=FINDINGS), Chart(FINDINGS, given), at=NOON).chart
    again = evolve_entries(chart, chart.entries)

    assert {"deficit", "crp"} == set(chart.facts)
    assert (again.facts, again.times, again.reported) == (chart.facts, chart.times, chart.reported)


def test_newer_values_take_the_place_of_older_ones():
    chart = Chart(FINDINGS, {"pain": True}, case="x", not_available=["mri"])
    other = chart.with_values({"pain": False, "crp": "3 mg/L"})

    assert {"pain": False, "crp": Decimal(3)} == other.facts
    assert ("x", frozenset({"mri"}), {"pain": True}) == (other.case, other.not_available, chart.facts)


def test_values_that_many_patients_have_become_one_entry_up_to_a_number(monkeypatch):
    """Each class of value apart: True, 1 and 1.0 are equal, and a boolean finding takes the first alone."""
    monkeypatch.setattr(entries, "_MOST_READY", 2)
    shared = Findings(FINDINGS)
    charts = [Chart(shared, {"crp": f"{number} mg/L"}) for number in (1, 2, 3, 1, 3)]

    assert [1, 2, 3, 1, 3] == [chart.facts["crp"] for chart in charts]
    assert charts[0].entries["crp"] is charts[3].entries["crp"]
    assert charts[2].entries["crp"] is not charts[4].entries["crp"]
    assert Chart(shared, {"pain": True}).facts == {"pain": True}
    for other in (1, 1.0, Decimal(1)):
        with pytest.raises(ChartError):
            Chart(shared, {"pain": other})


EVENT = StepEvent("requested", NOON)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Chart(FINDINGS, {"pian": True}), ChartError, "findings: unknown finding (`spineworkup findings` lists them)"),
        (lambda: Chart(FINDINGS, {}).with_values({"pian": 1}), ChartError, "unknown finding"),
        (lambda: Chart(FINDINGS, {"pain": 3}), ChartError, "pain: expected present, absent or unknown"),
        (lambda: Chart(FINDINGS, {"crp": "3"}), ChartError, "crp: a quantity always has its unit (such as '1 mg/L')"),
        (lambda: Chart(FINDINGS, {"crp": 3}), ChartError, "crp: a quantity always has its unit (write it as text, such as '1 mg/L')"),
        (lambda: Chart(FINDINGS, {"crp": "3 U/L"}), ChartError, "crp: the unit doesn't fit: expected mg/L, mg/dL"),
        (lambda: Chart(FINDINGS, clocks={"birth": NOON}), ChartError, "clocks: expected one of suspicion, request, decision_to_treat"),
        (lambda: Chart(FINDINGS, clocks={"suspicion": datetime(2026, 1, 1)}), TimeError, "with a time zone"),
        (lambda: Chart(FINDINGS, {"pain": Observation(True, datetime(2026, 1, 1))}), TimeError, "with a time zone"),
        (lambda: Chart(FINDINGS, steps={"mri": evolve(EVENT, at=datetime(2026, 1, 1))}), TimeError, "with a time zone"),
        (lambda: Chart(FINDINGS, sign_offs=[SignOff("r", "GP", datetime(2026, 1, 1))]), TimeError, "with a time zone"),
        (lambda: StepEvent("finished", NOON), ChartError, "state: expected one of requested, scheduled, performed"),
        (lambda: StepEvent("declined", NOON), ChartError, "declined: a declined step needs `reason` and `by` (the role)"),
        (lambda: StepEvent("declined", NOON, by="GP"), ChartError, "declined: a declined step needs `reason` and `by` (the role)"),
        (lambda: StepEvent("declined", NOON, reason="wish"), ChartError, "declined: a declined step needs `reason` and `by` (the role)"),
    ],
)  # fmt: skip
def test_what_a_chart_refuses(make, error, message):
    with pytest.raises(error) as caught:
        make()

    assert message in str(caught.value)


EXPECTED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T09:00:00+00:00",
        "2026-11-20T09:00:00Z",
        "2026-11-20T09:00+00:00",
        "2026-11-20 09:00:00+00:00",
        "2026-11-20t09:00:00+00:00",
        "2026-11-20T10:00:00+01:00",
        "2026-11-19T21:30:00-11:30",
        "2026-11-20T09:00:00.000000+00:00",
    ],
)
def test_times_are_read_with_their_offset(text):
    assert EXPECTED == read_time(text)


@pytest.mark.parametrize(
    "text",
    [
        None, 20261120, True, [], "", "now", "2026", "2026-11", "2026-11-20", "2026-11-20T09:00:00", "09:00+00:00",
        "2026-11-20T09+00:00", "20261120T090000+0000", "2026-11-20T0900+00:00", "2026-W47-5T09:00:00+00:00",
        "2026-324T09:00:00+00:00", "2026-02-30T09:00:00+00:00", "2026-11-20T24:00:00+00:00", "2026-11-20T09:60:00+00:00",
        "2026-11-20T09:00:60+00:00", "2026-11-20T09:00:00.123456789+00:00", "2026-11-20T09:00:00+25:00",
        "0000-11-20T09:00:00+00:00", "20/11/2026 09:00 +00:00",
        "2026-11-20T09:00:00+00:00 ", " 2026-11-20T09:00:00+00:00", "2026-11-20T09:00:00 Europe/London",
        "2026-11-20T09:00:00[Europe/London]", "２０２６-11-20T09:00:00+00:00", "2026-11-20T09:00:00+00:00\n", "2026-11-20_09:00:00+00:00",
        "2026-11-20T09:00:00,5+00:00", "2026-11-20T09:00:00+0000", "2026-11-20T09:00:00+00",
    ],
    ids=repr,
)  # fmt: skip
def test_times_that_are_refused_and_never_repeated(text):
    with pytest.raises(TimeError) as caught:
        read_time(text)

    message = "expected a date and time with a time zone, such as 2026-11-20T09:00:00+00:00"
    assert message == str(caught.value)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+23:59", "1800-01-01T00:00:00+14:00", "2199-12-31T23:00:00-14:00", "1799-12-31T23:59:59+00:00", "2200-01-01T00:00:00+00:00", "9999-12-31T23:59:59-23:59"]
)
def test_a_year_of_no_patient_is_refused_as_deadlines_are_added_to_it(text):
    with pytest.raises(TimeError, match=r"\Aexpected a year from 1800 to 2199\Z"):
        read_time(text)


@pytest.mark.parametrize("text", ["1800-01-01T00:00:00+00:00", "2199-12-31T23:59:59+00:00"])
def test_the_first_and_the_last_year_of_a_patient_are_read(text):
    assert datetime.fromisoformat(text) == read_time(text)


def test_of_an_hour_that_comes_twice_nothing_is_left_but_the_moment():
    """Equal moments look equal: in UTC no hour comes twice."""
    second = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=1)

    assert repr(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == repr(aware(second))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_every_time_that_python_writes_with_minutes_is_read(moment, minutes):
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert aware == read_time(aware.isoformat())


PLACES = ("UTC", "Europe/London", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.sampled_from(PLACES))
def test_the_same_moment_in_another_zone_is_the_same_chart(moment, place):
    here = moment.replace(tzinfo=UTC)

    def chart(time):
        return Chart(
            FINDINGS,
            {"pain": Observation(True, time)},
            clocks={"suspicion": time},
            steps={"mri": evolve(EVENT, at=time)},
            sign_offs=[SignOff("r", "GP", time)],
        )

    one, other = chart(here), chart(here.astimezone(ZoneInfo(place)))

    assert (one, one.digest) == (other, other.digest)


def test_the_digest_does_not_depend_on_the_order_but_on_everything_else():
    base = {"pain": True, "crp": "3 mg/L"}
    one = Chart(FINDINGS, base)

    assert one.digest == Chart(FINDINGS, dict(reversed(base.items()))).digest
    others = [
        Chart(FINDINGS, base | {"pain": False}),
        Chart(FINDINGS, base | {"pain": seen(True, 1)}),
        Chart(FINDINGS, base, case="x"),
        Chart(FINDINGS, base, clocks={"suspicion": NOON}),
        Chart(FINDINGS, base, clocks={"request": NOON}),
        Chart(FINDINGS, base, steps={"mri": EVENT}),
        Chart(FINDINGS, base, not_available=["mri"]),
        Chart(FINDINGS, base, sign_offs=[SignOff("r", "GP", NOON)]),
    ]
    assert len(others) + 1 == len({chart.digest for chart in (one, *others)})


def test_what_a_notebook_prints_of_a_chart_is_what_is_known():
    """And not all that could be known."""
    printed = []
    Chart(FINDINGS, {"deficit": True})._repr_pretty_(SimpleNamespace(text=printed.append), False)

    assert [repr(Chart(FINDINGS, {"deficit": True}))] == printed and len(printed[0]) < 500
