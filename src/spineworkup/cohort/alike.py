"""Who is alike in what is said in words of a step: bits that are equal for patients of whom the same is to be said.

They say nothing by themselves: what is said comes from the checklist of one of those who are alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from spineworkup.cohort.bits import Bits, Rows, Truths, of_rows, rows_of, unpacked
from spineworkup.cohort.program import Number
from spineworkup.cohort.readings import Readings
from spineworkup.criteria import Compare, IsOneOf, Present
from spineworkup.logic.plan import PlannedRule, PlannedStep
from spineworkup.pathways import ONSET
from spineworkup.reasons import inputs_of

Groups = npt.NDArray[np.int64]


def groups(planes: Sequence[Bits], rows: Rows, size: int) -> tuple[Groups, Rows]:
    """Give some rows equal numbers where all their bits are equal; return them, and of each number the first place among the rows."""
    varied = [plane for plane in planes if plane.any()]
    words = np.zeros((8 * -(-len(varied) // 64), len(rows)), np.uint8)
    if varied:
        packed = np.packbits(np.stack([unpacked(plane, size)[rows] for plane in varied]), axis=0)
        words[: len(packed)] = packed
    found = np.zeros(len(rows), np.int64)
    for word in np.ascontiguousarray(words.T).view(np.uint64).T:
        _, numbers = np.unique(word, return_inverse=True)
        _, found = np.unique(found * (numbers.max(initial=0) + 1) + numbers, return_inverse=True)
    _, first = np.unique(found, return_index=True)
    return found, first


def of_reasons(readings: Readings, planned: PlannedStep) -> list[Bits]:
    """Return what the reasons of a step depend on: which of its indications hold, and which may."""
    return [bits for truth in readings.indications[planned.step.id] for bits in (truth.true, truth.unknown)]


def of_questions(readings: Readings, planned: PlannedStep) -> list[Bits]:
    """Return what the questions of a step depend on."""
    is_open = ~readings.closed(planned.step.id)
    found = [is_open, *of_reasons(readings, planned)]
    for rule, truth in zip(planned.indications, readings.indications[planned.step.id], strict=True):
        bars = [bar for step in rule.passes_over for bar in readings.plan.by_id[step].absolute]
        for one in (rule, *bars):
            found += _open_parts(readings, readings.program.rules[one.rule.id], truth.unknown)
        if rule.timed:
            found += _starts(readings, rule, truth, is_open)
    return [*found, *_clearance(readings, planned, is_open)]


def _clearance(readings: Readings, planned: PlannedStep, rows: Bits) -> Iterator[Bits]:
    """Yield what holds a step, or may."""
    for rule in (*planned.absolute, *planned.relative):
        if rule.rule.holds_unknown:
            yield from _open_parts(readings, readings.program.rules[rule.rule.id], rows)
    waivers = readings.program.waivers[planned.step.id]
    for first, unless in zip(planned.step.prerequisites, waivers, strict=True):
        if unless is not None:
            yield from _open_parts(readings, unless, rows & ~readings.is_settled(first.step))
    for finding in planned.step.checks:
        yield rows & readings.charts.known(finding)


def _open_parts(readings: Readings, number: Number, rows: Bits) -> Iterator[Bits]:
    """Yield of each finding in a criterion where it is open, with all that it stands in: a part that is settled asks for nothing."""
    criterion, parts = readings.program.nodes[number]
    is_open = rows & readings.truths[number].unknown
    for part in parts:
        yield from _open_parts(readings, part, is_open)
    if isinstance(criterion, Present | Compare | IsOneOf):
        yield is_open
        inputs = inputs_of(readings.plan.pathway, criterion.finding)
        for finding in (criterion.finding, *inputs) if inputs else ():
            yield is_open & readings.charts.known(finding)


def _starts(readings: Readings, rule: PlannedRule, truth: Truths, rows: Bits) -> Iterator[Bits]:
    """Yield where the start of a rule's time is known; for an onset, which findings have no time that would tell it."""
    start = rule.rule.start
    if start != ONSET:
        clock = readings.charts.clocks.get(start)
        yield readings.charts.none if clock is None else rows & truth.possible & clock.known
        return
    true = rows_of(rows & truth.true, readings.charts.size)
    for untimed in readings.since.untimed(readings.program.rules[rule.rule.id], true):
        yield of_rows(true[untimed], readings.charts.size)
