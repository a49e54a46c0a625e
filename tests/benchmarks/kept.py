"""Results that are kept: the time that the garbage collector takes with them, and the memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from spineworkup import Chart, assess
from tests.benchmarks.by_hand import compiled, written
from tests.benchmarks.rounds import Spread, Timed, each, in_turn
from tests.benchmarks.workload import AT, CLOCKS, patients, workload

KEPT = 20_000


@frozen
class Kept:
    """What results that are kept cost, as a multiple of hand-written Python's; memory beside what was given."""

    time: Spread
    memory: float


def kept(rules: int, rounds: int) -> dict[str, Kept]:
    """Return what keeping the results of 20,000 patients costs."""
    work = workload(rules)
    ward = patients(KEPT)
    made = [Chart(work.pathway.findings, patient, clocks=CLOCKS) for patient in ward]

    def checklist(chart: Chart) -> Any:
        return assess(work.pathway, chart, at=AT)

    by_hand = written(work)
    sides: dict[str, tuple[Callable[[Any], Any], Sequence[Any]]] = {
        "**spineworkup**, chart to checklist": (checklist, made),
        "generated Python, one function": (compiled(work), ward),
    }
    times = in_turn(_keeping(by_hand, ward), {name: _keeping(*side) for name, side in sides.items()}, rounds)
    yardstick = _memory(by_hand, ward)
    return {name: Kept(times[name], _memory(*side) / yardstick) for name, side in sides.items()}


def _keeping(run: Callable[[Any], Any], given: Sequence[Any]) -> Timed:
    def keep(all_: Sequence[Any]) -> list[Any]:
        return [run(one) for one in all_]

    return each(keep, [given], 1)


def _memory(run: Callable[[Any], Any], given: Sequence[Any]) -> int:
    """Return the bytes that results take, after what the first patients leave behind for all others."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    results = [run(one) for one in given]
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(results) == len(given)
    return after - before
