"""Strong Kleene logic: the one place where three-valued truth is defined.

A clinical question has three answers: yes, no, and *not known*. Nothing that is not known is ever read as no.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Truth(Enum):
    """What is known of a statement about a patient.

    For a clinician: TRUE and FALSE are settled by what is on the chart; UNKNOWN means that something still has to be
    asked. A `Truth` can't be used as a Python condition, so that UNKNOWN is never taken for FALSE by accident.

    >>> all_of([Truth.TRUE, Truth.UNKNOWN])
    <Truth.UNKNOWN: 'unknown'>
    >>> all_of([Truth.FALSE, Truth.UNKNOWN])
    <Truth.FALSE: 'false'>
    """

    FALSE = "false"
    UNKNOWN = "unknown"
    TRUE = "true"

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Truth has three values: compare it with `is Truth.TRUE`, `is Truth.FALSE` or `is Truth.UNKNOWN`"
        )


def not_(operand: Truth) -> Truth:
    """Return the opposite; what is not known stays not known.

    >>> not_(Truth.UNKNOWN)
    <Truth.UNKNOWN: 'unknown'>
    """
    if operand is Truth.TRUE:
        return Truth.FALSE
    if operand is Truth.FALSE:
        return Truth.TRUE
    return Truth.UNKNOWN


def all_of(operands: Iterable[Truth]) -> Truth:
    """Return FALSE if any operand is FALSE, else UNKNOWN if any is UNKNOWN, else TRUE.

    >>> all_of([])
    <Truth.TRUE: 'true'>
    """
    answer = Truth.TRUE
    for operand in operands:
        if operand is Truth.FALSE:
            return Truth.FALSE
        if operand is Truth.UNKNOWN:
            answer = Truth.UNKNOWN
    return answer


def any_of(operands: Iterable[Truth]) -> Truth:
    """Return TRUE if any operand is TRUE, else UNKNOWN if any is UNKNOWN, else FALSE.

    >>> any_of([Truth.UNKNOWN, Truth.TRUE])
    <Truth.TRUE: 'true'>
    """
    answer = Truth.FALSE
    for operand in operands:
        if operand is Truth.TRUE:
            return Truth.TRUE
        if operand is Truth.UNKNOWN:
            answer = Truth.UNKNOWN
    return answer


def at_least(count: int, operands: Iterable[Truth]) -> Truth:
    """Return TRUE when `count` operands are TRUE, FALSE when fewer than `count` could still be, else UNKNOWN.

    >>> at_least(2, [Truth.TRUE, Truth.UNKNOWN, Truth.FALSE])
    <Truth.UNKNOWN: 'unknown'>
    """
    known = possible = 0
    for operand in operands:
        if operand is Truth.TRUE:
            known += 1
        if operand is not Truth.FALSE:
            possible += 1
    if known >= count:
        return Truth.TRUE
    return Truth.FALSE if possible < count else Truth.UNKNOWN
