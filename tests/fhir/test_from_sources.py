"""How far queries were answered: nothing missing looks like nothing there."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from spineworkup.errors import FhirError
from spineworkup.fhir.fetched import MAX_ENTRIES, Source, SourceState, to_source
from spineworkup.fhir.from_bundle import Imported, from_bundle, from_resources
from tests.fhir.records import (
    AT,
    CALCIUM,
    WEAKNESS,
    bundle,
    condition,
    imported,
    kinds,
    observation,
    pathway,
    patient,
    quantity,
    reason,
)

WEAK, NOT_WEAK = (observation(WEAKNESS, valueBoolean=value) for value in (True, False))
LAB = observation(CALCIUM, valueQuantity=quantity(2))
NEXT = [{"relation": "self", "url": "x"}, {"relation": "next", "url": "x"}]


def read(*sources: Source) -> Imported:
    return from_resources(sources, pathway(), at=AT)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (None, SourceState.EMPTY),
        ({"resourceType": "OperationOutcome"}, SourceState.FAILED),
        ({"resourceType": "OperationOutcome", "issue": [{"severity": "information"}]}, SourceState.FAILED),
        (bundle(), SourceState.EMPTY),
        ({"resourceType": "Bundle"}, SourceState.EMPTY),
        (bundle(LAB), SourceState.OK),
        (LAB, SourceState.OK),
        (bundle(LAB, link=NEXT), SourceState.INCOMPLETE),
        (bundle(link=NEXT), SourceState.INCOMPLETE),
        (bundle(LAB, link=[{"relation": "previous"}]), SourceState.INCOMPLETE),
        (bundle(LAB, link=[{"relation": "self"}]), SourceState.OK),
        (bundle(LAB, type="searchset", total=2), SourceState.INCOMPLETE),
        (bundle(LAB, type="searchset", total=1), SourceState.OK),
        (bundle(LAB, {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}), SourceState.INCOMPLETE),
        (bundle(LAB, {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}), SourceState.OK),
    ],
)
def test_how_far_a_query_was_answered(value: Any, state: SourceState):
    assert state is to_source("labs", value).state


@pytest.mark.parametrize(
    ("value", "place"),
    [([], "labs"), ("x", "labs"), (bundle(type="history"), "labs"), ({"resourceType": "Bundle", "entry": {}}, "labs.entry")],
)
def test_what_is_no_answer_at_all(value: Any, place: str):
    with pytest.raises(FhirError) as caught:
        to_source("labs", value)

    assert place == caught.value.place


@pytest.mark.parametrize("state", [SourceState.NOT_FETCHED, SourceState.FAILED])
def test_what_was_not_fetched_is_not_known(state: SourceState):
    missing = Source("conditions", state, findings=("limb_weakness", "fever", "no_such_finding"))
    result = read(Source("answers", SourceState.OK, [patient(), NOT_WEAK]), missing)

    assert {"limb_weakness": False} == result.chart.facts
    assert "not_fetched" == reason(result, "fever")
    assert {f"source_{state.value}"} == kinds(result)


def test_an_empty_answer_is_no_failure():
    result = read(Source("conditions", SourceState.EMPTY, findings=("fever",)))

    assert {} == result.chart.entries
    assert set() == kinds(result)


@pytest.mark.parametrize("records", [[NOT_WEAK, LAB], [condition(sure="provisional"), LAB]])
def test_what_was_not_read_to_its_end_is_not_known(records: list[dict[str, Any]]):
    result = from_bundle(bundle(patient(), *records, link=NEXT), pathway(), at=AT)

    assert {} == result.chart.facts
    assert "incomplete" == reason(result, "limb_weakness") == reason(result, "calcium_total")


def test_a_red_flag_that_is_present_stays_so():
    result = from_bundle(bundle(WEAK, link=NEXT), pathway(), at=AT)

    assert {"limb_weakness": True} == result.chart.facts


def test_one_query_cut_off_says_nothing_of_the_others():
    cut = Source("conditions", SourceState.INCOMPLETE, [NOT_WEAK], findings=("fever",))
    result = read(Source("labs", SourceState.OK, [LAB]), cut)

    assert {"calcium_total"} == set(result.chart.facts)
    assert "incomplete" == reason(result, "fever") == reason(result, "limb_weakness")


def test_a_conflict_stays_a_conflict():
    assert "conflict" == reason(from_bundle(bundle(WEAK, NOT_WEAK, link=NEXT), pathway(), at=AT), "limb_weakness")


def test_places_and_origins_name_the_query():
    result = read(to_source("labs", bundle(LAB)))

    assert "labs.entry[0].resource" == result.report.lines[0].place
    assert "labs: Observation" == result.chart.entries["calcium_total"].source


@pytest.mark.parametrize(("count", "is_read"), [(MAX_ENTRIES, True), (MAX_ENTRIES + 1, False)])
def test_so_many_records_and_no_more(count: int, is_read: bool):
    many = [{"resourceType": "Basic"}] * count
    for read_it in (lambda: imported(*many), lambda: read(Source("a", SourceState.OK, many[1:]), Source("b", SourceState.OK, many[:1]))):
        if is_read:
            assert count == len(read_it().report.lines)
        else:
            with pytest.raises(FhirError, match=f"more than {MAX_ENTRIES}"):
                read_it()


@pytest.mark.parametrize("entry", [None, {}, [], {"resource": None}, {"resource": []}, {"request": {"method": "DELETE"}}])
def test_an_entry_without_a_record_is_counted(entry: Any):
    result = from_bundle({"resourceType": "Bundle", "entry": [entry]}, pathway(), at=AT)

    assert [("other", "ignored")] == [(line.resource_type, line.outcome) for line in result.report.lines]


def test_a_bundle_in_a_bundle_is_told():
    result = imported(bundle(WEAK))

    assert {} == result.chart.facts
    assert {"unusable_records"} == kinds(result)


def test_deep_nesting_is_refused():
    deep: Any = {}
    for _ in range(100):
        deep = {"x": deep}
    with pytest.raises(FhirError, match="levels deep"):
        imported(observation(extension=deep))


def test_many_records_of_one_finding_take_no_longer_than_of_many():
    """One pass over them, and not one for each: 2,000 labs of one kind are read in a moment."""
    many = [observation(CALCIUM, valueQuantity=quantity(n % 5), effectiveDateTime=f"2026-11-{n % 20 + 1:02}") for n in range(MAX_ENTRIES)]
    calls = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        calls += event == "call"

    half = many[: MAX_ENTRIES // 2]
    counts = []
    for records in (half, many):
        calls = 0
        sys.setprofile(count)
        try:
            imported(*records)
        finally:
            sys.setprofile(None)
        counts.append(calls)

    assert counts[1] <= 2.2 * counts[0]
