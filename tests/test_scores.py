"""Scores as data: SINS in full, grades, and bands of what was measured in the unit in which it was reported."""

from collections import Counter
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.entries import Observation, Unknown, WhyUnknown
from spineworkup.findings import Finding, Kind, Quantity, Range
from spineworkup.pathways import Pathway
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, PointsBand, Row, Score, score_of, total_of
from tests.strategies import NOON, at

# The published items and points (Fisher 2010), written here once more, so that a slip in the rules shows.
SINS = {
    "location": {"junctional": 3, "mobile": 2, "semirigid": 1, "rigid": 0},
    "pain": {"mechanical": 3, "occasional_nonmechanical": 1, "none": 0},
    "lesion": {"lytic": 2, "mixed": 1, "blastic": 0},
    "alignment": {"subluxation_translation": 4, "de_novo_deformity": 2, "normal": 0},
    "collapse": {"gt50": 3, "lt50": 2, "none_gt50_body": 1, "none": 0},
    "posterolateral": {"bilateral": 3, "unilateral": 1, "none": 0},
}
TABLE = Additive(
    {
        item: {option: (points, points) for option, points in options.items()}
        | ({"exactly_50": (2, 3)} if item == "collapse" else {})
        for item, options in SINS.items()
    },
    (PointsBand("stable", 0, 6), PointsBand("potentially_unstable", 7, 12), PointsBand("unstable", 13, 18)),
)
SCORE = Score("sins", "SINS", TABLE)
FINDINGS = {
    **{i: Finding(i, i, Kind.CHOICE, options={o: o for o in options}) for i, options in TABLE.items.items()},
    "sins_total": Finding("sins_total", "SINS: total", Kind.NUMBER),
}
DISTRIBUTION = {
    0: 1, 1: 5, 2: 14, 3: 31, 4: 56, 5: 87, 6: 120, 7: 147, 8: 164, 9: 165, 10: 151, 11: 126, 12: 94, 13: 64,
    14: 38, 15: 20, 16: 9, 17: 3, 18: 1,
}  # fmt: skip


def sins(facts):
    return score_of(SCORE, facts, {}, FINDINGS)


EXAMPLES = [
    ("S1", "rigid none blastic normal none none", 0, "stable"),
    ("S2", "mobile occasional_nonmechanical mixed normal none_gt50_body unilateral", 6, "stable"),
    ("S3", "junctional mechanical lytic normal lt50 unilateral", 11, "potentially_unstable"),
    ("S4", "junctional mechanical lytic normal lt50 bilateral", 13, "unstable"),
    ("S5", "junctional mechanical lytic de_novo_deformity gt50 bilateral", 16, "unstable"),
    ("C16", "junctional mechanical lytic de_novo_deformity gt50 bilateral", 16, "unstable"),
    ("C17", "semirigid occasional_nonmechanical blastic normal none_gt50_body unilateral", 4, "stable"),
]


@pytest.mark.parametrize(("_", "words", "total", "band"), EXAMPLES, ids=lambda value: str(value)[:3])
def test_worked_examples(_, words, total, band):
    result = sins(dict(zip(SINS, words.split(), strict=True)))

    assert (total, total, band, ()) == (result.lowest, result.highest, result.band, result.missing)


def test_all_1296_combinations_give_the_published_distribution():
    results = [sins(dict(zip(SINS, row, strict=True))) for row in product(*SINS.values())]

    assert 1296 == len(results)
    assert DISTRIBUTION == dict(sorted(Counter(result.lowest for result in results).items()))
    assert {"stable": 314, "potentially_unstable": 847, "unstable": 135} == Counter(r.band for r in results)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, (0, 18, None, ("stable", "potentially_unstable", "unstable"))),
        ({"location": "junctional"}, (3, 18, None, ("stable", "potentially_unstable", "unstable"))),
        (
            {"location": "junctional", "pain": "mechanical", "lesion": "lytic"},
            (8, 18, None, ("potentially_unstable", "unstable")),
        ),
        (
            {"location": "junctional", "pain": "mechanical", "alignment": "subluxation_translation", "collapse": "gt50"},
            (13, 18, "unstable", ("unstable",)),
        ),
        ({"collapse": "exactly_50"}, (2, 18, None, ("stable", "potentially_unstable", "unstable"))),
    ],
    ids=["nothing", "one", "three", "settled-early", "exactly-50"],
)
def test_with_items_missing_it_is_an_interval_and_never_zero(facts, expected):
    result = sins(facts)
    lowest, highest, band, bands = expected

    assert (lowest, highest, band) == (result.lowest, result.highest, result.band)
    assert bands == result.bands
    assert set(SINS) - set(facts) == set(result.missing)


def test_exactly_half_of_the_height_is_two_or_three_points():
    words = dict(zip(SINS, "junctional mechanical lytic normal exactly_50 unilateral".split(), strict=True))

    assert Range(Decimal(11), Decimal(12)) == total_of(TABLE, words)
    assert "potentially_unstable" == sins(words).band


@given(st.fixed_dictionaries({}, optional={i: st.sampled_from(sorted(o)) for i, o in SINS.items()}), st.data())
def test_an_interval_holds_every_completion_and_reaches_both_ends(facts, data):
    whole = total_of(TABLE, facts)
    rest = {i: data.draw(st.sampled_from(sorted(o))) for i, o in SINS.items() if i not in facts}
    best = {i: min(o, key=o.get) for i, o in SINS.items()} | facts
    worst = {i: max(o, key=o.get) for i, o in SINS.items()} | facts

    assert whole.lowest <= total_of(TABLE, facts | rest).lowest <= whole.highest
    assert (whole.lowest, whole.highest) == (total_of(TABLE, best).lowest, total_of(TABLE, worst).highest)
    assert set(sins(facts | rest).bands) <= set(sins(facts).bands)


