"""A chart as the answers to the pathway's Questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.fhir.datatypes import Resource, subject
from spineworkup.fhir.plan.header import pathway_slug, versioned
from spineworkup.fhir.questionnaires.answers import answers_of, is_enabled, said_of
from spineworkup.fhir.receipts import receipt_meta
from spineworkup.fhir.systems import CANONICAL
from spineworkup.fhir.to_questionnaire import to_questionnaire
from spineworkup.findings import Value


def to_questionnaire_response(checklist: Checklist, patient: str) -> Resource:
    """Return what was recorded of a patient as answers to the Questionnaire: findings and clocks.

    What is not known for a reason keeps the reason, in an extension of the question. What happened to steps is in
    `to_observations`. A value that was seen several times has the earliest of its times; a question that the form
    hides has no answer.

    Args:
        checklist: The answer; its chart is exported.
        patient: A reference, such as `Patient/123`.

    Raises:
        FhirError: `patient` isn't a reference.
    """
    pathway = checklist.pathway
    form = pathway.remember("questionnaire", to_questionnaire)
    chart = checklist.original
    items = _answered(form["item"], chart, _shown(form["item"], answers_of(chart)))
    return {
        "resourceType": "QuestionnaireResponse",
        **receipt_meta(checklist),
        "questionnaire": versioned(CANONICAL, "Questionnaire", pathway_slug(pathway), pathway),
        "status": "completed",
        "subject": subject(patient),
        **({"item": items} if items else {}),
    }


def _shown(questions: Iterable[Resource], answers: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the answers to questions that the form shows: no other question hangs on one that it hides."""
    hidden = {question["linkId"] for question in _flat(questions) if not is_enabled(question, answers)}
    return {id_: answer for id_, answer in answers.items() if id_ not in hidden}


def _flat(questions: Iterable[Resource]) -> Iterator[Resource]:
    for question in questions:
        yield question
        yield from _flat(question.get("item", ()))


def _answered(questions: Iterable[Resource], chart: Chart, shown: Mapping[str, Value]) -> list[Resource]:
    """Return the questions to which there is something to say, in their groups."""
    listed = list(questions)
    times = {question["linkId"].removesuffix(".at") for question in listed if question["type"] == "dateTime"}
    found = []
    for question in listed:
        if question["type"] == "group":
            inside = _answered(question["item"], chart, shown)
            said: Resource = {"item": inside} if inside else {}
        elif question["type"] == "display" or not is_enabled(question, shown):
            continue
        else:
            said = said_of(question, chart, asks_time=question["linkId"] in times)
        if said:
            found.append({"linkId": question["linkId"], "text": question["text"], **said})
    return found
