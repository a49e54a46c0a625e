"""A report: what is said first, then figures, each with its title, how to read it, and the table behind it."""

from __future__ import annotations

from typing import Literal

from attrs import field, frozen

from spineworkup.audit.small_numbers import Hidden
from spineworkup.audit.svg import Element

Form = Literal["text", "count", "share", "hours"]
NOT_KNOWN = "–"


@frozen
class Interval:
    """A lower and an upper end; None: it doesn't end there."""

    low: float | None
    high: float | None


Value = str | int | float | Interval | Hidden | None


@frozen
class Column:
    """A column of a table, and how its values are written.

    Args:
        ends: Its values are intervals, of which CSV has a column for each end.
    """

    name: str
    form: Form = "text"
    ends: bool = False


@frozen
class Table:
    """The numbers of a figure."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows as they are read."""
        return tuple(tuple(map(show, row, (column.form for column in self.columns))) for row in self.rows)


@frozen
class Figure:
    """A plot, if there is one, and the table behind it.

    Args:
        id: Unique in a report; the name of its CSV file.
        says: How to read it, and its sources.
        plot: None where the table alone is shown.
        notes: What was found in it.
    """

    id: str
    title: str
    says: tuple[str, ...]
    table: Table
    plot: Element | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()


@frozen
class Section:
    """Figures about one thing."""

    id: str
    title: str
    says: tuple[str, ...]
    figures: tuple[Figure, ...]


@frozen
class Report:
    """An audit, ready to be written.

    Args:
        facts: What it is of, by which rules: a label and what is to be said.
        warnings: What a reader has to know before any number.
        limits: What can't be concluded from it.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    limits: tuple[str, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in their order."""
        return tuple(figure for section in self.sections for figure in section.figures)


def show(value: Value, form: Form = "text") -> str:
    """Return a value as it is read.

    >>> show(0.1234, "share"), show(12345, "count"), show(None, "hours")
    ('12.3%', '12,345', '–')
    >>> show(Interval(0.1, 0.25), "share")
    '10.0% to 25.0%'
    """
    if value is None:
        return NOT_KNOWN
    if isinstance(value, str | Hidden):
        return str(value)
    if isinstance(value, Interval):
        return f"{show(value.low, form)} to {show(value.high, form)}"
    match form:
        case "share":
            return f"{100 * value:.1f}%"
        case "hours":
            return f"{value:,.1f}"
        case "count":
            return f"{value:,}"
        case "text":
            return str(value)
