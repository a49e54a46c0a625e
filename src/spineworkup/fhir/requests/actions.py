"""The steps of a checklist that are open, as the actions of a RequestGroup and the resources that they point to."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.checklists import ChecklistItem
from spineworkup.fhir.bundles import Entry
from spineworkup.fhir.datatypes import Resource, reference, resource_id
from spineworkup.fhir.requests.answers import Answer
from spineworkup.fhir.requests.citations import citations_of
from spineworkup.fhir.requests.words import by_when, note_texts, priority_of
from spineworkup.fhir.to_service_requests import to_service_requests
from spineworkup.fhir.to_tasks import step_concept, to_task
from spineworkup.readings import Status

OPEN = (Status.DUE, Status.WAITING, Status.UNDETERMINED, Status.CONTRAINDICATED)


def proposals_of(answer: Answer, item: ChecklistItem) -> list[Entry]:
    """Return what is proposed about a step: its drafts, or a Task; nothing where it is contraindicated."""
    if item.status is Status.CONTRAINDICATED:
        return []
    facts = answer.observed(id_ for reason in item.reasons for id_ in reason.facts)
    rests_on = {"reasonReference": facts} if facts else {}
    drafts = [{**one, **rests_on} for one in to_service_requests(answer.checklist, item, answer.patient)]
    proposed = drafts or [to_task(answer.checklist, item, answer.patient)]
    return [(answer.address("proposal", item.step.id, str(n)), one) for n, one in enumerate(proposed)]


def action_of(answer: Answer, item: ChecklistItem, targets: Sequence[Entry]) -> Resource:
    """Return the action of an open step.

    Args:
        answer: The answer.
        item: The step.
        targets: What it points to: what is proposed, or why it mustn't be done.
    """
    step, checklist = item.step, answer.checklist
    title = step.label if item.status is Status.DUE else f"{item.status.words}: {step.label}"
    waits_for = item.reading.waits_for(item.planned)
    before = [{"actionId": resource_id(other), "relationship": "after-end"} for other in waits_for]
    documentation = citations_of(checklist, item.reasons)
    return {
        "id": resource_id(step.id),
        "title": title,
        "description": step.action or step.label,
        "textEquivalent": " ".join(note_texts(checklist, item)),
        "priority": priority_of(item),
        "code": [step_concept(step)],
        **({"documentation": documentation} if documentation else {}),
        **({"relatedAction": before} if before else {}),
        **by_when(item, "timingPeriod"),
        **_pointing_to(targets),
    }


def _pointing_to(targets: Sequence[Entry]) -> Resource:
    """Return what an action points to: one resource, or a part for each, all of which belong to it."""
    if len(targets) == 1:
        return {"resource": reference(targets[0][0])}
    parts = [{"title": resource["code"]["text"], "resource": reference(url)} for url, resource in targets]
    return {"groupingBehavior": "logical-group", "selectionBehavior": "all", "action": parts}
