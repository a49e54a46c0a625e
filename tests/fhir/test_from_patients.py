"""Whose records these are; age and sex; implants and medicines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from spineworkup.errors import FhirError
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.pathways import Pathway, Step
from tests.fhir.records import (
    AT,
    SNOMED,
    WEAKNESS,
    bundle,
    concept,
    facts,
    imported,
    kinds,
    observation,
    outcome,
    own,
    pathway,
    patient,
    reason,
)

# Age


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("1959-05-17", 67),
        ("1959-11-20", 67),
        ("1959-11-21", 66),
        ("1959-05", 67),
        ("1959-11", None),
        ("1959-12", 66),
        ("1959", None),
        ("2026-11-20", 0),
        ("2026-11-21", None),
        ("1890-01-01", None),
        ("1959-02-30", None),
        ("17.5.1959", None),
        ("1959-05-17T08:00:00Z", None),
        (1959, None),
    ],
)
def test_the_age_is_known_where_every_day_it_can_mean_gives_the_same(birth: Any, age: int | None):
    assert age == imported(patient(birthDate=birth)).chart.facts.get("age_years")


@pytest.mark.parametrize(("day", "age"), [(datetime(2027, 2, 28, 12, tzinfo=UTC), 66), (datetime(2027, 3, 1, 0, tzinfo=UTC), 67)])
def test_who_was_born_on_29_february_is_older_on_1_march(day: datetime, age: int):
    assert Decimal(age) == from_bundle(bundle(patient(birthDate="1960-02-29")), pathway(), at=day).chart.facts["age_years"]


def test_the_day_is_that_of_the_place():
    at = datetime(2026, 11, 20, 23, tzinfo=timezone(timedelta(hours=-8)))

    assert Decimal(66) == from_bundle(bundle(patient(birthDate="1959-11-21")), pathway(), at=at).chart.facts["age_years"]


@pytest.mark.parametrize(("gender", "sex"), [("male", "male"), ("female", "female"), ("other", "other"), ("unknown", None), ("m", None), (1, None)])
def test_the_sex(gender: Any, sex: str | None):
    assert sex == facts(patient(gender=gender)).get("sex")


def test_the_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        from_bundle(bundle(), pathway(), at=datetime(2026, 11, 20, 12))


# Whose


URN = "urn:uuid:00000000-0000-4000-8000-000000000001"


def about(reference: Any, **more: Any) -> dict[str, Any]:
    return observation(WEAKNESS, valueBoolean=True, subject=reference if isinstance(reference, dict) else {"reference": reference}, **more)


def entry(one: dict[str, Any], url: str = "") -> dict[str, Any]:
    return {"resource": one, **({"fullUrl": url} if url else {})}


def read(*entries: dict[str, Any], whose: str | None = None) -> Any:
    return from_bundle({"resourceType": "Bundle", "entry": list(entries)}, pathway(), at=AT, patient=whose)


HOME = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("entries", "whose", "name"),
    [
        ([entry(patient()), entry(about("Patient/1"))], None, "Patient/1"),
        ([entry(about("Patient/1"))], None, "Patient/1"),
        ([entry(about("Patient/1"))], "Patient/1", "Patient/1"),
        ([entry(about("Patient/1"))], "1", "Patient/1"),
        ([entry(about("Patient/1/_history/3"))], "Patient/1", "Patient/1"),
        ([entry(about(f"{HOME}/Patient/1"))], "Patient/1", "Patient/1"),
        ([entry(about(f"{HOME}/Patient/1")), entry(about("Patient/1"))], None, "Patient/1"),
        ([entry(patient(), URN), entry(about(URN))], None, "Patient/1"),
        ([entry({"resourceType": "Patient"}, URN), entry(about(URN))], None, URN),
        ([entry(patient(), f"{HOME}/Patient/1"), entry(about("Patient/1", id="o"), f"{HOME}/Observation/o")], None, "Patient/1"),
        ([entry(patient(identifier=[{"system": "s", "value": "9"}])), entry(about({"identifier": {"system": "s", "value": "9"}}))], None, "Patient/1"),
    ],
)
def test_one_patient_under_many_names(entries: list[dict[str, Any]], whose: str | None, name: str):
    result = read(*entries, whose=whose)

    assert name == result.patient
    assert True is result.chart.facts["limb_weakness"]


@pytest.mark.parametrize(
    ("entries", "whose"),
    [
        ([entry(patient()), entry(about("Patient/2"))], None),
        ([entry(patient()), entry(patient(id="2"))], None),
        ([entry(about("Patient/1")), entry(about("Patient/2"))], None),
        ([entry(about("Patient/1"))], "Patient/2"),
        ([entry(patient())], "Patient/2"),
        ([entry(about(f"{HOME}/Patient/1")), entry(about("https://other.example/Patient/1"))], None),
        ([entry(about("Patient/1")), entry(about(f"{HOME}/Patient/11"))], None),
        ([entry(about("Patient/1")), entry(about("urn:x:Patient/1"))], None),
        ([entry(about("Patient/1")), entry(about(f"{HOME}/Patient/1")), entry(about("https://other.example/Patient/1"))], None),
        ([entry(patient(), URN), entry(about(URN[:-1] + "2"))], None),
        ([entry(patient(), f"{HOME}/Patient/1"), entry(about("Patient/1", id="o"), "https://other.example/Observation/o")], None),
        ([entry(patient(identifier=[{"system": "s", "value": "9"}])), entry(about({"identifier": {"system": "s", "value": "8"}}))], None),
        ([entry(about("Patient/1")), entry({"resourceType": "Encounter", "subject": {"reference": "Patient/2"}})], None),
        ([entry(about("Patient/1")), entry({"resourceType": "Immunization", "patient": {"reference": "Patient/2"}})], None),
        ([entry(about("Patient/1")), entry({"resourceType": "Task", "for": {"reference": "Patient/2"}})], None),
        ([entry(about("Patient/1")), entry(about("Patient/2", status="entered-in-error"))], None),
        ([entry(about("Patient/1")), entry(about("Patient/2", modifierExtension=[{}]))], None),
    ],
)
def test_of_two_patients_there_is_no_chart(entries: list[dict[str, Any]], whose: str | None):
    for ordered in (entries, entries[::-1]):
        with pytest.raises(FhirError, match="more than one patient"):
            read(*ordered, whose=whose)


@pytest.mark.parametrize(
    "subject",
    ["Group/1", "Device/1", "#patient", "", "Patient?identifier=9", {}, {"display": "Jane"}, {"identifier": {"value": "9"}}, {"reference": 1}],
)
def test_a_record_that_does_not_say_whose_it_is(subject: Any):
    result = read(entry(patient()), entry(about(subject)))

    assert {} == result.chart.facts
    assert {"unusable_records"} == kinds(result)


def test_a_patient_without_a_number_is_nobody():
    assert {} == read(entry({"resourceType": "Patient", "gender": "male"})).chart.facts


def test_a_record_that_was_merged_is_refused():
    with pytest.raises(FhirError, match="merged into another"):
        imported(patient(link=[{"type": "replaced-by", "other": {"reference": "Patient/2"}}]))


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"link": [{"type": "seealso"}]}, "linked_patient"),
        ({"active": False}, "inactive_patient"),
        ({"deceasedBoolean": True}, "deceased_patient"),
        ({"deceasedDateTime": "2026-11-19"}, "deceased_patient"),
    ],
)
def test_what_to_know_about_a_patient(more: dict[str, Any], kind: str):
    assert {kind} == kinds(imported(patient(**more)))


# Implants


NCIT = "urn:oid:2.16.840.1.113883.3.26.1.1"


def device(*labels: str, status: str = "active") -> dict[str, Any]:
    return {"resourceType": "Device", "patient": {"reference": "Patient/1"}, "status": status, "safety": [concept((NCIT, one)) for one in labels]}


UNSAFE, CONDITIONAL, SAFE = "C106047", "C106046", "C106045"


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([device(UNSAFE)], "unsafe"),
        ([device(CONDITIONAL)], "conditional"),
        ([device(SAFE)], None),
        ([device("C113844")], None),
        ([device()], None),
        ([device(UNSAFE, CONDITIONAL)], None),
        ([device(CONDITIONAL), device()], None),
        ([device(UNSAFE), device()], "unsafe"),
        ([device(UNSAFE), device(CONDITIONAL)], "unsafe"),
        ([device(UNSAFE, status="inactive")], "unsafe"),
        ([device(UNSAFE, status="entered-in-error")], None),
    ],
)
def test_the_label_of_a_device(devices: list[dict[str, Any]], expected: str | None):
    for ordered in (devices, devices[::-1]):
        assert expected == facts(*ordered).get("implant_mri_status")


def test_a_device_without_a_label_is_to_be_asked():
    assert "unmapped_code" == reason(imported(device()), "implant_mri_status")
    assert "device" in kinds(imported(device()))


def test_a_pathway_that_does_not_ask_for_implants():
    bare = Pathway.of(Step("exam", "Examination"))

    assert ["unmapped"] == [line.outcome for line in from_bundle(bundle(device(UNSAFE)), bare, at=AT).report.lines]


def test_an_answer_says_more_than_a_device_without_a_label():
    said = observation(own("findings", "implant_mri_status"), valueCodeableConcept=concept(own("options-implant-mri-status", "safe")))

    assert "safe" == facts(device(), said)["implant_mri_status"]
    assert "conflict" == reason(imported(device(UNSAFE), said), "implant_mri_status")


# Medicines


def medicine(type_: str, status: str, code: Any = (SNOMED, "182764009"), **more: Any) -> dict[str, Any]:
    return {"resourceType": type_, "subject": {"reference": "Patient/1"}, "status": status, "medicationCodeableConcept": concept(code), **more}


@pytest.mark.parametrize("status", ["active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken", "x"])
def test_a_medicine_that_is_taken_now(status: str):
    statement, request = medicine("MedicationStatement", status), medicine("MedicationRequest", status, intent="order")

    assert (status == "active") == (facts(statement) == {"anticoagulant": True}) == (facts(request) == {"anticoagulant": True})
    assert "anticoagulant" not in {**facts(statement), **facts(request)} or status == "active"


@pytest.mark.parametrize("more", [{"intent": "proposal"}, {}, {"intent": "order", "doNotPerform": True}])
def test_what_is_no_order_to_take_it(more: dict[str, Any]):
    assert {} == facts(medicine("MedicationRequest", "active", **more))


def test_a_medicine_whose_code_is_not_known():
    assert "unmapped" == outcome(medicine("MedicationStatement", "active", (SNOMED, "372756006")))[0]
