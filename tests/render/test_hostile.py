"""No text is ever markup: not a name, not a rule, not an address."""

from __future__ import annotations

import io
import re

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.render.sheet import sheet_for
from spineworkup.render.to_html import to_html
from spineworkup.render.to_markdown import escape, to_markdown
from spineworkup.render.to_text import to_text
from tests.render.changed import Page, squeezed, with_texts
from tests.render.example import emergency
from tests.render.lived import printed_again, timeline

SHEET = evolve(sheet_for(emergency()), changed=printed_again().changed)
LISTING = timeline()
PLAIN = with_texts(SHEET, lambda text: "words")
PAYLOADS = [
    "<script>alert(1)</script>",
    "</title></style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "--><b>",
    "<!--",
    "]]>",
    "&lt;b&gt; &amp; &#60;",
    "javascript:alert(1)",
    "https://example.org/\" onclick=\"alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7*7 }} {% raw %}",
    "#panic(1) #import \"x\" $x$ *b* _i_ `c` <label> @ref //c /* d */",
    "[a](javascript:alert(1)) ![b](x) <https://example.org> **c** # d",
    "1. list\n- item\n    code\n```\nfence",
    "| a | b |\n|---|---|",
    "a\x00b\x1b[31mc\x7f",
    "Ann\u202egpj\u2066x\u2069",
    "=cmd|' /C calc'!A0",
    "%s %(x)s {0} ${x}",
    "\\u0041 \\n \\",
    "'; DROP TABLE x; --",
    "expression(alert(1)); url(javascript:alert(1)); }",
]  # fmt: skip
# A page takes seconds to be set: one of each kind.
IN_PDF = list(dict.fromkeys(next(p for p in PAYLOADS if character in p) for character in "#<{$\\\x00\u202e*"))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_keeps_its_elements(payload: str) -> None:
    page, plain = Page(to_html(with_texts(SHEET, lambda _: payload))), Page(to_html(PLAIN))
    assert page.elements == plain.elements or _only_links_differ(page, plain)
    assert page.ids == plain.ids
    assert all(link.startswith(("#", "https://")) for link in page.links)
    assert not [name for _, names in page.elements for name in names if name.startswith("on")]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_listing_takes_a_text_for_markup(payload: str) -> None:
    changed, plain = (with_texts(LISTING, lambda _, text=text: text) for text in (payload, "words"))
    page = Page(to_html(changed))
    assert page.elements == Page(to_html(plain)).elements and page.links == []
    shapes = [[re.match(r"[#\- ]*", line)[0] for line in to_markdown(one).splitlines()] for one in (changed, plain)]  # type: ignore[index]
    assert shapes[0] == shapes[1]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", to_text(changed))


def _only_links_differ(page: Page, plain: Page) -> bool:
    without = [[element for element in one.elements if element[0] != "a"] for one in (page, plain)]
    return without[0] == without[1] and len(page.links) <= len(plain.links) + len(SHEET.sources)


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_html_keeps_its_elements_whatever_is_written(text: str) -> None:
    words = text.encode("utf-8", "replace").decode()
    page, plain = Page(to_html(with_texts(SHEET, lambda _: words or "x"))), Page(to_html(PLAIN))
    assert page.elements == plain.elements


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_shows_what_was_written(payload: str) -> None:
    sheet = with_texts(SHEET, lambda _: payload)
    assert squeezed(sheet.identifiers[0].value) in squeezed(Page(to_html(sheet)).text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_keeps_its_lines(payload: str) -> None:
    def shape(page: str) -> list[str]:
        return [re.match(r"[#\- ]*", line)[0] for line in page.splitlines()]  # type: ignore[index]

    assert shape(to_markdown(with_texts(SHEET, lambda _: payload))) == shape(to_markdown(PLAIN))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_markdown_escapes_every_character_with_a_meaning(text: str) -> None:
    escaped = escape(text)
    bare = re.sub(r"\\.", "", escaped, flags=re.DOTALL)
    assert not set(bare) & set("\\`*_{}[]#|~<>&$^@")
    assert not re.match(r"\s*([+\-=]|\d+[.)])", escaped)
    assert re.sub(r"\\(.)", r"\1", escaped) == re.sub(" {2,}", " ", text).lstrip(" ")


@pytest.mark.parametrize("address", ["http://evil.test", "HTTPS://evil.test", "www.evil.test", "mailto:a", "xmpp:a"])
def test_markdown_makes_no_link_of_an_address(address: str) -> None:
    assert address not in escape(f"see {address} there")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_holds_no_control_character(payload: str) -> None:
    page = to_text(with_texts(SHEET, lambda _: payload))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)


@pytest.mark.parametrize("payload", IN_PDF)
def test_a_listing_in_pdf_sets_it_as_it_is(payload: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    from spineworkup.render.to_pdf import to_pdf

    listing = with_texts(LISTING, lambda _: payload)
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(to_pdf(listing))).pages)
    assert squeezed(listing.identity) in squeezed(printed)


@pytest.mark.parametrize("payload", IN_PDF)
def test_pdf_sets_it_as_it_is(payload: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    from spineworkup.render.to_pdf import to_pdf

    sheet = with_texts(SHEET, lambda _: payload)
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(sheet)))
    printed = squeezed("".join(page.extract_text() for page in reader.pages))
    assert squeezed(sheet.identifiers[0].value) in printed
    actions = [annotation.get_object() for page in reader.pages for annotation in page.get("/Annots", [])]
    assert all(
        "/AA" not in one and one.get("/A", {}).get("/S", "/URI") in ("/URI", "/GoTo") for one in actions
    )
    assert "/OpenAction" not in reader.root_object and "/Names" not in reader.root_object
