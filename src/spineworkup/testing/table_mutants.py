"""Every small slip in what a finding or a score is: a bound, an age limit, a point, a band one step off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from attrs import evolve

from spineworkup.findings import Finding, Kind
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, Points, PointsBand, Row, Score
from spineworkup.testing.changes import last_place

NEW_LIMIT = timedelta(days=7)


def finding_changes(finding: Finding) -> Iterator[tuple[str, str, Finding]]:
    """Yield every change of a finding: its kind, what was changed, and the finding that it gives."""
    if finding.kind is Kind.BOOLEAN:
        yield "red flag flipped", "", evolve(finding, red_flag=not finding.red_flag)
    if finding.max_age is None:
        yield "age limit added", "7 d", evolve(finding, max_age=NEW_LIMIT)
    else:
        yield "age limit doubled", "", evolve(finding, max_age=finding.max_age * 2)
        yield "age limit halved", "", evolve(finding, max_age=finding.max_age / 2)
        yield "age limit removed", "", evolve(finding, max_age=None)
    if finding.low is not None:
        for moved in _moved(finding.low):
            yield "plausible bound moved", f"low {finding.low} to {moved}", evolve(finding, low=moved)
    if finding.high is not None:
        for moved in _moved(finding.high):
            yield "plausible bound moved", f"high {finding.high} to {moved}", evolve(finding, high=moved)
    if finding.derived is not None:
        yield "derivation dropped", finding.derived.by, evolve(finding, derived=None)


def score_changes(score: Score) -> Iterator[tuple[str, str, Score]]:
    """Yield every change of a score's points and bands."""
    match score.table:
        case Additive(items, bands):
            for kind, what, changed in _points(items):
                yield kind, what, evolve(score, table=Additive(changed, bands))
            for number in range(len(bands) - 1):
                for by in (1, -1):
                    what = f"{bands[number].band} ends {by:+d}"
                    yield "band moved", what, evolve(score, table=Additive(items, _border(bands, number, by)))
        case Grade(of, grades):
            for number in range(len(grades) - 1):
                for what, moved in _regraded(grades, number):
                    yield "band moved", what, evolve(score, table=Grade(of, moved))
        case Bands(of, tables):
            for unit, rows in tables.items():
                for kind, what, changed_rows in _rows(rows):
                    table = Bands(of, {**tables, unit: changed_rows})
                    yield kind, f"{what} {unit}", evolve(score, table=table)


def _moved(number: Decimal) -> tuple[Decimal, Decimal]:
    return number + last_place(number), number - last_place(number)


def _points(
    items: Mapping[str, Mapping[str, Points]],
) -> Iterator[tuple[str, str, Mapping[str, Mapping[str, Points]]]]:
    for item, options in items.items():
        for option, (low, high) in options.items():
            for by in (1, -1):
                changed = {**options, option: (low + by, high + by)}
                yield "points moved", f"{item} {option} {by:+d}", {**items, item: changed}


def _border(bands: tuple[PointsBand, ...], number: int, by: int) -> tuple[PointsBand, ...]:
    """Return the bands with the border after one of them moved."""
    lower, upper = bands[number], bands[number + 1]
    return (
        *bands[:number],
        evolve(lower, highest=lower.highest + by),
        evolve(upper, lowest=upper.lowest + by),
        *bands[number + 2 :],
    )


def _regraded(bands: tuple[OptionsBand, ...], number: int) -> Iterator[tuple[str, tuple[OptionsBand, ...]]]:
    """Yield the bands with the option at a border counted to the other side of it."""
    lower, upper = bands[number], bands[number + 1]
    up, down = lower.options[-1], upper.options[0]
    raised = (evolve(lower, options=lower.options[:-1]), evolve(upper, options=(up, *upper.options)))
    lowered = (evolve(lower, options=(*lower.options, down)), evolve(upper, options=upper.options[1:]))
    for option, pair in ((up, raised), (down, lowered)):
        yield f"{option} counted to the next", (*bands[:number], *pair, *bands[number + 2 :])


def _rows(rows: tuple[Row, ...]) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    for number, row in enumerate(rows):
        for kind, what, changed in _limits(row):
            yield kind, f"{row.band}: {what}", (*rows[:number], changed, *rows[number + 1 :])


def _limits(row: Row) -> Iterator[tuple[str, str, Row]]:
    if row.above is not None:
        yield "comparator turned", f"from {row.above}", Row(row.band, at_least=row.above)
        for moved in _moved(row.above):
            yield "band moved", f"above {moved}", Row(row.band, above=moved)
    if row.at_least is not None:
        yield "comparator turned", f"above {row.at_least}", Row(row.band, above=row.at_least)
        for moved in _moved(row.at_least):
            yield "band moved", f"from {moved}", Row(row.band, at_least=moved)
