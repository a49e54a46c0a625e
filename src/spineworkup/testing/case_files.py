"""The case files of a rule package or of an overlay, read with the rules that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import field, frozen

from spineworkup.errors import CaseError, Problem, RuleError
from spineworkup.pathways import Pathway
from spineworkup.reading.find_packages import overlay_folder
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.reading.read_case import Case, overlays_of, read_case, read_cases
from spineworkup.reading.read_yaml import Document, read_yaml
from spineworkup.reading.read_yaml import Path as Keys
from spineworkup.testing.expectations import expectation_problems

PACKAGE, OVERLAY = "package.yaml", "overlay.yaml"


@frozen
class Rules:
    """Which rules a case is about: a package by its name or path, and overlays by theirs."""

    package: str
    overlays: tuple[str, ...] = ()


@frozen
class WrittenCase:
    """A case with the rules that it is about, and where it is written.

    Args:
        keys: Where in the file it stands: empty, or its number in a list.
        is_beside_overlay: Whether it lies beside an overlay that it doesn't name itself.
    """

    case: Case
    rules: Rules
    pathway: Pathway
    document: Document = field(repr=False)
    keys: Keys
    is_beside_overlay: bool

    @property
    def line(self) -> int:
        """The line on which it starts."""
        return self.line_of()

    def line_of(self, *keys: str | int) -> int:
        """Return the line on which something below it stands."""
        return self.document.mark((*self.keys, *keys), key=True).position.line

    @property
    def slips(self) -> list[Problem]:
        """What it expects in words that can't be."""
        return expectation_problems(self.document, self.keys, self.pathway)


def is_case_file(file: Path) -> bool:
    """Return whether a file is `steps/*.cases.yaml` or `cases/*.yaml` of a rule package or an overlay."""
    folder = file.parent.name
    named = file.name.endswith(".cases.yaml") if folder == "steps" else file.suffix == ".yaml"
    return folder in ("steps", "cases") and named and _marker(file) is not None


def _marker(file: Path) -> Path | None:
    """Return the file that says what the folder around a case file is."""
    around = file.parent.parent
    return next((around / name for name in (PACKAGE, OVERLAY) if (around / name).is_file()), None)


@frozen
class CaseFiles:
    """Reads case files; each pathway is loaded once."""

    _pathways: dict[Rules, Pathway] = field(factory=dict, init=False)

    def load(self, rules: Rules) -> Pathway:
        """Return the pathway of some rules.

        Raises:
            RuleError: They can't be read.
        """
        if rules not in self._pathways:
            self._pathways[rules] = load_pathway(rules.package, rules.overlays)
        return self._pathways[rules]

    def read(self, file: Path, shown: str) -> Iterator[WrittenCase]:
        """Yield the cases of a file.

        Args:
            file: A case file of a package or overlay.
            shown: Its name in messages.

        Raises:
            CaseError: The file can't be read.
            RuleError: The rules that it is about can't be read.
        """
        document, problems = read_yaml(file.read_bytes(), shown, private=True)
        if not problems and type(document.data) not in (dict, list):
            problems = [document.problem((), "expected a case, or a list of cases")]
        if problems:
            raise CaseError(problems)
        rules = _rules_beside(file)
        if type(document.data) is list:
            yield from self._listed(document, rules)
        else:
            named = overlays_of(document)
            others = tuple(name for name in named if not _is_one_of(name, rules.overlays))
            beside = bool(rules.overlays) and len(others) == len(named)
            rules = Rules(rules.package, (*others, *rules.overlays))
            pathway = self.load(rules)
            yield WrittenCase(read_case(document, pathway), rules, pathway, document, (), beside)

    def _listed(self, document: Document, rules: Rules) -> Iterator[WrittenCase]:
        pathway = self.load(rules)
        cases = read_cases(document, pathway)
        named = [number for number, case in enumerate(document.data) if "overlays" in case]
        if named:
            message = "a case in a list can't name overlays"
            raise CaseError(
                document.problem((n, "overlays"), message, "put it into a file of its own", key=True)
                for n in named
            )
        for number, case in enumerate(cases):
            yield WrittenCase(case, rules, pathway, document, (number,), bool(rules.overlays))


def _rules_beside(file: Path) -> Rules:
    marker = _marker(file)
    if marker is None:
        raise ValueError(f"{file.name} is not in a rule package or an overlay")
    folder = f"{marker.parent}/"
    return Rules(folder) if marker.name == PACKAGE else Rules(_base(marker), (folder,))


def _base(overlay: Path) -> str:
    """Return the package that an overlay adapts: a folder of that name near it, or one that the library ships."""
    document, problems = read_yaml(overlay.read_bytes(), str(overlay))
    if problems:
        raise RuleError(problems)
    base = document.data.get("base", DEFAULT) if type(document.data) is dict else DEFAULT
    name = base if type(base) is str and "/" not in base and "\\" not in base else DEFAULT
    near = (folder / name for folder in list(overlay.resolve().parents)[1:3])
    return next((f"{folder}/" for folder in near if (folder / PACKAGE).is_file()), name)


def _is_one_of(name: str, overlays: tuple[str, ...]) -> bool:
    """Return whether an overlay that a case names is one beside which it lies."""
    return Path(str(overlay_folder(name))).resolve() in {Path(folder).resolve() for folder in overlays}
