"""Where things come from: a place in a file, and a place in a published source."""

from __future__ import annotations

from typing import Literal, get_args

from attrs import frozen

Verification = Literal["primary", "secondary", "unread"]
SourceStatus = Literal["current", "superseded", "withdrawn"]

VERIFICATIONS: tuple[Verification, ...] = get_args(Verification)
VERIFICATION_WORDS: dict[Verification, str] = {
    "primary": "read in the primary source",
    "secondary": "not confirmed: read in a secondary copy only",
    "unread": "not confirmed: no source was read",
}


# Of a longer line, an excerpt shows the part around the place.
LONG = 160


@frozen(order=True)
class Position:
    """A place in a file; line and column count from 1.

    >>> str(Position("rules/mri.yaml", 41, 9))
    'rules/mri.yaml:41:9'
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@frozen
class Citation:
    """A source and the place in it; `at` is empty where no number has been confirmed.

    >>> str(Citation("ng234", "1.5.2"))
    'ng234 1.5.2'
    """

    source: str
    at: str = ""

    def __str__(self) -> str:
        return f"{self.source} {self.at}".strip()


@frozen
class Source:
    """A published document that rules cite.

    Args:
        id: The key that citations use.
        status: `current`, `superseded` or `withdrawn`; no rule may cite a withdrawn source.
    """

    id: str
    title: str
    publisher: str = ""
    date: str = ""
    url: str = ""
    status: SourceStatus = "current"
    note: str = ""


def weakest(verifications: list[Verification]) -> Verification:
    """Return the weakest of several verification marks; nothing given counts as `unread`.

    >>> weakest(["primary", "secondary"])
    'secondary'
    """
    return max(verifications, key=VERIFICATIONS.index) if verifications else "unread"


def excerpt(text: str, position: Position, length: int = 1) -> str:
    """Return the line of `text` at `position` with carets under it.

    >>> print(excerpt("when: crp >> 20", Position("x.yaml", 1, 7), 9))
       1 | when: crp >> 20
         |       ^^^^^^^^^
    """
    lines = text.splitlines()
    if not 1 <= position.line <= len(lines):
        return ""
    line = lines[position.line - 1]
    start = min(position.column - 1, len(line))
    if len(line) > LONG:
        left = max(0, start - LONG // 2)
        line, start = line[left : left + LONG], start - left
    carets = "^" * max(1, min(length, len(line) - start))
    return f"{position.line:4d} | {line}\n     | {' ' * start}{carets}"
