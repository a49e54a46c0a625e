"""Results that are kept: the time that the garbage collector takes with them, and the memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from attrs import frozen

from spineworkup import Chart, assess
from spineworkup.checklists import Checklist
from spineworkup.pathways import Pathway
from tests.benchmarks.by_hand import compiled, written
from tests.benchmarks.ours import chart
from tests.benchmarks.rounds import Spread, Timed, each, in_turn
from tests.benchmarks.workload import AT, Patient, patients, workload

KEPT = 20_000


@frozen
class Kept:
    """What results that are kept cost, as a multiple of hand-written Python's; memory beside what was given."""

    time: Spread
    memory: float


def kept(rules: int, rounds: int) -> dict[str, Kept]:
    """Return what keeping the results of 20,000 patients costs."""
    work, ward = workload(rules), patients(KEPT)
    by_hand = Side(written(work))
    sides = {
        "**spineworkup**, chart to checklist": Side(partial(_checklist, work.pathway), partial(chart, work.pathway)),
        "generated Python, one function": Side(compiled(work)),
    }
    times = in_turn(by_hand.timed(ward), {name: side.timed(ward) for name, side in sides.items()}, rounds)
    yardstick = by_hand.memory(ward)
    return {name: Kept(times[name], side.memory(ward) / yardstick) for name, side in sides.items()}


def _checklist(pathway: Pathway, made: Chart) -> Checklist:
    checklist = assess(pathway, made, at=AT)
    assert checklist.outcomes
    return checklist


@frozen
class Side:
    """Something that answers patients, and how it takes one; what it is given is made anew each time, and not counted."""

    run: Callable[[Any], Any]
    form: Callable[[Patient], Any] = dict

    def timed(self, ward: Sequence[Patient]) -> Timed:
        """Time all of them."""
        return each(self._keep, [ward], 1, self._ready)

    def memory(self, ward: Sequence[Patient]) -> int:
        """Return the bytes that the results take."""
        ready = self._ready(ward)
        gc.collect()
        tracemalloc.start()
        results = self._keep(ready)
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(results) == len(ready)
        return taken

    def _ready(self, ward: Sequence[Patient]) -> list[Any]:
        return [self.form(patient) for patient in ward]

    def _keep(self, ready: Sequence[Any]) -> list[Any]:
        return [self.run(one) for one in ready]
