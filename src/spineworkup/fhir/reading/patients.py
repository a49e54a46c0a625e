"""Patient: whose records these are, the age and the sex."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from spineworkup.checklists import Notice
from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.errors import FhirError
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.partial_dates import date_bounds
from spineworkup.fhir.reading.statements import Said, Statement
from spineworkup.fhir.reading.vocabulary import Vocabulary
from spineworkup.findings import Value
from spineworkup.moments import CLOCK_SKEW

AGE, SEX = "age_years", "sex"
GENDERS = ("male", "female", "other")


def read_patient(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return age and sex.

    Raises:
        FhirError: The record was merged into another one.
    """
    findings = words.pathway.findings
    found: list[Statement] = []
    if AGE in findings and resource.child("birthDate"):
        found.append(Statement(findings[AGE], _age(resource.child("birthDate").text, at)))
    gender = resource.child("gender").text
    if SEX in findings and gender in findings[SEX].options and gender in GENDERS:
        found.append(Statement(findings[SEX], gender))
    return Said("used", "whose records these are", tuple(found), notices=tuple(_notices(resource)))


def refuse_merged(resource: Element) -> None:
    """Refuse a record that another one has replaced.

    Raises:
        FhirError: It has been replaced.
    """
    if any(link.child("type").text == "replaced-by" for link in resource.child("link").items):
        raise FhirError(f"{resource.place}.link", "this patient record was merged into another one", "fetch that one")


def _notices(resource: Element) -> list[Notice]:
    notices = []
    if resource.child("link"):
        notices.append(Notice("linked_patient", "The patient has further records under another number, which were not read"))
    if resource.child("active").value is False:
        notices.append(Notice("inactive_patient", "The patient's record is marked as not in use"))
    if resource.child("deceasedBoolean").value is True or resource.child("deceasedDateTime"):
        notices.append(Notice("deceased_patient", "The patient's record says that the patient has died"))
    return notices


def _age(birth: str, at: datetime) -> Value | Unknown:
    """Return the age in completed years, if every day that the birth date can mean gives the same."""
    days = date_bounds(birth)
    if days is None:
        return Unknown(WhyUnknown.IMPLAUSIBLE)
    if days[0] > (at + CLOCK_SKEW).date():
        return Unknown(WhyUnknown.IN_FUTURE)
    oldest, youngest = (_completed_years(day, at.date()) for day in days)
    return Decimal(oldest) if oldest == youngest else Unknown(WhyUnknown.NOT_RECORDED, "the birth date is not complete")


def _completed_years(birth: date, day: date) -> int:
    """Return completed years; who was born on 29 February completes one on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
