"""The page to try the service with: what it serves, with which headers, and that nothing else can be got through it."""

from __future__ import annotations

import asyncio
import json
import re
from io import StringIO
from urllib.parse import unquote

import pytest

pytest.importorskip("starlette", reason="the extra `cds-hooks` isn't installed")

from starlette.applications import Starlette

from spineworkup import load_pathway
from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.demo import HEADERS, demo_routes
from spineworkup.cds_hooks.logs import Log
from spineworkup.cds_hooks.settings import Settings

APP = Starlette(routes=demo_routes(load_pathway()))
SERVICE = create_app(Settings(demo=True), log=Log(StringIO()))
PLAIN = create_app(Settings(), log=Log(StringIO()))
KINDS = {
    "/demo/": "text/html",
    "/demo/demo.css": "text/css",
    "/demo/demo.js": "text/javascript",
    "/demo/form.js": "text/javascript",
    "/demo/controls.js": "text/javascript",
    "/demo/service.js": "text/javascript",
    "/demo/cards.js": "text/javascript",
    "/demo/markdown.js": "text/javascript",
    "/demo/icon.svg": "image/svg+xml",
    "/demo/questionnaire": "application/fhir+json",
}


def call(
    path: str, method: str = "GET", *, host: str = "127.0.0.1:8000", app: Starlette = APP
) -> tuple[int, dict[str, str], bytes]:
    """Ask as a server does: the path decoded, the raw one beside it."""
    raw, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(raw), "raw_path": raw.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"host", host.encode())], "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], names, b"".join(part.get("body", b"") for part in sent[1:])


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_each_file_is_served_as_what_it_is(path, kind):
    status, headers, body = call(path)

    assert (200, kind) == (status, headers["content-type"].partition(";")[0])
    assert len(body) > 100


def test_the_page_moves_to_its_folder_and_repeats_nothing():
    status, headers, body = call("/demo?next=https://evil.example", host="evil.example")

    assert (307, "demo/", b"") == (status, headers["location"], body)


@pytest.mark.parametrize("path", ["/demo", *KINDS])
def test_every_answer_carries_the_headers_and_no_cookie(path):
    _, headers, _ = call(path)

    assert HEADERS.items() <= {name.title(): value for name, value in headers.items()}.items()
    assert not {"set-cookie", "access-control-allow-origin"} & headers.keys()


def test_the_policy_lets_nothing_in_but_the_pages_own_files():
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split(";"))

    assert "'none'" == policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"]
    assert "'script'" == policy["require-trusted-types-for"]
    assert {"'self'"} == {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")}
    assert not re.search(r"unsafe|https?:|data:|\*", HEADERS["Content-Security-Policy"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_sent(method):
    assert {405} == {call(path, method)[0] for path in KINDS}


UP = ["../", "..\\", "%2e%2e/", "%2e%2e%2f", "..%2f", "..%5c", "%252e%252e%252f", "....//", "..;/", "%c0%ae%c0%ae/", "/", "//"]
WANTED = ["demo.py", "settings.py", "app.py", "../pathways.py", "../../../pyproject.toml", "../../../../etc/passwd", "etc/passwd"]
TRAVERSALS = [f"/demo/{up}{wanted}" for up in UP for wanted in WANTED] + [
    "/demo/index.html/../demo.py", "/demo/demo.py", "/demo/demo.js/", "/demo/demo.js%00.css", "/demo/.", "/demo/..", "/demo/.git/config",
    "/demo/DEMO.JS", "/demo/demo.js.map", "/demo/__pycache__/demo.pyc", "/demo/C:/x", "/demo/file:///etc/passwd", "/demo//etc/passwd", "//demo/demo.js",
    "/demo/~root", "/demo/%00", "/demo/\u202edemo.js",
]  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_nothing_else_can_be_got(path):
    status, headers, body = call(path)

    # Starlette sends a path with a slash too many to the route without it, on the same host; only a route answers then.
    assert 404 == status or (307 == status and "demo/demo.js" in headers["location"])
    assert body in (b"Not Found", b"")


def test_there_are_many_ways_to_ask_for_something_else():
    assert len(TRAVERSALS) >= 60


def test_the_questions_are_those_of_the_pathway():
    def ids(items):
        for item in items:
            yield item["linkId"]
            yield from ids(item.get("item", ()))

    asked = set(ids(json.loads(call("/demo/questionnaire")[2])["item"]))

    assert load_pathway().findings.keys() <= asked | {"sins_total"}


@pytest.mark.parametrize("path", [path for path in KINDS if path.endswith(("/", ".js", ".css"))])
def test_the_page_names_no_other_place_and_makes_no_markup_of_text(path):
    text = call(path)[2].decode()

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc", text)
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|sendBeacon", text)
    assert not re.search(r"(?i)(src|href|url)\s*[=(]\s*[\"']?(https?:)?//", text)
    assert not re.search(r"(?i)<[^>]*\s(on\w+|style)\s*=", text)


@pytest.mark.parametrize("path", KINDS)
def test_the_service_shows_the_page_only_where_it_was_asked_to(path):
    assert 404 == call(path, app=PLAIN)[0]
    status, headers, _ = call(path, app=SERVICE)

    assert 200 == status
    assert HEADERS.items() <= {name.title(): value for name, value in headers.items()}.items()


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.0.0.7:8000", ""])
def test_the_page_answers_to_no_other_name_of_this_machine(host):
    """A page elsewhere that gives this machine a name of its own gets nothing."""
    assert {401} == {call(path, host=host, app=SERVICE)[0] for path in ("/demo/", "/demo/questionnaire", "/cds-services")}


@pytest.mark.parametrize("path", TRAVERSALS)
def test_nothing_else_can_be_got_through_the_service(path):
    assert 404 == call(path, app=SERVICE)[0]
