"""Our own codes, as FHIR CodeSystems: of findings, their options, steps, what has happened to steps, and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spineworkup.charts import STATES as STATE_CODES
from spineworkup.fhir.elm.events import NOT_AVAILABLE
from spineworkup.fhir.plan.header import Resource, computer_name, header
from spineworkup.fhir.systems import CANONICAL, FINDINGS, RULES, STATES, STEPS, options_system
from spineworkup.pathways import Pathway


def to_code_systems(pathway: Pathway, canonical: str = CANONICAL) -> list[Resource]:
    """Return a CodeSystem for each of our own, complete, with the labels that clinicians read.

    >>> from spineworkup import load_pathway
    >>> to_code_systems(load_pathway())[0]["concept"][0]
    {'code': 'abdominal_mass', 'display': 'Abdominal mass'}
    """
    return [_system(pathway, canonical, *one) for one in _systems(pathway)]


def _systems(pathway: Pathway) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    states = {code: code.replace("_", " ") for code in (*STATE_CODES, NOT_AVAILABLE)}
    yield FINDINGS, "Findings", {id_: one.label for id_, one in pathway.findings.items()}
    yield STEPS, "Steps", {id_: one.label for id_, one in pathway.steps.items()}
    yield STATES, "What has happened to a step", states
    yield RULES, "Rules", {id_: one.says for id_, one in pathway.rules.items()}
    for id_, finding in pathway.findings.items():
        if finding.options:
            yield options_system(id_), f"{finding.label}: options", finding.options


def _system(pathway: Pathway, canonical: str, path: str, title: str, codes: Mapping[str, str]) -> Resource:
    id_ = path.removeprefix("CodeSystem/")
    concepts = [{"code": code, **({"display": words} if words else {})} for code, words in codes.items()]
    resource = header(
        "CodeSystem",
        id_,
        pathway,
        canonical,
        name=computer_name(pathway, id_),
        title=title,
        caseSensitive=True,
        content="complete",
        count=len(concepts),
        concept=concepts,
    )
    # These two a CodeSystem doesn't have.
    return {key: value for key, value in resource.items() if key not in ("usage", "effectivePeriod")}
