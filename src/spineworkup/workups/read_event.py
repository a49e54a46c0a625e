"""From JSON to an event. No message repeats what the record says of a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import NOTHING, fields

from spineworkup.errors import WorkupError
from spineworkup.moments import read_time
from spineworkup.workups.events import KINDS, Event, Written
from spineworkup.workups.standings import Standing, read_standing


def read_event(raw: object) -> Event:
    """Return the event that a mapping of JSON says.

    Raises:
        WorkupError: It isn't an event of this version; the message says which key.
        TimeError: A time can't be read, or has no time zone.
    """
    if not isinstance(raw, dict):
        raise WorkupError("expected an event, a mapping with the key kind")
    kind = KINDS.get(name) if isinstance(name := raw.get("kind"), str) else None
    if kind is None:
        raise WorkupError(f"kind: expected one of {', '.join(KINDS)}")
    known = {attribute.name: attribute for attribute in fields(kind)}
    for key in raw:
        if key != "kind" and key not in known:
            raise WorkupError(f"an event of this kind has no such key; it has {', '.join(known)}")
    for name, attribute in known.items():
        if attribute.default is NOTHING and name not in raw:
            raise WorkupError(f"{name}: missing")
    return kind(**{name: _READ[known[name].type](name, value) for name, value in raw.items() if name != "kind"})


def _text(name: str, value: object) -> str:
    if type(value) is not str:
        raise WorkupError(f"{name}: expected text")
    return value


def _truth(name: str, value: object) -> bool:
    if type(value) is not bool:
        raise WorkupError(f"{name}: expected true or false")
    return value


def _written(name: str, value: object) -> Written:
    if type(value) not in (str, bool, int):
        raise WorkupError(f"{name}: expected text, true, false or a whole number")
    return value  # type: ignore[return-value]


def _texts(name: str, value: object) -> tuple[str, ...]:
    if type(value) is not list:
        raise WorkupError(f"{name}: expected a list")
    return tuple(_text(name, one) for one in value)


def _standings(name: str, value: object) -> Mapping[str, Standing]:
    if type(value) is not dict:
        raise WorkupError(f"{name}: expected a mapping")
    return {step: read_standing(one) for step, one in value.items()}


def _time(name: str, value: object) -> datetime:
    return read_time(value)


# By the annotation of a field, which is text in that module.
_READ: Mapping[Any, Callable[[str, object], Any]] = {
    "str": _text,
    "bool": _truth,
    "datetime": _time,
    "datetime | None": _time,
    "Written": _written,
    "tuple[str, ...]": _texts,
    "Mapping[str, Standing]": _standings,
}
