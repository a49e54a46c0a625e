"""Engines of others that answer a whole table at once, each with one thread.

All give the same columns for each step: status (0 not indicated, 1 undetermined, 2 due), rank of the highest urgency, and the
moment until which it is due, in microseconds. Polars and DuckDB know three truth values; numpy is asked two formulas a rule.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from operator import and_, ge, gt, le, lt, or_
from typing import Any

import numpy as np
import pyarrow as pa

from spineworkup.criteria import AllOf, AnyOf, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.pathways import Rule, Step
from tests.benchmarks.dual_rail import Atom, Formula, known
from tests.benchmarks.workload import BOOLEANS, CHOICES, NUMBERS, Workload, hours_of

# Takes a table in the engine's own form and returns whatever holds the answers.
Run = Callable[[Any], Any]
HOUR = 3_600_000_000
STATUSES = ("not_indicated", "undetermined", "due")
_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge}
CHUNK = 32_768


def parts_of(step: Step) -> dict[str, str]:
    """Return the names of the columns that are given for a step."""
    return {part: f"{step.id}.{part}" for part in ("status", "urgency_highest", "due")}


def by_urgency(step: Step) -> list[Rule]:
    """Return the rules of a step, the most urgent first: the first that could be true says the highest urgency."""
    return sorted(step.indications, key=lambda rule: -rule.urgency.rank)


def by_hours(step: Step) -> list[Rule]:
    """Return the rules of a step, the shortest time first."""
    return sorted(step.indications, key=hours_of)


def polars(work: Workload) -> Run:
    """Polars' expressions: the rules as columns, and what they say of a step as chains of `when`."""

    rules = [_polars(rule.when).alias(rule.id) for rule in work.rules]
    answers = [column for step in work.steps for column in _polars_step(step)]
    return lambda frame: frame.lazy().with_columns(rules).select(answers).collect()


def polars_table(table: pa.Table) -> Any:
    """Return a table as Polars holds it."""
    import polars as pl

    return pl.from_arrow(table)


def _polars(criterion: Criterion) -> Any:
    import polars as pl

    match criterion:
        case Present(finding):
            return pl.col(finding)
        case IsOneOf(finding, codes):
            return reduce(or_, [pl.col(finding) == code for code in codes])
        case Compare(finding, comparator, threshold):
            return _COMPARE[comparator.value](pl.col(finding), _plain(threshold))
        case Not(operand):
            return ~_polars(operand)
        case AllOf(operands):
            return reduce(and_, map(_polars, operands))
        case AnyOf(operands):
            return reduce(or_, map(_polars, operands))
        case _:
            raise NotImplementedError("the workload has no other node")


def _polars_step(step: Step) -> list[Any]:
    import polars as pl

    names = parts_of(step)
    any_ = reduce(or_, [pl.col(rule.id) for rule in step.indications])
    status = (any_.cast(pl.Int8) * 2).fill_null(1)
    urgency: Any = pl
    for rule in by_urgency(step):
        urgency = urgency.when(pl.col(rule.id).fill_null(True)).then(pl.lit(rule.urgency.rank, pl.Int8))
    due: Any = pl
    for rule in by_hours(step):
        due = due.when(pl.col(rule.id)).then(pl.lit(hours_of(rule) * HOUR))
    for rule in by_hours(step):
        due = due.when(pl.col(rule.id).is_null()).then(pl.lit(hours_of(rule) * HOUR))
    moment = pl.col("clocks.suspicion").to_physical() + due.otherwise(None)
    return [
        status.alias(names["status"]),
        urgency.otherwise(pl.lit(0, pl.Int8)).alias(names["urgency_highest"]),
        moment.alias(names["due"]),
    ]


def duckdb(work: Workload) -> Run:
    """DuckDB's SQL: the rules as columns of a query, and `CASE` for what they say of a step."""
    import duckdb as engine

    connection = engine.connect(config={"threads": 1})
    rules = ", ".join(f"{_sql(rule.when)} AS {rule.id}" for rule in work.rules)
    answers = ", ".join(column for step in work.steps for column in _sql_step(step))
    query = f'SELECT {answers} FROM (SELECT epoch_us("clocks.suspicion") AS suspicion, {rules} FROM patients)'

    def run(table: pa.Table) -> Any:
        connection.register("patients", table)
        return connection.execute(query).to_arrow_table()

    return run


def _sql(criterion: Criterion) -> str:
    match criterion:
        case Present(finding):
            return finding
        case IsOneOf(finding, codes):
            return f"({finding} IN ({', '.join(map(repr, codes))}))"
        case Compare(finding, comparator, threshold):
            return f"({finding} {comparator.value} {_plain(threshold)})"
        case Not(operand):
            return f"(NOT {_sql(operand)})"
        case AllOf(operands) | AnyOf(operands):
            word = " AND " if isinstance(criterion, AllOf) else " OR "
            return f"({word.join(map(_sql, operands))})"
        case _:
            raise NotImplementedError("the workload has no other node")


