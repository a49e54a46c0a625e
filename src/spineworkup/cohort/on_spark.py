"""The same on Apache Spark: its Arrow batches go through `assess_batch`, on every worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import evolve, field, frozen
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql.functions import struct
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from spineworkup.cohort.answers import More
from spineworkup.cohort.batch import REJECTS, assess_batch
from spineworkup.cohort.chunks import Chunk, merged
from spineworkup.cohort.files import ROWS
from spineworkup.cohort.to_long import to_long
from spineworkup.pathways import Pathway

RECORD, COLUMN, PROBLEM = REJECTED = ("rejected_record", "rejected_column", "rejected_problem")
# The numbers that Spark's own `monotonically_increasing_id` gives to the rows of a partition.
_PARTITION_BITS = 33
# Java keeps a whole batch of what comes back in memory, and rows have hundreds of columns.
_ROWS_BACK = 8192


def assess_spark(
    pathway: Pathway,
    frame: DataFrame,
    *,
    at: datetime | None = None,
    more: Collection[More] = (),
    keep: Collection[str] = ("site",),
    long: bool = False,
) -> DataFrame:
    """Return the checklists of a Spark table of patients; rejects are rows of it: see `assessed` and `rejected`.

    Args:
        pathway: The rules; they are sent to the workers, where only the library and its extra `cohort` have to be.
        frame: One row is one patient at one moment, in wide columns. Spark drops the unit in a column's metadata: quantities
            have theirs beside them.
        at: The moment of the rows that have none of their own.
        more: What to add for every step.
        keep: Columns that are passed through.
        long: A row for each patient and step, instead of one for each patient.

    Raises:
        ChartError: A column is not known or has a type from which no value can be read.
    """
    work = _Work(evolve(pathway), at, tuple(more), tuple(keep), long)
    nobody = pa.RecordBatch.from_pylist([], to_arrow_schema(frame.schema, timezone="UTC"))
    work = evolve(work, schema=work.together(nobody, np.arange(0)).schema)
    # A row as one column: Spark takes seconds to name hundreds of them, and a name with a dot for a field of a column.
    rows = frame.select(struct("*").alias("row"))
    return rows.mapInArrow(work.assess, from_arrow_schema(work.schema, prefer_timestamp_ntz=False))


def assessed(frame: DataFrame) -> DataFrame:
    """Return the rows that were assessed."""
    return frame.where(frame[RECORD].isNull()).drop(*REJECTED)


def rejected(frame: DataFrame) -> DataFrame:
    """Return the records that can't be read: their number, their patient, where, and what would be right.

    The number is what Spark's `monotonically_increasing_id` gives to the row of the input.
    """
    found = frame.where(frame[RECORD].isNotNull())
    columns = zip(("record", "column", "problem"), REJECTED, strict=True)
    return found.select("patient", *(found[column].alias(name) for name, column in columns)).select(*REJECTS.names)


@frozen
class _Work:
    """What a worker does.

    Args:
        schema: Of what it gives back.
    """

    pathway: Pathway
    at: datetime | None
    more: tuple[More, ...]
    keep: tuple[str, ...]
    long: bool
    schema: Any = field(default=None)

    def assess(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Assess the batches of a partition, joined as Spark makes them small."""
        for chunk in merged(_numbered(batches), ROWS):
            answers = self.together(chunk.rows, chunk.records).cast(self.schema)
            yield from (answers.slice(start, _ROWS_BACK) for start in range(0, answers.num_rows, _ROWS_BACK))

    def together(self, batch: pa.RecordBatch, records: np.ndarray) -> pa.RecordBatch:
        """Return results and rejects as one batch, as Spark takes one table from a worker."""
        found = assess_batch(self.pathway, batch, at=self.at, more=self.more, keep=self.keep)
        results = _plain(to_long(found.results) if self.long else found.results)
        rejects = found.rejects
        nothing = {name: pa.nulls(rejects.num_rows, column.type) for name, column in results.items()}
        nobody = {name: pa.nulls(len(results["patient"]), type_) for name, type_ in zip(REJECTED, _TYPES, strict=True)}
        marked = dict(zip(REJECTED, _marks(rejects, records), strict=True))
        good = pa.record_batch({**results, **nobody})
        patients = rejects.column("patient").cast(results["patient"].type)
        bad = pa.record_batch({**nothing, "patient": patients, **marked})
        return pa.concat_batches([good, bad])


_TYPES = (pa.int64(), pa.string(), pa.string())


def _numbered(batches: Iterable[pa.RecordBatch]) -> Iterator[Chunk]:
    context = TaskContext.get()
    first = (context.partitionId() if context else 0) << _PARTITION_BITS
    for batch in batches:
        rows = pa.RecordBatch.from_struct_array(batch.column("row"))
        yield Chunk(rows, np.arange(first, first + batch.num_rows))
        first += batch.num_rows


def _plain(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    """Return the columns of a batch without dictionaries, which Spark doesn't take."""
    columns = ((name, batch.column(name)) for name in batch.schema.names)
    return {name: c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for name, c in columns}


def _marks(rejects: pa.RecordBatch, records: np.ndarray) -> Iterator[pa.Array]:
    yield pa.array(records[rejects.column("record").to_numpy()], pa.int64())
    yield rejects.column("column")
    yield rejects.column("problem")
