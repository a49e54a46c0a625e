"""Hidden numbers stay hidden: whoever knows all that is shown, and all sums, can't work one out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spineworkup.audit.small_numbers import HIDDEN, Counts, Key, Sum, suppressed

THRESHOLD = 5
Rows = list[list[int]]
TABLES = st.integers(1, 3).flatmap(lambda wide: st.lists(st.lists(st.integers(0, 9), min_size=wide, max_size=wide), min_size=1, max_size=3))


def table(rows: Rows) -> tuple[dict[Key, int], list[Sum]]:
    """Return a table with the sums of its rows and columns, and of all."""
    high, wide = range(len(rows)), range(len(rows[0]))
    numbers: dict[Key, int] = {(r, c): rows[r][c] for r in high for c in wide}
    numbers |= {(r, "all"): sum(rows[r]) for r in high} | {("all", c): sum(rows[r][c] for r in high) for c in wide}
    numbers["all", "all"] = sum(map(sum, rows))
    sums = [Sum((r, "all"), tuple((r, c) for c in wide)) for r in (*high, "all")]
    return numbers, sums + [Sum(("all", c), tuple((r, c) for r in high)) for c in (*wide, "all")]


@given(rows=TABLES)
@settings(max_examples=60, deadline=None)
def test_nothing_small_is_shown_and_what_is_shown_is_true(rows: Rows) -> None:
    numbers, sums = table(rows)
    counts = suppressed(numbers, sums, THRESHOLD)
    for key, number in numbers.items():
        shown = counts.get(key)
        assert shown is HIDDEN or (shown == number and not 0 < number < THRESHOLD)


@example(rows=[[0, 9, 3, 30], [20, 30, 30, 20], [20, 20, 1, 7], [30, 7, 9, 30]])  # each sum hides enough, all together don't
@given(rows=TABLES)
@settings(max_examples=60, deadline=None)
def test_every_hidden_number_could_be_another(rows: Rows) -> None:
    """By search: some other table has the same sums and shows the same numbers, and differs there."""
    numbers, sums = table(rows)
    counts = suppressed(numbers, sums, THRESHOLD)
    assert counts.hidden == {key for other in _others(counts, sums) for key in other if other[key] != numbers[key]}


def _others(counts: Counts, sums: list[Sum]) -> Iterator[dict[Key, int]]:
    """Yield the tables that are one more or less in some hidden numbers and show the same."""
    inner = [one for one in counts.hidden if "all" not in one]  # type: ignore[operator]
    for steps in itertools.product((0, 1, -1), repeat=len(inner)):
        changed = {one: counts.numbers[one] + step for one, step in zip(inner, steps, strict=True)}
        if min(changed.values(), default=0) >= 0:
            numbers = _summed({**counts.numbers, **changed}, sums)
            if all(numbers[one] == counts.numbers[one] for one in numbers if one not in counts.hidden):
                yield numbers


def _summed(numbers: dict[Key, int], sums: list[Sum]) -> dict[Key, int]:
    for one in sums:
        if one.whole != ("all", "all") and "all" not in one.parts[0]:  # type: ignore[operator]
            numbers[one.whole] = sum(numbers[part] for part in one.parts)
    [*_, last] = sums
    numbers[last.whole] = sum(numbers[part] for part in last.parts)
    return numbers


def test_without_a_threshold_everything_is_shown() -> None:
    numbers, sums = table([[1, 2], [0, 3]])
    assert not suppressed(numbers, sums, 0).hidden


@pytest.mark.parametrize(("rows", "hidden"), [([[0, 0], [7, 8]], 0), ([[1, 9, 9], [9, 9, 9], [9, 9, 9]], 4)])
def test_no_more_is_hidden_than_needed(rows: Rows, hidden: int) -> None:
    numbers, sums = table(rows)
    assert len(suppressed(numbers, sums, THRESHOLD).hidden) == hidden
