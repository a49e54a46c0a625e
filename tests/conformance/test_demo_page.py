"""The page to try the service with, in a real browser against the real service: what a clinician sees when facts, or the network, change."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `cds-hooks` isn't installed")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed: the extra `judges`")

import uvicorn  # noqa: E402

from spineworkup.cds_hooks.app import create_app  # noqa: E402
from spineworkup.cds_hooks.settings import Settings  # noqa: E402

pytestmark = [pytest.mark.conformance, pytest.mark.browser]
MODULES = Path(os.environ.get("SPINEWORKUP_NODE_MODULES", Path(__file__).parents[2] / "node_modules"))
AXE = MODULES / "axe-core" / "axe.min.js"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
WIDE, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}


# The service and the browser, once for all tests


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(create_app(Settings(demo=True)), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("Chromium isn't installed")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """The page in a window of its own, and everything that it should not do."""

    def __init__(self, browser: Any, address: str, viewport: dict[str, int], **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(viewport=viewport, locale="en-GB", timezone_id="UTC", **options)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def open(self) -> Visit:
        self.page.goto(f"{self.address}/demo/")
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until what is shown answers what is entered, or says that it doesn't."""
        self.page.locator("#answer[data-state=answered], #answer[data-state=failed]").wait_for()

    def shown(self, finding: str) -> Any:
        """The question about a finding, its group unfolded."""
        question = self.page.locator(".question", has=self.page.locator(f"[name='{finding}'], [id='q-{finding}']"))
        question.evaluate("question => question.closest('details.group').open = true")
        return question

    def mark(self, finding: str, words: str) -> None:
        """Mark a finding as present, absent or not known."""
        self.shown(finding).get_by_label(words).check()
        self.settled()

    def choose(self, finding: str, words: str) -> None:
        self.shown(finding).locator("select").select_option(label=words)
        self.settled()

    def enter(self, finding: str, words: str) -> None:
        self.shown(finding).locator("input").fill(words)
        self.settled()

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline, "it did not come to that"
            self.page.wait_for_timeout(10)

    @property
    def state(self) -> str:
        return self.page.locator("#answer").get_attribute("data-state")

    @property
    def sent(self) -> str:
        return self.page.locator("#request").text_content()

    def line_of(self, action: str) -> str:
        return next(line for line in self.cards.splitlines() if line.startswith(f"{action} ("))

    @property
    def cards(self) -> str:
        return self.page.locator("#cards").inner_text()

    @property
    def status(self) -> str:
        return self.page.locator("#status").inner_text()

    @property
    def foreign(self) -> list[str]:
        return [url for url in self.asked if not url.startswith(f"{self.address}/")]


@pytest.fixture(params=[WIDE], ids=["wide"])
def visit(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Visit]:
    opened = Visit(browser, address, request.param)
    yield opened
    opened.context.close()
    assert ([], []) == (opened.foreign, opened.dialogs)


on_both = pytest.mark.parametrize("visit", [WIDE, PHONE], ids=["wide", "phone"], indirect=True)


# What is entered, and what is shown


def test_nothing_known_is_an_answer_that_says_what_to_ask(visit: Visit) -> None:
    visit.open()

    assert "could be immediate" in visit.status
    assert visit.page.get_by_text("To ask").first.is_visible()
    assert visit.page.locator(".card a[href='#known-heading']").count() >= 5
    assert visit.page.locator(".card.critical").count() == 0
    assert visit.page.locator(".card a", has_text=" more").count() == 0
    assert visit.errors == []


def test_weakness_is_an_emergency_until_it_is_not_known_again(visit: Visit) -> None:
    visit.open()
    before = visit.cards
    visit.mark("limb_weakness", "Present")

    assert visit.status.startswith("Immediate")
    assert "Call the MSCC coordinator" in visit.page.locator(".card.critical").first.inner_text()
    assert "MRI of the whole spine" in visit.cards
    assert visit.page.locator(".bar.critical").is_visible()
    assert visit.page.locator(".card .new").count() > 0

    visit.mark("limb_weakness", "Not known")

    assert "could be immediate" in visit.status
    assert visit.page.locator(".card.critical, .bar.critical").count() == 0
    assert lines(before) == lines(visit.cards)
    assert visit.errors == []


def lines(cards: str) -> set[str]:
    """What cards say, without the marks of what is new and the time."""
    return {line.removesuffix(" new").strip() for line in cards.splitlines() if line.strip() not in ("", "new")}