def _sql_step(step: Step) -> list[str]:
    names = parts_of(step)
    any_ = f"({' OR '.join(rule.id for rule in step.indications)})"
    urgency = " ".join(f"WHEN {rule.id} OR {rule.id} IS NULL THEN {rule.urgency.rank}" for rule in by_urgency(step))
    due = [f"WHEN {rule.id} THEN {hours_of(rule) * HOUR}" for rule in by_hours(step)]
    due += [f"WHEN {rule.id} IS NULL THEN {hours_of(rule) * HOUR}" for rule in by_hours(step)]
    return [
        f'(CASE WHEN {any_} THEN 2 WHEN {any_} IS NULL THEN 1 ELSE 0 END)::TINYINT AS "{names["status"]}"',
        f'(CASE {urgency} ELSE 0 END)::TINYINT AS "{names["urgency_highest"]}"',
        f'suspicion + CASE {" ".join(due)} END AS "{names["due"]}"',
    ]


def _plain(threshold: Decimal) -> float | int:
    return int(threshold) if threshold == int(threshold) else float(threshold)


def plain_numpy(work: Workload) -> Run:
    """numpy as one would write it: two columns of booleans a rule, in parts that stay in the cache."""
    pairs = {rule.id: (known(rule.when), known(rule.when, False)) for rule in work.rules}

    def run(columns: dict[str, Any]) -> dict[str, Any]:
        size = len(columns["clocks.suspicion"])
        answers = empty(work, size)
        for start in range(0, size, CHUNK):
            part = {name: column[start : start + CHUNK] for name, column in columns.items()}
            for step in work.steps:
                _numpy_step(step, pairs, part, {n: column[start : start + CHUNK] for n, column in answers.items()})
        return answers

    return run


def empty(work: Workload, size: int) -> dict[str, Any]:
    """Return the columns of the answers, to be filled."""
    types = {"status": np.int8, "urgency_highest": np.int8, "due": np.int64}
    return {name: np.empty(size, types[part]) for step in work.steps for part, name in parts_of(step).items()}


def _numpy_step(step: Step, pairs: dict[str, tuple[Formula, Formula]], columns: dict[str, Any], out: dict[str, Any]) -> None:
    found = {rule.id: [_numpy(formula, columns) for formula in pairs[rule.id]] for rule in step.indications}
    fired = reduce(or_, [true for true, _ in found.values()])
    names = parts_of(step)
    status, urgency, due = (out[names[part]] for part in ("status", "urgency_highest", "due"))
    status[:] = np.where(fired, 2, np.where(reduce(and_, [false for _, false in found.values()]), 0, 1))
    urgency[:] = 0
    hours = np.full(len(fired), -1, np.int64)
    for rule in reversed(by_urgency(step)):
        urgency[~found[rule.id][1]] = rule.urgency.rank
    for rule in reversed(by_hours(step)):
        true, false = found[rule.id]
        hours[true | ~(fired | false)] = hours_of(rule) * HOUR
    due[:] = np.where(hours < 0, NO_MOMENT, columns["clocks.suspicion"] + hours)


def _numpy(formula: Formula, columns: dict[str, Any]) -> Any:
    if not isinstance(formula, Atom):
        return reduce(and_ if formula.word == "and" else or_, [_numpy(part, columns) for part in formula.parts])
    column = columns[formula.finding]
    if formula.operator == "is":
        return column == (1 if formula.operand else 0)
    if isinstance(formula.operand, Decimal):
        return _COMPARE[formula.operator](column, float(formula.operand))
    assert isinstance(formula.operand, tuple)
    return reduce(or_, [column == CHOICES[formula.finding].index(code) for code in formula.operand])


# Where no time is given, in columns that have no null of their own.
NO_MOMENT = np.iinfo(np.int64).min
UNKNOWN = -1


def byte_columns(table: pa.Table) -> dict[str, Any]:
    """Return a table as numpy and C++ read it: a byte for each truth value and option, -1 where unknown; NaN in numbers."""
    columns = {name: _filled(table[name].combine_chunks().cast(pa.int8()), np.int8) for name in BOOLEANS}
    for name in CHOICES:
        columns[name] = _filled(table[name].combine_chunks().indices, np.int8)
    for name in NUMBERS:
        columns[name] = table[name].cast(pa.float64()).to_numpy()
    return {**columns, "clocks.suspicion": table["clocks.suspicion"].cast(pa.int64()).to_numpy()}


def _filled(codes: pa.Array, type_: type) -> Any:
    return codes.fill_null(UNKNOWN).to_numpy(zero_copy_only=False).astype(type_)
