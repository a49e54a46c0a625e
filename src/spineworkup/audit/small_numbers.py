"""Small numbers hidden, and with them as many others as it takes that none can be worked out from the rest."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

Key = Hashable
_ZERO = 1e-9


@frozen
class Sum:
    """A number that is the sum of others which are shown as well."""

    whole: Key
    parts: tuple[Key, ...]


@frozen
class Hidden:
    """A number that isn't shown."""

    def __str__(self) -> str:
        return "hidden"


HIDDEN: Final = Hidden()


@frozen
class Counts:
    """Counts of patients, some of which are hidden."""

    numbers: Mapping[Key, int]
    hidden: frozenset[Key] = frozenset()

    def get(self, key: Key) -> int | Hidden:
        """Return a count, if it is shown."""
        return HIDDEN if key in self.hidden else self.numbers[key]

    def all_shown(self, *keys: Key) -> bool:
        """Whether all of some counts are shown."""
        return self.hidden.isdisjoint(keys)


def suppressed(numbers: Mapping[Key, int], sums: Sequence[Sum], threshold: int) -> Counts:
    """Hide the counts below a threshold that aren't zero, and what would reveal them.

    In each sum at least two numbers are hidden, or none; those among its parts come together to the threshold at least.
    It protects the numbers of one report. It can't against another report of nearly the same patients.

    >>> numbers = {"all": 20, "kept": 3, "missed": 8, "unknown": 9}
    >>> sorted(suppressed(numbers, [Sum("all", ("kept", "missed", "unknown"))], 5).hidden)
    ['kept', 'missed']
    """
    hidden = {key for key, number in numbers.items() if 0 < number < threshold}
    while more := _in_one_sum(numbers, sums, hidden, threshold) or _in_all_sums(numbers, sums, hidden):
        hidden |= more
    return Counts(numbers, frozenset(hidden))


def _in_one_sum(numbers: Mapping[Key, int], sums: Sequence[Sum], hidden: set[Key], threshold: int) -> set[Key]:
    found = (_also(numbers, one, hidden, threshold) for one in sums)
    return {key for key in found if key is not None}


def _in_all_sums(numbers: Mapping[Key, int], sums: Sequence[Sum], hidden: set[Key]) -> set[Key]:
    """Return what has to be hidden too, as all sums together would reveal something: where their null space is zero."""
    keys = {key: place for place, key in enumerate(sorted(hidden, key=repr))}
    if not keys:
        return set()
    system = np.zeros((max(len(sums), len(keys)), len(keys)))
    for row, one in enumerate(sums):
        for key, factor in ((one.whole, -1), *((part, 1) for part in one.parts)):
            if key in keys:
                system[row, keys[key]] = factor
    _, sizes, directions = np.linalg.svd(system)
    free = directions[sizes < _ZERO]
    revealed = [key for key, place in keys.items() if not (abs(free[:, place]) > _ZERO).any()]
    shown = [key for one in sums if {one.whole, *one.parts} & set(revealed) for key in (one.whole, *one.parts) if key not in hidden]
    return {min(shown, key=lambda key: (numbers[key] == 0, numbers[key], repr(key)))} if shown else set()


def _also(numbers: Mapping[Key, int], one: Sum, hidden: set[Key], threshold: int) -> Key | None:
    """Return what has to be hidden too, so that a sum doesn't reveal what is hidden in it."""
    parts = [part for part in one.parts if part in hidden]
    whole_hidden = one.whole in hidden
    if not parts and not whole_hidden:
        return None
    together = sum(numbers[part] for part in parts)
    if parts and whole_hidden:
        return None
    if len(parts) > 1 and together >= threshold:
        return None
    shown = [part for part in one.parts if part not in hidden]
    if not shown:
        return None if whole_hidden else one.whole
    # The smallest of those that aren't zero; a zero only where there is nothing else.
    return min(shown, key=lambda part: (numbers[part] == 0, numbers[part]))
