"""Checking whatever a path names: a rule package, an overlay, a file of either, or case files."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from attrs import evolve

from spineworkup.criteria import NamedCriterion
from spineworkup.errors import PathwayError, Problem, ReadError
from spineworkup.findings import Finding
from spineworkup.pathways import Pathway, Step
from spineworkup.reading.check_package import check_package
from spineworkup.reading.find_packages import OVERLAYS, names, rules_root, shown, yaml_files
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_case import case_document, overlays_of, read_case, read_cases
from spineworkup.reading.read_package import CASES, check_id, structure_entry
from spineworkup.reading.read_yaml import Document, read_yaml
from spineworkup.reading.structure import make_converter
from spineworkup.sources import Position

PACKAGE, OVERLAY = "package.yaml", "overlay.yaml"
_CASE_KEYS = {"case", "findings", "clocks", "steps", "age_years", "sex", "not_available", "sign_offs"}


Load = Callable[..., Pathway]


def check_shipped() -> list[Problem]:
    """Return everything that is wrong in the rules that the library ships."""
    root, load = rules_root(), _loader()
    overlays = root / OVERLAYS
    found = [problem for name in names(root, PACKAGE) for problem in _check_package(root / name, load)]
    found += [
        problem for name in names(overlays, OVERLAY) for problem in _check_overlay(overlays / name, load)
    ]
    return found


def check_path(path: Path) -> list[Problem]:
    """Return everything that is wrong at a path."""
    return _check_path(path, _loader())


def _loader() -> Load:
    """Return `load_pathway`, but each pathway is read once: a package may have a hundred files of cases."""
    kept: dict[tuple[str, tuple[str, ...]], Pathway] = {}

    def load(name: str, overlays: tuple[str, ...] = ()) -> Pathway:
        if (name, overlays) not in kept:
            kept[name, overlays] = load_pathway(name, overlays)
        return kept[name, overlays]

    return load


def _check_path(path: Path, load: Load) -> list[Problem]:
    if path.is_dir():
        return _check_folder(path, load)
    if not path.is_file():
        return [Problem(Position(str(path)), "there is no such file or folder")]
    if path.name == OVERLAY:
        return _check_overlay(path.parent, load)
    package = _package_of(path)
    name = f"{package}/" if package else DEFAULT
    if path.name.endswith(CASES):
        return _check_cases(path, name, load)
    if package is not None and path.parent.name != "cases":
        here = shown(path.resolve())
        return [problem for problem in _problems_of(name, load) if problem.position.file == here]
    return _check_single(path, name, load)


def _check_folder(folder: Path, load: Load) -> list[Problem]:
    if (folder / PACKAGE).is_file():
        return _check_package(folder, load)
    if (folder / OVERLAY).is_file():
        return _check_overlay(folder, load)
    return [problem for file in sorted(folder.rglob("*.yaml")) for problem in _check_path(file, load)]


def _package_of(file: Path) -> Path | None:
    return next((parent for parent in list(file.resolve().parents)[:3] if (parent / PACKAGE).is_file()), None)


def _check_package(folder: Traversable, load: Load) -> list[Problem]:
    name = f"{folder}/"
    found = _problems_of(name, load)
    if found:
        return found
    for file in yaml_files(folder / "steps"):
        if file.name.endswith(CASES):
            found += _check_cases(file, name, load)
    for file in yaml_files(folder / "cases"):
        found += _check_single(file, name, load)
    return found


def _check_overlay(folder: Traversable, load: Load) -> list[Problem]:
    document, problems = read_yaml((folder / OVERLAY).read_bytes(), shown(folder / OVERLAY))
    if problems or type(document.data) is not dict:
        return problems or [document.problem((), "expected a mapping")]
    base = document.data.get("base", DEFAULT)
    name = base if type(base) is str else DEFAULT
    found = _problems_of(name, load, (f"{folder}/",))
    if not found:
        for file in yaml_files(folder / "cases"):
            found += _check_single(file, name, load)
    return found


def _problems_of(name: str, load: Load, overlays: tuple[str, ...] = ()) -> list[Problem]:
    try:
        load(name, overlays)
    except ReadError as error:
        return list(error.problems)
    return []


def _check_cases(file: Traversable, package: str, load: Load) -> list[Problem]:
    document, problems = read_yaml(file.read_bytes(), shown(file), private=True)
    if problems:
        return problems
    try:
        return [problem for case in read_cases(document, load(package)) for problem in case.warnings]
    except ReadError as error:
        return list(error.problems)


def _check_single(file: Traversable, package: str, load: Load) -> list[Problem]:
    """Check a file that stands alone: a case, or rules that speak the language of a package."""
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
        check_id(id_, document, problems)
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
