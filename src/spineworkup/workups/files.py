"""A workup in a file: saved whole or not at all, by one at a time, and never over what somebody else has entered."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import evolve

from spineworkup.errors import DamagedError, KeepingError
from spineworkup.pathways import Pathway
from spineworkup.workups.kept import from_bytes
from spineworkup.workups.locks import locked
from spineworkup.workups.merging import brought_together
from spineworkup.workups.opening import closed, open_workup
from spineworkup.workups.workup import Workup

# What lies beside a workup: what was kept before the last save, and what is locked while it is saved.
PREVIOUS, LOCK = ".previous", ".lock"
_TEMPORARY = ".tmp"


def load_workup(path: Path, pathway: Pathway | None = None) -> Workup:
    """Return the workup that a file holds.

    Args:
        pathway: The rules to read it with; those that the workup adopted last, where nothing is said.

    Raises:
        KeepingError: There is no such file, or it can't be read.
        DamagedError: It was cut off or altered; the message names the last event that is as it was written.
        NewerError: A newer version of the library wrote it.
        WorkupError: It isn't a workup, or its rules can't be read.
    """
    return load(path, str(path), pathway)


def save_workup(workup: Workup, path: Path, *, expected_revision: int) -> Workup:
    """Save a workup in a file, and return it as it was kept: with what others have saved in the meantime.

    Args:
        expected_revision: The revision that was loaded, to which events were added since; 0: there is no such file yet.

    Raises:
        ClashError: Somebody else has changed the same thing in the meantime.
        DamagedError: What is kept there isn't what was loaded, or is damaged: it is left as it is.
        NewerError: A newer version of the library wrote it: it is left as it is.
        KeepingError: It couldn't be saved.
        WorkupError: It is the workup of another case, or can't be kept as it is.
    """
    return save(workup, path, str(path), expected_revision)


def load(path: Path, place: str, pathway: Pathway | None) -> Workup:
    """Return the workup that a file holds; messages name a place."""
    with told(f"{place}: can't be read"):
        raw = path.read_bytes()
    try:
        return open_workup(raw, place, pathway)
    except DamagedError as error:
        if not _with(path, PREVIOUS).exists():
            raise
        raise DamagedError(f"{error}; as it was before it was last saved: in the file beside it that ends in {PREVIOUS}", error.good) from None


def save(workup: Workup, path: Path, place: str, expected_revision: int) -> Workup:
    """Save a workup in a file; messages name a place."""
    with told(f"{place}: saving failed, and what is kept there is whole, as before or as saved: load it to see"):
        file = Path(os.path.realpath(path))
        with locked(_with(file, LOCK), place):
            raw = _bytes_of(file)
            kept = None if raw is None else from_bytes(raw, place)
            together = evolve(workup, events=brought_together(kept, workup, expected_revision, place))
            if kept is None or together.events != kept.events:
                _write(file, closed(together, place), raw)
    return together


def _bytes_of(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


@contextmanager
def told(failure: str) -> Iterator[None]:
    """Say in the words of the library what the system says: its own name files, and so perhaps a patient."""
    try:
        yield
    except OSError as error:
        raise KeepingError(f"{failure} ({(error.strerror or 'the system refused').lower()})") from None


def _with(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _write(file: Path, raw: bytes, before: bytes | None) -> None:
    """Put new bytes in the place of a file: at every moment it holds all of the old ones or all of the new."""
    _remove_leftovers(file)
    with _beside(file, raw, like=before is not None) as new:
        if before is not None:
            _keep_previous(file, before)
        os.replace(new, file)
    _sync_folder(file.parent)


def _remove_leftovers(file: Path) -> None:
    """Remove what a writer left that was killed; the lock says that no other one is at work."""
    with os.scandir(file.parent) as entries:
        for entry in entries:
            if entry.name.startswith(f".{file.name}.") and entry.name.endswith(_TEMPORARY):
                os.unlink(entry)


@contextmanager
def _beside(file: Path, raw: bytes, *, like: bool) -> Iterator[str]:
    """Yield the name of a new file in the same folder; it is gone in the end, unless it was moved.

    Args:
        raw: What it holds.
        like: Whether there is a file whose permissions it takes over; only its owner may read it otherwise.
    """
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=_TEMPORARY, dir=file.parent)
    try:
        try:
            rest = memoryview(raw)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        if like:
            _make_like(file, name)
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _make_like(file: Path, name: str) -> None:
    """Give a file the permissions and the group of another, so that whoever could read that one still can, and nobody else."""
    was = os.stat(file)
    if os.stat(name).st_gid != was.st_gid:
        os.chown(name, -1, was.st_gid)
    os.chmod(name, stat.S_IMODE(was.st_mode))


def _keep_previous(file: Path, before: bytes) -> None:
    previous = _with(file, PREVIOUS)
    previous.unlink(missing_ok=True)
    try:
        os.link(file, previous)
    except OSError:  # a file system without hard links
        with _beside(file, before, like=True) as copy:
            os.replace(copy, previous)


def _sync_folder(folder: Path) -> None:
    """Have the new name of a file on the disk, where a folder can be opened: not on Windows."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
