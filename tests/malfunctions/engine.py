"""How the engine is broken: each function takes the sound function and returns one with a fault in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import evolve

from spineworkup.charts import evolve_entries
from spineworkup.entries import Known
from spineworkup.errors import SpineWorkupError
from spineworkup.findings import Kind
from spineworkup.truth import Truth
from spineworkup.urgency import UrgencyInterval

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
LONDON = ZoneInfo("Europe/London")
Sound = Callable[..., Any]


# What is not known is read as no.


def no_for_unknown(sound: Sound) -> Sound:
    """A function from truths, or from facts, to a truth."""

    def broken(*arguments: Any) -> Truth:
        truth = sound(*arguments)
        return FALSE if truth is UNKNOWN else truth

    return broken


def yes_for_unknown(sound: Sound) -> Sound:
    """Not of what is not known, read as no."""

    def broken(operand: Truth) -> Truth:
        return TRUE if operand is UNKNOWN else sound(operand)

    return broken


def no_in_the_middle(read: Any) -> Any:
    """What bits say: of those between true and false, no."""
    return tuple(tuple(FALSE if truth is UNKNOWN else truth for truth in four) for four in read)


def nothing_asked(sound: Sound) -> Sound:
    """Which findings are known is left out of what patients share."""
    return lambda planes, places, asked=(): sound(planes, places)


def nobody_touched(_: Sound) -> Sound:
    """Every patient is taken for one of whom nothing but findings is recorded."""
    return lambda *arguments: frozenset()


def as_if_beyond(_: Sound) -> Sound:
    """A number at a threshold is sorted in behind it."""
    return bisect_right


def as_if_before(_: Sound) -> Sound:
    """A number at a threshold is sorted in before it."""
    return bisect_left


def absent_by_default(sound: Sound) -> Sound:
    """A chart is read with every sign that nobody recorded absent."""

    def broken(chart: Any, *arguments: Any) -> Any:
        signs = [id_ for id_, finding in chart.findings.items() if finding.kind is Kind.BOOLEAN]
        absent = {id_: Known(False) for id_ in signs if id_ not in chart.entries}
        return sound(evolve_entries(chart, {**chart.entries, **absent}), *arguments)

    return broken


def only_what_is_certain(sound: Sound) -> Sound:
    """The highest urgency is taken from the rules that are true."""

    def broken(reading: Any, planned: Any) -> UrgencyInterval:
        interval = sound(reading, planned)
        return UrgencyInterval(interval.lowest, interval.lowest)

    return broken


def missing_items_count_nothing(sound: Sound) -> Sound:
    """An item of a score that nobody recorded gives no points."""
    return lambda options, value: (0, 0) if value is None else sound(options, value)


# Time.


def by_the_wall_clock(sound: Sound) -> Sound:
    """24 hours end at the same time of day, whatever the clocks did in the night."""

    def broken(reading: Any, planned: Any, rule: Any, truth: Any) -> datetime | None:
        due = sound(reading, planned, rule, truth)
        if due is None:
            return None
        start = due - rule.rule.within
        return (start.astimezone(LONDON) + rule.rule.within).astimezone(due.tzinfo)

    return broken


def zone_kept(sound: Sound) -> Sound:
    """A moment stays in the zone in which it was written, so that adding hours to it follows the clock on the wall."""

    def broken(moment: datetime) -> datetime:
        sound(moment)
        return moment

    return broken


def from_now(sound: Sound) -> Sound:
    """A deadline counts from the moment of asking."""

    def broken(reading: Any, planned: Any, rule: Any, truth: Any) -> datetime | None:
        return None if sound(reading, planned, rule, truth) is None else reading.at + rule.rule.within

    return broken


def machine_clock(sound: Sound) -> Sound:
    """The clock of the machine is read in place of `at`."""
    return lambda moment: datetime.now(sound(moment).tzinfo)


def never_stale(sound: Sound) -> Sound:
    """A value is used however old it is."""
    return lambda finding, entry, seen, at: entry


def future_counts(sound: Sound) -> Sound:
    """What is said to happen later has happened."""
    return lambda reading, step: reading.chart.steps.get(step)


# What was recorded.


def last_wins(sound: Sound) -> Sound:
    """Of several observations that disagree the last one counts."""

    def broken(entries: list[Any]) -> Any:
        known = [entry for entry in entries if isinstance(entry, Known)]
        return known[-1] if known else sound(entries)

    return broken


def any_role(sound: Sound) -> Sound:
    """Anybody's sign-off clears a contraindication."""
    return lambda reading, rule: any(sign.rule == rule.id for sign in reading.chart.sign_offs)


