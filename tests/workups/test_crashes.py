"""A save that fails, or is the last thing a process does, at each of its calls: what is kept is old or new, never neither.

In every run some writers are killed, and each call fails in one of four ways; `SPINEWORKUP_CAMPAIGN=1` kills a thousand and takes all four, and
`python -m tests.workups.campaign kills --count 5000` as many as one likes.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from spineworkup.errors import KeepingError
from spineworkup.workups.files import load_workup, save_workup
from spineworkup.workups.sqlite import SqliteStore
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, PATHWAY, hour, started
from tests.workups.stores import scratch

CAMPAIGN = bool(os.environ.get("SPINEWORKUP_CAMPAIGN"))
ROOT = Path(__file__).parents[2]
CALLS = [
    *((os, name) for name in ("open", "write", "fsync", "close", "replace", "link", "unlink", "stat", "chmod", "scandir")),
    (fcntl, "flock"),
    (Path, "read_bytes"),
]
ERRORS = (errno.ENOSPC, errno.EIO, errno.EINTR, errno.EACCES)


class Killed(BaseException):
    """The process is no more: nothing that it would still have done is done."""


class System:
    """The calls of a save, one of which goes wrong."""

    def __init__(self, wrong: int = -1, how: str | int = "") -> None:
        self.wrong, self.how = wrong, how
        self.calls: list[str] = []
        self.dead = False
        self.handles: set[int] = set()

    def wrapped(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            if self.dead:
                raise Killed
            self.calls.append(name)
            if len(self.calls) - 1 != self.wrong:
                return self._noted(name, given, real(*given, **more))
            return self._gone_wrong(name, given, lambda: self._noted(name, given, real(*given, **more)))

        return call

    def _noted(self, name: str, given: tuple[Any, ...], result: Any) -> Any:
        if name == "open":
            self.handles.add(result)
        if name == "close":
            self.handles.discard(given[0])
        return result

    def _gone_wrong(self, name: str, given: tuple[Any, ...], real: Callable[[], Any]) -> Any:
        match self.how:
            case int(number):
                raise OSError(number, os.strerror(number))
            case "killed before":
                self.dead = True
            case "killed after":
                done = real()
                if name == "scandir":
                    done.close()
                self.dead = True
            case "killed within":
                os.pwrite(given[0], bytes(given[1])[: len(given[1]) // 2], 0) if name == "write" else None
                self.dead = True
        raise Killed

    @contextmanager
    def at_work(self, *, links: bool) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            if not links:
                patch.setattr(os, "link", _refuse)
            for module, name in CALLS:
                patch.setattr(module, name, self.wrapped(name, getattr(module, name)))
            yield


def _refuse(*_: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


def _end(system: System) -> None:
    """Let go of what a dead process had open."""
    for handle in system.handles:
        os.close(handle)


OLD, NEW = started(), started().note("more", at=hour(1), by=FIRST)


def _prepared(folder: Path, first: bool) -> Path:
    file = folder / "a.json"
    for other in folder.iterdir():
        other.unlink()
    if not first:
        save_workup(OLD, file, expected_revision=0)
    return file


def _save(file: Path, system: System, first: bool, links: bool) -> Workup | None:
    """Save; None where that was refused, or the process is no more."""
    with system.at_work(links=links), suppress(KeepingError, Killed):
        return save_workup(NEW, file, expected_revision=0 if first else OLD.revision)
    return None


def _kept(file: Path) -> Workup | None:
    return load_workup(file, PATHWAY) if file.exists() else None


def _goes_on(file: Path) -> None:
    """Whatever was left behind, the next one can save, and nothing lies about afterwards."""
    now = _kept(file)
    more = (now or started()).note("later", at=hour(2), by=FIRST)
    save_workup(more, file, expected_revision=now.revision if now else 0)
    assert _kept(file) == more
    assert {other.name for other in file.parent.iterdir()} <= {"a.json", "a.json.lock", "a.json.previous"}
    for other in file.parent.glob("*.previous"):
        assert load_workup(other, PATHWAY).events == more.events[:-1]


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as found:
        yield found


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_a_save_whose_calls_go_wrong_leaves_old_or_new(folder: Path, first: bool, links: bool) -> None:
    whole = System()
    assert _save(_prepared(folder, first), whole, first, links) == NEW
    assert {"open", "write", "fsync", "replace", "flock", "read_bytes"} <= {*whole.calls}
    old = None if first else OLD
    outcomes: Counter[str] = Counter()
    for wrong in range(len(whole.calls)):
        errors = ERRORS if CAMPAIGN else (ERRORS[wrong % len(ERRORS)],)
        for how in (*errors, "killed before", "killed within", "killed after"):
            file, system = _prepared(folder, first), System(wrong, how)
            saved = _save(file, system, first, links)
            _end(system)
            now = _kept(file)
            assert now in (old, NEW), (system.calls[-1], how)
            assert saved is None or now == saved == NEW
            outcomes["saved" if saved else "as before" if now == old else "as saved"] += 1
            _goes_on(file)
    assert outcomes["as before"] > outcomes["as saved"] > 0


def test_what_is_written_in_pieces_is_written_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    file = _prepared(folder, first=False)
    monkeypatch.setattr(os, "write", lambda handle, raw: real(handle, raw[:7]))
    save_workup(NEW, file, expected_revision=OLD.revision)
    assert _kept(file) == NEW


def test_a_database_that_is_stopped_at_any_instruction_is_as_before_or_as_saved(folder: Path) -> None:
    store = SqliteStore(folder / "workups.db")
    outcomes: Counter[str] = Counter()
    for instruction in range(1, 2000):
        old = store.save(started(f"case-{instruction}"), expected_revision=0)
        new = old.note("more", at=hour(1), by=FIRST)
        steps = iter(range(1, instruction))
        store._connection(make=False).set_progress_handler(lambda steps=steps: next(steps, None) is None, 1)
        try:
            store.save(new, expected_revision=old.revision)
        except KeepingError:
            kept = store.load(old.case, PATHWAY)
            assert kept in (old, new)
            outcomes["as before" if kept == old else "as saved"] += 1
        else:
            break
    assert outcomes["as before"] > 50
    store.close()


# Processes that are killed.


def campaign(*arguments: str) -> dict[str, float]:
    """What a campaign counted; it has lost nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.workups.campaign", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, float] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_writer_that_is_killed_loses_nothing_that_it_said_was_saved() -> None:
    times = 500 if CAMPAIGN else 50
    found = campaign("kills", "--count", str(times))
    assert found["kills"] == 2 * times and found["killed while it saved"] > times


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_disk_that_takes_no_more_leaves_old_or_new() -> None:
    found = campaign("faults", "--every", "4" if CAMPAIGN else "40")
    assert found["refused"] > 10 and found["saved"] > 5 and found["killed"] > 10
