"""Results with a row for each patient and step: the long form, which tables and plots of steps want."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from spineworkup.charts import CLOCKS

# Said once of the patient, and in other words of each step, or not needed beside it.
_OF_PATIENT_ONLY = ("urgency_lowest", "urgency_highest", "questions", *(f"clocks.{clock}" for clock in CLOCKS))
_MARK = ".clear_to_proceed"


def steps_of(results: pa.RecordBatch) -> tuple[str, ...]:
    """Return the steps that results speak of, in the order of work."""
    return tuple(name.removesuffix(_MARK) for name in results.schema.names if name.endswith(_MARK))


def of_patients(results: pa.RecordBatch) -> pa.RecordBatch:
    """Return the columns of results that are said of the patient, without those of steps."""
    steps = set(steps_of(results))
    return results.select([name for name in results.schema.names if name.rpartition(".")[0] not in steps])


def to_long(results: pa.RecordBatch) -> pa.RecordBatch:
    """Return results with a row for each patient and step: a patient's steps together, in the order of work."""
    steps, size = steps_of(results), results.num_rows
    patients = of_patients(results)
    each_patient = pa.array(np.repeat(np.arange(size), len(steps)))
    named = {
        name: patients.column(name).take(each_patient)
        for name in patients.schema.names
        if name not in _OF_PATIENT_ONLY
    }
    named["step"] = pa.DictionaryArray.from_arrays(
        pa.array(np.tile(np.arange(len(steps), dtype=np.int16), size)), pa.array(steps, pa.string())
    )
    # The steps' columns one below the other, then a patient's rows together.
    turned = pa.array(np.arange(size * len(steps)).reshape(len(steps), size).T.ravel())
    for name in _said_of(results, steps):
        named[name] = pa.concat_arrays([results.column(f"{step}.{name}") for step in steps]).take(turned)
    return pa.RecordBatch.from_pydict(named)


def _said_of(results: pa.RecordBatch, steps: tuple[str, ...]) -> list[str]:
    """Return what is said of every step, in the order of the columns."""
    if not steps:
        return []
    return [name.removeprefix(f"{steps[0]}.") for name in results.schema.names if name.startswith(f"{steps[0]}.")]
