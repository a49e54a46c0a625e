"""Patients in every form in which files hold them, the same in each: made from a seed."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spineworkup import load_pathway
from spineworkup.charts import STATES
from spineworkup.cohort.long_rows import COLUMNS
from spineworkup.findings import Finding, Kind

PATHWAY = load_pathway("metastatic_spine")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Row = dict[str, Any]
_STATES = [state for state in STATES if state != "declined"]


def people(count: int, seed: int = 1, of: int | None = None) -> list[Row]:
    """Return rows of wide columns, all of text but for lists; a column that a row lacks is null.

    Args:
        of: Of how many findings anything is known; of all, where it isn't said.
    """
    chosen = random.Random(seed)
    findings = list(PATHWAY.findings.values())[:of]
    return [_person(f"p{number}", findings, chosen) for number in range(count)]


def _person(patient: str, findings: Sequence[Finding], chosen: random.Random) -> Row:
    row: Row = {"patient": patient, "site": chosen.choice("AB"), "clocks.suspicion": _time(chosen)}
    for finding in chosen.sample(findings, min(25, len(findings))):
        row[finding.id] = _value(finding, chosen)
        if chosen.random() < 0.5:
            row |= {f"{finding.id}.at": _time(chosen), f"{finding.id}.source": "ward"}
    step = chosen.choice(list(PATHWAY.steps))
    row |= {f"steps.{step}": chosen.choice(_STATES), f"steps.{step}.at": _time(chosen)}
    if chosen.random() < 0.3:
        row["not_available"] = [chosen.choice(list(PATHWAY.steps))]
    return row


def _time(chosen: random.Random) -> str:
    return (NOON - timedelta(minutes=chosen.randrange(20_000))).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _value(finding: Finding, chosen: random.Random) -> str:
    low, high = float(finding.low or 0), float(finding.high or 100)
    number = f"{chosen.uniform(low, high):.2f}"
    match finding.kind:
        case Kind.BOOLEAN:
            return chosen.choice(["present", "absent", "unknown"])
        case Kind.CHOICE:
            return chosen.choice([*finding.options, "unknown"])
        case Kind.NUMBER:
            return number
        case Kind.QUANTITY:
            return f"{number} {finding.unit}"


def as_table(rows: Sequence[Row]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    types = {"not_available": pa.list_(pa.string())}
    return pa.table({name: pa.array([row.get(name) for row in rows], types.get(name, pa.string())) for name in names})


def as_long(rows: Iterable[Row]) -> list[Row]:
    """Return the same in the long format, a patient's rows together."""
    return [long for row in rows for long in _long(row)]


def _long(row: Row) -> Iterable[Row]:
    parts = (".at", ".source", ".reason", ".by")
    for name, value in row.items():
        if name == "patient" or name.endswith(parts):
            continue
        beside = {part[1:]: row.get(f"{name}{part}") for part in parts}
        for one in value if isinstance(value, list) else [value]:
            if name in PATHWAY.findings and PATHWAY.findings[name].kind is Kind.QUANTITY and one:
                number, _, unit = one.partition(" ")
                one, beside["unit"] = number, unit
            yield {"patient": row["patient"], "finding": name, "value": one, **beside}


def write_csv(rows: Sequence[Row], file: Path, names: Sequence[str] = ()) -> Path:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(names) or list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows({key: "; ".join(v) if isinstance(v, list) else v for key, v in row.items()} for row in rows)
    return file


def write_all(rows: Sequence[Row], folder: Path) -> dict[str, Path]:
    """Write the same patients in every form of a table; the long ones with their rows in disorder."""
    table, long = as_table(rows), as_long(rows)
    random.Random(2).shuffle(long)
    files = {name: folder / f"{name}.{ending}" for name, ending in (("parquet", "parquet"), ("arrow", "arrow"), ("long", "parquet"))}
    pq.write_table(table, files["parquet"], row_group_size=7)
    with pa.ipc.new_file(files["arrow"], table.schema) as opened:
        opened.write_table(table)
    pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in COLUMNS} for row in long], _LONG), files["long"])
    files["csv"] = write_csv(rows, folder / "wide.csv")
    files["long csv"] = write_csv(long, folder / "long.csv", COLUMNS)
    return files


_LONG = pa.schema([(name, pa.string()) for name in COLUMNS])
