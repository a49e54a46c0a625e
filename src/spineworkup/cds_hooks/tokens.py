"""Who is calling: the signed token of CDS Hooks 2.0, checked as strictly as it can be.

Whoever isn't let in learns nothing of why: the reason is a word for the service's own log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import Factory, field, frozen
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, deserialize_compact
from starlette.datastructures import Headers

from spineworkup.cds_hooks.claims import moments_of, wrong_with_audience
from spineworkup.cds_hooks.keys import Key, key_of
from spineworkup.cds_hooks.refused import Refused as Refused
from spineworkup.cds_hooks.replay import MemoryStore, TokenStore, Use, fingerprint
from spineworkup.cds_hooks.segments import MAX_HEADER, segments_of
from spineworkup.cds_hooks.settings import Client, Settings

MAX_JTI = 256
_BEARER = re.compile(r"(?i:bearer) ([A-Za-z0-9._-]+)")


@frozen
class Caller:
    """Who is calling; empty where nobody is asked.

    Args:
        iss: The issuer of the token.
        tenant: The organisation for which it calls.
        jti_hash: Tells this call from others, in the log.
    """

    iss: str = ""
    tenant: str = ""
    jti_hash: str = ""


@frozen
class _Known:
    """A client with its keys as objects."""

    client: Client
    keys: Mapping[str, Key] = field(repr=False)
    registry: JWSRegistry = field(repr=False)


@frozen
class Doorkeeper:
    """Lets callers in.

    Args:
        settings: Who may call.
        store: Remembers the tokens that were used.
    """

    settings: Settings
    store: TokenStore = Factory(lambda self: MemoryStore(self.settings.max_tokens), takes_self=True)
    _known: Mapping[str, _Known] = field(
        init=False, repr=False, default=Factory(lambda self: _known_of(self.settings), takes_self=True)
    )

    def admit(self, headers: Headers, path: str, at: datetime) -> Caller:
        """Return who is calling.

        Args:
            headers: Of the request.
            path: What is called, such as `/cds-services`.
            at: The present moment.

        Raises:
            Refused: Nobody who may.
        """
        if not self.settings.authenticates:
            return Caller()
        given = headers.getlist("authorization")
        match = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
        if match is None:
            raise Refused("no_token")
        return self.check(match[1], f"{self.settings.public_url}{path}", at)

    def check(self, token: str, audience: str, at: datetime) -> Caller:
        """Return who made out a token for an audience.

        Raises:
            Refused: The token isn't valid, or isn't for this.
        """
        head, claims = segments_of(token)
        known = self._issuer(claims)
        _check_head(head, known.client)
        _check_signature(token, head, known)
        return self._caller(claims, known.client, audience, at)

    def _issuer(self, claims: Mapping[str, Any]) -> _Known:
        # Read before it is certain, and only to choose by whose keys it has to be signed.
        iss = claims.get("iss")
        known = self._known.get(iss) if isinstance(iss, str) else None
        if known is None:
            raise Refused("unknown_iss")
        return known

    def _caller(self, claims: Mapping[str, Any], client: Client, audience: str, at: datetime) -> Caller:
        if wrong_with_audience(claims.get("aud"), audience):
            raise Refused("wrong_aud")
        tenant = _tenant(claims, client)
        until = self._until(claims, at)
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
            raise Refused("no_jti")
        match self.store.use(client.iss, jti, until, at):
            case Use.AGAIN:
                raise Refused("replayed")
            case Use.FULL:
                raise Refused("store_full", busy=True)
        return Caller(client.iss, tenant, fingerprint(client.iss, jti).hex()[:16])

    def _until(self, claims: Mapping[str, Any], at: datetime) -> datetime:
        """Return from when on a token is refused for its age."""
        skew, longest = timedelta(seconds=self.settings.skew_seconds), timedelta(minutes=self.settings.token_minutes)
        iat, exp, nbf = moments_of(claims)
        if not timedelta() < exp - iat <= longest:
            raise Refused("wrong_lifetime")
        if at >= exp + skew:
            raise Refused("expired")
        if max(iat, nbf) > at + skew:
            raise Refused("not_yet")
        return exp + skew


def _check_head(head: Mapping[str, Any], client: Client) -> None:
    """Check a header; keys and addresses of keys in it choose nothing."""
    if head.get("alg") != client.algorithm:
        raise Refused("wrong_alg")
    if head.get("typ") != "JWT" or "crit" in head or "b64" in head:
        raise Refused("wrong_header")
    if "jku" in head and (not client.jku or head["jku"] != client.jku):
        raise Refused("wrong_jku")


def _check_signature(token: str, head: Mapping[str, Any], known: _Known) -> None:
    kid = head.get("kid")
    key = known.keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise Refused("unknown_kid")
    try:
        deserialize_compact(token, key, registry=known.registry)
    except (JoseError, ValueError, TypeError):
        raise Refused("wrong_signature") from None


def _tenant(claims: Mapping[str, Any], client: Client) -> str:
    if not client.tenants and "tenant" not in claims:
        return ""
    tenant = claims.get("tenant")
    if not isinstance(tenant, str) or tenant not in client.tenants:
        raise Refused("wrong_tenant")
    return tenant


def _known_of(settings: Settings) -> dict[str, _Known]:
    return {client.iss: _Known(client, _keys(client), _registry(client)) for client in settings.clients}


def _keys(client: Client) -> dict[str, Key]:
    return {jwk["kid"]: key_of(jwk) for jwk in client.keys}


def _registry(client: Client) -> JWSRegistry:
    registry = JWSRegistry(algorithms=[client.algorithm], strict_check_header=False)
    registry.max_header_length = MAX_HEADER
    return registry
