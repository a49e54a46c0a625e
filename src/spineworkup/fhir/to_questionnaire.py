"""A pathway's findings as a FHIR Questionnaire, whose answers `from_bundle` reads back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spineworkup.fhir.datatypes import Resource
from spineworkup.fhir.plan.header import computer_name, header, pathway_slug
from spineworkup.fhir.questionnaires.conditions import moot_questions
from spineworkup.fhir.questionnaires.items import clock_items, display_item, finding_item, time_item
from spineworkup.fhir.questionnaires.order import groups
from spineworkup.fhir.questionnaires.times import timed_findings, used_clocks
from spineworkup.fhir.systems import CANONICAL
from spineworkup.pathways import Pathway

NOT_KNOWN = "Leave a question without an answer where the answer is not known. Nothing without an answer counts as absent."


def to_questionnaire(pathway: Pathway) -> Resource:
    """Return the Questionnaire that asks for every finding of a pathway, and for the clocks that it uses.

    `linkId` is the finding's id, `<finding>.at` the time of it, `clocks.<clock>` a clock. What is left without an
    answer is not known: a question has no default. A question is hidden only where no rule can turn on its answer.

    >>> from spineworkup import load_pathway
    >>> form = to_questionnaire(load_pathway("metastatic_spine"))
    >>> [group["text"] for group in form["item"] if group["type"] == "group"][:3]
    ['Times', 'Pain', 'Nerves']
    """
    title = f"{pathway.title or pathway.id}: findings"
    about = header(
        "Questionnaire",
        pathway_slug(pathway),
        pathway,
        CANONICAL,
        name=computer_name(pathway, "findings"),
        title=title,
        subjectType=["Patient"],
    )
    # An element of plans and libraries, which says how to read these.
    about.pop("usage", None)
    return {**about, "item": [display_item("not-known", NOT_KNOWN), *_groups(pathway)]}


def _groups(pathway: Pathway) -> Iterator[Resource]:
    if clocks := used_clocks(pathway):
        yield _group("clocks", "Times", clock_items(clocks))
    timed, moot = timed_findings(pathway), moot_questions(pathway)
    for name, findings in groups(pathway).items():
        questions = [
            question
            for finding in findings
            for question in (finding_item(finding, moot.get(finding.id)), time_item(finding))
            if question["type"] != "dateTime" or finding.id in timed
        ]
        yield _group(name, name.replace("_", " ").capitalize(), questions)


def _group(name: str, title: str, items: Iterable[Resource]) -> Resource:
    return {"linkId": f"group-{name}", "text": title, "type": "group", "item": list(items)}
