"""Settings: safe as they stand, refused where they would open the service unsaid, and no value of them repeated."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from attrs import evolve
from joserfc.jwk import ECKey, RSAKey

from spineworkup.cds_hooks.keys import ALGORITHMS
from spineworkup.cds_hooks.read_settings import read_settings
from spineworkup.cds_hooks.settings import Client, Settings, SettingsError, Tenant
from spineworkup.reading import load
from tests.cds_hooks.callers import BASE, EHR, JKU, jwk, key, settings
from tests.cds_hooks.world import PATHWAY

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"
CLIENT = {"iss": EHR, "algorithm": "ES384", "keys": {"keys": [jwk("ES384 main", "main")]}}
READ_BASE = load.read_base
GOOD = {"base_url": BASE, "clients": [CLIENT]}


@pytest.fixture
def read(tmp_path):
    """Write settings, JSON being YAML, and read them."""

    def reader(data):
        file = tmp_path / "service.yaml"
        file.write_text(data if isinstance(data, str) else json.dumps(data, indent=1), encoding="utf-8")
        return read_settings(file)

    return reader


def problems(make):
    with pytest.raises(SettingsError) as refused:
        make()
    return [str(problem) for problem in refused.value.problems]


def test_as_it_stands_nobody_but_this_machine_is_served_and_each_secret_is_another():
    one = Settings()

    assert (one.host, one.authenticates, one.suggestions, one.demo, one.cors_origins, one.trusted_proxies) == (
        "127.0.0.1", False, False, False, (), ())  # fmt: skip
    assert len(one.secret) == 32 and one.secret != Settings().secret
    assert repr(one.secret) not in repr(one)


def test_everything_that_can_be_set_is_read(read, tmp_path):
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    (tmp_path / "ehr.jwks.json").write_text(json.dumps(CLIENT["keys"]), encoding="utf-8")
    tenants = {"north": {"not_available": ["mri_whole_spine"]}, "south": {}}
    first = {"iss": EHR, "algorithm": "ES384", "keys_file": "ehr.jwks.json", "jku": JKU, "tenants": tenants}
    found = read({
        "host": "0.0.0.0", "port": 9000, "base_url": BASE, "clients": [first], "package": "metastatic_spine", "overlays": ["us", "./mine"],
        "rules_hash": "sha256:" + "0" * 64, "minimum_version": "0.1.0", "not_available": ["ct_spine"], "secret_file": "secret",
        "suggestions": True, "audit_file": "audit.log", "cors_origins": ["https://page.example.org"], "trusted_proxies": ["10.0.0.0/24"],
        "max_body": 2_000_000, "max_entries": 400, "body_seconds": 2.5, "max_waiting": 8, "max_connections": 32, "max_tokens": 1000,
        "token_minutes": 60, "skew_seconds": 5, "insecure_dev": False, "demo": False,
    })  # fmt: skip

    assert (found.secret, found.body_seconds, found.audit_file) == (SECRET.encode(), 2.5, tmp_path / "audit.log")
    assert found.overlays == ("us", str(tmp_path / "mine")) and found.package == "metastatic_spine"
    assert found.clients[0] == Client(EHR, "ES384", (jwk("ES384 main", "main"),), JKU, {"north": Tenant(("mri_whole_spine",)), "south": Tenant()})
    assert found.not_available_to(EHR, "north") == {"ct_spine", "mri_whole_spine"}
    assert found.not_available_to(EHR, "south") == found.not_available_to("", "") == {"ct_spine"}


def test_without_clients_a_file_has_to_say_that_this_is_meant(read):
    assert "nobody may call" in problems(lambda: read({"port": 8001}))[0]
    assert not read({"insecure_dev": True}).authenticates
    assert read({"demo": True}).demo


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", "127.0.0.1.example.org", "127.1", "2130706433", "0", "", "LOCALHOST"])
def test_without_clients_nothing_but_this_machine_is_served(host):
    for more in ({}, {"insecure_dev": True}, {"demo": True}):
        assert any("host" in one for one in problems(lambda more=more: Settings(host=host, **more)))
    assert any("host" in one for one in problems(lambda: evolve(Settings(), host=host)))


# What is set -> the place that is named.
REFUSED = {
    "port": (-1, 65536), "max_body": (0, 5_000_001), "max_entries": (0,), "body_seconds": (0, 61, float("nan")), "max_waiting": (0,),
    "max_connections": (0,), "max_tokens": (0,), "token_minutes": (0, 61), "skew_seconds": (-1, 61), "secret": (b"", b"x" * 31),
    "rules_hash": ("sha256:", "md5:" + "0" * 32, "sha256:" + "g" * 64, "sha256:" + "0" * 65), "minimum_version": ("v1", "1.x", "1..2", "-1"),
    "trusted_proxies": (("0.0.0.0/0",), ("::/0",), ("*",), ("proxy.example",), ("10.0.0.1/24",), ("",), ("10.0.0.0/33",)),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_what_is_out_of_bounds_is_refused(name, value):
    told = problems(lambda: settings(**{name: value}))

    assert len(told) == 1 and name in told[0]


def test_authentication_and_the_lack_of_it_dont_go_together():
    assert "clients" in problems(lambda: settings(demo=True))[0]
    assert "clients" in problems(lambda: settings(insecure_dev=True))[0]
    assert "base_url" in problems(lambda: settings(base_url=""))[0]


# T-05, T-21: none of these is an address that the service takes for its own, for an origin, or for a client's.
URLS = """
http://cds.example.org  HTTPS://cds.example.org  https:/cds.example.org  https:cds.example.org  //cds.example.org  cds.example.org
https://  https:///  https://.  https://..  https://-a.example  https://a-.example  https://a..example  https://.example  https://example.
https://CDS.example.org  https://cds.example.org:443  https://cds.example.org:0  https://cds.example.org:00443  https://cds.example.org:65536
https://cds.example.org:  https://cds.example.org:x  https://cds.example.org:-1  https://user@cds.example.org  https://user:pw@cds.example.org
https://@cds.example.org  https://cds.example.org@evil.example  https://cds.example.org\\@evil.example  https://cds.example.org#@evil.example
https://cds.example.org?x  https://cds.example.org#x  https://cds.example.org/?x=1  https://cds.example.org/#x  https://cds.example.org/../x
https://cds.example.org/./x  https://cds.example.org//x  https://cds.example.org/x//  https://cds.example.org/%2e%2e/x  https://cds.example.org/%2Fx
https://cds.example.org/x;y  https://cds.example.org/x\\y  https://cds.example.org/.git  https://*.example.org  https://*  *  null  NULL  ""  '
https://cds.example.org,https://evil.example  https://cds_example.org  https://cds.example.org/{x}  https://cds.example.org/<x>  https://[::1
https://::1  https://[::1]x  https://[fe80::1%25eth0]  https://[::ffff:127.0.0.1]  https://xn--80ak6aa92e.com:443  https://сds.example.org
https://cds。example。org  https://cds.example.org\u200b  https://cds.example\u00ad.org  https://cds.example.org\u202e  https://ⓒds.example.org
ftp://cds.example.org  file:///etc/passwd  file://cds.example.org/x  data:text/plain,x  javascript:alert(1)  gopher://x  ws://cds.example.org
wss://cds.example.org  http://169.254.169.254  http://10.0.0.1  http://[::ffff:169.254.169.254]  http://2130706433  http://0x7f.1  http://127.1
http://0  http://0.0.0.0  http://127.0.0.2  http://localhost.  http://localhost.evil.example  http://127.0.0.1.evil.example  http://localhost:80
http://127.0.0.1@evil.example  http://[::]  http://[0:0:0:0:0:0:0:1]  blob:https://cds.example.org  chrome-extension://abc  about:blank
""".split()  # fmt: skip
URLS += ["https://cds.example.org\n", " https://cds.example.org", "https://cds.example.org\r\nx: y", "https://cds example.org", "https://cds.example.org\x00", ""]


def test_there_are_enough_addresses():
    assert len(URLS) == len(set(URLS)) >= 80


@pytest.mark.parametrize("url", URLS)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url):
    (client,) = (Client(EHR, "ES384", (jwk("ES384 main", "main"),), url or "x"),)

    assert "base_url" in problems(lambda: settings(base_url=url))[0]
    assert "cors_origins.0" in problems(lambda: settings(cors_origins=(url,)))[0]
    assert "clients.0.jku" in problems(lambda: settings(clients=(client,)))[0]


@pytest.mark.parametrize("url", ["https://cds.example.org/", "https://cds.example.org/x/", "https://cds.example.org/x/y"])
def test_an_origin_has_no_path_and_a_base_no_slash_at_its_end(url):
    assert problems(lambda: settings(cors_origins=(url,)))
    assert url.endswith("/") == bool([one for one in _told(base_url=url) if "base_url" in one])


def _told(**more):
    try:
        settings(**more)
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("url", ["https://cds.example.org", "https://a.b:8443/cds", "http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost:1", "https://10.0.0.1"])
def test_plain_addresses_are_taken(url):
    assert settings(base_url=url).public_url == url


KEYS = {
    "no kid": {"kid": None}, "an empty kid": {"kid": ""}, "a long kid": {"kid": "k" * 257}, "a private key": key("ES384 main").as_dict(private=True),
    "another curve": jwk("ES256 main", "m"), "another kind": jwk("RS384 main", "m"), "no kind": {"kty": None}, "a secret": {"kty": "oct", "k": "c2VjcmV0"},
    "for encryption": {"use": "enc"}, "another algorithm": {"alg": "ES256"}, "half a point": {"y": None}, "not on the curve": {"y": jwk("ES384 next", "x")["y"]},
    "a number": {"x": 5}, "a curve of its own": {"crv": "P-999"}, "Ed25519": {"kty": "OKP", "crv": "Ed25519", "x": "abc"},
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_only_public_keys_of_the_right_kind_are_taken(name):
    changed = {field: value for field, value in {**jwk("ES384 main", "main"), **KEYS[name]}.items() if value is not None}
    told = problems(lambda: settings(clients=(Client(EHR, "ES384", (changed,)),)))

    assert "clients.0.keys.0" in told[0]
    assert not any(str(value) in told[0] for value in changed.values() if isinstance(value, str) and len(value) > 8)


def test_short_rsa_keys_are_refused():
    with pytest.warns(UserWarning):
        short = RSAKey.generate_key(1024).as_dict(private=False)

    assert "2048 bits" in problems(lambda: settings(clients=(Client(EHR, "RS384", ({**short, "kid": "m"},)),)))[0]


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512", "PS384", "ES512", "EdDSA", "es384", "", "RS512", "dir"])
def test_only_four_algorithms_can_be_chosen(algorithm):
    assert "clients.0.algorithm" in problems(lambda: settings(clients=(Client(EHR, algorithm, (jwk("ES384 main", "main"),)),)))[0]
    assert set(ALGORITHMS) == {"ES384", "RS384", "ES256", "RS256"}


@pytest.mark.parametrize(
    ("clients", "place"),
    [
        ((Client("", "ES384", (jwk("ES384 main", "m"),)),), "clients.0.iss"),
        ((Client("two words", "ES384", (jwk("ES384 main", "m"),)),), "clients.0.iss"),
        ((Client(EHR, "ES384", ()),), "clients.0.keys"),
        ((Client(EHR, "ES384", (jwk("ES384 main", "m"), jwk("ES384 next", "m"))),), "clients.0.keys"),
        ((Client(EHR, "ES384", (jwk("ES384 main", "m"),)),) * 2, "clients"),
        ((Client(EHR, "ES384", (jwk("ES384 main", "m"),), "", {"": Tenant()}),), "clients.0.tenants"),
    ],
)
def test_clients_that_cant_be_told_apart_are_refused(clients, place):
    assert place in problems(lambda: settings(clients=clients))[0]


# A file -> what is said of it, with the place.
FILES = {
    "port: '80'\n": "service.yaml:1:7: expected a whole number",
    "secrett_file: x\n": "service.yaml:1:1: unknown key (did you mean 'secret_file'?)",
    f"{SECRET}: x\n": "service.yaml:1:1: unknown key",
    f"secret: {SECRET}\n": "service.yaml:1:1: unknown key (did you mean 'secret_file'?)",
    f"secret_file: {SECRET}\n": "service.yaml:1:14: no file that can be read (seen from the folder of the settings)",
    f"- {SECRET}\n": "service.yaml:1:1: expected a mapping of keys and values",
    f"port: {SECRET}\n": "service.yaml:1:7: expected a whole number",
    f"port: 1\nport: {SECRET}\n": "service.yaml:2:1: duplicate key (each key once)",
    f"port: !!python/object:{SECRET} 1\n": "service.yaml:1:7: tags are not allowed (leave the ! away)",
    f"port: &a {SECRET}\n": "service.yaml:1:7: anchors and aliases are not allowed (write it out)",
    f"base_url: {SECRET}\n": "service.yaml:1:11: expected an address such as https://cds.example.org",
    f"clients: {SECRET}\n": "service.yaml:1:10: expected a list ([...] or lines that begin with -)",
    f"clients: [{SECRET}]\n": "service.yaml:1:11: expected a mapping of keys and values",
    f"clients: [{{iss: a, algorithm: ES384, {SECRET}: 1, keys: {{keys: []}}}}]\n": "service.yaml:1:38: unknown key",
    f"clients: [{{iss: a, algorithm: {SECRET}, keys: {{keys: []}}}}]\n": "service.yaml:1:31: unknown algorithm (one of ES384, RS384, ES256, RS256)",
    f"clients: [{{iss: a, algorithm: ES384, keys: {SECRET}}}]\n": 'service.yaml:1:44: expected a JSON Web Key Set ({"keys": [...]})',
    "clients: [{iss: a, algorithm: ES384}]\n": "service.yaml:1:11: a client needs either `keys` or `keys_file` (a JSON Web Key Set)",
    f"clients: [{{iss: a, algorithm: ES384, keys_file: {SECRET}}}]\n": "service.yaml:1:49: no file that can be read (seen from the folder of the settings)",
    "body_seconds: '2'\n": "service.yaml:1:15: expected a number",
    f"audit_file: [{SECRET}]\n": "service.yaml:1:13: expected text",
    f"insecure_dev: {SECRET}\n": "service.yaml:1:15: expected true or false",
    "": "service.yaml:1:1: the file is empty",
}  # fmt: skip


@pytest.mark.parametrize("text", FILES)
def test_what_is_wrong_in_a_file_is_named_with_its_place_and_never_repeated(read, text):
    told = problems(lambda: read(text))

    assert FILES[text] in told
    assert not any("hunter2" in one for one in told)


def test_everything_that_is_wrong_is_named_at_once(read):
    wrong = "port: x\nhost: 0.0.0.0\nbase_url: http://x\nmax_body: 0\nfoo: 1\nclients: []\ncors_origins: ['*', 'null']\n"

    assert [one.partition(": ")[0] for one in problems(lambda: read(wrong))] == [
        "service.yaml:1:7", "service.yaml:2:7", "service.yaml:3:11", "service.yaml:4:11", "service.yaml:5:1", "service.yaml:7:16", "service.yaml:7:21",
    ]  # fmt: skip


def test_a_file_of_keys_that_isnt_one_is_named_without_a_word_of_it(read, tmp_path):
    (tmp_path / "keys.json").write_text(f'{{"keys": [{SECRET}', encoding="utf-8")
    told = problems(lambda: read({"base_url": BASE, "clients": [{"iss": EHR, "algorithm": "ES384", "keys_file": "keys.json"}]}))

    assert "the file isn't JSON" in told[0] and "hunter2" not in "".join(told)


# What is named as a file and none that may be read: folders, devices, what isn't there, what can't be a name.
PATHS = """
. .. / // /. /dev/null /dev/zero /dev/stdin /dev/random /dev/fd/0 /proc/self/mem/x /etc /etc/ /usr/ nothing nothing/ ./nothing
../nothing ../../../../nothing .../x ..\\x ..\\..\\etc\\passwd C:\\Windows\\win.ini \\\\server\\share\\x //server/share/x file:///etc/passwd
file://localhost/etc/passwd http://evil.example/keys.json https://evil.example/keys.json ftp://evil.example/x data:,x ~ ~root ~/x $HOME ${HOME}/x
%2e%2e%2fx %2e%2e/x ..%2fx ..%c0%afx ..%252fx %00 x%00.json *.yaml ? [a] | |id ;id `id` $(id) -rf --help nul con aux . .%20 x/../../nothing
/etc/passwd/x service.yaml/x service.yaml/.. ./service.yaml/../nothing "" ' < > & :: . ＊ ．．／x ‥/x ／etc／passwd
""".split()  # fmt: skip
PATHS = list(dict.fromkeys([*PATHS, "", " ", "nothing ", "x\x01", "x" * 300, "/" * 5000]))


def test_there_are_enough_paths():
    assert len(PATHS) >= 60


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ascii(path[:30]))
def test_a_path_leads_to_a_file_or_is_refused(read, path):
    """No device is opened, no address called, nothing of what a path holds repeated; rules are read from folders of rules only."""
    client = {"iss": EHR, "algorithm": "ES384", "keys_file": path}
    for data in ({"insecure_dev": True, "secret_file": path}, {"base_url": BASE, "clients": [client]}):
        told = problems(lambda data=data: read(data))
        assert "root:" not in "".join(told)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ascii(path[:30]))
def test_the_name_of_rules_is_one_of_the_librarys_or_a_folder_of_rules(path, monkeypatch):
    from spineworkup.cds_hooks.app import create_app
    from spineworkup.errors import SpineWorkupError

    monkeypatch.setattr(load, "read_base", lambda name: PATHWAY if name == load.DEFAULT else READ_BASE(name))
    with pytest.raises(SpineWorkupError):
        create_app(Settings(package=path))
    with pytest.raises(SpineWorkupError):
        create_app(Settings(overlays=(path,)))


def test_a_link_that_leads_to_itself_is_refused(read, tmp_path):
    os.symlink(tmp_path / "loop", tmp_path / "loop")

    assert "no file that can be read" in problems(lambda: read({"insecure_dev": True, "secret_file": "loop"}))[0]


def test_a_file_that_is_too_large_is_refused(read, tmp_path):
    (tmp_path / "large").write_bytes(b"x" * 1_000_001)

    assert "no file that can be read" in problems(lambda: read({"insecure_dev": True, "secret_file": "large"}))[0]
    assert "no file that can be read" in problems(lambda: read_settings(tmp_path))[0]


def test_an_evolved_copy_is_checked_too():
    assert problems(lambda: evolve(settings(), token_minutes=int(timedelta(days=1).total_seconds())))


def test_a_key_of_each_algorithm_is_taken():
    made = {"ES384": ECKey.generate_key("P-384"), "ES256": ECKey.generate_key("P-256"), "RS384": key("RS384 main"), "RS256": key("RS384 main")}
    for algorithm, one in made.items():
        keys = ({**one.as_dict(private=False), "kid": "m", "use": "sig", "alg": algorithm, "x5t": "abc"},)
        assert settings(clients=(Client(EHR, algorithm, keys),)).authenticates
