"""What is said in words of many patients, worked out once for all who are alike: by the checklist of the first of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import pyarrow as pa
from attrs import define

from spineworkup.assessment import assess
from spineworkup.cohort.alike import Groups, groups, of_questions, of_reasons
from spineworkup.cohort.answers import Answers, in_words
from spineworkup.cohort.bits import Bits, Rows, rows_of
from spineworkup.cohort.columns import Columns
from spineworkup.cohort.readings import Readings
from spineworkup.cohort.row import chart_of_row, moment_of_row
from spineworkup.cohort.values import rows
from spineworkup.logic.plan import PlannedStep
from spineworkup.readings import Reading
from spineworkup.reasons import Ask, Reason, asks_of, most_urgent_first, reasons_of

Said = TypeVar("Said", Ask, Reason)


@define
class _Alike(Generic[Said]):
    """What is said of a step.

    Args:
        groups: Of every row that isn't odd, the number of those to whom it is alike.
        first: Of each number, the first row.
        said: Of each number, what is said.
    """

    planned: PlannedStep
    groups: Groups
    first: Rows
    said_by: Callable[[Reading, PlannedStep], tuple[Said, ...]]
    said: list[tuple[Said, ...]]

    def keep(self, number: int, reading: Reading) -> None:
        """Keep what a reading says for all with a number."""
        self.said[number] = self.said_by(reading, self.planned)


def say(readings: Readings, columns: Columns, chunk: pa.RecordBatch, at: datetime | None, answers: Answers, start: int) -> None:
    """Write the words that were asked for, of all rows that aren't odd."""
    ordinary = rows_of(~readings.charts.odd, readings.charts.size)
    asks = _alike(readings, ordinary, of_questions, asks_of) if "questions" in answers.words else []
    reasons = _alike(readings, ordinary, of_reasons, reasons_of) if "reasons" in answers.words else []
    _say(columns, chunk, at, [*asks, *reasons])
    for ask in asks:
        words = answers.steps[ask.planned.step.id].words["questions"]
        words.put_all(ordinary + start, ask.groups, [[one.finding for one in said] for said in ask.said])
    for reason in reasons:
        words = answers.steps[reason.planned.step.id].words["reasons"]
        words.put_all(ordinary + start, reason.groups, [in_words(said) for said in reason.said])
    if asks:
        for row, whole in zip((ordinary + start).tolist(), _of_all_steps(asks, readings.plan.order), strict=True):
            answers.questions.put(row, whole)


def _alike(
    readings: Readings,
    ordinary: Rows,
    depends_on: Callable[[Readings, PlannedStep], Sequence[Bits]],
    said_by: Callable[[Reading, PlannedStep], tuple[Said, ...]],
) -> list[_Alike[Said]]:
    found = []
    for planned in readings.plan.steps:
        numbers, first = groups(depends_on(readings, planned), ordinary, readings.charts.size)
        found.append(_Alike(planned, numbers, ordinary[first], said_by, [()] * len(first)))
    return found


def _say(columns: Columns, chunk: pa.RecordBatch, at: datetime | None, steps: Iterable[_Alike[Ask] | _Alike[Reason]]) -> None:
    """Assess the first of those who are alike, each once, and keep what the checklist says of the steps."""
    wanted: dict[int, list[tuple[_Alike[Ask] | _Alike[Reason], int]]] = {}
    for one in steps:
        for number, row in enumerate(one.first.tolist()):
            wanted.setdefault(row, []).append((one, number))
    for row, values in zip(sorted(wanted), rows(columns, chunk, sorted(wanted)), strict=True):
        checklist = assess(columns.pathway, chart_of_row(values, columns.pathway), at=moment_of_row(values, at))
        for one, number in wanted[row]:
            one.keep(number, checklist.reading)


def _of_all_steps(steps: Sequence[_Alike[Ask]], order: Sequence[str]) -> Iterator[list[str]]:
    """Yield the questions of each row over all steps, in the order of the checklist."""
    by_id: Mapping[str, _Alike[Ask]] = {one.planned.step.id: one for one in steps}
    in_order = [by_id[id_] for id_ in order]
    for numbers in zip(*(one.groups.tolist() for one in in_order), strict=True):
        yield most_urgent_first(ask for one, number in zip(in_order, numbers, strict=True) for ask in one.said[number])
