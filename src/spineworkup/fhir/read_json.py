"""Strict JSON: one meaning for every text, or none.

Refused: what isn't UTF-8, a byte order mark, a key given twice, NaN and Infinity, numbers of absurd size, half characters,
more than 64 levels, 400,000 parts or 5 MB. Numbers are exact: whole numbers, or `Decimal`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from spineworkup.errors import FhirError

MAX_BYTES, MAX_DEPTH = 5_000_000, 64
# Of objects and lists together: 5 MB of records hold a third of that; of nothing but brackets they would hold millions.
MAX_PARTS = 400_000
_MAX_DIGITS = 40
_HALF = re.compile("[\ud800-\udfff]")


def read_resource(raw: bytes | str) -> dict[str, Any]:
    """Return a FHIR resource from its JSON.

    >>> read_resource('{"resourceType": "Patient", "id": "1"}')
    {'resourceType': 'Patient', 'id': '1'}

    Raises:
        FhirError: It isn't JSON of a resource, or it is larger or deeper than is read. The message repeats nothing of it.
    """
    found = read_object(raw)
    if not isinstance(found.get("resourceType"), str):
        raise FhirError("", "expected one FHIR resource", "a JSON object with `resourceType`")
    return found


def read_object(raw: bytes | str) -> dict[str, Any]:
    """Return a JSON object, read as strictly as a resource.

    Raises:
        FhirError: As for `read_resource`.
    """
    text = _decoded(raw)
    parts = text.count("{") + text.count("[")
    if parts > MAX_PARTS:
        raise FhirError("", f"more than {MAX_PARTS} objects and lists")
    found = _parsed(text)
    if not isinstance(found, dict):
        raise FhirError("", "expected a JSON object")
    # Most resources have fewer parts than levels are read.
    if parts > MAX_DEPTH:
        _refuse_depth(found)
    return found


def read_again(raw: bytes) -> dict[str, Any]:
    """Return a resource that `read_resource` has read before: the same, without looking for faults a second time."""
    found: dict[str, Any] = _SECOND.decode(raw.decode("utf-8"))
    return found


def _decoded(raw: bytes | str) -> str:
    if len(raw) > MAX_BYTES:
        raise FhirError("", f"larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        size = len(raw) if isinstance(raw, bytes) else len(text.encode("utf-8"))
    except UnicodeError:
        raise FhirError("", "not UTF-8 text") from None
    if size > MAX_BYTES:
        raise FhirError("", f"larger than {MAX_BYTES // 1_000_000} MB")
    if text.startswith("\ufeff"):
        raise FhirError("", "starts with a byte order mark", "plain UTF-8 without one")
    return text


def _refuse_depth(found: Any) -> None:
    """Refuse deep nesting: whoever walks through the resource may call itself for each level."""
    level = [found]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            for inner in (value.values() if type(value) is dict else value)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return
    raise FhirError("", f"more than {MAX_DEPTH} levels deep")


def _parsed(text: str) -> Any:
    try:
        found = _STRICT.decode(text)
    except json.JSONDecodeError as error:
        raise FhirError(f"line {error.lineno}, column {error.colno}", "not valid JSON") from None
    except RecursionError:
        # The parser calls itself for each level, and gives up in time.
        raise FhirError("", f"more than {MAX_DEPTH} levels deep") from None
    # Written as an escape, half a character passes the decoding above.
    if "\\u" in text:
        _refuse_halves(found)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FhirError("", "a key stands twice in one object", "each key once")
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > _MAX_DIGITS:
        raise FhirError("", "a number with too many digits")
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise FhirError("", "a number with too many digits")
    return int(text)


def _refuse(_: str) -> Any:
    raise FhirError("", "NaN or Infinity, which JSON doesn't have")


# Made once: making one takes as long as reading a small resource.
_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_decimal, parse_int=_whole, parse_constant=_refuse)
_SECOND = json.JSONDecoder(parse_float=Decimal)


def _refuse_halves(found: Any) -> None:
    todo = [found]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value
            todo += value.values()
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str) and not value.isascii() and _HALF.search(value):
            raise FhirError("", "half a character (a lone surrogate)")