def test_weakness_that_is_absent_is_not_the_same_as_not_known(visit: Visit) -> None:
    visit.open()

    assert "valueBoolean" not in visit.sent
    visit.mark("limb_weakness", "Absent")
    assert '"valueBoolean": false' in visit.sent
    visit.mark("limb_weakness", "Not known")
    assert "valueBoolean" not in visit.sent


def test_an_unsafe_implant_makes_ct_take_over(visit: Visit) -> None:
    visit.open()
    visit.mark("limb_weakness", "Present")
    visit.choose("implant_mri_status", "MR unsafe")

    assert "is contraindicated" in visit.cards
    assert "Request CT" in visit.cards


def test_a_deadline_comes_from_the_time_that_is_entered(visit: Visit) -> None:
    visit.open()
    visit.mark("limb_weakness", "Present")
    assert visit.page.locator("input[id='q-limb_weakness.at']").input_value() != ""
    assert "by" not in visit.line_of("Request MRI of the whole spine")

    visit.enter("clocks.suspicion", "2026-01-05T08:00")
    visit.enter("limb_weakness.at", "2026-01-05T07:00")
    assert "was due 6 Jan 2026 08:00 UTC" in visit.line_of("Request MRI of the whole spine")

    visit.shown("clocks.suspicion").get_by_role("button", name="Now").click()
    visit.settled()
    assert "; by " in visit.line_of("Request MRI of the whole spine")


def test_a_number_that_cannot_be_read_is_not_sent_and_says_so(visit: Visit) -> None:
    visit.open()
    visit.enter("calcium_total", "2,9o")
    field, problem = (visit.page.locator(f"[id='q-calcium_total{end}']") for end in ("", "-problem"))

    assert "Not a number" in problem.inner_text()
    assert ("true", "q-calcium_total-problem") == (field.get_attribute("aria-invalid"), field.get_attribute("aria-describedby"))
    assert "valueQuantity" not in visit.sent

    visit.enter("calcium_total", "2.95")
    assert "" == problem.inner_text()
    assert '"value": 2.95' in visit.sent


def test_a_question_leads_to_where_it_is_answered(visit: Visit) -> None:
    visit.open()
    link = visit.page.locator(".card a[href='#known-heading']").first
    label = link.inner_text().partition(":")[2].partition("(could be")[0].strip()
    link.press("Enter")

    focused = visit.page.evaluate("document.activeElement.closest('.question').textContent")
    assert label in focused


def test_starting_again_forgets_everything(visit: Visit) -> None:
    visit.open()
    visit.mark("limb_weakness", "Present")
    visit.page.get_by_role("button", name="Start again").click()
    visit.until(lambda: "limb_weakness" not in visit.sent)
    visit.settled()

    assert "could be immediate" in visit.status
    assert visit.context.cookies() == []
    assert "0,0" == visit.page.evaluate("`${localStorage.length},${sessionStorage.length}`")


def test_developers_see_what_was_sent_and_what_came_back(visit: Visit) -> None:
    visit.open()
    visit.page.get_by_text("For developers").click()
    sent, got = (json.loads(visit.page.locator(f"#{id_}").inner_text()) for id_ in ("request", "response"))

    assert ("patient-view", "demo") == (sent["hook"], sent["context"]["patientId"])
    assert got["cards"]


# When there is no answer

