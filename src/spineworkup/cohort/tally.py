"""What a run comes to, counted part by part: for the screen, and for whoever compares two runs."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from spineworkup.cohort.ndjson import COUNTS
from spineworkup.cohort.to_long import steps_of

Tally = dict[str, Counter[str]]
# Problems are words of ours, so there are few kinds; this is for the case that there aren't.
_MOST_KINDS = 200


def tally(results: pa.RecordBatch, rejects: pa.RecordBatch) -> Tally:
    """Return counts of a part: patients by urgency as certain and as possible, overdue steps, questions, problems, FHIR resources."""
    return {
        "certain": _values(results.column("urgency_lowest")),
        "possible": _values(results.column("urgency_highest")),
        "overdue": _overdue(results),
        "questions": _values(results.column("questions").flatten()) if "questions" in results.schema.names else Counter(),
        "problems": _problems(rejects),
        "resources": _sums(results),
    }


def added(one: Tally, other: Tally) -> Tally:
    """Return the counts of two parts together."""
    return {name: one.get(name, Counter()) + counts for name, counts in other.items()}


def _values(column: pa.Array) -> Counter[str]:
    return Counter({pair["values"]: pair["counts"] for pair in pc.value_counts(column).to_pylist()})


def _overdue(results: pa.RecordBatch) -> Counter[str]:
    counts = {step: pc.sum(results.column(f"{step}.overdue")).as_py() or 0 for step in steps_of(results)}
    return Counter({step: count for step, count in counts.items() if count})


def _sums(results: pa.RecordBatch) -> Counter[str]:
    names = [name for name in COUNTS if name in results.schema.names]
    return Counter({name.removeprefix("records_"): pc.sum(results.column(name)).as_py() or 0 for name in names})


def _problems(rejects: pa.RecordBatch) -> Counter[str]:
    found = Counter[str]()
    for column, problem in zip(rejects.column("column").to_pylist(), rejects.column("problem").to_pylist(), strict=True):
        kind = f"{column}: {problem}" if column else problem
        found[kind if kind in found or len(found) < _MOST_KINDS else "others"] += 1
    return found
