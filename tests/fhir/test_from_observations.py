"""Observations: status, value, unit, code and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.entries import Known, WhyUnknown
from spineworkup.errors import FhirError
from spineworkup.fhir.reading.observations import STATUSES
from spineworkup.findings import Kind, Range
from spineworkup.units import convert
from tests.fhir.records import (
    ALBUMIN,
    AT,
    CALCIUM,
    CALCIUM_MASS,
    EGFR,
    INR,
    LOINC,
    NUMBNESS,
    SNOMED,
    UCUM,
    WEAKNESS,
    concept,
    facts,
    imported,
    kinds,
    observation,
    outcome,
    own,
    pathway,
    quantity,
    reason,
)

TODAY = "2026-11-20T08:00:00Z"


def calcium(value: Any = Decimal("2.40"), at: str | None = TODAY, **more: Any) -> dict[str, Any]:
    when = {} if at is None else {"effectiveDateTime": at}
    return observation(CALCIUM, valueQuantity=quantity(value), **when, **more)


# Status


COUNTED = {"final", "amended", "corrected", "preliminary"}


@pytest.mark.parametrize("status", [*STATUSES, "misspelt", "", None, 1, ["final"]])
def test_of_each_status(status: Any):
    result = imported(calcium(status=status))
    counts = isinstance(status, str) and status in COUNTED

    assert counts == ("calcium_total" in result.chart.facts)
    assert ("used" if counts else "ignored") == result.report.lines[0].outcome
    assert (status == "preliminary") == ("preliminary" in kinds(result))


@pytest.mark.parametrize("status", sorted(COUNTED))
@pytest.mark.parametrize("more", [{"modifierExtension": [{"url": "x"}]}, {"implicitRules": "x"}, {"focus": [{"reference": "Patient/9"}]}])
def test_whatever_the_status_a_modifier_makes_it_unusable(status: str, more: dict[str, Any]):
    result = imported(calcium(status=status, **more))

    assert {} == result.chart.entries
    assert {"unusable_records"} == kinds(result)


# Value and unit

NO_UNIT, CONFLICT, OTHER, NONE = "no_unit", "conflict", "unmapped_code", "not_recorded"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (quantity(Decimal("2.40")), Decimal("2.40")),
        (quantity(Decimal("9.6"), "mg/dL"), CONFLICT),
        ({"value": 2, "unit": "mmol/L"}, NO_UNIT),
        ({"value": 2, "code": "mmol/L"}, NO_UNIT),
        ({"value": 2, "system": UCUM, "unit": "mmol/L"}, NO_UNIT),
        ({"value": 2, "system": SNOMED, "code": "mmol/L"}, NO_UNIT),
        ({"value": 2}, NO_UNIT),
        (quantity(2, "MMOL/L"), NO_UNIT),
        (quantity(2, "mmol"), NO_UNIT),
        (quantity(2, ""), NO_UNIT),
        (quantity(2, "U/L"), CONFLICT),
        (quantity(10), "implausible"),
        (quantity(-2), "implausible"),
        (quantity(10**30), "implausible"),
        ({"system": UCUM, "code": "mmol/L"}, NONE),
        (quantity("2.4"), NONE),
        (quantity(True), NONE),
        (quantity(None), NONE),
    ],
)
def test_a_quantity_counts_with_its_unit_only(value: dict[str, Any], expected: Decimal | str):
    result = imported(observation(CALCIUM, valueQuantity=value))

    assert expected == result.chart.facts.get("calcium_total", reason(result, "calcium_total"))


@pytest.mark.parametrize(
    ("code", "unit", "fits"),
    [(CALCIUM, "mmol/L", True), (CALCIUM, "mg/dL", False), (CALCIUM_MASS, "mg/dL", True), (CALCIUM_MASS, "mmol/L", False)],
)
def test_a_code_for_moles_wants_moles(code: tuple[str, str], unit: str, fits: bool):
    value = {"mmol/L": Decimal("2.4"), "mg/dL": Decimal("9.6")}[unit]
    result = imported(observation(code, valueQuantity=quantity(value, unit)))

    assert fits == ("calcium_total" in result.chart.facts)
    assert fits or CONFLICT == reason(result, "calcium_total")


def test_a_unit_that_measures_something_else():
    """Also where our name of the code doesn't say what it measures."""
    assert CONFLICT == reason(imported(observation((SNOMED, "1022431000000105"), valueQuantity=quantity(140, "U/L"))), "haemoglobin")
    assert Decimal(140) == facts(observation((SNOMED, "1022431000000105"), valueQuantity=quantity(14, "g/dL")))["haemoglobin"]


