"""Tables of patients drawn from a seed: every form that a column may have, and every way in which it can be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from spineworkup.charts import STATES
from spineworkup.entries import WhyUnknown
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.testing.boundaries import boundary_values
from spineworkup.units import Quantity

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MOMENT = pa.timestamp("us", "UTC")
# Which forms were drawn; a test asserts that none was missed.
DRAWN: set[str] = set()
FORMS = {
    Kind.BOOLEAN: ("bool", "text", "dictionary"),
    Kind.CHOICE: ("text", "dictionary"),
    Kind.NUMBER: ("float", "short float", "whole", "decimal", "text"),
    Kind.QUANTITY: ("text", "float with unit", "text with unit", "float of a unit", "short float of a unit"),
}
_HOURS_AGO = (0, 1, 2, 5, 12, 24, 25, 48, 72, 24 * 30, 24 * 400, -0.05, -2)


def table(
    pathway: Pathway, count: int, seed: int, *, known: float = 0.5, times: float = 0.3, around: float = 0.3, wrong: float = 0.0
) -> pa.RecordBatch:
    """Return so many patients.

    Args:
        known: How much of what could be known is.
        times: How many of the findings have times.
        around: How many steps have events, and rows what stands beside the findings.
        wrong: How many values can't be read.
    """
    chance = Random(seed)
    columns: dict[str, pa.Array] = {"patient": pa.array([f"p{seed}-{row}" for row in range(count)])}
    fields: dict[str, dict[str, str]] = {}
    for finding in pathway.findings.values():
        if chance.random() < 0.9:
            _finding(finding, pathway, count, chance, columns, fields, known, times, wrong)
    for clock in ("suspicion", "request", "decision_to_treat"):
        if chance.random() < 0.8:
            columns[f"clocks.{clock}"] = _moments(count, chance, 0.7, wrong)
    if chance.random() < 0.5:
        columns["at"] = pa.array([NOON - timedelta(hours=chance.choice((0, 0, 30))) for _ in range(count)], MOMENT)
    _around(pathway, count, chance, columns, around, wrong)
    schema = pa.schema([pa.field(name, column.type, metadata=fields.get(name)) for name, column in columns.items()])
    return pa.record_batch(list(columns.values()), schema=schema)


def _moments(count: int, chance: Random, share: float, wrong: float) -> pa.Array:
    drawn = [NOON - timedelta(hours=chance.choice(_HOURS_AGO)) if chance.random() < share else None for _ in range(count)]
    if chance.random() < 0.5:
        DRAWN.add("times as text")
        words = [None if one is None else one.isoformat() for one in drawn]
        return pa.array(["yesterday" if chance.random() < wrong else word for word in words])
    if chance.random() < 0.2:
        return pa.array(drawn, pa.timestamp(chance.choice(("ms", "ns")), "Europe/London"))
    late = datetime(2300, 1, 1, tzinfo=UTC)
    return pa.array([late if one is not None and chance.random() < wrong else one for one in drawn], MOMENT)


def _finding(
    finding: Finding, pathway: Pathway, count: int, chance: Random, columns: Any, fields: Any, known: float, times: float, wrong: float
) -> None:
    form = chance.choice(FORMS[finding.kind])
    DRAWN.add(f"{finding.kind.value}: {form}")
    pool = _pool(finding, pathway, chance)
    drawn = [chance.choice(pool) if chance.random() < known else None for _ in range(count)]
    _value_columns(finding, form, drawn, chance, columns, fields, wrong)
    if chance.random() < times:
        columns[f"{finding.id}.at"] = _moments(count, chance, 0.7, wrong / 4)
    if chance.random() < 0.2:
        words = [word.value for word in WhyUnknown]
        columns[f"{finding.id}.reason"] = pa.array(
            ["nobody knows" if chance.random() < wrong else chance.choice(words) if chance.random() < 0.3 else None for _ in range(count)]
        )
    if chance.random() < 0.03:
        _several(finding, pool, count, chance, columns)


def _pool(finding: Finding, pathway: Pathway, chance: Random) -> list[Any]:
    if finding.kind is Kind.BOOLEAN:
        return [True, False]
    if finding.kind is Kind.CHOICE:
        return list(finding.options)
    found = boundary_values(pathway, finding.id)
    numbers = [number for raw in found if isinstance(number := finding.value_of(raw)[0], Decimal)]
    more = [Decimal(chance.randint(0, 70)) / 10 for _ in range(6)]
    implausible = [] if finding.high is None else [finding.high + 1]
    return [*numbers, *numbers, *more, *implausible, Decimal("0.0")]


def _value_columns(finding: Finding, form: str, drawn: list[Any], chance: Random, columns: Any, fields: Any, wrong: float) -> None:
    id_ = finding.id

    def slip(value: Any, bad: Any) -> Any:
        return bad if value is not None and chance.random() < wrong else value

    if finding.kind is Kind.BOOLEAN and form == "bool":
        columns[id_] = pa.array(drawn, pa.bool_())
    elif finding.kind in (Kind.BOOLEAN, Kind.CHOICE):
        words = [one if one is None or isinstance(one, str) else "present" if one else "absent" for one in drawn]
        words = [slip("unknown" if one is not None and chance.random() < 0.1 else one, "perhaps") for one in words]
        made = pa.array(words, pa.string())
        columns[id_] = made.dictionary_encode() if form == "dictionary" else made
    elif finding.kind is Kind.NUMBER:
        columns[id_] = _numbers(form, [slip(one, Decimal("NaN")) for one in drawn])
    else:
        _quantities(finding, form, drawn, chance, columns, fields, slip)


def _numbers(form: str, drawn: list[Decimal | None]) -> pa.Array:
    if form == "whole":
        return pa.array([None if one is None or one.is_nan() else int(one) for one in drawn], pa.int64())
    if form == "decimal":
        return pa.array([None if one is None or one.is_nan() else one for one in drawn], pa.decimal128(30, 10))
    if form == "text":
        return pa.array([None if one is None else str(one) for one in drawn])
    return pa.array([None if one is None else float(one) for one in drawn], pa.float32() if form == "short float" else pa.float64())


def _quantities(finding: Finding, form: str, drawn: list[Any], chance: Random, columns: Any, fields: Any, slip: Any) -> None:
    id_, units = finding.id, (finding.unit, *finding.also)
    unit = chance.choice(units)
    written = [None if one is None else _in_unit(finding, one, unit) for one in drawn]
    if form == "text":
        columns[id_] = pa.array([slip(None if one is None else f"{one} {unit}", "12") for one in written])
    elif form == "float of a unit" or form == "short float of a unit":
        type_ = pa.float32() if form.startswith("short") else pa.float64()
        columns[id_] = pa.array([None if one is None else float(slip(one, "inf")) for one in written], type_)
        fields[id_] = {"unit": unit}
    else:
        named = [unit if chance.random() < 0.9 else chance.choice(units) for _ in written]
        columns[f"{id_}.unit"] = pa.array([slip(one, "furlongs") for one in named])
        numbers = [None if one is None else float(one) if form.startswith("float") else str(one) for one in written]
        columns[id_] = pa.array(numbers, pa.float64() if form.startswith("float") else pa.string())


def _in_unit(finding: Finding, number: Decimal, unit: str) -> Decimal:
    """Return roughly the same in another unit, with few digits."""
    from spineworkup.units import convert

    try:
        made = convert(Quantity(number, finding.unit), unit, finding.molar_mass)
    except Exception:
        return number
    return round(made, 6)


def _several(finding: Finding, pool: list[Any], count: int, chance: Random, columns: Any) -> None:
    DRAWN.add("several observations")

    def one() -> dict[str, Any]:
        value = chance.choice(pool)
        text = ("present" if value else "absent") if isinstance(value, bool) else str(value)
        seen = NOON - timedelta(hours=chance.choice(_HOURS_AGO))
        return {"value": text, "unit": finding.unit or None, "at": seen, "source": "ward", "reason": None}

    type_ = pa.list_(
        pa.struct([("value", pa.string()), ("unit", pa.string()), ("at", MOMENT), ("source", pa.string()), ("reason", pa.string())])
    )
    drawn = [[one() for _ in range(chance.randint(0, 3))] if chance.random() < 0.2 else None for _ in range(count)]
    columns[f"{finding.id}.all"] = pa.array(drawn, type_)


def _around(pathway: Pathway, count: int, chance: Random, columns: Any, around: float, wrong: float) -> None:
    for step in pathway.steps:
        if chance.random() < around:
            there = [chance.random() < 0.4 for _ in range(count)]
            states = ["lost" if chance.random() < wrong else chance.choice(STATES) for _ in range(count)]
            columns[f"steps.{step}"] = pa.array([state if one else None for state, one in zip(states, there, strict=True)])
            moments = [NOON - timedelta(hours=chance.choice(_HOURS_AGO)) for _ in range(count)]
            columns[f"steps.{step}.at"] = pa.array(
                [at if one and chance.random() >= wrong else None for at, one in zip(moments, there, strict=True)], MOMENT
            )
            columns[f"steps.{step}.by"] = pa.array(["GP" if chance.random() >= wrong else "" for _ in range(count)])
            columns[f"steps.{step}.reason"] = pa.array(["asked not to" if chance.random() >= wrong else None for _ in range(count)])
    steps = list(pathway.steps)
    if steps and chance.random() < around:
        named = [[chance.choice(steps)] if chance.random() < 0.3 else None for _ in range(count)]
        columns["not_available"] = pa.array([["nothing"] if chance.random() < wrong else one for one in named], pa.list_(pa.string()))
    rules = [rule for rule in pathway.rules.values() if rule.kind == "relative"]
    if rules and chance.random() < around:
        signs = [_sign(chance.choice(rules), chance) if chance.random() < 0.1 else [] for _ in range(count)]
        columns["sign_offs"] = pa.array(signs, pa.list_(pa.struct([("rule", pa.string()), ("by", pa.string()), ("at", MOMENT)])))


def _sign(rule: Any, chance: Random) -> list[dict[str, Any]]:
    DRAWN.add("sign-off")
    return [{"rule": rule.id, "by": rule.sign_off, "at": NOON - timedelta(hours=chance.choice(_HOURS_AGO))}]
