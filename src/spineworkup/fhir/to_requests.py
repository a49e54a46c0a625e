"""A checklist as proposals: a RequestGroup with drafts, Tasks, what is wrong or speaks against, and the receipt."""

from __future__ import annotations

from spineworkup.checklists import Checklist
from spineworkup.fhir import bundles
from spineworkup.fhir.bundles import Entry
from spineworkup.fhir.datatypes import Resource, concept, local, moment, notes, subject
from spineworkup.fhir.plan.header import pathway_slug, versioned
from spineworkup.fhir.receipts import receipt_of
from spineworkup.fhir.requests.actions import OPEN, action_of, proposals_of
from spineworkup.fhir.requests.answers import Answer
from spineworkup.fhir.requests.guidance import guidance_of
from spineworkup.fhir.requests.issues import contraindication_issues, notice_issues
from spineworkup.fhir.systems import CANONICAL

_PRIORITIES = ("routine", "urgent", "asap", "stat")


def to_request_bundle(checklist: Checklist, patient: str) -> Resource:
    """Return what a checklist proposes, as a Bundle of drafts: nothing in it is an order.

    A RequestGroup has one action for each step that is due, waits, can't be told yet or is contraindicated. It points
    to draft ServiceRequests, to Tasks, or to the DetectedIssue that says why not. Further DetectedIssues say what
    contradicts itself, is too old or can't be right. The Observations on which all that rests are there too, and a
    GuidanceResponse with the receipt and the open questions.

    Args:
        checklist: The answer.
        patient: A reference, such as `Patient/123`.

    Raises:
        FhirError: `patient` isn't a reference.
    """
    answer = Answer(checklist, patient)
    plan = versioned(CANONICAL, "PlanDefinition", pathway_slug(checklist.pathway), checklist.pathway)
    actions: list[Resource] = []
    entries: list[Entry] = []
    for item in checklist.items:
        if item.status in OPEN:
            proposed = proposals_of(answer, item)
            issues = list(contraindication_issues(answer, item, proposed))
            actions.append(action_of(answer, item, proposed or issues[:1]))
            entries += [*proposed, *issues]
    entries += notice_issues(answer)
    entries += [entry for recorded in answer.recorded.values() for entry in recorded]
    group, receipt = answer.address("group"), answer.address("receipt")
    first = [
        (answer.address("guidance"), guidance_of(answer, plan, group, receipt)),
        (receipt, receipt_of(checklist)),
        (group, _group(answer, plan, actions)),
    ]
    return bundles.collection(checklist, [*first, *entries])


def _group(answer: Answer, plan: str, actions: list[Resource]) -> Resource:
    checklist = answer.checklist
    pathway = checklist.pathway
    return {
        "resourceType": "RequestGroup",
        "identifier": [{"system": local("answer"), "value": answer.address("answer")}],
        "instantiatesCanonical": [plan],
        "status": "draft",
        "intent": "proposal",
        "priority": max((action["priority"] for action in actions), key=_PRIORITIES.index, default="routine"),
        "code": concept(pathway.title or pathway.id),
        "subject": subject(answer.patient),
        "authoredOn": moment(checklist.at),
        **notes(
            f"Urgency: {checklist.urgency.words}.",
            f"Version {pathway.version}, {pathway.hash}; facts as of {moment(checklist.at)}.",
        ),
        **({"action": actions} if actions else {}),
    }
