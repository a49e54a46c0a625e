"""A criterion as an expression of ELM: null is "not known", and CQL's And, Or and Not are Kleene's.

What is known of a patient is read by other defines, one for each finding, named by `finding_define`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Comparator, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.translate.elm_nodes import (
    NULL,
    Elm,
    alias,
    both,
    call,
    case,
    either,
    equal,
    function,
    given,
    if_,
    is_false,
    is_true,
    list_of,
    literal,
    node,
    not_,
    query,
    ref,
    type_of,
)

Names = Mapping[Criterion, str]
_NO_NAMES: Names = MappingProxyType({})
_SIDES = {
    Comparator.LESS: "Less",
    Comparator.AT_MOST: "LessOrEqual",
    Comparator.MORE: "Greater",
    Comparator.AT_LEAST: "GreaterOrEqual",
}


def finding_define(finding: str) -> str:
    """Return the name of the define that says what is known of a finding."""
    return f"finding {finding}"


def end_define(finding: str, end: str) -> str:
    """Return the name of the define of one end, `lowest` or `highest`, of a number that may lie between two."""
    return f"finding {finding} {end}"


def to_elm(criterion: Criterion, named: Names = _NO_NAMES, spans: Collection[str] = ()) -> Elm:
    """Return whether a criterion holds: true, false, or null where it is not known.

    Args:
        named: Criteria that have a define of their own, to its name: they are referred to, also as parts.
        spans: The findings that may lie between two numbers: totals of scores.

    >>> to_elm(Present("night_pain"))
    {'type': 'ExpressionRef', 'name': 'finding night_pain'}
    >>> to_elm(Not(Present("night_pain")))["type"]
    'Not'
    """

    def part(operand: Criterion) -> Elm:
        return to_elm(operand, named, spans)

    if criterion in named:
        return ref(named[criterion])
    match criterion:
        case Present(finding):
            return ref(finding_define(finding))
        case Compare(finding):
            return _between(criterion) if finding in spans else _compared(finding_define(finding), criterion)
        case IsOneOf(finding, codes):
            return either([equal(ref(finding_define(finding)), literal(code)) for code in codes])
        case Not(operand):
            return not_(part(operand))
        case AllOf(operands):
            return both([part(operand) for operand in operands])
        case AnyOf(operands):
            return either([part(operand) for operand in operands])
        case AtLeast(count, operands):
            truths = node("List", element=[part(operand) for operand in operands])
            return call("at least", literal(count), truths)
        case _:
            assert_never(criterion)


def _compared(define: str, criterion: Compare) -> Elm:
    return node(_SIDES[criterion.comparator], ref(define), literal(criterion.threshold))


def _between(criterion: Compare) -> Elm:
    """Where both ends of a number are on the same side, so is the number; else that is not known."""
    low, high = (_compared(end_define(criterion.finding, end), criterion) for end in ("lowest", "highest"))
    return if_(equal(low, high), low, NULL)


def _count(which: Elm) -> Elm:
    # Count passes nulls over, so it is given something else for each.
    return node("Count", source=query(given("truths"), "truth", which, literal(True)))


# Whether at least so many are true; a library that uses `to_elm` has it among its statements.
AT_LEAST: Elm = function(
    "at least",
    {"count": type_of("Integer"), "truths": list_of("Boolean")},
    case(
        [
            (node("GreaterOrEqual", _count(is_true(alias("truth"))), given("count")), literal(True)),
            (node("Less", _count(not_(is_false(alias("truth")))), given("count")), literal(False)),
        ],
        NULL,
    ),
)
