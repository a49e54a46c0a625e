"""Many patients at once: a table of them in, a table of their checklists out, by the same rules as one patient."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import define, field, frozen

from spineworkup.assessment import assess
from spineworkup.charts import CLOCKS
from spineworkup.cohort.answers import Answers, More
from spineworkup.cohort.columns import Columns, columns_of
from spineworkup.cohort.columnwise import answer
from spineworkup.cohort.results import columns_of_answers
from spineworkup.cohort.row import chart_of_row, moment_of_row, patient_of_row
from spineworkup.cohort.times import moments
from spineworkup.cohort.values import rows
from spineworkup.errors import ChartError
from spineworkup.logic.plan import plan
from spineworkup.moments import aware
from spineworkup.pathways import Pathway

REJECTS = pa.schema(
    {"record": pa.int64(), "patient": pa.string(), "column": pa.string(), "problem": pa.string()}
)


@frozen
class Assessed:
    """What came of a batch: every record is in one of the two.

    Args:
        results: A row for each patient who was assessed, in the order of the batch.
        rejects: A row for each record that can't be read: its number, its patient, where, and what would be right.
    """

    results: pa.RecordBatch
    rejects: pa.RecordBatch


def assess_batch(
    pathway: Pathway,
    batch: pa.RecordBatch,
    *,
    at: datetime | None = None,
    more: Collection[More] = (),
    keep: Collection[str] = ("site",),
    first_row: int = 0,
) -> Assessed:
    """Return the checklists of a table of patients, as columns.

    Every row means what `chart_of_row` says, and its answer is that of `assess`.

    Args:
        pathway: The rules.
        batch: One row is one patient at one moment.
        at: The moment of the rows that have none of their own.
        more: What to add for every step: `fired` and `pending` rules, `questions`, `reasons`. Questions take far longer.
        keep: Columns that are passed through.
        first_row: The number of the first row in the whole input, by which rejects name their record.

    Raises:
        CohortError: A column is not known or has a type from which no value can be read. A bad record never raises.
        TimeError: `at` has no time zone.
    """
    columns = columns_of(pathway, batch.schema, keep)
    work = _Batch(columns, batch, None if at is None else aware(at), frozenset(more))
    work.assess()
    return Assessed(work.results(), work.rejects(first_row))


@define
class _Batch:
    columns: Columns
    batch: pa.RecordBatch
    at: datetime | None
    more: frozenset[str]
    bad: dict[int, tuple[Any, ChartError]] = field(factory=dict)
    answers: Answers = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.answers = Answers.nobody(plan(self.columns.pathway), self.batch.num_rows, self.more)

    def assess(self) -> None:
        """Assess many rows at once, and one by one those that can't be."""
        if self.columns.pathway.local:
            self.row_by_row(range(self.batch.num_rows))
        else:
            self.row_by_row(answer(self.columns, self.batch, self.at, self.answers).tolist())

    def row_by_row(self, numbers: Collection[int]) -> None:
        """Assess rows one after another; one that can't be read is noted and changes no other."""
        if not numbers:
            return
        pathway = self.columns.pathway
        for number, row in zip(numbers, rows(self.columns, self.batch, numbers), strict=True):
            try:
                patient_of_row(row)
                checklist = assess(pathway, chart_of_row(row, pathway), at=moment_of_row(row, self.at))
            except ChartError as error:
                self.bad[number] = row.get("patient"), error
            else:
                self.answers.put(number, checklist)

    def results(self) -> pa.RecordBatch:
        """Return the answers, without the rows that can't be read."""
        named = [*self._passed_through(), *columns_of_answers(self.answers, self.batch.num_rows, self.more)]
        whole = pa.RecordBatch.from_arrays([column for _, column in named], [name for name, _ in named])
        if not self.bad:
            return whole
        good = np.ones(self.batch.num_rows, np.bool_)
        good[list(self.bad)] = False
        return whole.filter(pa.array(good))

    def _passed_through(self) -> Iterator[tuple[str, pa.Array]]:
        yield "patient", self.batch.column("patient")
        yield "at", moments(self.batch, "at", self.at)
        ours = ("patient", "at", *(f"clocks.{clock}" for clock in CLOCKS))
        yield from ((name, self.batch.column(name)) for name in self.columns.keep if name not in ours)
        yield from ((f"clocks.{clock}", moments(self.batch, f"clocks.{clock}")) for clock in CLOCKS)

    def rejects(self, first_row: int) -> pa.RecordBatch:
        """Return what is wrong with the rows that can't be read."""
        found = [_reject(number + first_row, *self.bad[number]) for number in sorted(self.bad)]
        return pa.RecordBatch.from_pylist(found, REJECTS)


def _reject(record: int, patient: Any, error: ChartError) -> dict[str, Any]:
    problem = f"{error.message} ({error.hint})" if error.hint else error.message
    named = None if patient in (None, "") else str(patient)
    return {"record": record, "patient": named, "column": error.finding, "problem": problem}
