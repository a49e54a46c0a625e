"""What is known of many rows, and since when, is what each row's chart says once it is read at its moment."""

import pytest

from spineworkup.as_read import read_chart
from spineworkup.cohort.bits import unpacked
from spineworkup.cohort.chart import charts_of
from spineworkup.cohort.columns import columns_of
from spineworkup.cohort.row import chart_of_row, moment_of_row
from spineworkup.cohort.times import microseconds
from spineworkup.cohort.values import rows
from spineworkup.entries import Known
from spineworkup.logic.plan import plan
from spineworkup.reading.load import load_pathway
from tests.cohort.tables import NOON, table

PATHWAY = load_pathway()


@pytest.mark.parametrize("seed", range(31, 35))
def test_what_is_known_and_since_when(seed):
    size = 50
    batch = table(PATHWAY, size, seed, known=0.8, times=0.8, around=0)
    columns = columns_of(PATHWAY, batch.schema)
    found = charts_of(columns, batch, NOON)
    odd = unpacked(found.odd, size)
    for number, row in enumerate(rows(columns, batch, range(size))):
        chart, at = chart_of_row(row, PATHWAY), moment_of_row(row, NOON)
        read = read_chart(chart, at, plan(PATHWAY).derived, PATHWAY.totals)
        for id_, one in found.findings.items():
            if not odd[number]:
                entry = read.entry(id_)
                known = unpacked(one.values.known, size)[number] == 1
                assert known == isinstance(entry, Known), id_
                timed = known and one.seen is not None and unpacked(one.seen.known, size)[number] == 1
                seen = int(one.seen.times[number]) if timed else None
                wanted = read.seen(id_) if known else None
                assert seen == (None if wanted is None else microseconds(wanted)), id_
