"""The notation of criteria: a line of text for a leaf, a mapping with one key for everything else."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, assert_never

from attrs import field, frozen

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
)
from spineworkup.errors import NotationError, UnitError
from spineworkup.findings import Finding, Kind
from spineworkup.reading.faults import Fault, Faults, did_you_mean
from spineworkup.reading.read_yaml import Path
from spineworkup.sources import Source
from spineworkup.units import Quantity, exact

_NAME = r"[a-z][a-z0-9_]{0,80}"
_WORD = re.compile(rf"({_NAME})\Z")
_COMPARE = re.compile(rf"({_NAME}) (<=|>=|<|>) (-?[0-9]{{1,31}}(?:\.[0-9]{{1,31}})?)(?: ([^\s].{{0,30}}))?\Z")
_ONE_OF = re.compile(rf"({_NAME}) is one of ([a-z0-9_]{{1,80}}(?:, [a-z0-9_]{{1,80}})*)\Z")
_IS = re.compile(rf"({_NAME}) is ([a-z0-9_]{{1,80}})\Z")
# The largest shipped criterion has 74 parts, 5 deep. Names inside names multiply: thirty lines would make a billion.
MAX_PARTS, MAX_DEPTH = 1000, 32
_BRANCHES = ("not", "all_of", "any_of", "at_least")
_EXAMPLE = "write a finding ('fever'), a comparison ('crp > 20 mg/L') or an option ('sex is female')"


@frozen
class Vocabulary:
    """What rules may speak of; it grows while a package is read."""

    findings: dict[str, Finding] = field(factory=dict)
    names: dict[str, Criterion] = field(factory=dict)
    sources: dict[str, Source] = field(factory=dict)
    steps: set[str] = field(factory=set)
    pauses: set[str] = field(factory=set)


def parse_notation(data: Any, vocabulary: Vocabulary) -> Criterion:
    """Return the criterion that a piece of notation says.

    >>> from spineworkup.findings import Finding
    >>> words = Vocabulary({"fever": Finding("fever", "Fever", Kind.BOOLEAN)}, {})
    >>> parse_notation({"not": "fever"}, words)
    Not(operand=Present(finding='fever'))

    Raises:
        NotationError: It can't be read; every fault in it is named.
    """
    try:
        return parse(data, vocabulary)
    except Faults as error:
        text = "; ".join(
            f"{fault.message}{f' ({fault.hint})' if fault.hint else ''}" for fault in error.faults
        )
        raise NotationError(text) from None


def parse(data: Any, vocabulary: Vocabulary) -> Criterion:
    """As `parse_notation`, with the place of each fault."""
    faults: list[Fault] = []
    criterion = _parse(data, vocabulary, (), faults)
    if faults or criterion is None:
        raise Faults(faults)
    if _is_too_large(criterion):
        limit = f"a criterion has at most {MAX_PARTS} parts, {MAX_DEPTH} deep"
        raise Faults([Fault(limit, "with what its names stand for")])
    return criterion


def _is_too_large(criterion: Criterion) -> bool:
    level, count = [criterion], 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        if count > MAX_PARTS:
            return True
        level = [part for one in level for part in _parts(one)]
    return bool(level)


def _parts(criterion: Criterion) -> tuple[Criterion, ...]:
    match criterion:
        case Not(operand):
            return (operand,)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            return operands
        case Present() | Compare() | IsOneOf():
            return ()
        case _:
            assert_never(criterion)


def _parse(data: Any, words: Vocabulary, path: Path, faults: list[Fault]) -> Criterion | None:
    if isinstance(data, str):
        try:
            return _leaf(data, words)
        except Fault as fault:
            faults.append(Fault(fault.message, fault.hint, path))
            return None
    if isinstance(data, dict) and len(data) == 1:
        ((branch, inside),) = data.items()
        return _branch(branch, inside, words, path, faults)
    faults.append(Fault("expected a criterion", f"{_EXAMPLE}, or one of {', '.join(_BRANCHES)}", path))
    return None


def _branch(branch: str, inside: Any, words: Vocabulary, path: Path, faults: list[Fault]) -> Criterion | None:
    here = (*path, branch)
    match branch:
        case "not":
            operand = _parse(inside, words, here, faults)
            return None if operand is None else Not(operand)
        case "all_of":
            operands = _operands(inside, words, here, faults)
            return None if operands is None else AllOf(operands)
        case "any_of":
            operands = _operands(inside, words, here, faults)
            return None if operands is None else AnyOf(operands)
        case "at_least":
            return _at_least(inside, words, here, faults)
        case _:
            hint = did_you_mean(branch, _BRANCHES) or f"one of {', '.join(_BRANCHES)}"
            faults.append(Fault(f"unknown criterion {branch!r}", hint, here, key=True))
            return None


def _operands(
    inside: Any, words: Vocabulary, path: Path, faults: list[Fault]
) -> tuple[Criterion, ...] | None:
    if not isinstance(inside, list) or not inside:
        faults.append(Fault("expected a list of criteria, with at least one", "", path))
        return None
    operands = [_parse(one, words, (*path, place), faults) for place, one in enumerate(inside)]
    known = tuple(operand for operand in operands if operand is not None)
    return known if len(known) == len(operands) else None


def _at_least(inside: Any, words: Vocabulary, path: Path, faults: list[Fault]) -> Criterion | None:
    if not isinstance(inside, dict) or set(inside) != {"count", "of"}:
        faults.append(Fault("expected `count` and `of`", "at_least: {count: 2, of: [..]}", path))
        return None
    operands = _operands(inside["of"], words, (*path, "of"), faults)
    count = inside["count"]
    if type(count) is not int or not 1 <= count <= len(
        inside["of"] if isinstance(inside["of"], list) else ()
    ):
        faults.append(Fault("expected a whole number from 1 to the length of the list", "", (*path, "count")))
        return None
    return None if operands is None else AtLeast(count, operands)


def _leaf(text: str, words: Vocabulary) -> Criterion:
    if text == "always":
        return ALWAYS
    if match := _WORD.match(text):
        return _present(match[1], words)
    if match := _COMPARE.match(text):
        return _compare(_finding(match[1], words), Comparator(match[2]), match[3], match[4] or "")
    if match := _ONE_OF.match(text):
        return _is_one_of(_finding(match[1], words), match[2].split(", "))
    if match := _IS.match(text):
        return _is_one_of(_finding(match[1], words), [match[2]])
    raise Fault(f"cannot read {text[:120]!r} as a criterion", _EXAMPLE)


def _finding(id_: str, words: Vocabulary) -> Finding:
    if id_ not in words.findings:
        raise Fault(f"unknown finding {id_!r}", did_you_mean(id_, words.findings))
    return words.findings[id_]


def _present(id_: str, words: Vocabulary) -> Criterion:
    if id_ in words.names:
        return words.names[id_]
    if id_ not in words.findings:
        raise Fault(
            f"unknown finding or criterion {id_!r}", did_you_mean(id_, [*words.findings, *words.names])
        )
    if words.findings[id_].kind is not Kind.BOOLEAN:
        raise Fault(f"{id_!r} isn't present or absent: it is a {words.findings[id_].kind.value}", _EXAMPLE)
    return Present(id_)


def _compare(finding: Finding, comparator: Comparator, number: str, unit: str) -> Criterion:
    if finding.kind is Kind.NUMBER:
        if unit:
            raise Fault(f"{finding.id!r} is a plain number: it has no unit")
        return Compare(finding.id, comparator, _ordinary(number))
    if finding.kind is not Kind.QUANTITY:
        raise Fault(f"{finding.id!r} is a {finding.kind.value}: it can't be compared with a number")
    if not unit:
        raise Fault(f"a threshold for {finding.id!r} needs its unit", f"such as '{number} {finding.unit}'")
    try:
        return Compare(finding.id, comparator, finding.threshold(Quantity(number, unit)))
    except UnitError as error:
        raise Fault(f"the unit {unit!r} doesn't fit {finding.id!r}: {error}", f"use {finding.unit}") from None


def _ordinary(number: str) -> Decimal:
    try:
        return exact(number)
    except UnitError as error:
        raise Fault(str(error)) from None


def _is_one_of(finding: Finding, codes: list[str]) -> Criterion:
    if finding.kind is not Kind.CHOICE:
        raise Fault(f"{finding.id!r} is a {finding.kind.value}, not a choice")
    for code in codes:
        if code not in finding.options:
            hint = did_you_mean(code, finding.options) or f"one of {', '.join(finding.options)}"
            raise Fault(f"{finding.id!r} has no option {code!r}", hint)
    return IsOneOf(finding.id, tuple(codes))
