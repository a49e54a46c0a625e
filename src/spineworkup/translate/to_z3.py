"""A criterion as two formulas of an SMT solver: when it is surely true, and when it is surely false.

Where neither holds the criterion is not known. Two formulas, and never a third "unknown" of the solver's own, keep
Kleene's logic: learning more can only make one of them true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol, assert_never

import z3
from attrs import frozen

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Comparator, Compare, Criterion, IsOneOf, Not, Present

# z3 has no types of its own.
Formula = Any
Term = Any


@frozen
class Rails:
    """When something is surely true, and when it is surely false; never both, perhaps neither."""

    true: Formula
    false: Formula

    @property
    def unknown(self) -> Formula:
        """Neither."""
        return z3.And(z3.Not(self.true), z3.Not(self.false))

    def negated(self) -> Rails:
        """The opposite; what is not known stays not known."""
        return Rails(self.false, self.true)


@frozen
class Span:
    """A number of a patient: whether it is known, and the two ends between which it lies (mostly the same)."""

    known: Formula
    lowest: Term
    highest: Term


class Symbols(Protocol):
    """What may be known of a patient, as unknowns of the solver."""

    def flag(self, finding: str) -> Rails:
        """Return whether a boolean finding is present."""

    def options(self, finding: str) -> Mapping[str, Formula]:
        """Return for each option of a choice whether it is known to be that one."""

    def span(self, finding: str) -> Span:
        """Return a number."""


def to_z3(criterion: Criterion, symbols: Symbols) -> Rails:
    """Return when a criterion is surely true, and when it is surely false.

    Raises:
        KeyError: The criterion reads a finding that the symbols don't have.
    """
    match criterion:
        case Present(finding):
            return symbols.flag(finding)
        case Compare(finding, comparator, threshold):
            return _compared(symbols.span(finding), comparator, threshold)
        case IsOneOf(finding, codes):
            options = symbols.options(finding)
            named = [holds for option, holds in options.items() if option in codes]
            others = [holds for option, holds in options.items() if option not in codes]
            return Rails(either(named), either(others))
        case Not(operand):
            return to_z3(operand, symbols).negated()
        case AllOf(operands):
            return all_rails([to_z3(operand, symbols) for operand in operands])
        case AnyOf(operands):
            return any_rails([to_z3(operand, symbols) for operand in operands])
        case AtLeast(count, operands):
            rails = [to_z3(operand, symbols) for operand in operands]
            # Surely false: so many can't be true any more that fewer than `count` are left.
            return Rails(
                _at_least(count, [rail.true for rail in rails]),
                _at_least(len(rails) - count + 1, [rail.false for rail in rails]),
            )
        case _:
            assert_never(criterion)


def all_rails(rails: Sequence[Rails]) -> Rails:
    """Every one is true; with none of them always true."""
    return Rails(both([rail.true for rail in rails]), either([rail.false for rail in rails]))


def any_rails(rails: Sequence[Rails]) -> Rails:
    """At least one is true; with none of them never true."""
    return Rails(either([rail.true for rail in rails]), both([rail.false for rail in rails]))


def both(formulas: Sequence[Formula]) -> Formula:
    """Every one holds."""
    return z3.And(*formulas) if formulas else z3.BoolVal(True)


def either(formulas: Sequence[Formula]) -> Formula:
    """At least one holds."""
    return z3.Or(*formulas) if formulas else z3.BoolVal(False)


def number(value: Decimal) -> Term:
    """Return an exact number."""
    return z3.RealVal(str(value))


def _at_least(count: int, formulas: Sequence[Formula]) -> Formula:
    if count <= 0:
        return z3.BoolVal(True)
    if count > len(formulas):
        return z3.BoolVal(False)
    return z3.AtLeast(*formulas, count)


def _compared(span: Span, comparator: Comparator, threshold: Decimal) -> Rails:
    limit = number(threshold)
    match comparator:
        case Comparator.LESS:
            true, false = span.highest < limit, span.lowest >= limit
        case Comparator.AT_MOST:
            true, false = span.highest <= limit, span.lowest > limit
        case Comparator.MORE:
            true, false = span.lowest > limit, span.highest <= limit
        case Comparator.AT_LEAST:
            true, false = span.lowest >= limit, span.highest < limit
        case _:
            assert_never(comparator)
    return Rails(z3.And(span.known, true), z3.And(span.known, false))
