"""What each step asks for, as FHIR ActivityDefinitions: proposals, of a request where there is a code for it, else of a task."""

from __future__ import annotations

from spineworkup.fhir.plan.actions import ASK, ASK_TITLE
from spineworkup.fhir.plan.header import Resource, computer_name, header, pathway_slug, slug
from spineworkup.fhir.plan.sources import cited
from spineworkup.fhir.systems import CANONICAL, STEPS, coding
from spineworkup.fhir.to_service_requests import order_concepts
from spineworkup.pathways import Pathway, Step


def to_activity_definitions(pathway: Pathway, canonical: str = CANONICAL) -> list[Resource]:
    """Return an ActivityDefinition for each step, in the order of work, and one to ask what is not known.

    A step with several orders, such as blood tests, is one request here with the step's own code: which tests it asks for
    stands in the plan's action, and `to_service_requests` gives a draft for each.

    >>> from spineworkup import load_pathway
    >>> [one["kind"] for one in to_activity_definitions(load_pathway())][:2]
    ['Task', 'Task']
    """
    steps = (pathway.steps[id_] for id_ in pathway.in_order)
    return [_ask(pathway, canonical), *(_activity(pathway, step, canonical) for step in steps)]


def _activity(pathway: Pathway, step: Step, canonical: str) -> Resource:
    codings = [coding(f"{canonical}/{STEPS}", step.id, step.label)]
    orders = order_concepts(step)
    if len(orders) == 1:
        codings += orders[0]["coding"]
    return header(
        "ActivityDefinition",
        slug(pathway_slug(pathway), step.id),
        pathway,
        canonical,
        name=computer_name(pathway, step.id),
        title=step.label,
        description=step.action,
        relatedArtifact=cited(pathway, step.rules),
        kind="ServiceRequest" if orders else "Task",
        code={"coding": codings, "text": step.label},
        intent="proposal",
        doNotPerform=False,
        participant=[{"type": "practitioner", "role": {"text": step.owner}}] if step.owner else [],
    )


def _ask(pathway: Pathway, canonical: str) -> Resource:
    return header(
        "ActivityDefinition",
        slug(pathway_slug(pathway), ASK),
        pathway,
        canonical,
        name=computer_name(pathway, ASK),
        title=ASK_TITLE,
        description="Some steps can't be told yet: ask what is not known.",
        kind="Task",
        code={"text": ASK_TITLE},
        intent="proposal",
        doNotPerform=False,
    )
