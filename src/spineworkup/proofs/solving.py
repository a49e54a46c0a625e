"""The solver, as every question gets it."""

from __future__ import annotations

from collections.abc import Sequence

import z3
from attrs import define, field

from spineworkup.errors import SpineWorkupError
from spineworkup.translate.to_z3 import Formula

# A question takes milliseconds; one that takes this long is undecided, and that is a failure.
PATIENCE_MS = 30_000


class Undecided(SpineWorkupError):
    """The solver gave up, or what is asked about isn't in the formulas: nothing is claimed."""


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


def is_possible(solver: z3.Solver, *formulas: Formula) -> bool:
    """Return whether there is anybody for whom all this holds.

    Raises:
        Undecided: The solver gave up.
    """
    result = solver.check(*formulas)
    if result == z3.unknown:
        raise Undecided(f"the solver gave up: {solver.reason_unknown()}")
    return bool(result == z3.sat)


@define
class Solvers:
    """One solver for each set of givens: what many questions share is learnt once."""

    seed: int = 0
    # The givens are kept, so that no other list can have the same identity.
    _made: dict[int, tuple[Sequence[Formula], z3.Solver]] = field(factory=dict, init=False)

    def knowing(self, given: Sequence[Formula]) -> z3.Solver:
        """Return the solver that knows what is given."""
        if id(given) not in self._made:
            self._made[id(given)] = given, solver_for(given, self.seed)
        return self._made[id(given)][1]
