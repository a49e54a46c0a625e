"""By when steps are due, of many patients at once: `Reading.due` and `Reading.deadline` in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen

from spineworkup.cohort.bits import Bits, Rows, any_bits, at_rows, of_rows, packed, rows_of, unpacked
from spineworkup.cohort.codes import write_sums
from spineworkup.cohort.readings import Readings
from spineworkup.cohort.since import NOT_YET, NOTHING
from spineworkup.cohort.times import Dated, Times, duration
from spineworkup.cohort.worked_out import EVER
from spineworkup.logic.plan import PlannedRule, PlannedStep
from spineworkup.pathways import ONSET, Rule
from spineworkup.readings import Status


@frozen
class Due:
    """When a step is due, in parts: by each clock, and by the times of facts; the earliest counts.

    Args:
        known: The rows that have a time.
    """

    known: Bits
    by_clock: Sequence[_ByClock]
    by_facts: Sequence[Dated]

    def write(self, readings: Readings, out: Times) -> Bits:
        """Write the times, and return the rows that are overdue."""
        if len(self.by_clock) == 1 and not self.by_facts:
            self.by_clock[0].write(out)
            return self.by_clock[0].overdue(readings)
        found = [one.dated() for one in self.by_clock] + [*self.by_facts]
        out[:] = NOTHING
        for one in found:
            np.minimum(out, np.where(unpacked(one.known, len(out)) == 1, one.times, NOTHING), out=out)
        return packed(out < readings.charts.at) & self.known


def due(readings: Readings, planned: PlannedStep) -> Due | None:
    """Return when a step is due: the earliest time of the rules that are true or, where none is, of those that could be.

    None where no row has a time.
    """
    if not planned.gives_time:
        return None
    wanted = list(_wanted(readings, planned))
    by_clock = [one for clock in readings.charts.clocks if (one := _by_clock(readings, clock, wanted)).within]
    by_facts = [_by_facts(readings, one, planned.step.id) for one in wanted if one.later is not readings.charts.none and one.later.any()]
    if not by_clock and not by_facts:
        return None
    known = [rows for one in by_clock for _, rows in one.within] + [one.known for one in by_facts]
    return Due(any_bits(known, readings.charts.none), by_clock, by_facts)


@frozen
class _ByClock:
    """Times that start with a clock alone.

    Args:
        within: After how long, to the rows, in which this is the shortest time.
    """

    name: str
    started: Dated
    within: Sequence[tuple[int, Bits]]

    def write(self, out: Times) -> None:
        write_sums(self.started.times, self.within, out)

    def dated(self) -> Dated:
        times = np.empty_like(self.started.times)
        self.write(times)
        return Dated(times, any_bits([rows for _, rows in self.within], self.started.known))

    def overdue(self, readings: Readings) -> Bits:
        late = [rows & readings.charts.before_now(self.name, within) for within, rows in self.within]
        return any_bits(late, readings.charts.none)


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
    found, possible, fired = readings.indications[id_], readings.possible[id_], readings.fired[id_]
    # Where a step is not indicated no rule holds, nor may.
    over = any_bits([readings.status[id_][one] for one in (Status.DONE, Status.DECLINED)], none)
    unfired = ~(fired | over)
    again = readings.asked_again.get(id_)
    ended = none if again is None else packed(again < NOTHING)
    for rule, truth, could_be in zip(planned.indications, found, possible, strict=True):
        if rule.timed:
            true = truth.true if over is none else truth.true & ~over
            timed = readings.since.timed(readings.program.rules[rule.rule.id])
            later = none if timed is none and again is None else true & (timed | ended)
            wanted = true | (could_be & unfired)
            yield _Wanted(rule, wanted if later is none else wanted & ~later, later)


def _by_clock(readings: Readings, clock: str, wanted: Sequence[_Wanted]) -> _ByClock:
    """Return the earliest times that rules give from one clock."""
    started = readings.charts.clocks[clock]
    by_time: dict[int, list[Bits]] = {}
    for one in wanted:
        if one.rule.rule.start == clock and one.rule.rule.within is not None:
            by_time.setdefault(duration(one.rule.rule.within), []).append(one.plainly)
    left, within = started.known, []
    for time in sorted(by_time):
        rows = any_bits(by_time[time], readings.charts.none)
        within.append((time, left & rows))
        left = left & ~rows
    return _ByClock(clock, started, within)


def _by_facts(readings: Readings, wanted: _Wanted, step: str) -> Dated:
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
