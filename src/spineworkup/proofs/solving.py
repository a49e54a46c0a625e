"""The solver, as every question gets it."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from spineworkup.translate.to_z3 import Formula

# A question takes milliseconds; one that takes this long is undecided, and that is a failure.
PATIENCE_MS = 30_000


def solver_for(given: Sequence[Formula], seed: int = 0) -> z3.Solver:
    """Return a solver that knows what is given.

    Args:
        given: What holds anyway.
        seed: Of its own random choices; no answer may depend on it.
    """
    solver = z3.Solver()
    solver.set("random_seed", seed)
    solver.set("timeout", PATIENCE_MS)
    solver.add(*given)
    return solver
