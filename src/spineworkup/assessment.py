"""`assess`: a pathway, a chart and a moment give a checklist. Pure: the same three always give the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from spineworkup.as_read import read_chart
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.errors import ChartError
from spineworkup.logic.plan import Plan
from spineworkup.moments import aware
from spineworkup.outcomes import compiled, touched_steps, worked_out
from spineworkup.pathways import Pathway
from spineworkup.place import Closure, closures
from spineworkup.readings import Reading


def assess(pathway: Pathway, chart: Chart, *, at: datetime) -> Checklist:
    """Return the checklist of one patient at one moment.

    Args:
        pathway: The rules, from `load_pathway` or composed in Python.
        chart: What is known of the patient.
        at: The moment, with a time zone. Nothing else tells the time.

    Raises:
        TimeError: `at` has no time zone.
        ChartError: The chart speaks of steps that the pathway doesn't have, or lacks findings that it reads.
    """
    moment = aware(at)
    made = compiled(pathway)
    prepared = made.plan
    _check(prepared, chart)
    read = read_chart(chart, moment, prepared.derived, pathway.totals)
    state = prepared.state_of(read).bits
    touched = touched_steps(prepared, read, state)
    if not touched and not pathway.local:
        return Checklist(pathway, read, moment, chart, made.outcomes(state))
    reading = Reading(prepared, read, moment, prepared.planes.truths(state))
    if pathway.local:
        reading.closed = _closed_now(reading)
        touched |= reading.closed.keys()
    return Checklist(pathway, read, moment, chart, worked_out(reading, state, touched), reading)


def reassess(checklist: Checklist, values: Mapping[str, object]) -> Checklist:
    """Return the checklist of the same patient and moment after some findings changed: a keystroke in a form, a what-if.

    It is what `assess` says of the changed chart; the steps that the changed findings can't touch aren't worked out again.

    Args:
        checklist: As it was.
        values: Finding id to a value, as in a `Chart`; None for "not recorded".

    Raises:
        ChartError: As in a `Chart`.
    """
    chart = checklist.original.with_values(values)
    again = _followed(checklist, chart, values) or assess(checklist.pathway, chart, at=checklist.at)
    if not (checklist.first_notices or checklist.last_notices):
        return again
    return again.with_notices(first=checklist.first_notices, last=checklist.last_notices)


def _followed(checklist: Checklist, chart: Chart, findings: Iterable[str]) -> Checklist | None:
    """Return the checklist after some findings changed; None where more than findings is recorded."""
    pathway, at = checklist.pathway, checklist.at
    if chart.steps or chart.not_available or chart.sign_offs or pathway.local:
        return None
    made = compiled(pathway)
    prepared = made.plan
    read = read_chart(chart, at, prepared.derived, pathway.totals)
    before = prepared.state_of(checklist.chart)
    state = prepared.planes.changed(before, (*findings, *prepared.worked_out), read.value, lambda: read.facts)
    read.remember(prepared.planes, lambda _: state)
    if touched_steps(prepared, read, state.bits):
        return None
    outcomes = made.after(before.bits ^ state.bits, state.bits, checklist.outcomes)
    return Checklist(pathway, read, at, chart, outcomes)


def _check(prepared: Plan, chart: Chart) -> None:
    pathway = prepared.pathway
    for id_ in (*chart.steps, *chart.not_available):
        if id_ not in pathway.steps:
            raise ChartError("steps", "unknown step", "`spineworkup steps` lists them")
    if chart.findings is not pathway.findings:
        reads = [(f"step {id_!r}", step.findings) for id_, step in pathway.steps.items()]
        reads += [(f"score {id_!r}", score.inputs) for id_, score in pathway.scores.items()]
        for what, findings in reads:
            for finding in findings:
                if finding not in chart.findings:
                    raise ChartError(finding, f"the chart's findings lack it, and the {what} reads it")


def _closed_now(reading: Reading) -> Mapping[str, Closure]:
    """Return the steps that are closed now, but for those that have been carried out."""
    pathway = reading.plan.pathway
    events = {id_: reading.event(id_) for id_ in pathway.steps}
    carried_out = {id_ for id_, event in events.items() if event is not None and event.state in _CARRIED_OUT}
    found = closures(pathway.local, reading.at)
    return {id_: one for id_, one in found.items() if id_ in pathway.steps and id_ not in carried_out}


# A step that has been carried out needs nobody any more, whatever is closed.
_CARRIED_OUT = ("performed", "reported", "acted_on")
