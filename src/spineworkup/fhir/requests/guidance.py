"""How an answer came about, and what more could still be asked, as a GuidanceResponse."""

from __future__ import annotations

from spineworkup.checklists import Question
from spineworkup.fhir.datatypes import Resource, local, moment, notes, reference, subject
from spineworkup.fhir.finding_codes import question_coding
from spineworkup.fhir.requests.answers import Answer
from spineworkup.fhir.requests.issues import NO_ISSUE


def guidance_of(answer: Answer, plan: str, group: str, receipt: str) -> Resource:
    """Return how an answer came about: what it follows, its receipt, its requests, and the questions that are open.

    Args:
        answer: The answer.
        plan: The address of the PlanDefinition that it follows.
        group: The address of the RequestGroup.
        receipt: The address of the receipt.
    """
    checklist = answer.checklist
    open_ = [_requirement(question) for question in checklist.questions]
    about_rules = [notice.text for notice in checklist.notices if notice.kind in NO_ISSUE]
    return {
        "resourceType": "GuidanceResponse",
        "requestIdentifier": {"system": local("answer"), "value": answer.address("answer")},
        "moduleCanonical": plan,
        "status": "data-requested" if open_ else "success",
        "subject": subject(answer.patient),
        "occurrenceDateTime": moment(checklist.at),
        **notes(f"Urgency: {checklist.urgency.words}.", *about_rules, checklist.pathway.intended_use),
        "outputParameters": reference(receipt),
        "result": reference(group),
        **({"dataRequirement": open_} if open_ else {}),
    }


def _requirement(question: Question) -> Resource:
    codes = [question_coding(question.id, question.label)]
    times = {"mustSupport": ["effective"]} if question.id.endswith(".at") else {}
    return {"type": "Observation", **times, "codeFilter": [{"path": "code", "code": codes}]}
