"""What the rules say of many patients at once: `spineworkup.readings`, and what `assess` makes of it, in columns.

A row that is odd gets an answer here that means nothing; it is read by itself afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from attrs import define, field

from spineworkup.cohort.bits import Bits, Truths, all_of, any_bits, any_of, packed, rows_of
from spineworkup.cohort.chart import Charts, Events
from spineworkup.cohort.program import Program
from spineworkup.cohort.since import NOTHING, Since
from spineworkup.cohort.times import Times
from spineworkup.cohort.worked_out import EVER
from spineworkup.logic.plan import Plan, PlannedRule, PlannedStep
from spineworkup.readings import CLOSED, Status


@define
class Readings:
    """What the rules say of many patients.

    Args:
        truths: Of every criterion of the program, by its number.
        indications: Of every step: the truths of its indications, inherited ones included.
        possible: Of every step, for each of its indications: the rows in which it is true, or not known.
        fired: Of every step: the rows in which any indication is true.
        status: Of every step: the rows that have each status.
        done_at: When the steps that were finished were finished; `EVER` where that is not known.
        asked_again: The first fact, newer than the end of a step, that asks for it again; `NOTHING` where none does.
    """

    plan: Plan
    charts: Charts
    program: Program
    truths: list[Truths]
    since: Since
    indications: dict[str, list[Truths]] = field(factory=dict)
    possible: dict[str, list[Bits]] = field(factory=dict)
    fired: dict[str, Bits] = field(factory=dict)
    status: dict[str, dict[Status, Bits]] = field(factory=dict)
    done: dict[str, Bits] = field(factory=dict)
    done_at: dict[str, Times] = field(factory=dict)
    asked_again: dict[str, Times] = field(factory=dict)

    def truth(self, rule: PlannedRule) -> Truths:
        """Return whether a rule holds."""
        return self.truths[self.program.rules[rule.rule.id]]

    def read(self, planned: PlannedStep) -> None:
        """Work a step out, after those that it waits for or stands in for."""
        id_ = planned.step.id
        found = [self.truth(rule) for rule in planned.own]
        for first, others in planned.takes_over_from:
            found += self._inherited(first, others)
        self.indications[id_] = found
        self.status[id_] = self._first_that_fits(planned, found)

    def closed(self, step: str) -> Bits:
        """Return the rows in which a step asks for nothing more."""
        return any_bits([self.status[step][status] for status in CLOSED], self.charts.none)

    def event(self, step: str) -> Events:
        """Return what has happened to a step."""
        return self.charts.events.get(step) or Events({}, np.zeros(0, np.int64))

    def barred(self, planned: PlannedStep) -> Truths:
        """Return whether a step can't be done: contraindicated, or not available here."""
        found = any_of([self.truth(rule) for rule in planned.absolute], self.charts.none)
        missing = self.charts.not_available.get(planned.step.id)
        return found if missing is None else Truths(found.true | missing, found.false & ~missing)

    def is_clear(self, planned: PlannedStep) -> Bits:
        """Return the rows in which nothing holds a step: no contraindication could be true, every check is answered."""
        missing = self.charts.not_available.get(planned.step.id)
        held = [] if missing is None else [missing]
        held += [~self.charts.known(finding) for finding in planned.step.checks]
        for rule in (*planned.absolute, *planned.relative):
            truth = self.truth(rule)
            held.append(truth.possible if rule.rule.holds_unknown else truth.true)
        wanted = self.status[planned.step.id][Status.DUE]
        return wanted & ~any_bits(held, self.charts.none) if held else wanted

    def _inherited(self, first: str, others: tuple[str, ...]) -> Iterator[Truths]:
        """Yield the truths that a step takes over: the first one's own, where neither that nor the others can be done."""
        planned, closed = self.plan.by_id[first], self.closed(first)
        nobody = [self.barred(planned), *map(self._passed_over, others)]
        for truth in self.indications[first][: len(planned.own)]:
            found = all_of((*nobody, truth), self.charts.none)
            yield Truths(found.true & ~closed, found.false | closed)

    def _passed_over(self, step: str) -> Truths:
        """Return whether a stand-in can't take over: declined, contraindicated, or not available here."""
        declined = self.event(step).any_of(("declined",), self.charts.none)
        barred = self.barred(self.plan.by_id[step])
        return Truths(barred.true | declined, barred.false & ~declined)

    def _first_that_fits(self, planned: PlannedStep, found: list[Truths]) -> dict[Status, Bits]:
        none = self.charts.none
        left, status = ~none, dict.fromkeys(Status, none)
        possible = self.possible[planned.step.id] = [truth.possible for truth in found]
        fired = self.fired[planned.step.id] = any_bits([truth.true for truth in found], none)
        fits = {
            Status.DECLINED: self.event(planned.step.id).any_of(("declined",), none),
            Status.DONE: self._is_still_done(planned),
            Status.NOT_INDICATED: ~any_bits(possible, none),
            Status.UNDETERMINED: ~fired,
            Status.CONTRAINDICATED: any_bits([self.truth(rule).true for rule in planned.absolute], none),
            Status.WAITING: self._waits(planned),
        }
        for one, rows in fits.items():
            if rows is not none:
                status[one], left = left & rows, left & ~rows
        return {**status, Status.DUE: left}

    def _waits(self, planned: PlannedStep) -> Bits:
        """Return the rows in which a prerequisite is open and not waived."""
        waits = []
        for first, unless in zip(planned.step.prerequisites, self.program.waivers[planned.step.id], strict=True):
            settled = self.is_settled(first.step)
            waits.append(~(settled if unless is None else settled | self.truths[unless].true))
        return any_bits(waits, self.charts.none)

    def is_settled(self, first: str) -> Bits:
        """Return the rows in which a prerequisite holds nothing up: it is closed, or what took its place is done."""
        closed = self.closed(first)
        barred = self.barred(self.plan.by_id[first]).true & ~closed
        if not barred.any():
            return closed
        others = self.plan.pathway.stand_ins[first]
        return closed | (barred & any_bits((self._has_replaced(first, other) for other in others), self.charts.none))

    def _has_replaced(self, first: str, other: str) -> Bits:
        """Return the rows in which a stand-in was done in the place of a step, and nothing newer asks for either."""
        planned = self.plan.by_id[other]
        done = self._is_done(planned)
        rules = (*self.plan.by_id[first].own, *planned.own)
        again = self._first_reason_after_end(other, [(rule, self.truth(rule)) for rule in rules])
        return done & ~self._is_time(again)

    def _is_done(self, planned: PlannedStep) -> Bits:
        """Return the rows in which a step was finished, and note when."""
        id_ = planned.step.id
        if id_ not in self.done:
            self.done[id_] = self._finish(planned)
        return self.done[id_]

    def _finish(self, planned: PlannedStep) -> Bits:
        step, none = planned.step, self.charts.none
        event = self.event(step.id)
        enough = ("acted_on",) if step.produces else ("acted_on", "performed", "reported")
        recorded = event.any_of(enough, none)
        if recorded.any():
            rows = rows_of(recorded, self.charts.size)
            self._done_at(step.id)[rows] = event.at[rows]
        result = self.program.results.get(step.id)
        if result is None:
            return recorded
        by_result = self.truths[result].true & ~any_bits(event.states.values(), none)
        timed = by_result & self.since.timed(result)
        if timed.any():
            rows = rows_of(timed, self.charts.size)
            self._done_at(step.id)[rows] = self.since.newest_reason(result, rows)
        return recorded | by_result

    def _done_at(self, step: str) -> Times:
        return self.done_at.setdefault(step, np.full(self.charts.size, EVER))

    def _is_still_done(self, planned: PlannedStep) -> Bits:
        """Return the rows in which a step was finished and no newer fact asks for it again; and note when one does."""
        id_, done = planned.step.id, self._is_done(planned)
        again = self._first_reason_after_end(id_, zip(planned.indications, self.indications[id_], strict=True))
        if again is None:
            return done
        self.asked_again[id_] = again
        return done & ~self._is_time(again)

    def _is_time(self, moments: Times | None) -> Bits:
        return self.charts.none if moments is None else packed(moments < NOTHING)

    def _first_reason_after_end(self, step: str, found: Iterable[tuple[PlannedRule, Truths]]) -> Times | None:
        """Return the time of the first fact that made any rule true after a step was finished."""
        done_at = self.done_at.get(step)
        if done_at is None:
            return None
        ended, first = packed(done_at > EVER), np.full(self.charts.size, NOTHING)
        for rule, truth in found:
            when = self.program.rules[rule.rule.id]
            asks = truth.true & ended & self.since.timed(when)
            if asks.any():
                rows = rows_of(asks, self.charts.size)
                later = self.since.first_reason_after(done_at[rows], when, rows)
                first[rows] = np.minimum(first[rows], later)
        return first
