"""A synthetic cohort, batch by batch: seeded, coherent, with what is missing and what is wrong at stated rates."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa
from attrs import frozen

from spineworkup.synthetic.block import block_of
from spineworkup.synthetic.columns import columns_of
from spineworkup.synthetic.drawing import BLOCK, Draw
from spineworkup.synthetic.mistakes import MISTAKES, Mistake, mistakes_of
from spineworkup.synthetic.plan import Plan


@frozen
class Put:
    """An error that was put into a record.

    Args:
        record: The number of the record, from 1.
    """

    record: int
    patient: str
    finding: str
    mistake: Mistake


@frozen(eq=False)
class Made:
    """Some synthetic patients, a row each, and the errors that are in them."""

    batch: pa.RecordBatch
    errors: tuple[Put, ...]


def synthesize(plan: Plan, mistakes: Collection[Mistake] = MISTAKES) -> Iterator[Made]:
    """Yield the patients of a cohort, as a table with a column for each finding.

    One generator draws one block of patients, so that the first thousand of a million are the same thousand as alone.

    Args:
        mistakes: The kinds of error that may be put in, at the rate of the plan.

    >>> from spineworkup.reading.load import load_pathway
    >>> [made] = synthesize(Plan(load_pathway("metastatic_spine"), patients=3))
    >>> made.batch.column("patient").to_pylist()
    ['synthetic-000001', 'synthetic-000002', 'synthetic-000003']
    """
    for number, first in enumerate(range(0, plan.patients, BLOCK)):
        yield _made(plan, number, first, min(BLOCK, plan.patients - first), mistakes if plan.errors else ())


def _made(plan: Plan, number: int, first: int, count: int, kinds: Collection[Mistake]) -> Made:
    draw = Draw.of_block(plan.seed, number)
    block = block_of(plan, draw)
    mistakes = mistakes_of(draw, plan.pathway, block.seen, plan.errors, kinds)
    columns = columns_of(plan, draw, block, mistakes, first)
    # Where somebody opens the file, it says of itself what it is.
    batch = pa.record_batch(columns).slice(0, count).replace_schema_metadata({"synthetic": plan.words})
    patients = batch.column("patient")
    errors = [Put(first + place + 1, patients[place].as_py(), finding, mistake) for place, finding, mistake in mistakes.listed(count)]
    return Made(batch, tuple(errors))
