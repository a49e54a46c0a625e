"""Rows of patient, finding, value, unit, at, source become one wide row for each patient."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from spineworkup.charts import CLOCKS
from spineworkup.cohort.chunks import Chunk, Reject
from spineworkup.errors import CohortError
from spineworkup.pathways import Pathway
from spineworkup.reading.faults import did_you_mean

NEEDED = ("patient", "finding", "value")
COLUMNS = (*NEEDED, "unit", "at", "source", "reason", "by")
NOTHING = pa.scalar(None, pa.string())
_SEEN = ("value", "at", "source", "reason")


def is_long(names: Collection[str]) -> bool:
    """Return whether the columns of a file are those of the long format."""
    return "finding" in names


def check_long(schema: pa.Schema, place: str) -> None:
    """Refuse a long file that lacks a column or has one too many.

    Raises:
        CohortError: It does.
    """
    for name in schema.names:
        if name not in COLUMNS:
            raise CohortError(place, f"unknown column {name!r}", did_you_mean(name, COLUMNS))
    missing = [name for name in NEEDED if name not in schema.names]
    if missing:
        raise CohortError(place, f"missing column {missing[0]!r}", f"a long file has {', '.join(COLUMNS)}")


def long_schema(schema: pa.Schema) -> pa.Schema:
    """Return the columns in which long rows are brought together: text, but for times that are times already."""
    at = schema.field("at").type if "at" in schema.names else pa.string()
    types = {"at": at if pa.types.is_timestamp(at) else pa.string()}
    named = [(name, types.get(name, pa.string())) for name in COLUMNS]
    return pa.schema([("record", pa.int64()), *named, ("problem", pa.string())])


def as_long(chunk: Chunk, schema: pa.Schema) -> pa.RecordBatch:
    """Return long rows in the columns of a long schema, each with its number in the input; rejects are rows of no patient."""
    given = {name: _cast(chunk.rows.column(name), schema.field(name).type, name) for name in chunk.rows.schema.names}
    given["record"] = pa.array(chunk.records)
    given["patient"] = pc.replace_with_mask(given["patient"], pc.equal(given["patient"], ""), NOTHING)
    nothing = {field.name: pa.nulls(chunk.rows.num_rows, field.type) for field in schema}
    made = pa.record_batch({**nothing, **given}, schema=schema)
    lost = [{"record": one.record, "finding": one.column, "problem": one.problem} for one in chunk.rejects]
    return pa.concat_batches([made, pa.RecordBatch.from_pylist(lost, schema)])


def _cast(column: pa.Array, type_: pa.DataType, name: str) -> pa.Array:
    try:
        return column.cast(type_)
    except pa.ArrowException:
        raise CohortError(name, "expected a column of text") from None


def pivot(batch: pa.RecordBatch, pathway: Pathway, keep: Collection[str], done: float) -> Chunk:
    """Return the long rows of some patients, all rows of each, as a row for each."""
    lost = batch.filter(pc.is_null(batch.column("patient")))
    batch = batch.filter(pc.is_valid(batch.column("patient")))
    names = batch.column("patient").dictionary_encode()
    who, patients = names.indices.to_numpy(), names.dictionary
    records = batch.column("record").to_numpy()[np.unique(who, return_index=True)[1]]
    made = _Pivot(batch, pathway, who, len(patients))
    for key, rows in _by_key(batch.column("finding")):
        made.add(key, rows, keep)
    for name in keep:
        made.columns.setdefault(name, pa.nulls(len(patients), pa.string()))
    good = np.array([number not in made.bad for number in range(len(patients))], dtype=bool)
    rejects = [*_lost(lost), *(Reject(int(records[n]), patients[n].as_py(), *why) for n, why in made.bad.items())]
    wide = pa.record_batch({"patient": patients, **made.columns}).filter(pa.array(good))
    return Chunk(wide, records[good], sorted(rejects, key=lambda one: one.record), done)


def _lost(rows: pa.RecordBatch) -> Iterator[Reject]:
    """Yield the rows of which nobody can say whose they are."""
    for row in rows.select(["record", "finding", "problem"]).to_pylist():
        if row["problem"] is None:
            yield Reject(row["record"], None, "patient", "expected the id of a patient")
        else:
            yield Reject(row["record"], None, row["finding"], row["problem"])


def _by_key(column: pa.Array) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each finding that occurs, with the numbers of its rows in their order."""
    keys = pc.fill_null(column, "").dictionary_encode()
    codes = keys.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(keys.dictionary) + 1))
    for number, key in enumerate(keys.dictionary.to_pylist()):
        yield key, order[ends[number] : ends[number + 1]]


