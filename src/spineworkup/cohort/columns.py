"""Which columns a table of patients may have, and of which types; looked at once, before the first row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

import pyarrow as pa
import pyarrow.types as types
from attrs import frozen

from spineworkup.charts import CLOCKS
from spineworkup.errors import ChartError, CohortError, UnitError
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.reading.faults import did_you_mean
from spineworkup.units import Quantity


@frozen
class Form:
    """The types that a column may have, and how they are called."""

    fits: Callable[[pa.DataType], bool]
    words: str


def _is_text(type_: pa.DataType) -> bool:
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_))


def _is_number(type_: pa.DataType) -> bool:
    return bool(types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_))


TEXT = Form(_is_text, "text")
ID = Form(lambda t: _is_text(t) or types.is_integer(t), "text or whole numbers")
MOMENT = Form(
    lambda t: _is_text(t) or (types.is_timestamp(t) and t.tz is not None),
    "timestamps with a time zone, or text such as 2026-11-20T09:00:00+00:00",
)
LIST = Form(lambda t: types.is_list(t) or types.is_large_list(t), "lists")
_VALUES = {
    Kind.BOOLEAN: Form(lambda t: _is_text(t) or types.is_boolean(t), "booleans, or present, absent and unknown"),
    Kind.CHOICE: Form(lambda t: _is_text(t) or types.is_integer(t), "text: the ids of options"),
    Kind.NUMBER: Form(lambda t: _is_text(t) or _is_number(t), "numbers"),
    Kind.QUANTITY: Form(lambda t: _is_text(t) or _is_number(t), "numbers, or text such as '1 g/L'"),
}


@frozen
class Columns:
    """The columns of a table, which were found to be good.

    Args:
        keep: Columns that are passed through.
        units: Finding to the unit in which its whole column is, as its metadata say.
    """

    pathway: Pathway
    names: frozenset[str]
    keep: tuple[str, ...]
    units: Mapping[str, str]


def columns_of(pathway: Pathway, schema: pa.Schema, keep: Collection[str] = ("site",)) -> Columns:
    """Return the columns of a table.

    Args:
        pathway: The rules.
        schema: The columns with their types.
        keep: Columns that are passed through; `site` needn't be there.

    Raises:
        CohortError: A column is not known or has a type from which no value can be read; `patient` is missing.
    """
    if "patient" not in schema.names:
        # A table without a head has a patient in its place: nothing of it is repeated.
        raise CohortError("patient", "there is no such column: every table needs it")
    known = known_columns(pathway)
    passed = tuple(name for name in keep if name in schema.names or name != "site")
    _check_names(schema.names, known, passed)
    for field in schema:
        if field.name in known and not _fits(field.type, known[field.name]):
            raise CohortError(field.name, f"expected {known[field.name].words}")
    units = dict(_units(pathway, schema))
    return Columns(pathway, frozenset(schema.names) & frozenset(known), passed, units)


def known_columns(pathway: Pathway) -> dict[str, Form]:
    """Return every column that says something of a patient, in the order in which a row is read."""
    return pathway.remember("columns", lambda pathway: dict(_known_columns(pathway)))


def _known_columns(pathway: Pathway) -> Iterator[tuple[str, Form]]:
    yield from (("patient", ID), ("at", MOMENT), ("site", ID))
    for finding in pathway.findings.values():
        yield finding.id, _VALUES[finding.kind]
        if finding.kind is Kind.QUANTITY:
            yield f"{finding.id}.unit", TEXT
        yield from ((f"{finding.id}.at", MOMENT), (f"{finding.id}.source", TEXT))
        yield from ((f"{finding.id}.reason", TEXT), (f"{finding.id}.all", LIST))
    yield from ((f"clocks.{clock}", MOMENT) for clock in CLOCKS)
    for step in pathway.steps:
        yield from ((f"steps.{step}", TEXT), (f"steps.{step}.at", MOMENT))
        yield from ((f"steps.{step}.by", TEXT), (f"steps.{step}.reason", TEXT))
    yield from (("not_available", LIST), ("sign_offs", LIST))


def _check_names(names: list[str], known: Mapping[str, Form], passed: Collection[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CohortError("columns", f"given twice: {', '.join(twice)}")
    missing = [name for name in passed if name not in names]
    if missing:
        raise CohortError("columns", f"to keep, but not there: {', '.join(missing)}")
    unknown = [_suggesting(name, known) for name in names if name not in known and name not in passed]
    if unknown:
        raise CohortError("columns", f"unknown: {', '.join(unknown)}", "keep those that are to be passed through")


def _suggesting(name: str, known: Collection[str]) -> str:
    near = did_you_mean(name, known)
    return f"{name!r}, {near}" if near else repr(name)


def _fits(type_: pa.DataType, form: Form) -> bool:
    if types.is_dictionary(type_):
        return _is_text(type_.value_type) and form.fits(type_.value_type)
    return bool(types.is_null(type_) or form.fits(type_))


def _units(pathway: Pathway, schema: pa.Schema) -> Iterator[tuple[str, str]]:
    for finding in pathway.findings.values():
        if finding.kind is Kind.QUANTITY and finding.id in schema.names:
            unit = _unit(finding, schema)
            if unit:
                yield finding.id, unit


def _unit(finding: Finding, schema: pa.Schema) -> str:
    field = schema.field(finding.id)
    unit = (field.metadata or {}).get(b"unit", b"").decode("utf-8", "replace")
    if unit:
        return _checked(finding, unit)
    if _is_number(field.type) and f"{finding.id}.unit" not in schema.names:
        raise CohortError(
            finding.id, "a quantity always has its unit", f"in a column {finding.id}.unit, such as {finding.unit}"
        )
    return ""


def _checked(finding: Finding, unit: str) -> str:
    if not fits(finding, unit):
        allowed = ", ".join((finding.unit, *finding.also))
        raise CohortError(finding.id, f"the unit of the column doesn't fit: expected {allowed}")
    return unit


def fits(finding: Finding, unit: str) -> bool:
    """Return whether a finding can be measured in a unit."""
    try:
        finding.value_of(Quantity(1, unit))
    except (UnitError, ChartError):
        return False
    return True
