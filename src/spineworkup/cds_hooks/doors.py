"""Before anybody is asked who they are: from which pages, by which way, under which name the service may be called."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from attrs import frozen
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spineworkup.cds_hooks.addresses import LOOPBACK
from spineworkup.cds_hooks.refused import Refused
from spineworkup.cds_hooks.settings import Settings

HSTS = "max-age=31536000; includeSubDomains"
# Asked by what watches the process, from inside and without TLS; their answers say nothing.
_OPEN_TO_PROBES = ("/health", "/ready")
# What a proxy adds. Without authentication nothing may come from further away than this machine.
_FROM_AFAR = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def outside(settings: Settings) -> list[Middleware]:
    """Return what wraps every answer, refusals too: what browsers are told."""
    found = [Middleware(Secure)] if settings.public_url.startswith("https:") else []
    if settings.cors_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type"),
        )
        found.append(cors)
    return found


def inside(settings: Settings) -> list[Middleware]:
    """Return what refuses requests that came by a way that can't be trusted."""
    return [Middleware(Doorstep, settings=settings)]


@frozen
class Secure:
    """Tells browsers never to come back without TLS."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def secure(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["strict-transport-security"] = HSTS
            await send(message)

        await self.app(scope, receive, secure)


@frozen
class Doorstep:
    """Refuses what didn't come by TLS where proxies are named, and what isn't from this machine where nobody is asked who they are."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it.

        Raises:
            Refused: It came by a way that can't be trusted.
        """
        if scope["type"] == "http" and scope["path"] not in _OPEN_TO_PROBES:
            self._check(scope)
        await self.app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if not self.settings.authenticates:
            _check_is_local(headers, self.settings)
        elif self.settings.trusted_proxies and not self._came_by_tls(scope, headers):
            raise Refused("not_by_tls")

    def _came_by_tls(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a proxy that is trusted says so; nobody else is believed."""
        peer = (scope.get("client") or ("",))[0]
        said = headers.getlist("x-forwarded-proto")
        return is_trusted(peer, self.settings.trusted_proxies) and said == ["https"]


def is_trusted(peer: str, proxies: tuple[str, ...]) -> bool:
    """Return whether an address is that of a proxy that is trusted.

    >>> is_trusted("10.0.0.7", ("10.0.0.0/24",)), is_trusted("10.0.1.7", ("10.0.0.0/24",)), is_trusted("", ("::1",))
    (True, False, False)
    """
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(proxy) for proxy in proxies)


def _check_is_local(headers: Headers, settings: Settings) -> None:
    """Refuse a page that found a name of its own for this machine, and what came through a proxy."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_local(hosts[0], settings):
        raise Refused("wrong_host")
    if any(name in headers for name in _FROM_AFAR):
        raise Refused("from_afar")


def _is_local(host: str, settings: Settings) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name in LOOPBACK or (settings.base_url != "" and host == urlsplit(settings.base_url).netloc)
