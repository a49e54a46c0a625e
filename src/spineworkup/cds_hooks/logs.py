"""One line of JSON for each request, with these fields and no others: nothing of a patient has a place in it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TextIO

from attrs import asdict, define, field


@define
class LogLine:
    """What is written of a request.

    Args:
        iss: Who called, once that is certain; the same for
        tenant: the organisation, and
        jti: a hash of the token's id.
        service: The id of the service, such as `spine-workup-patient-view`; empty for what isn't one.
        status: The HTTP status.
        ms: How long it took.
        bundle: The hash of the rules.
        rules: The rules that hold, by their ids.
        outcome: In one word what came of it, such as `cards`, `refused` or `overload`.
    """

    time: str = ""
    iss: str = ""
    tenant: str = ""
    jti: str = ""
    service: str = ""
    status: int = 0
    ms: float = 0.0
    bundle: str = ""
    rules: tuple[str, ...] = ()
    outcome: str = ""


@define
class Log:
    """Writes lines to a stream."""

    stream: TextIO = field(repr=False)

    def write(self, line: LogLine, at: datetime) -> None:
        """Write a line; a field that is empty is left out."""
        said = {"time": at.isoformat(timespec="milliseconds")}
        said |= {key: value for key, value in asdict(line).items() if value not in ("", (), 0, 0.0)}
        print(json.dumps(said), file=self.stream, flush=True)
