"""The nodes of ELM, the form of CQL that engines run, of which everything is made that we write in it.

Only nodes whose answer about null is the same in every version of CQL: no list operator is asked about a null, and lists
that may hold one are never counted or tested for being empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

Elm = dict[str, Any]

SYSTEM = "{urn:hl7-org:elm-types:r1}"
FHIR = "{http://hl7.org/fhir}"
NULL: Elm = {"type": "Null"}
_LITERALS = {bool: "Boolean", str: "String", int: "Integer", Decimal: "Decimal"}


def node(kind: str, *operands: Elm, **parts: Any) -> Elm:
    """Return a node; one operand stands alone, several stand in a list."""
    given = {} if not operands else {"operand": operands[0] if len(operands) == 1 else list(operands)}
    return {"type": kind, **given, **parts}


def literal(value: bool | str | int | Decimal) -> Elm:
    """Return a constant.

    >>> literal(Decimal("2.60"))
    {'type': 'Literal', 'valueType': '{urn:hl7-org:elm-types:r1}Decimal', 'value': '2.60'}
    """
    text = str(value).lower() if isinstance(value, bool) else f"{value}"
    return node("Literal", valueType=SYSTEM + _LITERALS[type(value)], value=text)


def ref(name: str) -> Elm:
    """Return what a define says."""
    return node("ExpressionRef", name=name)


def alias(name: str) -> Elm:
    """Return what a query looks at."""
    return node("AliasRef", name=name)


def prop(source: Elm, path: str) -> Elm:
    """Return an element of a resource or of a part of it; null of a null."""
    return node("Property", path=path, source=source)


def as_fhir(value: Elm, kind: str) -> Elm:
    """Return a value if it is of a FHIR type, else null."""
    return node("As", value, asTypeSpecifier=_named(FHIR + kind), strict=False)


def equal(one: Elm, other: Elm) -> Elm:
    """Whether two are equal; null where either is null."""
    return node("Equal", one, other)


def not_(operand: Elm) -> Elm:
    """The opposite; null stays null."""
    return node("Not", operand)


def is_true(operand: Elm) -> Elm:
    """True or false, never null."""
    return node("IsTrue", operand)


def is_false(operand: Elm) -> Elm:
    """True or false, never null."""
    return node("IsFalse", operand)


def is_null(operand: Elm) -> Elm:
    """True or false, never null."""
    return node("IsNull", operand)


def both(operands: Sequence[Elm]) -> Elm:
    """Every one is true; with none of them always true."""
    return _folded("And", operands) if operands else literal(True)


def either(operands: Sequence[Elm]) -> Elm:
    """At least one is true; with none of them never true."""
    return _folded("Or", operands) if operands else literal(False)


def _folded(kind: str, operands: Sequence[Elm]) -> Elm:
    # And and Or take two in ELM.
    return reduce(lambda one, other: node(kind, one, other), operands)


def if_(condition: Elm, then: Elm, otherwise: Elm) -> Elm:
    """One of two; a null condition counts as false."""
    return {"type": "If", "condition": condition, "then": then, "else": otherwise}


def case(items: Sequence[tuple[Elm, Elm]], otherwise: Elm) -> Elm:
    """Return what belongs to the first condition that is true."""
    if not items:
        return otherwise
    return {"type": "Case", "caseItem": [{"when": w, "then": t} for w, t in items], "else": otherwise}


def among(text: Elm, texts: Sequence[Elm | str]) -> Elm:
    """Whether a text is one of several; not to be relied on where any of them is null."""
    listed = [literal(one) if isinstance(one, str) else one for one in texts]
    return node("In", text, node("List", element=listed))


def query(source: Elm, name: str, where: Elm | None = None, returns: Elm | None = None) -> Elm:
    """Return those of a list for which `where` is true, or something of each; of a single value, something of it."""
    filtered = {} if where is None else {"where": where}
    # Without a word about it equal values would be merged, and resources be compared to tell whether they are.
    each = {"distinct": False, "expression": alias(name) if returns is None else returns}
    return {"type": "Query", "source": [{"alias": name, "expression": source}], **filtered, "return": each}


def exists(source: Elm) -> Elm:
    """Whether a list of resources or of texts holds any."""
    return node("Exists", source)


def coalesce(operands: Sequence[Elm]) -> Elm:
    """Return the first that isn't null."""
    return {"type": "Coalesce", "operand": list(operands)}


def call(function: str, *operands: Elm) -> Elm:
    """Return what a function says of its operands."""
    return {"type": "FunctionRef", "name": function, "operand": list(operands)}


def given(name: str) -> Elm:
    """Return an operand, inside its function."""
    return node("OperandRef", name=name)


def function(name: str, operands: Mapping[str, Elm], expression: Elm) -> Elm:
    """Return the definition of a function; operands with their types, from `type_of` and `list_of`."""
    named = [{"name": operand, "operandTypeSpecifier": kind} for operand, kind in operands.items()]
    return {**_define(name, expression), "type": "FunctionDef", "operand": named}


def define(name: str, expression: Elm) -> Elm:
    """Return a define, whose value may be asked for by its name."""
    return {**_define(name, expression), "type": "ExpressionDef"}


def _define(name: str, expression: Elm) -> Elm:
    return {"name": name, "context": "Patient", "accessLevel": "Public", "expression": expression}


def type_of(kind: str) -> Elm:
    """Return a type of CQL's own, such as Boolean."""
    return _named(SYSTEM + kind)


def list_of(kind: str) -> Elm:
    """Return the type of a list."""
    return {"type": "ListTypeSpecifier", "elementType": type_of(kind)}


def _named(name: str) -> Elm:
    return {"type": "NamedTypeSpecifier", "name": name}
