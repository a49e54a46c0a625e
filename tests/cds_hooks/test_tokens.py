"""Tokens: whoever isn't let in gets one and the same answer, and nobody is let in who shouldn't be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from starlette.datastructures import Headers

from spineworkup.cds_hooks.refused import Refused
from spineworkup.cds_hooks.settings import Settings
from spineworkup.cds_hooks.tokens import Caller, Doorkeeper
from tests.cds_hooks.callers import (
    ABSENT,
    AUDIENCE,
    BASE,
    EHR,
    JKU,
    NOW,
    OTHER,
    bearer,
    claims,
    encoded,
    key,
    settings,
    token,
)
from tests.cds_hooks.world import AT, VIEW, serve

PUBLIC_PEM = key("ES384 main").as_pem(private=False)
PUBLIC_JWK = json.dumps(key("ES384 main").as_dict(private=False)).encode()
STRANGER = key("ES384 stranger")


def raw(**changes: object) -> bytes:
    """Return claims as bytes, with what JSON of Python's own can't say."""
    return json.dumps(claims(**changes)).encode()


def mac(alg: str, secret: bytes) -> str:
    return token(head={"alg": alg}, signer=secret, alg=alg)


def unsigned(alg: str, signature: str = "") -> str:
    return f"{encoded(json.dumps({'alg': alg, 'kid': 'main', 'typ': 'JWT'}).encode())}.{encoded(raw())}.{signature}"


def swapped(part: int, text: str) -> str:
    parts = token().split(".")
    parts[part] = text
    return ".".join(parts)


# What is wrong -> the token.
WRONG = {
    # T-01 no token, or none that is one
    "empty": "", "one part": "abc", "two parts": "a.b", "four parts": f"{token()}.x", "not base64": swapped(0, "a"),
    "header isn't JSON": swapped(0, encoded(b"{")), "header is a list": swapped(0, encoded(b"[]")),
    "claims aren't JSON": token(b"{"), "claims are a list": token(b"[]"), "claims are UTF-16": token(raw().decode().encode("utf-16")),
    "claims with a byte order mark": token(b"\xef\xbb\xbf" + raw()), "a claim twice": token(raw()[:-1] + b',"jti":"b"}'),
    "an issuer twice": token(raw()[:-1] + b',"iss":"' + EHR.encode() + b'"}'),
    "a header field twice": token(head=b'{"alg":"none","alg":"ES384","kid":"main","typ":"JWT"}'),
    "half a character": token(raw(jti="x")[:-2] + b'\\ud800"}'), "claims too deep": token(raw(x=0)[:-2] + b"[" * 70 + b"]" * 70 + b"}"),
    "no signature": unsigned("ES384"), "signature of another token": swapped(2, token({"jti": "b"}).split(".")[2]),
    "signature cut": token()[:-8], "signature doubled": token() + token().split(".")[2], "signature of zeros": swapped(2, encoded(bytes(96))),
    "claims changed afterwards": swapped(1, encoded(raw(jti="b"))), "a megabyte": token({"x": "y" * 1_000_000}),
    "9 kB": token({"x": "y" * 9_000}), "a header of 3 kB": token(head={"x": "y" * 3_000}),
    # T-02 algorithms
    "alg none": unsigned("none"), "alg None": unsigned("None"), "alg nOnE": unsigned("nOnE"), "alg none and a signature": unsigned("none", "AAAA"), "alg NONE, signed": token(head={"alg": "NONE"}),
    "alg empty": token(head={"alg": ""}), "alg missing": token(head={"alg": ABSENT}), "alg null": token(head={"alg": None}),
    "alg is a list": token(head={"alg": ["ES384"]}), "alg in other letters": token(head={"alg": "es384"}),
    "alg with a space": token(head={"alg": "ES384 "}),
    "HS256 with the public key": mac("HS256", PUBLIC_PEM), "HS384 with the public key": mac("HS384", PUBLIC_PEM),
    "HS512 with the public key": mac("HS512", PUBLIC_PEM), "HS256 with the JWK": mac("HS256", PUBLIC_JWK),
    "HS384 with the JWK": mac("HS384", PUBLIC_JWK), "HS256, header says ES384": token(signer=PUBLIC_PEM, alg="HS256", head={"alg": "ES384"}),
    "HS256 with an empty name": mac("HS256", b"main"), "ES256 of a client of ES384": token(signer=key("ES256 x"), alg="ES256"),
    "RS384 of a client of ES384": token(signer=key("RS384 main"), alg="RS384"), "PS384": token(signer=key("RS384 main"), alg="PS384"),
    "RS256 of a client of RS384": token({"iss": OTHER, "tenant": "north"}, signer=key("RS384 main"), alg="RS256"),
    "PS384 of a client of RS384": token({"iss": OTHER, "tenant": "north"}, signer=key("RS384 main"), alg="PS384"),
    "ES512 in the header": token(head={"alg": "ES512"}), "an algorithm of encryption": token(head={"alg": "RSA-OAEP", "enc": "A256GCM"}),
    # T-03 keys that the token itself names
    "jku elsewhere": token(head={"jku": "https://evil.example/jwks.json"}), "jku longer": token(head={"jku": f"{JKU}/"}),
    "jku with a query": token(head={"jku": f"{JKU}?x"}), "jku is a file": token(head={"jku": "file:///etc/passwd"}),
    "jku is a list": token(head={"jku": [JKU]}), "jku null": token(head={"jku": None}), "jku empty": token(head={"jku": ""}),
    "jku in other letters": token(head={"jku": JKU.upper()}),
    "jku of a client without one": token({"iss": OTHER, "tenant": "north"}, {"jku": JKU}, key("RS384 main"), "RS384"),
    "its own key in jwk": token(head={"jwk": STRANGER.as_dict(private=False)}, signer=STRANGER),
    "its own key in x5u": token(head={"x5u": "https://evil.example/c.pem"}, signer=STRANGER),
    "its own key in x5c": token(head={"x5c": ["MIIB"]}, signer=STRANGER),
    "its own key by thumbprint": token(head={"kid": STRANGER.thumbprint(), "jwk": STRANGER.as_dict(private=False)}, signer=STRANGER),
    "signed by a stranger": token(signer=STRANGER),
    # T-04 keys of others
    "kid missing": token(head={"kid": ABSENT}), "kid null": token(head={"kid": None}), "kid a number": token(head={"kid": 1}),
    "kid a list": token(head={"kid": ["main"]}), "kid unknown": token(head={"kid": "old"}), "kid empty": token(head={"kid": ""}),
    "kid is a path": token(head={"kid": "../../dev/null"}), "kid of the other key": token(head={"kid": "next"}),
    "iss missing": token({"iss": ABSENT}), "iss null": token({"iss": None}), "iss a list": token({"iss": [EHR]}),
    "iss an object": token({"iss": {"a": 1}}), "iss unknown": token({"iss": "https://evil.example"}), "iss with a slash": token({"iss": f"{EHR}/"}),
    "iss of the other": token({"iss": OTHER, "tenant": "north"}), "typ missing": token(head={"typ": ABSENT}), "typ another": token(head={"typ": "at+jwt"}),
    "crit": token(head={"crit": ["exp"]}), "unencoded payload": token(head={"b64": False, "crit": ["b64"]}),
    "tenant where there are none": token({"tenant": "north"}),
    # T-05 audiences
    "aud missing": token({"aud": ABSENT}), "aud null": token({"aud": None}), "aud empty": token({"aud": ""}), "aud empty list": token({"aud": []}),
    "aud the base": token({"aud": BASE}), "aud discovery": token({"aud": f"{BASE}/cds-services"}), "aud with a slash": token({"aud": f"{AUDIENCE}/"}),
    "aud of another service": token({"aud": f"{BASE}/cds-services/spine-workup-order-sign"}), "aud by http": token({"aud": AUDIENCE.replace("https", "http")}),
    "aud in other letters": token({"aud": AUDIENCE.upper()}), "aud with a query": token({"aud": f"{AUDIENCE}?x=1"}),
    "aud of the Host header": token({"aud": f"http://127.0.0.1:8000/cds-services/{VIEW}"}), "aud and others": token({"aud": [AUDIENCE, BASE]}),
    "aud twice": token({"aud": [AUDIENCE, AUDIENCE]}), "aud inside a list": token({"aud": [[AUDIENCE]]}), "aud an object": token({"aud": {AUDIENCE: 1}}),
    # T-06, T-07 one use, a short life
    "jti missing": token({"jti": ABSENT}), "jti null": token({"jti": None}), "jti empty": token({"jti": ""}), "jti a number": token({"jti": 7}),
    "jti a list": token({"jti": ["a"]}), "jti too long": token({"jti": "j" * 257}), "exp missing": token({"exp": ABSENT}), "exp null": token({"exp": None}),
    "exp text": token({"exp": str(NOW + 200)}), "exp true": token({"exp": True}), "exp a list": token({"exp": [NOW]}), "exp NaN": token(raw(exp=float("nan"))),
    "exp Infinity": token(raw(exp=float("inf"))), "exp huge": token({"exp": 10**39}), "exp 1e400": token(raw(exp=0).replace(b'"exp": 0', b'"exp": 1e400')),
    "exp in 300 years": token({"exp": NOW + 300 * 31_557_600}), "exp negative": token({"exp": -1}), "exp of 50 digits": token({"exp": 10**49}),
    "exp past": token({"exp": NOW - 61, "iat": NOW - 200}), "iat missing": token({"iat": ABSENT}), "iat text": token({"iat": str(NOW)}),
    "iat false": token({"iat": False}), "iat in the future": token({"iat": NOW + 62}), "iat after exp": token({"iat": NOW + 30, "exp": NOW + 20}),
    "iat years ago": token({"iat": 0}), "nbf in the future": token({"nbf": NOW + 62}), "nbf text": token({"nbf": "x"}), "nbf null": token({"nbf": None}),
}  # fmt: skip
BY_HEADERS = {
    "no header": {}, "basic": {"authorization": "Basic dXNlcjpwYXNz"}, "no scheme": {"authorization": token()},
    "two spaces": {"authorization": f"Bearer  {token()}"}, "a comma": {"authorization": f"Bearer {token()}, Bearer {token()}"},
    "in a cookie": {"cookie": f"authorization={token()}"}, "in another header": {"x-authorization": f"Bearer {token()}"},
    "of a proxy": {"proxy-authorization": f"Bearer {token()}"}, "DPoP": {"authorization": f"DPoP {token()}"},
}  # fmt: skip


@pytest.fixture(scope="module")
def served():
    return serve(**{name: getattr(settings(), name) for name in ("base_url", "clients")})


def test_there_are_enough_of_them():
    assert len(WRONG) + len(BY_HEADERS) >= 60


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_token_is_refused(name):
    with pytest.raises(Refused) as refused:
        Doorkeeper(settings()).check(WRONG[name], AUDIENCE, AT)

    assert not refused.value.busy and refused.value.code.isidentifier()


# The first word of what is wrong -> the word in the log, so that each check is seen to work and not only the one after it.
REASONS = {"alg": "wrong_alg", "jku": "wrong_jku", "kid": "unknown_kid", "iss": "unknown_iss", "aud": "wrong_aud", "jti": "no_jti"}
OTHERWISE = {"kid of the other key": "wrong_signature", "iss of the other": "wrong_alg",
             "alg none": "malformed", "alg None": "malformed", "alg nOnE": "malformed",
             "a header of 3 kB": "too_large", "9 kB": "too_large", "a megabyte": "too_large", "exp past": "expired",
             "iat in the future": "not_yet", "nbf in the future": "not_yet", "iat years ago": "wrong_lifetime", "exp true": "wrong_moment",
             "signed by a stranger": "wrong_signature", "typ missing": "wrong_header", "crit": "wrong_header"}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in WRONG if name in OTHERWISE or name.partition(" ")[0] in REASONS])
def test_the_log_says_what_is_wrong(name):
    with pytest.raises(Refused, match=f"^{OTHERWISE.get(name) or REASONS[name.partition(' ')[0]]}$"):
        Doorkeeper(settings()).check(WRONG[name], AUDIENCE, AT)


def test_whatever_is_wrong_the_answer_is_the_same(served):
    """Body and headers tell nobody what to try next; the place that is called doesn't either."""
    told = [served.call({}, **bearer(text)) for text in WRONG.values() if text.isascii() and len(text) < 20_000]
    told += [served.call({}, **headers) for headers in BY_HEADERS.values()]
    told += [served.ask("GET", "/cds-services", headers=bearer(text)) for text in (token(), WRONG["alg none"])]

    assert {response.status_code for response in told} == {401}
    assert 1 == len({response.content for response in told}) == len({str(sorted(response.headers.items())) for response in told})


