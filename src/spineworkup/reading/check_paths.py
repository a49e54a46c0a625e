"""Checking whatever a path names: a rule package, an overlay, a file of either, or case files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from attrs import field, frozen

from spineworkup.errors import Problem, ReadError
from spineworkup.pathways import Pathway
from spineworkup.reading.accepted import ACCEPTED, read_accepted, settle
from spineworkup.reading.check_single import check_single
from spineworkup.reading.find_lints import lints_of
from spineworkup.reading.find_packages import (
    OVERLAYS,
    names,
    overlay_folder,
    package_folder,
    rules_root,
    shown,
    yaml_files,
)
from spineworkup.reading.lints import Lint, LintKind, with_excerpts
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_case import read_cases
from spineworkup.reading.read_package import CASES, read_documents
from spineworkup.reading.read_yaml import read_yaml
from spineworkup.sources import Position

PACKAGE, OVERLAY = "package.yaml", "overlay.yaml"

More = Callable[[Pathway], list[Lint]]
Rules = tuple[str, tuple[str, ...]]


def check_shipped(*, today: date | None = None, more: More | None = None) -> list[Problem]:
    """Return everything that is wrong in the rules that the library ships; the arguments are those of `check_path`."""
    root, check = rules_root(), _Check(today, more)
    overlays = root / OVERLAYS
    found = [problem for name in names(root, PACKAGE) for problem in _check_package(root / name, check)]
    found += [
        problem for name in names(overlays, OVERLAY) for problem in _check_overlay(overlays / name, check)
    ]
    return found


def check_path(path: Path, *, today: date | None = None, more: More | None = None) -> list[Problem]:
    """Return everything that is wrong at a path: what can't be read, and what rules hardly mean.

    Args:
        path: A package, an overlay, a file of either, case files, or a folder with any of these.
        today: The day on which dates for review are looked at; None leaves them unchecked.
        more: Finds further lints in a pathway, such as those that need a solver. It is asked for every package, and
            for every overlay with its base.
    """
    return _check_path(path, _Check(today, more))


@frozen
class _Check:
    """One run: rules are read, and looked through, once however many of their files are checked."""

    today: date | None
    more: More | None
    _pathways: dict[Rules, Pathway] = field(factory=dict)
    _lints: dict[Rules, list[Lint]] = field(factory=dict)
    _rules: dict[Rules, list[Problem]] = field(factory=dict)

    def load(self, name: str, overlays: tuple[str, ...] = ()) -> Pathway:
        if (name, overlays) not in self._pathways:
            self._pathways[name, overlays] = load_pathway(name, overlays)
        return self._pathways[name, overlays]

    def has_read(self, name: str, overlays: tuple[str, ...] = ()) -> bool:
        """Whether rules could be read at all: if not, what would use them is left."""
        return (name, overlays) in self._pathways

    def rules(self, name: str, overlays: tuple[str, ...] = ()) -> list[Problem]:
        """Return what is wrong with the rules of a package, or with an overlay on it."""
        if (name, overlays) not in self._rules:
            self._rules[name, overlays] = self._check_rules(name, overlays)
        return self._rules[name, overlays]

    def _check_rules(self, name: str, overlays: tuple[str, ...]) -> list[Problem]:
        try:
            lints = self.lints(name, overlays)
            folder = overlay_folder(overlays[-1]) if overlays else package_folder(name)
        except ReadError as error:
            return list(error.problems)
        known = {lint.key for lint in self.lints(name)} if overlays else set()
        accepted, problems = read_accepted(folder)
        found = settle((lint for lint in lints if lint.key not in known), accepted, self._looked_for())
        return problems + (with_excerpts(found, _texts(name, overlays)) if found else [])

    def lints(self, name: str, overlays: tuple[str, ...] = ()) -> list[Lint]:
        if (name, overlays) not in self._lints:
            pathway = self.load(name, overlays)
            # A solver has nothing new to find where no rule is another.
            same = bool(overlays) and pathway.decides_as(self.load(name))
            further = [] if self.more is None or same else self.more(pathway)
            self._lints[name, overlays] = [*lints_of(pathway, self.today), *further]
        return self._lints[name, overlays]

    def _looked_for(self) -> set[LintKind]:
        """Return the kinds of lint that were looked for in full."""
        kinds: set[LintKind] = {"unused", "unused_finding", "unknown_code"}
        if self.today is not None:
            kinds.add("past_review")
        if self.more is not None:
            kinds |= {"gap", "overlap", "subsumed", "redundant", "conflict", "unreachable"}
        return kinds


def _texts(name: str, overlays: tuple[str, ...]) -> dict[str, str]:
    """Return the text of every file of a package and of overlays."""
    problems = Problems()
    documents = list(read_documents(package_folder(name), problems).values())
    documents += [problems.read(overlay_folder(overlay) / OVERLAY) for overlay in overlays]
    return {document.file: document.text for document in documents}


def _check_path(path: Path, check: _Check) -> list[Problem]:
    if path.is_dir():
        return _check_folder(path, check)
    if not path.is_file():
        return [Problem(Position(str(path)), "there is no such file or folder")]
    if path.name == OVERLAY:
        return _check_overlay(path.parent, check)
    if path.name == ACCEPTED and (path.parent / OVERLAY).is_file():
        return _only(path, _check_overlay(path.parent, check))
    package = _package_of(path)
    name = f"{package}/" if package else DEFAULT
    if path.name.endswith(CASES):
        return _check_cases(path, name, check)
    if package is not None and path.parent.name != "cases":
        return _only(path.resolve(), check.rules(name))
    return check_single(path, name, check.load)


def _only(file: Path, problems: list[Problem]) -> list[Problem]:
    here = shown(file)
    return [problem for problem in problems if problem.position.file == here]


def _check_folder(folder: Path, check: _Check) -> list[Problem]:
    if (folder / PACKAGE).is_file():
        return _check_package(folder, check)
    if (folder / OVERLAY).is_file():
        return _check_overlay(folder, check)
    # A link to a folder could lead in a circle.
    entries = [entry for entry in sorted(folder.iterdir()) if not (entry.is_symlink() and entry.is_dir())]
    found = [entry for entry in entries if entry.is_dir() or entry.suffix == ".yaml"]
    return [problem for entry in found for problem in _check_path(entry, check)]


def _package_of(file: Path) -> Path | None:
    return next((parent for parent in list(file.resolve().parents)[:3] if (parent / PACKAGE).is_file()), None)


def _check_package(folder: Traversable, check: _Check) -> list[Problem]:
    # One of the library's by the name that its overlays give as their base: so it is looked through once.
    name = folder.name if str(folder) == str(rules_root() / folder.name) else f"{folder}/"
    found = list(check.rules(name))
    if check.has_read(name):
        for file in yaml_files(folder / "steps"):
            if file.name.endswith(CASES):
                found += _check_cases(file, name, check)
        for file in yaml_files(folder / "cases"):
            found += check_single(file, name, check.load)
    return found


def _check_overlay(folder: Traversable, check: _Check) -> list[Problem]:
    document, problems = read_yaml((folder / OVERLAY).read_bytes(), shown(folder / OVERLAY))
    if problems or type(document.data) is not dict:
        return problems or [document.problem((), "expected a mapping")]
    base = document.data.get("base")
    name, overlays = base if type(base) is str else DEFAULT, (f"{folder}/",)
    found = list(check.rules(name, overlays))

    def load(package: str, named: tuple[str, ...] = ()) -> Pathway:
        # A case beside an overlay speaks its language, whether or not it names it.
        others = tuple(other for other in named if other != document.data.get("overlay"))
        return check.load(package, (*others, *overlays))

    if check.has_read(name, overlays):
        for file in yaml_files(folder / "cases"):
            found += check_single(file, name, load)
    return found


def _check_cases(file: Traversable, package: str, check: _Check) -> list[Problem]:
    document, problems = read_yaml(file.read_bytes(), shown(file), private=True)
    if problems:
        return problems
    try:
        return [problem for case in read_cases(document, check.load(package)) for problem in case.warnings]
    except ReadError as error:
        return list(error.problems)
