"""The neutral workload is what its page says, and who answers it answers as the specification does."""

from __future__ import annotations

from collections import Counter

import pytest

from spineworkup.logic.evaluate import evaluate
from tests.benchmarks.by_hand import answer_of, compiled, written
from tests.benchmarks.workload import (
    BOOLEANS,
    CHOICES,
    NUMBERS,
    THRESHOLDS,
    columns,
    facts_of,
    patients,
    specified,
    workload,
)

SHAPES = [(30, 30), (100, 30), (40, 4), (60, 4), (132, 4)]


@pytest.mark.parametrize(("rules", "steps"), SHAPES)
def test_python_answers_as_the_specification(rules: int, steps: int) -> None:
    work = workload(rules, steps)
    assert sum(len(step.indications) for step in work.steps) == rules
    by_hand, generated = written(work), compiled(work)
    for patient in patients(60):
        assert answer_of(by_hand(patient)) == specified(work, patient) == answer_of(generated(patient))


def test_unknown_and_on_a_threshold_as_often_as_said() -> None:
    table = columns(20_000)
    for share, names in ((0.28, BOOLEANS), (0.15, CHOICES), (0.25, NUMBERS)):
        unknown = sum(table[name].null_count for name in names) / len(names) / len(table)
        assert unknown == pytest.approx(share, abs=0.01)
    known = [(name, value) for patient in patients(5000) for name, value in patient.items() if name in NUMBERS]
    assert sum(value in THRESHOLDS[name] for name, value in known) / len(known) == pytest.approx(0.04, abs=0.01)


def test_a_dense_mix_of_truths() -> None:
    work, found = workload(300), Counter[str]()
    for patient in patients(50):
        found.update(evaluate(rule.when, facts_of(patient)).value for rule in work.rules)
    shares = {truth: count / found.total() for truth, count in found.items()}
    assert shares == pytest.approx({"true": 0.32, "unknown": 0.24, "false": 0.44}, abs=0.05)


def test_the_same_seed_gives_the_same() -> None:
    assert workload(100).pathway.hash == workload(100).pathway.hash != workload(100, seed=1).pathway.hash
    assert columns(50).equals(columns(50)) and not columns(50).equals(columns(50, seed=1))
