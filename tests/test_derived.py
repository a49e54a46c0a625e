"""Adjusted calcium, in both unit systems (vignette C09), never adjusted twice."""

from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.derived import DERIVED, adjusted_calcium
from spineworkup.entries import Observation, WhyUnknown
from spineworkup.findings import Derivation, Finding, Kind, Quantity
from spineworkup.pathways import Pathway
from spineworkup.units import convert
from tests.strategies import NOON, at

MASS = Decimal("40.078")
TOTAL = Finding("calcium_total", "Calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=MASS)
ALBUMIN = Finding("albumin", "Albumin", Kind.QUANTITY, unit="g/L", also=("g/dL",))
ADJUSTED = Finding(
    "calcium_adjusted", "Adjusted calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=MASS,
    low=Decimal("0.5"), high=Decimal(6), derived=Derivation("adjusted_calcium", ("calcium_total", "albumin")),
)  # fmt: skip
FINDINGS = {finding.id: finding for finding in (TOTAL, ALBUMIN, ADJUSTED)}


def adjusted(**values):
    return assess(Pathway(findings=FINDINGS), Chart(FINDINGS, values), at=NOON).chart.entry("calcium_adjusted")


@pytest.mark.parametrize(
    ("total", "albumin", "expected"),
    [
        (Quantity("2.95", "mmol/L"), Quantity("28", "g/L"), Quantity("3.19", "mmol/L")),
        (Quantity("2.95", "mmol/L"), Quantity("2.8", "g/dL"), Quantity("3.19", "mmol/L")),
        (Quantity("11.82", "mg/dL"), Quantity("2.8", "g/dL"), Quantity("12.78", "mg/dL")),
        (Quantity("11.82", "mg/dL"), Quantity("28", "g/L"), Quantity("12.78", "mg/dL")),
        (Quantity("118.2301", "mg/L"), Quantity("28", "g/L"), Quantity("3.19", "mmol/L")),
        (Quantity("2.40", "mmol/L"), Quantity("40", "g/L"), Quantity("2.40", "mmol/L")),
        (Quantity("2.40", "mmol/L"), Quantity("45", "g/L"), Quantity("2.30", "mmol/L")),
    ],
)
def test_the_formula_in_the_unit_in_which_calcium_was_reported(total, albumin, expected):
    actual = adjusted_calcium((total, albumin), ADJUSTED)

    assert (expected.value, expected.unit) == (actual.value.normalize() + 0, actual.unit)
    assert expected == adjusted(calcium_total=total, albumin=albumin).reported


@given(st.integers(150, 450), st.integers(10, 55))
def test_both_formulas_agree_within_two_hundredths_of_a_mg_per_dl(total, albumin):
    """The SI constants are rounded: 0.02 mmol/L per g is 0.80156 mg/dL per g/dL."""
    si = adjusted_calcium((Quantity(Decimal(total) / 100, "mmol/L"), Quantity(albumin, "g/L")), ADJUSTED)
    mg = convert(Quantity(Decimal(total) / 100, "mmol/L"), "mg/dL", MASS)

    us = adjusted_calcium((Quantity(mg, "mg/dL"), Quantity(albumin, "g/L")), ADJUSTED)

    assert abs(convert(si, "mg/dL", MASS) - us.value) <= Decimal("0.02")


def test_what_the_laboratory_reports_goes_first_and_is_never_adjusted():
    entry = adjusted(calcium_total="2.95 mmol/L", albumin="28 g/L", calcium_adjusted="2.50 mmol/L")

    assert (Decimal("2.50"), "") == (entry.value, entry.source)


@pytest.mark.parametrize(
    ("reported", "reason"),
    [
        ("30 mmol/L", WhyUnknown.IMPLAUSIBLE),
        (["2.50 mmol/L", "2.60 mmol/L"], WhyUnknown.CONFLICT),
        (Observation("2.50 mmol/L", at(-2)), WhyUnknown.IN_FUTURE),
        (Observation(None, reason=WhyUnknown.NO_UNIT), WhyUnknown.NO_UNIT),
    ],
    ids=["implausible", "conflict", "future", "no-unit"],
)
def test_a_result_that_cannot_be_used_is_not_papered_over(reported, reason):
    assert reason is adjusted(calcium_total="2.95 mmol/L", albumin="28 g/L", calcium_adjusted=reported).reason


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"calcium_total": "2.95 mmol/L"},
        {"albumin": "28 g/L"},
        {"calcium_total": "2.95 mmol/L", "albumin": "unknown"},
        {"calcium_total": "2.95 mmol/L", "albumin": "unknown", "calcium_adjusted": "unknown"},
    ],
)
def test_unknown_when_an_input_is(values):
    assert WhyUnknown.NOT_RECORDED is adjusted(**values).reason


@pytest.mark.parametrize(
    "total",
    [
        evolve(TOTAL, molar_mass=None, unit="mg/L", also=()),  # nothing says how much a mole weighs
        evolve(TOTAL, unit="mmol/L"),
    ],
    ids=["total", "answer"],
)
def test_unknown_when_the_units_do_not_fit(total):
    adjusted_mg = evolve(ADJUSTED, molar_mass=None, unit="mg/L")
    findings = {"calcium_total": total, "albumin": ALBUMIN, "calcium_adjusted": adjusted_mg}
    chart = Chart(findings, {"calcium_total": f"3 {total.unit}", "albumin": "28 g/L"})

    entry = assess(Pathway(findings=findings), chart, at=NOON).chart.entry("calcium_adjusted")

    assert WhyUnknown.NOT_RECORDED is entry.reason


def test_unknown_when_the_answer_is_implausible():
    assert WhyUnknown.NOT_RECORDED is adjusted(calcium_total="5.99 mmol/L", albumin="10 g/L").reason


@pytest.mark.parametrize(
    ("times", "expected"), [((5, 2), at(2)), ((2, 5), at(2)), ((5, None), None)], ids=str
)
def test_it_is_as_old_as_its_latest_input(times, expected):
    seen = [Observation(value, t and at(t)) for value, t in zip(("2.95 mmol/L", "28 g/L"), times, strict=True)]

    assert expected == adjusted(calcium_total=seen[0], albumin=seen[1]).at


def test_every_derivation_says_its_formula_and_source():
    for id_, derived in DERIVED.items():
        assert id_ == derived.id
        assert derived.formula and derived.cites and derived.verification == "secondary"
