"""What codes mean to a pathway: by system and code together, never by their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from spineworkup.charts import CLOCKS as CLOCK_NAMES
from spineworkup.fhir.reading.elements import Code, Element
from spineworkup.fhir.systems import CANONICAL, CLOCKS, FINDINGS, STATES, STEPS, URIS, options_system
from spineworkup.findings import Coding, Finding
from spineworkup.pathways import Pathway, Step

# The group of steps whose orders are laboratory tests.
LABORATORY = "bloods"


@frozen
class Meaning:
    """What a code says.

    Args:
        option: The option of a choice that it says; empty where it names the finding itself.
        is_whole: It is the finding, not a part of it: where it is absent, so is the finding.
        display: What it is called here.
    """

    finding: Finding
    option: str = ""
    is_whole: bool = False
    display: str = ""


@frozen
class Concept:
    """What the codes of one concept say together.

    Args:
        meaning: The one finding that they name; None where they name none, or several.
        names: What the codes that mean it are called here.
        clock: The clock that they name.
        is_called_otherwise: See `Vocabulary.is_called_otherwise`.
    """

    meaning: Meaning | None
    names: tuple[str, ...]
    clock: str
    is_called_otherwise: bool


# What is kept has the codes and the names of this vocabulary, and so a number of its own; but for how a name is spelt.
_MOST_KEPT = 4096


@frozen
class Vocabulary:
    """The codes that a pathway knows, its own ones included.

    Args:
        meanings: A code to what it says, which may be something of several findings.
        orders: A code to the steps that it orders.
        parts: Codes of tests that are only a part of what a step orders.
        results: The findings that a step makes known: its report says them, a diagnosis never does.
    """

    pathway: Pathway
    canonical: str
    meanings: Mapping[Code, tuple[Meaning, ...]]
    orders: Mapping[Code, tuple[str, ...]]
    parts: frozenset[Code]
    results: frozenset[str]
    _kept: dict[tuple[tuple[Any, Any, Any], ...], Concept] = field(factory=dict, init=False, repr=False, eq=False)

    def concept(self, element: Element) -> Concept:
        """Return what a CodeableConcept says; of one that is known by these names, it is worked out once."""
        value = element.value
        codings = value.get("coding") if isinstance(value, dict) else None
        if not isinstance(codings, list):
            return self._concept(element)
        key = tuple([(c.get("system"), c.get("code"), c.get("display")) for c in codings if isinstance(c, dict)])
        try:
            kept = self._kept.get(key)
        except TypeError:
            # Something in it is no text.
            return self._concept(element)
        if kept is None:
            kept = self._concept(element)
            if kept.meaning is not None and not kept.is_called_otherwise and len(key) == 1 and len(self._kept) < _MOST_KEPT:
                self._kept[key] = kept
        return kept

    def _concept(self, element: Element) -> Concept:
        codes = element.codes
        named = [meaning for meaning in self.of(codes) if not meaning.option]
        meaning = named[0] if len(named) == 1 else None
        names = () if meaning is None else self.names(codes, meaning.finding)
        return Concept(meaning, names, self.clock(codes), self.is_called_otherwise(element))

    def of(self, codes: Iterable[Code]) -> list[Meaning]:
        """Return what some codes of one concept say, each meaning once."""
        found: dict[tuple[str, str], Meaning] = {}
        for code in codes:
            for meaning in self.meanings.get(code, ()):
                key = (meaning.finding.id, meaning.option)
                if key not in found or meaning.is_whole:
                    found[key] = meaning
        return list(found.values())

    def option(self, finding: Finding, codes: Iterable[Code]) -> str | None:
        """Return the option of a choice that some codes say; None where none does, or several do."""
        said = {
            meaning.option
            for code in codes
            for meaning in self.meanings.get(code, ())
            if meaning.finding.id == finding.id and meaning.option
        }
        return said.pop() if len(said) == 1 else None

    def names(self, codes: Iterable[Code], finding: Finding) -> tuple[str, ...]:
        """Return what the codes that mean a finding are called here."""
        known = [meaning for code in codes for meaning in self.meanings.get(code, ())]
        return tuple([meaning.display for meaning in known if meaning.finding.id == finding.id])

    def is_called_otherwise(self, concept: Element) -> bool:
        """Return whether a record calls a code that is known by another name: it may have sent the wrong code."""
        for coding in concept.child("coding").items:
            name, known = coding.child("display").text, self.meanings.get(coding.code or ("", ""), ())
            if name and known and not any(_same(name, one.display) for one in known):
                return True
        return False

    def own(self, system: str) -> str:
        """Return the address of one of our own code systems."""
        return f"{self.canonical}/{system}"

    def own_code(self, codes: Iterable[Code], system: str) -> str:
        """Return the code of a concept in one of our own systems, if it has just one."""
        own = self.own(system)
        found = {code for where, code in codes if where == own}
        return found.pop() if len(found) == 1 else ""

    def clock(self, codes: Iterable[Code]) -> str:
        """Return the clock that some codes name."""
        return found if (found := self.own_code(codes, CLOCKS)) in CLOCK_NAMES else ""

    def step(self, codes: Iterable[Code]) -> str:
        """Return the step that some codes name in our own system."""
        return found if (found := self.own_code(codes, STEPS)) in self.pathway.steps else ""

    def state(self, codes: Iterable[Code]) -> str:
        """Return what some codes say has happened to a step."""
        return self.own_code(codes, STATES)

    def ordered(self, codes: Iterable[Code]) -> tuple[str, ...]:
        """Return the steps that some codes order."""
        return tuple(dict.fromkeys(step for code in codes for step in self.orders.get(code, ())))


def vocabulary(pathway: Pathway, canonical: str = CANONICAL) -> Vocabulary:
    """Return the codes that a pathway knows; made once for each pathway."""
    return pathway.remember(f"fhir vocabulary {canonical}", lambda one: _make(one, canonical))


def _make(pathway: Pathway, canonical: str) -> Vocabulary:
    meanings: dict[Code, tuple[Meaning, ...]] = {}
    for finding in pathway.findings.values():
        for code, meaning in _meanings(finding, canonical):
            meanings[code] = (*meanings.get(code, ()), meaning)
    orders: dict[Code, tuple[str, ...]] = {}
    for step in pathway.steps.values():
        for code in [] if _is_panel(step) else _codes(step.orders):
            orders[code] = (*orders.get(code, ()), step.id)
    parts = [code for step in pathway.steps.values() if _is_panel(step) for code in _codes(step.orders)]
    results = frozenset(finding for step in pathway.steps.values() for finding in step.produces)
    return Vocabulary(pathway, canonical, meanings, orders, frozenset(parts), results)


def _is_panel(step: Step) -> bool:
    """Return whether the orders of a step are tests of their own, none of which is the whole."""
    return step.group == LABORATORY and len(step.orders) > 1


def _meanings(finding: Finding, canonical: str) -> Iterable[tuple[Code, Meaning]]:
    yield (f"{canonical}/{FINDINGS}", finding.id), Meaning(finding, is_whole=True, display=finding.label)
    for coding in finding.codes:
        yield from ((code, Meaning(finding, is_whole=coding.whole, display=coding.display)) for code in _codes([coding]))
    for option, label in finding.options.items():
        yield (f"{canonical}/{options_system(finding.id)}", option), Meaning(finding, option, True, label)
    for option, codings in finding.option_codes.items():
        for coding in codings:
            yield from ((code, Meaning(finding, option, display=coding.display)) for code in _codes([coding]))


def _codes(codings: Iterable[Coding]) -> list[Code]:
    return [(URIS[coding.system], coding.code) for coding in codings if coding.system in URIS]


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
