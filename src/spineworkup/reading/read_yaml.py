"""Strict YAML with positions: the only place that touches PyYAML.

What is refused: anchors, aliases, merge keys, tags, duplicate keys, keys that aren't text, several documents, empty
values, great depth and size. Only true, false, null, whole numbers, decimals and text are read; everything else that YAML
would guess (dates, `no`, 12:30) stays text. The stream of events is read without recursion, so nothing can overflow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeAlias

import yaml
from attrs import define, field, frozen

from spineworkup.errors import Problem
from spineworkup.sources import Position, excerpt

Path: TypeAlias = tuple[str | int, ...]
# File, line, column, length: plain, as there is one for every value of every file.
Place: TypeAlias = tuple[str, int, int, int]
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_BYTES, MAX_EVENTS, MAX_DEPTH = 1_000_000, 200_000, 32
# So many are named at once: to look for the right word for each of 100,000 wrong ones would take a minute.
MAX_PROBLEMS = 100
MAX_MESSAGE = 500
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\.[0-9]{1,30}\Z")
# The C parser refuses the escape of half a character; the other one lets it in, and writing it would fail.
_HALF = re.compile("[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}


@frozen
class Mark:
    """Where a value or a key stands, and how long it is on its line."""

    position: Position
    length: int = 1


@frozen
class Document:
    """What a file says, and where it says it.

    Args:
        private: The file is about a patient: its lines are never repeated.
        texts: Of files that were laid over this one: name to text.
    """

    file: str
    text: str = field(repr=False)
    data: Any
    values: dict[Path, Place] = field(repr=False)
    keys: dict[Path, Place] = field(repr=False)
    private: bool = False
    texts: dict[str, str] = field(factory=dict, repr=False)

    def problem(
        self, path: Path, message: str, hint: str = "", *, key: bool = False, kind: str = "error"
    ) -> Problem:
        """Return a problem at a path, or at its nearest parent that has a place."""
        mark = self.mark(path, key=key)
        text = self.texts.get(mark.position.file, self.text)
        shown = "" if self.private else excerpt(text, mark.position, mark.length)
        return Problem(mark.position, _short(message), _short(hint), shown, kind)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Return where a path stands."""
        if key and path in self.keys:
            return _mark(self.keys[path])
        while path not in self.values and path:
            path = path[:-1]
        return _mark(self.values.get(path, (self.file, 1, 1, 1)))


def _short(text: str) -> str:
    """Return what can be read in a line: a word that is wrong may be as long as the file."""
    return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]}..."


def _mark(place: Place) -> Mark:
    file, line, column, length = place
    return Mark(Position(file, line, column), length)


def read_yaml(raw: bytes | str, file: str, *, private: bool = False) -> tuple[Document, list[Problem]]:
    """Return what a file says, and everything that is wrong with it as YAML."""
    text, problem = _decode(raw, file)
    if problem is not None:
        return Document(file, "", None, {}, {}, private), [problem]
    builder = _Builder(file, text, private)
    try:
        for event in _events(text):
            if not builder.take(event) or len(builder.problems) >= MAX_PROBLEMS:
                break
    except yaml.reader.ReaderError as error:
        builder.fault(_place_at(text, error.position, file), "a character that YAML doesn't allow")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = (file, mark.line + 1, mark.column + 1, 1) if mark else (file, 1, 1, 1)
        builder.fault(
            place, "not valid YAML here" if private else f"not valid YAML: {getattr(error, 'problem', '')}"
        )
    if not builder.problems and not builder.began:
        builder.fault((file, 1, 1, 1), "the file is empty")
    return Document(file, text, builder.root, builder.values, builder.keys, private), builder.problems


def _decode(raw: bytes | str, file: str) -> tuple[str, Problem | None]:
    if len(raw) > MAX_BYTES:
        return "", Problem(Position(file), f"the file is larger than {MAX_BYTES // 1000} kB")
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        text.encode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        return "", Problem(Position(file, before.count(b"\n") + 1), "the file isn't UTF-8 text")
    except UnicodeEncodeError:
        return "", Problem(Position(file), "the file isn't UTF-8 text")
    return _from_json(text) if text.lstrip()[:1] in ("{", "[") else text, None


# A character beyond U+FFFF as JSON writes it: two escapes, the first of which isn't itself escaped.
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _from_json(text: str) -> str:
    """Return JSON as YAML takes it: without tabs between its parts, and with whole characters."""

    def whole(match: re.Match[str]) -> str:
        high, low = int(match[2], 16) - 0xD800, int(match[3], 16) - 0xDC00
        return match[1] + chr(0x10000 + (high << 10) + low)

    return _PAIR.sub(whole, text.replace("\t", " "))


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    except (ValueError, OverflowError):
        # Where there is no C parser: an escape or a version with a number that is none.
        raise yaml.MarkedYAMLError(problem="no such character", problem_mark=loader.get_mark()) from None
    finally:
        loader.dispose()


