"""Values as findings take them: what is read, what is refused, what is shown."""

from decimal import Decimal

import pytest

from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Kind, Quantity, Range, plain

PAIN = Finding("night_pain", "Night pain", Kind.BOOLEAN)
GRADE = Finding("escc_grade", "Grade", Kind.CHOICE, options={"0": "Bone only", "1a": "Epidural", "2": "Cord"})
POWER = Finding("power", "Power", Kind.NUMBER, low=Decimal(0), high=Decimal(5))
CALCIUM = Finding(
    "calcium", "Calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=Decimal("40.078"),
    low=Decimal("0.5"), high=Decimal("6.0"),
)  # fmt: skip
EVERY = (PAIN, GRADE, POWER, CALCIUM)


@pytest.mark.parametrize(
    ("finding", "raw", "expected"),
    [
        (PAIN, True, True),
        (PAIN, False, False),
        (PAIN, "present", True),
        (PAIN, "absent", False),
        (GRADE, "1a", "1a"),
        (GRADE, 2, "2"),
        (GRADE, 0, "0"),
        (POWER, 3, Decimal(3)),
        (POWER, "4", Decimal(4)),
        (POWER, Decimal("2.5"), Decimal("2.5")),
    ],
    ids=lambda value: getattr(value, "id", repr(value)),
)
def test_values_that_are_taken(finding, raw, expected):
    assert (expected, None) == finding.value_of(raw)
    assert type(expected) is type(finding.value_of(raw)[0])


@pytest.mark.parametrize("finding", EVERY, ids=lambda finding: finding.id)
@pytest.mark.parametrize("raw", [None, "unknown"])
def test_unknown_is_an_answer_for_every_kind(finding, raw):
    assert (None, None) == finding.value_of(raw)


@pytest.mark.parametrize(
    ("raw", "value", "quantity"),
    [
        ("2.95 mmol/L", "2.95", Quantity("2.95", "mmol/L")),
        (" 2.95  mmol/l ", "2.95", Quantity("2.95", "mmol/L")),
        ("10.42028 mg/dL", "2.6", Quantity("10.42028", "mg/dL")),
        ("2600 µmol/L", "2.600", Quantity("2600", "umol/L")),
        (Quantity(3, "mmol/L"), "3", Quantity(3, "mmol/L")),
    ],
)
def test_quantities_are_kept_in_the_findings_unit_and_as_reported(raw, value, quantity):
    assert (Decimal(value), quantity) == CALCIUM.value_of(raw)


WRONG = {
    "PAIN": [0, 1, "yes", "no", "true", "Present", "", Decimal(1), [], {}, 1.0, "TRUE"],
    "GRADE": ["3", "1A", "", True, False, 3, Decimal(2), [], {}, 2.0, "Bone only"],
    "POWER": [True, "three", "3 mmol/L", 3.0, [], {}, "nan", "inf", "1e999", "1e3", "", "0x10", Quantity(3, "mm")],
    "CALCIUM": [
        2.95, 3, Decimal(3), True, [], {}, "", "2.95", "mmol/L", "2.95mmol/L", "2.95 mmol", "2.95 MMOL/L",
        "2,95 mmol/L", "nan mmol/L", "inf mmol/L", "1e999 mmol/L", "2.95 g", "28 U/L", "2.95 ", Quantity(3, "mm"),
        "> 3 mmol/L", "9999999999999999999999999 mmol/L",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("finding", "raw"),
    [(globals()[finding], raw) for finding, several in WRONG.items() for raw in several],
    ids=lambda value: getattr(value, "id", repr(value)),
)
def test_values_that_are_refused_and_never_repeated(finding, raw):
    with pytest.raises(ChartError) as caught:
        finding.value_of(raw)

    assert finding.id == caught.value.finding
    if isinstance(raw, str) and len(raw) > 3 and raw not in ("mmol/L", "2.95mmol/L"):
        assert raw not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "expected"), [("0.49", False), ("0.5", True), ("3", True), ("6.0", True), ("6.01", False)]
)
def test_the_plausible_window_includes_its_ends(number, expected):
    assert expected is CALCIUM.is_plausible(Decimal(number))


def test_without_a_window_everything_is_plausible():
    open_ended = Finding("n", "N", Kind.NUMBER)

    assert open_ended.is_plausible(Decimal(-(10**9)))
    assert CALCIUM.is_plausible(True)


@pytest.mark.parametrize(
    ("finding", "value", "expected"),
    [
        (PAIN, True, "present"),
        (PAIN, False, "absent"),
        (GRADE, "1a", "Epidural"),
        (GRADE, "gone", "gone"),
        (POWER, Decimal(4), "4"),
        (POWER, Range(Decimal(2), Decimal(5)), "2 to 5"),
        (CALCIUM, Decimal("2.60"), "2.60 mmol/L"),
        (CALCIUM, Decimal(10) / 3, "3.33 mmol/L"),
        (CALCIUM, Decimal("1E+2"), "100 mmol/L"),
    ],
)
def test_values_as_they_are_printed(finding, value, expected):
    assert expected == finding.show(value)


def test_a_number_keeps_the_digits_that_were_written():
    assert ("2.60", "0.0001", "0.00") == tuple(plain(Decimal(n)) for n in ("2.60", "0.0001", "0.00001"))


def test_what_a_unit_measures():
    assert ("substance concentration", "") == (CALCIUM.measures(), PAIN.measures())
    assert Decimal("2.6") == CALCIUM.threshold(Quantity("10.42028", "mg/dL"))
