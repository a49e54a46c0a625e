"""What a function touches while it runs: files, processes, sockets, clocks, chance. For the invariant of purity only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# What a pure function never does, by the names of Python's audit events and of its built-in functions.
_EVENTS = ("open", "socket.", "subprocess.", "os.", "import", "ctypes.", "time.sleep", "shutil.", "urllib.")
_CALLS = ("time", "_random", "random", "posix", "nt", "_socket", "_io")
_CLOCKS = ("now", "utcnow", "today", "SystemRandom")
_watching: list[list[str]] = []
_is_hooked: list[bool] = []


def _hook(event: str, _: tuple[Any, ...]) -> None:
    if _watching and event.startswith(_EVENTS):
        _watching[-1].append(event)


def _profile(frame: FrameType, event: str, called: Any) -> None:
    # Hypothesis times the collection of garbage, which may come at any moment.
    if event != "c_call" or not _watching or frame.f_globals.get("__name__", "").startswith("hypothesis"):
        return
    module, name = getattr(called, "__module__", "") or "", getattr(called, "__name__", "")
    owner = getattr(called, "__self__", None)
    kind = (
        type(owner).__module__
        if owner is not None and not isinstance(owner, type)
        else getattr(owner, "__module__", "")
    )
    if module in _CALLS or kind in _CALLS or (kind == "datetime" and name in _CLOCKS):
        _watching[-1].append(f"{module or kind}.{name}")


@contextmanager
def watched(touched: list[str]) -> Iterator[None]:
    """Note what reaches out of the interpreter, reads a clock or draws at random, within and nowhere else."""
    if not _is_hooked:
        # A hook can't be taken away again: it is added once, and is deaf outside.
        sys.addaudithook(_hook)
        _is_hooked.append(True)
    profiler: Callable[..., Any] | None = sys.getprofile()
    _watching.append(touched)
    sys.setprofile(_profile)
    try:
        yield
    finally:
        sys.setprofile(profiler)
        _watching.pop()