PROBLEMS = {
    "unreachable": lambda route: route.abort(),
    "500": lambda route: route.fulfill(status=500, json={"resourceType": "OperationOutcome"}),
    "412": lambda route: route.fulfill(status=412, body=""),
    "503": lambda route: route.fulfill(status=503, body=""),
    "no cards": lambda route: route.fulfill(json={"cards": []}),
    "cards null": lambda route: route.fulfill(json={"cards": None}),
    "no JSON": lambda route: route.fulfill(body="<html>", content_type="text/html"),
    "empty": lambda route: route.fulfill(body="", content_type="application/json"),
    "no summary": lambda route: route.fulfill(json={"cards": [{"indicator": "info", "source": {"label": "a"}}]}),
    "unknown indicator": lambda route: route.fulfill(
        json={"cards": [{"summary": "a", "indicator": "constructor", "source": {"label": "a"}}]}
    ),
    "redirect": lambda route: route.fulfill(status=302, headers={"Location": "https://evil.example/"}),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_no_answer_is_said_and_the_old_one_is_marked(problem: str, visit: Visit) -> None:
    visit.open()
    visit.page.route("**/cds-services/**", PROBLEMS[problem])
    visit.mark("limb_weakness", "Present")

    assert "Could not evaluate" in visit.page.locator("[role=alert]").inner_text()
    assert "Could not evaluate" == visit.status
    assert visit.page.get_by_text("don't use it").is_visible()
    assert visit.cards != ""
    assert visit.state == "failed"

    visit.page.unroute("**/cds-services/**")
    visit.page.get_by_role("button", name="Try again").click()
    visit.until(lambda: visit.state == "answered")
    assert visit.status.startswith("Immediate")
    assert not visit.page.locator("#stale").is_visible()


def test_a_page_that_never_got_an_answer_shows_no_checklist(visit: Visit) -> None:
    visit.page.route("**/cds-services/**", lambda route: route.abort())
    visit.open()

    assert "Could not evaluate" == visit.status
    assert "" == visit.cards


def test_a_page_without_questions_shows_no_checklist(visit: Visit) -> None:
    visit.page.route("**/demo/questionnaire", lambda route: route.abort())
    visit.open()

    assert ("Could not evaluate", "") == (visit.status, visit.cards)
    visit.page.unroute("**/demo/questionnaire")
    visit.page.get_by_role("button", name="Try again").click()
    visit.until(lambda: visit.state == "answered")
    assert visit.cards != ""


def test_an_answer_under_way_greys_out_the_last_one(visit: Visit) -> None:
    visit.open()
    held: list[Any] = []
    visit.page.route("**/cds-services/**", lambda route: held.append(route))
    visit.shown("limb_weakness").get_by_label("Present").check()

    assert visit.state == "waiting"
    assert "earlier entries" in visit.page.locator("#stale").inner_text()
    visit.until(lambda: held)
    held[-1].continue_()
    visit.settled()
    assert not visit.page.locator("#stale").is_visible()


def test_an_answer_that_comes_late_never_replaces_a_newer_one(visit: Visit) -> None:
    visit.open()
    held: list[Any] = []
    visit.page.route("**/cds-services/**", lambda route: held.append(route))
    for words in ("Present", "Absent"):
        visit.shown("limb_weakness").get_by_label(words).check()
        sent = {"Present": "true", "Absent": "false"}[words]
        visit.until(lambda sent=sent: f'"valueBoolean": {sent}' in visit.sent)
    held[1].continue_()
    visit.settled()
    after = visit.cards
    with suppress(playwright.Error):  # of a request that the page has given up
        held[0].fulfill(json={"cards": [{"summary": "late", "indicator": "info", "source": {"label": "late"}}]})
    visit.page.wait_for_timeout(100)

    assert "Immediate:" not in visit.status
    assert after == visit.cards


# Text that wants to be more than text

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<img src='https://evil.example/a.png'>", "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<a href='javascript:alert(1)'>a</a>", "[a](javascript:alert(1))",
    "![a](https://evil.example/b.png)", "<https://evil.example>", "https://evil.example/c", "**<b onclick=alert(1)>x</b>**", "# <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>", "`<script>alert(1)</script>`", "<style>@import 'https://evil.example/d.css'</style>", "<link rel=stylesheet href=//evil.example/e>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>", "<form action=https://evil.example><button>go</button></form>", "</p></article><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "\u202e<script>alert(1)</script>", "\u0000<script>alert(1)</script>", "{{constructor.constructor('alert(1)')()}}", "${alert(1)}",
    "__proto__", "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>", "<base href=https://evil.example/>", "<object data=https://evil.example/f>",
]  # fmt: skip


def hostile_card(text: str) -> dict[str, Any]:
    return {
        "uuid": text, "summary": text, "indicator": "critical", "detail": f"{text}\n\n### {text}\n\n- {text}\n  - {text}\n\n### To ask\n\n- {text}\n",
        "source": {"label": text, "url": text, "icon": "https://evil.example/icon.png", "topic": {"code": text, "display": text}},
        "links": [{"label": text, "url": "javascript:alert(1)", "type": "absolute"}, {"label": text, "url": text, "type": "smart"}],
        "suggestions": [{"label": text, "uuid": text, "actions": [{"type": "create", "description": text, "resource": {text: text}}]}],
        "overrideReasons": [{"display": text}], "extension": {"example.spineworkup": {"questions": [text, "__proto__", "limb_weakness"]}},
    }  # fmt: skip


