"""What every request passes: it leaves a line in the log, and whatever goes wrong becomes an answer that says nothing of a patient."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from time import perf_counter
from typing import Any

from attrs import frozen
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spineworkup.cds_hooks.faults import REASONS, RequestError
from spineworkup.cds_hooks.limits import check_head
from spineworkup.cds_hooks.logs import Log, LogLine
from spineworkup.cds_hooks.tokens import Refused

_LINE = "spineworkup.line"
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
# Long enough for what waits to be done, short enough for who is waiting.
RETRY_AFTER = "1"


@frozen
class Edge:
    """Wraps an application; the arguments of its callers never leave it in a traceback."""

    app: ASGIApp
    log: Log
    clock: Callable[[], datetime]
    bundle: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer for what is raised."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        line = scope[_LINE] = LogLine(bundle=self.bundle)
        start = perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                line.status = message["status"]
            await send(message)

        try:
            await self._passed(scope, receive, noting, line)
        finally:
            line.ms = round((perf_counter() - start) * 1000, 1)
            self.log.write(line, self.clock())

    async def _passed(self, scope: Scope, receive: Receive, send: Send, line: LogLine) -> None:
        try:
            check_head(scope["headers"])
            await self.app(scope, receive, send)
        except Exception as error:
            # The one place that catches everything: an exception may hold a patient's values, and a server would print them.
            if line.status:
                line.outcome = "broken_off"
                return
            line.outcome = _outcome(error)
            await _said(error)(scope, receive, send)


def line_of(request: Request) -> LogLine:
    """Return the line that a request leaves in the log."""
    line: LogLine = request.scope[_LINE]
    return line


def reply(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer in JSON that nobody keeps."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return Response(raw, status, {**_HEADERS, **(headers or {})}, "application/json")


def _said(error: Exception) -> Response:
    """Return what the caller learns of what was raised."""
    match error:
        case Refused(busy=False):
            return reply(401, {"error": "Unauthorized"}, {"www-authenticate": "Bearer"})
        case Refused():
            return fault(RequestError(503))
        case RequestError():
            return fault(error)
        case _:
            return fault(RequestError(500))


def fault(error: RequestError) -> Response:
    """Return a fault as it is answered: what kind, where, what would be right; nothing of what was sent."""
    said = {"error": REASONS[error.status], "place": error.place, "hint": error.message}
    headers = {"retry-after": RETRY_AFTER} if error.status == 503 else {}
    return reply(error.status, {key: words for key, words in said.items() if words}, headers)


def _outcome(error: Exception) -> str:
    match error:
        case Refused():
            return error.code
        case RequestError():
            return f"refused_{error.status}"
        case _:
            return f"error_{type(error).__name__}"


async def _not_found(request: Request, error: Exception) -> Response:
    """Answer for an address or a method that isn't there, in JSON like all else."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    line_of(request).outcome = f"refused_{status}"
    return reply(status, {"error": "There is nothing here" if status == 404 else "Not this method"})


HANDLERS = {404: _not_found, 405: _not_found}
