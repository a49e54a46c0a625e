"""From the files of a rule package to a pathway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from attrs import evolve, frozen

from spineworkup.criteria import NamedCriterion
from spineworkup.errors import PathwayError
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway, Pause, Purpose, Step, TreatmentOption
from spineworkup.reading.check_package import check_id, check_package
from spineworkup.reading.compose import compose
from spineworkup.reading.faults import Faults
from spineworkup.reading.find_packages import yaml_files
from spineworkup.reading.parse_notation import Vocabulary, parse
from spineworkup.reading.places import places_of
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document
from spineworkup.reading.structure import Converter, make_converter
from spineworkup.scores import Additive, Score
from spineworkup.sources import Source

T = TypeVar("T")

CASES = ".cases.yaml"


@frozen
class PackageHead:
    """What `package.yaml` says."""

    package: str
    version: str
    title: str
    profile: str
    revised: date
    review_by: date
    intended_use: str


@frozen
class PathwayFile:
    """What `pathway.yaml` says, but for the expression that composes the steps."""

    pauses: tuple[Pause, ...] = ()
    purposes: tuple[Purpose, ...] = ()


Documents = Mapping[str, Document]


def read_documents(folder: Traversable, problems: Problems) -> dict[str, Document]:
    """Return the documents of a rule package by their names, such as `steps/mri_whole_spine.yaml`."""
    names = ["package.yaml", "sources.yaml", "criteria.yaml", "options.yaml", "pathway.yaml"]
    files = [(name, folder / name) for name in names if (folder / name).is_file()]
    for part in ("findings", "scores", "steps"):
        files += [(f"{part}/{file.name}", file) for file in yaml_files(folder / part)]
    return {name: problems.read(file) for name, file in files if not name.endswith(CASES)}


def read_package(documents: Documents, problems: Problems) -> Pathway | None:
    """Return the pathway of a rule package, or None where anything is wrong with it: all of that is noted."""
    vocabulary = Vocabulary()
    converter = make_converter(vocabulary)
    vocabulary.sources.update(_mapping(documents, "sources.yaml", "source", Source, problems, converter))
    findings = _mapping(documents, "findings/", "finding", Finding, problems, converter)
    scores = _mapping(documents, "scores/", "score", Score, problems, converter)
    findings |= totals(scores, findings)
    vocabulary.findings.update(findings)
    named = _criteria(documents.get("criteria.yaml"), vocabulary, problems, converter)
    written = _pathway_file(documents, problems, converter)
    vocabulary.pauses.update(pause.id for pause in written.pauses)
    vocabulary.steps.update(_ids(documents, "steps/"))
    steps = _mapping(documents, "steps/", "step", Step, problems, converter)
    options = _mapping(documents, "options.yaml", "option", TreatmentOption, problems, converter)
    parts = Pathway(
        findings=findings,
        criteria=named,
        scores=scores,
        sources=vocabulary.sources,
        options=options,
        pauses=written.pauses,
        purposes={purpose.id: purpose for purpose in written.purposes},
    )
    composed = _composed(documents, steps, vocabulary, problems)
    # What doesn't fit together is named even where the steps don't make a pathway yet.
    joined = None if composed is None else _joined(parts, composed, documents, problems)
    check_package(_unjoined(parts, steps) if joined is None else joined, problems)
    head = _head(documents, problems, converter)
    if head is None or joined is None or problems.all:
        return None
    pathway = evolve(
        joined,
        id=head.package,
        version=head.version,
        title=head.title,
        profile=head.profile,
        revised=head.revised,
        review_by=head.review_by,
        intended_use=head.intended_use,
    )
    return evolve(pathway, places=places_of(pathway, documents["package.yaml"], problems))


def _joined(parts: Pathway, composed: Pathway, documents: Documents, problems: Problems) -> Pathway | None:
    """Return the steps with what else belongs to the pathway; a purpose may escalate to what its own steps wait for."""
    try:
        return parts | composed
    except PathwayError as error:
        problems.add(documents["pathway.yaml"], ("purposes",), str(error))
        return None


def _unjoined(parts: Pathway, steps: Mapping[str, Step]) -> Pathway:
    """Return steps that don't make a pathway, without what may be why: a circle in what waits for what."""
    return evolve(parts, steps={id_: evolve(s, prerequisites=()) for id_, s in steps.items()}, purposes={})


