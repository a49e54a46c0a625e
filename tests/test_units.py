"""Units: what people write, exact conversion, and everything that isn't a number of ordinary size."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.errors import UnitError
from spineworkup.units import _UNITS, Quantity, convert, dimension, exact, known_unit

CALCIUM = Decimal("40.078")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mmol/L", "mmol/L"),
        ("mmol/l", "mmol/L"),
        ("ml", "mL"),
        (" mL ", "mL"),
        ("\u00b5mol/L", "umol/L"),  # micro sign
        ("\u03bcmol/L", "umol/L"),  # Greek letter mu
        ("mcmol/L", "umol/L"),
        ("mcg/L", "ug/L"),
        ("mcg/mL", "ug/mL"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73 m2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73m^2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73 m^2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73m²", "mL/min/{1.73_m2}"),
        ("mL/min/1.73 m²", "mL/min/{1.73_m2}"),
        ("mL/min/{1.73_m2}", "mL/min/{1.73_m2}"),
        ("10^9/L", "10*9/L"),
        ("10*9/L", "10*9/L"),
        ("x10^9/L", "10*9/L"),
        ("x10*9/L", "10*9/L"),
        ("10⁹/L", "10*9/L"),
        ("x10⁹/L", "10*9/L"),
        ("10^9/l", "10*9/L"),
        ("10^3/µL", "10*3/uL"),
        ("10^6/L", "10*6/L"),
        ("mm/hr", "mm/h"),
        ("IU/L", "U/L"),
        ("[IU]/L", "U/L"),
        ("°C", "Cel"),
    ],
)
def test_spellings_that_people_write(written, expected):
    assert expected == known_unit(written)


@pytest.mark.parametrize("written", ["", "Mg", "Mg/L", "MMOL/L", "mmol", "mol", "mmol/L/L", "gm/dL", "%", "m", "Ml"])
def test_units_that_are_not_known(written):
    """UCUM is read with its capitals: mg and Mg are a factor of 10 to the 9 apart."""
    with pytest.raises(UnitError, match="^unknown unit$"):
        known_unit(written)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (3, "3"), (-3, "-3"), (Decimal("2.50"), "2.50"), ("2.95", "2.95"), ("-0.5", "-0.5"), ("007", "7"),
        ("1" * 21, "1" * 21), ("0." + "0" * 19 + "1", "1e-20"), ("0." + "1" * 38, "0." + "1" * 38),
    ],
)  # fmt: skip
def test_exact(raw, expected):
    assert Decimal(expected) == exact(raw)


@pytest.mark.parametrize(
    "raw",
    [
        2.5,
        True,
        None,
        [],
        "",
        "-",
        ".",
        "1.",
        ".5",
        "+1",
        "1e3",
        "1_000",
        "1,5",
        " 1",
        "--1",
        "1.2.3",
        "nan",
        "inf",
        "-Infinity",
        "1e999",
        "٣",
        "0." + "1" * 39,
        "1" * 22,
        10**21,
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1e999"),
        Decimal("1e-21"),
    ],
    ids=lambda raw: repr(raw)[:12],
)
def test_what_is_no_exact_number(raw):
    with pytest.raises(UnitError):
        exact(raw)


@pytest.mark.parametrize(
    ("quantity", "unit", "molar_mass", "expected"),
    [
        (Quantity("2.8", "g/dL"), "g/L", None, "28"),
        (Quantity("28", "g/L"), "g/dL", None, "2.8"),
        (Quantity("10", "mg/dL"), "mg/L", None, "100"),
        (Quantity("10.42028", "mg/dL"), "mmol/L", CALCIUM, "2.6"),
        (Quantity("2.6", "mmol/L"), "mg/dL", CALCIUM, "10.42028"),
        (Quantity("128", "umol/L"), "mmol/L", None, "0.128"),
        (Quantity("45", "10*3/uL"), "10*9/L", None, "45"),
        (Quantity("1", "L"), "mL", None, "1000"),
        (Quantity("1", "cm"), "mm", None, "10"),
        (Quantity("1", "mm/h"), "mm/h", None, "1"),
    ],
    ids=str,
)
def test_convert(quantity, unit, molar_mass, expected):
    assert Decimal(expected) == convert(quantity, unit, molar_mass)


# What each unit measures, and how many of the unit beside it make one: written here once more, so that a slip shows.
MEASURES = [
    ("mol/L", "substance concentration", "mmol/L", "1000"),
    ("mmol/L", "substance concentration", "umol/L", "1000"),
    ("umol/L", "substance concentration", "nmol/L", "1000"),
    ("nmol/L", "substance concentration", "mol/L", "0.000000001"),
    ("kg/L", "mass concentration", "g/L", "1000"),
    ("g/L", "mass concentration", "mg/L", "1000"),
    ("g/dL", "mass concentration", "mg/dL", "1000"),
    ("mg/L", "mass concentration", "ug/L", "1000"),
    ("mg/dL", "mass concentration", "mg/L", "10"),
    ("ug/L", "mass concentration", "kg/L", "0.000000001"),
    ("ug/mL", "mass concentration", "ng/mL", "1000"),
    ("ng/mL", "mass concentration", "ug/L", "1"),
    ("U/L", "enzyme units", "U/L", "1"),
    ("ukat/L", "catalytic concentration", "ukat/L", "1"),
    ("10*9/L", "number concentration", "10*6/L", "1000"),
    ("10*3/uL", "number concentration", "10*9/L", "1"),
    ("10*6/L", "number concentration", "10*3/uL", "0.001"),
    ("mL/min/{1.73_m2}", "filtration rate", "mL/min/{1.73_m2}", "1"),
    ("mm/h", "sedimentation rate", "mm/h", "1"),
    ("mL", "volume", "L", "0.001"),
    ("L", "volume", "mL", "1000"),
    ("Cel", "temperature", "Cel", "1"),
    ("mo", "months", "mo", "1"),
    ("mm", "length", "cm", "0.1"),
    ("cm", "length", "mm", "10"),
]


@pytest.mark.parametrize(("unit", "measured", "other", "number"), MEASURES, ids=[row[0] for row in MEASURES])
def test_what_a_unit_measures_and_how_much(unit, measured, other, number):
    assert (measured, Decimal(number)) == (dimension(unit), convert(Quantity(1, unit), other))


def test_every_unit_has_a_row():
    assert list(_UNITS) == [row[0] for row in MEASURES]


@pytest.mark.parametrize(
    ("here", "there", "molar_mass"),
    [
        ("mg/dL", "mmol/L", None),
        ("mmol/L", "mg/dL", None),
        ("U/L", "ukat/L", CALCIUM),
        ("mL", "mm", None),
        ("10*9/L", "g/L", CALCIUM),
    ],
)
def test_units_that_do_not_measure_the_same(here, there, molar_mass):
    with pytest.raises(UnitError, match=f"{here[:2]}.* doesn't measure the same as"):
        convert(Quantity(1, here), there, molar_mass)


@given(st.sampled_from(list(_UNITS)), st.sampled_from(list(_UNITS)), st.integers(1, 10**6))
def test_there_and_back_gives_the_same(here, there, number):
    quantity = Quantity(number, here)
    try:
        away = Quantity(convert(quantity, there, CALCIUM), there)
    except UnitError:
        assert dimension(here) != dimension(there)
    else:
        assert abs(convert(away, here, CALCIUM) - number) <= Decimal("1e-15") * number


def test_a_quantity_is_a_number_and_a_unit():
    assert "2.95 mmol/L" == str(Quantity("2.95", "mmol/l"))
    with pytest.raises(UnitError):
        Quantity("2.95", "furlong")
