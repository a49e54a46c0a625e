"""The figures of one time limit: what became of it, how long it took, month by month, and place by place."""

from __future__ import annotations

from spineworkup.audit.by_month import by_month
from spineworkup.audit.by_site import by_site
from spineworkup.audit.counted import ALL, Counted
from spineworkup.audit.figures import Column, Figure, Section, Table
from spineworkup.audit.medians import medians_by_month
from spineworkup.audit.outcomes import OUTCOMES
from spineworkup.audit.small_numbers import Hidden
from spineworkup.audit.standards import hours_in_words
from spineworkup.audit.svg import bars
from spineworkup.audit.time_taken import time_taken


def section_of(counted: Counted) -> Section:
    """Return all figures of a time limit, with the rules that set it and how far these were checked."""
    standard = counted.of.standard
    figures = (_outcomes(counted), time_taken(counted), by_month(counted), medians_by_month(counted), by_site(counted))
    return Section(standard.id, f"{standard.step.label}: {standard.words}", standard.sources, figures)


def _outcomes(counted: Counted) -> Figure:
    standard = counted.of.standard
    rows = [(outcome.value, outcome.group.value, counted.number(ALL, outcome)) for outcome in OUTCOMES]
    title = f"What became of the limit of {hours_in_words(standard.hours)}"
    says = (
        "Everybody for whom the rules ask for it, and for whom no more urgent rule does. A chart keeps the last event of a step: performed gives the time; "
        "reported or acted on (here: reported) says only that it was performed before. Requested, scheduled, inadequate or cancelled isn't performed. "
        "Times that can't be: performed before the clock started, or after the moment of the assessment.",
    )
    shown = [(words, float(number), f"{number:,}") for words, _, number in rows if not isinstance(number, Hidden) and number]
    table = Table((Column("what became of it"), Column("counts as"), Column("patients", "count")), tuple(rows))
    id_ = f"outcomes-{standard.id}"
    return Figure(id_, title, says, table, bars(id_, title, "Bars of the number of patients with each outcome.", shown) if shown else None)
