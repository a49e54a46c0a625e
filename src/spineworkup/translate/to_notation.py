"""A criterion in the notation of the rule files: what `reading` reads back as the same criterion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Finding


def to_notation(criterion: Criterion, findings: Mapping[str, Finding]) -> Any:
    """Return a criterion as text, or as a mapping with one key, ready to be written as YAML.

    >>> to_notation(Not(Present("night_pain")), {})
    {'not': 'night_pain'}
    """
    match criterion:
        case Present(finding):
            return finding
        case Compare(finding, comparator, threshold):
            unit = findings[finding].unit
            return f"{finding} {comparator.value} {threshold:f} {unit}".rstrip()
        case IsOneOf(finding, (code,)):
            return f"{finding} is {code}"
        case IsOneOf(finding, codes):
            return f"{finding} is one of {', '.join(codes)}"
        case Not(operand):
            return {"not": to_notation(operand, findings)}
        case AllOf(()):
            return "always"
        case AllOf(operands):
            return {"all_of": [to_notation(operand, findings) for operand in operands]}
        case AnyOf(operands):
            return {"any_of": [to_notation(operand, findings) for operand in operands]}
        case AtLeast(count, operands):
            return {
                "at_least": {"count": count, "of": [to_notation(operand, findings) for operand in operands]}
            }
        case _:
            assert_never(criterion)
