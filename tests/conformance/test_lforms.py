"""The Questionnaire in lforms, a form of others, in a headless Chromium: filled in by clicks and keys, its answers give the checklist."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")

from spineworkup import assess, load_pathway  # noqa: E402
from spineworkup.charts import Chart  # noqa: E402
from spineworkup.entries import Observation  # noqa: E402
from spineworkup.fhir.from_bundle import from_bundle  # noqa: E402
from spineworkup.fhir.read_json import read_resource  # noqa: E402
from spineworkup.fhir.to_questionnaire import to_questionnaire  # noqa: E402
from spineworkup.fhir.write_json import write_resource  # noqa: E402
from spineworkup.findings import Kind  # noqa: E402
from tests.conformance.fhir_judges import faults_of  # noqa: E402
from tests.fhir.same_answer import answer_of  # noqa: E402

pytestmark = [pytest.mark.conformance, pytest.mark.browser]
MODULES = Path(os.environ.get("SPINEWORKUP_NODE_MODULES", Path(__file__).parents[2] / "node_modules"))
FORMS = MODULES / "lforms" / "dist" / "lforms"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
ADDRESS = "http://form.example/"
PARTS = ("webcomponent/assets/lib/zone.min.js", "webcomponent/lhc-forms.js", "fhir/lformsFHIRAll.min.js")
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Form</title>'
    '<link rel="stylesheet" href="/webcomponent/styles.css"></head><body><div id="form"></div>'
    + "".join(f'<script src="/{part}"></script>' for part in PARTS)
    + "</body></html>"
)
# When the browser believes that it was started.
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATHWAY = load_pathway("metastatic_spine")
EARLIER = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

# Finding or clock to what is filled in; a pair is a value and the time of it.
CASES: dict[str, dict[str, Any]] = {
    "nothing is known": {},
    "an emergency": {
        "clocks.suspicion": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "limb_weakness": (True, EARLIER),
        "sensory_level": True,
        "saddle_numbness": False,
        "lowest_mrc_power": "4",
        "post_void_residual": "320 mL",
        "cancer_history": "current",
        "cancer_primary": "breast",
        "calcium_total": "11.2 mg/dL",
        "albumin": "2.9 g/dL",
        "implant_mri_status": "conditional",
    },
    "pain, and no deficit": {
        "back_pain": True,
        "night_pain": True,
        "progressive_pain": False,
        **{id_: False for id_, finding in PATHWAY.findings.items() if finding.group == "nerves" and finding.red_flag},
        "cancer_history": "past",
        "age_years": "54",
        "egfr": "28 mL/min/{1.73_m2}",
    },
    "after the MRI": {
        "mri_result": ("metastasis", EARLIER),
        "mri_extent": "whole_spine",
        "sins_location": "junctional",
        "sins_pain": "mechanical",
        "sins_lesion": "lytic",
        "sins_alignment": "normal",
        "sins_collapse": "lt50",
        "ecog": "2",
        "platelets": "41 10*3/uL",
        "calcium_adjusted": "30 mmol/L",
    },
}


class Form:
    """The form on the page, and how a person fills it in."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked_elsewhere: list[str] = []
        page.set_default_timeout(20_000)
        page.route("**/*", self._serve)
        page.clock.install(time=START)

    def open(self) -> None:
        self.page.goto(ADDRESS)
        form = json.loads(write_resource(to_questionnaire(PATHWAY)))
        self.page.evaluate("form => LForms.Util.addFormToPage(form, 'form', {prepopulate: false})", form)
        self.page.wait_for_selector('[id="back_pain/1/1|true"]')

    def shows(self, link_id: str) -> bool:
        return bool(self.page.locator(f'[id="item-{link_id}/1/1"]').count())

    def fill(self, answers: dict[str, Any]) -> None:
        for id_, given in answers.items():
            value, seen = given if isinstance(given, tuple) else (given, None)
            if isinstance(value, datetime):
                self._time(id_, value)
            else:
                self._answer(id_, value)
            if seen is not None:
                self._time(f"{id_}.at", seen)

    def answers(self) -> dict[str, Any]:
        """Return the QuestionnaireResponse."""
        return read_resource(
            self.page.evaluate("() => JSON.stringify(LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4'))")
        )

    def _answer(self, id_: str, value: Any) -> None:
        match PATHWAY.findings[id_].kind:
            case Kind.BOOLEAN:
                self.page.click(f'[id="{id_}/1/1|{str(value).lower()}"]')
            case Kind.CHOICE:
                self._choose(f"{id_}/1/1", PATHWAY.findings[id_].options[value])
            case Kind.NUMBER:
                self._type(f"{id_}/1/1", value)
            case Kind.QUANTITY:
                number, _, unit = value.partition(" ")
                self._type(f"{id_}/1/1", number)
                if PATHWAY.findings[id_].also:
                    self._choose(f"unit_{id_}/1/1", unit)

    def _type(self, element: str, text: str) -> None:
        self.page.fill(f'[id="{element}"]', text)
        self.page.keyboard.press("Tab")

    def _choose(self, element: str, label: str) -> None:
        self.page.click(f'[id="{element}"]')
        listed = re.compile(rf"^(\d+:)?\s*{re.escape(label)}$")
        self.page.locator("#completionOptions li").filter(has_text=listed).click()

    def _time(self, link_id: str, moment: datetime) -> None:
        field = self.page.locator(f'[id="item-{link_id}/1/1"] input')
        field.fill(moment.strftime("%m/%d/%Y %H:%M:%S"))
        field.press("Enter")

    def _serve(self, route: Any) -> None:
        address = route.request.url
        file = FORMS / address.removeprefix(ADDRESS).partition("?")[0]
        if address == ADDRESS:
            route.fulfill(body=PAGE, content_type="text/html")
        elif address.startswith(ADDRESS) and file.is_file():
            route.fulfill(path=file)
        else:
            self.asked_elsewhere.append(address)
            route.abort()


