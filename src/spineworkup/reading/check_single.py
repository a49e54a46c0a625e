"""Checking a file that stands alone: a case, or rules that speak the language of a package."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import Any

from attrs import evolve

from spineworkup.criteria import NamedCriterion
from spineworkup.errors import PathwayError, Problem, ReadError
from spineworkup.findings import Finding
from spineworkup.pathways import Pathway, Step
from spineworkup.reading.check_package import check_id, check_package
from spineworkup.reading.find_packages import shown
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.reading.read_package import structure_entry
from spineworkup.reading.read_yaml import Document, read_yaml
from spineworkup.reading.structure import make_converter

_CASE_KEYS = {"case", "findings", "clocks", "steps", "age_years", "sex", "not_available", "sign_offs"}

Load = Callable[..., Pathway]


def check_single(file: Traversable, package: str, load: Load) -> list[Problem]:
    """Return everything that is wrong in a file that stands alone.

    Args:
        file: A case, or steps, findings and criteria.
        package: The name of the package whose words it uses.
        load: As `load_pathway`.
    """
    raw = file.read_bytes()
    document, problems = read_yaml(raw, shown(file))
    data = document.data
    # A file that isn't whole could be a patient's: then none of its lines is repeated.
    looks_like_rules = not problems and type(data) is dict and data and not _CASE_KEYS & set(data)
    try:
        if looks_like_rules and all(type(body) is dict for body in data.values()):
            return _check_rules(document, load(package))
        case = case_document(raw, shown(file))
        return list(read_case(case, load(package, overlays_of(case))).warnings)
    except ReadError as error:
        return list(error.problems)


def _check_rules(document: Document, pathway: Pathway) -> list[Problem]:
    """Check steps, findings and criteria that stand in a file of their own, against a pathway's vocabulary."""
    problems = Problems()
    words = Vocabulary(
        dict(pathway.findings),
        {id_: named.when for id_, named in pathway.criteria.items()},
        dict(pathway.sources),
        {*pathway.steps, *document.data},
        {pause.id for pause in pathway.pauses},
    )
    converter = make_converter(words)
    steps: dict[str, Step] = {}
    for id_, body in document.data.items():
        check_id(id_, document, (id_,), problems, key=True)
        kind = _kind(body)
        problems.defined(f"{_WHAT[kind]} {id_}", document, (id_,))
        thing = structure_entry(document, id_, body, kind, problems, converter)
        if isinstance(thing, Step):
            steps[id_] = thing
    try:
        check_package(evolve(pathway, steps={**pathway.steps, **steps}, scores={}, purposes={}), problems)
    except PathwayError as error:
        problems.add(document, (), str(error))
    return problems.all


_WHAT: dict[type[Any], str] = {Finding: "finding", NamedCriterion: "criterion", Step: "step"}


def _kind(body: dict[str, Any]) -> type[Any]:
    if "kind" in body:
        return Finding
    return NamedCriterion if "when" in body else Step