def _place_at(text: str, index: int, file: str) -> Place:
    before = text[:index]
    return file, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1, 1


@define
class _Frame:
    """A list or a mapping that is being read."""

    container: Any
    path: Path
    wants_key: bool
    key: str | None = None


@define
class _Builder:
    file: str
    text: str
    private: bool
    problems: list[Problem] = field(factory=list)
    root: Any = None
    began: bool = False
    values: dict[Path, Place] = field(factory=dict)
    keys: dict[Path, Place] = field(factory=dict)
    stack: list[_Frame] = field(factory=list)
    count: int = 0
    documents: int = 0

    def fault(self, place: Place, message: str, hint: str = "") -> None:
        mark = _mark(place)
        shown = "" if self.private else excerpt(self.text, mark.position, mark.length)
        self.problems.append(Problem(mark.position, _short(message), hint, shown))

    def take(self, event: Any) -> bool:
        """Take one event; False when reading can't go on."""
        self.count += 1
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            return self.start(event)
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            return True
        if isinstance(event, yaml.AliasEvent):
            self.fault(self.place(event), "anchors and aliases are not allowed", "write it out")
            return False
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.fault(self.place(event), "one file holds one document")
                return False
        return True

    def place(self, event: Any) -> Place:
        start = event.start_mark
        return self.file, start.line + 1, start.column + 1, 1

    def start(self, event: Any) -> bool:
        place = self.place(event)
        if not self.allowed(event, place):
            return False
        if len(self.stack) >= MAX_DEPTH or self.count > MAX_EVENTS:
            self.fault(place, "too deeply nested" if len(self.stack) >= MAX_DEPTH else "too large")
            return False
        if self.stack and self.stack[-1].wants_key:
            self.fault(place, "a key has to be text")
            return False
        container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self.put(container, place)
        self.stack.append(_Frame(container, path, type(container) is dict))
        return True

    def allowed(self, event: Any, place: Place) -> bool:
        if event.anchor is not None:
            self.fault(place, "anchors and aliases are not allowed", "write it out")
            return False
        if event.tag is not None:
            self.fault(place, "tags are not allowed", "leave the ! away")
            return False
        return True

    def scalar(self, event: Any) -> bool:
        start, end = event.start_mark, event.end_mark
        line, column = start.line, start.column
        length = end.column - column if end.line == line else 1
        place = (self.file, line + 1, column + 1, length if length > 0 else 1)
        if (event.anchor is not None or event.tag is not None) and not self.allowed(event, place):
            return False
        if self.count > MAX_EVENTS:
            self.fault(place, "too large")
            return False
        if not event.value.isascii() and _HALF.search(event.value):
            self.fault(place, "half a character (a lone surrogate)")
            return False
        plain = event.implicit[0]
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.wants_key:
            self.key(frame, event.value, plain, place)
        else:
            self.put(self.resolve(event.value, plain, place), place)
        return True

    def key(self, frame: _Frame, text: str, plain: bool, place: Place) -> None:
        if plain and text == "<<":
            self.fault(place, "merge keys are not allowed", "write it out")
        elif plain and not isinstance(self.resolve(text, True, place), str):
            self.fault(place, "a key has to be text", "quote it")
        elif text in frame.container:
            shown = "" if self.private else f" {text!r}"
            self.fault(place, f"duplicate key{shown}", "each key once")
        frame.key, frame.wants_key = text, False
        self.keys[(*frame.path, text)] = place

    def resolve(self, text: str, plain: bool, place: Place) -> Any:
        if not plain:
            return text
        if text == "":
            self.fault(place, "empty value", "write null, or leave the key away")
            return None
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in "-0123456789":
            if _WHOLE.match(text):
                return int(text)
            if _DECIMAL.match(text):
                return Decimal(text)
        return text

    def put(self, value: Any, place: Place) -> Path:
        if not self.stack:
            self.root, self.began = value, True
            path: Path = ()
        else:
            frame = self.stack[-1]
            if frame.key is not None:
                path = (*frame.path, frame.key)
                frame.container.setdefault(frame.key, value)
                frame.key, frame.wants_key = None, True
            else:
                path = (*frame.path, len(frame.container))
                frame.container.append(value)
        self.values.setdefault(path, place)
        return path
