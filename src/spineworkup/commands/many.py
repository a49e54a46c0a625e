"""Many workups at once: a folder of files, one database, or a single file; what can't be read is said."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from attrs import evolve, field, frozen

from spineworkup.commands.saying import say
from spineworkup.errors import KeepingError, SpineWorkupError
from spineworkup.pathways import Pathway
from spineworkup.reading.load import DEFAULT, load_pathway
from spineworkup.workups.files import load_workup
from spineworkup.workups.sqlite import SqliteStore
from spineworkup.workups.workup import Workup

T = TypeVar("T")
Load = Callable[[Pathway | None], Workup]
_SQLITE = b"SQLite format 3\0"
_PATIENCE, _BAR = 1.0, 20


@frozen
class Read:
    """What was read of many workups.

    Args:
        workups: Each with the place where it is kept.
        failed: Why the others could not be read, each with its place.
    """

    workups: tuple[tuple[str, Workup], ...] = field(repr=False)
    failed: tuple[str, ...]


def read_all(place: Path, overlays: Sequence[str]) -> Read:
    """Return the workups of a folder (its files that end in .json), of a database, or of one file.

    Args:
        overlays: The rules to read them with; those that each goes by, where none is named.

    Raises:
        KeepingError: There is no such folder or file.
    """
    rules = _Rules(load_pathway(DEFAULT, overlays), fixed=bool(overlays))
    found: list[tuple[str, Workup]] = []
    failed = []
    for name, load in progress(_sources(place), "reading"):
        try:
            found.append((name, rules.workup(load)))
        except SpineWorkupError as error:
            failed.append(one_line(error))
    return Read(tuple(found), tuple(failed))


def one_line(error: SpineWorkupError) -> str:
    """Return the first line of a message; the rest shows where in a file of rules."""
    return str(error).partition("\n")[0]


@frozen
class _Rules:
    """The rules that workups go by, read once."""

    base: Pathway
    fixed: bool
    known: dict[tuple[str, ...], Pathway] = field(factory=dict)

    def workup(self, load: Load) -> Workup:
        workup = load(self.base)
        if self.fixed:
            return workup
        key = (workup.adopted.package, *workup.adopted.overlays)
        if key not in self.known:
            self.known[key] = load(None).pathway
        return evolve(workup, pathway=self.known[key])


def _sources(place: Path) -> list[tuple[str, Load]]:
    """Return what is to be read, each with its name."""
    if place.is_dir():
        return [(str(file), _of_file(file)) for file in sorted(place.glob("*.json"))]
    if not place.exists():
        raise KeepingError(f"{place}: there is no such folder or file")
    with place.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    if not is_database:
        return [(str(place), _of_file(place))]
    store = SqliteStore(place)
    return [(str(place), _of_case(store, case)) for case in store.cases()]


def _of_file(file: Path) -> Load:
    return lambda pathway: load_workup(file, pathway)


def _of_case(store: SqliteStore, case: str) -> Load:
    return lambda pathway: store.load(case, pathway)


def say_failed(failed: Sequence[str]) -> None:
    """Say first and plainly what could not be read."""
    if failed:
        print(f"NOT READ: {len(failed)}. What is in them is missing below.")
        for words in failed:
            print(f"  {words}")
        print()


def progress(things: Sequence[T], words: str) -> Iterator[T]:
    """Yield things one by one; on a terminal a bar shows how far it is, once it takes long."""
    started = time.monotonic()
    shown = False
    for number, thing in enumerate(things):
        if sys.stderr.isatty() and time.monotonic() - started > _PATIENCE:
            done = _BAR * number // len(things)
            print(f"\r[{'#' * done:{_BAR}}] {words} {number} of {len(things)}", end="", file=sys.stderr, flush=True)
            shown = True
        yield thing
    if shown:
        say("\r" + " " * 60 + "\r")
