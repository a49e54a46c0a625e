"""A part of a resource, and where it stands: foreign JSON is only looked at through this.

Whatever isn't of the shape that FHIR gives it is as if it weren't there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from spineworkup.errors import FhirError
from spineworkup.fhir.read_json import MAX_DEPTH

Code = tuple[str, str]


@frozen
class Element:
    """A value of a resource with its place, such as `entry[3].resource.status`."""

    value: Any = field(repr=False)
    place: str

    def __bool__(self) -> bool:
        return self.value is not None

    def child(self, name: str) -> Element:
        """Return what stands under a name; it holds None where nothing does.

        >>> Element({"status": "final"}, "resource").child("status").text
        'final'
        """
        found = self.value.get(name) if isinstance(self.value, dict) else None
        return Element(found, f"{self.place}.{name}" if self.place else name)

    def has(self, *names: str) -> bool:
        """Whether anything stands under one of some names, or under a name with an ending: `value` in `valueString`."""
        return isinstance(self.value, dict) and any(name in self.value for name in names)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names under which something stands."""
        return tuple(self.value) if isinstance(self.value, dict) else ()

    @property
    def items(self) -> tuple[Element, ...]:
        """The items of a list."""
        if not isinstance(self.value, list):
            return ()
        return tuple([Element(item, f"{self.place}[{number}]") for number, item in enumerate(self.value)])

    @property
    def text(self) -> str:
        """The text, or nothing where it isn't text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> Decimal | None:
        """The number, exact; None where it is none.

        Raises:
            FhirError: It is a float, which was rounded when it was read.
        """
        if isinstance(self.value, float):
            raise FhirError(self.place, "a number that was rounded", "read the JSON with `read_resource`")
        is_number = isinstance(self.value, int | Decimal) and not isinstance(self.value, bool)
        return Decimal(self.value) if is_number else None

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes of a CodeableConcept, each with its system; those without a system are none."""
        return tuple([pair for coding in self.child("coding").items if (pair := coding.code)])

    @property
    def code(self) -> Code | None:
        """The code of a Coding with its system."""
        system, code = self.child("system").text, self.child("code").text
        return (system, code) if system and code else None


def walk(element: Element) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, however deep, but for resources that are contained.

    Raises:
        FhirError: It is deeper than any resource.
    """
    todo: list[tuple[Any, int]] = [(element.value, 1)]
    while todo:
        value, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise FhirError(element.place, f"more than {MAX_DEPTH} levels deep")
        if isinstance(value, dict):
            yield from value.items()
            todo += [(inner, depth + 1) for key, inner in value.items() if key != "contained"]
        elif isinstance(value, list):
            todo += [(inner, depth + 1) for inner in value]
