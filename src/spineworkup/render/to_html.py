"""A page as one HTML file: no script, no request, to read on a screen or a phone and to print."""

from __future__ import annotations

from spineworkup.errors import MissingExtraError, PrintError
from spineworkup.render.listing import Listing
from spineworkup.render.model import Sheet, Title
from spineworkup.render.to_text import source_parts
from spineworkup.render.visible import safe_link

try:
    from jinja2 import Environment, PackageLoader, StrictUndefined
except ImportError as error:  # pragma: no cover
    raise MissingExtraError("html", "jinja2") from error

PAPERS = {"a4": "A4", "letter": "letter"}


def to_html(page: Sheet | Listing, paper: str = "a4") -> str:
    """Return a page as one HTML file.

    Args:
        page: From `sheet_for`, `blank_sheet`, `timeline_listing` or `agenda_listing`.
        paper: `a4` or `letter`: the size when it is printed.

    Raises:
        PrintError: The paper isn't known.
    """
    if paper not in PAPERS:
        raise PrintError(f"unknown paper: expected {' or '.join(PAPERS)}")
    name = "listing.html.j2" if isinstance(page, Listing) else "sheet.html.j2"
    template = _environment().get_template(name)
    html = template.render(
        sheet=page, title=Title, paper=PAPERS[paper], safe_link=safe_link, source_parts=source_parts
    )
    return html + "\n"


def _environment() -> Environment:
    # Always escaping: `select_autoescape` says no to a name that ends in .j2.
    return Environment(
        loader=PackageLoader("spineworkup.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
