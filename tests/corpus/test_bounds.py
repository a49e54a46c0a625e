"""What bounds the work: depth, size, and calls that grow with the length only. Also where there is no C parser."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import pytest
import yaml

from spineworkup.reading import read_yaml as module
from spineworkup.reading.read_case import case_document
from spineworkup.reading.read_yaml import MAX_DEPTH, read_yaml
from tests.corpus import bad_yaml
from tests.corpus.bad import Bad
from tests.corpus.test_corpus import wrong_with
from tests.fuzz.quick import small_and_quick

NESTS = {"lists": ("[", "]"), "mappings": ('{"a": ', "}"), "both": ('[{"a": ', "}]")}


@pytest.mark.parametrize("opened, closed", NESTS.values(), ids=NESTS)
def test_depths_around_the_limit(opened, closed):
    width = opened.count("[") + opened.count("{")

    def problems(depth):
        return [p.message for p in read_yaml(opened * (depth // width) + "1" + closed * (depth // width), "f")[1]]

    assert [[], [], ["too deeply nested"]] == [problems(depth) for depth in (MAX_DEPTH - width, MAX_DEPTH, MAX_DEPTH + width)]


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "[{a: ", "!!x [", "&a ["])
def test_a_megabyte_of_nesting_ends_no_process(unit):
    """A parser written in C, given as much, has ended the whole process: hence a process of its own."""
    code = f"""
from spineworkup.errors import CaseError
from spineworkup.reading.read_case import case_document
try:
    case_document({unit!r} * (1_000_000 // {len(unit)}), "case.yaml")
except CaseError as error:
    print(error.problems[0].position.file)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert ("case.yaml\n", "", 0) == (done.stdout, done.stderr, done.returncode)


@pytest.mark.parametrize("text", [bad_yaml.bomb(22), bad_yaml.merge_bomb(22), bad_yaml.bomb(200, 20)], ids=["aliases", "merges", "large"])
def test_a_bomb_takes_no_memory(text):
    tracemalloc.start()
    try:
        read_yaml(text, "f.yaml")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000


def calls(text):
    count = 0

    def one(*_):
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(one)
    try:
        case_document(text, "f.yaml")
    except ValueError:
        pass
    finally:
        sys.setprofile(before)
    return count


UNITS = ["a: ", "k@: 1\n", "- x\n", "[1], ", "'", '"\\u0061', "\\ud83d\\ude00", "\\", "# x\n", "x ", "| \n", "? x\n", "&a ", "!x ", "a: 1\n", "\t"]


@pytest.mark.parametrize("unit", UNITS, ids=repr)
@pytest.mark.parametrize("before", ["", '{"a": "', "a: "], ids=repr)
def test_twice_the_length_is_at_most_twice_the_work(unit, before):
    """Counted in calls, not in seconds."""
    once, twice = (calls(before + "".join(unit.replace("@", str(n)) for n in range(count))) for count in (1000, 2000))

    assert twice <= 2.5 * once + 100


SHORT = [(name, bad) for name, inputs in bad_yaml.CLASSES.items() for bad in inputs if len(bad.raw) < 5000 and bad.kind == "case"]


@pytest.mark.parametrize("name", sorted({name for name, _ in SHORT}))
def test_without_the_c_parser_the_same_is_refused(name, monkeypatch):
    """As in a browser."""
    monkeypatch.setattr(module, "_Loader", yaml.BaseLoader)

    def wrong(bad: Bad) -> str:
        with small_and_quick():
            return wrong_with(bad)

    assert {} == {bad.name: found for here, bad in SHORT if here == name and (found := wrong(bad))}
