"""A pathway as a FHIR PlanDefinition, and as one Bundle with everything that belongs to it."""

from __future__ import annotations

from spineworkup.fhir.plan.actions import Actions
from spineworkup.fhir.plan.header import Resource, computer_name, header, pathway_slug, versioned
from spineworkup.fhir.plan.sources import source_artifacts
from spineworkup.fhir.systems import CANONICAL, coding
from spineworkup.fhir.to_activity_definitions import to_activity_definitions
from spineworkup.fhir.to_code_systems import to_code_systems
from spineworkup.fhir.to_library import to_library
from spineworkup.pathways import Pathway

_TYPE = coding(
    "http://terminology.hl7.org/CodeSystem/plan-definition-type", "clinical-protocol", "Clinical Protocol"
)
_DESCRIPTION = (
    "One action for each step of the workup, in the order of work, kept where the step is indicated; and one that is kept "
    "where any step can't be told yet. An action that isn't kept may still be needed: what is not known is not false. An "
    "action that is kept may be done, declined or contraindicated already: `<step> status` of the library says so."
)


def to_plan_definition(pathway: Pathway, canonical: str = CANONICAL) -> Resource:
    """Return a FHIR PlanDefinition: one action for each step, with the define of the library that decides about it.

    For a clinician: the pathway as a plan that a record system can apply to a patient. A receiver's `$apply` drops
    every step of which it isn't known whether it is indicated; the first action stands for these.

    Args:
        pathway: The rules.
        canonical: The address below which the resources are published.

    >>> from spineworkup import load_pathway
    >>> plan = to_plan_definition(load_pathway())
    >>> plan["action"][1]["condition"][0]["expression"]["expression"]
    'analgesia is indicated'
    """
    id_ = pathway_slug(pathway)
    return header(
        "PlanDefinition",
        id_,
        pathway,
        canonical,
        name=computer_name(pathway),
        title=pathway.title,
        type={"coding": [_TYPE]},
        description=_DESCRIPTION,
        relatedArtifact=source_artifacts(pathway),
        library=[versioned(canonical, "Library", id_, pathway)],
        action=Actions(pathway, canonical).all(),
    )


def to_plan_bundle(pathway: Pathway, canonical: str = CANONICAL) -> Resource:
    """Return a Bundle of the plan, its ActivityDefinitions, the Library with its logic, and our own code systems.

    >>> from spineworkup import load_pathway
    >>> [one["resource"]["resourceType"] for one in to_plan_bundle(load_pathway())["entry"]][:3]
    ['PlanDefinition', 'Library', 'ActivityDefinition']
    """
    resources = [
        to_plan_definition(pathway, canonical),
        to_library(pathway, canonical),
        *to_activity_definitions(pathway, canonical),
        *to_code_systems(pathway, canonical),
    ]
    entries = [{"fullUrl": resource["url"], "resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
