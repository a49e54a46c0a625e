"""How long it took until the step was performed, as a curve in which nobody who still waits is left out."""

from __future__ import annotations

from collections.abc import Sequence

from spineworkup.audit.counted import Counted
from spineworkup.audit.figures import Column, Figure, Interval, Table, Value
from spineworkup.audit.standards import Standard, hours_in_words, plain_hours
from spineworkup.audit.svg import RUST, Element, Plot, numbers_axis, shares_axis
from spineworkup.audit.waiting import Curve

_FRACTIONS = (0.25, 0.5, 1, 1.5, 2, 3, 4, 7, 14)
# A curve is drawn up to so many times the limit: what comes later is in the table.
_AS_FAR_AS = 4
# Where something is asked for at once, the curve of a day.
_AT_ONCE = 24.0


def time_taken(counted: Counted) -> Figure:
    """Return how long it took, as a curve."""
    standard = counted.of.standard
    title = f"Time from {standard.start.replace('_', ' ')} to {standard.step.label}, where {hours_in_words(standard.hours)} are asked for"
    says = (
        "Nobody who still waits is left out (Kaplan and Meier 1958; intervals by Greenwood, log-log). Where only reported or acted on is known, that time stands for "
        "the time performed: the true times are no later. Declined, contraindicated, without a start or with times that can't be are left out, and counted above.",
    )
    curve = counted.curve()
    columns = (Column("hours since start", "hours"), Column("performed by then", "count"), Column("share by then", "share"), Column("95% interval", "share", ends=True))
    id_ = f"waiting-{standard.id}"
    if curve is None:
        return Figure(id_, title, says, Table(columns, ()), notes=("Too few to be shown.",))
    rows = tuple(_row_at(curve, hours) for hours in _checkpoints(curve, standard, counted.fewest))
    return Figure(id_, title, says, Table(columns, rows), _curve_plot(id_, title, curve, standard, counted.fewest), (median_words(curve),))


def median_words(curve: Curve) -> str:
    """Return the median with its interval, as it is said."""
    if curve.median is None:
        return f"{curve.happened:,} of {curve.people:,} performed: half isn't reached, so there is no median."
    low, high = (f"{plain_hours(end)}" if end is not None else "not reached" for end in curve.median_interval)
    return f"Median {plain_hours(curve.median)} hours (95% interval {low} to {high}, Brookmeyer and Crowley 1982); {curve.happened:,} of {curve.people:,} performed."


def _checkpoints(curve: Curve, standard: Standard, fewest: int) -> list[float]:
    """Return the times in the table; with small numbers hidden, only those between which enough happened."""
    found, done = [], 0
    for fraction in _FRACTIONS:
        hours = (standard.hours or _AT_ONCE) * fraction
        by_then = sum(moment.happened for moment in curve.moments if moment.hours <= hours)
        rest = curve.people - by_then
        if by_then - done >= fewest and (rest == 0 or rest >= fewest):
            found.append(hours)
            done = by_then
    return found


def _row_at(curve: Curve, hours: float) -> tuple[Value, ...]:
    by_then = sum(moment.happened for moment in curve.moments if moment.hours <= hours)
    share, low, high = _shares_at(curve, hours)
    return hours, by_then, share, Interval(low, high) if by_then else None


def _shares_at(curve: Curve, hours: float) -> tuple[float, float, float]:
    """Return the share performed by a time, with its interval."""
    moment = curve.at(hours)
    return (0.0, 0.0, 0.0) if moment is None else (1 - moment.waiting, 1 - moment.high, 1 - moment.low)


def _curve_plot(id_: str, title: str, curve: Curve, standard: Standard, fewest: int) -> Element:
    end = (standard.hours or _AT_ONCE) * _AS_FAR_AS
    plot = Plot(title, f"A curve of the share performed by each hour, up to {hours_in_words(end)}. {median_words(curve)}", numbers_axis(end, "hours"), shares_axis("performed"), id_)
    hours = _checkpoints(curve, standard, fewest) if fewest else [moment.hours for moment in curve.moments]
    points = [(0.0, 0.0, 0.0, 0.0), *((x, *_shares_at(curve, x)) for x in hours if x <= end)]
    # It ends where nobody was followed any longer.
    last = min(curve.longest, plot.x.high)
    plot.band(_steps([(x, low) for x, _, low, _ in points], last), _steps([(x, high) for x, _, _, high in points], last))
    plot.line(_steps([(x, share) for x, share, _, _ in points], last))
    plot.line([(standard.hours, 0), (standard.hours, 1)], RUST, "6 4")
    plot.key_line("share performed")
    plot.key_band("95% interval")
    plot.key_line(f"the limit: {hours_in_words(standard.hours)}", RUST, "6 4")
    return plot.svg()


def _steps(points: Sequence[tuple[float, float]], last: float) -> list[tuple[float, float]]:
    """Return the corners of a curve that stays level between its changes; of many only as many as can be seen."""
    wide = last / 800
    made: list[tuple[float, float]] = [points[0]]
    for x, y in points[1:]:
        if x - made[-1][0] >= wide:
            made += [(x, made[-1][1]), (x, y)]
        else:
            made[-1] = (made[-1][0], y)
    return [*made, (last, made[-1][1])]
