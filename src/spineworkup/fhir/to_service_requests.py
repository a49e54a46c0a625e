"""The orders of a step as FHIR ServiceRequests: drafts and proposals, never orders."""

from __future__ import annotations

from collections.abc import Iterable

from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.fhir import bundles
from spineworkup.fhir.datatypes import Resource, concept, local, moment, notes, subject
from spineworkup.fhir.plan.header import pathway_slug, versioned
from spineworkup.fhir.requests.words import by_when, note_texts, priority_of, reason_concepts
from spineworkup.fhir.systems import CANONICAL, URIS, coding, coding_of
from spineworkup.findings import Coding
from spineworkup.pathways import Step
from spineworkup.readings import Status

_LABORATORY = coding(URIS["snomed"], "108252007", "Laboratory procedure")
_IMAGING = coding(URIS["snomed"], "363679005", "Imaging")
_CATEGORIES = {
    "bloods": _LABORATORY,
    "imaging": _IMAGING,
    "staging": _IMAGING,
    "tissue": coding(URIS["snomed"], "387713003", "Surgical procedure"),
    "assessment": coding(URIS["snomed"], "386053000", "Evaluation procedure"),
}
# A step that can't be told yet, or mustn't be done, has no draft: somebody might sign it.
_PROPOSED = (Status.DUE, Status.WAITING)
_UNDER_WAY = ("requested", "scheduled", "performed", "reported")


def to_service_requests(checklist: Checklist, item: ChecklistItem, patient: str) -> list[Resource]:
    """Return the drafts of what a step orders, one for each thing that can be ordered.

    Blood tests are one request for each test, held together by their `requisition`; an image is one request, with the
    same examination in each terminology. None where the step has no orders, isn't indicated, can't be told yet, is
    contraindicated, is under way already, or has another step in its place: what to do then stands in
    `to_request_bundle`.

    Args:
        checklist: The answer.
        item: One of its items.
        patient: A reference, such as `Patient/123`.

    Raises:
        FhirError: `patient` isn't a reference.
    """
    if item.status not in _PROPOSED or item.progress in _UNDER_WAY or item.instead is not None:
        return []
    pathway = checklist.pathway
    return [
        {
            "resourceType": "ServiceRequest",
            "instantiatesCanonical": [versioned(CANONICAL, "PlanDefinition", pathway_slug(pathway), pathway)],
            "requisition": {
                "system": local("requisition"),
                "value": bundles.address(checklist, patient, "requisition", item.step.id),
            },
            "status": "draft",
            "intent": "proposal",
            **_category(item.step),
            "priority": priority_of(item),
            "code": code,
            "subject": subject(patient),
            **by_when(item, "occurrencePeriod"),
            "authoredOn": moment(checklist.at),
            "reasonCode": reason_concepts(item),
            **notes(*note_texts(checklist, item)),
        }
        for code in order_concepts(item.step)
    ]


def order_concepts(step: Step) -> list[Resource]:
    """Return what a step orders: every code by itself where it is a laboratory test, else the first of each terminology.

    The codes of a blood step are tests of their own. Those of an image are ways to say the same examination, then
    variants of it, such as with contrast: which of them is done is for the radiologist to say.
    """
    if _CATEGORIES.get(step.group) is _LABORATORY:
        return [concept(code.display or step.label, coding_of(code)) for code in step.orders]
    first = _first_of_each(step.orders)
    return [concept(step.label, *map(coding_of, first))] if first else []


def _first_of_each(codes: Iterable[Coding]) -> list[Coding]:
    found: dict[str, Coding] = {}
    for code in codes:
        found.setdefault(code.system, code)
    return list(found.values())


def _category(step: Step) -> Resource:
    category = _CATEGORIES.get(step.group)
    return {} if category is None else {"category": [concept(category["display"], category)]}
