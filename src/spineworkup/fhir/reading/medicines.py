"""MedicationStatement and MedicationRequest: a finding that the code of a medicine says is present."""

from __future__ import annotations

from datetime import datetime

from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.events import ORDERS
from spineworkup.fhir.reading.partial_dates import When
from spineworkup.fhir.reading.statements import Said, Statement
from spineworkup.fhir.reading.times import read_time, span_of
from spineworkup.fhir.reading.vocabulary import Vocabulary
from spineworkup.findings import Kind

NOT_TAKEN = "not taken now"


def read_medication_statement(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a MedicationStatement says; what was stopped makes nothing absent."""
    return _read(resource, words, span_of(resource, "effective", at)[0])


def read_medication_request(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a MedicationRequest says; a proposal says nothing."""
    if resource.child("doNotPerform").value not in (None, False) or resource.child("intent").text not in ORDERS:
        return Said("ignored", "not an order to take it")
    return _read(resource, words, read_time(resource.child("authoredOn"))[0])


def _read(resource: Element, words: Vocabulary, when: When | None) -> Said:
    named = words.of(resource.child("medicationCodeableConcept").codes)
    found = [meaning.finding for meaning in named if meaning.finding.kind is Kind.BOOLEAN]
    if not found:
        return Said("unmapped", "its code is not known here")
    if resource.child("status").text != "active":
        return Said("ignored", NOT_TAKEN)
    return Said("used", "a medicine", tuple([Statement(one, True, when, stands=True) for one in found]))
