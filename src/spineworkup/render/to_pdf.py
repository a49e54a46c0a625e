"""A page as a tagged PDF: typst sets it, and pypdf adds the fields of a sheet, which can be filled in.

The bytes are the same each time and on every machine: no date, no font of the machine.
"""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import as_file, files
from typing import Any, Literal

from spineworkup.errors import MissingExtraError, PrintError
from spineworkup.render.fields import Field, add_fields
from spineworkup.render.fonts import font_paths
from spineworkup.render.listing import Listing
from spineworkup.render.model import MARKS, Ref, Sheet, Title, attributes, texts, tier_of
from spineworkup.render.to_text import source_parts
from spineworkup.render.visible import safe_link
from spineworkup.urgency import Urgency

try:
    import typst
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("pdf", "typst") from error

PAPERS = {"a4": "a4", "letter": "us-letter"}
STANDARD: Literal["ua-1"] = "ua-1"
_PROPERTIES = ("short", "is_none", "urgencies", "lines", "top_unknown", "head", "said")
_NO_GLYPH = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed", re.DOTALL)
_ESCAPE = re.compile(r"\\u\{(?P<code>[0-9a-f]+)\}")


def to_pdf(page: Sheet | Listing, paper: str = "a4") -> bytes:
    """Return a page as a PDF, tagged for PDF/UA-1; a sheet with boxes and spaces to fill in.

    Args:
        page: From `sheet_for`, `blank_sheet`, `timeline_listing` or `agenda_listing`.
        paper: `a4` or `letter`.

    Raises:
        PrintError: A text holds a character that no installed font has; the message says which field.
    """
    if paper not in PAPERS:
        raise PrintError(f"unknown paper: expected {' or '.join(PAPERS)}")
    name, data = ("listing.typ", _plain(page)) if isinstance(page, Listing) else ("sheet.typ", _data(page))
    with as_file(files("spineworkup.render").joinpath("templates", name)) as template:
        try:
            # One compiler for both, so that the pages are set once and the places are those of these pages.
            compiler = typst.Compiler(
                template,
                sys_inputs={"data": json.dumps(data), "paper": PAPERS[paper]},
                ignore_system_fonts=True,
                font_paths=font_paths(),
            )
            pdf = compiler.compile(format="pdf", pdf_standards=STANDARD)
            assert isinstance(pdf, bytes)
            placed = json.loads(compiler.query("<field>"))
        except typst.TypstError as error:
            raise PrintError(_reason(page, str(error))) from None
    return add_fields(pdf, [Field.of(one["value"]) for one in placed]) if placed else pdf


def _data(sheet: Sheet) -> dict[str, Any]:
    data: dict[str, Any] = _plain(sheet)
    data["titles"] = {name: words for name, words in vars(Title).items() if name.isupper()}
    data["shapes"] = [_plain(tier_of(tier)) for tier in MARKS if tier is not Urgency.NONE]
    for line, source in zip(data["sources"], sheet.sources, strict=True):
        before, address, after = source_parts(source)
        linked = safe_link(address)
        line["before"] = before if linked or not address else f"{before} {address}."
        line["link"], line["after"] = linked, after
    return data


def _plain(part: object) -> Any:
    """Return a part of the sheet as plain data, with what it works out about itself."""
    if isinstance(part, tuple):
        return [_plain(one) for one in part]
    plain = {name: _plain(value) for name, value in attributes(part)}
    if not plain:
        return part
    worked_out = {name: _plain(getattr(part, name)) for name in _PROPERTIES if hasattr(part, name)}
    if isinstance(part, Ref):
        worked_out["words"] = part.words
    return {**plain, **worked_out}


def _reason(page: Sheet | Listing, message: str) -> str:
    """Say which text can't be set and which character no font has, but not what the text is."""
    found = _NO_GLYPH.search(message)
    if found is None:
        return "the pages can't be set; the HTML and the plain text can"
    shown = _ESCAPE.sub(lambda escape: chr(int(escape["code"], 16)), found["text"])
    place = next((path for path, text in texts(page) if shown in text), "a text")
    codes = " ".join(f"U+{ord(character):04X}" for character in shown)
    name = unicodedata.name(shown[0], "a character without a name").lower() if shown else ""
    cjk = "; the package manimgx-fonts-cjk has Chinese, Japanese and Korean" if _is_cjk(name) else ""
    return f"{place}: no installed font has {codes} ({name}){cjk}. The HTML and the plain text can be made"


def _is_cjk(name: str) -> bool:
    return name.startswith(("cjk", "hangul", "hiragana", "katakana", "bopomofo", "ideographic"))
