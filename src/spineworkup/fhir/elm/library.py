"""A pathway as one library of ELM, which any engine of CQL runs over the FHIR resources of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from spineworkup.fhir.elm import names as name
from spineworkup.fhir.elm.events import event_defines
from spineworkup.fhir.elm.findings import AGREEMENTS, Define, FindingDefines
from spineworkup.fhir.elm.steps import StepDefines, Translate, whole_defines
from spineworkup.fhir.plan.header import computer_name
from spineworkup.fhir.systems import CANONICAL, FINDINGS, STEPS
from spineworkup.pathways import Pathway
from spineworkup.translate.elm_nodes import Elm, define, node
from spineworkup.translate.to_elm import AT_LEAST, to_elm


def elm_library(pathway: Pathway, canonical: str = CANONICAL) -> Elm:
    """Return a pathway as ELM, the form of CQL that engines run.

    Args:
        canonical: The address below which our own code systems lie.
    """
    patient = node("SingletonFrom", node("Retrieve", dataType="{http://hl7.org/fhir}Patient"))
    defines = [("Patient", patient), *_defines(pathway, canonical)]
    return {
        "library": {
            "identifier": {"id": computer_name(pathway), "version": pathway.version},
            "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
            "usings": {
                "def": [
                    {"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"},
                    {"localIdentifier": "FHIR", "uri": "http://hl7.org/fhir", "version": "4.0.1"},
                ]
            },
            "codeSystems": {"def": [_system(path, canonical) for path in (FINDINGS, STEPS)]},
            "codes": {"def": [*_codes(FINDINGS, pathway.findings), *_codes(STEPS, pathway.steps)]},
            "contexts": {"def": [{"name": "Patient"}]},
            "statements": {"def": [*AGREEMENTS, AT_LEAST, *(define(*one) for one in defines)]},
        }
    }


def _defines(pathway: Pathway, canonical: str) -> Iterator[Define]:
    yield from FindingDefines(pathway, canonical).all()
    yield from _criteria(pathway)
    translate = _translate(pathway)
    for id_, rule in pathway.rules.items():
        yield name.rule(id_), translate(rule.when)
    for id_ in pathway.in_order:
        yield from event_defines(pathway.steps[id_], canonical)
        yield from StepDefines(pathway, pathway.steps[id_], translate).all()
    yield from whole_defines(pathway)


def _criteria(pathway: Pathway) -> Iterator[Define]:
    for id_, one in pathway.criteria.items():
        yield name.criterion(id_), _translate(pathway, but=id_)(one.when)


def _translate(pathway: Pathway, but: str = "") -> Translate:
    """Return how criteria are said in ELM: the named ones by their name, but for the one that is being defined."""
    names = {one.when: id_ for id_, one in pathway.criteria.items()}
    named = {when: name.criterion(id_) for when, id_ in names.items() if id_ != but}
    return partial(to_elm, named=named, spans=pathway.totals.keys())


def _system(path: str, canonical: str) -> Elm:
    return {"name": path, "id": f"{canonical}/{path}", "accessLevel": "Public"}


def _codes(system: str, ids: Iterable[str]) -> list[Elm]:
    named = {"accessLevel": "Public", "codeSystem": {"name": system}}
    return [{"name": name.code(system, id_), "id": id_, **named} for id_ in ids]
