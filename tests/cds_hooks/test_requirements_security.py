"""What CDS Hooks 2.0 requires of the way between client and service; the numbers are those of docs/cds-hooks-requirements.md."""

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from spineworkup.cds_hooks.keys import ALGORITHMS
from spineworkup.cds_hooks.limits import MAX_HEAD
from spineworkup.cds_hooks.server import config_of
from spineworkup.cds_hooks.settings import Client, Settings, SettingsError
from tests.cds_hooks.callers import EHR, JKU, OTHER, bearer, jwk, key, settings, token
from tests.cds_hooks.world import prefetch, request, serve

PAGE = "https://ehr.example.org"


def served(**more):
    made = settings(**more)
    return serve(**{name: getattr(made, name) for name in ("base_url", "clients", "cors_origins", "trusted_proxies")})


def status(text=None, **more):
    return served(**more).call(request(prefetch()), **({} if text is None else bearer(text))).status_code


def refuses(**more):
    with pytest.raises(SettingsError):
        settings(**more)
    return True


def of(algorithm):
    """Return the status of a call by a client that signs by an algorithm."""
    clients = (Client(EHR, algorithm, (jwk(f"{algorithm} own", "main"),)),)
    return status(token(signer=key(f"{algorithm} own"), alg=algorithm), clients=clients)


# Requirement -> whether it holds.
REQUIREMENTS = {
    2: lambda: refuses(base_url="http://cds.example.org"),
    168: lambda: status(token(), trusted_proxies=("10.0.0.7",)) == 401
    and "max-age" in served().get("/cds-services").headers["strict-transport-security"],
    176: lambda: status(token()) == 200,
    177: lambda: status() == 401 == served().get("/cds-services").status_code,
    195: lambda: {status(token({"iss": "https://stranger.example"})), status(token(head={"jku": f"{JKU}/x"}))} == {401},
    199: lambda: status(token()) == 200 == status(token({"iss": OTHER, "tenant": "north"}, None, key("RS384 main"), "RS384")),
    200: lambda: set(ALGORITHMS) == {"ES384", "RS384", "ES256", "RS256"} and {of(one) for one in ALGORITHMS} == {200},
    201: lambda: status(token(head={"alg": "none"})) == 401,
    203: lambda: status(token(head={"alg": "HS256"}, signer=b"shared", alg="HS256")) == 401,
    205: lambda: of("ES384") == of("RS384") == 200,
    206: lambda: status(token(signer=key("ES256 x"), alg="ES256")) == 401,
    208: lambda: served(cors_origins=(PAGE,)).get("/cds-services", origin=PAGE).headers["access-control-allow-origin"] == PAGE,
}


@pytest.mark.parametrize("number", REQUIREMENTS)
def test_security(number):
    assert REQUIREMENTS[number]()


def test_a_call_without_a_token_learns_no_more_than_one_with_a_wrong_one():
    where = served()
    told = [where.call({}), where.call({}, **bearer("a.b.c")), where.ask("GET", "/cds-services")]

    assert 1 == len({(answer.status_code, answer.content, str(sorted(answer.headers.items()))) for answer in told})


def test_the_server_is_limited():
    """Headers, connections, idle connections; what proxies say is believed by nobody but doors.py; nothing else logs requests."""
    config = config_of(Settings(max_connections=7))

    assert (config.h11_max_incomplete_event_size, config.limit_concurrency) == (MAX_HEAD, 7)
    assert config.timeout_keep_alive <= 5 and MAX_HEAD <= 16_384
    assert not config.proxy_headers and not config.access_log and not config.server_header
