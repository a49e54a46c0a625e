"""What is raised where a caller isn't let in."""

from __future__ import annotations

from spineworkup.errors import SpineWorkupError


class Refused(SpineWorkupError):
    """A caller who isn't let in.

    Args:
        code: Why, in one word, for the service's own log; the caller never learns it.
        busy: It isn't the caller's doing: the service can't take any more.
    """

    def __init__(self, code: str, *, busy: bool = False) -> None:
        self.code, self.busy = code, busy
        super().__init__(code)