def test_what_is_right_is_let_in():
    keeper = Doorkeeper(settings())

    assert keeper.check(token(), AUDIENCE, AT).iss == EHR
    assert keeper.check(token({"jti": "b", "aud": [AUDIENCE]}, {"kid": "next", "jku": JKU}, key("ES384 next")), AUDIENCE, AT).iss == EHR
    assert keeper.check(token({"iss": OTHER, "tenant": "south"}, None, key("RS384 main"), "RS384"), AUDIENCE, AT).tenant == "south"
    assert keeper.check(token({"jti": "c", "exp": NOW + 100.5, "iat": NOW + 0.25}), AUDIENCE, AT).iss == EHR


def test_keys_in_the_header_choose_nothing():
    """They may be there, as many libraries put them there; the signature is still checked by the configured key."""
    head = {"jwk": STRANGER.as_dict(private=False), "x5u": "https://evil.example", "x5c": ["MIIB"], "x5t": "abc"}

    assert Doorkeeper(settings()).check(token(head=head), AUDIENCE, AT).iss == EHR


def test_a_caller_is_asked_nothing_where_nobody_may_be_far_away():
    assert serve().call({}).status_code == 400
    assert Doorkeeper(Settings()).admit(Headers({}), "/", AT) == Caller()


@pytest.mark.parametrize(
    ("iss", "signer", "alg", "kid", "tenant"),
    [*product((EHR, OTHER), ("ES384 main", "ES384 next", "RS384 main"), ("ES384", "RS384"), ("main", "next"), (ABSENT, "north", "west"))],
)
def test_each_key_signs_for_its_own_issuer_its_own_tenants_and_under_its_own_name(iss, signer, alg, kid, tenant):
    """T-04: the whole matrix; what isn't one of three combinations is refused."""
    text = token({"iss": iss, "tenant": tenant}, {"alg": alg, "kid": kid}, key(signer), signer.partition(" ")[0])
    right = {
        (EHR, "ES384 main", "ES384", "main", ABSENT), (EHR, "ES384 next", "ES384", "next", ABSENT),
        (OTHER, "RS384 main", "RS384", "main", "north"),
    }  # fmt: skip

    assert ((iss, signer, alg, kid, tenant) in right) == is_let_in(text)


