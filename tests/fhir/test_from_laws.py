"""What holds of every import, whatever the records are."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from spineworkup.entries import Known, Unknown
from spineworkup.errors import FhirError
from spineworkup.fhir.fetched import Source, SourceState, to_source
from spineworkup.fhir.from_bundle import Imported, assess_imported, from_bundle, from_resources
from spineworkup.fhir.read_json import read_resource
from spineworkup.fhir.write_json import write_resource
from tests.fhir.drawn_records import BUNDLES, JSON, NONSENSE, OBSERVED
from tests.fhir.records import AT, bundle, imported, observation, pathway, patient

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
Records = list[dict[str, Any]]


def said(result: Imported) -> tuple[Any, ...]:
    """Return all that an import says but for the places of the records."""
    lines = sorted((line.resource_type, line.outcome, line.why, line.finding) for line in result.report.lines)
    return result.chart.entries, result.chart.steps, result.chart.clocks, result.chart.not_available, lines, result.report.notices


@QUICK
@given(BUNDLES)
def test_every_record_is_used_ignored_or_unmapped_and_counted_once(records: Records):
    report = imported(patient(), *records).report

    assert len(records) + 1 == len(report.lines) == sum(report.counts.values())
    assert [f"entry[{n}].resource" for n in range(len(records) + 1)] == [line.place for line in report.lines]
    assert all(line.why for line in report.lines)


@QUICK
@given(BUNDLES, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(records: Records, random: Any):
    shuffled = [patient(), *records]
    random.shuffle(shuffled)
    one, other = imported(patient(), *records), imported(*shuffled)

    assert said(one) == said(other)
    assert one.chart.digest == other.chart.digest
    assert one.report.conflicting == other.report.conflicting


@QUICK
@given(BUNDLES)
def test_a_record_given_twice_says_no_more(records: Records):
    once, twice = imported(patient(), *records), imported(patient(), *records, *records)
    known = {id_: entry.value for id_, entry in once.chart.entries.items() if isinstance(entry, Known)}

    assert known == {id_: entry.value for id_, entry in twice.chart.entries.items() if isinstance(entry, Known)}
    assert once.chart.steps == twice.chart.steps


def in_error(record: dict[str, Any]) -> dict[str, Any]:
    wrong = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]}
    allergy = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "entered-in-error"}]}
    if record["resourceType"] == "Condition":
        return {**record, "verificationStatus": wrong}
    if record["resourceType"] == "AllergyIntolerance":
        return {**record, "verificationStatus": allergy}
    return {**record, "status": "entered-in-error"}


@QUICK
@given(BUNDLES)
def test_what_was_entered_in_error_changes_nothing_but_the_counts(records: Records):
    before = imported(patient(), *records)
    after = imported(patient(), *records, *map(in_error, records))
    kinds = ("unmapped_records", "unusable_records")

    assert before.chart == after.chart
    assert len(records) == len(after.report.lines) - len(before.report.lines)
    assert [n for n in before.report.notices if n.kind not in kinds] == [n for n in after.report.notices if n.kind not in kinds]


@QUICK
@given(BUNDLES, OBSERVED, st.sampled_from(["Patient/2", "https://ehr.example/fhir/Patient/2", "urn:uuid:2"]), st.integers(0, 8))
def test_one_record_of_another_patient_and_there_is_no_chart(records: Records, other: dict[str, Any], whose: str, place: int):
    other = {**other, "subject": {"reference": whose}}
    mixed = [patient(), *records]
    mixed.insert(min(place, len(mixed)), other)

    with pytest.raises(FhirError, match="more than one patient"):
        imported(*mixed)


# What a value means turns on these: without them it is another statement, and none with less in it.
TURNING = {"status", "resourceType", "comparator", "modifierExtension", "verificationStatus", "clinicalStatus", "dataAbsentReason", "subject", "abatementDateTime", "intent", "focus", "effectiveDateTime"}


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [p for key, inner in value.items() if key not in TURNING for p in [(*path, key), *paths(inner, (*path, key))]]
    if isinstance(value, list):
        return [p for number, inner in enumerate(value) for p in paths(inner, (*path, number))]
    return []


def without(record: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    holder = changed
    for part in path[:-1]:
        holder = holder[part]
    del holder[path[-1]]
    return changed


@QUICK
@given(OBSERVED, st.data())
def test_leaving_out_a_part_never_makes_anything_known(record: dict[str, Any], data: st.DataObject):
    # Of two codes that contradict each other, one alone says more.
    assume(len(record["code"]["coding"]) < 2)
    before = imported(record).chart.facts
    after = imported(without(record, data.draw(st.sampled_from(paths(record))))).chart.facts

    assert after.items() <= before.items()


@QUICK
@given(BUNDLES)
def test_nothing_is_known_that_no_record_says(records: Records):
    """Every value of the chart stands in the line of a record that was used."""
    result = imported(patient(), *records)
    used = {name for line in result.report.lines if line.outcome == "used" for name in line.finding.split(", ")}

    assert set(result.chart.facts) <= used
    assert set(result.chart.steps) <= used


@QUICK
@given(BUNDLES)
def test_an_unread_page_makes_nothing_known_but_flags(records: Records):
    whole = imported(patient(), *records)
    cut = from_bundle(bundle(patient(), *records, link=[{"relation": "next", "url": "x"}]), pathway(), at=AT)

    assert cut.chart.facts.items() <= whole.chart.facts.items()
    for id_, value in cut.chart.facts.items():
        assert value is True and pathway().findings[id_].red_flag
    for id_, value in whole.chart.facts.items():
        if value is True and pathway().findings[id_].red_flag:
            assert value is cut.chart.facts[id_]
    assert "source_incomplete" in {notice.kind for notice in cut.report.notices}


@QUICK
@given(st.lists(st.one_of(NONSENSE, OBSERVED), max_size=4))
def test_nothing_but_a_fhir_error_leaves(records: Records):
    """Also the checklist that follows can be made."""
    try:
        result = from_bundle(bundle(*records), pathway(), at=AT)
    except FhirError:
        return
    assess_imported(result, pathway(), at=AT)


@QUICK
@given(JSON)
def test_nothing_but_a_fhir_error_leaves_whatever_it_is(value: Any):
    try:
        from_resources([to_source("", value)], pathway(), at=AT)
        from_resources([Source("", SourceState.OK, [value])], pathway(), at=AT)
    except FhirError:
        return


CANARY = "Canary-Jane-1959"


def with_canaries(value: Any) -> Any:
    """Return a record with a canary in every text that isn't of a closed list."""
    if isinstance(value, dict):
        found = {key: inner if key in ("resourceType", "reference") else with_canaries(inner) for key, inner in value.items()}
        return {**found, "text": CANARY, "display": CANARY, CANARY: CANARY, "note": [{"text": CANARY}]}
    if isinstance(value, list):
        return [with_canaries(inner) for inner in value]
    return CANARY if isinstance(value, str) else value