def molar_codes() -> list[tuple[str, str, str]]:
    """Return every LOINC code of a finding that comes as mass or as amount, with what its name says is measured."""
    return [
        (finding.id, coding.code, coding.display)
        for finding in pathway().findings.values()
        if finding.molar_mass is not None
        for coding in finding.codes
        if coding.system == "loinc"
    ]


def test_every_such_code_says_what_it_measures():
    """An A14 slip, a mass under a code for moles, shows only where our name of the code says which it is."""
    assert [] == [code for _, code, name in molar_codes() if "[Moles/volume]" not in name and "[Mass/volume]" not in name]


@pytest.mark.parametrize(("finding", "code", "name"), molar_codes())
def test_and_is_held_to_it(finding: str, code: str, name: str):
    units = {"[Moles/volume]": "mmol/L", "[Mass/volume]": "mg/dL"}
    right = next(unit for word, unit in units.items() if word in name)
    wrong = ({*units.values()} - {right}).pop()

    assert finding in imported(observation((LOINC, code), valueQuantity=quantity(1, right))).chart.entries
    assert CONFLICT != reason(imported(observation((LOINC, code), valueQuantity=quantity(1, right))), finding)
    assert CONFLICT == reason(imported(observation((LOINC, code), valueQuantity=quantity(1, wrong))), finding)


QUANTITIES = [f for f in pathway().findings.values() if f.kind is Kind.QUANTITY]


@pytest.mark.parametrize(("finding", "unit"), [(f, unit) for f in QUANTITIES for unit in (f.unit, *f.also)], ids=lambda x: getattr(x, "id", x))
def test_every_unit_of_every_finding(finding: Any, unit: str):
    result = imported(observation(own("findings", finding.id), valueQuantity=quantity(7, unit)))
    entry = result.chart.entries[finding.id]

    if isinstance(entry, Known):
        assert convert(entry.reported, finding.unit, finding.molar_mass) == entry.value
    else:
        assert WhyUnknown.IMPLAUSIBLE is entry.reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueQuantity": quantity(Decimal("1.1"), "{INR}")}, Decimal("1.1")),
        ({"valueQuantity": quantity(Decimal("1.1"), "1")}, Decimal("1.1")),
        ({"valueQuantity": {"value": Decimal("1.1")}}, Decimal("1.1")),
        ({"valueInteger": 1}, Decimal(1)),
        ({"valueQuantity": {"value": 1, "unit": "INR"}}, NO_UNIT),
        ({"valueQuantity": quantity(1, "s")}, NO_UNIT),
        ({"valueString": "1.1"}, OTHER),
        ({"valueInteger": 10**30}, "implausible"),
        ({"valueInteger": "1"}, NONE),
    ],
)
def test_a_number_has_no_unit(value: dict[str, Any], expected: Decimal | str):
    result = imported(observation(INR, **value))

    assert expected == result.chart.facts.get("inr", reason(result, "inr"))


@pytest.mark.parametrize(
    ("comparator", "number", "expected"),
    [
        (">", 90, Range(Decimal(90), Decimal(250))),
        (">=", 90, Range(Decimal(90), Decimal(250))),
        ("<", 15, Range(Decimal(0), Decimal(15))),
        ("<=", 15, Range(Decimal(0), Decimal(15))),
        (">", 300, "implausible"),
        ("<", 0, "implausible"),
        ("ad", 90, NONE),
        (5, 90, NONE),
    ],
)
def test_a_limit_is_not_a_number(comparator: Any, number: int, expected: Range | str):
    sent = observation(EGFR, valueQuantity=quantity(number, "mL/min/{1.73_m2}", comparator=comparator))
    result = imported(sent)

    assert expected == result.chart.facts.get("egfr", reason(result, "egfr"))
    assert result.chart.facts == imported(sent, sent).chart.facts


