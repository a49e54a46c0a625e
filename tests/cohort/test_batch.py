"""A table of patients is answered as each row would be by itself: whatever its columns, whatever stands in them."""

import os
from collections import Counter
from datetime import timedelta
from random import Random

import pyarrow as pa
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.cohort.answers import Answers
from spineworkup.cohort.batch import Assessed, assess_batch
from spineworkup.cohort.columns import columns_of
from spineworkup.cohort.columnwise import answer
from spineworkup.criteria import Present
from spineworkup.logic.plan import plan
from spineworkup.pathways import Pathway, Step
from spineworkup.reading.load import load_pathway
from spineworkup.readings import Status
from tests.cohort.one_by_one import one_by_one
from tests.cohort.tables import DRAWN as FORMS_DRAWN
from tests.cohort.tables import FORMS, MOMENT, NOON, table
from tests.strategies import DRAWN, NODES, VOCABULARY, at, pathways, rule

SEEN: Counter[str] = Counter()


@pytest.fixture(scope="module")
def pathway():
    return load_pathway()


def check(pathway: Pathway, batch: pa.RecordBatch) -> Assessed:
    """Compare the answers of a batch with those of its rows, and return them."""
    found = assess_batch(pathway, batch, at=NOON, more=("fired", "pending", "questions", "reasons"), keep=())
    expected, rejects = one_by_one(pathway, batch, NOON)
    found.results.validate(full=True)
    note(pathway, batch, found)
    assert [(r["record"], r["column"]) for r in found.rejects.to_pylist()] == list(rejects.items())
    assert found.results.num_rows + found.rejects.num_rows == batch.num_rows
    names = list(expected[0]) if expected else []
    for row, wanted in zip(found.results.select(names).to_pylist(), expected, strict=True):
        assert row == wanted
    return found


def note(pathway: Pathway, batch: pa.RecordBatch, found: Assessed) -> None:
    """Note what was drawn: every path and every status has to be."""
    columns = columns_of(pathway, batch.schema, ())
    odd = answer(columns, batch, NOON, Answers.nobody(plan(pathway), batch.num_rows, frozenset()))
    SEEN.update({"row": len(odd), "many at once": batch.num_rows - len(odd), "rejected": found.rejects.num_rows})
    for step in pathway.steps:
        SEEN.update(found.results.column(f"{step}.status").to_pylist())
        times = found.results.num_rows - found.results.column(f"{step}.due").null_count
        SEEN.update({"due at a time": times, "clear": sum(found.results.column(f"{step}.clear_to_proceed").to_pylist())})


def growing_old(pathway: Pathway) -> Pathway:
    """Return a pathway whose findings count for a day."""
    findings = {id_: evolve(f, max_age=timedelta(hours=24)) for id_, f in pathway.findings.items()}
    return evolve(pathway, findings=findings)


some = st.tuples(st.integers(0, 10**6), st.sampled_from([0, 0, 0.02]), st.sampled_from([0.3, 0.7, 0.95]))


@settings(max_examples=int(os.environ.get("SPINEWORKUP_COHORT_PATHWAYS", "30")))
@given(pathways() | pathways().map(growing_old), some)
def test_small_pathways(pathway, drawn):
    seed, wrong, known = drawn
    check(pathway, table(pathway, 40, seed, wrong=wrong, known=known, times=0.5))


@pytest.mark.parametrize(("seed", "known", "around", "wrong"), [(1, 0.2, 0.4, 0), (2, 0.9, 0.1, 0), (3, 0.6, 0.3, 0.002)])
def test_the_shipped_pathway(pathway, seed, known, around, wrong):
    check(pathway, table(pathway, 60, seed, known=known, around=around, wrong=wrong))


def test_everything_was_drawn():
    paths = ("row", "many at once", "rejected", "due at a time", "clear")
    assert {*paths, *(status.value for status in Status)} <= set(+SEEN)
    assert set(NODES) <= DRAWN
    forms = {f"{kind.value}: {form}" for kind, those in FORMS.items() for form in those}
    assert forms | {"several observations", "sign-off", "times as text"} <= FORMS_DRAWN
    assert SEEN["many at once"] > SEEN["row"]


def test_a_rule_without_a_time_of_its_own_starts_with_what_asks_again():
    fever = rule("fever", Present("fever"), within=timedelta(hours=4), start="onset")
    weakness = rule("weakness", Present("weakness"))
    done = {"steps.s": ["acted_on"], "steps.s.at": pa.array([at(10)], MOMENT)}
    findings = {"fever": [True], "weakness": [True], "weakness.at": pa.array([at(2)], MOMENT)}
    pathway = Pathway.of(Step("s", "S", indications=(fever, weakness)), findings=VOCABULARY.values())
    found = check(pathway, pa.RecordBatch.from_pydict({"patient": ["a"], **findings, **done}))
    assert found.results.column("s.due").to_pylist() == [at(-2)]


@pytest.mark.parametrize("size", [1, 2, 4, 9])
def test_so_few_that_no_two_are_alike(pathway, size):
    batch = table(pathway, 36, 15, known=0.3, around=0.1)
    for first in range(0, 36, size):
        check(pathway, batch.slice(first, size))


