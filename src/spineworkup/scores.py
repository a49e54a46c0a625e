"""Scores and grades as data: items, points and bands, each with its source.

With items missing a score is an interval, with the bands that it touches; a missing item never counts as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

from attrs import field, frozen

from spineworkup.findings import Finding, Quantity, Range, Value, plain
from spineworkup.sources import Citation, Verification
from spineworkup.units import convert

Points = tuple[int, int]


@frozen
class PointsBand:
    """A band of an additive score, from one total to another, both included."""

    band: str
    lowest: int
    highest: int


@frozen
class OptionsBand:
    """A band of a grade: the options of the graded finding that belong to it."""

    band: str
    options: tuple[str, ...]


@frozen
class Row:
    """One row of a table of bands of a quantity; rows are tried in order, the last one takes the rest."""

    band: str
    above: Decimal | None = None
    at_least: Decimal | None = None

    def takes(self, number: Decimal) -> bool:
        """Whether the number belongs to this band, if no earlier row took it."""
        if self.above is not None:
            return number > self.above
        return self.at_least is None or number >= self.at_least


@frozen
class Additive:
    """A score that adds points: finding -> option -> (fewest, most) points."""

    items: Mapping[str, Mapping[str, Points]]
    bands: tuple[PointsBand, ...]


@frozen
class Grade:
    """A grade that is recorded as such; its options in order."""

    of: str
    bands: tuple[OptionsBand, ...]


@frozen
class Bands:
    """Bands of a measured quantity, one table for each unit in which it is reported; never converted between tables."""

    of: str
    tables: Mapping[str, tuple[Row, ...]]


@frozen
class Score:
    """A published score, grade or table of bands.

    Args:
        label: The name of the system, shown with every result.
        table: Its items and points, its grades or its bands.
    """

    id: str
    label: str
    table: Additive | Grade | Bands
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"
    note: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The findings that the score reads."""
        return tuple(self.table.items) if isinstance(self.table, Additive) else (self.table.of,)

    @property
    def total(self) -> str:
        """The id of the finding that holds the total of an additive score."""
        return f"{self.id}_total"


@frozen
class ScoreResult:
    """What a score says of one patient.

    Args:
        lowest: The total, the grade or the number as it was reported; the lowest possible while items are missing.
        highest: The highest possible.
        bands: Every band that is still possible.
        missing: The items that are not known.
    """

    score: Score
    lowest: int | str | None
    highest: int | str | None
    bands: tuple[str, ...]
    missing: tuple[str, ...] = field(default=())

    @property
    def band(self) -> str | None:
        """The band, if only one is possible."""
        return self.bands[0] if len(self.bands) == 1 else None


def total_of(table: Additive, facts: Mapping[str, Value]) -> Range:
    """Return the lowest and the highest total that the known items leave possible.

    >>> table = Additive({"pain": {"none": (0, 0), "mechanical": (3, 3)}}, ())
    >>> total_of(table, {})
    Range(lowest=Decimal('0'), highest=Decimal('3'))
    """
    lowest = highest = 0
    for finding, options in table.items.items():
        low, high = _points(options, facts.get(finding))
        lowest, highest = lowest + low, highest + high
    return Range(Decimal(lowest), Decimal(highest))


def _points(options: Mapping[str, Points], value: Value | None) -> Points:
    if isinstance(value, str) and value in options:
        return options[value]
    return min(low for low, _ in options.values()), max(high for _, high in options.values())


def score_of(
    score: Score,
    facts: Mapping[str, Value],
    reported: Mapping[str, Quantity],
    findings: Mapping[str, Finding],
) -> ScoreResult:
    """Return what a score says, given the known values and the quantities as they were reported."""
    missing = tuple(item for item in score.inputs if item not in facts)
    match score.table:
        case Additive() as table:
            total = total_of(table, facts)
            return _additive(score, table, total, missing)
        case Grade() as table:
            return _grade(score, table, facts.get(table.of), findings[table.of], missing)
        case Bands() as table:
            return _banded(score, table, reported.get(table.of), findings[table.of], missing)
        case _:
            assert_never(score.table)


def _additive(score: Score, table: Additive, total: Range, missing: tuple[str, ...]) -> ScoreResult:
    touched = tuple(b.band for b in table.bands if b.lowest <= total.highest and b.highest >= total.lowest)
    return ScoreResult(score, int(total.lowest), int(total.highest), touched, missing)


def _grade(
    score: Score, table: Grade, value: Value | None, finding: Finding, missing: tuple[str, ...]
) -> ScoreResult:
    options = tuple(finding.options)
    if not isinstance(value, str):
        return ScoreResult(score, options[0], options[-1], tuple(b.band for b in table.bands), missing)
    return ScoreResult(score, value, value, tuple(b.band for b in table.bands if value in b.options))


def _banded(
    score: Score, table: Bands, quantity: Quantity | None, finding: Finding, missing: tuple[str, ...]
) -> ScoreResult:
    units = tuple(table.tables)
    if quantity is None:
        return ScoreResult(score, None, None, tuple(row.band for row in table.tables[units[0]]), missing)
    if quantity.unit not in table.tables:
        quantity = Quantity(convert(quantity, units[0], finding.molar_mass), units[0])
    band = next(row.band for row in table.tables[quantity.unit] if row.takes(quantity.value))
    # A number that was worked out has more digits than anybody measured.
    shown = f"{plain(quantity.value)} {quantity.unit}"
    return ScoreResult(score, shown, shown, (band,))