def is_let_in(text, at=AT, **more):
    try:
        Doorkeeper(settings(**more)).check(text, AUDIENCE, at)
    except Refused:
        return False
    return True


# seconds from now: iat, exp -> whether it counts
EDGES = [
    (0, 1, True), (0, 0, False), (1, 0, False), (0, 300, True), (0, 301, False), (-300, 0, True), (-301, 0, False),
    (60, 100, True), (61, 100, False), (-100, -59, True), (-100, -60, False), (-100, -61, False), (-359, -59, True),
    (-360, -60, False), (60, 360, True), (60, 361, False), (Decimal("60.5"), 100, False), (Decimal("59.5"), 100, True),
    (-10, Decimal("-59.5"), False), (-100, Decimal("-59.5"), True), (Decimal("-0.5"), 300, False), (Decimal("0.5"), 300, True),
]  # fmt: skip


@pytest.mark.parametrize(("iat", "exp", "counts"), EDGES)
def test_the_edges_of_time(iat, exp, counts):
    text = token({"iat": float(NOW + iat), "exp": float(NOW + exp)})

    assert is_let_in(text) == counts


def test_true_is_no_moment_even_where_it_would_be_a_right_one():
    dawn = datetime(1970, 1, 1, tzinfo=UTC)

    assert is_let_in(token({"iat": 0, "exp": 1}), dawn)
    assert not is_let_in(token({"iat": 0, "exp": True}), dawn)
    assert not is_let_in(token({"iat": False, "exp": 1}), dawn)


