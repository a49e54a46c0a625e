"""Collecting everything that is wrong, in all files, before anything is raised."""

from __future__ import annotations

import re
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from attrs import define, field

from spineworkup.errors import Problem, RuleError
from spineworkup.reading.faults import Faults
from spineworkup.reading.find_packages import shown
from spineworkup.reading.read_yaml import MAX_PROBLEMS, Document, Path, read_yaml
from spineworkup.reading.structure import Converter, structure
from spineworkup.sources import Position

T = TypeVar("T")

_UNKNOWN = re.compile(r"unknown (finding|source|step|pause|finding or criterion) '(.*)'\Z")


@define
class Problems:
    """The problems found so far, and where each thing of a package was defined.

    Args:
        echoes: Of what is defined but couldn't be read: that it is missing where it is used. Its own fault is enough.
    """

    found: list[Problem] = field(factory=list)
    echoes: list[Problem] = field(factory=list)
    places: dict[str, tuple[Document, Path]] = field(factory=dict)

    def read(self, file: Traversable) -> Document:
        """Read a file; what is wrong with it as YAML is noted."""
        document, problems = read_yaml(file.read_bytes(), shown(file))
        self.found += problems
        return document

    def add(self, document: Document, path: Path, message: str, hint: str = "", *, key: bool = False) -> None:
        """Note a problem at a place in a file.

        Raises:
            RuleError: There are so many that it is enough.
        """
        problems = self.echoes if self._is_echo(message) else self.found
        if len(problems) < MAX_PROBLEMS:
            problems.append(document.problem(path, message, hint, key=key))
        if len(self.found) >= MAX_PROBLEMS:
            raise RuleError(self.found)

    def _is_echo(self, message: str) -> bool:
        unknown = _UNKNOWN.match(message)
        if unknown is None:
            return False
        kinds, word = unknown[1].split(" or "), unknown[2]
        places = {f"{kind} {word}" for kind in kinds}
        if "finding" in kinds:
            places.add(f"score {word.removesuffix('_total')}")
        return not places.isdisjoint(self.places)

    def at(self, place: str, message: str, hint: str = "", below: Path = ()) -> None:
        """Note a problem with a thing that was defined: `place` is such as `step mri_whole_spine`."""
        document, path = self.places[place]
        self.add(document, (*path, *below), message, hint)

    def defined(self, place: str, document: Document, path: Path) -> None:
        """Remember where a thing was defined; a second definition is a problem."""
        if place in self.places:
            first = self.position(place)
            self.add(document, path, f"{place} is defined twice", f"first at {first}", key=True)
        else:
            self.places[place] = (document, path)

    def position(self, place: str) -> Position:
        """Return where a thing was defined."""
        document, path = self.places[place]
        return document.mark(path, key=True).position

    def structure(
        self, document: Document, path: Path, data: Any, kind: type[T], converter: Converter
    ) -> T | None:
        """Return data as an object; what is wrong with it is noted."""
        try:
            return structure(data, kind, converter)
        except Faults as error:
            for fault in error.faults:
                self.add(document, (*path, *fault.path), fault.message, fault.hint, key=fault.key)
            return None

    def entries(self, document: Document, what: str) -> list[tuple[str, Any]]:
        """Return the entries of a file that is a mapping from ids."""
        if document.data is None:
            return []
        if type(document.data) is not dict:
            self.add(document, (), f"expected a mapping from the id of each {what} to what it is")
            return []
        return list(document.data.items())

    @property
    def all(self) -> list[Problem]:
        """Everything to name; what nothing else explains is never left out."""
        return self.found or self.echoes

    def stop(self) -> None:
        """Raise everything that was found.

        Raises:
            RuleError: Something was found.
        """
        if self.all:
            raise RuleError(self.all)
