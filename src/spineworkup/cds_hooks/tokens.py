"""Who is calling: a placeholder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen
from starlette.middleware import Middleware

from spineworkup.cds_hooks.settings import Settings
from spineworkup.errors import SpineWorkupError


@frozen
class Caller:
    """Who is calling."""

    iss: str = ""
    tenant: str = ""
    jti_hash: str = ""


class Refused(SpineWorkupError):
    """A caller who isn't let in."""

    def __init__(self, code: str, *, busy: bool = False) -> None:
        self.code, self.busy = code, busy
        super().__init__(code)


@frozen
class Doorkeeper:
    """Lets callers in."""

    settings: Settings

    def admit(self, headers: Mapping[str, str], path: str, at: datetime) -> Caller:
        """Return who is calling."""
        return Caller()


def middleware(settings: Settings) -> list[Middleware]:
    """Return what every request passes first."""
    return []