def _ids(documents: Documents, prefix: str) -> Iterator[str]:
    """Yield the ids that some files define, whether or not what they define can be read."""
    for name, document in documents.items():
        if name.startswith(prefix) and type(document.data) is dict:
            yield from document.data


def _head(documents: Documents, problems: Problems, converter: Converter) -> PackageHead | None:
    document = documents["package.yaml"]
    return problems.structure(document, (), document.data, PackageHead, converter)


def _mapping(
    documents: Documents, prefix: str, what: str, kind: type[T], problems: Problems, converter: Converter
) -> dict[str, T]:
    """Return the things that some files define, by their ids."""
    made: dict[str, T] = {}
    for document in (document for name, document in documents.items() if name.startswith(prefix)):
        for id_, body in problems.entries(document, what):
            check_id(id_, document, (id_,), problems, key=True)
            problems.defined(f"{what} {id_}", document, (id_,))
            thing = structure_entry(document, id_, body, kind, problems, converter)
            if thing is not None:
                made[id_] = thing
    return made


def structure_entry(
    document: Document, id_: str, body: Any, kind: type[T], problems: Problems, converter: Converter
) -> T | None:
    """Return one entry of a mapping from ids as an object that knows its id."""
    if type(body) is not dict:
        problems.add(document, (id_,), "expected a mapping of keys and values")
        return None
    if "id" in body:
        problems.add(document, (id_, "id"), "unknown key 'id'", "the id is the key above", key=True)
        return None
    return problems.structure(document, (id_,), {"id": id_, **body}, kind, converter)


def totals(scores: Mapping[str, Score], findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the findings that hold the totals of additive scores, where they aren't defined by hand."""
    additive = [score for score in scores.values() if isinstance(score.table, Additive)]
    return {
        score.total: Finding(
            score.total,
            f"{score.label}: total",
            Kind.NUMBER,
            group="score",
            ask=f"{score.label}: the total, if it was reported",
            cites=score.cites,
            verification=score.verification,
        )
        for score in additive
        if score.total not in findings
    }


def _criteria(
    document: Document | None, vocabulary: Vocabulary, problems: Problems, converter: Converter
) -> dict[str, NamedCriterion]:
    """Return the named criteria, each of which joins the vocabulary of those below it."""
    made: dict[str, NamedCriterion] = {}
    if document is None:
        return made
    for id_, body in problems.entries(document, "criterion"):
        check_id(id_, document, (id_,), problems, key=True)
        problems.defined(f"criterion {id_}", document, (id_,))
        if id_ in vocabulary.findings or id_ == "always":
            problems.add(
                document, (id_,), f"{id_!r} already names a finding", "choose another name", key=True
            )
        named = structure_entry(document, id_, body, NamedCriterion, problems, converter)
        if named is not None:
            made[id_], vocabulary.names[id_] = named, named.when
    return made


def _pathway_file(documents: Documents, problems: Problems, converter: Converter) -> PathwayFile:
    document = documents.get("pathway.yaml")
    if document is None or type(document.data) is not dict:
        return PathwayFile()
    body = {key: value for key, value in document.data.items() if key != "compose"}
    written = problems.structure(document, (), body, PathwayFile, converter) or PathwayFile()
    for place, purpose in enumerate(written.purposes):
        problems.defined(f"purpose {purpose.id}", document, ("purposes", place))
    for place, pause in enumerate(written.pauses):
        problems.defined(f"pause {pause.id}", document, ("pauses", place))
    return written


def _composed(
    documents: Documents, steps: Mapping[str, Step], vocabulary: Vocabulary, problems: Problems
) -> Pathway | None:
    document = documents.get("pathway.yaml")
    if document is None or type(document.data) is not dict or "compose" not in document.data:
        place = document or documents["package.yaml"]
        problems.add(
            place, (), "the package needs pathway.yaml with the key 'compose'", "how its steps fit together"
        )
        return None
    try:
        pathway = compose(document.data["compose"], steps, lambda data: parse(data, vocabulary))
    except Faults as error:
        for fault in error.faults:
            problems.add(document, ("compose", *fault.path), fault.message, fault.hint, key=fault.key)
        return None
    except PathwayError as error:
        problems.add(document, ("compose",), str(error))
        return None
    for step in steps:
        if step not in pathway.steps:
            problems.at(
                f"step {step}", f"the step {step!r} isn't part of the pathway", "add it to pathway.yaml"
            )
    return pathway
