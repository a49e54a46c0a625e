"""A criterion in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from spineworkup.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Criterion,
    IsOneOf,
    NamedCriterion,
    Not,
    Present,
)
from spineworkup.findings import Finding, plain

_COMPARED = {
    Comparator.LESS: "below",
    Comparator.AT_MOST: "at most",
    Comparator.MORE: "above",
    Comparator.AT_LEAST: "at least",
}


def to_english(
    criterion: Criterion, findings: Mapping[str, Finding], names: Mapping[str, NamedCriterion] | None = None
) -> str:
    """Return a criterion in words, with the labels of its findings and the names that clinicians have for parts of it.

    >>> from spineworkup.findings import Kind
    >>> pain = Finding("night_pain", "Pain at night", Kind.BOOLEAN)
    >>> to_english(Not(Present("night_pain")), {"night_pain": pain})
    'not (Pain at night)'
    """
    known = {named.when: named.label for named in (names or {}).values()}
    return _words(criterion, findings, known)


def _words(criterion: Criterion, findings: Mapping[str, Finding], known: Mapping[Criterion, str]) -> str:
    if criterion in known:
        return known[criterion]
    match criterion:
        case Present(finding):
            return findings[finding].label
        case Compare(finding, comparator, threshold):
            about = findings[finding]
            return f"{about.label} {_COMPARED[comparator]} {plain(threshold)} {about.unit}".rstrip()
        case IsOneOf(finding, codes):
            about = findings[finding]
            return f"{about.label}: {' or '.join(about.options[code] for code in about.options if code in codes)}"
        case Not(operand):
            return f"not ({_words(operand, findings, known)})"
        case AllOf(()):
            return "always"
        case AllOf(operands):
            return " and ".join(_inner(operand, findings, known) for operand in operands)
        case AnyOf(()):
            return "never"
        case AnyOf(operands):
            return "any of: " + "; ".join(_words(operand, findings, known) for operand in operands)
        case AtLeast(count, operands):
            return f"at least {count} of: " + "; ".join(
                _words(operand, findings, known) for operand in operands
            )
        case _:
            assert_never(criterion)


def _inner(criterion: Criterion, findings: Mapping[str, Finding], known: Mapping[Criterion, str]) -> str:
    words = _words(criterion, findings, known)
    return (
        f"({words})" if isinstance(criterion, AnyOf | AtLeast | AllOf) and criterion not in known else words
    )
