"""The criterion language: seven kinds of node, and no more.

No node asks whether something is known, reads a clock or converts a unit: so learning more never overturns a definite
answer. Criteria are read by functions beside them (`logic/`, `translate/`), never by methods on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import Enum
from typing import assert_never

from attrs import evolve, field, frozen
from attrs.validators import ge, min_len

from spineworkup.sources import Citation, Verification


class Comparator(Enum):
    """How a number is compared with a threshold; inclusive or exclusive is always said."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


def _sorted_codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _operands(operands: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return tuple(operands)


@frozen
class Present:
    """A boolean finding is present."""

    finding: str


@frozen
class Compare:
    """A number is on one side of a threshold, which is in the finding's own unit."""

    finding: str
    comparator: Comparator
    threshold: Decimal


@frozen
class IsOneOf:
    """A choice is one of some options; the options are never none."""

    finding: str
    codes: tuple[str, ...] = field(validator=min_len(1), converter=_sorted_codes)


@frozen
class Not:
    """The operand is false."""

    operand: Criterion


@frozen
class AllOf:
    """Every operand is true; with no operands always true."""

    operands: tuple[Criterion, ...] = field(converter=_operands)


@frozen
class AnyOf:
    """At least one operand is true; with no operands never true."""

    operands: tuple[Criterion, ...] = field(converter=_operands)


@frozen
class AtLeast:
    """At least `count` of the operands are true."""

    count: int = field(validator=ge(1))
    operands: tuple[Criterion, ...] = field(converter=_operands)


Criterion = Present | Compare | IsOneOf | Not | AllOf | AnyOf | AtLeast
Leaf = Present | Compare | IsOneOf
# The numbers of the operands that lead from a criterion to one of its parts.
Place = tuple[int, ...]

ALWAYS = AllOf(())
NEVER = AnyOf(())


@frozen
class NamedCriterion:
    """A criterion with a name that clinicians use, such as the list of emergency features."""

    id: str
    label: str
    when: Criterion
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"
    note: str = ""


def findings_of(criterion: Criterion) -> tuple[str, ...]:
    """Return the ids of the findings that a criterion reads, each once, in the order of reading.

    >>> findings_of(AllOf((Present("night_pain"), Not(Present("fever")), Present("night_pain"))))
    ('night_pain', 'fever')
    """
    return tuple(dict.fromkeys(leaf.finding for leaf in leaves(criterion)))


def leaves(criterion: Criterion) -> Iterator[Leaf]:
    """Yield the leaves of a criterion from left to right."""
    return (leaf for _, leaf in literals(criterion))


def literals(criterion: Criterion, place: Place = ()) -> Iterator[tuple[Place, Leaf]]:
    """Yield the leaves of a criterion from left to right, each with its place: the same leaf may stand there twice.

    >>> list(literals(AllOf((Present("night_pain"), Not(Present("fever"))))))
    [((0,), Present(finding='night_pain')), ((1, 0), Present(finding='fever'))]
    """
    match criterion:
        case Present() | Compare() | IsOneOf():
            yield place, criterion
        case Not(operand):
            yield from literals(operand, (*place, 0))
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            for number, operand in enumerate(operands):
                yield from literals(operand, (*place, number))
        case _:
            assert_never(criterion)


def replaced(criterion: Criterion, place: Place, part: Criterion) -> Criterion:
    """Return a criterion with another part at a place.

    >>> replaced(Not(Present("fever")), (0,), Present("night_pain"))
    Not(operand=Present(finding='night_pain'))
    """
    if not place:
        return part
    number, rest = place[0], place[1:]
    match criterion:
        case Not(operand):
            return Not(replaced(operand, rest, part))
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            changed = (*operands[:number], replaced(operands[number], rest, part), *operands[number + 1 :])
            return evolve(criterion, operands=changed)
        case _:
            raise ValueError("a leaf has no parts")
