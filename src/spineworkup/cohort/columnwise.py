"""Many rows at once: the answers of every row that isn't odd, which `row.py` and `assess` would give one by one."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa

from spineworkup.cohort.answers import STATE_CODES, STATUS_CODES, Answers, StepAnswers
from spineworkup.cohort.bits import Bits, Rows, any_bits, rows_of
from spineworkup.cohort.chart import Charts, charts_of
from spineworkup.cohort.codes import write_codes
from spineworkup.cohort.columns import Columns
from spineworkup.cohort.due import due
from spineworkup.cohort.in_words import say
from spineworkup.cohort.program import program_of
from spineworkup.cohort.readings import Readings
from spineworkup.cohort.since import Since
from spineworkup.logic.plan import Plan, PlannedStep, plan

# So many rows at once: their bits fit into the cache. A multiple of 8, so that each chunk begins at a whole byte.
CHUNK = 1 << 18


def answer(columns: Columns, batch: pa.RecordBatch, at: datetime | None, answers: Answers) -> Rows:
    """Write the answers of all rows but the odd ones, and return the numbers of these."""
    odd = [_answer(columns, batch.slice(start, CHUNK), at, answers, start) for start in range(0, batch.num_rows, CHUNK)]
    return np.concatenate([np.zeros(0, np.int64), *odd])


def _answer(columns: Columns, chunk: pa.RecordBatch, at: datetime | None, answers: Answers, start: int) -> Rows:
    charts = charts_of(columns, chunk, at)
    readings = _readings(plan(columns.pathway), charts)
    for planned in readings.plan.steps:
        readings.read(planned)
        _write(readings, planned, answers.steps[planned.step.id], start)
    if answers.words:
        say(readings, columns, chunk, at, answers, start)
    return rows_of(charts.odd, charts.size) + start


def _readings(prepared: Plan, charts: Charts) -> Readings:
    program = program_of(prepared.pathway)
    truths = program.run(charts.truths, charts.none)
    return Readings(prepared, charts, program, truths, Since(charts, program, truths))


def _write(readings: Readings, planned: PlannedStep, answers: StepAnswers, start: int) -> None:
    charts, id_ = readings.charts, planned.step.id
    rows, octets = slice(start, start + charts.size), slice(start // 8, (start + charts.size + 7) // 8)
    status = {STATUS_CODES[one]: bits for one, bits in readings.status[id_].items() if bits is not charts.none}
    write_codes(status, answers.status[rows])
    truths = readings.indications[id_]
    write_codes(_by_rank(planned, [truth.true for truth in truths], charts.none), answers.lowest[rows])
    write_codes(_by_rank(planned, readings.possible[id_], charts.none), answers.highest[rows])
    answers.clear[octets] = readings.is_clear(planned)
    moments = due(readings, planned)
    if moments is not None:
        dated = answers.due_of_some(charts.size)
        dated.known[octets] = moments.known
        answers.overdue[octets] = moments.write(readings, dated.times[rows])
    event = charts.events.get(id_)
    if event is not None:
        codes, dated = answers.progress_of_some()
        write_codes({STATE_CODES[state]: bits for state, bits in event.states.items()}, codes[rows])
        dated.times[rows], dated.known[octets] = event.at, any_bits(event.states.values(), charts.none)
    for bits, truth in zip(answers.fired, truths, strict=False):
        bits[octets] = truth.true
    for bits, truth in zip(answers.pending, truths, strict=False):
        bits[octets] = truth.unknown


def _by_rank(planned: PlannedStep, held: list[Bits], none: Bits) -> dict[int, Bits]:
    """Return for each rank the rows in which it is the highest of the rules that hold."""
    by_rank: dict[int, list[Bits]] = {}
    for rule, bits in zip(planned.indications, held, strict=True):
        by_rank.setdefault(rule.rank, []).append(bits)
    higher, found = none, {}
    for rank in sorted(by_rank, reverse=True):
        higher_or_this = any_bits([*by_rank[rank], higher], none)
        found[rank], higher = higher ^ higher_or_this, higher_or_this
    return found
