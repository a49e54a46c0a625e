"""A record of what was answered, so that "the tool never told me" can be settled: a chain of lines, free of patient data.

Each line holds the seal of the one before, made with the service's secret: an altered line, or one that is missing,
breaks the chain. A small file beside it holds the last line's number and seal, so that a missing end shows as well.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import define, field

from spineworkup.errors import SpineWorkupError

_FIRST = "0" * 64


class AuditError(SpineWorkupError, ValueError):
    """A record of answers that was altered or cut.

    Args:
        line: The first line that doesn't hold, from 1; all before it do.
    """

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(f"line {line}: {message}")


@define
class Audit:
    """Adds to a record of answers. One process writes to one file.

    Args:
        file: Where it is kept; beside it a file with `.head` at its end.
        secret: The key of the service.
    """

    file: Path
    secret: bytes = field(repr=False)
    _number: int = field(init=False)
    _seal: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._number, self._seal = verify(self.file, self.secret)

    def add(self, at: datetime, body: bytes, **said: Any) -> None:
        """Add a line.

        Args:
            body: What was asked; only a seal of it is kept.
            said: What was answered: hashes, ids and words of ours.
        """
        record = {
            "number": self._number + 1,
            "time": at.isoformat(timespec="milliseconds"),
            "input": _sealed(self.secret, b"input", body),
            **said,
            "before": self._seal,
        }
        seal = _seal_of(self.secret, record)
        line = json.dumps({**record, "seal": seal}, separators=(",", ":"))
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")
        _put(_head(self.file), f"{record['number']} {_head_words(self.secret, seal)}")
        self._number, self._seal = self._number + 1, seal


def verify(file: Path, secret: bytes) -> tuple[int, str]:
    """Return how many lines a record of answers has, and the last seal, if nothing was altered or cut.

    Raises:
        AuditError: Something was; it says from which line on.
    """
    seals = [_FIRST, *_checked(file, secret)]
    number = _number_of(_head(file), secret, seals)
    # A process that was killed leaves at most one line of which the head doesn't know yet.
    if not number <= len(seals) - 1 <= number + 1:
        raise AuditError(len(seals), "lines are missing at the end, or the file beside it was altered")
    return len(seals) - 1, seals[-1]


def _number_of(head: Path, secret: bytes, seals: list[str]) -> int:
    """Return the number of the last line of which the head knows; one that can't be where it doesn't fit."""
    if not head.exists():
        return 0
    number, _, rest = head.read_text(encoding="utf-8").partition(" ")
    known = int(number) if number.isascii() and number.isdigit() else 0
    seal = seals[known] if known < len(seals) else ""
    return known if rest == _head_words(secret, seal) else len(seals)


def _head_words(secret: bytes, seal: str) -> str:
    return f"{seal} {_sealed(secret, b'head', seal.encode())}\n"


def _checked(file: Path, secret: bytes) -> Iterator[str]:
    before = _FIRST
    lines = file.read_bytes().split(b"\n") if file.exists() else [b""]
    for number, line in enumerate(lines[:-1], 1):
        try:
            record = json.loads(line)
            seal = record.pop("seal")
            holds = record["number"] == number and record["before"] == before
            holds = holds and hmac.compare_digest(seal, _seal_of(secret, record))
        except (ValueError, KeyError, TypeError, AttributeError):
            holds = False
        if not holds:
            raise AuditError(number, "altered, or the line before it is missing")
        before = seal
        yield seal
    if lines[-1]:
        raise AuditError(len(lines), "cut in the middle")


def _seal_of(secret: bytes, record: Mapping[str, Any]) -> str:
    return _sealed(secret, b"line", json.dumps(record, sort_keys=True, separators=(",", ":")).encode())


def _sealed(secret: bytes, what: bytes, raw: bytes) -> str:
    return hmac.digest(secret, what + b"\0" + raw, hashlib.sha256).hex()


def _head(file: Path) -> Path:
    return file.with_name(f"{file.name}.head")


def _put(file: Path, text: str) -> None:
    """Replace a file whole: a crash leaves the old one or the new one."""
    other = file.with_name(f"{file.name}.new")
    other.write_text(text, encoding="utf-8")
    os.replace(other, file)
