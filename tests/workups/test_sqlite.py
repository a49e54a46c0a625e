"""What holds of the database alone: its file, its connections, and what befalls rows and pages."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from spineworkup.errors import DamagedError, KeepingError, NewerError, SpineWorkupError, WorkupError
from spineworkup.workups import sqlite
from spineworkup.workups.kept import to_bytes
from spineworkup.workups.sqlite import SqliteStore
from tests.workups.patients import FIRST, PATHWAY, hour, started
from tests.workups.samples import SECRET, full
from tests.workups.stores import scratch

CASE = "example-1"
SIZE = full().revision
MORE = full().note("more", at=hour(9), by=FIRST)


@pytest.fixture
def path() -> Iterator[Path]:
    with scratch() as folder:
        yield folder / "workups.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    found = SqliteStore(path)
    found.save(full(), expected_revision=0)
    yield found
    found.close()


def _change(path: Path, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(statement, values)


def _asked(path: Path, query: str) -> Any:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchone()[0]


def test_only_its_owner_may_read_it(store: SqliteStore, path: Path) -> None:
    modes = {other.name: stat.S_IMODE(other.stat().st_mode) for other in path.parent.iterdir()}
    assert modes == dict.fromkeys(["workups.db", "workups.db-wal", "workups.db-shm", "workups.db.lock"], 0o600)


def test_it_is_written_ahead_and_to_the_disk(store: SqliteStore, path: Path) -> None:
    assert _asked(path, "PRAGMA journal_mode") == "wal"
    assert store._connection(make=False).execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_is_there_already_is_not_written_again(store: SqliteStore) -> None:
    before = store._connection(make=False).total_changes
    store.save(MORE, expected_revision=SIZE)
    # The head of the workup, and one event.
    assert store._connection(make=False).total_changes - before <= 3


def test_a_file_and_a_database_hold_the_same(store: SqliteStore) -> None:
    assert sqlite._raw(store._connection(make=False), CASE) == to_bytes(CASE, full().events)


# Rows.

ROWS = {
    "no head": ("DELETE FROM workups", SIZE),
    "head of nothing": ("UPDATE workups SET head = NULL", SIZE),
    "library of nothing": ("UPDATE workups SET library = NULL", SIZE),
    "schema of letters": ("UPDATE workups SET schema = 'x'", 0),
    "bytes": ("UPDATE events SET line = x'ff' WHERE number = 4", 3),
    "nothing": ("UPDATE events SET line = NULL WHERE number = 4", 3),
    "a number": ("UPDATE events SET chain = 3 WHERE number = 4", 3),
    "a gap": ("UPDATE events SET number = 40 WHERE number = 12", 11),
    "before the first": ("UPDATE events SET number = -1 WHERE number = 1", 0),
    "no events": ("DELETE FROM events", 0),
    "the label of another": ("UPDATE events SET label = 'b' WHERE number > 5", 5),
}


@pytest.mark.parametrize("what", ROWS)
def test_rows_that_were_altered_are_seen(store: SqliteStore, path: Path, what: str) -> None:
    statement, good = ROWS[what]
    _change(path, statement)
    for action in (lambda: store.load(CASE, PATHWAY), lambda: store.save(MORE, expected_revision=SIZE)):
        with pytest.raises(DamagedError) as caught:
            action()
        assert caught.value.good == good
        assert SECRET not in str(caught.value) and CASE not in str(caught.value)
    assert CASE in store.cases()


def test_events_without_a_workup_are_listed_and_not_added_to(store: SqliteStore, path: Path) -> None:
    _change(path, "UPDATE workups SET label = 'b'")
    assert store.cases() == ("b", CASE)
    with pytest.raises(DamagedError):
        store.save(started(CASE), expected_revision=0)


# Other files.


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    _change(path, "CREATE TABLE fish (name TEXT)")
    for action in (SqliteStore(path).cases, lambda: SqliteStore(path).save(started(), expected_revision=0)):
        with pytest.raises(WorkupError, match="not a database of workups"):
            action()
    assert _asked(path, "SELECT count(*) FROM sqlite_master") == 1


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_bytes(b"limb_weakness: present\n" * 100)
    with pytest.raises(DamagedError, match="no database that can be read .SQLITE_NOTADB"):
        SqliteStore(path).save(started(), expected_revision=0)
    assert path.read_bytes() == b"limb_weakness: present\n" * 100


def test_tables_of_a_newer_version_are_refused(store: SqliteStore, path: Path) -> None:
    store.close()
    _change(path, "PRAGMA user_version = 2")
    with pytest.raises(NewerError, match=r"tables 2; this one reads up to 1"):
        store.load(CASE)


def test_an_empty_file_is_not_taken_for_one_without_cases(path: Path) -> None:
    path.touch()
    with closing(SqliteStore(path)) as store:
        with pytest.raises(WorkupError, match="not a database of workups"):
            store.cases()
        # Whoever made it was killed before there were tables in it.
        assert store.save(started(), expected_revision=0) == started()
        assert store.cases() == (started().case,)


@pytest.mark.parametrize("path", [Path("nowhere/at/all.db"), Path("."), Path("nowhere.db")])
def test_what_cannot_be_opened_is_said(path: Path) -> None:
    store = SqliteStore(path)
    with pytest.raises(KeepingError, match="can't be read"):
        store.cases()
    assert not path.is_file()


def test_a_name_with_signs_in_it_is_a_name(path: Path) -> None:
    with closing(SqliteStore(path.with_name("a?b#c %41.db"))) as store:
        store.save(started(), expected_revision=0)
        assert store.path.exists() and len([*path.parent.iterdir()]) == 4


def test_who_waits_too_long_is_told(store: SqliteStore, path: Path) -> None:
    store._connection(make=False).execute("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KeepingError, match="SQLITE_BUSY"):
            store.save(MORE, expected_revision=SIZE)
    assert store.save(MORE, expected_revision=SIZE) == MORE


def test_an_error_without_a_name_is_told(store: SqliteStore) -> None:
    store._connection(make=False).close()
    with pytest.raises(KeepingError, match=r"\(SQLITE\)"):
        store.load(CASE)


def test_a_full_disk_leaves_what_was_there(store: SqliteStore) -> None:
    pages = store._connection(make=False).execute("PRAGMA page_count").fetchone()[0]
    store._connection(make=False).execute(f"PRAGMA max_page_count = {pages}")
    large = full().note("x" * 20_000, at=hour(9), by=FIRST)
    with pytest.raises(KeepingError, match="SQLITE_FULL"):
        store.save(large, expected_revision=SIZE)
    assert store.load(CASE, PATHWAY) == full()


# Connections.


def test_each_thread_has_its_own(store: SqliteStore) -> None:
    seen = []
    threads = [threading.Thread(target=lambda: seen.append((store.load(CASE, PATHWAY), store._connection(make=False)))) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    assert [workup for workup, _ in seen] == [full()] * 3
    assert store._connection(make=False) not in [connection for _, connection in seen]


def test_a_forked_process_opens_its_own_and_closes_no_other(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = store._connection(make=False)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        assert store._connection(make=False) is not ours
        assert store.load(CASE, PATHWAY) == full()
        store.close()
    assert ours.execute("SELECT 1").fetchone() == (1,) and store._connection(make=False) is ours


def test_a_file_that_took_the_place_of_the_other_is_opened(store: SqliteStore, path: Path) -> None:
    with closing(SqliteStore(path.with_name("b.db"))) as other:
        other.save(started("b"), expected_revision=0)
    shutil.copyfile(path.with_name("b.db"), path.with_name("c.db"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink()
    os.replace(path.with_name("c.db"), path)
    assert store.cases() == ("b",)


# Pages.


def test_no_altered_byte_of_the_file_tells_something_else(store: SqliteStore, path: Path) -> None:
    store.close()
    raw = path.read_bytes()
    numbers = random.Random(5)
    count = len(raw) if os.environ.get("SPINEWORKUP_EVERY_BYTE") else 150
    outcomes = set()
    for place in range(len(raw)) if count == len(raw) else numbers.sample(range(len(raw)), count):
        altered = bytearray(raw)
        altered[place] ^= 1 << numbers.randrange(8)
        path.write_bytes(altered)
        with closing(SqliteStore(path)) as other:
            try:
                assert other.load(CASE, PATHWAY) == full(), place
                outcomes.add("the same")
            except SpineWorkupError as error:
                assert SECRET not in str(error)
                outcomes.add("refused")
    assert outcomes == {"the same", "refused"}


def test_a_file_that_was_cut_off_tells_nothing_else(store: SqliteStore, path: Path) -> None:
    store.close()
    raw = path.read_bytes()
    for length in range(0, len(raw), 1 if os.environ.get("SPINEWORKUP_EVERY_BYTE") else 997):
        path.write_bytes(raw[:length])
        with closing(SqliteStore(path)) as other:
            try:
                assert other.load(CASE, PATHWAY) == full(), length
                # SQLite takes what is missing of the last page for empty, and nothing of ours has to stand there.
                assert length > len(raw) - 4096
            except SpineWorkupError as error:
                assert SECRET not in str(error)
