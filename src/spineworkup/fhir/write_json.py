"""The JSON text of a resource, with its numbers exactly as they are."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from spineworkup.errors import FhirError


def write_resource(resource: Any, indent: str = "\n") -> str:
    """Return the JSON text of a resource; a number keeps its digits, which says in FHIR how exact it is.

    >>> print(write_resource({"value": Decimal("28.0"), "unit": "g/L"}))
    {
      "value": 28.0,
      "unit": "g/L"
    }

    Raises:
        FhirError: A number isn't finite.
    """
    deeper = indent + "  "
    match resource:
        case dict() if resource:
            members = (f"{_plain(key)}: {write_resource(value, deeper)}" for key, value in resource.items())
            return "{" + deeper + f",{deeper}".join(members) + indent + "}"
        case list() if resource:
            return (
                "["
                + deeper
                + f",{deeper}".join(write_resource(one, deeper) for one in resource)
                + indent
                + "]"
            )
        case Decimal():
            if not resource.is_finite():
                raise FhirError("", "a number of JSON is finite")
            return f"{resource:f}"
        case _:
            return _plain(resource)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
