"""A criterion for engines without a third truth value: two formulas, "known to be true" and "known to be false".

Exact, but such an engine answers up to twice as many questions: a price of the missing logic, not of the engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

from attrs import frozen

from spineworkup.criteria import AllOf, AnyOf, Comparator, Compare, Criterion, IsOneOf, Not, Present
from tests.benchmarks.workload import CHOICES


@frozen
class Atom:
    """Something asked of a finding; false where the finding is not known.

    Args:
        operator: `is` a truth value, `in` some options, or a comparison with a number.
    """

    finding: str
    operator: str
    operand: object


@frozen
class Group:
    """All of some formulas, or any of them; there is no "not"."""

    word: Literal["and", "or"]
    parts: tuple[Formula, ...]


Formula = Atom | Group
_OPPOSITE = {
    Comparator.LESS: Comparator.AT_LEAST,
    Comparator.AT_LEAST: Comparator.LESS,
    Comparator.MORE: Comparator.AT_MOST,
    Comparator.AT_MOST: Comparator.MORE,
}


def known(criterion: Criterion, wanted: bool = True) -> Formula:
    """Return the formula that is true where the criterion is known to be what is wanted.

    >>> known(Not(Present("b1")))
    Atom(finding='b1', operator='is', operand=False)
    """
    match criterion:
        case Present(finding):
            return Atom(finding, "is", wanted)
        case IsOneOf(finding, codes):
            return Atom(finding, "in", tuple(code for code in CHOICES[finding] if (code in codes) is wanted))
        case Compare(finding, comparator, threshold):
            return Atom(finding, (comparator if wanted else _OPPOSITE[comparator]).value, threshold)
        case Not(operand):
            return known(operand, not wanted)
        case AllOf(operands) | AnyOf(operands):
            word: Literal["and", "or"] = "and" if isinstance(criterion, AllOf) is wanted else "or"
            return Group(word, tuple(known(operand, wanted) for operand in operands))
        case _:
            raise NotImplementedError("the workload has no other node")


@frozen
class Dialect:
    """How a language writes a formula as text.

    Args:
        read: How it reads a finding.
        bound: How it reads a number that is looked at twice: the first time, and again.
        number: How it writes a threshold of a finding.
    """

    same: str
    differs: str
    true: str
    false: str
    null: str
    read: Callable[[str], str] = str
    bound: Callable[[str], tuple[str, str]] = lambda name: (name, name)
    number: Callable[[Atom], str] = lambda atom: str(atom.operand)

    def text(self, formula: Formula) -> str:
        """Return the formula; what is compared is first asked whether it is known."""
        if isinstance(formula, Group):
            return f"({f' {formula.word} '.join(map(self.text, formula.parts))})"
        if formula.operator == "is":
            return f"{self.read(formula.finding)} {self.same} {self.true if formula.operand else self.false}"
        if formula.operator == "in":
            return f"{self.read(formula.finding)} in {json.dumps(formula.operand)}"
        first, again = self.bound(formula.finding)
        return f"({first} {self.differs} {self.null} and {again} {formula.operator} {self.number(formula)})"


PYTHON = Dialect("is", "is not", "True", "False", "None")
EXPRESSIONS = Dialect("==", "!=", "true", "false", "null")
