"""Every target on what it begins with, on all that ever failed, and on some thousand small changes; no fuzzer needed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz import judge, quick
from tests.fuzz.mutate import mutate
from tests.fuzz.targets import TARGETS

CRASHERS = sorted(path for path in (Path(__file__).parent / "crashers").glob("*/*") if path.is_file())
CHANGES = {"rules_yaml": 250, "overlay": 250, "case_file": 400, "notation": 3000, "quantity_and_time": 2000, "print_case": 150, "cds_request": 300, "cds_token": 2000}


@pytest.fixture(autouse=True)
def small_and_quick():
    with quick.small_and_quick():
        yield


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_begins_with(name):
    for data in TARGETS[name].inputs():
        judge.timed(TARGETS[name].run, data)


@pytest.mark.parametrize("path", CRASHERS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_failed_once(path):
    judge.timed(TARGETS[path.parent.name].run, path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_small_changes(name):
    chance, target = random.Random(name), TARGETS[name]
    inputs, words = target.inputs(), target.words()

    for _ in range(CHANGES[name]):
        judge.timed(target.run, mutate(chance.choice(inputs), chance, words))
