"""From a sheet or a listing to the file that a command writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spineworkup.errors import SpineWorkupError

FORMATS = (".pdf", ".html", ".txt", ".md")


def target_of(name: str) -> Path:
    """Return the file to write.

    Raises:
        SpineWorkupError: Its ending is of no format.
    """
    target = Path(name)
    if target.suffix.lower() not in FORMATS:
        raise SpineWorkupError(f"{target.name}: expected a name that ends in {', '.join(FORMATS)}")
    return target


def page(sheet: Any, suffix: str, paper: str) -> bytes:
    """Return a sheet as a file; only the libraries of its own format are loaded."""
    if suffix == ".pdf":
        from spineworkup.render.to_pdf import to_pdf

        return to_pdf(sheet, paper=paper)
    if suffix == ".html":
        from spineworkup.render.to_html import to_html

        return to_html(sheet, paper=paper).encode()
    if suffix == ".md":
        from spineworkup.render.to_markdown import to_markdown

        return to_markdown(sheet).encode()
    from spineworkup.render.to_text import to_text

    return to_text(sheet).encode()
