"""Whether a text that looks like markup does anything on a printed sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spineworkup.render import to_html, to_markdown, to_text
from spineworkup.render.sheet import sheet_for
from tests.render.changed import Page, with_texts
from tests.render.example import emergency

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "# a [b](javascript:alert(1))",
    "Ann\u202egpj",
]
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def what_is_active() -> Iterator[str]:
    """Yield what a text made of the page: an element, a link, a line of Markdown, a character that turns text around."""
    sheet = sheet_for(emergency())
    plain = with_texts(sheet, lambda text: "words")
    for payload in PAYLOADS:
        hostile = with_texts(sheet, lambda text, payload=payload: payload)
        page, usual = Page(to_html.to_html(hostile)), Page(to_html.to_html(plain))
        if set(page.elements) - set(usual.elements):
            yield f"HTML elements: {payload}"
        if [link for link in page.links if not link.startswith(("#", "https://"))]:
            yield f"HTML links: {payload}"
        if _shape(to_markdown.to_markdown(hostile)) != _shape(to_markdown.to_markdown(plain)):
            yield f"Markdown lines: {payload}"
        if "](" in to_markdown.to_markdown(hostile).replace("\\](", ""):
            yield f"Markdown links: {payload}"
        if UNSEEN.search(to_text.to_text(hostile)):
            yield f"unseen characters: {payload!r}"


def _shape(page: str) -> list[str]:
    return [re.match(r"[#\- ]*", line)[0] for line in page.splitlines()]  # type: ignore[index]
