"""The second evaluator is a judge in its own right: it agrees with tables and vignettes written by hand."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random

import pytest

from spineworkup.charts import Chart
from spineworkup.criteria import ALWAYS, AllOf, AnyOf, AtLeast, Comparator, Compare, IsOneOf, Not, Present
from spineworkup.entries import Known, Observation, WhyUnknown
from spineworkup.findings import Finding, Kind, Range
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.reading.find_packages import rules_root
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.urgency import Urgency
from tests.oracle.compare import Input, describe, difference, shrink
from tests.oracle.differential import Mismatch, find
from tests.oracle.evaluator import Patient, answer
from tests.oracle.generate import NOON, Author, Ward, block, shipped
from tests.oracle.observations import merged
from tests.oracle.worlds import EITHER, EVER, NO, WORDS, YES, Worlds

A, B, C = (Present(name) for name in "abc")
SIGNS = {"T": True, "F": False}
NAMES = {YES: "T", NO: "F", EITHER: "U"}


def worlds(signs, times=None):
    """Worlds from signs: `TFU` is a true, b false, c not known."""
    facts = {name: SIGNS[sign] for name, sign in zip("abc", signs, strict=False) if sign in SIGNS}
    return Worlds(facts, times or {})


def minute(number):
    return datetime(2026, 11, 20, 12, number, tzinfo=UTC)


def test_it_imports_nothing_of_the_library_but_the_classes_that_hold_data():
    files = [Path(__file__).parent / f"{name}.py" for name in ("evaluator", "worlds", "observations")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    found |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    data = {"charts", "criteria", "entries", "findings", "pathways", "scores", "units", "urgency"}
    own = {"tests.oracle.worlds"}
    plain = {"__future__", "collections.abc", "datetime", "decimal", "functools", "typing"}
    assert {f"spineworkup.{name}" for name in data} | own | plain == found


@pytest.mark.parametrize(
    ("criterion", "table"),
    [
        (Not(A), "T:F F:T U:U"),
        (AllOf((A, B)), "TT:T TF:F TU:U FT:F FF:F FU:F UT:U UF:F UU:U"),
        (AnyOf((A, B)), "TT:T TF:T TU:T FT:T FF:F FU:U UT:T UF:U UU:U"),
        (AtLeast(1, (A, B)), "TT:T TF:T TU:T FT:T FF:F FU:U UT:T UF:U UU:U"),
        (AtLeast(2, (A, B)), "TT:T TF:F TU:U FT:F FF:F FU:F UT:U UF:F UU:U"),
        (AtLeast(2, (A, B, C)), "TTT:T TTF:T TTU:T TFF:F TFU:U TUU:U FFF:F FFU:F FUU:U UUU:U"),
        (AtLeast(3, (A, B)), "TT:F TU:F UU:F"),
        (ALWAYS, "U:T"),
        (AnyOf(()), "U:F"),
    ],
)
def test_truth_tables(criterion, table):
    rows = dict(row.split(":") for row in table.split())
    assert rows == {signs: NAMES[worlds(signs).answers(criterion)] for signs in rows}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_is_possible_is_what_some_world_gives(count):
    """Every leaf once, so that the worlds can be counted out."""
    criterion = AtLeast(count, (A, Not(B), AnyOf((C, AllOf(())))))
    for signs in product("TFU", repeat=3):
        completions = product(*("TF" if sign == "U" else sign for sign in signs))
        every = frozenset().union(*(worlds(each).answers(criterion) for each in completions))
        assert every == worlds(signs).answers(criterion)


@pytest.mark.parametrize(
    ("leaf", "value", "name"),
    [
        (Compare("x", Comparator.LESS, Decimal(3)), Decimal(3), "F"),
        (Compare("x", Comparator.AT_MOST, Decimal(3)), Decimal("3.0"), "T"),
        (Compare("x", Comparator.MORE, Decimal(3)), Decimal(3), "F"),
        (Compare("x", Comparator.AT_LEAST, Decimal(3)), Decimal(3), "T"),
        (Compare("x", Comparator.AT_LEAST, Decimal(3)), Range(Decimal(3), Decimal(5)), "T"),
        (Compare("x", Comparator.MORE, Decimal(3)), Range(Decimal(3), Decimal(5)), "U"),
        (Compare("x", Comparator.LESS, Decimal(3)), Range(Decimal(3), Decimal(5)), "F"),
        (IsOneOf("x", ("o", "p")), "p", "T"),
        (IsOneOf("x", ("o", "p")), "q", "F"),
        (IsOneOf("x", ("o", "p")), None, "U"),
    ],
)
def test_leaves(leaf, value, name):
    assert name == NAMES[Worlds({} if value is None else {"x": value}, {}).answers(leaf)]


@pytest.mark.parametrize(
    ("criterion", "signs", "deciding", "open_"),
    [
        (AllOf((A, B)), "TT", "ab", ""),
        (AllOf((A, B, C)), "TFF", "bc", ""),
        (AnyOf((A, B, C)), "TTU", "ab", ""),
        (AnyOf((A, AllOf((B, C)))), "FTU", "", "c"),
        (AtLeast(2, (A, Not(B), C)), "TFU", "ab", ""),
        (AtLeast(2, (A, B, C)), "FTU", "", "c"),
        (Not(AnyOf((A, B))), "FF", "ab", ""),
    ],
)
def test_what_decides_and_what_is_still_open(criterion, signs, deciding, open_):
    assert set(deciding) == worlds(signs).deciders(criterion)
    assert list(open_) == worlds(signs).open_leaves(criterion)


@pytest.mark.parametrize(
    ("criterion", "signs", "moment"),
    [
        (AnyOf((A, B)), "TT", minute(1)),
        (AllOf((A, B)), "TT", minute(2)),
        (AtLeast(2, (A, B, C)), "TTT", minute(2)),
        (Not(AnyOf((A, B))), "FF", minute(2)),
        (Not(AllOf((A, B))), "FF", minute(1)),
        (Not(AtLeast(2, (A, B, C))), "FFF", minute(2)),
        (ALWAYS, "", EVER),
    ],
)
def test_since_when(criterion, signs, moment):
    times = {"a": minute(1), "b": minute(2), "c": minute(3)}
    assert moment == worlds(signs, times).since(criterion)


def test_what_has_no_time_makes_nothing_later():
    times = {"a": minute(1)}
    assert minute(1) == worlds("TT", times).since(AllOf((A, B)))
    assert EVER == worlds("TT", times).since(AnyOf((A, B)))


# Vignettes: what the authors of the shipped rules say must come out.

VIGNETTES = sorted((rules_root() / "metastatic_spine" / "cases").glob("*.yaml"))


@pytest.mark.parametrize("file", VIGNETTES, ids=[file.stem for file in VIGNETTES])
def test_vignettes(file):
    document = case_document(file.read_bytes(), file.name)
    pathway = shipped(*overlays_of(document)) if overlays_of(document) else shipped("")
    case = read_case(document, pathway)
    patient = Patient(pathway, case.chart, case.at or NOON)
    assert [] == list(broken(patient, patient.checklist(), case.expect or {}))


def broken(patient, checklist, expect):
    """Yield every expectation that isn't met, of those that the second evaluator answers."""
    items = checklist["items"]
    rules = patient.pathway.rules
    truths = {"holds": "true", "fails": "false", "unknown": "unknown"}
    for rule, word in expect.get("rules", {}).items():
        if truths[word] != WORDS[patient.answers(rules[rule].when)]:
            yield "rule", rule
    for part, word in (("statuses", "status"), ("clear", "clear_to_proceed"), ("instead", "instead")):
        yield from ((part, id_) for id_, want in expect.get(part, {}).items() if items[id_][word] != want)
    for id_, words in expect.get("not_statuses", {}).items():
        if items[id_]["status"] in words:
            yield "not_statuses", id_
    ends = [("overall", checklist, expect.get("urgency", {}))]
    ends += [(id_, items[id_], want) for id_, want in expect.get("step_urgency", {}).items()]
    for name, of, want in ends:
        yield from ((name, end) for end, tier in want.items() if of[end].value != tier)
    for id_, text in expect.get("due", {}).items():
        if items[id_]["due"] != (None if text is None else datetime.fromisoformat(text)):
            yield "due", id_
    asked = {question[0] for question in checklist["questions"]}
    yield from (("questions", id_) for id_ in expect.get("questions", ()) if id_ not in asked)
    for id_, wanted in expect.get("against", {}).items():
        found = {rule for rule, _, truth, *_ in items[id_]["against"] if truth == "true"}
        yield from (("against", rule) for rule in wanted if rule not in found)


