"""Invariants about time: what counts is the time between things, and that something grows too old.

Each raises `InvariantBroken` with the patient in whom it fails.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.entries import Known, Observation, Unknown, WhyUnknown
from spineworkup.errors import TimeError
from spineworkup.moments import CLOCK_SKEW
from spineworkup.pathways import Pathway
from spineworkup.testing.patients import InvariantBroken, Patient, rewritten, same


def shifting_all_times_shifts_every_deadline(
    pathway: Pathway, chart: Chart, by: timedelta, at: datetime
) -> None:
    """I-25: only the time between things counts.

    With every time of the chart, and the moment itself, shifted by Δ: every deadline is shifted by Δ, and nothing else
    changes, over changes of the clocks as well. With the chart as it is and only the moment later, the deadline of a
    step whose facts stay what they are doesn't move.

    For a clinician: 24 hours are 24 hours, at the weekend and in the night in which the clocks change; and looking
    again later gives nobody more time.

    Left out: the hours in which a place is closed, which go by the clock on its wall.
    """
    pathway = evolve(pathway, local=())
    one = Patient(pathway, chart, at)
    other = Patient(pathway, rewritten(chart, lambda t: t + by), at + by, "patient at another time")
    for before, after in zip(one.checklist.items, other.checklist.items, strict=True):
        due = before.due and before.due + by
        alike = (before.status, before.urgency, before.overdue, before.questions)
        if due != after.due or alike != (after.status, after.urgency, after.overdue, after.questions):
            raise InvariantBroken(
                "I-25", "the time of day or year changes the answer", one, other, step=before.step.id
            )
    later = Patient(pathway, chart, at + abs(by), "patient looked at later")
    if later.checklist.chart.entries == one.checklist.chart.entries and not _is_ahead(chart, at):
        for before, after in zip(one.checklist.items, later.checklist.items, strict=True):
            if before.due != after.due:
                says = f"the time of {before.step.id} moves with the moment of asking"
                raise InvariantBroken("I-25", says, one, later, step=before.step.id)


def the_zone_changes_nothing(pathway: Pathway, chart: Chart, zone: str, at: datetime) -> None:
    """I-26: the same instants written in another time zone give the same answer, and no zone is an error.

    For a clinician: a record from abroad, or from before the clocks changed, is read at the moment at which it was
    made; a time of which nobody knows the zone is refused.
    """
    place = ZoneInfo(zone)
    one = Patient(pathway, chart, at)
    moved = rewritten(chart, lambda t: t.astimezone(place))
    other = Patient(pathway, moved, at.astimezone(place), f"patient with times of {zone}")
    same("I-26", "the time zone changes the answer", one, other)
    try:
        assess(pathway, chart, at=at.replace(tzinfo=None))
    except TimeError:
        return
    raise InvariantBroken("I-26", "a moment without a time zone is taken", one)


def what_is_stale_is_not_known(pathway: Pathway, chart: Chart, at: datetime) -> None:
    """I-27: what is too old counts as not known, a deficit never grows old, and time alone makes nobody look safer.

    A value older than the limit of its finding gives the same checklist as `stale`; a red flag that is present is
    known at every age; and as the moment moves on with nothing new recorded, highest never falls.

    For a clinician: last year's blood count decides nothing; last year's weakness does, until somebody records that it
    is gone.
    """
    patient = Patient(pathway, chart, at)
    for id_, entry in chart.entries.items():
        limit = pathway.findings[id_].max_age
        if isinstance(entry, Known) and limit is not None:
            old = Observation(
                entry.value if entry.reported is None else entry.reported, at - limit - timedelta(seconds=1)
            )
            _ages(patient, id_, old, lasting=pathway.findings[id_].red_flag and entry.value is True)
    if _is_ahead(chart, at):
        return
    for days in (1, 30, 4000):
        later = Patient(pathway, chart, at + timedelta(days=days), f"patient {days} days later")
        if later.checklist.urgency.highest < patient.checklist.urgency.highest:
            raise InvariantBroken(
                "I-27", "the patient looks less urgent because time has passed", patient, later
            )


def _is_ahead(chart: Chart, at: datetime) -> bool:
    """Return whether a chart holds anything from after a moment: when that comes, something is new."""
    entries = [moment for e in chart.entries.values() if isinstance(e, Known) for moment in (e.at, e.latest)]
    moments = [
        *entries,
        *chart.clocks.values(),
        *(event.at for event in chart.steps.values()),
        *(sign.at for sign in chart.sign_offs),
    ]
    return any(moment is not None and moment > at + CLOCK_SKEW for moment in moments)


def _ages(patient: Patient, id_: str, old: Observation, *, lasting: bool) -> None:
    aged = patient.but(f"patient with an old {id_}", values={id_: old})
    known = id_ in aged.checklist.chart.facts
    if lasting and not known:
        raise InvariantBroken("I-27", f"{id_} is a deficit, and grew old", aged)
    if lasting or (not known and aged.checklist.chart.entry(id_) != Unknown(WhyUnknown.STALE)):
        return
    if known:
        raise InvariantBroken("I-27", f"{id_} is too old, and is used", aged)
    stale = patient.but(f"patient with a stale {id_}", values={id_: Unknown(WhyUnknown.STALE)})
    same("I-27", f"an old {id_} is not as if it weren't known", aged, stale)
