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
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_BYTES, MAX_EVENTS, MAX_DEPTH = 1_000_000, 200_000, 32
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\Z")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\.[0-9]{1,30}\Z")
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
    values: dict[Path, Mark] = field(repr=False)
    keys: dict[Path, Mark] = field(repr=False)
    private: bool = False
    texts: dict[str, str] = field(factory=dict, repr=False)

    def problem(
        self, path: Path, message: str, hint: str = "", *, key: bool = False, kind: str = "error"
    ) -> Problem:
        """Return a problem at a path, or at its nearest parent that has a place."""
        mark = self.mark(path, key=key)
        text = self.texts.get(mark.position.file, self.text)
        shown = "" if self.private else excerpt(text, mark.position, mark.length)
        return Problem(mark.position, message, hint, shown, kind)

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Return where a path stands."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, Mark(Position(self.file)))


def read_yaml(raw: bytes | str, file: str, *, private: bool = False) -> tuple[Document, list[Problem]]:
    """Return what a file says, and everything that is wrong with it as YAML."""
    text, problem = _decode(raw, file)
    if problem is not None:
        return Document(file, "", None, {}, {}, private), [problem]
    builder = _Builder(file, text, private)
    try:
        for event in _events(text):
            if not builder.take(event):
                break
    except yaml.reader.ReaderError as error:
        builder.fault(_place(text, error.position, file), "a character that YAML doesn't allow")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file)
        builder.fault(position, "not valid YAML here" if private else f"not valid YAML: {error.problem}")
    except yaml.YAMLError:
        builder.fault(Position(file), "not valid YAML")
    if not builder.problems and not builder.began:
        builder.fault(Position(file), "the file is empty")
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
    return text, None


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _place(text: str, index: int, file: str) -> Position:
    before = text[:index]
    return Position(file, before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


@define
class _Frame:
    """A list or a mapping that is being read."""

    container: Any
    path: Path
    key: str | None = None
    waiting: bool = True  # of a mapping: a key comes next


@define
class _Builder:
    file: str
    text: str
    private: bool
    problems: list[Problem] = field(factory=list)
    root: Any = None
    began: bool = False
    values: dict[Path, Mark] = field(factory=dict)
    keys: dict[Path, Mark] = field(factory=dict)
    stack: list[_Frame] = field(factory=list)
    count: int = 0
    documents: int = 0

    def fault(self, position: Position, message: str, hint: str = "", length: int = 1) -> None:
        shown = "" if self.private else excerpt(self.text, position, length)
        self.problems.append(Problem(position, message, hint, shown))

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
            self.fault(self.position(event), "anchors and aliases are not allowed", "write it out")
            return False
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.fault(self.position(event), "one file holds one document")
                return False
        return True

    def position(self, event: Any) -> Position:
        return Position(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def start(self, event: Any) -> bool:
        position = self.position(event)
        if not self.allowed(event, position):
            return False
        if len(self.stack) >= MAX_DEPTH or self.count > MAX_EVENTS:
            self.fault(position, "too deeply nested" if len(self.stack) >= MAX_DEPTH else "too large")
            return False
        if self.stack and isinstance(self.stack[-1].container, dict) and self.stack[-1].waiting:
            self.fault(position, "a key has to be text")
            return False
        container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self.put(container, Mark(position))
        self.stack.append(_Frame(container, path))
        return True

    def allowed(self, event: Any, position: Position) -> bool:
        if event.anchor is not None:
            self.fault(position, "anchors and aliases are not allowed", "write it out")
            return False
        if event.tag is not None:
            self.fault(position, "tags are not allowed", "leave the ! away")
            return False
        return True

    def scalar(self, event: Any) -> bool:
        position = self.position(event)
        if not self.allowed(event, position):
            return False
        if self.count > MAX_EVENTS:
            self.fault(position, "too large")
            return False
        same_line = event.start_mark.line == event.end_mark.line
        length = event.end_mark.column - event.start_mark.column if same_line else 1
        mark = Mark(position, max(1, length))
        plain = bool(event.implicit[0])
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.waiting:
            self.key(frame, event.value, plain, mark)
        else:
            self.put(self.resolve(event.value, plain, mark), mark)
        return True

    def key(self, frame: _Frame, text: str, plain: bool, mark: Mark) -> None:
        if plain and text == "<<":
            self.fault(mark.position, "merge keys are not allowed", "write it out", mark.length)
        elif plain and not isinstance(self.resolve(text, True, mark), str):
            self.fault(mark.position, "a key has to be text", "quote it", mark.length)
        elif text in frame.container:
            shown = "" if self.private else f" {text!r}"
            self.fault(mark.position, f"duplicate key{shown}", "each key once", mark.length)
        frame.key, frame.waiting = text, False
        self.keys[(*frame.path, text)] = mark

    def resolve(self, text: str, plain: bool, mark: Mark) -> Any:
        if not plain:
            return text
        if text == "":
            self.fault(mark.position, "empty value", "write null, or leave the key away")
            return None
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in "-0123456789":
            if _WHOLE.match(text):
                return int(text)
            if _DECIMAL.match(text):
                return Decimal(text)
        return text

    def put(self, value: Any, mark: Mark) -> Path:
        if not self.stack:
            self.root, self.began = value, True
            path: Path = ()
        else:
            frame = self.stack[-1]
            if isinstance(frame.container, dict):
                assert frame.key is not None
                path = (*frame.path, frame.key)
                frame.container.setdefault(frame.key, value)
                frame.key, frame.waiting = None, True
            else:
                path = (*frame.path, len(frame.container))
                frame.container.append(value)
        self.values.setdefault(path, mark)
        return path
