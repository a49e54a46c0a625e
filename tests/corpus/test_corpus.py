"""Every bad input ends in a typed refusal with a place and a reason, or its value counts as not known; nothing is repeated."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from spineworkup import assess, load_pathway
from spineworkup.as_read import read_chart
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.errors import NotationError, ReadError
from spineworkup.reading.find_packages import overlay_folder
from spineworkup.reading.parse_notation import Vocabulary, parse_notation
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.reading.read_package import read_package
from spineworkup.testing.expectations import expectation_problems
from tests.corpus.bad import Bad
from tests.corpus.bad_cases import PATHWAY
from tests.corpus.inputs import CLASSES, UNKNOWN
from tests.fuzz import judge
from tests.fuzz.quick import DOCUMENTS, SMALL, Memory, small_and_quick
from tests.strategies import NOON

WORDS = Vocabulary(dict(SMALL.findings))


def _case(bad: Bad) -> None:
    document = case_document(bad.raw, "case.yaml")
    overlays_of(document)
    read_case(document, PATHWAY)


def _expect(bad: Bad) -> None:
    document = case_document(bad.raw, "case.yaml")
    if problems := expectation_problems(document, (), PATHWAY):
        raise ReadError(problems)


def _overlay(bad: Bad) -> None:
    load_pathway("small", [Memory("overlay.yaml", bad.raw)])


def _file(bad: Bad) -> None:
    problems = Problems()
    read_package({**DOCUMENTS, bad.kind: problems.read(Memory(bad.kind, bad.raw))}, problems)
    problems.stop()


READERS: dict[str, Callable[[Bad], object]] = {
    "case": _case,
    "expect": _expect,
    "overlay": _overlay,
    "overlay name": lambda bad: overlay_folder(bad.raw),
    "line": lambda bad: parse_notation(bad.raw, WORDS),
}
FILES = {"case": "case.yaml", "overlay": "overlay.yaml"}


def wrong_with(bad: Bad) -> str:
    """Say what is wrong with how an input is refused; empty where nothing is."""
    try:
        READERS.get(bad.kind, _file)(bad)
    except NotationError as error:
        return "" if bad.kind == "line" and re.search(bad.says, str(error)) else f"says {error}"
    except ReadError as error:
        raw = bad.raw if isinstance(bad.raw, bytes) else bad.raw.encode("utf-8", "replace")
        judge.refusal(error, FILES.get(bad.kind, bad.kind), raw, private=bad.kind == "case")
        said = "; ".join(f"{problem.message} ({problem.hint})" for problem in error.problems)
        return "" if re.search(bad.says, said) else f"says {said[:300]}"
    return "isn't refused"


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in UNKNOWN])
def test_every_input_of_this_class_is_refused_with_a_place_and_a_reason(name):
    with small_and_quick():
        wrong = {bad.name: found for bad in CLASSES[name] if (found := wrong_with(bad))}

    assert {} == wrong


@pytest.mark.parametrize("name", UNKNOWN)
def test_every_value_of_this_class_counts_as_not_known_and_says_why(name):
    for bad in CLASSES[name]:
        id_ = bad.name.partition(":")[0]
        case = read_case(case_document(bad.raw, "case.yaml"), PATHWAY)
        entry = read_chart(case.chart, NOON, (), {}).entry(id_)
        assess(PATHWAY, case.chart, at=NOON)

        judge.says_nothing(case.warnings)
        assert isinstance(entry, Unknown) and not isinstance(entry, Known), bad.name
        assert WhyUnknown(bad.says) is entry.reason, bad.name
        assert (bad.says == "implausible") == bool(case.warnings), bad.name


def test_the_corpus_is_as_large_as_promised():
    assert len(CLASSES) >= 25
    assert sum(map(len, CLASSES.values())) >= 400
    assert all(CLASSES.values())
    assert all(bad.says for inputs in CLASSES.values() for bad in inputs)


def test_no_input_is_there_twice():
    for name, inputs in CLASSES.items():
        seen = [(bad.kind, bad.raw) for bad in inputs]
        assert len(set(seen)) == len(seen), name
