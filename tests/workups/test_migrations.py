"""What any version kept is read by every later one, and refused by every earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from spineworkup.about import library_version
from spineworkup.errors import DamagedError, NewerError, WorkupError
from spineworkup.workups import files, kept, opening, sqlite
from spineworkup.workups.events import KINDS, to_plain
from spineworkup.workups.files import load_workup
from spineworkup.workups.kept import as_text, from_bytes, head_of, links, to_bytes
from spineworkup.workups.migrations import MIGRATIONS, SCHEMA
from tests.workups.patients import FIRST, PATHWAY, hour
from tests.workups.samples import SECRET, full
from tests.workups.stores import KINDS as STORES
from tests.workups.stores import Store, close, opened, put_raw, rows, scratch
from tests.workups.write_goldens import DIFFERENCES, SUMS, differences, recorded_standings, sums
from tests.workups.write_goldens import files as goldens

EVENTS = full().events
PLAIN = [to_plain(event) for event in EVENTS]


# Two made-up forms before the present one, and the way from each to the next.


def to_second(event: dict[str, Any]) -> dict[str, Any]:
    """The first form called `by` otherwise."""
    return {("by" if key == "author" else key): value for key, value in event.items()}


def to_third(event: dict[str, Any]) -> dict[str, Any]:
    """The second form had another word for notes."""
    return {**event, "kind": {"remark": "noted"}.get(event["kind"], event["kind"])}


MADE_UP = {2: to_second, 3: to_third}
NOW = partial(from_bytes, schema=3, migrations=MADE_UP)


def _older(event: dict[str, Any], schema: int) -> dict[str, Any]:
    found = dict(event)
    if schema < 3 and found["kind"] == "noted":
        found["kind"] = "remark"
    if schema < 2:
        found["author"] = found.pop("by")
    return found


def _lines(schema: int) -> list[str]:
    events = [_older(event, schema) for event in PLAIN]
    return [json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for event in events]


def _raw(schema: int, case: str = "example-1") -> bytes:
    lines = _lines(schema)
    chains = [*links(case, lines)]
    return as_text(schema, "0.0.1", case, [*zip(lines, chains, strict=True)], head_of(chains[-1], schema, "0.0.1")).encode()


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_an_older_form_is_read_as_the_newest(schema: int) -> None:
    assert NOW(_raw(schema), "a.json").events == EVENTS


@pytest.mark.parametrize("schema", [2, 3])
def test_a_newer_form_is_refused(schema: int) -> None:
    with pytest.raises(NewerError, match=f"schema {schema}"):
        from_bytes(_raw(schema), "a.json")


def test_the_chain_is_that_of_the_form_it_was_written_in() -> None:
    raw = _raw(1).replace(b'"author":"first clinician"', b'"author":"other clinician"', 1)
    with pytest.raises(DamagedError) as caught:
        NOW(raw, "a.json")
    assert caught.value.good == 0


def test_what_a_migration_leaves_unreadable_is_named() -> None:
    spoilt = {2: to_second, 3: lambda event: {**event, "kind": SECRET}}
    with pytest.raises(WorkupError, match="a.json: event 1: kind: expected one of") as caught:
        from_bytes(_raw(1), "a.json", schema=3, migrations=spoilt)
    assert SECRET not in str(caught.value)


def test_no_migration_is_missing() -> None:
    assert [*MIGRATIONS] == [*range(2, SCHEMA + 1)]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store with a workup in the first form, seen by a library of the third."""
    with scratch() as folder, pytest.MonkeyPatch.context() as patch:
        found = opened(request.param, folder)
        found.save(full(), expected_revision=0)
        put_raw(found, "example-1", _raw(1))
        patch.setattr(kept, "SCHEMA", 3)
        for module in (files, opening, sqlite):
            patch.setattr(module, "from_bytes", NOW)
        yield found
        close(found)


def test_a_store_goes_on_in_the_newest_form(store: Store) -> None:
    loaded = store.load("example-1", PATHWAY)
    assert loaded.events == EVENTS
    more = store.save(loaded.note("more", at=hour(9), by=FIRST), expected_revision=loaded.revision)
    assert more.revision == len(EVENTS) + 1
    assert store.load("example-1", PATHWAY) == more
    assert [line for line, _ in rows(store, "example-1")] == [event.line for event in more.events]


def test_what_was_only_read_stays_in_the_form_it_has(store: Store) -> None:
    loaded = store.load("example-1", PATHWAY)
    assert store.save(loaded, expected_revision=loaded.revision) == loaded
    assert [line for line, _ in rows(store, "example-1")] == _lines(1)


def test_an_older_library_refuses_what_a_newer_one_has_saved(store: Store) -> None:
    loaded = store.load("example-1", PATHWAY)
    store.save(loaded.note("more", at=hour(9), by=FIRST), expected_revision=loaded.revision)
    before = rows(store, "example-1")
    with pytest.MonkeyPatch.context() as patch:
        for module in (files, opening, sqlite):
            patch.setattr(module, "from_bytes", from_bytes)
        for action in (lambda: store.load("example-1", PATHWAY), lambda: store.save(loaded, expected_revision=loaded.revision)):
            with pytest.raises(NewerError, match="schema 3"):
                action()
    assert rows(store, "example-1") == before


# The goldens of each release.


def test_no_golden_was_altered_or_lost() -> None:
    assert sums() == SUMS.read_text(encoding="utf-8")


def test_this_release_has_goldens_with_every_kind_of_event() -> None:
    folder = [file for file in goldens() if file.parent.name == library_version()]
    kinds = {row["event"]["kind"] for file in folder for row in json.loads(file.read_bytes())["events"]}
    assert len(folder) >= 5 and kinds == {*KINDS}


@pytest.mark.parametrize("file", goldens(), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_golden_is_read_and_stands_as_it_did(file: Any) -> None:
    document = json.loads(file.read_bytes())
    workup = load_workup(file, None if "overlays" in document["events"][0]["event"] else PATHWAY)
    assert (workup.case, workup.revision) == (document["case"], document["revision"])
    if document["schema"] == SCHEMA:
        assert json.loads(to_bytes(workup.case, workup.events))["events"] == document["events"]
    begins = f"{file.parent.name}/{file.stem} at "
    listed = [line for line in DIFFERENCES.read_text(encoding="utf-8").splitlines() if line.startswith(begins)]
    # What is listed was looked at: `python -m tests.workups.write_goldens --differences` lists it.
    assert [*differences(file, workup)] == listed
    rules, _ = recorded_standings(file)
    assert rules != workup.pathway.hash or not listed


def test_nothing_is_listed_of_what_is_no_golden() -> None:
    known = {f"{file.parent.name}/{file.stem}" for file in goldens()}
    assert {line.split(" at ")[0] for line in DIFFERENCES.read_text(encoding="utf-8").splitlines()} <= known
