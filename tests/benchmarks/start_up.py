"""From loaded rules to the first answer: what a program pays once."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import evolve, frozen

from spineworkup import load_pathway, outcomes
from spineworkup.logic.plan import plan
from spineworkup.pathways import Pathway
from tests.benchmarks.by_hand import compiled
from tests.benchmarks.one_patient import OTHERS
from tests.benchmarks.rounds import Spread, Timed, each, in_turn
from tests.benchmarks.workload import workload


@frozen
class Started:
    """The time to get ready, as a multiple of generated Python's, and in milliseconds here."""

    ratio: Spread
    milliseconds: float


def started(rules: int, rounds: int) -> dict[str, Started]:
    """Return what getting ready takes, from the rules in memory; imports apart."""
    work = workload(rules)
    sides: dict[str, Timed] = {
        "**spineworkup**": _planned(work.pathway),
        "**spineworkup**, the shipped pathway": _planned(load_pathway()),
        **{engine.name: _once(partial(engine.prepare, work)) for engine in OTHERS},
    }
    taken: dict[str, list[float]] = {name: [] for name in sides}
    ratios = in_turn(_once(partial(compiled, work)), {name: _noted(side, taken[name]) for name, side in sides.items()}, rounds)
    return {name: Started(ratios[name], statistics.median(taken[name][1:]) * 1000) for name in sides}


def _planned(pathway: Pathway) -> Timed:
    def timed(_: int) -> float:
        # A pathway that was never asked: what it remembers is part of it.
        fresh = evolve(pathway)
        start = time.process_time()
        plan(fresh)
        outcomes.compiled(fresh)
        return time.process_time() - start

    return timed


def _once(prepare: Callable[[], Any]) -> Timed:
    return each(lambda _: prepare(), [None], 1)


def _noted(side: Timed, taken: list[float]) -> Timed:
    def timed(number: int) -> float:
        taken.append(side(number))
        return taken[-1]

    return timed
