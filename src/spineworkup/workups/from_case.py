"""From a case file to the workup that begins with it: what it says becomes events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from spineworkup.moments import read_time
from spineworkup.pathways import Pathway
from spineworkup.reading.read_case import TOP_FINDINGS, read_case
from spineworkup.reading.read_yaml import Document
from spineworkup.workups.events import Written
from spineworkup.workups.workup import Workup

SIGNED = "signed off, as the case file says"


def from_case(document: Document, pathway: Pathway, *, at: datetime, by: str, label: str = "") -> Workup:
    """Return the workup that a case file begins: its clocks, findings and steps as events.

    A finding without a time counts as seen when the first clock of the file started: no deadline comes later than for the
    case itself. Beside others of the same finding it counts as seen with the last of them, so that the two contradict each
    other where they differ.

    Args:
        at: When it is entered.
        by: The role of whoever enters it; a step that names its own role keeps it.
        label: Of the workup; the label of the case, where nothing is said.

    Raises:
        CaseError: Anything is wrong in the file.
    """
    chart = read_case(document, pathway).chart
    workup = Workup.start(pathway, label or chart.case, at=at, by=by, origin="case file")
    for clock, moment in chart.clocks.items():
        workup = workup.start_clock(clock, at=at, by=by, when=moment)
    first = min((moment for moment in chart.clocks.values() if moment <= at), default=at)
    for finding, listed in _findings(document.data):
        times = [read_time(raw["at"]) for raw in listed if "at" in raw]
        for raw in listed:
            when = read_time(raw["at"]) if "at" in raw else max(times, default=first)
            workup = workup.record(finding, _written(raw["value"]), at=at, by=by, origin=_origin(raw), when=when)
    for step, event in chart.steps.items():
        workup = workup.step(step, event.state, at=at, by=event.by or by, reason=event.reason, when=event.at)
    for step in sorted(chart.not_available):
        workup = workup.availability(step, False, at=at, by=by)
    for sign in chart.sign_offs:
        workup = workup.override(sign.rule, reason=SIGNED, at=at, by=sign.by)
    return workup


def _findings(data: Mapping[str, Any]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield each finding with its observations, each as a mapping."""
    top = {id_: data[id_] for id_ in TOP_FINDINGS if id_ in data}
    for finding, raw in (top | data.get("findings", {})).items():
        listed = raw if type(raw) is list else [raw]
        yield finding, [one if type(one) is dict else {"value": one} for one in listed]


def _written(value: Any) -> Written:
    if value is None:
        return "unknown"
    return f"{value:f}" if isinstance(value, Decimal) else value


def _origin(raw: Mapping[str, Any]) -> str:
    """Return where it comes from, and what the file doesn't say."""
    parts = [str(raw.get("source", "")), "" if "at" in raw else "time not stated"]
    if raw["value"] in (None, "unknown") and "reason" in raw:
        parts.append(f"not known: {raw['reason'].replace('_', ' ')}")
    return "; ".join(part for part in parts if part)