def test_a_limit_and_a_number_of_one_time_disagree():
    limit = observation(EGFR, valueQuantity=quantity(60, "mL/min/{1.73_m2}", comparator=">"), effectiveDateTime=TODAY)
    number = observation(EGFR, valueQuantity=quantity(70, "mL/min/{1.73_m2}"), effectiveDateTime=TODAY)

    assert CONFLICT == reason(imported(limit, number), "egfr")


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(7, 12, Range(Decimal(7), Decimal(12))), (7, 7, Decimal(7)), (12, 7, NONE), (None, 7, NONE)],
)
def test_a_range(low: Any, high: Any, expected: Any):
    ends = {"low": quantity(low, "1"), "high": quantity(high, "1")}
    result = imported(observation(own("findings", "sins_total"), valueRange=ends))

    assert expected == result.chart.facts.get("sins_total", reason(result, "sins_total"))


ECOG = (LOINC, "89247-1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueCodeableConcept": concept(own("options-ecog", "2"))}, "2"),
        ({"valueInteger": 2}, "2"),
        ({"valueQuantity": quantity(2, "{score}")}, "2"),
        ({"valueQuantity": quantity(Decimal("2.0"), "{score}")}, "2"),
        ({"valueQuantity": quantity(Decimal("2.5"), "{score}")}, OTHER),
        ({"valueQuantity": quantity(2, "{score}", comparator=">")}, NONE),
        ({"valueInteger": 9}, OTHER),
        ({"valueCodeableConcept": concept((SNOMED, "2"))}, OTHER),
        ({"valueCodeableConcept": concept(own("options-karnofsky", "20"))}, OTHER),
        ({"valueCodeableConcept": concept(own("options-ecog", "2"), own("options-ecog", "3"))}, OTHER),
        ({"valueCodeableConcept": {"text": "2"}}, OTHER),
        ({"valueString": "2"}, OTHER),
    ],
)
def test_a_choice(value: dict[str, Any], expected: str):
    result = imported(observation(ECOG, **value))

    assert expected == result.chart.facts.get("ecog", reason(result, "ecog"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"valueBoolean": True}, True),
        ({"valueBoolean": False}, False),
        ({"valueBoolean": "true"}, OTHER),
        ({"valueBoolean": 1}, OTHER),
        ({"valueString": "present"}, OTHER),
        ({"valueInteger": 1}, OTHER),
        ({"valueCodeableConcept": concept((SNOMED, "52101004"))}, OTHER),
        ({}, NONE),
        ({"dataAbsentReason": {"text": "x"}}, NONE),
        ({"dataAbsentReason": {"text": "conflict"}}, CONFLICT),
        ({"valueBoolean": False, "dataAbsentReason": {"text": "x"}}, CONFLICT),
        ({"valueBoolean": True, "valueInteger": 1}, CONFLICT),
    ],
)
def test_something_present_or_absent(value: dict[str, Any], expected: bool | str):
    result = imported(observation(WEAKNESS, **value))

    assert expected == result.chart.facts.get("limb_weakness", reason(result, "limb_weakness"))


def test_a_part_that_is_absent_leaves_the_rest_open():
    assert {} == facts(observation(NUMBNESS, valueBoolean=False))
    assert {"numbness": True} == facts(observation(NUMBNESS, valueBoolean=True))


def test_a_rounded_number_is_refused():
    with pytest.raises(FhirError, match=r"entry\[0\].resource.valueQuantity.value: a number that was rounded"):
        imported(calcium(2.4))


def test_two_findings_in_one_code_are_none():
    assert "unmapped" == outcome(observation(code=concept(CALCIUM, ALBUMIN), valueQuantity=quantity(2)))[0]


