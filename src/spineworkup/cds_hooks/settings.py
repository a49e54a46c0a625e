"""How the service is set up: safe as it stands, and nothing that isn't safe can be set without being said."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from spineworkup.cds_hooks.addresses import (
    is_loopback,
    wrong_with_address,
    wrong_with_base,
    wrong_with_origin,
    wrong_with_proxy,
)
from spineworkup.cds_hooks.keys import ALGORITHMS, wrong_with_key
from spineworkup.errors import Problem, ReadError
from spineworkup.reading.faults import Fault
from spineworkup.reading.load import DEFAULT
from spineworkup.sources import Position

SECRET_BYTES = 32
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")
_TEXT = re.compile(r"[!-~]{1,256}")
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (0, 65535),
    "max_body": (1, 5_000_000),
    "max_entries": (1, 5_000),
    "body_seconds": (0.1, 60),
    "max_waiting": (1, 1_000),
    "max_connections": (1, 10_000),
    "max_tokens": (1, 10_000_000),
    "token_minutes": (1, 60),
    "skew_seconds": (0, 60),
}


class SettingsError(ReadError):
    """Settings that can't be used; `problems` holds everything that is wrong, with its place where it was read from a file."""

    def __init__(self, problems: Iterable[Problem], faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(problems)


@frozen
class Tenant:
    """An organisation for which a client calls.

    Args:
        not_available: Steps that it can't do, by their ids: another takes their place, or the card says so.
    """

    not_available: tuple[str, ...] = ()


@frozen
class Client:
    """A record system that may call.

    Args:
        iss: What its tokens name as their issuer.
        algorithm: The one by which they are signed: ES384, RS384, ES256 or RS256.
        keys: Its public keys, each as a JSON Web Key with a `kid`.
        jku: Where it says that its keys are; a token that names another address is refused. It is never called.
        tenants: The organisations for which it may call; where there are none, its tokens name none.
    """

    iss: str
    algorithm: str
    keys: tuple[Mapping[str, Any], ...] = field(repr=False)
    jku: str = ""
    tenants: Mapping[str, Tenant] = field(factory=dict)


@frozen
class Settings:
    """How the service is set up.

    >>> Settings().authenticates, Settings().host
    (False, '127.0.0.1')

    Args:
        host: Where it listens. Without clients nothing but this machine: 127.0.0.1, ::1 or localhost.
        port: And at which port.
        base_url: Its public address, from which the audience of tokens is made; never what a caller says the host is.
        clients: Who may call. Where there are none, anybody on this machine.
        insecure_dev: Says in a file that it is meant to have no clients.
        demo: Also shows a page to try it with; on this machine only.
        package: The rules: the name of a package, or the path of its folder.
        overlays: What adapts them, in this order.
        rules_hash: The hash that the rules have to have, overlays included.
        minimum_version: The version that they must at least have.
        not_available: Steps that can't be done for anybody, by their ids.
        secret: The key of ids, pseudonyms and the record of answers, at least 32 bytes. Drawn anew where none is given:
            ids of cards are then known until the service ends.
        suggestions: Whether cards suggest drafts of orders.
        audit_file: Where a record of answers is kept.
        cors_origins: Pages that may call from a browser, by their exact origins.
        trusted_proxies: The addresses of proxies whose `X-Forwarded-Proto` counts.
            Where there are any, what didn't come through them by TLS is refused.
        max_body: The largest body in bytes, and
        max_entries: the most records in it.
        body_seconds: How long it may take to arrive.
        max_waiting: How many requests may wait, and
        max_connections: how many connections may be open.
        max_tokens: How many tokens are remembered until they expire, so that none is used twice.
        token_minutes: The longest time for which a token may be made out.
        skew_seconds: How far the clock of a client may differ.

    Raises:
        SettingsError: They can't be used.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    clients: tuple[Client, ...] = ()
    insecure_dev: bool = False
    demo: bool = False
    package: str = DEFAULT
    overlays: tuple[str, ...] = ()
    rules_hash: str = ""
    minimum_version: str = ""
    not_available: tuple[str, ...] = ()
    secret: bytes = field(factory=lambda: secrets.token_bytes(SECRET_BYTES), repr=False)
    suggestions: bool = False
    audit_file: Path | None = None
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    max_body: int = 1_000_000
    max_entries: int = 500
    body_seconds: float = 5.0
    max_waiting: int = 16
    max_connections: int = 64
    max_tokens: int = 200_000
    token_minutes: int = 5
    skew_seconds: int = 60

    def __attrs_post_init__(self) -> None:
        """Refuse what can't be used, all of it at once."""
        faults = tuple(_faults(self))
        if faults:
            raise SettingsError((_problem(fault) for fault in faults), faults)

    @property
    def authenticates(self) -> bool:
        """Whether callers have to say who they are."""
        return bool(self.clients)

    @property
    def public_url(self) -> str:
        """The address by which clients know the service."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    def not_available_to(self, iss: str, tenant: str) -> frozenset[str]:
        """Return the steps that can't be done for an organisation."""
        found = (client.tenants.get(tenant, Tenant()) for client in self.clients if client.iss == iss)
        return frozenset(self.not_available).union(*(one.not_available for one in found))


def _problem(fault: Fault) -> Problem:
    place = ".".join(map(str, fault.path))
    return Problem(Position("settings"), f"{place}: {fault.message}", fault.hint)


def _faults(settings: Settings) -> Iterator[Fault]:
    yield from _bounds(settings)
    yield from _doors(settings)
    yield from _rules(settings)
    for number, client in enumerate(settings.clients):
        yield from _client(client, ("clients", number))
    issuers = [client.iss for client in settings.clients]
    if len(set(issuers)) < len(issuers):
        yield Fault("two clients with one iss", "each once, with all of its keys", ("clients",))
    if len(settings.secret) < SECRET_BYTES:
        yield Fault("too short", f"at least {SECRET_BYTES} bytes", ("secret",))


def _bounds(settings: Settings) -> Iterator[Fault]:
    for name, (low, high) in _BOUNDS.items():
        if not low <= getattr(settings, name) <= high:
            yield Fault("out of bounds", f"from {low} to {high}", (name,))


def _doors(settings: Settings) -> Iterator[Fault]:
    if not is_loopback(settings.host) and not settings.clients:
        yield Fault("only this machine may be served without clients", "127.0.0.1, ::1 or localhost", ("host",))
    if not is_loopback(settings.host) and (settings.demo or settings.insecure_dev):
        yield Fault("only this machine may be served", "leave demo and insecure_dev away", ("host",))
    if settings.clients and (settings.demo or settings.insecure_dev):
        yield Fault("clients don't go with demo or insecure_dev", "one or the other", ("clients",))
    if settings.clients and not settings.base_url:
        yield Fault("needed where there are clients", "such as https://cds.example.org", ("base_url",))
    if settings.base_url and (wrong := wrong_with_base(settings.base_url)):
        yield Fault(wrong, "", ("base_url",))
    for name, wrong_with in (("cors_origins", wrong_with_origin), ("trusted_proxies", wrong_with_proxy)):
        for number, written in enumerate(getattr(settings, name)):
            if wrong := wrong_with(written):
                yield Fault(wrong, "", (name, number))


def _rules(settings: Settings) -> Iterator[Fault]:
    if settings.rules_hash and not _HASH.fullmatch(settings.rules_hash):
        yield Fault("expected sha256: and 64 digits", "as an answer of the service gives it", ("rules_hash",))
    if settings.minimum_version and not _VERSION.fullmatch(settings.minimum_version):
        yield Fault("expected a version", "such as 1.2.0", ("minimum_version",))


def _client(client: Client, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if not _TEXT.fullmatch(client.iss):
        yield Fault("expected the URI of an issuer", "such as https://ehr.example.org", (*path, "iss"))
    if client.algorithm not in ALGORITHMS:
        yield Fault("unknown algorithm", f"one of {', '.join(ALGORITHMS)}", (*path, "algorithm"))
    if client.jku and (wrong := wrong_with_address(client.jku)):
        yield Fault(wrong, "", (*path, "jku"))
    if not client.keys:
        yield Fault("expected at least one key", "a JSON Web Key Set", (*path, "keys"))
    for number, key in enumerate(client.keys):
        if wrong := wrong_with_key(key, client.algorithm):
            yield Fault(wrong, "", (*path, "keys", number))
    ids = [str(key.get("kid")) for key in client.keys]
    if len(set(ids)) < len(ids):
        yield Fault("two keys with one kid", "", (*path, "keys"))
    if not all(map(_TEXT.fullmatch, client.tenants)):
        yield Fault("expected names of organisations without spaces", "", (*path, "tenants"))