def read(**values):
    pathway = Pathway(findings=FINDINGS, scores={"sins": SCORE})
    return assess(pathway, Chart(FINDINGS, values), at=NOON).chart.entry("sins_total")


def test_the_total_is_a_finding():
    assert WhyUnknown.NOT_RECORDED is read().reason
    assert Range(Decimal(3), Decimal(18)) == read(location="junctional").value
    whole = read(**dict(zip(SINS, EXAMPLES[4][1].split(), strict=True)))
    assert (Decimal(16), "calculated: SINS", True) == (whole.value, whole.source, whole.calculated)


@pytest.mark.parametrize(("times", "expected"), [((5, 2), at(2)), ((5, None), None)], ids=str)
def test_the_total_is_as_old_as_its_latest_item(times, expected):
    one, other = (None if hours is None else at(hours) for hours in times)
    entry = read(location=Observation("rigid", one), pain=Observation("none", other))

    assert expected == entry.at


def test_a_total_that_was_reported_goes_first():
    assert Decimal(5) == read(location="junctional", sins_total=5).value


def test_a_total_that_was_reported_but_cannot_be_used_is_not_papered_over():
    assert Unknown(WhyUnknown.CONFLICT, "2 observations") == read(location="junctional", sins_total=[5, 6])


ESCC = Score(
    "escc", "ESCC",
    Grade("escc_grade", (OptionsBand("low", ("0", "1a", "1b")), OptionsBand("borderline", ("1c",)), OptionsBand("high", ("2", "3")))),
)  # fmt: skip
ESCC_FINDINGS = {
    "escc_grade": Finding("escc_grade", "ESCC", Kind.CHOICE, options={g: g for g in ("0", "1a", "1b", "1c", "2", "3")})
}


@pytest.mark.parametrize(
    ("grade", "band"),
    [("0", "low"), ("1a", "low"), ("1b", "low"), ("1c", "borderline"), ("2", "high"), ("3", "high")],
)
def test_a_grade_is_what_was_recorded(grade, band):
    result = score_of(ESCC, {"escc_grade": grade}, {}, ESCC_FINDINGS)

    assert (grade, grade, band, ()) == (result.lowest, result.highest, result.band, result.missing)
    assert ("escc_grade",) == ESCC.inputs


def test_a_grade_that_is_not_known_could_be_any():
    result = score_of(ESCC, {}, {}, ESCC_FINDINGS)

    assert ("0", "3", None, ("escc_grade",)) == (result.lowest, result.highest, result.band, result.missing)
    assert ("low", "borderline", "high") == result.bands


def _rows(*thresholds):
    return (*(Row(band, above=Decimal(above)) for band, above in thresholds), Row("none"))


# CTCAE hypercalcaemia, adjusted: a table for each unit, because the published ones aren't conversions of each other.
CTCAE = Score(
    "ctcae", "CTCAE",
    Bands(
        "calcium",
        {
            "mg/dL": _rows(("4", "13.5"), ("3", "12.5"), ("2", "11.5"), ("1", "10.4")),
            "mmol/L": _rows(("4", "3.4"), ("3", "3.1"), ("2", "2.9"), ("1", "2.6")),
        },
    ),
)  # fmt: skip
CALCIUM = Finding(
    "calcium", "Calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=Decimal("40.078")
)


@pytest.mark.parametrize(
    ("reported", "grade"),
    [
        (Quantity("3.19", "mmol/L"), "3"),  # C09
        (Quantity("12.78", "mg/dL"), "3"),  # C09
        (Quantity("12.5", "mg/dL"), "2"),  # C10: the same sample,
        (Quantity("3.12", "mmol/L"), "3"),  # graded as it was reported
        (Quantity("2.6", "mmol/L"), "none"),
        (Quantity("2.61", "mmol/L"), "1"),
        (Quantity("10.4", "mg/dL"), "none"),
    ],
    ids=str,
)
def test_ctcae_is_graded_in_the_unit_that_was_reported(reported, grade):
    result = score_of(CTCAE, {"calcium": Decimal(1)}, {"calcium": reported}, {"calcium": CALCIUM})

    assert (grade, str(reported), str(reported)) == (result.band, result.lowest, result.highest)


def test_a_unit_without_a_table_is_converted_to_the_first():
    reported = Quantity("3120", "umol/L")
    result = score_of(CTCAE, {"calcium": Decimal(1)}, {"calcium": reported}, {"calcium": CALCIUM})

    assert ("3", "12.50 mg/dL") == (result.band, result.lowest)


def test_bands_of_what_is_not_known_are_all_still_possible():
    result = score_of(CTCAE, {}, {}, {"calcium": CALCIUM})

    assert (None, None, ("4", "3", "2", "1", "none")) == (result.lowest, result.highest, result.bands)
    assert ("calcium",) == result.missing


def test_bands_of_what_is_not_known_are_those_of_the_first_table():
    score = Score("s", "S", Bands("calcium", {"mmol/L": _rows(("high", "3")), "mg/dL": _rows(("raised", "12"))}))

    assert ("high", "none") == score_of(score, {}, {}, {"calcium": CALCIUM}).bands


@pytest.mark.parametrize(
    ("row", "number", "expected"),
    [
        (Row("b", above=Decimal(3)), 3, False),
        (Row("b", above=Decimal(3)), 4, True),
        (Row("b", at_least=Decimal(3)), 2, False),
        (Row("b", at_least=Decimal(3)), 3, True),
        (Row("b"), 0, True),
    ],
    ids=str,
)
def test_rows_say_whether_they_include_their_end(row, number, expected):
    assert expected is row.takes(Decimal(number))
