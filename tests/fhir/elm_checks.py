"""What an engine of ELM doesn't say: a misspelt node or name there is missing data, and passes for "not known"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Elm = Mapping[str, Any]
# Of the specification of ELM, R1: as many operands as each takes; None where any number, or where it has parts instead.
NODES = {
    "Literal": None, "Null": 0, "List": None, "ExpressionRef": None, "FunctionRef": None, "OperandRef": None,
    "AliasRef": None, "CodeRef": None, "Retrieve": None, "Query": None, "Property": None, "If": None, "Case": None,
    "Count": None, "AllTrue": None, "First": None, "Combine": None, "Coalesce": None, "Round": 1, "As": 1, "Not": 1,
    "IsTrue": 1, "IsFalse": 1, "IsNull": 1, "Exists": 1, "ToList": 1, "SingletonFrom": 1, "And": 2, "Or": 2, "Equal": 2,
    "Less": 2, "LessOrEqual": 2, "Greater": 2, "GreaterOrEqual": 2, "In": 2, "Add": 2, "Subtract": 2, "Multiply": 2,
    "Divide": 2,
}  # fmt: skip
TYPES = ("NamedTypeSpecifier", "ListTypeSpecifier")
# Where an expression has to stand.
PARTS = (
    "source",
    "condition",
    "then",
    "else",
    "when",
    "where",
    "expression",
    "codes",
    "separator",
    "precision",
)


def faults_of(library: Elm) -> list[str]:
    """Return what is wrong with a library, one line for each fault."""
    return list(Checker(library["library"]).faults())


class Checker:
    def __init__(self, library: Elm) -> None:
        self.statements = library["statements"]["def"]
        self.defines = {one["name"] for one in self.statements if one["type"] == "ExpressionDef"}
        self.functions = {
            one["name"]: one["operand"] for one in self.statements if one["type"] == "FunctionDef"
        }
        self.codes = {one["name"] for one in library["codes"]["def"]}
        self.systems = {one["name"] for one in library["codeSystems"]["def"]}
        self.library = library

    def faults(self) -> Iterator[str]:
        names = [one["name"] for one in self.statements]
        yield from (
            f"{name}: defined twice" for name in sorted({one for one in names if names.count(one) > 1})
        )
        for code in self.library["codes"]["def"]:
            if code["codeSystem"]["name"] not in self.systems:
                yield f"{code['name']}: of no code system"
        for one in self.statements:
            operands = {operand["name"] for operand in one.get("operand", [])}
            yield from (
                f"{one['name']}: {fault}" for fault in self.inside(one["expression"], operands, frozenset())
            )

    def inside(self, node: Any, operands: set[str], aliases: frozenset[str]) -> Iterator[str]:
        if not isinstance(node, Mapping) or "type" not in node:
            yield "no node where one belongs"
            return
        yield from self.one(node, operands, aliases)
        if node["type"] == "Query":
            for source in node["source"]:
                yield from self.inside(source["expression"], operands, aliases)
            aliases |= {source["alias"] for source in node["source"]}
            yield from (f"{name}: an alias and a define" for name in aliases & self.defines)
        for part in self.parts(node):
            yield from self.inside(part, operands, aliases)

    def parts(self, node: Elm) -> Iterator[Any]:
        operand = node.get("operand", [])
        yield from operand if isinstance(operand, list) else [operand]
        yield from node.get("element", [])
        for item in node.get("caseItem", []):
            yield from (item["when"], item["then"])
        if "return" in node:
            yield node["return"]["expression"]
        yield from (node[name] for name in PARTS if name in node and not isinstance(node[name], list))

    def one(self, node: Elm, operands: set[str], aliases: frozenset[str]) -> Iterator[str]:
        kind, name = node["type"], node.get("name")
        if kind not in NODES:
            yield f"{kind}: no such node"
            return
        wanted, given = NODES[kind], node.get("operand", [])
        count = len(given) if isinstance(given, list) else 1
        if wanted is not None and (count != wanted or isinstance(given, list) is (wanted == 1)):
            yield f"{kind}: {count} operands"
        known = {
            "ExpressionRef": self.defines,
            "FunctionRef": self.functions,
            "OperandRef": operands,
            "AliasRef": aliases,
            "CodeRef": self.codes,
        }.get(kind)
        if known is not None and name not in known:
            yield f"{kind}: nothing is called {name}"
        elif kind == "FunctionRef" and count != len(self.functions[name]):
            yield f"{name}: {count} operands"


def circles(library: Elm) -> list[str]:
    """Return the defines that are needed to tell themselves."""
    statements = library["library"]["statements"]["def"]
    needs = {
        one["name"]: set(_refs(one["expression"])) for one in statements if one["type"] == "ExpressionDef"
    }
    while free := [name for name, others in needs.items() if not others]:
        for name in free:
            del needs[name]
        for others in needs.values():
            others.difference_update(free)
    return sorted(needs)


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _refs(one)
    elif isinstance(node, Mapping):
        if node.get("type") == "ExpressionRef":
            yield node["name"]
        for value in node.values():
            yield from _refs(value)
