"""Workups in an SQLite database: the same lines and links as in a file, a row for each event."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count, takewhile
from pathlib import Path

from attrs import evolve, field, frozen

from spineworkup.errors import DamagedError, KeepingError, NewerError, WorkupError
from spineworkup.pathways import Pathway
from spineworkup.workups.files import LOCK, told
from spineworkup.workups.kept import as_text, from_bytes
from spineworkup.workups.locks import PATIENCE, locked
from spineworkup.workups.merging import brought_together
from spineworkup.workups.migrations import SCHEMA
from spineworkup.workups.opening import closed, open_workup
from spineworkup.workups.workup import Workup

# The tables that are written, and the newest that are read; and what says that a database is one of workups.
LAYOUT, APPLICATION = 1, 0x73706E77
_TABLES = (
    "CREATE TABLE IF NOT EXISTS workups (label TEXT PRIMARY KEY, schema INTEGER, library TEXT, head TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS events (label TEXT, number INTEGER, line TEXT, chain TEXT, PRIMARY KEY (label, number))"
    " WITHOUT ROWID",
)
_WORKUP = "SELECT CAST(schema AS TEXT), CAST(library AS TEXT), CAST(head AS TEXT) FROM workups WHERE label = ?"
_EVENTS = "SELECT number, CAST(line AS TEXT), CAST(chain AS TEXT) FROM events WHERE label = ? ORDER BY number"
_SAVE_WORKUP = "INSERT OR REPLACE INTO workups VALUES (?, ?, ?, ?)"
# An event that is there already stays, unless it was written in an older form.
_SAVE_EVENT = (
    "INSERT INTO events VALUES (?, ?, ?, ?) ON CONFLICT (label, number) DO UPDATE SET line = excluded.line, chain = excluded.chain"
    " WHERE chain != excluded.chain"
)


@frozen
class SqliteStore:
    """Workups in one database, on a disk of this machine.

    Each process, and each thread of it, has its own connection, which is opened when it is first needed. Messages name
    the database and never a case.

    Args:
        path: Of the database; it is made when the first workup is saved.
    """

    path: Path
    _connections: dict[tuple[int, ...], sqlite3.Connection] = field(factory=dict, init=False, repr=False, eq=False)

    def load(self, case: str, pathway: Pathway | None = None) -> Workup:
        """Return the workup of a case; the arguments and errors are those of `load_workup`."""
        with self._at_once("BEGIN", f"{self._place}: can't be read") as connection:
            raw = _raw(connection, case)
        if raw is None:
            raise KeepingError(f"{self._place}: there is none")
        return open_workup(raw, self._place, pathway)

    def save(self, workup: Workup, *, expected_revision: int) -> Workup:
        """Save the workup of its case; the arguments and errors are those of `save_workup`."""
        failure = f"{self._place}: saving failed, and what is kept there is whole, as before or as saved: load it to see"
        with self._at_once("BEGIN IMMEDIATE", failure) as connection:
            raw = _raw(connection, workup.case)
            kept = None if raw is None else from_bytes(raw, self._place)
            together = evolve(workup, events=brought_together(kept, workup, expected_revision, self._place))
            if kept is None or together.events != kept.events:
                _put(connection, together, closed(together, self._place))
        return together

    def cases(self) -> tuple[str, ...]:
        """Return the cases that have a workup here, in order.

        Raises:
            KeepingError: There is no such database.
        """
        with self._at_once("BEGIN", f"{self.path}: can't be read") as connection:
            return tuple(sorted(label for (label,) in connection.execute("SELECT label FROM workups UNION SELECT label FROM events")))

    def close(self) -> None:
        """Close the connections of this process; each is opened again when it is needed."""
        self._close()

    def _close(self, *thread: int) -> None:
        ours = (os.getpid(), *thread)
        for key in [key for key in self._connections if key[: len(ours)] == ours]:
            self._connections.pop(key).close()

    @property
    def _place(self) -> str:
        return f"{self.path}: the workup of this case"

    @property
    def _lock(self) -> Path:
        return self.path.with_name(self.path.name + LOCK)

    @contextmanager
    def _at_once(self, begin: str, failure: str) -> Iterator[sqlite3.Connection]:
        """Yield a connection for what is read and written all together or not at all."""
        try:
            with told(failure), self._connection(make=begin != "BEGIN") as connection:
                connection.execute(begin)
                yield connection
        except sqlite3.Error as error:
            # A transaction that couldn't be ended either ends with its connection.
            self._close(threading.get_ident())
            name = getattr(error, "sqlite_errorname", "SQLITE")
            if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                raise DamagedError(f"{self.path}: no database that can be read ({name})", 0) from None
            raise KeepingError(f"{failure} ({name})") from None

    def _connection(self, *, make: bool) -> sqlite3.Connection:
        # A connection must not be used, nor closed, by a process that was forked; nor once another file is in its place.
        if make and not self.path.exists():
            self._make_file()
        file = os.stat(self.path)
        key = (os.getpid(), threading.get_ident(), file.st_dev, file.st_ino)
        if key not in self._connections:
            self._connections[key] = self._opened(make)
        return self._connections[key]

    def _make_file(self) -> None:
        """Make a file that nobody else may read; SQLite gives what it keeps beside it the same permissions."""
        with locked(self._lock, self._place), suppress(FileExistsError):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def _opened(self, make: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )  # fmt: skip
        try:
            connection.text_factory = _text
            connection.execute("PRAGMA synchronous = FULL")
            if make and not _one(connection, "SELECT count(*) FROM sqlite_master"):
                # Two that change the journal of one database at the same time would refuse each other.
                with locked(self._lock, self._place):
                    _make_tables(connection)
            self._check_is_ours(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_is_ours(self, connection: sqlite3.Connection) -> None:
        if _one(connection, "PRAGMA application_id") != APPLICATION:
            raise WorkupError(f"{self.path}: not a database of workups")
        if (layout := _one(connection, "PRAGMA user_version")) > LAYOUT:
            raise NewerError(f"{self.path}: written by a newer version (tables {layout}; this one reads up to {LAYOUT}): nothing was read")


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _label(case: str) -> str:
    return case.encode(errors="replace").decode()


def _one(connection: sqlite3.Connection, query: str) -> int:
    found: int = connection.execute(query).fetchone()[0]
    return found


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for table in _TABLES:
            connection.execute(table)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")


def _raw(connection: sqlite3.Connection, case: str) -> bytes | None:
    """Return the workup of a case as a file would hold it; None where there is none."""
    found = connection.execute(_WORKUP, (_label(case),)).fetchone()
    rows = zip(count(1), connection.execute(_EVENTS, (_label(case),)), strict=False)
    # What comes after a gap is left out, so that something is missing.
    chained = [(line, chain) for _, (_, line, chain) in takewhile(lambda row: row[0] == row[1][0], rows)]
    if found is None and not chained:
        return None
    schema, library, head = found or (SCHEMA, None, None)
    return as_text(schema, library, case, chained, head).encode()


def _put(connection: sqlite3.Connection, workup: Workup, raw: bytes) -> None:
    """Write a workup, in the bytes of a file, into the tables."""
    kept = json.loads(raw)
    connection.execute(_SAVE_WORKUP, (workup.case, kept["schema"], kept["library"], kept["head"]))
    chained = zip(count(1), workup.events, kept["events"], strict=False)
    connection.executemany(_SAVE_EVENT, ((workup.case, n, event.line, row["chain"]) for n, event, row in chained))
