"""From loaded rules to the first answer: what a program pays once."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from attrs import evolve, frozen

from spineworkup import load_pathway
from spineworkup.logic.plan import plan
from spineworkup.pathways import Pathway
from tests.benchmarks.by_hand import compiled
from tests.benchmarks.one_patient import OTHERS
from tests.benchmarks.rounds import Spread, Timed, in_turn
from tests.benchmarks.workload import Workload, workload

IMPORTED_ONCE = ("rule-engine", "SpiffWorkflow, DMN")


@frozen
class Started:
    """The time to get ready, as a multiple of generated Python's, and in milliseconds here."""

    ratio: Spread
    milliseconds: float


def started(rules: int, rounds: int) -> dict[str, Started]:
    """Return what getting ready takes, from the rules in memory; imports apart."""
    work = workload(rules)
    sides: dict[str, Callable[[], Any]] = {
        "**spineworkup**": lambda: _planned(work.pathway),
        "**spineworkup**, the shipped pathway": partial(_planned, load_pathway()),
        **{engine.name: partial(engine.prepare, work) for engine in OTHERS},
    }
    for prepare in sides.values():
        prepare()
    taken: dict[str, list[float]] = {name: [] for name in sides}
    timed = {name: _once(prepare, taken[name]) for name, prepare in sides.items()}
    ratios = in_turn(_once(partial(_generated, work), []), timed, rounds)
    return {name: Started(ratios[name], statistics.median(taken[name]) * 1000) for name in sides}


def _generated(work: Workload) -> Any:
    return compiled(work)


def _planned(pathway: Pathway) -> Any:
    # A pathway that was never asked: what it remembers is part of it.
    fresh = evolve(pathway)
    return plan(fresh)


def _once(prepare: Callable[[], Any], taken: list[float]) -> Timed:
    def timed(_: int) -> float:
        start = time.process_time()
        prepare()
        taken.append(time.process_time() - start)
        return taken[-1]

    return timed
