"""A table of made-up patients, assessed by columns, by the second evaluator, and one by one: every difference in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from attrs import field, frozen

from spineworkup.cohort.answers import Answers, More
from spineworkup.cohort.batch import Assessed, assess_batch
from spineworkup.cohort.columns import columns_of
from spineworkup.cohort.columnwise import answer
from spineworkup.logic.plan import plan
from spineworkup.pathways import Pathway
from tests.cohort.evaluated import Row, evaluated, inputs
from tests.oracle.compare import differing

BY_COLUMNS: tuple[More, ...] = ("fired", "pending")
# What is said in words is worked out one by one.
IN_WORDS: tuple[More, ...] = ("questions",)
# Nothing is shown by what never came up.
MUST_BE_SEEN = (
    "many at once", "rejected", "declined", "done", "not_indicated", "undetermined", "contraindicated", "waiting", "due",
    "timed", "overdue", "clear", "asked",
)  # fmt: skip


@frozen
class Compared:
    """What came of a table.

    Args:
        seen: How many patients, and steps of them, there were of each kind.
    """

    differences: list[str] = field(factory=list)
    seen: Counter[str] = field(factory=Counter)


def compared(pathway: Pathway, batch: pa.RecordBatch, first_row: int = 0, *, one_by_one: bool = True) -> Compared:
    """Assess a table by columns and compare it with the second evaluator.

    Args:
        first_row: The number of the first row in the whole cohort.
        one_by_one: Whether to compare what is said in words too, and every part of the checklist that `assess` gives.
    """
    ways = [assess_batch(pathway, batch, more=more, first_row=first_row) for more in (BY_COLUMNS, IN_WORDS)[: 1 + one_by_one]]
    answers = [iter(way.results.to_pylist()) for way in ways]
    found, rejects = Compared(), []
    for given in inputs(pathway, batch, first_row):
        if isinstance(given, dict):
            rejects.append(given)
            continue
        wanted, checklist = evaluated(given)
        found.seen.update(_kinds(wanted))
        words = [_difference(wanted, next(rows, {})) for rows in answers]
        words += [differing(given, checklist)] if one_by_one else []
        found.differences.extend(f"{given.chart.case}: {one}" for one in words if one)
    found.seen.update({"rejected": len(rejects), "many at once": _at_once(pathway, batch)})
    found.differences.extend(one for way in ways for one in _of_counts(way, rejects, batch.num_rows))
    return found


def _at_once(pathway: Pathway, batch: pa.RecordBatch) -> int:
    """Return how many rows aren't read by themselves."""
    nobody = Answers.nobody(plan(pathway), batch.num_rows, frozenset())
    return batch.num_rows - len(answer(columns_of(pathway, batch.schema), batch, None, nobody))


def _difference(wanted: Row, found: Row) -> str:
    """Return the columns of a row that differ; empty if none does."""
    names = [name for name in found if name != "site" and not name.startswith("clocks.")]
    apart = [name for name in names if name not in wanted or _in_any_order(found[name]) != wanted[name]]
    return f"differs in {', '.join(apart)}" if apart else "" if names else "no answer"


def _in_any_order(value: Any) -> Any:
    """Rules and questions of one step stand in no order that is promised."""
    return sorted(value) if isinstance(value, list) else value


def _of_counts(way: Assessed, rejects: list[Row], records: int) -> Iterator[str]:
    if rejects != way.rejects.to_pylist():
        yield f"{way.rejects.num_rows} rejects, {len(rejects)} expected, or others than these"
    if way.results.num_rows + len(rejects) != records:
        yield f"{way.results.num_rows} assessed of {records}, {len(rejects)} of them rejects"


def _kinds(row: Row) -> Iterator[str]:
    yield "patient"
    for name, value in row.items():
        match name.rpartition(".")[2]:
            case "status":
                yield value
            case "due" if value is not None:
                yield "timed"
            case "overdue" if value:
                yield "overdue"
            case "clear_to_proceed" if value:
                yield "clear"
            case "questions" if value and "." in name:
                yield "asked"
