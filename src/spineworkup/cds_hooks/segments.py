"""The two readable parts of a token, as strictly as all JSON here."""

from __future__ import annotations

import base64
from typing import Any

from spineworkup.cds_hooks.refused import Refused
from spineworkup.errors import FhirError
from spineworkup.fhir.read_json import read_object

# In characters as they are sent.
MAX_TOKEN, MAX_HEADER = 8_192, 2_048


def segments_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token, neither of them certain yet.

    Raises:
        Refused: It isn't a token of three parts, or larger than one needs to be.
    """
    if len(token) > MAX_TOKEN:
        raise Refused("too_large")
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise Refused("malformed")
    if len(parts[0]) > MAX_HEADER:
        raise Refused("too_large")
    return _read(parts[0]), _read(parts[1])


def _read(part: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        return read_object(raw)
    except (FhirError, ValueError):
        raise Refused("malformed") from None
