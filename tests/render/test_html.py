"""One file, no script, no request; native inputs with names; nothing ticked."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

import pytest

from spineworkup.errors import PrintError
from spineworkup.render.model import Sheet, blanks
from spineworkup.render.sheet import blank_sheet, sheet_for
from spineworkup.render.to_html import to_html
from tests.render.changed import Page
from tests.render.example import AT, emergency, example_pathway


@pytest.fixture(params=["case", "blank"])
def sheet(request: pytest.FixtureRequest) -> Sheet:
    return sheet_for(emergency()) if request.param == "case" else blank_sheet(example_pathway(), AT)


def test_it_is_one_page_in_english_with_a_title(sheet: Sheet) -> None:
    page = to_html(sheet)
    assert page.lstrip().startswith("<!doctype html>")
    assert '<html lang="en-GB">' in page and "<title>Workup of" in page
    assert [tag for tag, _ in Page(page).elements if tag in ("main", "footer", "h1")] == [
        "h1",
        "main",
        "footer",
    ]


def test_it_asks_for_nothing_and_runs_nothing(sheet: Sheet) -> None:
    page = Page(to_html(sheet))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "iframe", "link", "object", "embed", "form", "base", "svg"}
    assert "url(" not in to_html(sheet) and "@import" not in to_html(sheet)
    assert "default-src 'none'" in to_html(sheet)


def test_headings_skip_no_level(sheet: Sheet) -> None:
    levels = [int(tag[1]) for tag, _ in Page(to_html(sheet)).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_box_is_native_named_and_empty(sheet: Sheet) -> None:
    inputs = Page(to_html(sheet)).inputs
    wanted = {blank.id for blank in blanks(sheet)}
    assert {one["id"] for one in inputs} == wanted
    assert all(one["type"] in ("checkbox", "text") and one["aria-label"] for one in inputs)
    assert not [one for one in inputs if "checked" in one or "value" in one]


def test_ids_are_unique_and_links_inside_the_page_lead_somewhere(sheet: Sheet) -> None:
    page = Page(to_html(sheet))
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_paper(sheet: Sheet) -> None:
    assert "size: A4" in to_html(sheet) and "size: letter" in to_html(sheet, "letter")
    with pytest.raises(PrintError, match="unknown paper"):
        to_html(sheet, "a5")


def test_every_attribute_is_quoted_and_no_filter_lets_markup_through() -> None:
    from importlib.resources import files

    template = files("spineworkup.render").joinpath("templates", "sheet.html.j2").read_text()
    assert not re.search(r"=\s*\{\{", template)
    assert not re.search(r"\|\s*(safe|default|tojson|xmlattr|urlize|striptags)\b|autoescape", template)


def test_without_jinja_the_message_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from spineworkup.errors import MissingExtraError\n"
        "try:\n    import spineworkup.render.to_html\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "spineworkup[html]" in done.stdout
