"""Synthetic patients in the long format: a row for each finding, clock and step of a patient."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from spineworkup.synthetic.columns import MOMENT

LONG = pa.schema(
    [("patient", pa.string()), ("finding", pa.string()), ("value", pa.string()), ("unit", pa.string()), ("at", MOMENT)]
    + [(name, pa.string()) for name in ("source", "reason", "by")]
)
_BESIDE = ("unit", "at", "source", "reason", "by")
_TIMES = ("at", "clocks.suspicion", "clocks.request", "clocks.decision_to_treat")


def to_long(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return wide rows as long ones; the rows of a finding stand together, those of a patient don't."""
    parts = [pa.RecordBatch.from_pydict(columns) for columns in _parts(batch)]
    made = pa.Table.from_batches([_in_order(part) for part in parts], LONG)
    return made.combine_chunks().to_batches()[0].replace_schema_metadata(batch.schema.metadata)


def _in_order(part: pa.RecordBatch) -> pa.RecordBatch:
    columns = [part.column(field.name).cast(field.type) if field.name in part.schema.names else pa.nulls(part.num_rows, field.type) for field in LONG]
    return pa.RecordBatch.from_arrays(columns, schema=LONG)


def _parts(batch: pa.RecordBatch) -> Iterator[dict[str, pa.Array]]:
    names = batch.schema.names
    for name in names:
        if name == "patient" or (name.rpartition(".")[0] in names and name.rpartition(".")[2] in _BESIDE):
            continue
        elif name.endswith(".all"):
            yield _several(batch, name)
        else:
            yield _one(batch, name)


def _one(batch: pa.RecordBatch, name: str) -> dict[str, pa.Array]:
    there = batch.column(name).is_valid()
    beside = {other: batch.column(f"{name}.{other}") for other in _BESIDE if f"{name}.{other}" in batch.schema.names}
    said = {"at": batch.column(name)} if name in _TIMES else {"value": as_text(batch.column(name)), **beside}
    return _about(name, {"patient": batch.column("patient"), **said}, there)


def _several(batch: pa.RecordBatch, name: str) -> dict[str, pa.Array]:
    observed = batch.column(name).flatten()
    whose = batch.column("patient").take(pc.list_parent_indices(batch.column(name)))
    said = {field.name: pc.struct_field(observed, field.name) for field in observed.type}
    return _about(name.removesuffix(".all"), {"patient": whose, **said}, pc.is_valid(whose))


def _about(finding: str, columns: dict[str, pa.Array], there: pa.Array) -> dict[str, pa.Array]:
    kept = {name: _plain(column).filter(there) for name, column in columns.items()}
    return {**kept, "finding": pa.array([finding] * len(kept["patient"]), pa.string())}


def as_text(column: pa.Array) -> pa.Array:
    """Return values as case files have them."""
    column = _plain(column)
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "present", "absent")
    return column.cast(pa.string())


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
