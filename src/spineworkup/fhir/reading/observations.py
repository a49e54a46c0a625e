"""Observation: a finding by its code and its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from spineworkup.checklists import Notice
from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.partial_dates import When
from spineworkup.fhir.reading.statements import Said, Statement
from spineworkup.fhir.reading.times import read_time, span_of, time_notices
from spineworkup.fhir.reading.values import Read, read_value
from spineworkup.fhir.reading.vocabulary import Concept, Vocabulary
from spineworkup.findings import Finding

# What becomes of an Observation of each status; any other is as `unknown`.
STATUSES = {
    "final": "",
    "amended": "",
    "corrected": "",
    "preliminary": "preliminary",
    "registered": "no result yet",
    "cancelled": "cancelled",
    "entered-in-error": "entered in error",
    "unknown": "nobody knows whether it counts",
}
# Such as of a donor, or of a fetus.
OF_ANOTHER = "it is about somebody or something else (`focus`)"
_COUNTED = ("final", "amended", "corrected", "preliminary")


def read_observation(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what an Observation says of the findings that it, or a component of it, is coded as."""
    status = resource.text_of("status")
    if status not in _COUNTED:
        return Said("ignored", STATUSES.get(status, STATUSES["unknown"]))
    if resource.has("focus") and resource.child("focus"):
        return Said("ignored", OF_ANOTHER)
    concepts = [(part, words.concept(part.child("code"))) for part in _parts(resource)]
    if clock := concepts[0][1].clock:
        return _clock(clock, resource)
    # Codes that name several findings say nothing of any.
    found = [(part, concept) for part, concept in concepts if concept.meaning is not None]
    if not found:
        return Said("unmapped", "its code is not known here")
    return _said(resource, status, found, words, at)


def _parts(resource: Element) -> list[Element]:
    return [resource, *resource.child("component").items] if resource.has("component") else [resource]


def _said(resource: Element, status: str, found: Sequence[tuple[Element, Concept]], words: Vocabulary, at: datetime) -> Said:
    when, trouble = span_of(resource, "effective", at)
    statements = tuple([_statement(part, concept, when, words) for part, concept in found])
    notices = [*time_notices(trouble, statements), *_notices(statements)]
    if status == "preliminary":
        notices += [_preliminary(one.finding) for one in statements if one.is_known]
    called = any([concept.is_called_otherwise for _, concept in found])
    return Said("used", _why(resource), statements, notices=tuple(notices), is_called_otherwise=called)


def _statement(part: Element, concept: Concept, when: When | None, words: Vocabulary) -> Statement:
    meaning = concept.meaning
    assert meaning is not None
    finding = meaning.finding
    read = read_value(finding, part, words, concept.names)
    if read.value is False and not meaning.is_whole:
        # A part that is absent leaves the others open.
        read = Read(Unknown(WhyUnknown.NOT_RECORDED, "only a part of it was found absent"))
    return Statement(finding, read.value, when, reported=read.reported)


def _notices(statements: Sequence[Statement]) -> Iterator[Notice]:
    for one in statements:
        if isinstance(one.value, Unknown) and one.value.reason is WhyUnknown.NOT_RECORDED:
            detail = f" ({one.value.detail})" if one.value.detail else ""
            yield Notice("no_value", f"{one.finding.label}: a record gives no value{detail}", one.finding.id)


def _preliminary(finding: Finding) -> Notice:
    return Notice("preliminary", f"{finding.label} comes from a preliminary result", finding.id)


# What stands beside a value and never changes it here.
_BESIDE = ("interpretation", "referenceRange", "hasMember", "derivedFrom", "bodySite", "method")


def _why(resource: Element) -> str:
    if not resource.has(*_BESIDE):
        return "its value"
    return f"its value; not used: {', '.join(name for name in _BESIDE if resource.has(name))}"


def _clock(clock: str, resource: Element) -> Said:
    when, _ = read_time(resource.child("valueDateTime"))
    if when is None:
        return Said("ignored", "a clock without a time that can be read")
    return Said("used", "a clock", clocks=((clock, when.earliest),))
