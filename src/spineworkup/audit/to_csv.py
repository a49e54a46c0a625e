"""The figures of a report as CSV files, one for each: the same numbers, with the same ones hidden."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from spineworkup.audit.figures import Column, Interval, Report, Table, Value


def write_figures(report: Report, folder: Path) -> int:
    """Write a CSV file for each figure into a folder; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in report.figures:
        (folder / f"{figure.id}.csv").write_text(to_csv(figure.table), "utf-8")
    return len(report.figures)


def to_csv(table: Table) -> str:
    """Return a table as CSV: numbers as they are, empty where nothing is known.

    >>> from spineworkup.audit.figures import Column
    >>> print(to_csv(Table((Column("site"), Column("share", "share")), (("a", 0.5), ("b", None)))), end="")
    site,share
    a,0.5
    b,
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(name for column in table.columns for name in _names(column))
    writer.writerows([cell for column, value in zip(table.columns, row, strict=True) for cell in _cells(column, value)] for row in table.rows)
    return text.getvalue()


def _names(column: Column) -> tuple[str, ...]:
    return (f"{column.name}, low", f"{column.name}, high") if column.ends else (column.name,)


def _cells(column: Column, value: Value) -> tuple[str, ...]:
    if not column.ends:
        return (_cell(value),)
    return (_cell(value.low), _cell(value.high)) if isinstance(value, Interval) else (_cell(value), _cell(value))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    # A spreadsheet takes such a text for a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
