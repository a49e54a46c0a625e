"""A pathway's criteria as a FHIR Library that carries them as ELM, for receivers that apply the plan themselves."""

from __future__ import annotations

import json
from base64 import b64encode

from spineworkup.fhir.elm.library import elm_library
from spineworkup.fhir.plan.header import Resource, computer_name, header, pathway_slug
from spineworkup.fhir.plan.sources import source_artifacts
from spineworkup.fhir.systems import CANONICAL, FINDINGS, STEPS, coding
from spineworkup.pathways import Pathway

LIBRARY_TYPE = "http://terminology.hl7.org/CodeSystem/library-type"
_DESCRIPTION = (
    "The findings, criteria, rules and steps of the pathway as ELM. Null is not known. It knows no times: an old value "
    "counts like any other and a step that was done stays done, so it is to be run over the record as it is read at one "
    "moment, which `to_observations(as_read(checklist), ...)` of the library spineworkup writes. It reads Observations "
    "and Tasks with the codes of this pathway only. Deadlines, sign-offs and which stand-in to take are not in it."
)


def to_library(pathway: Pathway, canonical: str = CANONICAL) -> Resource:
    """Return a FHIR Library with the pathway's logic as ELM.

    For a clinician: the same rules as in the checklist, in a form that a record system can run. What depends on times
    is left out, and `docs/fhir-plan.md` says what a receiver has to do about it.

    Args:
        pathway: The rules.
        canonical: The address below which the resources are published.

    >>> from spineworkup import load_pathway
    >>> library = to_library(load_pathway())
    >>> library["url"], library["content"][0]["contentType"]
    ('https://spineworkup.example/fhir/Library/metastatic-spine', 'application/elm+json')
    """
    # ASCII, with no spaces: some receivers read nothing else, and it is large.
    text = json.dumps(elm_library(pathway, canonical), separators=(",", ":"))
    return header(
        "Library",
        pathway_slug(pathway),
        pathway,
        canonical,
        name=computer_name(pathway),
        title=f"{pathway.title}: logic".removeprefix(": "),
        description=_DESCRIPTION,
        type={"coding": [coding(LIBRARY_TYPE, "logic-library", "Logic Library")]},
        subjectCodeableConcept={
            "coding": [coding("http://hl7.org/fhir/resource-types", "Patient", "Patient")]
        },
        relatedArtifact=source_artifacts(pathway),
        dataRequirement=_requirements(pathway, canonical),
        content=[{"contentType": "application/elm+json", "data": b64encode(text.encode()).decode()}],
    )


def _requirements(pathway: Pathway, canonical: str) -> list[Resource]:
    """Return which resources the logic reads, all by code."""
    findings = [coding(f"{canonical}/{FINDINGS}", id_, one.label) for id_, one in pathway.findings.items()]
    steps = [coding(f"{canonical}/{STEPS}", id_, one.label) for id_, one in pathway.steps.items()]
    read = [
        ("Observation", findings, ["code", "status", "value", "dataAbsentReason"]),
        ("Task", steps, ["code", "status", "businessStatus"]),
    ]
    return [
        {"type": kind, "mustSupport": elements, "codeFilter": [{"path": "code", "code": codes}]}
        for kind, codes, elements in read
        if codes
    ]
