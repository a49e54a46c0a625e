"""The tables of docs/benchmarks.md, each between two markers, with when and on what it was measured."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from attrs import frozen

from tests.benchmarks.workload import SEED

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PACKAGES = ("datalogic-py", "zen-engine", "rule-engine", "SpiffWorkflow", "polars", "duckdb", "narwhals", "numpy", "pyarrow")


@frozen
class Table:
    """A table of text."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        return "\n".join(map(_line, [self.head, ["---"] * len(self.head), *self.rows]))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def replaced(page: str, part: str, text: str) -> str:
    """Return the page with another text between the markers of a part."""
    begin, end = f"<!-- measured: {part} -->", f"<!-- end: {part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page has no markers for {part!r}")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page)


def setting(rounds: int) -> str:
    """Say when, on what and with which versions it was measured."""
    versions = ", ".join(f"{name} {number}" for name in PACKAGES if (number := _version(name)))
    machine = f"{_processor()}, {os.cpu_count()} cores, CPython {platform.python_version()}"
    return f"{datetime.now(UTC).date().isoformat()}; {machine}; seed {SEED}, {rounds} rounds;\n{versions}."


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
