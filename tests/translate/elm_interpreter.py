"""A few nodes of ELM, as the specification of CQL gives them: what criteria are made of, and nothing of FHIR."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

SIDES = {"Less": lt, "LessOrEqual": le, "Greater": gt, "GreaterOrEqual": ge}
LITERALS = {"Boolean": lambda text: text == "true", "Integer": int, "Decimal": Decimal, "String": str}


class Interpreter:
    """Says what an expression is.

    Args:
        values: Of each define, by its name; None is null.
        functions: The functions of the library.
    """

    def __init__(self, values: Mapping[str, Any], *functions: dict[str, Any]) -> None:
        self.values = values
        self.functions = {function["name"]: function for function in functions}

    def say(self, expression: dict[str, Any], here: Mapping[str, Any] | None = None) -> Any:
        here = here or {}
        kind, operand = expression["type"], expression.get("operand", [])
        many = [self.say(one, here) for one in (operand if isinstance(operand, list) else [operand])]
        if kind in SIDES:
            return None if None in many else SIDES[kind](*many)
        if kind in ("And", "Or"):
            assert len(many) == 2
            decides = kind == "Or"
            return decides if decides in many else None if None in many else not decides
        if kind in ("IsTrue", "IsFalse"):
            return many[0] is (kind == "IsTrue")
        if kind == "Not":
            return None if many[0] is None else not many[0]
        if kind == "Equal":
            return None if None in many else many[0] == many[1]
        return getattr(self, kind)(expression, many, here)

    def ExpressionRef(self, expression: Any, many: Any, here: Any) -> Any:
        return self.values[expression["name"]]

    def AliasRef(self, expression: Any, many: Any, here: Any) -> Any:
        return here[expression["name"]]

    OperandRef = AliasRef

    def Null(self, expression: Any, many: Any, here: Any) -> Any:
        return None

    def Literal(self, expression: Any, many: Any, here: Any) -> Any:
        return LITERALS[expression["valueType"].partition("}")[2]](expression["value"])

    def List(self, expression: Any, many: Any, here: Any) -> Any:
        return [self.say(one, here) for one in expression["element"]]

    def If(self, expression: Any, many: Any, here: Any) -> Any:
        chosen = self.say(expression["condition"], here) is True
        return self.say(expression["then" if chosen else "else"], here)

    def Case(self, expression: Any, many: Any, here: Any) -> Any:
        for item in expression["caseItem"]:
            if self.say(item["when"], here) is True:
                return self.say(item["then"], here)
        return self.say(expression["else"], here)

    def Query(self, expression: Any, many: Any, here: Any) -> Any:
        (source,) = expression["source"]
        found = [{**here, source["alias"]: one} for one in self.say(source["expression"], here)]
        if "where" in expression:
            found = [one for one in found if self.say(expression["where"], one) is True]
        return [self.say(expression["return"]["expression"], one) for one in found]

    def Count(self, expression: Any, many: Any, here: Any) -> Any:
        return sum(one is not None for one in self.say(expression["source"], here))

    def FunctionRef(self, expression: Any, many: Any, here: Any) -> Any:
        function = self.functions[expression["name"]]
        operands = {operand["name"]: one for operand, one in zip(function["operand"], many, strict=True)}
        return self.say(function["expression"], operands)
