"""The service reaches out to nobody: there is no code for it, and none of its tests makes a connection."""

from __future__ import annotations

import ast
import asyncio
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from tests.cds_hooks.world import ROOT, serve

ROOMS = ("src/spineworkup/cds_hooks", "src/spineworkup/fhir")
FILES = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
# What can connect, by itself or below the name that is given.
CLIENTS = {
    "socket", "ssl", "http.client", "http.server", "urllib.request", "urllib3", "requests", "httpx", "httpx2", "aiohttp", "ftplib", "smtplib", "telnetlib",
    "xmlrpc", "socketserver", "asyncio.streams", "webbrowser", "starlette.testclient", "anyio", "joserfc.jwks", "authlib",
}  # fmt: skip
CONNECTS = {"open_connection", "create_connection", "open_unix_connection", "connect_tcp", "urlopen", "getaddrinfo", "gethostbyname", "sock_connect"}


def names(file: Path) -> set[str]:
    """Return what a module imports, and every attribute that it names."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names), *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_module_can_connect(file):
    found = names(file)

    assert set() == found & CONNECTS
    assert [] == [name for name in found for client in CLIENTS if name == client or name.startswith(f"{client}.")]


# Requests that name addresses wherever the protocol, FHIR or a token has a place for one.
_CALLS = """
import json, sys
seen = []
WATCHED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request", "http.client.connect", "subprocess.Popen", "os.system")
sys.addaudithook(lambda event, args: seen.append(event) if event in WATCHED else None)
from tests.cds_hooks.callers import BASE, EHR, JKU, bearer, key, settings, token
from tests.cds_hooks.test_settings import URLS
from tests.cds_hooks.world import PATIENT, VIEW, prefetch, request, serve, shipped

served = serve(base_url=BASE, clients=settings().clients)
statuses = []
for number, url in enumerate(URLS):
    body = request({**prefetch(shipped()[number % 5].checklist), url or "x": {"resourceType": "Bundle", "link": [{"relation": "next", "url": url}]}})
    body["fhirServer"] = url
    body["fhirAuthorization"] = {"access_token": "secret", "token_type": "Bearer", "expires_in": 300, "scope": "user/*.read", "subject": "x"}
    body["prefetch"]["patient"]["photo"] = [{"url": url}]
    body["prefetch"]["patient"]["managingOrganization"] = {"reference": url}
    statuses.append(served.call(body, **bearer(token({"jti": str(number)}))).status_code)
    served.call(body, **bearer(token({"jti": f"x5u {number}"}, {"x5u": url})))
    served.call(body, **bearer(token({"jti": str(number)}, {"jku": url})))
    served.call(body, **bearer(token({"jti": str(number), "iss": url})))
    assert "secret" not in served.lines.getvalue()
assert set(statuses) <= {200, 400, 422}, set(statuses)
assert 200 in statuses
print(len(URLS), sorted(set(seen)))
"""


def test_no_address_in_a_request_is_ever_called():
    """T-03, T-10: by Python's own audit hook, in a process of its own, from before anything is imported."""
    done = subprocess.run([sys.executable, "-c", _CALLS], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stderr[-2000:]
    count, _, seen = done.stdout.partition(" ")
    assert (int(count) >= 80, seen.strip()) == (True, "[]")


def test_the_hook_sees_a_connection():
    """So that an empty list means something."""
    planted = _CALLS.partition("from tests")[0] + "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.1)\nexcept OSError:\n    print(seen)\n"
    done = subprocess.run([sys.executable, "-c", planted], capture_output=True, text=True, check=False, timeout=60)

    assert "socket.connect" in done.stdout


# Hidden files, parents, encodings, other systems' paths: below the page and below the services.
PATHS = """
.. ../ ../../ ../../etc/passwd ../../../../../../etc/passwd ..%2f..%2fetc%2fpasswd %2e%2e/%2e%2e/etc/passwd %2e%2e%2f%2e%2e%2fetc%2fpasswd
..%252f..%252fetc%252fpasswd ..%c0%af..%c0%afetc/passwd ..%ef%bc%8fetc/passwd ..\\..\\etc\\passwd ..%5c..%5cetc%5cpasswd ....//....//etc/passwd
..;/..;/etc/passwd .;/x ./ ././demo.js //etc/passwd ///etc/passwd /etc/passwd /etc/passwd%00 %00 demo.js%00 demo.js%00.html demo.js/ demo.js/.. demo.js/../demo.js
demo.py ../demo.py ../settings.py ../tokens.py __init__.py __pycache__/ .git/config .env .htaccess index.html~ index.html.bak index.html%20 demo.js. demo.js%2e
DEMO.JS Demo.js demo.jS demo.js;x demo.js%3f demo.js%23 C:/Windows/win.ini C:%5cWindows%5cwin.ini file:///etc/passwd file:%2f%2f%2fetc%2fpasswd
http://evil.example/ http:%2f%2fevil.example proc/self/environ %2fproc%2fself%2fenviron dev/zero ~root ~ * ?x=../../etc/passwd node_modules package.json
questionnaire/ questionnaire/.. questionnaire/../../cds-services CON NUL aux %u002e%u002e/x %e0%80%ae/x static/demo.js demo/demo.js ..%01 ..%0d%0aX:y
""".split()  # fmt: skip


def test_there_are_enough_paths():
    assert len(set(PATHS)) >= 60


@pytest.fixture(scope="module")
def demo():
    return serve(demo=True)


@pytest.fixture(scope="module")
def public(demo):
    """Return all that there is to get."""
    names = ("/demo/", "/demo/demo.js", "/demo/questionnaire", "/health", "/ready", "/cds-services")
    return {get(demo, name)[1] for name in names}


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_page(demo, public, path):
    """The page's files are routes of their own: what isn't one of them isn't there, and what is there is the page's."""
    for start in ("/demo/", "/cds-services/", "/"):
        status, body = get(demo, start + path)
        assert (status == 200 and body in public) or (status in (307, 401, 404, 405) and len(body) < 100), (status, body[:100])


def get(served, path):
    """Ask as a server does: the path decoded, and no client that would tidy it up before."""
    raw, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": unquote(raw),
        "raw_path": raw.encode(), "query_string": query.encode(), "root_path": "", "headers": [(b"host", b"127.0.0.1:8000")],
        "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(served.app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
