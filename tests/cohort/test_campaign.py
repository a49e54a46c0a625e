"""A small campaign: made-up patients by columns, one by one and by the second evaluator, and no difference.

`python -m tests.cohort.campaign` runs it on any number.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.cohort.batch import Assessed, assess_batch
from spineworkup.synthetic.mistakes import MISTAKES, Mistake
from spineworkup.synthetic.plan import Plan
from tests.cohort import three_ways
from tests.cohort.campaign import AT_ONCE, report, run, tables
from tests.cohort.campaign_on_spark import apart

PATHWAY = load_pathway()
COUNT = int(os.environ.get("SPINEWORKUP_COHORT_CAMPAIGN", "100"))
# Among so few every kind has to come up: a third of the records can't be read.
FEW = Plan(PATHWAY, COUNT, seed=5, errors=0.6)


@pytest.mark.parametrize("mistakes", [AT_ONCE, MISTAKES], ids=["many at once", "one by one"])
def test_no_difference_in_any_way(mistakes: tuple[Mistake, ...]) -> None:
    found = three_ways.Compared()
    for first, table in tables(FEW, mistakes):
        one = three_ways.compared(PATHWAY, table, first)
        found.differences.extend(one.differences)
        found.seen.update(one.seen)
    assert [] == found.differences
    assert COUNT == found.seen["patient"] + found.seen["rejected"]
    assert (mistakes == AT_ONCE) is (found.seen["many at once"] > COUNT / 2)
    assert {"rejected", "timed", "overdue", "clear", "asked", "waiting", "done"} <= found.seen.keys()


def answering(change: Callable[[pa.RecordBatch], pa.RecordBatch], table: str) -> Callable[..., Assessed]:
    def wrong(*args: Any, **named: Any) -> Assessed:
        assessed = assess_batch(*args, **named)
        return evolve(assessed, **{table: change(getattr(assessed, table))})

    return wrong


def without_an_hour(results: pa.RecordBatch) -> pa.RecordBatch:
    at = results.schema.get_field_index("mri_whole_spine.due")
    return results.set_column(at, results.schema.field(at), pa.nulls(results.num_rows, results.schema.field(at).type))


@pytest.mark.parametrize(
    ("change", "table", "words"),
    [
        (without_an_hour, "results", "differs in mri_whole_spine.due"),
        (lambda results: results.slice(0, 5), "results", "no answer"),
        (lambda results: results.slice(0, 5), "results", "5 assessed of 12"),
        (lambda rejects: rejects.slice(1), "rejects", "rejects, 6 expected"),
        (lambda rejects: rejects.set_column(0, "record", pa.array([4] * rejects.num_rows)), "rejects", "others than these"),
    ],
)
def test_what_differs_is_noticed(monkeypatch: pytest.MonkeyPatch, change: Any, table: str, words: str) -> None:
    [(first, batch)] = tables(evolve(FEW, patients=12))
    monkeypatch.setattr(three_ways, "assess_batch", answering(change, table))
    found = three_ways.compared(PATHWAY, batch, first, one_by_one=False)
    assert any(words in one for one in found.differences), found.differences


def test_a_campaign_counts_and_fails_where_something_never_came_up(capsys: pytest.CaptureFixture[str]) -> None:
    campaign = run(Plan(PATHWAY, 3), jobs=1, one_by_one=False)
    assert (3, [], 3) == (campaign.records, campaign.differences, campaign.seen["patient"])
    assert 1 == report(campaign, spark=False, seconds=1)
    assert "never came up: rejected" in capsys.readouterr().out


def test_tables_apart_are_told_apart_whatever_their_order():
    table = pa.table({"patient": ["a", "b"], "due": pa.array([1, None]), "status": pa.array(["x", "y"]).dictionary_encode()})
    turned = pa.table({name: table.column(name).take([1, 0]) for name in table.column_names})
    assert [] == list(apart("Spark", table, turned))
    other = turned.set_column(1, "due", pa.array([None, 2]))
    assert ["Spark: due differs in 1 rows"] == list(apart("Spark", table, other))
    assert ["Spark: 1 rows of 3 columns, 2 of 3 expected"] == list(apart("Spark", table, table.slice(1)))
