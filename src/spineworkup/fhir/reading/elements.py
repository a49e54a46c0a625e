"""A part of a resource, and where it stands: foreign JSON is only looked at through this.

Whatever isn't of the shape that FHIR gives it is as if it weren't there.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import define, field

from spineworkup.errors import FhirError
from spineworkup.fhir.read_json import MAX_DEPTH

Code = tuple[str, str]
# What holds nothing: told apart by a look at the type, since every value of every resource passes here.
_ATOMS = frozenset({str, int, Decimal, bool, float, type(None)})


# Not frozen: there are a hundred of them for every resource, and freezing takes longer than making one.
@define(eq=False)
class Element:
    """A value of a resource with its place, such as `entry[3].resource.status`.

    Args:
        above: The element that it is a part of; None for a whole resource.
        name: Under which it stands there, or its number in a list; of a whole resource, its place.
    """

    value: Any = field(repr=False)
    name: str | int = ""
    above: Element | None = None

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def place(self) -> str:
        """Where it stands.

        >>> Element([{"code": 1}], "coding").items[0].child("code").place
        'coding[0].code'
        """
        if self.above is None and isinstance(self.name, str):
            return self.name
        above = "" if self.above is None else self.above.place
        if isinstance(self.name, int):
            return f"{above}[{self.name}]"
        return f"{above}.{self.name}" if above else self.name

    def child(self, name: str) -> Element:
        """Return what stands under a name; it holds None where nothing does.

        >>> Element({"status": "final"}).child("status").text
        'final'
        """
        value = self.value
        return Element(value.get(name) if isinstance(value, dict) else None, name, self)

    def text_of(self, name: str) -> str:
        """Return the text that stands under a name, or nothing where none does.

        >>> Element({"status": "final"}).text_of("status")
        'final'
        """
        value = self.value
        text = value.get(name) if isinstance(value, dict) else None
        return text if type(text) is str else ""

    def has(self, *names: str) -> bool:
        """Return whether anything stands under one of some names."""
        value = self.value
        if not isinstance(value, dict):
            return False
        return any([name in value for name in names])

    @property
    def keys(self) -> tuple[str, ...]:
        """The names under which something stands."""
        return tuple(self.value) if isinstance(self.value, dict) else ()

    @property
    def items(self) -> list[Element]:
        """The items of a list."""
        value = self.value
        return [Element(item, number, self) for number, item in enumerate(value)] if isinstance(value, list) else []

    @property
    def text(self) -> str:
        """The text, or nothing where it isn't text."""
        return self.value if type(self.value) is str else ""

    @property
    def number(self) -> Decimal | None:
        """The number, exact; None where it is none.

        Raises:
            FhirError: It is a float, which was rounded when it was read.
        """
        if type(self.value) is float:
            raise FhirError(self.place, "a number that was rounded", "read the JSON with `read_resource`")
        return Decimal(self.value) if type(self.value) in (int, Decimal) else None

    @property
    def codes(self) -> list[Code]:
        """The codes of a CodeableConcept, each with its system; those without a system are none."""
        return [code for coding in self.child("coding").items if (code := coding.code) is not None]

    @property
    def code(self) -> Code | None:
        """The code of a Coding with its system."""
        value = self.value
        if not isinstance(value, dict):
            return None
        system, code = value.get("system"), value.get("code")
        return (system, code) if type(system) is str and type(code) is str and system and code else None


def has_anywhere(element: Element, names: frozenset[str]) -> bool:
    """Return whether one of some names stands anywhere in a resource, but for those that it contains.

    Raises:
        FhirError: It is deeper than any resource.
    """
    found = isinstance(element.value, dict) and _has(element.value, names, MAX_DEPTH)
    if found is None:
        raise FhirError(element.place, f"more than {MAX_DEPTH} levels deep")
    return found


def _has(value: Any, names: frozenset[str], levels: int) -> bool | None:
    """Return whether one of some names stands inside a value; None where it has more levels than that, and none was found before."""
    if not levels:
        return None
    if isinstance(value, dict):
        if not names.isdisjoint(value):
            return True
        for name, one in value.items():
            if type(one) not in _ATOMS and name != "contained" and (found := _has(one, names, levels - 1)) is not False:
                return found
    elif isinstance(value, list):
        for one in value:
            if type(one) not in _ATOMS and (found := _has(one, names, levels - 1)) is not False:
                return found
    return False
