"""Limits that hold before anything is read: how large, how slow, how many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from attrs import define, field
from starlette.requests import ClientDisconnect, Request

from spineworkup.cds_hooks.faults import RequestError

_JSON = ("application/json", "application/fhir+json")
# Of all headers together; tokens are the longest of them. The server itself stops at this only what comes in pieces.
MAX_HEAD = 16_384


def check_head(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse headers that are too large.

    Raises:
        RequestError: They are.
    """
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEAD:
        raise RequestError(431, "", f"at most {MAX_HEAD} bytes")


def check_kind(request: Request) -> None:
    """Refuse what isn't plain JSON.

    Raises:
        RequestError: Another kind of content, or compressed, where a small body could become a large one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON:
        raise RequestError(415, "header content-type", "expected application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError(415, "header content-encoding", "expected no compression")


async def read_body(request: Request, max_bytes: int, seconds: float) -> bytes:
    """Return the body of a request that is neither too large nor too slow.

    Raises:
        RequestError: It is.
    """
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > max_bytes:
        raise RequestError(413, "", f"at most {max_bytes} bytes")
    try:
        async with asyncio.timeout(seconds):
            return await _collected(request, max_bytes)
    except TimeoutError:
        raise RequestError(408) from None
    except ClientDisconnect:
        raise RequestError(400, "", "the connection ended before the request did") from None


async def _collected(request: Request, max_bytes: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > max_bytes:
            raise RequestError(413, "", f"at most {max_bytes} bytes")
        parts.append(part)
    return b"".join(parts)


@define
class Gate:
    """Lets requests through one after another, and no more wait than can be answered in time.

    Working one out takes all of the processor: several at once would make each of them late. Between two of them the
    service hears the next callers, so that who can't wait learns it at once.

    Args:
        places: How many may wait or be worked on.
    """

    places: int
    _taken: int = field(default=0, init=False)
    _turn: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    @property
    def is_full(self) -> bool:
        """Whether a further caller had better come back."""
        return self._taken >= self.places

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises:
            RequestError: Too many wait already.
        """
        if self.is_full:
            raise RequestError(503)
        self._taken += 1
        try:
            async with self._turn:
                # All who have come in the meantime learn first whether they may wait.
                await asyncio.sleep(0)
                yield
        finally:
            self._taken -= 1
