"""DiagnosticReport: how far a test has come, and what it found, as far as that is coded.

The text of a report is never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from spineworkup.checklists import Notice
from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.fhir.reading.elements import Code, Element
from spineworkup.fhir.reading.events import events_of
from spineworkup.fhir.reading.statements import Said, Statement
from spineworkup.fhir.reading.times import read_time, span_of, time_notices
from spineworkup.fhir.reading.vocabulary import Vocabulary
from spineworkup.findings import Finding

REPORT_STATES = {
    "registered": "requested",
    "partial": "performed",
    "preliminary": "performed",
    "final": "reported",
    "amended": "reported",
    "corrected": "reported",
    "appended": "reported",
    "cancelled": "cancelled",
}
_WITH_RESULT = ("partial", "preliminary", "final", "amended", "corrected", "appended")
_EARLY = ("partial", "preliminary")


def read_report(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a DiagnosticReport says of the steps that its code orders, and of what they find."""
    code = resource.child("code")
    when, trouble = span_of(resource, "effective", at)
    issued, _ = read_time(resource.child("issued"))
    event = events_of([code], REPORT_STATES, resource, issued or when, words)
    if resource.child("status").text not in _WITH_RESULT:
        return event
    found = [
        Statement(finding, value, when)
        for finding in _produced(code, words)
        if (value := _value(finding, resource, words)) is not None
    ]
    if not found:
        return Said(event.outcome, event.why, events=event.events, notices=(*event.notices, *_unread(resource, code, words)))
    notices = [*event.notices, *time_notices(trouble, found)]
    if resource.child("status").text in _EARLY:
        notices += [Notice("preliminary", f"{one.finding.label} comes from a preliminary report", one.finding.id) for one in found]
    return Said("used", "its codes; its text is not read", tuple(found), event.events, notices=tuple(notices))


def _produced(code: Element, words: Vocabulary) -> Iterator[Finding]:
    """Yield the findings that the steps produce to which a report belongs: by an order, or by what was examined."""
    steps = set(words.ordered(code.codes))
    examined = {meaning.finding.id for meaning in words.of(code.codes) if meaning.option}
    for id_, step in words.pathway.steps.items():
        if id_ in steps or examined & set(step.produces):
            yield from (words.pathway.findings[one] for one in step.produces)


def _value(finding: Finding, resource: Element, words: Vocabulary) -> str | Unknown | None:
    """Return the option that the code of a report says of a finding, or else its conclusions; None where neither does."""
    said = {option for code in _coded(resource) if (option := words.option(finding, [code]))}
    if len(said) > 1:
        return Unknown(WhyUnknown.CONFLICT, "one report with several conclusions")
    return said.pop() if said else None


def _coded(resource: Element) -> list[Code]:
    conclusions = resource.child("conclusionCode").items
    return [*resource.child("code").codes, *(code for concept in conclusions for code in concept.codes)]


def _unread(resource: Element, code: Element, words: Vocabulary) -> Iterator[Notice]:
    for step in words.ordered(code.codes):
        label = words.pathway.steps[step].label
        yield Notice("report_not_read", f"{label}: a report is there, and what it found isn't coded in a way that is known here: read it")
