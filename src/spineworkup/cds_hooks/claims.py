"""What a token says of itself: for whom it is, and from when until when it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from spineworkup.cds_hooks.refused import Refused

# The year 2286: no token is made out for so long, and everything before it is a moment that Python knows.
_LATEST = 10**10


def wrong_with_audience(aud: Any, audience: str) -> bool:
    """Return whether a token is for something else: it may name one audience, as text or in a list, and this one.

    >>> wrong_with_audience("https://cds.example.org/cds-services", "https://cds.example.org/cds-services")
    False
    >>> wrong_with_audience(["https://cds.example.org/cds-services", "https://other.example"], "https://other.example")
    True
    """
    return bool(aud != audience and aud != [audience])


def moments_of(claims: Mapping[str, Any]) -> tuple[datetime, datetime, datetime]:
    """Return when a token was made out, when it ends, and when it begins to count.

    Raises:
        Refused: One of them isn't a moment; only the last may be missing.
    """
    iat, exp = _moment(claims.get("iat")), _moment(claims.get("exp"))
    return iat, exp, _moment(claims["nbf"]) if "nbf" in claims else iat


def _moment(seconds: Any) -> datetime:
    # A bool is a number to Python.
    if type(seconds) not in (int, Decimal) or not 0 <= seconds < _LATEST:
        raise Refused("wrong_moment")
    return datetime.fromtimestamp(float(seconds), UTC)