@on_both
def test_text_of_an_answer_never_becomes_markup(visit: Visit) -> None:
    visit.page.route("**/cds-services/**", lambda route: route.fulfill(json={"cards": [hostile_card(p) for p in PAYLOADS]}))
    visit.open()
    visit.page.locator("#cards details").evaluate_all("all => all.forEach(one => one.open = true)")
    cards = visit.page.locator("#cards")

    assert len(PAYLOADS) == cards.locator(".card").count()
    assert 0 == cards.locator("script, img, svg, iframe, style, link, meta, form, object, base, math, b, input").count()
    assert 0 == cards.evaluate("c => [...c.querySelectorAll('*')].flatMap(n => [...n.attributes]).filter(a => /^on|^style$/.test(a.name)).length")
    links = cards.evaluate("c => [...c.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert {"#known-heading"} >= {link for link in links if not link.startswith("https://evil.example/c")}
    assert all(payload.replace("\u0000", "\ufffd") in visit.cards.replace("\u0000", "\ufffd") for payload in PAYLOADS)
    assert visit.errors == []


def test_text_of_the_questions_never_becomes_markup(visit: Visit) -> None:
    kinds = ("boolean", "choice", "quantity", "decimal", "dateTime", "display")
    items = [
        {"linkId": f"{payload}{kind}", "text": payload, "type": kind, "answerOption": [{"valueCoding": {"code": payload, "display": payload}}]}
        for kind in kinds
        for payload in PAYLOADS
    ]  # fmt: skip
    groups = [{"linkId": payload, "type": "group", "text": payload, "item": items} for payload in PAYLOADS[:1]]
    made = {"resourceType": "Questionnaire", "url": PAYLOADS[0], "item": [*groups, *[{"linkId": p, "type": p, "text": p} for p in PAYLOADS]]}
    visit.page.route("**/demo/questionnaire", lambda route: route.fulfill(json=made))
    visit.open()

    assert len(items) + len(PAYLOADS) == visit.page.locator("#groups .question, #groups .help").count()
    assert 0 == visit.page.locator("#groups script, #groups img, #groups svg, #groups iframe, #groups style, #groups b, #groups form").count()
    assert visit.errors == []


# For everybody


@on_both
def test_axe_finds_no_violation(visit: Visit, browser: Any, address: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core isn't installed: npm install, or SPINEWORKUP_NODE_MODULES")
    # The page lets no foreign script in; the judge has to come in.
    judged = Visit(browser, address, visit.page.viewport_size, bypass_csp=True).open()
    judged.mark("limb_weakness", "Present")
    judged.page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    found = axe(judged)
    judged.page.route("**/cds-services/**", lambda route: route.abort())
    judged.mark("limb_weakness", "Absent")
    failed = axe(judged)
    judged.context.close()

    assert ([], []) == (found, failed)


def axe(visit: Visit) -> list[Any]:
    visit.page.evaluate(AXE.read_text("utf-8") + ";0")
    result = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(result["passes"]) > 25
    return [[one["id"], [node["html"] for node in one["nodes"]][:3]] for one in result["violations"]]


def test_nothing_scrolls_sideways_on_a_phone(browser: Any, address: str) -> None:
    visit = Visit(browser, address, PHONE).open()
    visit.mark("limb_weakness", "Present")
    visit.page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    wide = visit.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    visit.context.close()

    assert wide <= 360


def test_all_can_be_done_from_the_keyboard(visit: Visit) -> None:
    visit.open()
    page = visit.page
    page.locator("body").press("Tab")
    assert "Skip to the checklist" == page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    assert "answer" == page.evaluate("document.activeElement.id")

    group = page.locator("#groups summary", has_text="Nerves")
    group.focus()
    page.keyboard.press("Enter")
    page.locator("input[name=limb_weakness]").last.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    visit.settled()
    assert visit.status.startswith("Immediate")


def test_what_changes_is_said_to_those_who_do_not_see_it(visit: Visit) -> None:
    visit.open()

    assert ("status", "alert") == tuple(visit.page.locator(f"#{id_}").get_attribute("role") for id_ in ("status", "error"))


def test_the_printed_page_says_what_was_entered_and_whether_it_is_out_of_date(visit: Visit) -> None:
    visit.open()
    visit.mark("limb_weakness", "Present")
    visit.page.emulate_media(media="print")

    shown = visit.page.locator("body").inner_text()
    assert "Weakness of an arm or a leg? Present" in shown
    assert "Not a medical device." in shown
    assert not visit.page.locator("#form").is_visible()

    visit.page.emulate_media(media="screen")
    visit.page.route("**/cds-services/**", lambda route: route.abort())
    visit.mark("limb_weakness", "Absent")
    visit.page.emulate_media(media="print")
    assert "don't use it" in visit.page.locator("body").inner_text()


def test_nothing_moves_for_those_who_asked_for_it(browser: Any, address: str) -> None:
    visit = Visit(browser, address, WIDE, reduced_motion="reduce").open()
    behaviour = visit.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    moving = visit.page.evaluate(
        "[...document.querySelectorAll('*')].filter(n => !['0s', ''].includes(getComputedStyle(n).transitionDuration)).length"
    )
    visit.context.close()

    assert ("auto", 0) == (behaviour, moving)