def by_patient(found: Assessed) -> dict:
    return {row["patient"]: row for row in found.results.to_pylist()}


def test_order_and_batches_change_nothing(pathway):
    batch = table(pathway, 37, 11, wrong=0.001)
    whole = assess_batch(pathway, batch, at=NOON)
    order = list(range(37))
    Random(1).shuffle(order)
    mixed = assess_batch(pathway, batch.take(pa.array(order)), at=NOON)
    assert by_patient(mixed) == by_patient(whole)
    for size in (9, 36):
        parts = [assess_batch(pathway, batch.slice(n, size), at=NOON, first_row=n) for n in range(0, 37, size)]
        assert pa.Table.from_batches([part.results for part in parts]).to_pylist() == whole.results.to_pylist()
        assert [row for part in parts for row in part.rejects.to_pylist()] == whole.rejects.to_pylist()


def test_more_rows_than_go_at_once(pathway, monkeypatch):
    monkeypatch.setattr("spineworkup.cohort.columnwise.CHUNK", 16)
    check(pathway, table(pathway, 35, 12))


def test_nothing_old_lies_behind_a_time_that_is_not_there(pathway):
    step = next(iter(Answers.nobody(plan(pathway), 32, frozenset()).steps.values()))
    step._times[:] = 77
    assert not step.due_of_some(written=16).times.any()


def test_one_bad_record_changes_no_other(pathway):
    batch = table(pathway, 40, 13, around=0.1)
    before = by_patient(assess_batch(pathway, batch, at=NOON))
    sex = pa.array(["tall" if n == 7 else None for n in range(40)])
    worse = pa.RecordBatch.from_pydict({**dict(zip(batch.schema.names, batch.columns, strict=True)), "sex": sex})
    spoilt = assess_batch(pathway, worse.cast(_with(worse.schema, batch.schema)), at=NOON)
    expected = by_patient(assess_batch(pathway, _without(batch, "sex"), at=NOON))
    assert before.keys() - by_patient(spoilt).keys() == {"p13-7"}
    assert by_patient(spoilt) == {id_: row for id_, row in expected.items() if id_ != "p13-7"}


def _with(schema: pa.Schema, metadata: pa.Schema) -> pa.Schema:
    """Return a schema with the units that another has."""
    return pa.schema([metadata.field(f.name) if f.name in metadata.names and f.name != "sex" else f for f in schema])


def _without(batch: pa.RecordBatch, finding: str) -> pa.RecordBatch:
    return batch.select([name for name in batch.schema.names if name != finding])


def test_the_words_are_those_of_the_checklist(pathway):
    batch = pa.RecordBatch.from_pydict({"patient": ["a"], "limb_weakness": [True]})
    row = assess_batch(pathway, batch, at=NOON, more=("questions", "reasons")).results.to_pylist()[0]
    assert "cancer_history" in row["questions"]
    assert row["mri_whole_spine.questions"]
    assert row["mri_whole_spine.reasons"][0].partition(": ")[0] in pathway.rules


def test_a_total_that_can_not_be_used_is_asked_beside_its_items(pathway):
    columns = {"patient": ["a", "b"], "sins_pain": ["mechanical"] * 2, "sins_total.reason": [None, "implausible"]}
    questions = check(pathway, pa.RecordBatch.from_pydict(columns)).results.column("stability_assessment.questions").to_pylist()
    assert [False, True] == ["sins_total" in asked for asked in questions]


def test_each_row_has_its_own_moment(pathway):
    moments = [NOON, NOON + timedelta(days=9), None]
    columns = {
        "patient": ["a", "b", "c"],
        "at": pa.array(moments, pa.timestamp("us", "UTC")),
        "limb_weakness": [True] * 3,
        "clocks.suspicion": pa.array([NOON] * 3, pa.timestamp("us", "UTC")),
    }
    batch = pa.RecordBatch.from_pydict(columns)
    with_default = assess_batch(pathway, batch, at=NOON)
    assert with_default.results.column("at").to_pylist() == [*moments[:2], NOON]
    assert with_default.results.column("mri_whole_spine.overdue").to_pylist() == [False, True, False]
    without = assess_batch(pathway, batch)
    assert without.results.column("patient").to_pylist() == ["a", "b"]
    assert without.rejects.to_pylist()[0]["column"] == "at"


def test_an_empty_table(pathway):
    found = assess_batch(pathway, table(pathway, 0, 1), at=NOON)
    assert found.results.num_rows == found.rejects.num_rows == 0


def test_a_place_that_closes_goes_row_by_row():
    closing = load_pathway("metastatic_spine", ["example_hospital"])
    batch = table(closing, 6, 14)
    results = assess_batch(closing, batch, at=NOON, keep=()).results
    expected, _ = one_by_one(closing, batch, NOON)
    names = [name for name in expected[0] if name in results.schema.names]
    assert results.select(names).to_pylist() == [{name: row[name] for name in names} for row in expected]
