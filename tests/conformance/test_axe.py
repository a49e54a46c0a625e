"""The HTML judged by axe-core in a headless Chromium: on a wide screen and on a phone, and its width on a phone."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jinja2", reason="the extra `html` isn't installed")

from spineworkup.render.listing import Listing
from spineworkup.render.model import Sheet
from spineworkup.render.sheet import blank_sheet, sheet_for
from spineworkup.render.to_html import to_html
from tests.render.example import AT, emergency, example_pathway, pain_only
from tests.render.lived import printed_again, timeline, ward

pytestmark = [pytest.mark.conformance, pytest.mark.browser]
MODULES = Path(os.environ.get("SPINEWORKUP_NODE_MODULES", Path(__file__).parents[2] / "node_modules"))
AXE = MODULES / "axe-core" / "axe.min.js"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
NAMES = "محمد عبد الله 王小明 สมชาย हिन्दी " + "Wolfeschlegelsteinhausenbergerdorff" * 4
SHEETS = {
    "emergency": lambda: sheet_for(emergency()),
    "long names": lambda: sheet_for(emergency(NAMES)),
    "pain only": lambda: sheet_for(pain_only()),
    "blank": lambda: blank_sheet(example_pathway(), AT),
    "printed again": printed_again,
    "timeline": lambda: timeline(NAMES),
    "agenda": lambda: ward(NAMES),
}
# The page itself forbids scripts; the copy that is judged must let the judge in.
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
RUN_AXE = (
    "document.getElementById('found').remove();"
    "axe.run(document, {resultTypes: ['violations']}).then(result => {"
    "const pre = document.createElement('pre'); pre.id = 'found'; document.body.append(pre);"
    "pre.textContent = JSON.stringify({passes: result.passes.length,"
    "violations: result.violations.map(v => [v.id, v.nodes.map(n => n.html)])}); });"
)


def opened(page: str, script: str, folder: Path, width: int) -> Any:
    """Open a page with a script added; return what the script found."""
    path = folder / "page.html"
    found = "<pre id='found'></pre>"
    path.write_text(
        POLICY.sub("", page).replace("</body>", f"{found}<script>{script}</script></body>"), "utf-8"
    )
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--window-size={width},900",
    ]
    command += [
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=30000",
        "--dump-dom",
        path.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    match = re.search(r"<pre id=\"found\">(.*?)</pre>", done.stdout, re.DOTALL)
    assert match and match[1], "the script said nothing"
    return json.loads(html.unescape(match[1]))


def width_in_a_frame(page: str, width: int, folder: Path) -> int:
    """Return how wide a page becomes where it has so little room: a window can't be made narrower than 500, a frame can."""
    inner = html.escape(POLICY.sub("", page), quote=True)
    frame = f'<!doctype html><body><iframe width="{width}" height="900" srcdoc="{inner}"></iframe></body>'
    run = (
        "const frame = document.querySelector('iframe'); const say = () => {"
        "document.getElementById('found').textContent ="
        "JSON.stringify([frame.contentDocument.documentElement.scrollWidth, frame.clientWidth]); };"
        "frame.contentDocument && frame.contentDocument.querySelector('main') ? say() : frame.onload = say;"
    )
    wide, there = opened(frame, run, folder, 1200)
    assert there == width
    return wide


@pytest.fixture(autouse=True)
def browser() -> None:
    if not CHROMIUM:
        pytest.skip("Chromium isn't installed")


@pytest.mark.parametrize("width", [1200, 500])
@pytest.mark.parametrize("name", SHEETS)
def test_axe_finds_no_violation(name: str, width: int, tmp_path: Path) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core isn't installed: npm install, or SPINEWORKUP_NODE_MODULES")
    result = opened(to_html(SHEETS[name]()), AXE.read_text("utf-8") + ";" + RUN_AXE, tmp_path, width)
    assert result["violations"] == []
    assert result["passes"] > 25


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_scrolls_sideways_on_a_phone(name: str, tmp_path: Path) -> None:
    assert width_in_a_frame(to_html(SHEETS[name]()), 360, tmp_path) <= 360


@pytest.mark.parametrize("page", [printed_again(), timeline()], ids=["sheet", "timeline"])
def test_printed_by_the_browser_every_page_says_whose_it_is(page: Sheet | Listing, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="the extra `pdf` isn't installed")
    (tmp_path / "page.html").write_text(to_html(page), "utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}", (tmp_path / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    pages = [one.extract_text() for one in pypdf.PdfReader(tmp_path / "page.pdf").pages]
    assert len(pages) > 1
    for number, words in enumerate(pages, 1):
        assert "Case example-1" in words and f"Page {number} of {len(pages)}" in words
