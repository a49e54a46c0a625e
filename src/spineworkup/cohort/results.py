"""From answers to Arrow: the columns of the results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from spineworkup.charts import STATES
from spineworkup.cohort.answers import STATUSES, TIERS, Answers, StepAnswers, Words
from spineworkup.cohort.bits import Bits, unpacked
from spineworkup.cohort.codes import Codes
from spineworkup.cohort.times import MOMENT, dated

WORDS = pa.list_(pa.string())
_STATUSES, _TIERS, _STATES = (pa.array(words) for words in (STATUSES, TIERS, STATES))
Named = tuple[str, pa.Array]


def columns_of_answers(answers: Answers, size: int, more: frozenset[str]) -> Iterator[Named]:
    """Yield the columns that are worked out: of the patient, then of each step in the order of work."""
    steps = answers.steps.values()
    yield "urgency_lowest", coded(_highest([step.lowest for step in steps], size), _TIERS)
    yield "urgency_highest", coded(_highest([step.highest for step in steps], size), _TIERS)
    if "questions" in more:
        yield "questions", _words(answers.questions)
    # One for all steps of which no row has a time, or nothing is recorded.
    no_time, no_state = pa.nulls(size, MOMENT), pa.nulls(size, pa.dictionary(pa.int8(), pa.string()))
    for id_, step in answers.steps.items():
        for name, column in _of_step(step, size, more, no_time, no_state):
            yield f"{id_}.{name}", column


def _of_step(
    step: StepAnswers, size: int, more: frozenset[str], no_time: pa.Array, no_state: pa.Array
) -> Iterator[Named]:
    yield "status", coded(step.status, _STATUSES)
    yield "urgency_lowest", coded(step.lowest, _TIERS)
    yield "urgency_highest", coded(step.highest, _TIERS)
    yield "due", no_time if step.due is None else dated(step.due)
    yield "overdue", flags(step.overdue, size)
    yield "clear_to_proceed", flags(step.clear, size)
    if step.progress is None or step.progress_at is None:
        yield from (("progress", no_state), ("progress_at", no_time))
    else:
        yield "progress", coded(step.progress, _STATES, step.progress_at.known)
        yield "progress_at", dated(step.progress_at)
    ids = [rule.rule.id for rule in step.planned.indications]
    for name, bits in (("fired", step.fired), ("pending", step.pending)):
        if name in more:
            yield name, _listed(ids, bits, size)
    yield from ((name, _words(words)) for name, words in step.words.items())


def _highest(ranks: Sequence[Codes], size: int) -> Codes:
    highest = np.zeros(size, np.int8)
    for rank in ranks:
        np.maximum(highest, rank, out=highest)
    return highest


def coded(codes: Codes, words: pa.Array, known: Bits | None = None) -> pa.Array:
    """Return codes with the words that they stand for."""
    validity = None if known is None else pa.py_buffer(known)
    indices = pa.Array.from_buffers(pa.int8(), len(codes), [validity, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, words, safe=False)


def flags(bits: Bits, size: int) -> pa.Array:
    """Return bits as booleans."""
    return pa.Array.from_buffers(pa.bool_(), size, [None, pa.py_buffer(bits)])


def _listed(ids: Sequence[str], bits: Sequence[Bits], size: int) -> pa.Array:
    """Return for each row the ids whose bit is set."""
    planes = [unpacked(plane, size) for plane in bits]
    matrix = np.stack(planes, axis=1) if planes else np.zeros((size, 0), np.uint8)
    offsets = np.concatenate([[0], np.cumsum(matrix.sum(axis=1))]).astype(np.int32)
    _, chosen = np.nonzero(matrix)
    return pa.ListArray.from_arrays(offsets, pa.array(ids, pa.string()).take(pa.array(chosen)))


def _words(words: Words) -> pa.Array:
    return pa.array(words.lists, WORDS).take(pa.array(words.codes))
