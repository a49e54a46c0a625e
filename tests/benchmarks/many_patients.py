"""A whole table of patients, with one thread: the neutral workload on every engine, and the shipped pathway by expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from spineworkup import load_pathway
from spineworkup.cohort.batch import assess_batch
from spineworkup.findings import Kind
from spineworkup.pathways import Pathway
from tests.benchmarks import column_engines as others
from tests.benchmarks.cpp_loop import cpp_loop
from tests.benchmarks.rounds import Spread, Timed, each, in_turn
from tests.benchmarks.workload import AT, SUSPICION, Workload, as_dicts, columns, specified, workload

ROWS_A_BATCH = 262_144
CHECKED = 100


@frozen
class Engine:
    """Something that answers the rules for a table.

    Args:
        prepare: Makes it ready for the rules: a function from a table, in the form that it takes, to columns.
        form: How it takes a table.
        column: A column of its answer, as a list of so many rows.
        most: The most rules, and the most rows, that it is given.
    """

    name: str
    truths: str
    prepare: Callable[[Workload], Callable[[Any], Any]]
    form: Callable[[pa.Table], Any]
    column: Callable[[Any, str, int], list[Any]]
    most: tuple[int, int] = (1000, 10_000_000)


def _batches(table: pa.Table) -> list[pa.RecordBatch]:
    whole: list[pa.RecordBatch] = table.combine_chunks().to_batches(max_chunksize=ROWS_A_BATCH)
    return whole


def _ours(work: Workload) -> Callable[[Any], Any]:
    return lambda batches: [assess_batch(work.pathway, batch, at=AT).results for batch in batches]


def _our_column(results: Any, name: str, rows: int) -> list[Any]:
    found = results[0].column(name).slice(0, rows)
    if name.endswith(".due"):
        return found.cast(pa.int64()).to_pylist()  # type: ignore[no-any-return]
    words = found.to_pylist()
    return [others.STATUSES.index(word) for word in words] if name.endswith(".status") else [_RANKS.index(w) for w in words]


_RANKS = ("none", "routine", "within_a_week", "same_day", "immediate")


def _of_arrow(found: Any, name: str, rows: int) -> list[Any]:
    return found.column(name).slice(0, rows).to_pylist()  # type: ignore[no-any-return]


def _of_numpy(found: Any, name: str, rows: int) -> list[Any]:
    return [None if value == others.NO_MOMENT else value for value in found[name][:rows].tolist()]


POLARS = Engine("Polars, expressions", "three", others.polars, others.polars_table, lambda f, name, rows: f[name][:rows].to_list())
OURS = Engine("**spineworkup**, `assess_batch`", "three", _ours, _batches, _our_column)
ENGINES = (
    OURS,
    Engine("C++, a generated loop", "two formulas a rule", cpp_loop, others.byte_columns, _of_numpy, (100, 10_000_000)),
    Engine("numpy, columns of booleans", "two formulas a rule", others.plain_numpy, others.byte_columns, _of_numpy, (1000, 1_000_000)),
    Engine("DuckDB, SQL", "three", others.duckdb, lambda table: table, _of_arrow, (300, 100_000)),
)


def neutral(rules: int, rows: int, rounds: int, engines: Sequence[Engine] = ENGINES) -> dict[str, Spread]:
    """Return the time of every engine as a multiple of Polars'."""
    work, table = workload(rules), columns(rows)
    chosen = [engine for engine in engines if rules <= engine.most[0] and rows <= engine.most[1]]
    sides = {engine.name: _timed(engine, work, table) for engine in chosen}
    return in_turn(_timed(POLARS, work, table), sides, rounds)


def _timed(engine: Engine, work: Workload, table: pa.Table) -> Timed:
    given, run = engine.form(table), engine.prepare(work)
    check(engine, work, table.slice(0, CHECKED), run(given))
    return each(run, [given], 1)


def check(engine: Engine, work: Workload, table: pa.Table, found: Any) -> None:
    """Raise where an engine answers the first rows otherwise than the specification."""
    wanted = [specified(work, patient) for patient in as_dicts(table)]
    start = int(SUSPICION.timestamp()) * 1_000_000
    for place, step in enumerate(work.steps):
        answers = [row[place] for row in wanted]
        dues = [None if hours is None else start + hours * others.HOUR for _, _, hours, _, _ in answers]
        right = {
            "status": [others.STATUSES.index(status) for status, *_ in answers],
            "urgency_highest": [highest for _, highest, *_ in answers],
            "due": dues,
        }
        for part, name in others.parts_of(step).items():
            if engine.column(found, name, len(wanted)) != right[part]:
                raise AssertionError(f"{engine.name} answers {name} otherwise than the specification")


def shipped_pathway(rows: int, rounds: int) -> dict[str, Spread]:
    """Return our time on the shipped pathway, in full, as a multiple of what its urgencies take by expressions."""
    from tests.benchmarks.expressions import urgencies

    pathway = load_pathway()
    table = shipped_table(pathway, rows)
    frame, batches = others.polars_table(table), _batches(table)

    def by_expressions(_: Any) -> Any:
        return urgencies(pathway, frame.lazy()).collect()

    def ours(_: Any) -> Any:
        return [assess_batch(pathway, batch, at=AT).results for batch in batches]

    return in_turn(each(by_expressions, [None], 1), {OURS.name: each(ours, [None], 1)}, rounds)


def shipped_table(pathway: Pathway, rows: int, seed: int = 1) -> pa.Table:
    """Return patients of the shipped pathway as columns: seven findings in ten are known, quantities in their own unit."""
    chance = np.random.default_rng(seed)
    found = {"patient": pa.array(np.arange(rows))}
    fields = [pa.field("patient", pa.int64())]
    for finding in pathway.findings.values():
        unknown = chance.random(rows) < 0.3
        if finding.kind is Kind.BOOLEAN:
            column = pa.array(chance.random(rows) < 0.3, mask=unknown)
        elif finding.kind is Kind.CHOICE:
            codes = pa.array(chance.integers(0, len(finding.options), rows, dtype=np.int8), mask=unknown)
            column = pa.DictionaryArray.from_arrays(codes, pa.array(list(finding.options)))
        else:
            low, high = float(finding.low or Decimal(0)), float(finding.high or Decimal(10))
            column = pa.array(np.round(low + (high - low) * chance.integers(0, 101, rows) / 100, 3), mask=unknown)
        found[finding.id] = column
        fields.append(pa.field(finding.id, column.type, metadata={"unit": finding.unit} if finding.unit else None))
    found["clocks.suspicion"] = pa.repeat(pa.scalar(SUSPICION, pa.timestamp("us", "UTC")), rows)
    fields.append(pa.field("clocks.suspicion", pa.timestamp("us", "UTC")))
    return pa.table(list(found.values()), schema=pa.schema(fields))
