"""The public keys of clients: checked once, when the service starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

# What CDS Hooks recommends, and their shorter kin. Nothing that is signed with a shared secret, and never `none`.
ALGORITHMS: Mapping[str, str] = {"ES384": "P-384", "RS384": "RSA", "ES256": "P-256", "RS256": "RSA"}
MIN_RSA_BITS = 2048
# What only the owner of a key may have, and what makes a key of anything.
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

Key = ECKey | RSAKey


def key_of(jwk: Mapping[str, Any]) -> Key:
    """Return a key as an object that can verify nothing but its own kind of signature.

    Raises:
        ValueError: It isn't a public key.
    """
    plain = {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}
    try:
        key = ECKey.import_key(plain) if jwk.get("kty") == "EC" else RSAKey.import_key(plain)
        # The library makes the key when it is first used; here it is now.
        _ = key.public_key
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise ValueError("not a public key") from None
    return key


def wrong_with_key(jwk: Mapping[str, Any], algorithm: str) -> str:
    """Return what is wrong with a key for an algorithm; empty where nothing is. No part of the key is repeated."""
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= 256:
        return "expected a kid"
    if _PRIVATE & jwk.keys():
        return "a secret or private key: only public keys belong here"
    if jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig":
        return "a key for something else than the client's algorithm"
    if algorithm not in ALGORITHMS:
        return ""
    return _wrong_with_kind(jwk, ALGORITHMS[algorithm])


def _wrong_with_kind(jwk: Mapping[str, Any], wanted: str) -> str:
    kind = jwk.get("crv") if jwk.get("kty") == "EC" else jwk.get("kty")
    if kind != wanted:
        return f"expected a key of {wanted}"
    if wanted == "RSA" and len(str(jwk.get("n"))) * 6 < MIN_RSA_BITS:
        return f"expected at least {MIN_RSA_BITS} bits"
    try:
        key_of(jwk)
    except ValueError:
        return "not a public key"
    return ""
