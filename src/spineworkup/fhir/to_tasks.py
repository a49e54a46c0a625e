"""What has happened to steps, and what is still to do that nobody orders, as FHIR Tasks."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.charts import StepEvent
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.fhir.datatypes import Resource, concept, local_coding, moment, notes, subject, words
from spineworkup.fhir.finding_codes import question_coding
from spineworkup.fhir.requests.words import by_when, note_texts, priority_of, reason_concepts
from spineworkup.fhir.systems import STATES, STEPS
from spineworkup.pathways import Step
from spineworkup.readings import Status

_TASK_STATUS = {
    "requested": "requested",
    "scheduled": "accepted",
    "performed": "in-progress",
    "reported": "in-progress",
    "acted_on": "completed",
    "inadequate": "failed",
    "cancelled": "cancelled",
    "declined": "rejected",
    "not_available": "on-hold",
}
_EXECUTED = ("performed", "reported", "acted_on", "inadequate")


def event_tasks(checklist: Checklist, patient: str) -> Iterator[Resource]:
    """Yield a Task for each step to which something has happened, and for each that this place can't do."""
    chart, steps = checklist.original, checklist.pathway.steps
    for id_, event in sorted(chart.steps.items()):
        yield {**_task(steps[id_], event.state, patient), **_event(event)}
    for id_ in sorted(chart.not_available):
        yield {**_task(steps[id_], "not_available", patient), "lastModified": moment(checklist.at)}


def to_task(checklist: Checklist, item: ChecklistItem, patient: str) -> Resource:
    """Return a draft of what is to be done about a step for which nothing can be ordered.

    To do it, where it is an examination, a call, a decision or a hand-over; to ask, where it can't be told yet; to
    follow it up, where it is under way or another step takes over. What is not known stands in `input`, to be asked.

    Args:
        checklist: The answer.
        item: One of its items.
        patient: A reference, such as `Patient/123`.

    Raises:
        FhirError: `patient` isn't a reference.
    """
    step = item.step
    period = by_when(item, "period")
    return {
        "resourceType": "Task",
        "status": "draft",
        "intent": "proposal",
        "priority": priority_of(item),
        "code": _what(item),
        "description": step.action or step.label,
        "for": subject(patient),
        "authoredOn": moment(checklist.at),
        **({"performerType": [concept(step.owner)]} if step.owner else {}),
        **({"reasonCode": reason_concepts(item)[0]} if item.reasons else {}),
        **notes(*note_texts(checklist, item)),
        **({"restriction": period} if period else {}),
        **_inputs(checklist, item),
    }


def _what(item: ChecklistItem) -> Resource:
    """Return what is to be done; only what is to be done as such carries the code of the step."""
    label = item.step.label
    if item.status is Status.UNDETERMINED:
        return concept(f"Ask, to tell whether it is indicated: {label}")
    if item.instead is not None:
        return concept(f"Another step takes over: {label}")
    return concept(f"Follow up: {label}") if item.progress else step_concept(item.step)


def _inputs(checklist: Checklist, item: ChecklistItem) -> Resource:
    asked = {question.id: question for question in checklist.questions}
    inputs = [
        {
            "type": concept(asked[id_].label, question_coding(id_, asked[id_].label)),
            "valueString": asked[id_].ask,
        }
        for id_ in item.questions
    ]
    return {"input": inputs} if inputs else {}


def step_concept(step: Step) -> Resource:
    """Return a step as a code of our own."""
    return concept(step.label, local_coding(STEPS, step.id, step.label))


def _task(step: Step, state: str, patient: str) -> Resource:
    label = state.replace("_", " ")
    return {
        "resourceType": "Task",
        "status": _TASK_STATUS[state],
        "businessStatus": concept(label, local_coding(STATES, state, label)),
        "intent": "unknown",
        "code": step_concept(step),
        "for": subject(patient),
    }


def _event(event: StepEvent) -> Resource:
    at = moment(event.at)
    executed = {"executionPeriod": {"end": at}} if event.state in _EXECUTED else {}
    by, reason = words(event.by), words(event.reason)
    author = {"authorString": by} if by else {}
    note = {"note": [{**author, "text": reason or event.state}]} if by or reason else {}
    return {"lastModified": at, **executed, **note}