# The machinery around it.


def test_observations_become_the_entry_that_the_documents_say():
    rng = Random(1)
    for _ in range(60):
        ward = Ward(rng, Author(rng).pathway())
        for _ in range(50):
            id_ = rng.choice(ward.known())
            drawn = [ward.entry(id_, NOON) for _ in range(rng.choice([1, 1, 2]))]
            raw = [each for entry in drawn for each in (entry if isinstance(entry, list) else [entry])]
            expected = merged(ward.pathway.findings[id_], raw)
            entry = Chart(ward.pathway.findings, {id_: raw}).entries[id_]
            if isinstance(entry, Known):
                assert expected == (entry.value, entry.at, entry.latest, frozenset())
            else:
                assert entry.reason in expected.why


def test_a_block_is_the_same_again():
    assert list(block(7, 3, 0)) == list(block(7, 3, 0))
    assert list(block(7, 3, 0)) != list(block(7, 4, 0))
    assert find(7, Mismatch(3, 5, ""), 0) == list(block(7, 3, 0))[5]


def test_a_difference_is_found_named_and_shrunk(monkeypatch):
    given = find(1, Mismatch(1, 0, ""))
    monkeypatch.setattr(Patient, "instead", lambda self, step: "nowhere")
    assert "instead: engine None, expected nowhere" in difference(given)
    smallest = shrink(given)
    assert 1 == len(smallest.pathway.steps)
    assert {} == smallest.chart.entries
    assert "Step(id=" in describe(smallest)


def test_what_the_engine_raises_is_a_difference():
    chart = Chart({}, steps={}, not_available=["nowhere"])
    assert difference(Input(Pathway.of(Step("mri", "MRI")), chart, NOON)).startswith("engine raised ChartError")


def test_the_moment_counts_in_utc():
    rule = Rule("rule", ALWAYS, "", urgency=Urgency.ROUTINE, review_by=NOON.date())
    pathway = Pathway.of(Step("mri", "MRI", indications=(rule,)))
    late = (NOON + timedelta(hours=13)).astimezone(UTC)
    assert [] == answer(pathway, Chart({}), NOON)["notices"]
    assert [("past_review", "")] == answer(pathway, Chart({}), late)["notices"]


def test_a_reason_for_not_knowing_is_a_notice():
    finding = Finding("fever", "Fever", Kind.BOOLEAN)
    chart = Chart({"fever": finding}, {"fever": Observation(None, reason=WhyUnknown.NOT_FETCHED)})
    assert [("not_fetched", "fever")] == answer(Pathway(findings={"fever": finding}), chart, NOON)["notices"]
