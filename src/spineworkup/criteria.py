"""The criterion language: seven kinds of node, and no more.

No node asks whether something is known, reads a clock or converts a unit: so learning more never overturns a definite
answer. Criteria are read by functions beside them (`logic/`, `translate/`), never by methods on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import Enum
from typing import assert_never

from attrs import field, frozen
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

ALWAYS = AllOf(())


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


def leaves(criterion: Criterion) -> Iterator[Present | Compare | IsOneOf]:
    """Yield the leaves of a criterion from left to right."""
    match criterion:
        case Present() | Compare() | IsOneOf():
            yield criterion
        case Not(operand):
            yield from leaves(operand)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            for operand in operands:
                yield from leaves(operand)
        case _:
            assert_never(criterion)
