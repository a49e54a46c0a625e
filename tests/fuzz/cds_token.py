"""A token: whatever is changed in one, nobody is let in, and whoever isn't learns it by one kind of refusal."""

from __future__ import annotations

import json

from spineworkup.cds_hooks.refused import Refused
from spineworkup.cds_hooks.settings import Client, Settings
from spineworkup.cds_hooks.tokens import Doorkeeper
from tests.cds_hooks.callers import AUDIENCE, BASE, EHR, JKU, OTHER, claims, encoded, jwk, key, token
from tests.cds_hooks.world import AT, SECRET
from tests.fuzz.judge import Finding

# Signatures of these two kinds are checked in a tenth of the time of the others.
CLIENTS = (Client(EHR, "ES256", (jwk("ES256 main", "main"), jwk("ES256 next", "next")), JKU), Client(OTHER, "RS256", (jwk("RS384 main", "main"),)))
KEEPER = Doorkeeper(Settings(base_url=BASE, clients=CLIENTS, secret=SECRET))
RIGHT = [
    token(signer=key("ES256 main"), alg="ES256"),
    token({"aud": [AUDIENCE]}, {"kid": "next", "jku": JKU}, key("ES256 next"), "ES256"),
    token({"iss": OTHER}, None, key("RS384 main"), "RS256"),
]
# Its parts in the clear: encoded again after they were changed, with the signature that fitted before.
PLAIN = b"\n"


def run(data: bytes) -> None:
    """Show it at the door."""
    if PLAIN in data:
        *parts, signature = data.split(PLAIN)
        text = ".".join([*map(encoded, parts), signature.decode("ascii", "replace")])
    else:
        text = data.decode("utf-8", "replace")
    try:
        KEEPER.check(text, AUDIENCE, AT)
    except Refused as refused:
        if refused.busy or not refused.code.isidentifier():
            raise Finding("a refusal of another kind") from refused
    else:
        if text not in RIGHT:
            raise Finding("let in")


def inputs() -> list[bytes]:
    """Return what to begin with: tokens that are right, whole and in their parts."""
    signature = RIGHT[0].rpartition(".")[2].encode()
    heads = [{"alg": alg, "kid": "main", "typ": "JWT"} for alg in ("ES256", "RS256", "none", "HS256")]
    plain = [PLAIN.join((json.dumps(head).encode(), json.dumps(claims()).encode(), signature)) for head in heads]
    return [*map(str.encode, RIGHT), *plain]


def words() -> list[bytes]:
    """Return the words of tokens."""
    known = f"iss aud exp iat jti nbf tenant alg kid typ jku jwk x5c x5u crit b64 none HS256 ES256 ES384 RS256 main next JWT {EHR} {OTHER} {AUDIENCE} {JKU}"
    return known.encode().split()
