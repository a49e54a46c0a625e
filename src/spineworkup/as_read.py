"""A chart as it is to be read at a moment: what is too old is not known, what can be worked out is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from spineworkup.charts import Chart, with_changes
from spineworkup.derived import DERIVED
from spineworkup.entries import NOT_RECORDED, Entry, Known, Unknown, WhyUnknown
from spineworkup.errors import ChartError, UnitError
from spineworkup.findings import Finding, Value
from spineworkup.moments import CLOCK_SKEW
from spineworkup.scores import Additive, Score, total_of


def read_chart(chart: Chart, at: datetime, derived: Sequence[Finding], scores: Mapping[str, Score]) -> Chart:
    """Return the chart as it is to be read at a moment: stale values unknown, derived findings worked out.

    Args:
        chart: What was recorded.
        at: The moment; what lies after it, or is too old for it, is not known.
        derived: The findings that can be worked out from others.
        scores: Findings that hold a score's total, to the score.
    """
    changed: dict[str, Entry] = {}
    if not (chart.times or derived or scores):
        return chart
    for id_, moment in chart.times.items():
        entry = chart.entries[id_]
        if (fresh := _fresh(chart.findings[id_], entry, moment, at)) is not entry:
            changed[id_] = fresh
    entries = {**chart.entries, **changed}
    for finding in derived:
        if finding.id in chart.findings and not isinstance(entries.get(finding.id), Known):
            worked_out = _derive(finding, entries)
            if worked_out is not None:
                seen = worked_out.at
                fresh = worked_out if seen is None else _fresh(finding, worked_out, seen, at)
                changed[finding.id] = entries[finding.id] = fresh
    for id_, score in scores.items():
        if id_ in chart.findings and not isinstance(entries.get(id_), Known):
            total = _total(score, entries)
            if total is not None:
                changed[id_] = entries[id_] = total
    return with_changes(chart, entries, changed) if changed else chart


def _fresh(finding: Finding, entry: Entry, seen: datetime, at: datetime) -> Entry:
    if seen > at + CLOCK_SKEW:
        return Unknown(WhyUnknown.IN_FUTURE)
    if finding.max_age is None or not isinstance(entry, Known):
        return entry
    last = seen if entry.latest is None or entry.latest > at + CLOCK_SKEW else entry.latest
    lasting = finding.red_flag and entry.value is True
    return entry if lasting or at - last <= finding.max_age else Unknown(WhyUnknown.STALE)


def _derive(finding: Finding, entries: Mapping[str, Entry]) -> Known | None:
    assert finding.derived is not None
    # A result that somebody reported but that can't be used is not papered over by a calculation.
    own = entries.get(finding.id, NOT_RECORDED)
    if isinstance(own, Unknown) and own.reason is not WhyUnknown.NOT_RECORDED:
        return None
    inputs = [entries.get(id_, NOT_RECORDED) for id_ in finding.derived.inputs]
    known = [entry for entry in inputs if isinstance(entry, Known) and entry.reported is not None]
    if len(known) < len(inputs):
        return None
    reported = tuple(entry.reported for entry in known if entry.reported is not None)
    derived = DERIVED[finding.derived.by]
    try:
        quantity = derived.function(reported, finding)
        value, _ = finding.value_of(quantity)
    except (UnitError, ChartError):
        return None
    if value is None or not finding.is_plausible(value):
        return None
    times = [entry.at for entry in known if entry.at is not None]
    at = max(times) if len(times) == len(known) else None
    return Known(value, at, f"calculated: {derived.formula}", quantity, calculated=True)


def _total(score: Score, entries: Mapping[str, Entry]) -> Known | None:
    known = {item: entry for item in score.inputs if isinstance(entry := entries.get(item), Known)}
    # As above: a total that was reported but can't be used stays not known, with its reason.
    own = entries.get(score.total, NOT_RECORDED)
    if not known or own != NOT_RECORDED or not isinstance(score.table, Additive):
        return None
    total = total_of(score.table, {item: entry.value for item, entry in known.items()})
    times = [entry.at for entry in known.values() if entry.at is not None]
    at = max(times) if len(times) == len(known) else None
    value: Value = total.lowest if total.lowest == total.highest else total
    return Known(value, at, f"calculated: {score.label}", calculated=True)
