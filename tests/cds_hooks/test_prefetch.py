"""The queries that the service asks for: all that it could use, and in a form that every server takes."""

import re
from urllib.parse import parse_qsl

import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.cds_hooks.prefetch import MAX_QUERY, slots_of, templates_of
from spineworkup.fhir.from_bundle import READERS
from spineworkup.fhir.systems import URIS
from spineworkup.findings import Coding
from tests.cds_hooks.world import PATHWAY, SLOTS

TOKEN = "{{context.patientId}}"
# The search parameters of FHIR R4 for each kind of record, as far as they are used.
PARAMETERS = {
    "QuestionnaireResponse": {"patient", "questionnaire"},
    "Observation": {"patient", "code", "_sort"},
    "Task": {"patient", "code"},
    "Condition": {"patient"},
    "AllergyIntolerance": {"patient"},
    "MedicationStatement": {"patient"},
    "MedicationRequest": {"patient"},
    "Device": {"patient"},
    "ServiceRequest": {"patient", "code"},
    "Procedure": {"patient", "code"},
    "DiagnosticReport": {"patient", "code"},
    "ImagingStudy": {"patient", "modality"},
}


@pytest.mark.parametrize("slot", SLOTS.values(), ids=lambda slot: slot.key)
def test_a_query_uses_only_what_every_server_has(slot):
    """A read of the patient, or a search by parameters of R4 with equality, for this patient and nobody else."""
    if slot.key == "patient":
        assert slot.query == f"Patient/{TOKEN}"
        return
    kind, _, query = slot.query.partition("?")
    pairs = parse_qsl(query, strict_parsing=True)

    assert {name for name, _ in pairs} <= PARAMETERS[kind] | {"_count"}
    assert len(pairs) == len(dict(pairs))
    assert dict(pairs)["patient"] == TOKEN
    assert re.findall(r"\{\{.*?\}\}", slot.query) == [TOKEN]
    assert ":" not in query.replace("http:", "").replace("https:", "").replace(TOKEN, "")


@pytest.mark.parametrize("slot", SLOTS.values(), ids=lambda slot: slot.key)
def test_a_query_is_short_enough_for_an_address(slot):
    assert len(slot.query) <= MAX_QUERY + 200
    assert " " not in slot.query


def test_only_what_is_read_is_asked_for():
    """The least that is needed: no kind of record from which nothing would be used."""
    assert {slot.type for slot in SLOTS.values()} <= set(READERS)


def test_every_kind_of_record_that_is_read_is_asked_for():
    assert set(READERS) - {slot.type for slot in SLOTS.values()} == set()


def codes_asked(slots):
    return {token for slot in slots for token in re.findall(r"https?://[^,&]+\|[^,&]+", slot.query)}


def observed(finding):
    """The codes under which laboratories and clinicians observe; those of the ICD are for diagnoses, which are asked for whole."""
    return [code for code in finding.codes if code.system in ("loinc", "snomed")]


def test_every_code_of_every_finding_is_asked_for():
    """By its code where laboratories record it; diagnoses are asked for whole, so that a new code shows as unmapped."""
    asked = codes_asked(slot for slot in slots_of(PATHWAY) if slot.type == "Observation")
    for finding in PATHWAY.findings.values():
        for code in observed(finding):
            assert f"{URIS[code.system]}|{code.code}" in asked, finding.id


def test_a_code_more_is_asked_for_at_once():
    """Derived, not listed: no second place has to be kept up."""
    finding = evolve(PATHWAY.findings["crp"], codes=(Coding("loinc", "00000-0"),))
    other = evolve(PATHWAY, findings={**PATHWAY.findings, "crp": finding})

    assert "http://loinc.org|00000-0" in codes_asked(slots_of(other))
    assert "http://loinc.org|1988-5" not in codes_asked(s for s in slots_of(other) if s.type == "Observation")


def test_a_slot_names_the_findings_that_its_codes_give():
    for slot in SLOTS.values():
        if slot.key.startswith("observations_"):
            asked = codes_asked([slot])
            expected = [
                f.id for f in PATHWAY.findings.values() if asked & {f"{URIS[c.system]}|{c.code}" for c in observed(f)}
            ]
            assert sorted(slot.findings) == sorted(expected)


def test_many_codes_become_several_queries():
    codes = tuple(Coding("loinc", f"{number:05}-0") for number in range(300))
    finding = evolve(PATHWAY.findings["crp"], codes=codes)
    other = evolve(PATHWAY, findings={**PATHWAY.findings, "crp": finding})
    slots = [slot for slot in slots_of(other) if "crp" in slot.findings and slot.key.startswith("observations_")]

    assert len(slots) > 3
    assert all(len(slot.query) <= MAX_QUERY + 200 for slot in slots)
    assert {f"http://loinc.org|{code.code}" for code in codes} <= codes_asked(slots)
    assert len({slot.key for slot in slots_of(other)}) == len(slots_of(other))


def test_templates_are_the_slots():
    assert dict(templates_of(PATHWAY)) == {key: slot.query for key, slot in SLOTS.items()}


def test_an_overlay_has_queries_of_its_own():
    other = load_pathway(overlays=["us"])
    (answers,) = (slot.query for slot in slots_of(other) if slot.key == "answers")

    assert "metastatic-spine-us" in answers
