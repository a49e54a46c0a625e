"""A chunk of a cohort: rows to assess, where each stands in the input, and what could not become a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from attrs import frozen

from spineworkup.cohort.batch import REJECTS
from spineworkup.errors import CohortError


@frozen
class Reject:
    """A record that can't be assessed.

    Args:
        record: Its number in the input; the first is 1.
        patient: Whose it is, where that can be told.
        column: Where in the record, or the file that it stands in.
        problem: What is wrong; never a value.
    """

    record: int
    patient: str | None
    column: str
    problem: str


@frozen(eq=False)
class Chunk:
    """Some records of a cohort: each is a row to assess, or a reject.

    Args:
        rows: In wide columns.
        records: The number of each row in the input.
        done: How much of the input has been read, from 0 to 1.
    """

    rows: pa.RecordBatch
    records: np.ndarray
    rejects: Sequence[Reject] = ()
    done: float = 0.0


def rejects_batch(rejects: Iterable[Reject]) -> pa.RecordBatch:
    """Return rejects as columns."""
    listed = [(one.record, one.patient, one.column, one.problem) for one in rejects]
    columns = zip(*listed, strict=True) if listed else [()] * len(REJECTS)
    return pa.record_batch([pa.array(c, f.type) for c, f in zip(columns, REJECTS, strict=True)], schema=REJECTS)


def check_names(names: Sequence[str], place: str) -> None:
    """Refuse columns without a name, or with one that another has.

    Raises:
        CohortError: There is one. It is named only where it can't be a value.
    """
    if "" in names or len(set(names)) < len(names):
        raise CohortError(place, "two columns have the same name, or one has none", "each column once")


def merged(chunks: Iterable[Chunk], rows: int) -> Iterator[Chunk]:
    """Yield chunks joined or cut until each has about so many rows; all have the same columns."""
    waiting: list[Chunk] = []
    for chunk in (piece for whole in chunks for piece in sliced(whole, rows)):
        waiting.append(chunk)
        if sum(one.rows.num_rows for one in waiting) >= rows:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(chunks: Sequence[Chunk]) -> Chunk:
    rows = pa.concat_batches([chunk.rows for chunk in chunks])
    records = np.concatenate([chunk.records for chunk in chunks])
    return Chunk(rows, records, [reject for chunk in chunks for reject in chunk.rejects], chunks[-1].done)


def sliced(chunk: Chunk, rows: int) -> Iterator[Chunk]:
    """Yield a chunk in pieces of at most so many rows; its rejects come with the first."""
    for start in range(0, max(chunk.rows.num_rows, 1), rows):
        rejects = chunk.rejects if start == 0 else ()
        yield Chunk(chunk.rows.slice(start, rows), chunk.records[start : start + rows], rejects, chunk.done)
