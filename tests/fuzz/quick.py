"""A small package that is read hundreds of times a second: what is the same in every execution is made once.

The readers are the library's own. Only the files come from memory, and the converter, whose making takes most of the
time, is made once over one vocabulary that is emptied before each execution.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from attrs import evolve, frozen

from spineworkup.pathways import Pathway
from spineworkup.reading.load import read_base
from spineworkup.reading.parse_notation import Vocabulary
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_package import read_documents
from spineworkup.reading.read_yaml import Document
from spineworkup.reading.structure import make_converter
from spineworkup.render import to_html
from tests.small_package import write_package


@frozen
class Memory:
    """A file, or a folder of that one file, that is nowhere but in memory."""

    name: str
    raw: bytes

    def __truediv__(self, name: str) -> Memory:
        return Memory(name, self.raw)

    def read_bytes(self) -> bytes:
        return self.raw

    def __str__(self) -> str:
        return self.name


def _read() -> tuple[dict[str, Document], Pathway]:
    with tempfile.TemporaryDirectory() as folder:
        name = write_package(Path(folder))
        return read_documents(Path(folder), Problems()), read_base(name)


DOCUMENTS, SMALL = _read()
_WORDS = Vocabulary()
_CONVERTER, _OF_HEADS = make_converter(_WORDS), make_converter(Vocabulary())


def documents(*_: object) -> dict[str, Document]:
    """Return the documents of the small package, free to be changed."""
    return {
        name: evolve(one, data=_copy(one.data), values=dict(one.values), keys=dict(one.keys), texts={})
        for name, one in DOCUMENTS.items()
    }


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(one) for one in data] if isinstance(data, list) else data


def _vocabulary() -> Vocabulary:
    for part in (_WORDS.findings, _WORDS.names, _WORDS.sources, _WORDS.steps, _WORDS.pauses):
        part.clear()
    return _WORDS


def _itself(name: Any) -> Any:
    return name


_INSTEAD = {
    "read_package.Vocabulary": _vocabulary,
    "read_package.make_converter": lambda _: _CONVERTER,
    "overlay.make_converter": lambda _: _OF_HEADS,
    "load.package_folder": _itself,
    "load.overlay_folder": _itself,
    "load.read_documents": documents,
    "load.read_base": lambda _: SMALL,
}


@contextmanager
def small_and_quick() -> Iterator[None]:
    """Let every package be the small one; an overlay is a `Memory` instead of a name."""
    with ExitStack() as stack:
        for name, instead in _INSTEAD.items():
            stack.enter_context(patch(f"spineworkup.reading.{name}", instead))
        stack.enter_context(patch.object(to_html, "_environment", cache(to_html._environment)))
        yield
