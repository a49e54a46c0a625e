"""Speed as ratios, side by side in one run: `make bench`. Never a gate of `make test`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from spineworkup import assess, load_pathway
from spineworkup.as_read import read_chart
from spineworkup.logic.plan import plan
from spineworkup.reading.find_packages import package_folder, yaml_files
from spineworkup.reading.read_package import CASES
from spineworkup.reading.read_yaml import read_yaml
from tests.benchmarks.plain_python import plain_assess
from tests.benchmarks.shipped import charts
from tests.benchmarks.workload import AT, CLOCKS

pytestmark = pytest.mark.benchmark


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int = 9) -> float:
    """Return how many times as long `ours` takes as `theirs`: the median of rounds taken in turn."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        ours()
        middle = time.process_time()
        theirs()
        found.append((middle - start) / (time.process_time() - middle))
    return statistics.median(found)


def say(what: str, value: float, goal: float) -> None:
    print(f"\n{what}: {value:.2f} (goal: at most {goal})")


def test_plain_python_gives_the_same_answers() -> None:
    """The yardstick does the same work: status, urgency, due time, overdue and clearance of every step."""
    pathway = load_pathway()
    plain = plain_assess(pathway)
    for chart in charts(pathway, 300, seed=2):
        facts = read_chart(chart, AT, plan(pathway).derived, pathway.totals).facts
        answer = plain(facts, chart.clocks, AT)
        for item in assess(pathway, chart, at=AT).items:
            expected = answer[item.step.id][:6]
            urgency = item.urgency
            found = (
                item.status.value, urgency.lowest.rank, urgency.highest.rank, item.due, item.overdue,
                item.clear_to_proceed,
            )  # fmt: skip
            assert expected == found, item.step.id


def test_assess_against_plain_python() -> None:
    pathway = load_pathway()
    plain = plain_assess(pathway)
    patients = charts(pathway, 200)
    facts = [read_chart(chart, AT, plan(pathway).derived, pathway.totals).facts for chart in patients]
    value = ratio(
        lambda: [assess(pathway, chart, at=AT) for chart in patients],
        lambda: [plain(known, CLOCKS, AT) for known in facts],
    )
    say("assess one chart / the same rules as plain Python", value, 4)


def rule_texts() -> list[str]:
    """Return the text of every file that makes the shipped pathway."""
    folder = package_folder("metastatic_spine")
    files = [folder / "package.yaml", folder / "sources.yaml", folder / "criteria.yaml", folder / "options.yaml"]
    files += [folder / "pathway.yaml"]
    for part in ("findings", "scores", "steps"):
        files += [file for file in yaml_files(folder / part) if not file.name.endswith(CASES)]
    return [file.read_text(encoding="utf-8") for file in files if file.is_file()]


def test_reading_yaml_with_places_against_reading_it() -> None:
    texts = rule_texts()
    value = ratio(
        lambda: [read_yaml(text, "rules") for text in texts],
        lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts],
    )
    say("read_yaml / PyYAML's C loader", value, 1)


def test_load_against_parsing_the_same_files() -> None:
    texts = rule_texts()
    value = ratio(load_pathway, lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts])
    say("load_pathway / the same files by PyYAML's C loader", value, 3)


def _import_time(code: str) -> float:
    timed = f"import time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(done.stdout)


@pytest.mark.parametrize(
    ("what", "code", "goal"),
    [
        ("import spineworkup / import attrs, cattrs, yaml", "import spineworkup", 1.3),
        ("the same, with every name of the front door used", "from spineworkup import *", 3),
    ],
)
def test_import(what: str, code: str, goal: float) -> None:
    found = []
    for _ in range(9):
        ours = _import_time(f"import attrs, cattrs, yaml, spineworkup; {code}")
        found.append(ours / _import_time("import attrs, cattrs, yaml"))
    say(what, statistics.median(found), goal)
