"""What has happened to steps, and what is still to do that nobody orders, as FHIR Tasks."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.charts import StepEvent
from spineworkup.checklists import Checklist
from spineworkup.fhir.datatypes import Resource, concept, local_coding, moment, subject, words
from spineworkup.fhir.systems import STATES, STEPS
from spineworkup.pathways import Step

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
