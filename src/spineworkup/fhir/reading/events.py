"""Task, ServiceRequest, Procedure and ImagingStudy: what has happened to a step.

Only our own Task says that a step is finished. Other records say how far an order has come: whether anybody has read the
result and acted on it stands in none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from spineworkup.charts import STATES
from spineworkup.checklists import Notice
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.partial_dates import When
from spineworkup.fhir.reading.statements import Event, Said
from spineworkup.fhir.reading.times import read_time, span_of
from spineworkup.fhir.reading.vocabulary import Vocabulary

# A FHIR status to the state of the step; one that isn't here says nothing of it.
REQUEST_STATES = {"active": "requested", "completed": "performed", "revoked": "cancelled"}
PROCEDURE_STATES = {
    "preparation": "scheduled",
    "in-progress": "scheduled",
    "not-done": "cancelled",
    "stopped": "inadequate",
    "completed": "performed",
}
STUDY_STATES = {"registered": "scheduled", "available": "performed", "cancelled": "cancelled"}
ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
NOT_AVAILABLE = "not_available"
# What the status of a Task must be where it says that a step is finished; of the other states any will do.
_FITTING = {"acted_on": ("completed",), "declined": ("rejected",)}
_NOT_FINISHED = ("cancelled", "failed", "rejected")
_MOST_TEXT = 200

NO_TIME = "it doesn't say when"
NO_CODE = "its code is not known here"
A_PART = "a test that is only a part of a step"
NO_STATE = "its status says nothing of a step"
NOT_FINISHED_BY_THIS = "only a Task of our own says that such a step is finished"


def read_task(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a Task in our own codes says has happened to a step."""
    step, state = words.step(resource.child("code").codes), words.state(resource.child("businessStatus").codes)
    if not step:
        return Said("unmapped", NO_CODE)
    status = resource.child("status").text
    if status in ("", "draft", "entered-in-error") or resource.child("intent").text in ("proposal", "plan", "option"):
        return Said("ignored", "a proposal, or entered in error")
    if state == NOT_AVAILABLE:
        return Said("used", "a step that this place can't do", not_available=(step,))
    if state not in STATES:
        return Said("ignored", "it doesn't say in our own codes what has happened")
    if not _fits(state, status):
        return Said("ignored", "its two statuses contradict each other", notices=(_contradiction(step, words),))
    return _own_event(step, state, resource, words)


def _fits(state: str, status: str) -> bool:
    if state in _FITTING:
        return status in _FITTING[state]
    return not (state in ("performed", "reported") and status in _NOT_FINISHED)


def _own_event(step: str, state: str, resource: Element, words: Vocabulary) -> Said:
    when, _ = read_time(resource.child("executionPeriod").child("end"))
    if when is None:
        when, _ = read_time(resource.child("lastModified"))
    if when is None:
        return Said("ignored", NO_TIME, notices=(_untimed(step, words),))
    note = next(iter(resource.child("note").items), Element(None, ""))
    by, reason = (note.child(name).text.strip()[:_MOST_TEXT] for name in ("authorString", "text"))
    if state == "declined" and not (by and reason):
        return Said("ignored", "a declined step needs the role and the reason in its note", notices=(_contradiction(step, words),))
    return Said("used", "what has happened to a step", events=(Event(step, state, when, True, by, reason),))


def read_request(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a ServiceRequest says of the steps that its code orders."""
    if resource.child("doNotPerform").value not in (None, False):
        return Said("ignored", "it asks for something not to be done")
    if resource.child("intent").text not in ORDERS:
        return Said("ignored", "a proposal or a plan, not an order")
    when, _ = read_time(resource.child("authoredOn"))
    return events_of([resource.child("code")], REQUEST_STATES, resource, when, words)


def read_procedure(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what a Procedure says of the steps that its code orders."""
    when, _ = span_of(resource, "performed", at)
    return events_of([resource.child("code")], PROCEDURE_STATES, resource, when, words)


def read_study(resource: Element, words: Vocabulary, at: datetime) -> Said:
    """Return what an ImagingStudy says of the steps that its procedures order."""
    when, _ = read_time(resource.child("started"))
    return events_of(resource.child("procedureCode").items, STUDY_STATES, resource, when, words)


def events_of(
    concepts: Iterable[Element], states: Mapping[str, str], resource: Element, when: When | None, words: Vocabulary
) -> Said:
    """Return what a record says of the steps that some codes order."""
    listed = tuple(concepts)
    steps = tuple(dict.fromkeys(step for concept in listed for step in words.ordered(concept.codes)))
    if not steps:
        is_part = any(code in words.parts for concept in listed for code in concept.codes)
        return Said("ignored", A_PART) if is_part else Said("unmapped", NO_CODE)
    state = states.get(resource.child("status").text)
    if state is None:
        return Said("ignored", NO_STATE)
    open_ones = [step for step in steps if words.pathway.steps[step].produces or state not in ("performed", "reported")]
    if not open_ones:
        return Said("ignored", NOT_FINISHED_BY_THIS)
    if when is None:
        return Said("ignored", NO_TIME, notices=tuple([_untimed(step, words) for step in open_ones]))
    return Said("used", "how far an order has come", events=tuple([Event(step, state, when) for step in open_ones]))


def _untimed(step: str, words: Vocabulary) -> Notice:
    return Notice("event_without_time", f"{words.pathway.steps[step].label}: a record says what happened and not when, and isn't counted")


def _contradiction(step: str, words: Vocabulary) -> Notice:
    return Notice("event_not_counted", f"{words.pathway.steps[step].label}: a record of what happened contradicts itself or lacks a reason, and isn't counted")
