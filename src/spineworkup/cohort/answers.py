"""What is answered of a batch, in columns: written row by row, or for many rows at once, into the same places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from attrs import define, field

from spineworkup.charts import STATES
from spineworkup.checklists import Checklist, ChecklistItem
from spineworkup.cohort.bits import Bits, Rows, no_bits, set_bit
from spineworkup.cohort.codes import Codes
from spineworkup.cohort.times import Dated, Times
from spineworkup.logic.plan import Plan, PlannedStep
from spineworkup.readings import Status
from spineworkup.reasons import Reason
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

More = Literal["fired", "pending", "questions", "reasons"]

# What is said in words.
IN_WORDS: tuple[More, ...] = ("questions", "reasons")

# The first are the frequent ones: small codes are made of few planes of bits.
_IN_ORDER = tuple(dict.fromkeys((Status.NOT_INDICATED, Status.UNDETERMINED, Status.DUE, Status.WAITING, *Status)))
STATUS_CODES = {status: code for code, status in enumerate(_IN_ORDER)}
STATUSES = tuple(status.value for status in _IN_ORDER)
TIERS = tuple(tier.value for tier in Urgency)
# Bytes. From 4 MiB on memory has large pages; from 32 MiB on it is given back to the system and has to be made anew.
PIECE = 1 << 24
STATE_CODES = {state: code for code, state in enumerate(STATES)}


@define
class Words:
    """Lists of words, one for each row; rows of which the same is said share one.

    Args:
        codes: Of every row the place of its list.
    """

    codes: npt.NDArray[np.int64]
    lists: list[list[str]]

    @classmethod
    def nobody(cls, size: int) -> Words:
        """Return no words for every row."""
        return cls(np.zeros(size, np.int64), [[]])

    def put(self, row: int, words: list[str]) -> None:
        """Write the words of one row."""
        self.codes[row] = len(self.lists)
        self.lists.append(words)

    def put_all(self, rows: Rows, codes: npt.NDArray[np.int64], lists: list[list[str]]) -> None:
        """Write the words of many rows: of each the list with its code."""
        self.codes[rows] = len(self.lists) + codes
        self.lists += lists


def in_words(reasons: Iterable[Reason]) -> list[str]:
    """Return reasons as they stand in a column."""
    return [f"{reason.rule}: {reason.text}" for reason in reasons]


@define
class StepAnswers:
    """What is answered of one step.

    Args:
        status: Codes of `STATUSES`.
        lowest: Codes of `TIERS`: the urgency that is certain.
        highest: The urgency that is still possible.
        fired: For each of its indications, whether it is true; empty where nobody asked.
        pending: For each of its indications, whether it is not known.
        due: None as long as no row has a time.
        progress: Codes of `STATE_CODES`, where `progress_at` is known; None as long as nothing is recorded of any row.
        words: What was asked for in words, by its name.
    """

    planned: PlannedStep
    status: Codes
    lowest: Codes
    highest: Codes
    clear: Bits
    overdue: Bits
    fired: list[Bits]
    pending: list[Bits]
    _times: Times
    due: Dated | None = None
    progress: Codes | None = None
    progress_at: Dated | None = None
    words: dict[str, Words] = field(factory=dict)

    @classmethod
    def nobody(cls, planned: PlannedStep, codes: Sequence[Codes], times: Times, more: frozenset[str]) -> StepAnswers:
        """Return places for the answers of many rows.

        Args:
            codes: Where the codes are written: three columns.
            times: Where the times until which it is due are.
        """
        rules, size = planned.indications, len(times)
        status, lowest, highest = codes
        return cls(
            planned,
            status=status,
            lowest=lowest,
            highest=highest,
            times=times,
            clear=no_bits(size),
            overdue=no_bits(size),
            fired=[no_bits(size) for _ in rules if "fired" in more],
            pending=[no_bits(size) for _ in rules if "pending" in more],
            words={name: Words.nobody(size) for name in IN_WORDS if name in more},
        )

    def due_of_some(self, written: int = 0) -> Dated:
        """Return the times until which it is due, which are kept from now on.

        Args:
            written: How many rows are written next; zeros are put into all where others stay unwritten.
        """
        if self.due is None:
            if written < len(self._times):
                self._times[:] = 0
            self.due = Dated(self._times, no_bits(len(self._times)))
        return self.due

    def progress_of_some(self) -> tuple[Codes, Dated]:
        """Return what was last recorded and when, which is kept from now on."""
        if self.progress is None or self.progress_at is None:
            size = len(self.status)
            self.progress, self.progress_at = np.zeros(size, np.int8), Dated.nobody(size)
        return self.progress, self.progress_at

    def put(self, row: int, item: ChecklistItem) -> None:
        """Write what the checklist of one row says of the step."""
        self.status[row] = STATUS_CODES[item.status]
        self.lowest[row], self.highest[row] = item.urgency.lowest.rank, item.urgency.highest.rank
        set_bit(self.clear, row, item.clear_to_proceed)
        set_bit(self.overdue, row, item.overdue)
        self.due_of_some().put(row, item.due)
        event = item.reading.event(item.step.id)
        codes, moments = self.progress_of_some()
        moments.put(row, None if event is None else event.at)
        if event is not None:
            codes[row] = STATE_CODES[event.state]
        for bits, truth in zip(self.fired, item.reading.indications[item.step.id], strict=False):
            set_bit(bits, row, truth is Truth.TRUE)
        for bits, truth in zip(self.pending, item.reading.indications[item.step.id], strict=False):
            set_bit(bits, row, truth is Truth.UNKNOWN)
        if "questions" in self.words:
            self.words["questions"].put(row, list(item.questions))
        if "reasons" in self.words:
            self.words["reasons"].put(row, in_words(item.reasons))


@define
class Answers:
    """What is answered of a batch: every step in the order of work.

    Args:
        questions: Of the whole checklist; nobody's where they weren't asked for.
        words: What was asked for in words.
    """

    steps: dict[str, StepAnswers]
    questions: Words
    words: frozenset[str]

    @classmethod
    def nobody(cls, plan: Plan, size: int, more: frozenset[str]) -> Answers:
        """Return places for the answers of so many rows."""
        codes, times = _columns(3 * len(plan.order), size, np.int8), _columns(len(plan.order), size, np.int64)
        steps = {
            id_: StepAnswers.nobody(plan.by_id[id_], [next(codes) for _ in range(3)], next(times), more) for id_ in plan.order
        }
        return cls(steps, Words.nobody(size), more.intersection(IN_WORDS))

    def put(self, row: int, checklist: Checklist) -> None:
        """Write the checklist of one row."""
        for item in checklist.items:
            self.steps[item.step.id].put(row, item)
        if "questions" in self.words:
            self.questions.put(row, [question.id for question in checklist.questions])


def _columns(count: int, size: int, dtype: type[np.integer[Any]]) -> Iterator[npt.NDArray[Any]]:
    """Yield so many columns, to be written: what lay in the memory before is in them.

    They lie together in pieces that get large pages from the system, and that are handed on from batch to batch.
    """
    together = max(1, PIECE // (max(size, 1) * np.dtype(dtype).itemsize))
    for first in range(0, count, together):
        yield from np.empty((min(together, count - first), size), dtype)
