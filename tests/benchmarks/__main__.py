"""Measure against other engines and write the tables into docs/benchmarks.md: `make bench-engines`.

Needs the environment that the target makes, Node with `node_modules`, and g++. ARGS='--only columns' measures one part.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

# Before Polars is imported: everybody gets one thread.
os.environ["POLARS_MAX_THREADS"] = "1"

from tests.benchmarks import kept, many_patients, one_patient, start_up
from tests.benchmarks.page import PAGE, Table, replaced, setting
from tests.benchmarks.rounds import Spread
from tests.benchmarks.workload import workload

T = TypeVar("T")
SHAPES = {"30 rules": (30, 30), "100 rules": (100, 30), "300 rules": (300, 30), "1000 rules": (1000, 30)}
LARGE_STEPS = {"10 a step": (40, 4), "15 a step": (60, 4), "33 a step": (132, 4)}
SIZES = {"100,000 rows": 100_000, "1,000,000 rows": 1_000_000}


def one(rounds: int) -> Table:
    """One patient at a time, over the number of rules."""
    return _table("engine", {name: one_patient.neutral(workload(*shape), rounds) for name, shape in said(SHAPES)})


def large_steps(rounds: int) -> Table:
    """One patient at a time, steps of many rules."""
    measure = partial(one_patient.neutral, rounds=rounds, others=(), cql=False)
    return _table("engine", {name: measure(workload(*shape)) for name, shape in said(LARGE_STEPS)})


def shipped(rounds: int) -> Table:
    """One patient at a time, the shipped pathway."""
    return _table("measured", {"shipped pathway": one_patient.shipped_pathway(rounds)})


def keeping(rounds: int) -> Table:
    """20,000 results kept."""
    found = kept.kept(100, rounds)
    return Table(("kept", "time", "memory"), [(name, str(one.time), f"{one.memory:.2f}") for name, one in found.items()])


def start(rounds: int) -> Table:
    """Getting ready."""
    found = start_up.started(100, rounds)
    rows = [(name, str(one.ratio), f"{one.milliseconds:.0f}") for name, one in found.items()]
    return Table(("made ready", "ratio", "ms here"), rows)


def columns(rounds: int) -> Table:
    """A table of patients, over the number of rules and of rows."""
    shapes = {f"{rules} rules, {name}": (rules, rows) for rules in (30, 100, 300) for name, rows in SIZES.items() if rules == 100 or rows == 100_000}
    return _table("engine", {name: many_patients.neutral(*shape, rounds) for name, shape in said(shapes)})


def shipped_columns(rounds: int) -> Table:
    """A table of patients, the shipped pathway."""
    return _table("measured", {name: many_patients.shipped_pathway(rows, rounds) for name, rows in list(SIZES.items())[:1]})


PARTS: dict[str, Callable[[int], Table]] = {
    "one": one, "large-steps": large_steps, "shipped": shipped, "kept": keeping, "start": start,
    "columns": columns, "shipped-columns": shipped_columns,
}  # fmt: skip


def said(shapes: dict[str, T]) -> Iterable[tuple[str, T]]:
    """Yield what is measured next, and say so."""
    for name, shape in shapes.items():
        print(f"  {name}", file=sys.stderr, flush=True)
        yield name, shape


def _table(what: str, found: dict[str, dict[str, Spread]]) -> Table:
    names = dict.fromkeys(name for column in found.values() for name in column)
    rows = [(name, *(str(column[name]) if name in column else "" for column in found.values())) for name in names]
    return Table((what, *found), rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    options = parser.parse_args()
    for part in options.only:
        print(part, file=sys.stderr, flush=True)
        table = PARTS[part](options.rounds)
        print(table)
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), part, f"{setting(options.rounds)}\n\n{table}"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
