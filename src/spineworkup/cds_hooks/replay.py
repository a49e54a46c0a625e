"""Tokens that were used: each counts once, until it has expired."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import Enum
from heapq import heappop, heappush
from threading import Lock
from typing import Protocol

from attrs import define, field


class Use(Enum):
    """What a store says of a token that is being used."""

    FIRST = "first"
    AGAIN = "again"
    FULL = "full"


class TokenStore(Protocol):
    """Remembers tokens. Several processes need one that they share: each by itself would let a token in once."""

    def use(self, iss: str, jti: str, until: datetime, at: datetime) -> Use:
        """Note that a token is used, and say whether it is the first time; both as one step that nothing comes between.

        Args:
            iss: Who issued it; two issuers may give out the same
            jti: id of a token.
            until: From when on it is refused for its age, and needn't be remembered.
            at: The present moment.
        """


@define
class MemoryStore:
    """Remembers tokens in the memory of one process, so many and no more.

    >>> from datetime import UTC, timedelta
    >>> store, noon = MemoryStore(1), datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> later = noon + timedelta(minutes=5)
    >>> [store.use("https://ehr.example", jti, later, noon).value for jti in ("a", "a", "b")]
    ['first', 'again', 'full']
    """

    places: int
    _seen: set[bytes] = field(factory=set, init=False, repr=False)
    _ends: list[tuple[datetime, bytes]] = field(factory=list, init=False, repr=False)
    _latest: datetime | None = field(default=None, init=False)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def use(self, iss: str, jti: str, until: datetime, at: datetime) -> Use:
        """Note that a token is used, and say whether it is the first time."""
        key = fingerprint(iss, jti)
        with self._lock:
            self._forget(at)
            # A clock that is set back must not let in what was forgotten.
            if key in self._seen or (self._latest is not None and until <= self._latest):
                return Use.AGAIN
            if len(self._seen) >= self.places:
                return Use.FULL
            self._seen.add(key)
            heappush(self._ends, (until, key))
            return Use.FIRST

    def _forget(self, at: datetime) -> None:
        self._latest = at if self._latest is None else max(at, self._latest)
        while self._ends and self._ends[0][0] <= self._latest:
            self._seen.discard(heappop(self._ends)[1])


def fingerprint(iss: str, jti: str) -> bytes:
    """Return what stands for a token: as long as every other, and nothing can be told from it."""
    words = (iss.encode(), jti.encode())
    return hashlib.sha256(b"".join(len(word).to_bytes(4, "big") + word for word in words)).digest()
