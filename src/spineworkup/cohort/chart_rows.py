"""A chart as a row of wide columns, which `row.chart_of_row` reads back as the same chart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from spineworkup.charts import Chart
from spineworkup.entries import Entry, Known, WhyUnknown
from spineworkup.findings import Range


def row_of_chart(chart: Chart) -> dict[str, Any]:
    """Return the columns of a chart that hold anything.

    A number that is only known to lie between two others has no column: it becomes unknown, for being incomplete. What was
    worked out from other findings is left out: it is worked out again.

    >>> from spineworkup.findings import Finding, Kind
    >>> row_of_chart(Chart({"fever": Finding("fever", "Fever", Kind.BOOLEAN)}, {"fever": True}))
    {'fever': 'present'}
    """
    row: dict[str, Any] = {}
    for id_, entry in chart.entries.items():
        row |= _finding(id_, entry)
    row |= {f"clocks.{name}": moment for name, moment in chart.clocks.items()}
    for id_, event in chart.steps.items():
        parts = {"": event.state, ".at": event.at, ".by": event.by, ".reason": event.reason}
        row |= {f"steps.{id_}{end}": value for end, value in parts.items() if value}
    if chart.not_available:
        row["not_available"] = sorted(chart.not_available)
    if chart.sign_offs:
        row["sign_offs"] = [{"rule": one.rule, "by": one.by, "at": one.at} for one in chart.sign_offs]
    return row


def _finding(id_: str, entry: Entry) -> dict[str, Any]:
    if not isinstance(entry, Known):
        return {f"{id_}.reason": entry.reason.value}
    if entry.calculated:
        return {}
    if isinstance(entry.value, Range):
        return {f"{id_}.reason": WhyUnknown.INCOMPLETE.value}
    if entry.latest is not None:
        return {f"{id_}.all": list(_several(entry))}
    parts = {"": _text(entry), ".at": entry.at, ".source": entry.source}
    return {f"{id_}{end}": value for end, value in parts.items() if value}


def _several(entry: Known) -> Iterator[dict[str, Any]]:
    moments: tuple[datetime | None, ...] = (entry.at, entry.latest)
    yield from ({"value": _text(entry), "at": moment, "source": entry.source} for moment in moments)


def _text(entry: Known) -> str:
    match entry.value:
        case bool():
            return "present" if entry.value else "absent"
        case Decimal():
            reported = entry.reported
            return f"{entry.value:f}" if reported is None else f"{reported.value:f} {reported.unit}"
        case _:
            return str(entry.value)