@pytest.mark.parametrize("code", [{}, {"text": "Calcium"}, [], "2000-8", {"coding": {"system": LOINC, "code": "2000-8"}}, {"coding": [None, 1, []]}])
def test_a_code_that_is_none(code: Any):
    assert ("unmapped", "its code is not known here") == outcome(observation(code=code, valueQuantity=quantity(2)))


def test_components_speak_for_themselves():
    parts = [
        {"code": concept(CALCIUM), "valueQuantity": quantity(Decimal("2.4"))},
        {"code": concept(ALBUMIN), "valueQuantity": quantity(40, "g/L")},
        {"code": concept((LOINC, "9999-9")), "valueQuantity": quantity(1)},
        {"code": concept(INR), "dataAbsentReason": {}},
    ]
    panel = observation((LOINC, "24323-8"), component=parts, effectiveDateTime=TODAY)

    assert {"calcium_total": Decimal("2.4"), "albumin": Decimal(40)} == facts(panel)
    assert "calcium_total, albumin, inr" == imported(panel).report.lines[0].finding


def test_what_stands_beside_a_value_is_said_to_be_unused():
    sent = calcium(interpretation=[concept((SNOMED, "1"))], referenceRange=[{"low": quantity(2)}], hasMember=[{"reference": "Observation/1"}])

    assert ("used", "its value; not used: interpretation, referenceRange, hasMember") == outcome(sent)


def test_what_a_record_contains_is_not_read():
    sent = calcium(contained=[observation(WEAKNESS, valueBoolean=True, modifierExtension=[])])
    result = imported(sent)

    assert {"calcium_total"} == set(result.chart.facts)
    assert result.report.lines[0].why.endswith("what it contains is not read")


# Several of one finding


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("2026-03-01T08:00:00Z", "2026-11-20T08:00:00Z"),
        ("2026-03-01", "2026-11-20"),
        ("2025", "2026-02"),
        ("2026-11-20T10:30:00+02:00", "2026-11-20T08:31:00Z"),
    ],
)
def test_of_two_measurements_the_newer_counts(older: str, newer: str):
    for records in ([calcium(2, older), calcium(3, newer)], [calcium(3, newer), calcium(2, older)]):
        result = imported(*records)

        assert Decimal(3) == result.chart.facts["calcium_total"]
        assert () == result.report.conflicting


@pytest.mark.parametrize(
    ("one", "other"),
    [(TODAY, TODAY), (TODAY, None), (None, None), ("2026-11-20", "2026-11-20T08:00:00Z"), ("2026-11-19", "2026-11-20"), ("2026-11", "2026-11-01")],
)
def test_without_an_order_they_are_a_conflict(one: str | None, other: str | None):
    for records in ([calcium(2, one), calcium(3, other)], [calcium(3, other), calcium(2, one)]):
        assert ("calcium_total",) == imported(*records).report.conflicting


def test_equal_measurements_never_disagree():
    result = imported(calcium(2, None), observation(own("findings", "calcium_total"), valueQuantity=quantity(2000, "umol/L")))

    assert Decimal(2) == result.chart.facts["calcium_total"]


def test_the_same_value_twice_has_been_so_since_the_first():
    entry = imported(calcium(2, "2026-11-01T08:00:00Z"), calcium(2, TODAY)).chart.entries["calcium_total"]

    assert isinstance(entry, Known)
    assert (1, 20) == (entry.at.day, entry.latest.day)


@pytest.mark.parametrize("newest", [{"valueQuantity": {"value": 3}}, {"dataAbsentReason": {}}, {"valueQuantity": quantity(99)}])
def test_where_the_newest_has_no_value_no_older_one_stands_for_it(newest: dict[str, Any]):
    result = imported(calcium(2, "2026-03-01T08:00:00Z"), observation(CALCIUM, effectiveDateTime=TODAY, **newest))

    assert {} == result.chart.facts


def test_a_deficit_that_is_a_number_is_never_overtaken():
    """A power of 5 at noon doesn't make the 3 of the morning good."""
    power = lambda grade, at: observation(own("findings", "lowest_mrc_power"), valueInteger=grade, effectiveDateTime=at)  # noqa: E731

    assert ("lowest_mrc_power",) == imported(power(3, "2026-11-19T08:00:00Z"), power(5, TODAY)).report.conflicting


