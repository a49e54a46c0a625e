"""What holds for all tests: no silent skip in CI, and the examples in README and docs/ run."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

# Before any test is read, as what is decorated takes what holds then: the same examples in every run, alone or with others.
# `--hypothesis-profile=search` looks for new ones.
settings.register_profile(
    "same", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("same"), derandomize=False, max_examples=2000)
settings.load_profile("same")

# An example that can't run by itself has `<!--- skip: next -->` in the line above it.
pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
).pytest()


# Programs to be run, as the pages that show them are tested to: importing one does what it does.
collect_ignore = ["docs/examples"]

# These meet no line of the bound on coverage (Makefile) that others don't, and counting lines takes longer than the tests.
UNCOUNTED = tuple(
    Path(__file__).parent / "tests" / name
    for name in (
        "commands", "kit", "oracle", "proofs", "test_cases.py", "test_cli_fhir.py", "test_doctests.py", "test_how_to.py",
        "test_how_to_service.py", "test_properties.py", "test_repository.py", "test_shipped_pathway.py",
    )
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count no lines while those tests run."""
    for item in items:
        if any(place in (item.path, *item.path.parents) for place in UNCOUNTED):
            item.add_marker("no_cover")


def _nothing_may_skip() -> bool:
    return bool(os.environ.get("SPINEWORKUP_NO_SKIP"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where everything is installed: a check that didn't run is no check."""
    report = yield
    if _nothing_may_skip() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped where nothing may be: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if _nothing_may_skip() and report.skipped:
        report.outcome, report.longrepr = "failed", f"skipped where nothing may be: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
