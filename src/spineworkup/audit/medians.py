"""The median time month by month, on a chart of single values."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.audit.counted import Counted
from spineworkup.audit.figures import Column, Figure, Interval, Table, Value
from spineworkup.audit.outcomes import MONTH_UNKNOWN
from spineworkup.audit.over_time import Limits, xmr_limits
from spineworkup.audit.small_numbers import HIDDEN
from spineworkup.audit.standards import Standard, hours_in_words, plain_hours
from spineworkup.audit.svg import BLUE, GREY, INK, RUST, Element, Plot, names_axis, numbers_axis
from spineworkup.audit.waiting import Curve


def medians_by_month(counted: Counted) -> Figure:
    """Return the median time of each month, on a chart of single values."""
    standard = counted.of.standard
    title = f"Median hours by month of {standard.start.replace('_', ' ')}, where {hours_in_words(standard.hours)} are asked for"
    says = (
        "The median of each month as in the curve above, on a chart of single values: mean, and limits at 2.66 mean ranges between neighbours (XmR; Wheeler). It fits only "
        "roughly: months have different numbers of patients, and of the last months some still wait.",
    )
    curves = [(place, counted.curve(place)) for place in counted.months if place[1] != MONTH_UNKNOWN]
    columns = (Column("month"), Column("performed", "count"), Column("median hours", "hours"), Column("95% interval", "hours", ends=True))
    rows = tuple((place[1], *_median_values(curve, counted.fewest)) for place, curve in curves)
    found = [(place[1], curve.median) for place, curve in curves if curve is not None and curve.median is not None]
    id_ = f"medians-{standard.id}"
    limits = xmr_limits([median for _, median in found])
    plot = _medians_plot(id_, title, found, limits, standard) if limits else None
    return Figure(id_, title, says, Table(columns, rows), plot)


def _median_values(curve: Curve | None, fewest: int) -> tuple[Value, ...]:
    if curve is None:
        return HIDDEN, HIDDEN, HIDDEN
    # How many were performed would tell how many of the month were not.
    return HIDDEN if fewest else curve.happened, curve.median, Interval(*curve.median_interval)


def _medians_plot(id_: str, title: str, found: Sequence[tuple[str, float]], limits: Limits, standard: Standard) -> Element:
    high = max(limits.high, standard.hours, *(median for _, median in found))
    beyond = [month for month, median in found if limits.beyond(median)]
    says = f"A point for each of {len(found)} months. Mean {plain_hours(limits.centre)} hours. Beyond the limits: {', '.join(beyond) or 'none'}."
    plot = Plot(title, says, names_axis([month for month, _ in found], "month"), numbers_axis(high, "median hours"), id_)
    across = (-0.5, len(found) - 0.5)
    for value, colour, dashes in ((limits.centre, INK, "8 4"), (max(limits.low, 0), GREY, "2 3"), (limits.high, GREY, "2 3"), (standard.hours, RUST, "6 4")):
        plot.line([(x, value) for x in across], colour, dashes, 1.3)
    plot.line(list(enumerate(median for _, median in found)), BLUE, width=1.2)
    for place, (month, median) in enumerate(found):
        plot.mark(place, median, *(("diamond", RUST) if month in beyond else ("circle", BLUE)))
    plot.key("circle", "a month")
    plot.key("diamond", "a month beyond the control limits", RUST)
    plot.key_line("mean", INK, "8 4", 1.3)
    plot.key_line("control limits", GREY, "2 3", 1.3)
    plot.key_line(f"the limit: {hours_in_words(standard.hours)}", RUST, "6 4", 1.3)
    return plot.svg()