def test_choices_are_never_overtaken():
    """An MRI of one region of today doesn't take away what yesterday's of the whole spine showed."""
    mri = own("findings", "mri_result")
    option = lambda name: concept(own("options-mri-result", name))  # noqa: E731
    older = observation(mri, valueCodeableConcept=option("cord_compression"), effectiveDateTime="2026-11-19T08:00:00Z")
    newer = observation(mri, valueCodeableConcept=option("negative"), effectiveDateTime=TODAY)

    assert ("mri_result",) == imported(older, newer).report.conflicting


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=6))
def test_the_newest_of_many(drawn: list[tuple[int, int]]):
    """Against the plainest way to say it: the values of the last day, one or none."""
    records = [calcium(Decimal(2) + value, (AT - timedelta(days=day)).isoformat()) for day, value in drawn]
    last = {value for day, value in drawn if day == min(day for day, _ in drawn)}
    known = imported(*records).chart.facts.get("calcium_total")

    assert known == (Decimal(2) + last.pop() if len(last) == 1 else None)


# Time


@pytest.mark.parametrize(
    ("when", "earliest"),
    [
        ({"effectiveDateTime": "2026-11-20T08:00:00Z"}, datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ({"effectiveInstant": "2026-11-20T08:00:00.123456789Z"}, datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC)),
        ({"effectiveDateTime": "2026-11-20"}, datetime(2026, 11, 19, 10, tzinfo=UTC)),
        ({"effectivePeriod": {"start": "2026-11-20T07:00:00Z", "end": "2026-11-20T08:00:00Z"}}, datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ({"effectivePeriod": {"start": "2026-11-20T07:00:00Z"}}, datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ({"effectivePeriod": {"end": "2026-11-20T07:00:00Z"}}, None),
        ({"effectiveTiming": {"event": [TODAY]}}, None),
        ({"issued": TODAY}, None),
        ({}, None),
    ],
)
def test_when_it_was(when: dict[str, Any], earliest: datetime | None):
    assert earliest == imported(calcium(at=None, **when)).chart.times.get("calcium_total")


@pytest.mark.parametrize("text", ["2026-11-20T24:00:00Z", "2026-02-30", "2026-W13-7", "20261120", "2026-11-20T08:00:00", "2026-11-20T08:00Z", "soon", "", 2026])
def test_a_time_that_nobody_can_be_sure_of_is_none_and_told(text: Any):
    result = imported(calcium(at=text))

    assert "calcium_total" in result.chart.facts
    assert {} == result.chart.times
    assert (type(text) is not str) or "bad_time" in kinds(result)


def test_a_leap_second_is_told():
    result = imported(calcium(at="2016-12-31T23:59:60Z"))

    assert datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC) == result.chart.times["calcium_total"]
    assert "bad_time" in kinds(result)


@pytest.mark.parametrize(("at", "known"), [("2026-11-20T12:04:00Z", True), ("2026-11-20T12:06:00Z", False), ("2026-11-20", True), ("2027", False)])
def test_what_is_still_to_come_is_not_known(at: str, known: bool):
    result = imported(calcium(at=at))

    assert known == ("calcium_total" in result.chart.facts)
    assert known or "in_future" == reason(result, "calcium_total")


def test_a_clock():
    sent = observation(own("clocks", "suspicion"), valueDateTime="2026-11-20T09:00:00Z")
    later = observation(own("clocks", "suspicion"), valueDateTime="2026-11-20T10:00:00Z")
    result = imported(later, sent)

    assert {"suspicion": datetime(2026, 11, 20, 9, tzinfo=UTC)} == result.chart.clocks
    assert {"clock_conflict"} == kinds(result)
    assert ("ignored", "a clock without a time that can be read") == outcome(observation(own("clocks", "request"), valueDateTime="soon"))
    assert "unmapped" == outcome(observation(own("clocks", "tea_time"), valueDateTime=TODAY))[0]
