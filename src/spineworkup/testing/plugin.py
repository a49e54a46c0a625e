"""A pytest plugin: every case of a rule package or an overlay is a test.

For a rule author: `pytest -p spineworkup.testing.plugin FOLDER` runs `steps/*.cases.yaml` and `cases/*.yaml` of the
packages and overlays in a folder; `--clause-coverage` shows afterwards which lines of rules no case exercises. In a
project of tests, `pytest_plugins = ["spineworkup.testing.plugin"]` in its topmost conftest.py does the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

from spineworkup.errors import ReadError, SpineWorkupError
from spineworkup.testing.case_files import CaseFiles, Rules, WrittenCase, is_case_file
from spineworkup.testing.cases import compare
from spineworkup.testing.coverage import clause_coverage
from spineworkup.testing.failures import failure_text
from spineworkup.testing.pairs import moment_of


@define
class _Run:
    """One run of pytest: the rules that were read, and the cases that were run."""

    files: CaseFiles = field(factory=CaseFiles)
    ran: list[WrittenCase] = field(factory=list)


_RUN = pytest.StashKey[_Run]()


class UnexpectedError(AssertionError):
    """A case gets something else than it expects; the message says what, where and why."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that shows clause coverage."""
    parser.getgroup("spineworkup").addoption(
        "--clause-coverage",
        action="store_true",
        help="show which literals of which rules decided something in the cases that ran, and which never did",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Start with nothing read."""
    config.stash[_RUN] = _Run()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the case files of rule packages and of overlays, and nothing else."""
    return CaseFile.from_parent(parent, path=file_path) if is_case_file(file_path) else None


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[CaseItem]:
        """Yield one item for each case."""
        try:
            found = list(self.config.stash[_RUN].files.read(self.path, _shown(self.path, self.config)))
        except SpineWorkupError as error:
            raise self.CollectError(str(error)) from None
        names: set[str] = set()
        for number, written in enumerate(found, start=1):
            label = written.case.label or str(number)
            name = f"{label} ({number})" if label in names else label
            names.add(name)
            yield CaseItem.from_parent(self, name=name, written=written)


class CaseItem(pytest.Item):
    """A case: it passes when its checklist is what it expects."""

    def __init__(self, *, written: WrittenCase, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.written = written

    def runtest(self) -> None:
        """Assess the case, and compare."""
        written = self.written
        if written.slips:
            raise ReadError(written.slips)
        self.config.stash[_RUN].ran.append(written)
        found, checklist = compare(written.case, written.pathway, moment_of(written.pathway))
        if found:
            raise UnexpectedError(failure_text(written, found, checklist))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> object:  # type: ignore[override]
        """Return what is wrong in words: a rule author has no use for a traceback of the library."""
        if isinstance(excinfo.value, SpineWorkupError | UnexpectedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the case is written."""
        return self.path, self.written.line - 1, self.name


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show clause coverage, for each pathway of which cases ran."""
    if not config.getoption("--clause-coverage"):
        return
    run = config.stash[_RUN]
    by_pathway: dict[str, list[WrittenCase]] = {}
    for written in run.ran:
        by_pathway.setdefault(written.pathway.hash, []).append(written)
    for group in by_pathway.values():
        first = group[0]
        base = run.files.load(Rules(first.rules.package)) if first.rules.overlays else None
        coverage = clause_coverage(first.pathway, (written.case for written in group), base)
        terminalreporter.section("clause coverage")
        terminalreporter.write_line(coverage.report())


def _shown(file: Path, config: pytest.Config) -> str:
    """Return a file's name from where pytest was started, so that it can be clicked and copied."""
    start = config.invocation_params.dir
    return str(file.relative_to(start)) if file.is_relative_to(start) else str(file)
