"""Clients for tests: their keys, and tokens that are right until something is changed."""

from __future__ import annotations

import base64
import hmac
import json
from functools import cache
from typing import Any

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from spineworkup.cds_hooks.settings import Client, Settings, Tenant
from tests.cds_hooks.world import AT, SECRET, VIEW

BASE = "https://cds.example.org"
EHR, OTHER = "https://ehr.example.org", "https://other.example.org"
JKU = f"{EHR}/jwks.json"
AUDIENCE = f"{BASE}/cds-services/{VIEW}"
NOW = int(AT.timestamp())
ABSENT = object()

Json = dict[str, Any]


@cache
def key(name: str) -> Any:
    """Return a key, drawn when it is first asked for; its kind is in its name: `ES384 main`."""
    kinds = {"ES384": "P-384", "ES256": "P-256"}
    kind = name.partition(" ")[0]
    return ECKey.generate_key(kinds[kind]) if kind in kinds else RSAKey.generate_key(2048)


def jwk(name: str, kid: str) -> Json:
    return {**key(name).as_dict(private=False), "kid": kid}


def settings(**more: Any) -> Settings:
    """Return settings with two clients."""
    clients = (
        Client(EHR, "ES384", (jwk("ES384 main", "main"), jwk("ES384 next", "next")), JKU),
        Client(OTHER, "RS384", (jwk("RS384 main", "main"),), "", {"north": Tenant(), "south": Tenant()}),
    )
    return Settings(**{"base_url": BASE, "clients": clients, "secret": SECRET, **more})


def claims(**changes: Any) -> Json:
    """Return claims that are right, but for changes."""
    found: Json = {"iss": EHR, "aud": AUDIENCE, "exp": NOW + 240, "iat": NOW - 10, "jti": "a1", **changes}
    return {name: value for name, value in found.items() if value is not ABSENT}


def token(
    about: Json | bytes | None = None,
    head: Json | bytes | None = None,
    signer: Any = None,
    alg: str = "ES384",
) -> str:
    """Return a token that is right, but for what is given.

    Args:
        about: Changes to its claims, or all of them as bytes.
        head: Changes to its header, or all of it as bytes.
        signer: The key that signs it.
        alg: How it signs, whatever the header says.
    """
    payload = about if isinstance(about, bytes) else json.dumps(claims(**(about or {}))).encode()
    named = {"alg": alg, "kid": "main", "typ": "JWT", **(head if isinstance(head, dict) else {})}
    named = {name: value for name, value in named.items() if value is not ABSENT}
    header = head if isinstance(head, bytes) else json.dumps(named).encode()
    signing = f"{encoded(header)}.{encoded(payload)}"
    return f"{signing}.{encoded(_signature(signing.encode(), signer or key('ES384 main'), alg))}"


def _signature(signing: bytes, signer: Any, alg: str) -> bytes:
    """Return a signature; by a shared secret where the signer is one, which the library itself won't do with public keys."""
    if isinstance(signer, bytes):
        return hmac.digest(signer, signing, alg.replace("HS", "sha"))
    return JWSRegistry.algorithms[alg].sign(signing, signer)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bearer(text: str) -> Json:
    return {"authorization": f"Bearer {text}"}
