"""The two stores, and how to reach under them to what they keep."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from spineworkup.workups.folder import FolderStore, file_name
from spineworkup.workups.sqlite import SqliteStore

Store = FolderStore | SqliteStore
KINDS = ("folder", "sqlite")
# A kept event: its line and its link.
Row = tuple[str, str]
_BEFORE, _BETWEEN = '{"chain":"', '","event":'


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder, in memory where there is such a thing: what reaches the disk is not what is tested."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def opened(kind: str, folder: Path) -> Store:
    return FolderStore(folder) if kind == "folder" else SqliteStore(folder / "workups.db")


def close(store: Store) -> None:
    if isinstance(store, SqliteStore):
        store.close()


def rows(store: Store, case: str) -> list[Row]:
    """What a store keeps of the events of a case."""
    if isinstance(store, SqliteStore):
        with closing(sqlite3.connect(store.path)) as db:
            return db.execute("SELECT line, chain FROM events WHERE label = ? ORDER BY number", (case,)).fetchall()
    return [*map(_row, _row_lines((store.folder / file_name(case)).read_text(encoding="utf-8")))]


def _row_lines(text: str) -> list[str]:
    return [line.removesuffix(",") for line in text.split("\n")[1:-2]]


def _row(line: str) -> Row:
    chain, _, event = line.removeprefix(_BEFORE).partition(_BETWEEN)
    return event.removesuffix("}"), chain


def put_rows(store: Store, case: str, changed: list[Row]) -> None:
    """Put other events in the place of those that a store keeps of a case."""
    if isinstance(store, SqliteStore):
        with closing(sqlite3.connect(store.path)) as db, db:
            db.execute("DELETE FROM events WHERE label = ?", (case,))
            numbered = ((case, number, line, chain) for number, (line, chain) in enumerate(changed, 1))
            db.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", numbered)
        return
    file = store.folder / file_name(case)
    first, *_, last, _ = file.read_text(encoding="utf-8").split("\n")
    middle = ",\n".join(f"{_BEFORE}{chain}{_BETWEEN}{line}}}" for line, chain in changed)
    file.write_text(f"{first}\n{middle}\n{last}\n", encoding="utf-8")


def put_raw(store: Store, case: str, raw: bytes) -> None:
    """Put what a file holds in the place of what a store keeps of a case."""
    if isinstance(store, FolderStore):
        (store.folder / file_name(case)).write_bytes(raw)
        return
    kept = json.loads(raw)
    put_rows(store, case, [*map(_row, _row_lines(raw.decode()))])
    with closing(sqlite3.connect(store.path)) as db, db:
        about = (kept["schema"], kept["library"], kept["head"], case)
        db.execute("UPDATE workups SET schema = ?, library = ?, head = ? WHERE label = ?", about)


def set_schema(store: Store, case: str, schema: int) -> None:
    """Have a store say that a case was kept in another form."""
    if isinstance(store, SqliteStore):
        with closing(sqlite3.connect(store.path)) as db, db:
            db.execute("UPDATE workups SET schema = ? WHERE label = ?", (schema, case))
        return
    file = store.folder / file_name(case)
    file.write_bytes(file.read_bytes().replace(b'"schema":1', f'"schema":{schema}'.encode(), 1))
