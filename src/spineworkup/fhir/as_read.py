"""A record as it is to be read at one moment: for engines that know no times, such as those that run our ELM."""

from __future__ import annotations

from spineworkup.assessment import assess
from spineworkup.charts import Chart, evolve_entries
from spineworkup.checklists import Checklist
from spineworkup.moments import CLOCK_SKEW


def as_read(checklist: Checklist) -> Checklist:
    """Return the checklist of the record as it was read, in which nothing depends on the time any more.

    What is too old, or lies in the future, counts in it as not known, with its reason; so an engine that can't tell
    how old a value may be doesn't take it for a known one. The answer is the same.

    Example: `to_observations(as_read(checklist), "Patient/1")` is what the exported library is to be run over.
    """
    read, latest = checklist.chart, checklist.at + CLOCK_SKEW
    begun = Chart(
        read.findings,
        clocks={name: moment for name, moment in read.clocks.items() if moment <= latest},
        steps={id_: event for id_, event in read.steps.items() if event.at <= latest},
        not_available=read.not_available,
        sign_offs=[sign for sign in read.sign_offs if sign.at <= latest],
        case=read.case,
    )
    return assess(checklist.pathway, evolve_entries(begun, read.entries), at=checklist.at)
