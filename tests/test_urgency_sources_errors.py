"""The lowest floor: tiers and intervals, places, citations, errors."""

from importlib.metadata import PackageNotFoundError, version

import pytest
from hypothesis import given
from hypothesis import strategies as st

import spineworkup
from spineworkup import about
from spineworkup.errors import (
    CaseError,
    ChartError,
    MissingExtraError,
    NotationError,
    PathwayError,
    PrintError,
    Problem,
    ReadError,
    RuleError,
    SpineWorkupError,
    TimeError,
    UnitError,
)
from spineworkup.sources import Citation, Position, excerpt, weakest
from spineworkup.urgency import Urgency, UrgencyInterval, highest_of

tiers = st.sampled_from(Urgency)
intervals = st.tuples(tiers, tiers).map(lambda pair: UrgencyInterval(min(pair), max(pair)))


def test_tiers_are_ordered_from_none_to_immediate():
    expected = ["none", "routine", "within_a_week", "same_day", "immediate"]

    assert expected == [tier.value for tier in sorted(reversed(Urgency))]
    assert [0, 1, 2, 3, 4] == [tier.rank for tier in Urgency]


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (Urgency.NONE, "Not indicated"),
        (Urgency.ROUTINE, "Routine"),
        (Urgency.WITHIN_A_WEEK, "Within a week"),
        (Urgency.SAME_DAY, "Same day: within 24 hours"),
        (Urgency.IMMEDIATE, "Immediate: contact now"),
    ],
)
def test_words_of_tiers(tier, words):
    assert words == tier.words
    assert words == UrgencyInterval(tier, tier).words


def test_a_tier_is_not_compared_with_anything_else():
    with pytest.raises(TypeError):
        Urgency.NONE < 3  # noqa: B015


def test_an_interval_that_is_not_settled_says_both_ends():
    interval = UrgencyInterval(Urgency.ROUTINE, Urgency.IMMEDIATE)

    assert not interval.is_settled
    assert "Routine; could reach: Immediate: contact now" == interval.words


def test_an_interval_is_never_upside_down():
    with pytest.raises(ValueError, match="can't be below the lowest"):
        UrgencyInterval(Urgency.IMMEDIATE, Urgency.ROUTINE)


@given(st.lists(intervals, max_size=4), st.randoms())
def test_several_intervals_together(several, random):
    shuffled = random.sample(several, len(several))
    lowest = max((i.lowest for i in several), default=Urgency.NONE)
    highest = max((i.highest for i in several), default=Urgency.NONE)

    assert UrgencyInterval(lowest, highest) == highest_of(several) == highest_of(shuffled)
    assert highest_of(several) == highest_of([*several, UrgencyInterval(Urgency.NONE, Urgency.NONE)])


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], "unread"),
        (["primary"], "primary"),
        (["primary", "unread", "secondary"], "unread"),
        (["secondary", "primary"], "secondary"),
    ],
)
def test_the_weakest_verification_counts(marks, expected):
    assert expected == weakest(marks)


@pytest.mark.parametrize(
    ("position", "length", "expected"),
    [
        (Position("f", 2, 3), 2, "   2 | abcd\n     |   ^^"),
        (Position("f", 2, 3), 99, "   2 | abcd\n     |   ^^"),
        (Position("f", 2, 99), 1, "   2 | abcd\n     |     ^"),
        (Position("f", 3, 1), 1, ""),
        (Position("f", 0, 1), 1, ""),
    ],
    ids=["inside", "too-long", "behind-the-line", "behind-the-text", "before-the-text"],
)
def test_excerpt(position, length, expected):
    assert expected == excerpt("first\nabcd\n", position, length)


def test_of_a_long_line_only_the_part_around_the_place_is_shown():
    line = "x" * 500 + "here" + "y" * 500

    text, carets = excerpt(line, Position("f", 1, 501), 4).splitlines()

    assert text[carets.index("^") :].startswith("here") and carets.endswith("^^^^")
    assert len(text) < 180
    assert excerpt("here" + "y" * 500, Position("f", 1, 1), 4).endswith("| ^^^^")


@pytest.mark.parametrize(
    ("length", "column", "left"),
    [(160, 160, 0), (161, 1, 0), (161, 81, 0), (161, 82, 1), (400, 200, 119), (400, 400, 319), (400, 999, 320)],
)
def test_a_long_line_is_cut_eighty_characters_before_the_place(length, column, left):
    line = "".join(chr(0x4E00 + place) for place in range(length))
    carets = " " * (min(column - 1, length) - left) + "^"

    assert f"   1 | {line[left : left + 160]}\n     | {carets}" == excerpt(line, Position("f", 1, column))


def test_a_citation_without_a_place_is_only_its_source():
    assert ("ng234", "ng234 1.5.2") == (str(Citation("ng234")), str(Citation("ng234", "1.5.2")))


def test_problems_are_sorted_and_said_once():
    late, early = Problem(Position("b", 1, 1), "late"), Problem(Position("a", 9, 1), "early", "hint", "line\n^")

    error = RuleError([late, early, late])

    assert (early, late) == error.problems
    assert "a:9:1: early (hint)\nline\n^\nb:1:1: late" == str(error)


@pytest.mark.parametrize(
    ("error", "builtin", "text"),
    [
        (ReadError([]), ValueError, ""),
        (RuleError([]), ReadError, ""),
        (CaseError([]), ReadError, ""),
        (ChartError("crp", "no unit"), ValueError, "crp: no unit"),
        (ChartError("crp", "no unit", "mg/L"), ValueError, "crp: no unit (mg/L)"),
        (PathwayError("circle"), ValueError, "circle"),
        (TimeError("naive"), ValueError, "naive"),
        (UnitError("unknown"), ValueError, "unknown"),
        (NotationError("no"), ValueError, "no"),
        (NotationError("no", "yes"), ValueError, "no (yes)"),
        (PrintError("no"), ValueError, "no"),
        (
            MissingExtraError("pdf", "typst"),
            ImportError,
            "this needs typst: install the extra with `pip install 'spineworkup[pdf]'`",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_errors_are_one_family_and_the_builtin_that_they_mean(error, builtin, text):
    assert isinstance(error, SpineWorkupError)
    assert isinstance(error, builtin)
    assert text == str(error)


def test_every_name_of_the_front_door_is_there():
    assert sorted(spineworkup.__all__) == spineworkup.__all__
    assert set(spineworkup.__all__) <= set(dir(spineworkup))
    for name in spineworkup.__all__:
        assert name == getattr(spineworkup, name).__name__ or name == "Criterion"
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        spineworkup.Nothing  # noqa: B018


def test_the_version_is_that_of_what_is_installed_or_says_that_nothing_is(monkeypatch):
    assert version("spineworkup") == about.library_version()

    def gone(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(about, "installed_version", gone)
    assert "0+source" == about.library_version.__wrapped__()
