"""An answer that was given once, worked out again from its receipt: the same, or what differs.

A receipt names everything that decides an answer: library, rules, overlays, moment, and a digest of what was known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, fields, frozen

from spineworkup.checklists import Receipt
from spineworkup.errors import WorkupError
from spineworkup.moments import read_time
from spineworkup.workups.changes import Changes, changes_between
from spineworkup.workups.events import Shown
from spineworkup.workups.workup import Workup

_KEYS = tuple(attribute.name for attribute in fields(Receipt))
_WORDS = {"hash": "rules", "at": "moment", "chart_digest": "input"}
# By these the entries of a list are told apart, wherever they stand in it.
_NAMES = ("step", "rule", "finding", "option")
# What the record says of itself at another time, such as that something was entered later, is no part of the answer.
_OF_THE_RECORD = ("later_events", "rules_changed")
_MISSING = object()
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@frozen
class Apart:
    """Something that is otherwise than it was.

    Args:
        place: What, such as `items.mri_whole_spine.status`.
        was: As it was; None where it wasn't there.
        now: As it is; None where it isn't there.

    >>> answers_apart({"case": "p1", "urgency": {"lowest": "routine"}}, {"case": "p1", "urgency": {"lowest": "none"}})[0].place
    'urgency.lowest'
    """

    place: str
    was: Any = field(repr=False)
    now: Any = field(repr=False)


def receipt_to_plain(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as JSON holds it."""
    plain = {name: getattr(receipt, name) for name in _KEYS}
    return plain | {"overlays": list(receipt.overlays), "at": receipt.at.isoformat()}


def read_receipt(raw: object) -> Receipt:
    """Return the receipt that JSON holds.

    Raises:
        WorkupError: It has other keys or types than `receipt_to_plain` writes.
        TimeError: Its moment can't be read.
    """
    if type(raw) is not dict or raw.keys() != set(_KEYS):
        raise WorkupError(f"receipt: expected the keys {', '.join(_KEYS)}")
    overlays = raw["overlays"]
    # By name, never by path: a receipt doesn't choose what is read.
    if type(overlays) is not list or not all(type(name) is str and _NAME.fullmatch(name) for name in overlays):
        raise WorkupError("overlays: expected a list of names")
    for name in _KEYS:
        if name != "overlays" and type(raw[name]) is not str:
            raise WorkupError(f"{name}: expected text")
    return Receipt(**raw | {"overlays": tuple(overlays), "at": read_time(raw["at"])})


def receipts_apart(was: Receipt, now: Receipt) -> list[Apart]:
    """Return in what two receipts differ: library, pathway, version, rules, overlays, moment, input."""
    plain = zip(receipt_to_plain(was).items(), receipt_to_plain(now).values(), strict=True)
    return [Apart(_WORDS.get(name, name), before, after) for (name, before), after in plain if before != after]


def answers_apart(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[Apart]:
    """Return in what two answers differ, as `to_json` writes them, without their receipts."""
    return [*_apart(_answer(was), _answer(now), "")]


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in answer.items() if key not in ("receipt", "pathway", "at")}
    if type(notices := found.get("notices")) is list:
        found["notices"] = [one for one in notices if type(one) is not dict or one.get("kind") not in _OF_THE_RECORD]
    return found


def _apart(was: Any, now: Any, place: str) -> Iterator[Apart]:
    was, now = _by_name(was), _by_name(now)
    if [] in (was, now) and dict in (type(was), type(now)):
        was, now = was or {}, now or {}
    if type(was) is dict and type(now) is dict:
        for key in {**was, **now}:
            yield from _apart(was.get(key, _MISSING), now.get(key, _MISSING), f"{place}.{key}".lstrip("."))
    elif was != now:
        yield Apart(place, *(None if one is _MISSING else one for one in (was, now)))


def _by_name(value: Any) -> Any:
    """Return a list of things that have names as a mapping from their names."""
    if type(value) is not list:
        return value
    for name in _NAMES:
        if value and all(type(one) is dict and type(one.get(name)) is str for one in value):
            named = {one[name]: one for one in value}
            return named if len(named) == len(value) else value
    return value


def record_then(workup: Workup, digest: str, at: datetime) -> Workup:
    """Return a workup as it was when a chart with a digest was made from it for a moment.

    What was entered around that moment need not have been there yet. Where nothing that the record once said has the
    digest, the whole record is returned.
    """
    for length in range(workup.revision, 0, -1):
        then = evolve(workup, events=workup.events[:length])
        if then.chart(at).digest == digest:
            return then
    return workup


def shown_then(workup: Workup, shown: Shown) -> tuple[list[Apart], Changes]:
    """Return in what a checklist that was printed or handed over differs from the same one made now."""
    checklist = record_then(workup, shown.chart_digest, shown.of).checklist(shown.of)
    now = checklist.receipt
    was = evolve(now, library=shown.library, hash=shown.hash, chart_digest=shown.chart_digest)
    return receipts_apart(was, now), changes_between(shown.standings, checklist, since=shown.of, events=())


def last_shown_with(workup: Workup, rules: str) -> Shown | None:
    """Return the last checklist that was printed or handed over under rules with a hash; None where none was."""
    found = (event for event in reversed(workup.events) if isinstance(event, Shown) and event.hash == rules)
    return next(found, None)
