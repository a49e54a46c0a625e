"""Bold and underlined on a terminal that can, on top of words and shapes that say everything: without it nothing is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TextIO

_BOLD, _UNDERLINED, _END = "\x1b[1m", "\x1b[4m", "\x1b[0m"
_HEADING = re.compile(r"[A-Z][A-Z']+\b")
_PRESSING = re.compile(r"\[!!\]|OVERDUE|\boverdue by\b|\bHOLD\b")


def to_terminal(text: str, stream: TextIO, environment: Mapping[str, str]) -> str:
    r"""Return a text as a stream shows it: emphasised on a terminal, as it is anywhere else.

    It stays plain where the stream is no terminal (a file, a pipe), where TERM says that it can't, and where NO_COLOR asks for it.

    >>> from io import StringIO
    >>> to_terminal("DO NOW\n  [!!] Call", StringIO(), {"TERM": "xterm"})
    'DO NOW\n  [!!] Call'
    """
    if not stream.isatty() or environment.get("TERM", "dumb") == "dumb" or environment.get("NO_COLOR"):
        return text
    return "\n".join(map(_emphasised, text.split("\n")))


def _emphasised(line: str) -> str:
    """Return a line with its emphasis; its indent stays plain, so that nothing is underlined before the words."""
    words = line.lstrip(" ")
    start = _BOLD if _PRESSING.search(line) else _UNDERLINED if words == line and _HEADING.match(line) else ""
    return f"{line[: len(line) - len(words)]}{start}{words}{_END}" if start else line