def only_free_text(value: Any) -> Any:
    """Return a record that is as it was, with a canary as every text that nobody reads."""
    if isinstance(value, dict):
        return {**{key: only_free_text(inner) for key, inner in value.items()}, "text": CANARY, "display": CANARY, CANARY: CANARY, "id": CANARY}
    return [only_free_text(inner) for inner in value] if isinstance(value, list) else value


@QUICK
@given(BUNDLES, st.sampled_from([with_canaries, only_free_text]))
def test_no_text_of_a_record_is_repeated(records: Records, put_in: Any):
    canaries = [put_in(record) for record in records]
    try:
        result = imported({**patient(), "name": [{"text": CANARY}]}, *canaries)
        checklist = assess_imported(result, pathway(), at=AT)
    except FhirError as error:
        assert CANARY not in str(error)
        return
    assert CANARY not in repr(result.report)
    assert CANARY not in repr(checklist.notices)
    assert CANARY not in repr({id_: entry for id_, entry in result.chart.entries.items() if isinstance(entry, Unknown)})


@pytest.mark.parametrize("whose", [f"Patient/{CANARY}", f"https://{CANARY}.example/Patient/1", f"urn:{CANARY}"])
def test_no_name_of_a_patient_is_repeated(whose: str):
    other = observation(subject={"reference": whose})

    for records in ([patient(), other], [other, observation(subject={"reference": "Patient/7"})]):
        with pytest.raises(FhirError) as caught:
            imported(*records, patient="Patient/1" if whose != f"https://{CANARY}.example/Patient/1" else "Patient/9")
        assert CANARY not in str(caught.value)


@QUICK
@given(BUNDLES)
def test_written_and_read_again_it_is_the_same(records: Records):
    sent = bundle(patient(), *records)
    assume("modifierExtension" not in json.dumps(sent, default=str))
    read = read_resource(write_resource(sent))

    assert from_bundle(sent, pathway(), at=AT) == from_bundle(read, pathway(), at=AT)


def test_notices_of_an_import_stand_on_the_checklist():
    result = imported(observation(code=("http://loinc.org", "9999-9")))
    checklist = assess_imported(result, pathway(), at=AT)

    assert set(result.report.notices) <= set(checklist.notices)
    assert checklist == evolve(checklist)
