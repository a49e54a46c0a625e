"""Condition and AllergyIntolerance: a finding by a diagnosis, how sure it is and whether it still holds."""

from __future__ import annotations

from datetime import datetime

from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.partial_dates import When
from spineworkup.fhir.reading.statements import Said, Statement, diagnosis_not_counted
from spineworkup.fhir.reading.times import read_time, span_of, time_notices
from spineworkup.fhir.reading.vocabulary import Meaning, Vocabulary
from spineworkup.findings import OTHER_STATUSES, Kind

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
CLINICAL = f"{_TERMINOLOGY}/condition-clinical"
VERIFICATION = f"{_TERMINOLOGY}/condition-ver-status"
ALLERGY_CLINICAL = f"{_TERMINOLOGY}/allergyintolerance-clinical"
ALLERGY_VERIFICATION = f"{_TERMINOLOGY}/allergyintolerance-verification"

HOLDS = ("active", "recurrence", "relapse")
OVER = ("inactive", "remission", "resolved")
# Many records leave out how sure a diagnosis is; one that nobody doubts is taken as confirmed.
SURE = ("confirmed", "")
UNSURE = ("unconfirmed", "provisional", "differential")
# What a diagnosis says of a finding that is present or absent.
PRESENT, ABSENT, NOT_KNOWN, IN_ERROR = "present", "absent", "not known", "entered in error"

OPEN = Unknown(WhyUnknown.NOT_RECORDED)
COARSE = Unknown(WhyUnknown.UNMAPPED_CODE, "something is recorded that doesn't say which")
_ABATED = tuple(f"abatement{kind}" for kind in ("DateTime", "Age", "Period", "Range", "String"))


def standing(clinical: str, verification: str) -> str:
    """Return what a diagnosis of these two statuses says of a finding that is present or absent; see the import matrix.

    >>> standing("active", "confirmed"), standing("active", "provisional"), standing("", "refuted")
    ('present', 'not known', 'absent')
    """
    if verification == "entered-in-error":
        return IN_ERROR
    if verification == "refuted":
        return ABSENT
    if verification not in SURE:
        return NOT_KNOWN
    if clinical in HOLDS:
        return PRESENT
    return ABSENT if clinical == "resolved" else NOT_KNOWN


def read_condition(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a Condition says of the findings that its code means."""
    return _read(resource, words, at, CLINICAL, VERIFICATION)


def read_allergy(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what an AllergyIntolerance says. One that has ended is still an earlier reaction: it makes nothing absent."""
    return _read(resource, words, at, ALLERGY_CLINICAL, ALLERGY_VERIFICATION)


def _read(resource: Element, words: Vocabulary, at: datetime, clinical_system: str, verification_system: str) -> Said:
    clinical = _status(resource.child("clinicalStatus"), clinical_system)
    verification = _status(resource.child("verificationStatus"), verification_system)
    if standing(clinical, verification) == IN_ERROR:
        return Said("ignored", IN_ERROR)
    # A diagnosis doesn't say what a test found: the cord may have been seen compressed, or only be thought to be.
    meanings = [one for one in words.of(resource.child("code").codes) if one.finding.id not in words.results]
    if not meanings:
        return Said("unmapped", "its code is not known here")
    if clinical_system == ALLERGY_CLINICAL and clinical == "resolved":
        clinical = "inactive"
    since, trouble = _when(resource, at)
    statements = tuple([_statement(meaning, clinical, verification, since, resource, at) for meaning in meanings])
    notices = [diagnosis_not_counted(one.finding) for one in statements if not one.is_known]
    notices += time_notices(trouble, statements)
    called = words.is_called_otherwise(resource.child("code"))
    return Said("used", "a diagnosis", statements, notices=tuple(notices), is_called_otherwise=called)


def _status(concept: Element, system: str) -> str:
    """Return a status; of one that is there and can't be read, a word that no status is called."""
    if not concept:
        return ""
    found = {code for where, code in concept.codes if where == system}
    return found.pop() if len(found) == 1 else "not read"


def _statement(
    meaning: Meaning, clinical: str, verification: str, since: When | None, resource: Element, at: datetime
) -> Statement:
    finding, said = meaning.finding, standing(clinical, verification)
    if clinical in HOLDS and verification in SURE and resource.has(*_ABATED):
        return Statement(finding, Unknown(WhyUnknown.CONFLICT, "a diagnosis that is active and has ended"))
    if meaning.option:
        return _option(meaning, clinical, verification, since)
    if finding.kind is Kind.CHOICE and said != ABSENT:
        return Statement(finding, COARSE, rank=1, is_coarse=True)
    if finding.kind is not Kind.BOOLEAN:
        return Statement(finding, OPEN)
    if said == PRESENT:
        return Statement(finding, True, since, stands=True)
    if said == ABSENT and meaning.is_whole and verification in SURE:
        until, _ = span_of(resource, "abatement", at)
        return Statement(finding, False, until, resolves=True)
    # Nobody says when a diagnosis was refuted: it is no examination of today, and a red flag needs one.
    if said == ABSENT and meaning.is_whole and not finding.red_flag:
        return Statement(finding, False)
    return Statement(finding, OPEN)


def _option(meaning: Meaning, clinical: str, verification: str, since: When | None) -> Statement:
    finding, other = meaning.finding, finding_status(clinical, verification)
    option = meaning.option if other == "" else finding.status_options.get(other, "")
    if not option:
        return Statement(finding, OPEN)
    return Statement(finding, option, since, stands=True, rank=_rank(meaning, option))


def finding_status(clinical: str, verification: str) -> str:
    """Return the status that isn't confirmed and active, empty where both hold, `not known` where nobody says."""
    if verification in UNSURE:
        return verification
    if verification not in SURE:
        return NOT_KNOWN
    if clinical in OVER:
        return clinical
    return "" if clinical in HOLDS else NOT_KNOWN


def _rank(meaning: Meaning, option: str) -> int:
    """Return how sure an option is: what is confirmed and active first, then in the order of the statuses that say it."""
    statuses = [OTHER_STATUSES.index(status) for status, said in meaning.finding.status_options.items() if said == option]
    return min(statuses, default=-1)


def _when(resource: Element, at: datetime) -> tuple[When | None, str]:
    """Return since when: the onset, else when it was recorded."""
    since, trouble = span_of(resource, "onset", at)
    if since is not None or trouble:
        return since, trouble
    return read_time(resource.child("recordedDate"))


