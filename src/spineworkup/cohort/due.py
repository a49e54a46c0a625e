"""By when steps are due, of many patients at once: `Reading.due` and `Reading.deadline` in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from spineworkup.cohort.bits import Bits, Rows, any_bits, at_rows, of_rows, packed, rows_of, unpacked
from spineworkup.cohort.codes import coded
from spineworkup.cohort.readings import Readings
from spineworkup.cohort.since import NOT_YET, NOTHING
from spineworkup.cohort.times import Dated, Times, duration
from spineworkup.cohort.worked_out import EVER
from spineworkup.logic.plan import PlannedRule, PlannedStep
from spineworkup.pathways import ONSET, Rule


def due(readings: Readings, planned: PlannedStep) -> Dated | None:
    """Return when a step is due: the earliest time of the rules that are true or, where none is, of those that could be.

    None where no row has a time.
    """
    wanted = list(_wanted(readings, planned))
    found = [_by_clock(readings, clock, wanted) for clock in readings.charts.clocks]
    found += [_by_facts(readings, one, planned.step.id) for one in wanted if one.later.any()]
    return _earliest([one for one in found if one is not None], readings.charts.size)


@frozen
class _Wanted:
    """A rule that gives a time, and the rows in which it counts.

    Args:
        plainly: Its time starts with its clock, and with nothing else.
        later: A time of a finding, or that the step was done before, may have a say.
    """

    rule: PlannedRule
    plainly: Bits
    later: Bits


def _wanted(readings: Readings, planned: PlannedStep) -> Iterator[_Wanted]:
    id_, none = planned.step.id, readings.charts.none
    found = readings.indications[id_]
    fired = any_bits([truth.true for truth in found], none)
    still_open = ~readings.closed(id_)
    again = readings.asked_again.get(id_)
    ended = none if again is None else packed(again < NOTHING)
    for rule, truth in zip(planned.indications, found, strict=True):
        if rule.timed:
            wanted = (truth.true | (truth.unknown & ~fired)) & still_open
            later = wanted & truth.true & (readings.since.timed(readings.program.rules[rule.rule.id]) | ended)
            yield _Wanted(rule, wanted & ~later, later)


def _by_clock(readings: Readings, clock: str, wanted: Sequence[_Wanted]) -> Dated | None:
    """Return the earliest time that rules give from one clock."""
    started = readings.charts.clocks[clock]
    left, places, times = started.known, {}, [0]
    of_clock = [one for one in wanted if one.rule.rule.start == clock]
    for within in sorted({one.rule.rule.within for one in of_clock if one.rule.rule.within is not None}):
        rows = any_bits((one.plainly for one in of_clock if one.rule.rule.within == within), readings.charts.none)
        places[len(times)] = left & rows
        left = left & ~rows
        times.append(duration(within))
    codes = coded(places)
    if codes is None:
        return None
    after = np.array(times).take(codes[: readings.charts.size], mode="clip")
    return Dated(np.add(started.times, after, out=after), started.known & ~left)


def _by_facts(readings: Readings, wanted: _Wanted, step: str) -> Dated | None:
    """Return the time of a rule where it became true at a known time, or asks again for what was done."""
    rule, size = wanted.rule.rule, readings.charts.size
    assert rule.within is not None
    rows = rows_of(wanted.later, size)
    onset = _onset(readings, rule, rows)
    again = _known_at(readings.asked_again.get(step), rows)
    anchor = np.where(onset > EVER, onset, again) if rule.start == ONSET else _started(readings, rule.start, rows)
    there = rows[anchor > EVER]
    times = np.zeros(size, np.int64)
    times[rows] = np.maximum(np.maximum(anchor, onset), again) + duration(rule.within)
    return Dated(times, of_rows(there, size))


def _onset(readings: Readings, rule: Rule, rows: Rows) -> Times:
    """Return since when a rule is true; `EVER` where that is not known."""
    number = readings.program.rules[rule.id]
    onset = _or_ever(readings.since.when_true(number, rows))
    if rule.start != ONSET:
        return onset
    return np.where(onset > EVER, onset, _or_ever(readings.since.when_true(number, rows, NOT_YET)))


def _started(readings: Readings, clock: str, rows: Rows) -> Times:
    """Return when a clock started; `EVER` where that is not known."""
    started = readings.charts.clocks.get(clock)
    if started is None:
        return np.full(len(rows), EVER)
    return np.where(at_rows(started.known, rows), started.times[rows], EVER)


def _known_at(moments: Times | None, rows: Rows) -> Times:
    return np.full(len(rows), EVER) if moments is None else _or_ever(moments[rows])


def _or_ever(moments: Times) -> Times:
    """Return times, with `EVER` in place of those that say that there is none."""
    return np.where(moments >= NOT_YET, EVER, moments)


def _earliest(found: Sequence[Dated], size: int) -> Dated | None:
    if len(found) < 2:
        return found[0] if found else None
    times = np.full(size, NOTHING)
    for one in found:
        times = np.minimum(times, np.where(unpacked(one.known, size) == 1, one.times, NOTHING))
    return Dated(times, packed(times < NOTHING))
