"""A second evaluator of a whole checklist, written from the documents alone: design (sections 3 to 5), decisions 1 to 17.

It shares nothing with the engine but the classes that hold data. It is to be plain and right, not fast: no plan, no
compilation, no Kleene tables. `answer` gives what `spineworkup.assess` has to say, as plain values.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, NamedTuple

from spineworkup.charts import Chart, StepEvent
from spineworkup.criteria import AnyOf, Criterion
from spineworkup.entries import Known, WhyUnknown
from spineworkup.findings import Finding, Quantity, Range, Value
from spineworkup.pathways import Note, Pathway, Prerequisite, Rule, Step
from spineworkup.scores import Additive
from spineworkup.units import convert
from spineworkup.urgency import Urgency
from tests.oracle.worlds import (
    EITHER,
    EVER,
    NEVER,
    NO,
    WORDS,
    YES,
    Answers,
    Worlds,
)

ALLOWANCE = timedelta(minutes=5)  # a clock may run so much ahead of ours
CLOSED = ("declined", "done", "not_indicated")
OPEN = ("undetermined", "contraindicated", "waiting", "due")


def answer(pathway: Pathway, chart: Chart, at: datetime) -> dict[str, Any]:
    """Return the whole checklist as plain values."""
    return Patient(pathway, chart, at.astimezone(UTC)).checklist()


class Reading(NamedTuple):
    """A chart as it is to be read at a moment."""

    facts: dict[str, Value]
    times: dict[str, datetime]
    reported: dict[str, Quantity]
    why: dict[str, WhyUnknown]
    derived: list[str]


def read(pathway: Pathway, chart: Chart, at: datetime) -> Reading:
    reading = Reading({}, {}, {}, {}, [])
    for id_, entry in chart.entries.items():
        if not isinstance(entry, Known):
            reading.why[id_] = entry.reason
        elif entry.at is not None and entry.at > at + ALLOWANCE:
            reading.why[id_] = WhyUnknown.IN_FUTURE
        elif is_stale(pathway.findings[id_], entry, at):
            reading.why[id_] = WhyUnknown.STALE
        else:
            learn(reading, id_, entry.value, entry.at, entry.reported)
    derive(pathway, reading, at)
    add_up(pathway, reading)
    return reading


def is_stale(finding: Finding, entry: Known, at: datetime) -> bool:
    """Older than its `max_age`; a deficit that is present never is, and what has no time has no age."""
    if finding.max_age is None or entry.at is None or (finding.red_flag and entry.value is True):
        return False
    again = entry.latest is not None and entry.latest <= at + ALLOWANCE
    return at - (entry.latest if again else entry.at) > finding.max_age


def learn(
    reading: Reading, id_: str, value: Value, moment: datetime | None, reported: Quantity | None
) -> None:
    reading.facts[id_] = value
    if moment is not None:
        reading.times[id_] = moment
    if reported is not None:
        reading.reported[id_] = reported


def nobody_reported(reading: Reading, id_: str) -> bool:
    return (
        id_ not in reading.facts and reading.why.get(id_, WhyUnknown.NOT_RECORDED) is WhyUnknown.NOT_RECORDED
    )


def latest(reading: Reading, ids: list[str]) -> datetime | None:
    """When the last of several findings was known; not known if one has no time."""
    return max(reading.times[id_] for id_ in ids) if all(id_ in reading.times for id_ in ids) else None


def derive(pathway: Pathway, reading: Reading, at: datetime) -> None:
    for finding in pathway.findings.values():
        if finding.derived is None or not nobody_reported(reading, finding.id):
            continue
        inputs = list(finding.derived.inputs)
        if not all(id_ in reading.reported for id_ in inputs):
            continue
        value = adjusted_calcium(*(reading.reported[id_] for id_ in inputs), finding)
        moment = latest(reading, inputs)
        if not finding.is_plausible(value):
            continue
        if too_old(finding, moment, at):
            reading.why[finding.id] = WhyUnknown.STALE
            continue
        learn(reading, finding.id, value, moment, None)
        reading.derived.append(finding.id)


def too_old(finding: Finding, moment: datetime | None, at: datetime) -> bool:
    if finding.max_age is None or moment is None:
        return False
    return at - moment > finding.max_age


def adjusted_calcium(total: Quantity, albumin: Quantity, calcium: Finding) -> Decimal:
    """Total calcium as it would be with an albumin of 40 g/L, worked out in the unit that was reported."""
    if total.unit == "mg/dL":
        raised = total.value + Decimal("0.8") * (4 - convert(albumin, "g/dL"))
        return convert(Quantity(raised, "mg/dL"), calcium.unit, calcium.molar_mass)
    raised = convert(total, "mmol/L", calcium.molar_mass) + Decimal("0.02") * (40 - convert(albumin, "g/L"))
    return convert(Quantity(raised, "mmol/L"), calcium.unit, calcium.molar_mass)


def add_up(pathway: Pathway, reading: Reading) -> None:
    """Totals of scores: between the fewest and the most points that the items can still give."""
    for score in pathway.scores.values():
        total = f"{score.id}_total"
        if not isinstance(score.table, Additive) or total not in pathway.findings:
            continue
        known = [item for item in score.table.items if item in reading.facts]
        if not known or not nobody_reported(reading, total):
            continue
        fewest = most = 0
        for item, options in score.table.items.items():
            value = reading.facts.get(item)
            points = [options[value]] if value in options else list(options.values())
            fewest += min(low for low, _ in points)
            most += max(high for _, high in points)
        value = Decimal(fewest) if fewest == most else Range(Decimal(fewest), Decimal(most))
        learn(reading, total, value, latest(reading, known), None)


class Claim(NamedTuple):
    """An indication as it bears on a step: its own, or that of a step whose place it takes."""

    rule: Rule
    holds: Answers
    in_place_of: str
    barring: tuple[tuple[Criterion, ...], ...]  # for each step whose place it takes, what bars that one


class Patient:
    """One pathway, one chart, one moment."""

    def __init__(self, pathway: Pathway, chart: Chart, at: datetime) -> None:
        self.pathway, self.chart, self.at = pathway, chart, at
        self.facts, self.times, _, self.why, self.derived = read(pathway, chart, at)
        self.worlds = Worlds(self.facts, self.times)
        self.answers = self.worlds.answers
        # Each is asked for many times over; a name without the underscore remembers.
        self.claims, self.line = cache(self._claims), cache(self._line)
        self.ended, self.stage = cache(self._ended), cache(self._stage)
        self.status, self.interval = cache(self._status), cache(self._interval)

    def is_future(self, moment: datetime) -> bool:
        return moment > self.at + ALLOWANCE

    @cached_property
    def clocks(self) -> dict[str, datetime]:
        """Those that have started."""
        return {name: moment for name, moment in self.chart.clocks.items() if not self.is_future(moment)}

    # What a step is for this patient.

    def event(self, step: str) -> StepEvent | None:
        event = self.chart.steps.get(step)
        return None if event is None or self.is_future(event.at) else event

    def _claims(self, step: str) -> list[Claim]:
        own = [Claim(rule, self.answers(rule.when), "", ()) for rule in self.pathway.steps[step].indications]
        return own + [
            Claim(rule, every([self.answers(rule.when), *gone]), first, bars)
            for first, gone, bars in self.places(step)
            for rule in self.pathway.steps[first].indications
        ]

    def places(self, step: str) -> Iterator[tuple[str, list[Answers], tuple[tuple[Criterion, ...], ...]]]:
        """The steps whose place a step may take, each with whether it and every stand-in before are out."""
        for first in self.pathway.steps:
            line = self.line(first)
            if step in line:
                before = line[: line.index(step)]
                gone = [self.gives_way(first), *(self.is_out(other) for other in before)]
                yield first, gone, tuple(absolutes(self.pathway.steps[id_]) for id_ in (first, *before))

    def _line(self, step: str) -> list[str]:
        """What may take over from a step, nearest first; the last is what its purpose escalates to."""
        last = self.escalation(step)
        found = self.stand_ins(step)
        return found if last is None or last in found else [*found, last]

    def escalation(self, step: str) -> str | None:
        for purpose in self.pathway.purposes.values():
            if step in purpose.steps and purpose.escalate_to:
                return purpose.escalate_to
        return None

    def is_out(self, step: str) -> Answers:
        """Whether a stand-in is contraindicated, not available or declined."""
        event = self.event(step)
        return YES if event is not None and event.state == "declined" else self.barred(step)

    def gives_way(self, step: str) -> Answers:
        """Whether a step can't be done: then the next takes over. What is done or declined gives way to nothing."""
        return NO if self.stage(step) in ("done", "declined") else self.barred(step)

    def barred(self, step: str) -> Answers:
        if step in self.chart.not_available:
            return YES
        return self.answers(AnyOf(absolutes(self.pathway.steps[step])))

    def _stage(self, step: str) -> str:
        """The status, but for what stands in the way."""
        event = self.event(step)
        if event is not None and event.state == "declined":
            return "declined"
        held = [claim.holds for claim in self.claims(step)]
        if self.ended(step) is not None and self.asked_again(step) is None:
            return "done"
        if YES in held:
            return "indicated"
        return "undetermined" if EITHER in held else "not_indicated"

    def _ended(self, step: str) -> datetime | None:
        """When a step was finished (`EVER` if nobody knows); None if it isn't."""
        plan, event = self.pathway.steps[step], self.event(step)
        if event is not None:
            enough = ("acted_on",) if plan.produces else ("performed", "reported", "acted_on")
            return event.at if event.state in enough else None
        if plan.done_when is None or self.answers(plan.done_when) != YES:
            return None
        return max((self.times.get(id_, EVER) for id_ in self.worlds.deciders(plan.done_when)), default=EVER)

    def asked_again(self, step: str) -> datetime | None:
        """The first fact behind an indication that is newer than the end of the step."""
        ended = self.ended(step)
        newer = [moment for claim in self.claims(step) for moment in self.news(claim, ended)]
        return min(newer, default=None)

    def news(self, claim: Claim, ended: datetime | None) -> list[datetime]:
        if ended in (None, EVER) or claim.holds != YES:
            return []
        moments = [self.times.get(id_, EVER) for id_ in self.worlds.deciders(claim.rule.when)]
        return [moment for moment in moments if moment > ended]

    def _status(self, step: str) -> str:
        stage = self.stage(step)
        if stage != "indicated":
            return stage
        if self.answers(AnyOf(absolutes(self.pathway.steps[step]))) == YES:
            return "contraindicated"
        return "waiting" if self.waits_for(step) else "due"

    def waits_for(self, step: str) -> list[Prerequisite]:
        return [p for p in self.pathway.steps[step].prerequisites if self.is_awaited(p)]

    def is_awaited(self, prerequisite: Prerequisite) -> bool:
        before, unless = prerequisite.step, prerequisite.unless
        if self.stage(before) in CLOSED or (unless is not None and self.answers(unless) == YES):
            return False
        replaced = any(self.has_replaced(before, other) for other in self.stand_ins(before))
        return not (self.barred(before) == YES and replaced)

    def has_replaced(self, before: str, other: str) -> bool:
        """The stand-in is done, and nothing newer asks for the step itself or for the stand-in on its own account."""
        ended = self.ended(other)
        if ended is None or self.stage(other) == "declined":
            return False
        own = [claim for step in (before, other) for claim in self.claims(step) if not claim.in_place_of]
        return not any(self.news(claim, ended) for claim in own)

    def stand_ins(self, step: str) -> list[str]:
        """The steps that may take over, nearest first."""
        found: list[str] = []
        nearest = [step]
        while nearest:
            nearest = [b for first in nearest for a, b in self.pathway.fallbacks if a == first]
            found += [other for other in dict.fromkeys(nearest) if other not in found]
        return found

    def instead(self, step: str) -> str | None:
        if self.status(step) not in OPEN or self.barred(step) != YES:
            return None
        return next((other for other in self.line(step) if self.is_out(other) != YES), self.escalation(step))

    # How soon.

    def _interval(self, step: str) -> tuple[Urgency, Urgency]:
        claims = self.claims(step)
        lowest = [claim.rule.urgency for claim in claims if claim.holds == YES]
        highest = [claim.rule.urgency for claim in claims if claim.holds != NO]
        return max(lowest, default=Urgency.NONE), max(highest, default=Urgency.NONE)

    def due(self, step: str) -> datetime | None:
        status, claims = self.status(step), self.claims(step)
        if status == "undetermined":
            return earliest(self.could_be_due(claim) for claim in claims if claim.holds == EITHER)
        if status not in OPEN:
            return None
        return earliest(self.deadline(step, claim) for claim in claims if claim.holds == YES)

    def deadline(self, step: str, claim: Claim) -> datetime | None:
        """The anchor plus `within`: the later of the clock, of the rule's becoming true, and of being asked again."""
        rule = claim.rule
        clock = EVER if rule.start == "onset" else self.clocks.get(rule.start)
        if rule.within is None or clock is None:
            return None
        true_since = self.true_since(rule)
        again = self.starts_anew(step)
        anchor = max(clock, true_since, again)
        return None if anchor == EVER else anchor + rule.within

    def true_since(self, rule: Rule) -> datetime:
        """Since when a rule has been true; where that may be ever, since when at the latest, if a time says so."""
        moment = self.worlds.since(rule.when)
        if moment != EVER:
            return moment
        at_the_latest = self.worlds.since(rule.when, untimed=NEVER)
        return EVER if at_the_latest == NEVER or rule.start != "onset" else at_the_latest

    def starts_anew(self, step: str) -> datetime:
        if self.stage(step) != "indicated" or self.ended(step) is None:
            return EVER
        return self.asked_again(step) or EVER

    def could_be_due(self, claim: Claim) -> datetime | None:
        """The earliest time that a rule could give, while nobody knows whether it holds."""
        clock = self.clocks.get(claim.rule.start)
        return None if claim.rule.within is None or clock is None else clock + claim.rule.within

    # What stands in the way.

    def is_signed(self, rule: Rule) -> bool:
        return rule.kind == "relative" and any(
            sign.rule == rule.id and sign.by == rule.sign_off and not self.is_future(sign.at)
            for sign in self.chart.sign_offs
        )

    def holding(self, step: str) -> list[Rule]:
        """The contraindications that might be true, and hold the step while nobody knows."""
        rules = self.pathway.steps[step].contraindications
        return [rule for rule in rules if rule.holds_unknown and self.answers(rule.when) == EITHER]

    def is_clear(self, step: str) -> bool:
        plan = self.pathway.steps[step]
        against = [rule for rule in plan.contraindications if self.answers(rule.when) == YES]
        return (
            self.status(step) == "due"
            and step not in self.chart.not_available
            and all(check in self.facts for check in plan.checks)
            and all(self.is_signed(rule) for rule in against + self.holding(step))
        )

    def against(self, step: str) -> list[tuple[str, str, str, bool, frozenset[str]]]:
        plan, found = self.pathway.steps[step], []
        is_open = self.status(step) in OPEN
        for rule in plan.contraindications + plan.cautions:
            holds = self.answers(rule.when)
            if holds == YES or (holds == EITHER and is_open and rule in self.holding(step)):
                facts = frozenset(self.worlds.deciders(rule.when))
                found.append((rule.id, rule.kind, WORDS[holds], self.is_signed(rule), facts))
        if is_open:
            found += [
                (check, "check", "unknown", False, frozenset())
                for check in plan.checks
                if check not in self.facts
            ]
            found += [(p.step, "prerequisite", "true", False, frozenset()) for p in self.waits_for(step)]
        if step in self.chart.not_available:
            found.append((step, "not_available", "true", False, frozenset()))
        return found

    # Why.

    def reasons(self, step: str) -> list[tuple[str, str, str, frozenset[str]]]:
        """The indications that are true; where none is, those that may be; where none may, all."""
        claims = self.claims(step)
        for holds in (YES, EITHER, NO):
            chosen = [claim for claim in claims if claim.holds == holds]
            if chosen:
                return [
                    (claim.rule.id, WORDS[holds], claim.in_place_of, self.facts_of(claim)) for claim in chosen
                ]
        return []

    def facts_of(self, claim: Claim) -> frozenset[str]:
        found = self.worlds.deciders(claim.rule.when)
        barring = [AnyOf(bars) for bars in claim.barring]
        return frozenset(found.union(*(self.worlds.deciders(criterion) for criterion in barring)))

    # What to ask.

    def asks(self, step: str) -> dict[str, tuple[Urgency, datetime | None]]:
        found: dict[str, tuple[Urgency, datetime | None]] = {}
        for id_, tier, due in self.every_ask(step):
            if id_ in found:
                tier, due = max(tier, found[id_][0]), earliest([due, found[id_][1]])
            found[id_] = (tier, due)
        return found

    def every_ask(self, step: str) -> Iterator[tuple[str, Urgency, datetime | None]]:
        is_open = self.status(step) in OPEN
        for claim in self.claims(step):
            if claim.holds == YES and is_open:
                yield from ((id_, claim.rule.urgency, None) for id_ in self.times_wanted(step, claim))
            if claim.holds == EITHER and self.matters(step, claim):
                due = self.could_be_due(claim)
                for id_ in self.with_inputs(self.turns_on(claim)):
                    yield id_, claim.rule.urgency, due
                if is_open and self.lacks_clock(claim.rule):
                    yield f"clocks.{claim.rule.start}", claim.rule.urgency, None
        if is_open:
            _, highest = self.interval(step)
            yield from ((id_, highest, None) for id_ in self.with_inputs(self.in_the_way(step)))

    def matters(self, step: str, claim: Claim) -> bool:
        """Not what could only add one more reason to a step that is called for anyway."""
        lowest, _ = self.interval(step)
        called_for = any(other.holds == YES for other in self.claims(step))
        may_hasten = self.status(step) in OPEN and claim.rule.within is not None
        return not called_for or claim.rule.urgency > lowest or may_hasten

    def turns_on(self, claim: Claim) -> list[str]:
        criteria = [claim.rule.when, *(when for bars in claim.barring for when in bars)]
        return [id_ for when in criteria for id_ in self.worlds.open_leaves(when)]

    def in_the_way(self, step: str) -> list[str]:
        plan = self.pathway.steps[step]
        held = [rule.when for rule in self.holding(step) if not self.is_signed(rule)]
        waived = [p.unless for p in self.waits_for(step) if p.unless is not None]
        checks = [check for check in plan.checks if check not in self.facts]
        return [id_ for when in held + waived for id_ in self.worlds.open_leaves(when)] + checks

    def with_inputs(self, ids: list[str]) -> Iterator[str]:
        """What can be worked out is asked together with what it could be worked out from."""
        for id_ in ids:
            missing = [other for other in self.inputs.get(id_, ()) if other not in self.facts]
            # A total between two numbers is asked for itself only where no item is missing.
            if id_ not in self.facts or not missing:
                yield id_
            yield from missing

    @cached_property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        scores = [score for score in self.pathway.scores.values() if isinstance(score.table, Additive)]
        totals = {f"{score.id}_total": tuple(score.table.items) for score in scores}
        derived = [finding for finding in self.pathway.findings.values() if finding.derived is not None]
        return totals | {finding.id: finding.derived.inputs for finding in derived}

    def lacks_clock(self, rule: Rule) -> bool:
        return rule.within is not None and rule.start not in ("", "onset", *self.clocks)

    def times_wanted(self, step: str, claim: Claim) -> list[str]:
        rule = claim.rule
        if self.lacks_clock(rule):
            return [f"clocks.{rule.start}"]
        if rule.within is None or rule.start != "onset" or self.worlds.since(rule.when) != EVER:
            return []
        return [f"{id_}.at" for id_ in self.worlds.deciders(rule.when) if id_ not in self.times]

    # The checklist.

    def checklist(self) -> dict[str, Any]:
        items = {step: self.item(step) for step in self.pathway.in_order}
        return {
            "items": items,
            "lowest": max((item["lowest"] for item in items.values()), default=Urgency.NONE),
            "highest": max((item["highest"] for item in items.values()), default=Urgency.NONE),
            "questions": self.questions(items),
            "notices": sorted(self.notices()),
        }

    def item(self, step: str) -> dict[str, Any]:
        lowest, highest = self.interval(step)
        due, event = self.due(step), self.event(step)
        return {
            "status": self.status(step),
            "lowest": lowest,
            "highest": highest,
            "due": due,
            "overdue": due is not None and self.at > due,
            "clear_to_proceed": self.is_clear(step),
            "instead": self.instead(step),
            "progress": None if event is None else event.state,
            "reasons": set(self.reasons(step)),
            "against": sorted(self.against(step), key=repr),
            "asks": self.asks(step),
            "notes": [note.id for note in self.pathway.steps[step].notes if self.is_shown(note)],
        }

    def is_shown(self, note: Note) -> bool:
        return note.when is None or self.answers(note.when) != NO

    def questions(self, items: dict[str, Any]) -> list[tuple[str, Urgency, tuple[str, ...], datetime | None]]:
        """What is asked over all steps, the highest tier first."""
        asked: dict[str, list[str]] = {}
        for step, item in items.items():
            for id_ in item["asks"]:
                asked.setdefault(id_, []).append(step)
        listed = []
        for id_, steps in asked.items():
            asks = [items[step]["asks"][id_] for step in steps]
            listed.append(
                (id_, max(tier for tier, _ in asks), tuple(steps), earliest(due for _, due in asks))
            )
        return sorted(listed, key=lambda question: -question[1].rank)

    def notices(self) -> Iterator[tuple[str, str]]:
        for id_, why in self.why.items():
            if why is not WhyUnknown.NOT_RECORDED:
                yield why.value, id_
        yield from (("derived", id_) for id_ in self.derived)
        yield from (("future_event", "") for e in self.chart.steps.values() if self.is_future(e.at))
        yield from (("future_clock", "") for clock in self.chart.clocks.values() if self.is_future(clock))
        yield from (("sign_off_not_counted", "") for sign in self.chart.sign_offs if not self.counts(sign))
        today = self.at.date()
        reviews = [rule.review_by for step in self.pathway.steps.values() for rule in step.rules]
        if any(review is not None and review < today for review in reviews):
            yield "past_review", ""
        if self.pathway.review_by is not None and self.pathway.review_by < today:
            yield "past_review", ""
        ordered = [step for step, item in self.chart.steps.items() if item.state in ("requested", "scheduled")]
        for step in ordered:
            if self.event(step) and self.status(step) in ("contraindicated", "not_indicated"):
                yield "requested_against_rules", ""
        for waiver in self.pathway.waivers:
            yield ("waiver_expired" if waiver.expires < today else "waiver"), ""

    def counts(self, sign: Any) -> bool:
        rules = [rule for step in self.pathway.steps.values() for rule in step.contraindications]
        return not self.is_future(sign.at) and any(
            rule.kind == "relative" and rule.id == sign.rule and rule.sign_off == sign.by for rule in rules
        )


def absolutes(step: Step) -> tuple[Criterion, ...]:
    return tuple(rule.when for rule in step.contraindications if rule.kind == "absolute")


def every(parts: list[Answers]) -> Answers:
    """Whether all of several things hold, each settled by itself."""
    possible = {all(part == YES for part in parts), all(True in part for part in parts)}
    return frozenset(possible)


def earliest(moments: Any) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
