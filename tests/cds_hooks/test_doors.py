"""By which way, from which pages and under which name the service may be called."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

import httpx2

from tests.cds_hooks.callers import BASE, bearer, settings, token
from tests.cds_hooks.world import VIEW, serve

PAGE = "https://page.example.org"
# T-21: what a browser, or somebody in its place, may send as an origin; none of them is on the list.
ORIGINS = [
    "null", "*", "https://evil.example", "http://page.example.org", "https://page.example.org:8443", "https://page.example.org.evil.example",
    "https://evilpage.example.org", "https://page.example.org/", "https://page.example.org ", "https://PAGE.example.org", "HTTPS://page.example.org",
    "https://sub.page.example.org", "https://page_example.org", "https://page.example.org, https://evil.example", "https://evil.example#page.example.org",
    "https://user@page.example.org", "https://page.example.org%60.evil.example", "file://", "chrome-extension://abc", "", "https://page.example.org:443",
    "https://pagexexample.org", BASE, "http://127.0.0.1:8000",
]  # fmt: skip


@pytest.fixture(scope="module")
def served():
    return serve(**{name: getattr(settings(), name) for name in ("base_url", "clients")}, cors_origins=(PAGE,))


def preflight(origin: str, method: str = "POST", asks: str = "authorization,content-type") -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": method, "access-control-request-headers": asks}


def test_there_are_enough_origins():
    assert len(set(ORIGINS)) >= 20


@pytest.mark.parametrize("origin", ORIGINS)
def test_an_origin_that_isnt_on_the_list_is_never_reflected(served, origin):
    asked = served.ask("OPTIONS", f"/cds-services/{VIEW}", headers=preflight(origin))
    told = [asked, served.call({}, origin=origin), served.get("/cds-services", origin=origin), served.get("/health", origin=origin)]

    for response in told:
        assert "access-control-allow-origin" not in response.headers
        assert "access-control-allow-credentials" not in response.headers
        assert "Origin" in response.headers["vary"]
        assert origin == "" or origin in ("*",) or origin not in response.text
    assert asked.status_code == 400


def test_an_origin_on_the_list_may_call_and_read_refusals_too(served):
    asked = served.ask("OPTIONS", f"/cds-services/{VIEW}", headers=preflight(PAGE))
    refused = served.call({}, origin=PAGE)

    assert (200, 401) == (asked.status_code, refused.status_code)
    for response in (asked, refused):
        assert response.headers["access-control-allow-origin"] == PAGE
        assert "access-control-allow-credentials" not in response.headers
        assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(("method", "asks"), [("PUT", "content-type"), ("DELETE", "content-type"), ("POST", "x-anything"), ("PATCH", "authorization")])
def test_a_page_may_do_what_the_service_needs_and_no_more(served, method, asks):
    assert served.ask("OPTIONS", f"/cds-services/{VIEW}", headers=preflight(PAGE, method, asks)).status_code == 400


def test_where_no_pages_are_named_none_may_call():
    served = serve()

    for headers in ({"origin": PAGE}, {"origin": "null"}):
        assert "access-control-allow-origin" not in served.get("/cds-services", **headers).headers
    assert served.ask("OPTIONS", f"/cds-services/{VIEW}", headers=preflight(PAGE)).status_code == 405


def test_browsers_are_told_never_to_come_back_without_tls(served):
    for response in (served.call({}), served.get("/health"), served.get("/nothing")):
        assert response.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "strict-transport-security" not in serve().get("/health").headers


def asked_by(peer: str, headers: dict[str, str], **more: object) -> tuple[int, str]:
    """Ask for discovery with a token from some address; return the status and the word in the log."""
    served = serve(base_url=BASE, clients=settings().clients, **more)
    transport = httpx2.ASGITransport(app=served.app, client=(peer, 1))
    right = bearer(token({"aud": f"{BASE}/cds-services"}))

    async def ask():
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.get("/cds-services", headers={**right, **headers})

    return asyncio.run(ask()).status_code, served.log[-1]["outcome"]


PROXIES = ("10.0.0.7", "192.168.7.0/24", "fd00::/64")
# T-09: who says what -> whether the request came by TLS.
WAYS = [
    ("10.0.0.7", "https", True), ("192.168.7.200", "https", True), ("fd00::5", "https", True), ("10.0.0.7", "http", False), ("10.0.0.7", None, False),
    ("10.0.0.7", "HTTPS", False), ("10.0.0.7", "https,http", False), ("10.0.0.7", "https, https", False), ("10.0.0.7", "", False), ("10.0.0.7", "wss", False),
    ("10.0.0.8", "https", False), ("127.0.0.1", "https", False), ("192.168.8.1", "https", False), ("fd01::5", "https", False), ("evil.example", "https", False),
    ("", "https", False), ("10.0.0.7, 10.0.0.7", "https", False), ("::ffff:10.0.0.7", "https", False),
]  # fmt: skip


@pytest.mark.parametrize(("peer", "proto", "came"), WAYS)
def test_only_a_proxy_that_is_named_is_believed(peer, proto, came):
    said = {} if proto is None else {"x-forwarded-proto": proto}

    assert asked_by(peer, said, trusted_proxies=PROXIES) == ((200, "discovery") if came else (401, "not_by_tls"))


SPOOFED = [
    {"x-forwarded-for": "10.0.0.7"}, {"x-real-ip": "10.0.0.7"}, {"forwarded": "for=10.0.0.7;proto=https"}, {"x-forwarded-host": "cds.example.org"},
    {"x-forwarded-scheme": "https"}, {"x-url-scheme": "https"}, {"front-end-https": "on"}, {"x-forwarded-ssl": "on"}, {"via": "1.1 10.0.0.7"},
    {"x-forwarded-prefix": "/x"}, {"x-original-url": "/health"}, {"x-rewrite-url": "/health"}, {"true-client-ip": "10.0.0.7"},
]  # fmt: skip


@pytest.mark.parametrize("headers", SPOOFED, ids=lambda headers: next(iter(headers)))
def test_what_a_stranger_says_of_the_way_counts_for_nothing(headers):
    assert asked_by("203.0.113.9", {"x-forwarded-proto": "https", **headers}, trusted_proxies=PROXIES)[0] == 401
    # Where no proxy is named, nothing hangs on it.
    assert asked_by("203.0.113.9", headers)[0] == 200


def test_probes_come_without_tls_and_learn_nothing_else():
    served = serve(base_url=BASE, clients=settings().clients, trusted_proxies=PROXIES)

    assert [served.get(path).status_code for path in ("/health", "/ready", "/health/", "/cds-services")] == [200, 200, 401, 401]


# DNS rebinding: a page gives this machine a name of its own.
HOSTS = ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "localhost.evil.example", "", "169.254.169.254", "[::2]", "0.0.0.0:8000", "127.0.0.1@evil.example", "[::1", "2130706433", "127.1"]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_without_authentication_this_machine_has_no_other_names(host):
    served = serve(demo=True)

    assert served.get("/cds-services", host=host).status_code == 401
    assert served.get("/demo/", host=host).status_code == 401


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_this_machine_by_its_own_names_is_served(host):
    assert serve().get("/cds-services", host=host).status_code == 200


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-forwarded-proto", "x-real-ip", "x-forwarded-host"])
def test_without_authentication_nothing_that_came_through_a_proxy_is_served(header):
    """A proxy in front of a service whose clients were forgotten would open it to everybody."""
    assert serve().get("/cds-services", **{header: "x"}).status_code == 401
    assert serve().get("/cds-services").status_code == 200


def test_the_name_of_ones_own_address_counts_too():
    assert serve(base_url="http://localhost:9").get("/cds-services", host="localhost:9").status_code == 200


def test_another_kind_of_connection_passes_by():
    """Such as the server's own `lifespan`: nothing is refused that isn't a request."""
    from spineworkup.cds_hooks.doors import Doorstep, Secure

    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    asyncio.run(Doorstep(app, settings())({"type": "lifespan"}, None, None))
    asyncio.run(Secure(app)({"type": "lifespan"}, None, None))

    assert seen == ["lifespan", "lifespan"]
