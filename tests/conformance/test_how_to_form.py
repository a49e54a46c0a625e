"""The form of docs/how-to/questionnaire-in-a-form.md, as it stands: filled in, its answers are read."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed: the extra `judges`")

from spineworkup import load_pathway  # noqa: E402
from spineworkup.fhir.from_bundle import from_bundle  # noqa: E402
from spineworkup.fhir.read_json import read_resource  # noqa: E402
from spineworkup.fhir.to_questionnaire import to_questionnaire  # noqa: E402
from spineworkup.fhir.write_json import write_resource  # noqa: E402

pytestmark = [pytest.mark.conformance, pytest.mark.browser]
ROOT = Path(__file__).parents[2]
MODULES = Path(os.environ.get("SPINEWORKUP_NODE_MODULES", ROOT / "node_modules"))
FORM = ROOT / "docs" / "examples" / "fhir" / "form.html"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
ADDRESS = "http://form.example/"


def test_the_form_of_the_page_gives_answers_that_are_read() -> None:
    if not CHROMIUM or not (MODULES / "lforms").is_dir():
        pytest.skip("Chromium or lforms isn't installed")
    pathway = load_pathway()

    def serve(route: Any) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if path == "questionnaire.json":
            route.fulfill(body=write_resource(to_questionnaire(pathway)), content_type="application/json")
        else:
            route.fulfill(path=FORM if path == "form.html" else MODULES / path.removeprefix("node_modules/"))

    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(f"{ADDRESS}form.html")
        page.click('[id="limb_weakness/1/1|true"]')
        page.click("#done")
        response = read_resource(page.inner_text("#response"))
        browser.close()

    chart = from_bundle(response, pathway, at=datetime.now(UTC)).chart
    assert chart.facts == {"limb_weakness": True}
