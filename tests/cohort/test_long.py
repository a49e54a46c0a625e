"""The long form says the same, with a row for each patient and step."""

from datetime import UTC, datetime

import pyarrow as pa

from spineworkup.cohort.batch import assess_batch
from spineworkup.cohort.to_long import of_patients, steps_of, to_long
from spineworkup.reading.load import load_pathway
from tests.cohort.tables import table

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_row_for_each_patient_and_step():
    pathway = load_pathway()
    results = assess_batch(pathway, table(pathway, 5, 21), at=NOON, more=("fired", "questions")).results
    long = to_long(results)
    long.validate(full=True)
    assert steps_of(results) == pathway.in_order
    wide, rows = results.to_pylist(), iter(long.to_pylist())
    for patient in wide:
        for step in pathway.in_order:
            row = next(rows)
            assert (row.pop("patient"), row.pop("at"), row.pop("step")) == (patient["patient"], patient["at"], step)
            assert row == {name.removeprefix(f"{step}."): v for name, v in patient.items() if name.startswith(f"{step}.")}
    assert next(rows, None) is None
    assert {*of_patients(results).schema.names} == {name for name in results.schema.names if name.partition(".")[0] not in pathway.steps}


def test_nobody():
    pathway = load_pathway()
    nobody = pa.RecordBatch.from_pydict({"patient": pa.array([], pa.string())})
    assert to_long(assess_batch(pathway, nobody, at=NOON).results).num_rows == 0