@pytest.fixture(scope="module")
def form() -> Iterator[Form]:
    if not FORMS.is_dir():
        pytest.skip("lforms isn't installed: npm install, or SPINEWORKUP_NODE_MODULES")
    if not CHROMIUM:
        pytest.skip("Chromium isn't installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        form = Form(browser.new_context(timezone_id="UTC", locale="en-US").new_page())
        yield form
        browser.close()


def charted(answers: dict[str, Any], at: datetime) -> Chart:
    """Return the chart of the same patient, without any form: what has no time was seen when the form was filled in."""
    values, clocks = {}, {}
    for id_, given in answers.items():
        value, seen = given if isinstance(given, tuple) else (given, at)
        if isinstance(value, datetime):
            clocks[id_.removeprefix("clocks.")] = value
        else:
            number = int(value) if id_ in PATHWAY.findings and PATHWAY.findings[id_].kind is Kind.NUMBER else value
            values[id_] = Observation(number, seen)
    return Chart(PATHWAY.findings, values, clocks=clocks)


@pytest.fixture(scope="module")
def responses(form: Form) -> dict[str, dict[str, Any]]:
    """The answers of every case, filled in one after the other."""
    found = {}
    for name, answers in CASES.items():
        form.open()
        form.fill(answers)
        found[name] = form.answers()
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_filled_form_gives_the_checklist_of_the_chart(responses: dict[str, dict[str, Any]], name: str) -> None:
    """From clicks and keys to the checklist."""
    at = datetime.fromisoformat(responses[name]["authored"])
    imported = from_bundle(responses[name], PATHWAY, at=at)

    expected = answer_of(assess(PATHWAY, charted(CASES[name], at), at=at))
    assert expected == answer_of(assess(PATHWAY, imported.chart, at=at))


def test_the_answers_are_sound_and_the_form_asks_nobody_else(form: Form, responses: dict[str, dict[str, Any]]) -> None:
    assert [] == faults_of(responses.values())
    assert [] == form.asked_elsewhere


def test_a_question_shows_and_hides(form: Form) -> None:
    """The time of a sign shows when it is there; the treatment that was decided hides where no rule turns on it."""
    form.open()
    assert (form.shows("limb_weakness.at"), form.shows("egfr.at"), form.shows("treatment_decision")) == (False, False, True)

    form.fill({"limb_weakness": True, "egfr": "28 mL/min/{1.73_m2}", "mri_result": "negative"})
    assert (form.shows("limb_weakness.at"), form.shows("egfr.at"), form.shows("treatment_decision")) == (True, True, False)

    form.fill({"limb_weakness": False, "mri_result": "cord_compression"})
    assert (form.shows("limb_weakness.at"), form.shows("treatment_decision")) == (False, True)


def test_an_answer_can_be_taken_back(form: Form) -> None:
    """Not known is an answer of its own: what was clicked by mistake is no answer any more."""
    form.open()
    form.fill({"limb_weakness": True})
    form.page.click('[id="limb_weakness/1/1|null"]')

    assert "item" not in form.answers()
