"""The share in time month by month: a run chart with its signals, and control limits."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from spineworkup.audit.counted import ALL, Counted, Place
from spineworkup.audit.figures import Column, Figure, Interval, Table, Value
from spineworkup.audit.outcomes import MONTH_UNKNOWN
from spineworkup.audit.over_time import FEWEST, Limits, Signals, p_limits, signals_of
from spineworkup.audit.rows import AT_LEAST, COUNTS, SHARES, row_of
from spineworkup.audit.standards import hours_in_words
from spineworkup.audit.svg import BLUE, GREY, INK, RUST, Element, Plot, names_axis, shares_axis


@frozen
class _Point:
    """A month with its share and the limits for so many patients."""

    place: Place
    share: float
    low: float
    high: float
    limits: Limits


def by_month(counted: Counted) -> Figure:
    """Return the shares of the months, as a run chart with control limits."""
    standard = counted.of.standard
    title = f"In time, by month of {standard.start.replace('_', ' ')}: within {hours_in_words(standard.hours)}"
    columns = (Column("month"), Column("asked for", "count"), *COUNTS, *SHARES, Column("control limits", "share", ends=True))
    points = _points(counted)
    limits = {point.place: point.limits for point in points}
    rows = [(*row_of(counted, place), _ends(limits.get(place))) for place in (*counted.months, ALL)]
    says = (
        AT_LEAST,
        "Run chart with its median, shifts (six points or more on one side of it) and trends (five or more): Perla, Provost, Murray 2011, BMJ Qual Saf 20:46. "
        f"Neither is looked for among fewer than {FEWEST} months. In simulations trends were nearly useless (Anhøj, Olesen 2014): the shift weighs more. "
        "Control limits: p chart, three standard deviations, for the number of patients of each month.",
    )
    signals = signals_of([point.share for point in points])
    id_ = f"months-{standard.id}"
    plot = _months_plot(id_, title, points, signals) if signals else None
    return Figure(id_, title, says, Table(columns, tuple(rows)), plot, _signal_notes(points, signals))


def _ends(limits: Limits | None) -> Value:
    return None if limits is None else Interval(limits.low, limits.high)


def _points(counted: Counted) -> list[_Point]:
    """Return the months that have a share, with their limits; who has no month is in the table alone."""
    shares = {place: found for place in counted.months if place[1] != MONTH_UNKNOWN and (found := counted.shares(place)) is not None}
    part, whole = (sum(getattr(found, name) for found in shares.values()) for name in ("kept", "counted"))
    made = []
    for place, found in shares.items():
        limits = p_limits(found.kept, found.counted, part, whole)
        if limits is not None and found.at_least.value is not None:
            made.append(_Point(place, found.at_least.value, *found.at_least.interval, limits))
    return made


def _months_plot(id_: str, title: str, points: Sequence[_Point], signals: Signals) -> Element:
    says = f"A point for each of {len(points)} months, with its interval, the median and the control limits. {' '.join(_signal_notes(points, signals))}"
    plot = Plot(title, says, names_axis([point.place[1] for point in points], "month"), shares_axis("in time, at least"), id_)
    for end in ("low", "high"):
        edges = [(place + side, getattr(point.limits, end)) for place, point in enumerate(points) for side in (-0.5, 0.5)]
        plot.line(edges, GREY, "2 3", 1.3)
    plot.line([(-0.5, signals.middle), (len(points) - 0.5, signals.middle)], INK, "8 4", 1.3)
    plot.line([(place, point.share) for place, point in enumerate(points)], BLUE, width=1.2)
    in_run = {place for run in (*signals.shifts, *signals.trends) for place in run}
    for place, point in enumerate(points):
        plot.line([(place, point.low), (place, point.high)], BLUE, width=1)
        beyond = point.limits.beyond(point.share)
        plot.mark(place, point.share, "diamond" if beyond else "square" if place in in_run else "circle", RUST if beyond else BLUE)
    plot.key("circle", "a month, with the 95% interval of its share")
    plot.key("square", "a month in a shift or a trend")
    plot.key("diamond", "a month beyond the control limits", RUST)
    plot.key_line("median of the months", INK, "8 4", 1.3)
    plot.key_line("control limits", GREY, "2 3", 1.3)
    return plot.svg()


def _signal_notes(points: Sequence[_Point], signals: Signals | None) -> tuple[str, ...]:
    if signals is None:
        return ("No month has a share that is shown.",)
    beyond = [point.place[1] for point in points if point.limits.beyond(point.share)]
    runs = [("Shift", run) for run in signals.shifts] + [("Trend", run) for run in signals.trends]
    notes = [f"{name} from {points[run[0]].place[1]} to {points[run[-1]].place[1]}." for name, run in runs]
    notes += [f"Beyond the control limits: {', '.join(beyond)}."] if beyond else []
    if len(points) < FEWEST:
        notes.append(f"Only {len(points)} months: no shift and no trend is looked for.")
    return tuple(notes) or ("No shift, no trend, no month beyond the control limits.",)