def declined_forgotten(sound: Sound) -> Sound:
    """That a step was declined is not looked at."""

    def broken(reading: Any, step: str) -> Any:
        event = sound(reading, step)
        return None if event is not None and event.state == "declined" else event

    return broken


def nothing_said(sound: Sound) -> Sound:
    """A function that yields says nothing."""
    return lambda *arguments: ()


def one_less(sound: Sound) -> Sound:
    """A function that gives several drops the last."""
    return lambda *arguments: tuple(sound(*arguments))[:-1]


def without_citation(sound: Sound) -> Sound:
    """A reason is given without its source."""
    return lambda *arguments: evolve(sound(*arguments), cites=())


# Rules and steps.


def last_rule_stopped(sound: Sound) -> Sound:
    """The last of several indications of a step is no longer evaluated."""

    def broken(step: Any, *arguments: Any) -> Any:
        fewer = step if len(step.indications) < 2 else evolve(step, indications=step.indications[:-1])
        return evolve(sound(fewer, *arguments), step=step)

    return broken


def one_step_twice(sound: Sound) -> Sound:
    """A step has two items on the checklist."""

    def broken(pathway: Any) -> Any:
        prepared = sound(pathway)
        return evolve(prepared, order=(*prepared.order, *prepared.order[:1]))

    return broken


def no_stand_in(sound: Sound) -> Sound:
    """Nothing takes over from a step that can't be done."""
    return lambda reading, planned: None


def always_available(sound: Sound) -> Sound:
    """That a step is not available here is not looked at."""

    def broken(reading: Any, planned: Any) -> Truth:
        here = evolve(reading, chart=_with(reading.chart, not_available=frozenset()))
        return sound(here, planned)

    return broken


def _with(chart: Any, **changes: Any) -> Any:
    other = evolve_entries(chart, chart.entries)
    for name, value in changes.items():
        object.__setattr__(other, name, value)
    return other


def contraindication_overlooked(sound: Sound) -> Sound:
    """No contraindication bars a step."""
    return lambda reading, planned: FALSE


def first_patient_remembered(sound: Sound) -> Sound:
    """What was worked out for the first patient is used for all."""
    kept: dict[int, Any] = {}
    return lambda plan, facts: kept.setdefault(id(plan), sound(plan, facts))


def empty_on_error(sound: Sound) -> Sound:
    """An error while a checklist is made ends in a checklist without steps."""

    def broken(pathway: Any, chart: Any, *, at: datetime) -> Any:
        checklist = sound(pathway, chart, at=at)
        try:
            if len(chart.entries) > 3:
                raise SpineWorkupError("something went wrong")
        except SpineWorkupError:
            empty = evolve(checklist)
            object.__setattr__(empty, "items", ())
            object.__setattr__(empty, "notices", ())
            return empty
        return checklist

    return broken


def nothing_weakened(sound: Sound) -> Sound:
    """What an overlay weakens is not looked at."""
    return lambda *arguments: None


# Text.


def as_given(sound: Sound) -> Sound:
    """A function that guards a text lets everything through."""
    return lambda text, *arguments: text


def unescaped(sound: Sound) -> Sound:
    """A template that escapes nothing."""

    def broken() -> Any:
        environment = sound()
        environment.autoescape = False
        return environment

    return broken
