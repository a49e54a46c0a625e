"""Sheets whose texts are all replaced, to see that no text is ever read as markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import TypeVar

from attrs import evolve

from spineworkup.render.listing import Listing
from spineworkup.render.model import Blank, Sheet, Tier, attributes
from spineworkup.render.visible import all_visible

P = TypeVar("P", Sheet, Listing)
# Constants of the program and ids of the rules (snake_case), never free text.
CONSTANT = {(Blank, "id"), (Blank, "kind"), (Tier, "value"), (Tier, "mark"), (Tier, "words")}


def with_texts(page: P, change: Callable[[str], str]) -> P:
    """Return the page with every text that isn't empty changed, made visible as the builder does."""
    changed = _change(page, change)
    assert isinstance(changed, type(page))
    return all_visible(changed)


def _change(part: object, change: Callable[[str], str]) -> object:
    if isinstance(part, str):
        return change(part) if part else part
    if isinstance(part, tuple):
        return tuple(_change(one, change) for one in part)
    values = {n: _change(v, change) for n, v in attributes(part) if (type(part), n) not in CONSTANT}
    return evolve(part, **values) if values else part  # type: ignore[misc]


class Page(HTMLParser):
    """The elements of a page with the names of their attributes, its links and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.inputs: list[dict[str, str | None]] = []
        self.words: list[str] = []
        self.inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "xlink:href"):
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag == "input":
            self.inputs.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        if self.inside != "style":
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", ()))

    @property
    def text(self) -> str:
        return "".join(self.words)


def squeezed(text: str) -> str:
    """Return a text without anything that a format may change: spaces, places to break, shapes."""
    return re.sub(r"[\s\u200b▲◆●○☐]|\[ \]|_+", "", text)
