"""The invariants as tests of pytest, one item for each.

```python
test_invariants = invariant_tests(lambda: load_pathway("metastatic_spine", ["path/to/overlay"]))
```
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import pytest

from spineworkup.pathways import Pathway
from spineworkup.testing.invariants import Invariant, check_invariant, chosen, options_of


def invariant_tests(
    load: Callable[[], Pathway],
    *,
    base: Callable[[], Pathway] | None = None,
    max_examples: int = 100,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    without: Collection[str] = (),
) -> Callable[..., None]:
    """Return a test function that pytest runs once for each invariant.

    Give it a name that starts with `test_`. An item is named after its invariant: `test_invariants[I-13
    a_deficit_is_an_emergency]`, and fails with the smallest patient as a case file.

    Args:
        load: Loads the pathway, once, when the first of the tests runs.
        base: For an overlay: loads the pathway without it; then it is tried that the overlay loosens nothing.
        max_examples: How many patients are tried for each.
        options: Further arguments of a law, by its name.
        without: Names of invariants to leave out.

    Raises:
        ValueError: A name in `options` or `without` is no invariant's.
    """
    chosen(without=options or ())
    wanted = chosen(without=without, overlay=base is not None)
    load_once, load_base = cache(load), cache(base or (lambda: None))

    @pytest.mark.parametrize("invariant", wanted, ids=[f"{one.number} {one.name}" for one in wanted])
    def test(invariant: Invariant) -> None:
        more = options_of(invariant, load_base(), options)
        check_invariant(invariant, load_once(), max_examples=max_examples, **more)

    return test
