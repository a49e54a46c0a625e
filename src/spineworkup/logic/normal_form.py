"""A criterion as a list of terms: true when every literal of any one of them is.

Distribution and De Morgan's laws hold in strong Kleene logic as they do in the logic of two values, so nothing that is not
known becomes known on the way.
"""

from __future__ import annotations

from itertools import combinations
from typing import assert_never

from attrs import frozen

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Leaf, Not, Present

# A leaf, and whether it is to be true.
Literal = tuple[Leaf, bool]
Term = frozenset[Literal]


@frozen
class NormalForm:
    """The terms of a criterion, or of its opposite where that has fewer.

    Args:
        terms: Any of them, each with all of its literals.
        of_opposite: The terms say when the criterion is false.
    """

    terms: tuple[Term, ...]
    of_opposite: bool


def normal_form(criterion: Criterion, most: int) -> NormalForm | None:
    """Return the terms of a criterion; None where there would be more than `most` of them.

    >>> form = normal_form(AllOf((Present("fever"), AnyOf((Present("cough"), Present("rash"))))), 8)
    >>> len(form.terms), form.of_opposite
    (2, False)
    >>> form = normal_form(AnyOf(tuple(map(Present, "abcdefghi"))), 8)
    >>> len(form.terms), form.of_opposite
    (1, True)
    """
    best = None
    for of_opposite in (False, True):
        try:
            terms = _terms(criterion, not of_opposite, most)
        except _TooManyError:
            continue
        if len(terms) <= most:
            # The opposite is of use only where it has fewer.
            best, most = NormalForm(tuple(terms), of_opposite), len(terms) - 1
    return best


class _TooManyError(Exception):
    """There are more terms than are wanted."""


def _terms(criterion: Criterion, wanted: bool, most: int) -> list[Term]:
    """Return the terms that say that a criterion is what is wanted: true, or false."""
    match criterion:
        case Present() | Compare() | IsOneOf():
            return [frozenset([(criterion, wanted)])]
        case Not(operand):
            return _terms(operand, not wanted, most)
        case AllOf(operands):
            needed = len(operands) if wanted else 1
        case AnyOf(operands):
            needed = 1 if wanted else len(operands)
        case AtLeast(count, operands):
            needed = count if wanted else len(operands) - count + 1
        case _:
            assert_never(criterion)
    parts = [_terms(operand, wanted, most) for operand in operands]
    found: dict[Term, None] = {}
    for chosen in combinations(parts, max(needed, 0)):
        for term in _together(chosen, most):
            found[term] = None
        if len(found) > most:
            raise _TooManyError
    return [term for term in found if not any(other < term for other in found)]


def _together(parts: tuple[list[Term], ...], most: int) -> list[Term]:
    """Return the terms that hold where one term of each part does."""
    joined = [Term()]
    for part in parts:
        joined = list(dict.fromkeys(one | other for one in joined for other in part))
        if len(joined) > most:
            raise _TooManyError
    return joined
