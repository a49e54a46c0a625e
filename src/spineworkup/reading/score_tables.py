"""The tables of scores: points, options and bands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spineworkup.reading.faults import Fault, Faults
from spineworkup.reading.scalars import decimal, text, whole, word
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, PointsBand, Row
from spineworkup.units import known_unit

Table = Additive | Grade | Bands


def score_table(data: Mapping[str, Any]) -> tuple[Table, tuple[str, ...]]:
    """Return the table of a score, and the keys of the file that hold it.

    Raises:
        Fault: It can't be read.
    """
    kind = word(data.get("kind"), tuple(_TABLES), "kind")
    keys = ("kind", "items", "bands") if kind == "additive" else ("kind", "of", "bands")
    for key in keys:
        if key not in data:
            raise Fault(f"missing key {key!r}")
    try:
        return _TABLES[kind](data), keys
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, Fault | Faults):
            raise
        raise Fault("the table of the score can't be read", "see docs/authoring.md") from None


def _grade(data: Mapping[str, Any]) -> Grade:
    return Grade(text(data["of"], None), _option_bands(data["bands"]))


def _bands(data: Mapping[str, Any]) -> Bands:
    return Bands(text(data["of"], None), _tables(data["bands"]))


def _additive(data: Mapping[str, Any]) -> Additive:
    items = {
        finding: {option: _points(points) for option, points in options.items()}
        for finding, options in data["items"].items()
    }
    bands = [
        PointsBand(text(row["band"], None), whole(row["from"], None), whole(row["to"], None))
        for row in data["bands"]
    ]
    return Additive(items, tuple(bands))


def _points(data: Any) -> tuple[int, int]:
    if type(data) is int:
        return data, data
    low, high = (whole(one, None) for one in data)
    if low > high:
        raise Fault("the fewest points come first", "[2, 3]", ("items",))
    return low, high


def _option_bands(data: Any) -> tuple[OptionsBand, ...]:
    return tuple(
        OptionsBand(text(row["band"], None), tuple(text(o, None) for o in row["options"])) for row in data
    )


def _tables(data: Any) -> dict[str, tuple[Row, ...]]:
    tables = {known_unit(unit): tuple(_row(row) for row in rows) for unit, rows in data.items()}
    if len(tables) != len(data):
        raise Fault("two tables for one unit", "one table for each unit", ("bands",))
    for rows in tables.values():
        rest = [row.above is None and row.at_least is None for row in rows]
        if rest != [False] * (len(rest) - 1) + [True]:
            raise Fault(
                "the last row, and only that, takes the rest",
                "leave `above` and `from` away there",
                ("bands",),
            )
    return tables


def _row(data: Any) -> Row:
    above = None if "above" not in data else decimal(data["above"], None)
    at_least = None if "from" not in data else decimal(data["from"], None)
    if set(data) - {"band", "above", "from"} or {"above", "from"} <= set(data):
        raise Fault("a row has `band` and `above` or `from`", "", ("bands",))
    return Row(text(data["band"], None), above, at_least)


_TABLES: dict[str, Callable[[Mapping[str, Any]], Table]] = {
    "additive": _additive,
    "grade": _grade,
    "bands": _bands,
}
