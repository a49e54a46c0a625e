"""Every small slip in a criterion, one at a time: a literal dropped or negated, a limit one unit off, and more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import assert_never

from attrs import evolve, frozen

from spineworkup.criteria import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Criterion,
    IsOneOf,
    Not,
    Present,
    leaves,
)
from spineworkup.findings import Finding
from spineworkup.translate.to_notation import to_notation

Operands = tuple[Criterion, ...]
_TURNED = {
    Comparator.LESS: Comparator.AT_MOST,
    Comparator.AT_MOST: Comparator.LESS,
    Comparator.MORE: Comparator.AT_LEAST,
    Comparator.AT_LEAST: Comparator.MORE,
}


@frozen
class Change:
    """One change of a criterion.

    Args:
        kind: Such as `literal dropped`.
        what: The literal or part that was changed, in the notation of rule files, and how.
        criterion: What is left; None while whoever holds it has to do without it.
    """

    kind: str
    what: str
    criterion: Criterion | None


def changes(criterion: Criterion, findings: Mapping[str, Finding]) -> Iterator[tuple[Change, Criterion]]:
    """Yield every small change of a criterion, and the criterion that it gives.

    A rule that loses its only literal holds always.

    >>> [change.kind for change, _ in changes(AllOf((Present("fever"), Present("weakness"))), {})]
    ['all_of and any_of swapped', 'literal dropped', 'literal negated', 'literal dropped', 'literal negated']
    """
    for change in _changes(criterion, findings):
        yield change, ALWAYS if change.criterion is None else change.criterion


def last_place(number: Decimal) -> Decimal:
    """Return one unit in the last place of a number as it is written.

    >>> last_place(Decimal("2.60"))
    Decimal('0.01')
    """
    return Decimal(1).scaleb(int(number.as_tuple().exponent))


def _changes(criterion: Criterion, findings: Mapping[str, Finding]) -> Iterator[Change]:
    match criterion:
        case Present():
            yield from _any_literal(criterion, findings)
        case Compare():
            yield from _any_literal(criterion, findings)
            yield from _comparisons(criterion, findings)
        case IsOneOf():
            yield from _any_literal(criterion, findings)
            yield from _choices(criterion, findings)
        case Not(operand):
            for change in _changes(operand, findings):
                yield change if change.criterion is None else evolve(change, criterion=Not(change.criterion))
        case AllOf(operands):
            yield from _swapped(operands, AnyOf)
            yield from _inside(operands, AllOf, findings)
        case AnyOf(operands):
            yield from _swapped(operands, AllOf)
            yield from _inside(operands, AnyOf, findings)
        case AtLeast(count, operands):
            yield from _counts(criterion)
            yield from _inside(operands, lambda left: AtLeast(count, left), findings)
        case _:
            assert_never(criterion)


def _any_literal(literal: Criterion, findings: Mapping[str, Finding]) -> Iterator[Change]:
    words = to_notation(literal, findings)
    yield Change("literal dropped", words, None)
    yield Change("literal negated", words, Not(literal))


def _comparisons(literal: Compare, findings: Mapping[str, Finding]) -> Iterator[Change]:
    words, step = to_notation(literal, findings), last_place(literal.threshold)
    turned = _TURNED[literal.comparator]
    yield Change(
        "comparator turned", f"{words} to {turned.value}", Compare(literal.finding, turned, literal.threshold)
    )
    for moved in (literal.threshold + step, literal.threshold - step):
        changed = Compare(literal.finding, literal.comparator, moved)
        yield Change("threshold moved", f"{words} to {moved:f}", changed)


def _choices(literal: IsOneOf, findings: Mapping[str, Finding]) -> Iterator[Change]:
    words, codes = to_notation(literal, findings), literal.codes
    for code in codes if len(codes) > 1 else ():
        left = tuple(other for other in codes if other != code)
        yield Change("value set shrunk", f"{words} without {code}", IsOneOf(literal.finding, left))
    neighbour = _neighbour(codes, tuple(findings[literal.finding].options))
    if neighbour is not None:
        wider = IsOneOf(literal.finding, (*codes, neighbour))
        yield Change("value set widened", f"{words} with {neighbour}", wider)


def _neighbour(codes: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    """Return the option after the last one of a set, or the nearest before it that isn't in the set."""
    last = max(options.index(code) for code in codes)
    others = (*options[last + 1 :], *reversed(options[:last]))
    return next((option for option in others if option not in codes), None)


def _swapped(operands: Operands, other: Callable[[Operands], Criterion]) -> Iterator[Change]:
    if len(operands) > 1:
        yield Change("all_of and any_of swapped", _part(other(operands)), other(operands))


def _counts(criterion: AtLeast) -> Iterator[Change]:
    for count in (criterion.count + 1, criterion.count - 1):
        if count > 0:
            words = f"{_part(criterion)} to {count}"
            yield Change("count moved", words, AtLeast(count, criterion.operands))


def _inside(
    operands: Operands, again: Callable[[Operands], Criterion], findings: Mapping[str, Finding]
) -> Iterator[Change]:
    for number, operand in enumerate(operands):
        before, after = operands[:number], operands[number + 1 :]
        without = again(before + after) if before + after else None
        if isinstance(operand, AllOf | AnyOf | AtLeast):
            yield Change("part dropped", _part(operand), without)
        for change in _changes(operand, findings):
            if change.criterion is None:
                yield evolve(change, criterion=without)
            else:
                yield evolve(change, criterion=again((*before, change.criterion, *after)))


_WORDS = {AllOf: "all_of", AnyOf: "any_of", AtLeast: "at_least"}


def _part(criterion: Criterion) -> str:
    """Name a part by its operator and the findings that it starts and ends with."""
    found = [leaf.finding for leaf in leaves(criterion)]
    word = _WORDS.get(type(criterion), "")
    return f"{word} of {' to '.join(dict.fromkeys((found[0], found[-1])))}" if found else word