@define
class _Pivot:
    """The wide columns of some patients, key by key.

    Args:
        who: Of each long row, the number of its patient.
        bad: Patients who can't be assessed, with column and problem.
    """

    batch: pa.RecordBatch
    pathway: Pathway
    who: np.ndarray
    patients: int
    columns: dict[str, pa.Array] = field(factory=dict)
    bad: dict[int, tuple[str, str]] = field(factory=dict)

    def add(self, key: str, rows: np.ndarray, keep: Collection[str]) -> None:
        """Add the columns of one key."""
        if key in self.pathway.findings:
            self._finding(key, rows)
        elif key.startswith("steps.") and key.removeprefix("steps.") in self.pathway.steps:
            self._only(key, rows, {key: "value", f"{key}.at": "at", f"{key}.by": "by", f"{key}.reason": "reason"})
        elif key == "at" or (key.startswith("clocks.") and key.removeprefix("clocks.") in CLOCKS):
            self._time(key, rows)
        elif key in ("site", *keep):
            self._only(key, rows, {key: "value"})
        elif key == "not_available":
            self._lists(key, rows, lambda rows: self._taken("value", rows))
        elif key == "sign_offs":
            self._lists(key, rows, lambda rows: self._struct(rows, {"rule": "value", "by": "by", "at": "at"}))
        else:
            self._reject(self.who[rows], "finding", "unknown finding: `spineworkup findings` lists them")

    def _finding(self, key: str, rows: np.ndarray) -> None:
        if self._counts(rows).max() > 1:
            self._lists(f"{key}.all", rows, lambda rows: self._struct(rows, {name: name for name in _SEEN}))
        else:
            self._only(key, rows, {key: "value", **{f"{key}.{name}": name for name in _SEEN[1:]}})

    def _time(self, key: str, rows: np.ndarray) -> None:
        """Take a time from `value` or from `at`, wherever it stands."""
        index = self._index(key, rows)
        value, at = self._taken("value", index), self._taken("at", index)
        if value.null_count < len(value) and not pa.types.is_string(at.type):
            at = pc.strftime(at.cast(pa.timestamp("us", "UTC")), "%Y-%m-%dT%H:%M:%S+00:00")
        self.columns[key] = at if value.null_count == len(value) else pc.coalesce(value, at)

    def _only(self, key: str, rows: np.ndarray, columns: dict[str, str]) -> None:
        index = self._index(key, rows)
        for name, source in columns.items():
            column = self._taken(source, index)
            if name == key or column.null_count < len(column):
                self.columns[name] = column

    def _index(self, key: str, rows: np.ndarray) -> pa.Array:
        """Return for each patient the row of a key that may stand there once; who has it twice is rejected."""
        twice = np.flatnonzero(self._counts(rows) > 1)
        self._reject(twice, key, "stands there several times for one patient: give the last one alone")
        index = np.full(self.patients, -1)
        index[self.who[rows]] = rows
        return pa.array(index, mask=index < 0)

    def _lists(self, name: str, rows: np.ndarray, values: Callable[[pa.Array], pa.Array]) -> None:
        order = rows[np.argsort(self.who[rows], kind="stable")]
        offsets = np.concatenate(([0], np.cumsum(self._counts(rows))))
        self.columns[name] = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values(pa.array(order)))

    def _struct(self, rows: pa.Array, fields: dict[str, str]) -> pa.StructArray:
        return pa.StructArray.from_arrays([self._taken(source, rows) for source in fields.values()], names=list(fields))

    def _taken(self, column: str, rows: pa.Array) -> pa.Array:
        """Return a column at some rows; a value with its unit as a case file has it."""
        found = self.batch.column(column).take(rows)
        if column != "value":
            return found
        # Null where the value is null: a unit alone says nothing.
        unit = pc.binary_join_element_wise("", self.batch.column("unit").take(rows), " ")
        return pc.binary_join_element_wise(found, pc.fill_null(unit, ""), "")

    def _counts(self, rows: np.ndarray) -> np.ndarray:
        return np.bincount(self.who[rows], minlength=self.patients)

    def _reject(self, patients: np.ndarray, column: str, problem: str) -> None:
        for number in patients:
            self.bad.setdefault(int(number), (column, problem))
