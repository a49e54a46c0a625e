"""Observation: a finding by its code and its value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from spineworkup.charts import Unknown, WhyUnknown
from spineworkup.checklists import Notice
from spineworkup.fhir.elements import Element
from spineworkup.fhir.partial_dates import When
from spineworkup.fhir.statements import Said, Statement
from spineworkup.fhir.times import read_time, span_of, time_notices
from spineworkup.fhir.values import Read, read_value
from spineworkup.fhir.vocabulary import Vocabulary
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
    status = resource.child("status").text
    if status not in _COUNTED:
        return Said("ignored", STATUSES.get(status, STATUSES["unknown"]))
    if resource.child("focus"):
        return Said("ignored", OF_ANOTHER)
    if clock := words.clock(resource.child("code")):
        return _clock(clock, resource)
    when, trouble = span_of(resource, "effective", at)
    parts = [resource, *resource.child("component").items]
    found = [pair for part in parts for pair in _statements(part, when, words)]
    if not found:
        return Said("unmapped", "its code is not known here")
    statements = tuple([statement for statement, _ in found])
    notices = [*time_notices(trouble, statements), *(notice for _, notices in found for notice in notices)]
    if status == "preliminary":
        notices += [_preliminary(one.finding) for one in statements if one.is_known]
    called = any(words.is_called_otherwise(part.child("code")) for part in parts)
    return Said("used", _why(resource), statements, notices=tuple(notices), is_called_otherwise=called)


def _statements(part: Element, when: When | None, words: Vocabulary) -> Iterator[tuple[Statement, list[Notice]]]:
    code = part.child("code")
    named = [meaning for meaning in words.of(code) if not meaning.option]
    if len(named) != 1:
        return
    meaning = named[0]
    finding = meaning.finding
    read = read_value(finding, part, words, words.names(code, finding))
    if read.value is False and not meaning.is_whole:
        # A part that is absent leaves the others open.
        read = Read(Unknown(WhyUnknown.NOT_RECORDED, "only a part of it was found absent"))
    statement = Statement(finding, read.value, when, reported=read.reported)
    yield statement, list(_notices(statement))


def _notices(statement: Statement) -> Iterator[Notice]:
    value = statement.value
    if isinstance(value, Unknown) and value.reason is WhyUnknown.NOT_RECORDED:
        detail = f" ({value.detail})" if value.detail else ""
        yield Notice("no_value", f"{statement.finding.label}: a record gives no value{detail}", statement.finding.id)


def _preliminary(finding: Finding) -> Notice:
    return Notice("preliminary", f"{finding.label} comes from a preliminary result", finding.id)


def _why(resource: Element) -> str:
    unused = [name for name in ("interpretation", "referenceRange", "hasMember", "derivedFrom", "bodySite", "method") if resource.child(name)]
    return f"its value; not used: {', '.join(unused)}" if unused else "its value"


def _clock(clock: str, resource: Element) -> Said:
    when, _ = read_time(resource.child("valueDateTime"))
    if when is None:
        return Said("ignored", "a clock without a time that can be read")
    return Said("used", "a clock", clocks=((clock, when.earliest),))
