"""One row of a table as a chart: what a column means is said here, by the readers that case files have too.

The columns of a finding are its id (the value), and beside it `.unit`, `.at`, `.source`, `.reason`; several
observations of one finding stand in `.all`. Then `clocks.<clock>`, `steps.<step>` with `.at`, `.by` and `.reason`,
`not_available` and `sign_offs`. What is null was not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from spineworkup.charts import CLOCKS, Chart, SignOff, StepEvent
from spineworkup.entries import Entry, Observation, WhyUnknown
from spineworkup.errors import ChartError, TimeError, UnitError
from spineworkup.findings import Kind
from spineworkup.moments import aware, read_time
from spineworkup.pathways import Pathway
from spineworkup.units import Quantity

Row = Mapping[str, Any]
_WORDS = tuple(word.value for word in WhyUnknown)


def chart_of_row(row: Row, pathway: Pathway) -> Chart:
    """Return a row as a chart of a pathway.

    >>> from spineworkup.findings import Finding
    >>> fever = Pathway.of(findings=[Finding("fever", "Fever", Kind.BOOLEAN)])
    >>> dict(chart_of_row({"patient": "1", "fever": "present"}, fever).facts)
    {'fever': True}

    Args:
        row: Column to value; what is None, or isn't there, was not recorded.
        pathway: The rules, with their findings and steps.

    Raises:
        ChartError: A value that a chart can't hold, with its column; no message repeats the value.
    """
    return Chart(
        pathway.findings,
        {id_: seen for id_ in pathway.findings if (seen := _observations(row, pathway, id_))},
        clocks={clock: at for clock in CLOCKS if (at := moment_in(row, f"clocks.{clock}")) is not None},
        steps={id_: event for id_ in pathway.steps if (event := _event(row, f"steps.{id_}")) is not None},
        not_available=_not_available(row, pathway),
        sign_offs=_sign_offs(row, pathway),
        case=str(row.get("patient", "")),
    )


def entry_of_row(row: Row, pathway: Pathway, finding: str) -> Entry:
    """Return what a row says of one finding.

    Raises:
        ChartError: As `chart_of_row`.
    """
    return Chart(pathway.findings, {finding: _observations(row, pathway, finding)}).entry(finding)


def moment_of_row(row: Row, at: datetime | None = None) -> datetime:
    """Return the moment at which a row is assessed: its own, or else the one given for all.

    Raises:
        ChartError: There is neither, or it isn't a time with a zone.
    """
    moment = moment_in(row, "at") or at
    if moment is None:
        raise ChartError("at", "expected the moment at which the patient is assessed")
    return aware(moment)


def patient_of_row(row: Row) -> str:
    """Return the id by which a row names its patient.

    Raises:
        ChartError: There is none.
    """
    raw = row.get("patient")
    if raw is None or raw == "":
        raise ChartError("patient", "expected the id of a patient")
    return str(raw)


def moment_in(row: Row, column: str) -> datetime | None:
    """Return the time that stands in a column.

    Raises:
        ChartError: It isn't a time with a zone, or lies outside of every patient's life.
    """
    raw = row.get(column)
    if raw is None:
        return None
    try:
        return aware(raw) if isinstance(raw, datetime) else read_time(raw)
    except TimeError as error:
        raise ChartError(column, str(error)) from None


def _observations(row: Row, pathway: Pathway, id_: str) -> list[Observation]:
    """Return what was observed of a finding; nothing where nobody said anything of it."""
    kind = pathway.findings[id_].kind
    seen = [_observation(_named(one, id_), id_, kind, f"{id_}.all") for one in row.get(f"{id_}.all") or ()]
    if row.get(id_) is not None or row.get(f"{id_}.reason") is not None:
        seen.append(_observation(row, id_, kind, id_))
    return seen


def _named(observation: Mapping[str, Any], id_: str) -> Row:
    """Return one of several observations as if it were the only one in its row."""
    return {id_ if key == "value" else f"{id_}.{key}": value for key, value in observation.items()}


def _observation(row: Row, id_: str, kind: Kind, column: str) -> Observation:
    value, unit = row.get(id_), row.get(f"{id_}.unit")
    if isinstance(value, float):
        value = _exact(value, column)
    if kind is Kind.QUANTITY and unit is not None and value is not None and value != "unknown":
        value = _quantity(value, unit, column)
    return Observation(
        value, moment_in(row, f"{id_}.at"), row.get(f"{id_}.source") or "", _reason(row, f"{id_}.reason")
    )


def _exact(value: float, column: str) -> Decimal:
    """Return the shortest decimal number that gives a float: what somebody typed."""
    if not isfinite(value):
        raise ChartError(column, "expected a finite number")
    return Decimal(repr(value))


def _quantity(value: Any, unit: str, column: str) -> Quantity:
    try:
        return Quantity(value, unit)
    except UnitError as error:
        raise ChartError(column, str(error)) from None


def _reason(row: Row, column: str) -> WhyUnknown:
    word = row.get(column)
    if word is not None and word not in _WORDS:
        raise ChartError(column, f"expected one of {', '.join(_WORDS)}")
    return WhyUnknown.NOT_RECORDED if word is None else WhyUnknown(word)


def _event(row: Row, column: str) -> StepEvent | None:
    state, at = row.get(column), moment_in(row, f"{column}.at")
    if state is None and at is None:
        return None
    if at is None:
        raise ChartError(f"{column}.at", "expected the time of what was recorded of the step")
    try:
        return StepEvent(state or "", at, row.get(f"{column}.by") or "", row.get(f"{column}.reason") or "")
    except ChartError as error:
        raise ChartError(column, error.message) from None


def _not_available(row: Row, pathway: Pathway) -> Iterator[str]:
    for step in row.get("not_available") or ():
        if step not in pathway.steps:
            raise ChartError("not_available", "unknown step", "`spineworkup steps` lists them")
        yield step


def _sign_offs(row: Row, pathway: Pathway) -> Iterator[SignOff]:
    for sign in row.get("sign_offs") or ():
        at = moment_in({"sign_offs": sign.get("at")}, "sign_offs")
        if sign.get("rule") not in pathway.rules or at is None or not sign.get("by"):
            raise ChartError("sign_offs", "expected the id of a rule, the role that cleared it, and when")
        yield SignOff(sign["rule"], sign["by"], at)
