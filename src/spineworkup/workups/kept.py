"""A workup as bytes: JSON with a line for each event, each line chained to those before it.

The chain shows what was cut off, altered or mixed up by accident. It has no key: who can write the file can also write
another chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from spineworkup.about import library_version
from spineworkup.errors import DamagedError, NewerError, SpineWorkupError, WorkupError
from spineworkup.workups.events import Event
from spineworkup.workups.migrations import MIGRATIONS, SCHEMA, Migration
from spineworkup.workups.read_event import read_event

FORMAT = "spineworkup workup"
# As `Event.line` does; ready made, as a long workup has many.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_KEYS = {"format", "schema", "library", "case", "events", "revision", "head"}


@frozen
class Kept:
    """What a kept workup holds."""

    case: str
    events: tuple[Event, ...] = field(repr=False)


def first_link(case: str) -> str:
    """Return what the first event of a workup is chained to."""
    return hashlib.sha256(f"{FORMAT}\n{case}".encode()).hexdigest()


def link(before: str, line: str) -> str:
    """Return the link of an event: a hash of its line and of all that was before."""
    return hashlib.sha256(f"{before}\n{line}".encode()).hexdigest()


def links(case: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the link of each event of a workup."""
    before = first_link(case)
    for line in lines:
        before = link(before, line)
        yield before


def to_bytes(case: str, events: Iterable[Event]) -> bytes:
    """Return a workup as it is kept: always the same bytes for the same events."""
    lines = [event.line for event in events]
    library = library_version()
    try:
        chained = [*zip(lines, links(case, lines), strict=True)]
        last = chained[-1][1] if chained else first_link(case)
    except UnicodeEncodeError:
        raise WorkupError("the workup holds half a character, which can't be written") from None
    return as_text(SCHEMA, library, case, chained, head_of(last, SCHEMA, library)).encode()


def as_text(schema: object, library: object, case: str, chained: Sequence[tuple[str, str]], head: object) -> str:
    """Return the text of a kept workup.

    Args:
        chained: The line of each event, and its link.
    """
    rows = ",\n".join(f'{{"chain":"{chain}","event":{line}}}' for line, chain in chained)
    about = f'{{"format":{json.dumps(FORMAT)},"schema":{schema},"library":{json.dumps(library)}'
    return f'{about},"case":{json.dumps(case, ensure_ascii=False)},"events":[\n{rows}\n],"revision":{len(chained)},"head":"{head}"}}\n'


def head_of(last: str, schema: object, library: object) -> str:
    """Return what a workup ends with, so that nothing can be missing after its last link."""
    return link(last, f"schema {schema}, library {library}")


def from_bytes(
    raw: bytes, place: str, *, schema: int = SCHEMA, migrations: Mapping[int, Migration] = MIGRATIONS
) -> Kept:
    """Return the workup that bytes hold.

    Args:
        place: What the message names, such as the file.
        schema: The newest form that is read.
        migrations: From the form before each to it.

    Raises:
        NewerError: A newer version of the library wrote it.
        DamagedError: It was cut off or altered; the message names the last event that is as it was written.
        WorkupError: It isn't a workup.
    """
    document = _document(raw, place)
    if document.get("format") != FORMAT:
        raise WorkupError(f"{place}: not a workup (no `format: {FORMAT}`)")
    written = document.get("schema")
    if type(written) is not int or written < 1:
        raise WorkupError(f"{place}: the key schema has to be a whole number from 1")
    if written > schema:
        raise NewerError(f"{place}: written by a newer version (schema {written}; this one reads up to {schema}): nothing was read")
    try:
        case, events = _unbroken(document, place)
    except UnicodeEncodeError:
        raise DamagedError(f"{place}: altered; it holds half a character", 0) from None
    for older in range(written, schema):
        events = [migrations[older + 1](event) for event in events]
    return Kept(case, tuple(_events(events, place)))


def _document(raw: bytes, place: str) -> dict[str, Any]:
    try:
        document = json.loads(raw.decode(), object_pairs_hook=_no_duplicates)
    except (UnicodeDecodeError, ValueError, RecursionError):
        if FORMAT.encode() in raw[:100]:
            good = _good_lines(raw.decode(errors="replace"))
            raise DamagedError(f"{place}: cut off or altered; {last_good(good)}", len(good)) from None
        raise WorkupError(f"{place}: not a workup (no JSON that can be read)") from None
    if type(document) is not dict:
        raise WorkupError(f"{place}: not a workup (expected a mapping)")
    return document


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _unbroken(document: Mapping[str, Any], place: str) -> tuple[str, list[Any]]:
    """Return the case and the events, if every event is as it was written and none is missing."""
    case, rows = document.get("case"), document.get("events")
    if document.keys() != _KEYS or type(case) is not str or type(rows) is not list:
        raise DamagedError(f"{place}: altered; expected the keys {', '.join(sorted(_KEYS))}", 0)
    good: list[Any] = []
    before = first_link(case)
    for row in rows:
        before = link(before, _line(row))
        if not _is_row(row) or row["chain"] != before:
            raise DamagedError(f"{place}: altered; {last_good(good)}", len(good))
        good.append(row["event"])
    if document["revision"] != len(good) or document["head"] != head_of(before, document["schema"], document["library"]):
        raise DamagedError(f"{place}: events are missing at the end or were added; {last_good(good)}", len(good))
    return case, good


def _is_row(row: Any) -> bool:
    return type(row) is dict and row.keys() == {"chain", "event"} and type(row["event"]) is dict


def _line(row: Any) -> str:
    event = row.get("event") if type(row) is dict else None
    return _encode(event)


def _good_lines(text: str) -> list[Any]:
    """Return the events of a text that is no JSON any more, as far as they are as they were written."""
    head, _, rows = text.partition('"events":[\n')
    good: list[Any] = []
    try:
        before = first_link(json.loads(head.rstrip(",") + "}")["case"])
        for line in rows.split("\n"):
            row = json.loads(line.rstrip(","))
            before = link(before, _line(row))
            if not _is_row(row) or row["chain"] != before:
                break
            good.append(row["event"])
    except (ValueError, KeyError, RecursionError):
        pass
    return good


def last_good(good: list[Any]) -> str:
    """Return in words what is the last event that is as it was written."""
    if not good:
        return "no event is as it was written"
    last = good[-1]
    return f"the last good event is number {len(good)} ({last.get('kind')}, entered {last.get('at')})"


def _events(events: Iterable[Any], place: str) -> Iterator[Event]:
    for number, raw in enumerate(events, 1):
        try:
            yield read_event(raw)
        except SpineWorkupError as error:
            raise WorkupError(f"{place}: event {number}: {error}") from None
