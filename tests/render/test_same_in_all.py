"""Text, Markdown, HTML and PDF are made from one sheet, and say the same."""

from __future__ import annotations

import io
import re

import pytest

from spineworkup.render.listing import Listing
from spineworkup.render.model import Sheet, Title, texts
from spineworkup.render.sheet import blank_sheet, sheet_for
from spineworkup.render.to_html import to_html
from spineworkup.render.to_markdown import to_markdown
from spineworkup.render.to_text import to_text
from tests.render.changed import Page, squeezed
from tests.render.example import (
    AT,
    WAIVER,
    checklist_of,
    emergency,
    example_pathway,
    pain_only,
    printed,
    unsafe_implant,
)
from tests.render.lived import printed_again, timeline, ward

SHEETS = {
    "emergency": lambda: sheet_for(emergency()),
    "pain only": lambda: sheet_for(pain_only()),
    "unsafe implant": lambda: sheet_for(unsafe_implant()),
    "nothing known": lambda: sheet_for(checklist_of({})),
    "blank": lambda: blank_sheet(example_pathway(waivers=(WAIVER,)), AT),
    "printed again": printed_again,
    "timeline": timeline,
    "agenda": ward,
}
# What only software reads: names of fields, ids, the words for a screen reader, the parts of what is joined elsewhere.
INSIDE = re.compile(
    r"\.(tier|could)\.|\.(ticks|spaces|blanks|unknown_spaces)\[|\.(blank|answer|done)\.|\.step$|\.running\."
)


@pytest.fixture(params=SHEETS)
def sheet(request: pytest.FixtureRequest) -> Sheet | Listing:
    return SHEETS[request.param]()


def said(sheet: Sheet | Listing) -> list[str]:
    """Every text that a reader must find, whatever the format."""
    if isinstance(sheet, Listing):
        full = [section.none for section in sheet.sections if section.lines]
        return [text for _, text in texts(sheet) if text and text not in full]
    words = [text for path, text in texts(sheet) if text and not INSIDE.search(path)]
    words += [tier.short for pause in sheet.pauses for row in pause.rows for _, tier in row.urgencies]
    words += [unknown.tier.short for unknown in sheet.unknown]
    words += [ref_words for ref_words in _ref_words(sheet)]
    words += [*sheet.running.lines, sheet.running.identity]
    if sheet.banner is not None:
        words.append(sheet.banner.tier.words)
    words += [Title.USE, Title.SOURCES, Title.UNKNOWN, Title.DETAILS, Title.RECORDS]
    return words


def _ref_words(sheet: Sheet) -> list[str]:
    return [
        ref.words for detail in sheet.details for one in (*detail.why, *detail.against) for ref in one.refs
    ]


def missing(sheet: Sheet | Listing, printed: str) -> list[str]:
    page = squeezed(printed)
    return [words for words in said(sheet) if squeezed(words) not in page]


def test_text(sheet: Sheet | Listing) -> None:
    assert missing(sheet, to_text(sheet)) == []


def test_text_keeps_its_width(sheet: Sheet | Listing) -> None:
    assert max(len(line) for line in to_text(sheet, width=72).splitlines()) <= 72


def test_markdown(sheet: Sheet | Listing) -> None:
    plain = re.sub(r"\\(.)", r"\1", to_markdown(sheet).replace("**", "").replace(r"\_", ""))
    assert missing(sheet, plain) == []


def test_html(sheet: Sheet | Listing) -> None:
    assert missing(sheet, Page(to_html(sheet)).text) == []


def test_pdf(sheet: Sheet | Listing) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")

    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed(sheet))).pages]
    read = squeezed("".join(pages))
    # A sentence may be cut by the end of a page or a column: then each of its words has to be there.
    for words in missing(sheet, "".join(pages)):
        assert [word for word in words.split() if squeezed(word) not in read] == [], words
