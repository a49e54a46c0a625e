"""One at a time: whoever saves a workup holds a lock beside it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spineworkup.errors import KeepingError

# Saving takes a few hundredths of a second.
PATIENCE, PAUSE = 30.0, 0.005


@contextmanager
def locked(path: Path, place: str) -> Iterator[None]:
    """Hold the lock on a file, which is made where there is none and stays.

    The lock is advisory, and gone when its process is.

    Args:
        path: The lock file; nothing is ever written into it.
        place: What a message names.

    Raises:
        KeepingError: Somebody else holds it and doesn't let go.
        OSError: The file can't be made, or can't be locked on this file system.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(handle, place)
        try:
            yield
        finally:
            # Closing isn't enough: a process that was forked meanwhile holds the file as well.
            _unlock(handle)
    finally:
        os.close(handle)


def _wait(handle: int, place: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _lock(handle):
        if time.monotonic() > deadline:
            raise KeepingError(f"{place}: somebody else is saving it, for {PATIENCE:.0f} s by now: end what hangs, then try again")
        time.sleep(PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
