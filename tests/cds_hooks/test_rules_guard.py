"""The rules that are served by are those that were meant: no byte changed, no older version."""

from __future__ import annotations

import random
import shutil

import pytest

pytest.importorskip("joserfc", reason="the extra `cds-hooks` isn't installed")

from attrs import evolve

from spineworkup import load_pathway
from spineworkup.cds_hooks.app import create_app
from spineworkup.cds_hooks.rules_guard import check_rules
from spineworkup.cds_hooks.settings import Client, Settings, SettingsError, Tenant
from spineworkup.errors import SpineWorkupError
from tests.cds_hooks.callers import BASE, EHR, jwk
from tests.cds_hooks.world import PATHWAY, ROOT
from tests.small_package import write_package

# T-22: so many bytes in each run; all of them are the same bytes in every run.
FLIPS = 150


def test_the_rules_that_were_pinned_are_served():
    create_app(Settings(rules_hash=PATHWAY.hash, minimum_version=PATHWAY.version))
    check_rules(Settings(), PATHWAY)


def test_other_rules_are_refused_when_the_service_starts():
    with pytest.raises(SettingsError, match="rules_hash: the rules are not those"):
        create_app(Settings(rules_hash="sha256:" + "0" * 64))
    with pytest.raises(SettingsError, match="rules_hash"):
        create_app(Settings(rules_hash=PATHWAY.hash, overlays=("us",)))


@pytest.mark.parametrize(
    ("version", "minimum", "is_refused"),
    [
        ("0.1.0", "0.1.0", False), ("0.1.0", "0.1", False), ("0.1", "0.1.0", False), ("0.1.0", "0.1.1", True), ("0.9.0", "0.10.0", True),
        ("0.10.0", "0.9.0", False), ("1.0.0", "0.99.99", False), ("0.99.99", "1", True), ("", "0.0.1", True), ("2026.11.1", "2026.9", False),
    ],
)  # fmt: skip
def test_an_older_version_is_refused(version, minimum, is_refused):
    """T-23: by its numbers, not by its letters."""
    found = []
    try:
        check_rules(Settings(minimum_version=minimum), evolve(PATHWAY, version=version))
    except SettingsError as error:
        found = [str(problem) for problem in error.problems]

    assert is_refused == bool(found)
    assert all("minimum_version: the rules are older" in one for one in found)


def test_steps_that_the_rules_dont_have_are_refused():
    client = Client(EHR, "ES384", (jwk("ES384 main", "m"),), "", {"north": Tenant(("mri_hole_spine",))})
    with pytest.raises(SettingsError, match="no step 'mri_hole_spine'"):
        create_app(Settings(base_url=BASE, clients=(client,)))
    with pytest.raises(SettingsError, match="no step 'x'"):
        create_app(Settings(not_available=("x",)))


def test_a_byte_that_is_changed_is_refused_or_changes_nothing_that_is_read(tmp_path):
    """What is pinned is what the rules say: a byte of a comment, of a space or of a case for tests may change, and no other."""
    folder = write_package(tmp_path)
    pathway = load_pathway(folder)
    pinned = Settings(package=folder, rules_hash=pathway.hash)
    said = repr(pathway)

    for file, place, raw in flips(tmp_path, random.Random(22)):
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        try:
            changed = load_pathway(folder)
            check_rules(pinned, changed)
        except SpineWorkupError:
            pass
        else:
            assert said == repr(changed), f"{file.name} at {place}"
        finally:
            file.write_bytes(raw)


def flips(folder, chance):
    files = sorted(file for file in folder.rglob("*.yaml"))
    for _ in range(FLIPS):
        file = chance.choice(files)
        raw = file.read_bytes()
        yield file, chance.randrange(len(raw)), raw


# In a copy of the shipped rules: what stood there, and what somebody makes of it.
TAMPERED = [
    ("steps/mri_whole_spine.yaml", "urgency: same_day", "urgency: routine"), ("steps/mri_whole_spine.yaml", "within: 24 h", "within: 240 h"),
    ("steps/mri_whole_spine.yaml", "at the latest within 24 hours", "at the latest within 48 hours"), ("package.yaml", "version: 0.1.0", "version: 0.0.9"),
    ("sources.yaml", "url: nice.org.uk", "url: evil.example"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), TAMPERED)
def test_shipped_rules_of_which_a_word_is_changed_are_refused(tmp_path, name, old, new):
    folder = tmp_path / "metastatic_spine"
    shutil.copytree(ROOT / "rules" / "metastatic_spine", folder)
    pinned = Settings(package=str(folder), rules_hash=load_pathway(str(folder)).hash)
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(SpineWorkupError):
        create_app(pinned)