def test_one_header_names_one_caller():
    right = (b"authorization", bearer(token())["authorization"].encode())

    assert Doorkeeper(settings()).admit(Headers(raw=[right]), f"/cds-services/{VIEW}", AT).iss == EHR
    with pytest.raises(Refused, match="no_token"):
        Doorkeeper(settings()).admit(Headers(raw=[right, right]), f"/cds-services/{VIEW}", AT)


def test_a_longer_life_and_a_closer_clock_can_be_set():
    assert is_let_in(token({"exp": NOW + 3590}), token_minutes=60)
    assert not is_let_in(token({"exp": NOW + 3591}), token_minutes=60)
    assert not is_let_in(token({"exp": NOW, "iat": NOW - 5}), skew_seconds=0)
    assert not is_let_in(token({"iat": NOW + 1}), skew_seconds=0)


def test_a_token_that_counts_stops_counting():
    text = token()

    assert is_let_in(text, AT + timedelta(seconds=299)) and not is_let_in(text, AT + timedelta(seconds=300))


def test_an_audience_is_never_made_of_what_a_caller_says_the_host_is(served):
    spoofed = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example", "x-original-url": "/x"}
    ours = served.call({}, **bearer(token({"jti": "ours"})), **spoofed)
    theirs = served.call({}, **bearer(token({"aud": f"https://evil.example/cds-services/{VIEW}"})), **spoofed)

    assert (400, 401) == (ours.status_code, theirs.status_code)


def test_discovery_is_for_callers_only(served):
    found = served.get("/cds-services", **bearer(token({"aud": f"{BASE}/cds-services", "jti": "discovery"})))

    assert (200, 401) == (found.status_code, served.get("/cds-services").status_code)


def test_the_log_has_the_reason_and_never_the_token(served):
    text = WRONG["signed by a stranger"]
    served.call({}, **bearer(text))
    line = json.dumps(served.log[-1])

    assert served.log[-1]["outcome"] == "wrong_signature"
    assert not any(part in line for part in text.split("."))
