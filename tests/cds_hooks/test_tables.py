"""The pages on requirements and threats: whole, counted right, and every test that they name is there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from tests.cds_hooks import test_requirements_calls as calls
from tests.cds_hooks import test_requirements_cards as cards
from tests.cds_hooks import test_requirements_discovery as discovery
from tests.cds_hooks import test_requirements_feedback as feedback
from tests.cds_hooks import test_requirements_security as security

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS, THREATS = (ROOT / "docs" / name for name in ("cds-hooks-requirements.md", "threats.md"))
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)(?:\[(\w+)\])?`")
MODULES = {"calls": calls, "cards": cards, "discovery": discovery, "feedback": feedback, "security": security}
TABLES = {f"tests/cds_hooks/test_requirements_{part}.py": module for part, module in MODULES.items()}
NOT_APPLICABLE = "not applicable: "
VERBS = ["SHALL", "SHALL NOT", "SHOULD", "SHOULD NOT", "MAY", "DEPRECATED"]


def rows(page: Path, first: str) -> list[list[str]]:
    """Return the rows of the tables of a page whose first cell has a form."""
    lines = page.read_text(encoding="utf-8").splitlines()
    cells = ([cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines if line.startswith("| "))
    return [row for row in cells if re.fullmatch(first, row[0])]


ASKED = rows(REQUIREMENTS, r"\d+")
THREATENED = rows(THREATS, r"T-\d+")


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def dead(text: str) -> list[str]:
    """Return the tests that a text names and that aren't there."""
    return [f"{file}::{name}[{key}]" for file, name, key in TEST.findall(text) if not is_there(file, name, key)]


def is_there(file: str, name: str, key: str) -> bool:
    if not (ROOT / file).is_file() or name not in names_in(file):
        return False
    module = TABLES.get(file) if key else None
    tables = [table for each in ("REQUIREMENTS", "NEVER") for table in [getattr(module, each, {})]]
    return not key or any(key in map(str, table) for table in tables)


@pytest.mark.parametrize("page", [REQUIREMENTS, THREATS], ids=lambda page: page.stem)
def test_every_test_that_is_named_is_there(page):
    text = page.read_text(encoding="utf-8")

    assert [] == dead(text)
    assert len(TEST.findall(text)) == len(re.findall(r"tests/[\w/]+\.py::", text))


@pytest.mark.parametrize("name", ["tests/cds_hooks/test_tables.py::test_nobody_wrote", "tests/none.py::test_x",
                                  "tests/cds_hooks/test_requirements_cards.py::test_every_card[1]"])  # fmt: skip
def test_a_test_that_is_not_there_is_seen(name):
    assert dead(f"`{name}`")


def test_all_requirements_are_there_once():
    verbs = Counter(row[1] for row in ASKED)

    assert len({row[0] for row in ASKED}) == len(ASKED) == 120
    assert [verbs[verb] for verb in VERBS] == [69, 4, 17, 1, 28, 1]


@pytest.mark.parametrize("row", ASKED, ids=lambda row: row[0])
def test_a_requirement_names_a_test_or_says_why_not(row):
    assert len(row) == 5 and all(row)
    has_reason = row[4].startswith(NOT_APPLICABLE) and len(row[4]) > len(NOT_APPLICABLE) + 10
    assert has_reason or TEST.search(row[4])


def test_the_counts_of_the_page_are_those_of_its_rows():
    said = {row[0]: int(row[1]) for row in rows(REQUIREMENTS, "|".join(VERBS))}
    text = REQUIREMENTS.read_text(encoding="utf-8")

    assert said == Counter(row[1] for row in ASKED)
    assert f"| **all** | **{len(ASKED)}** |" in text
    assert f"Not applicable, each with its reason: **{sum(row[4].startswith(NOT_APPLICABLE) for row in ASKED)}**" in text


def test_every_row_of_a_table_of_tests_stands_on_the_page():
    """Nothing is tested by number that the page doesn't name: the two stay together."""
    named = {(file.rpartition("_")[2].removesuffix(".py"), key) for file, _, key in TEST.findall(REQUIREMENTS.read_text("utf-8")) if key}
    for part in ("discovery", "cards", "security"):
        table = TABLES[f"tests/cds_hooks/test_requirements_{part}.py"].REQUIREMENTS
        assert [] == [number for number in table if (part, str(number)) not in named]


def test_all_threats_are_there_once():
    assert [f"T-{number:02}" for number in range(1, 33)] == sorted(row[0] for row in THREATENED)


@pytest.mark.parametrize("row", THREATENED, ids=lambda row: row[0])
def test_a_threat_has_a_control_a_test_and_what_remains(row):
    assert len(row) == 5 and all(row)
    assert TEST.search(row[3])
