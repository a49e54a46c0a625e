"""What holds of both stores: what is saved is loaded, nothing is lost, and whatever befell it is seen.

`SPINEWORKUP_EVERY_BYTE=1` takes every byte instead of a sample.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings

from spineworkup.errors import (
    ClashError,
    DamagedError,
    KeepingError,
    NewerError,
    SpineWorkupError,
    WorkupError,
)
from spineworkup.workups.events import FindingRecorded, to_plain
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, NINE, PATHWAY, hour, started
from tests.workups.samples import SECRET, full, workups
from tests.workups.stores import KINDS, Row, Store, close, opened, put_rows, rows, scratch, set_schema

CASE = "example-1"
SIZE = full().revision
EVERY = bool(os.environ.get("SPINEWORKUP_EVERY_BYTE"))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    with scratch() as folder:
        found = opened(request.param, folder)
        yield found
        close(found)


@pytest.fixture
def kept(store: Store) -> Store:
    """A store with the full workup of one case in it."""
    store.save(full(), expected_revision=0)
    return store


def _names_last_good(error: DamagedError, good: int) -> bool:
    if not good:
        return error.good == 0 and "no event is as it was written" in str(error)
    last = full().events[good - 1]
    return error.good == good and f"number {good} ({to_plain(last)['kind']}, entered {last.at.isoformat()})" in str(error)


def _refuses(store: Store, kind: type[SpineWorkupError] = DamagedError) -> Any:
    """The error of loading; saving gives the same and changes nothing."""
    with pytest.raises(kind) as caught:
        store.load(CASE, PATHWAY)
    before = rows(store, CASE)
    with pytest.raises(kind):
        store.save(full().note("more", at=hour(9), by=FIRST), expected_revision=SIZE)
    assert rows(store, CASE) == before
    for hidden in (SECRET, CASE):
        assert hidden not in str(caught.value)
    return caught.value


@settings(max_examples=15)
@given(workups())
def test_what_is_saved_is_loaded(workup: Workup) -> None:
    with scratch() as folder:
        for kind in KINDS:
            store = opened(kind, folder)
            assert store.save(workup, expected_revision=0) == workup == store.load(workup.case, PATHWAY)
            assert store.cases() == (workup.case,)
            close(store)


def test_it_is_read_with_the_rules_that_it_adopted(kept: Store) -> None:
    assert kept.load(CASE).pathway.hash == PATHWAY.hash


def test_every_case_is_listed_in_order(store: Store) -> None:
    cases = ["b", "a", "A", "Ä", "ward 3/12", "..", "%61", "con", "\x00", " "]
    for case in cases:
        store.save(started(case), expected_revision=0)
    assert store.cases() == tuple(sorted(cases))
    assert [store.load(case, PATHWAY).case for case in cases] == cases


@pytest.mark.parametrize("case", [CASE, "\udc80"])
def test_what_is_not_there_is_said(kept: Store, case: str) -> None:
    with pytest.raises(KeepingError):
        kept.load(case + "0", PATHWAY)


def test_what_cannot_be_written_is_not_saved(store: Store) -> None:
    with pytest.raises(WorkupError, match="half a character"):
        store.save(evolve(started(), case="\udc80"), expected_revision=0)
    unreadable = FindingRecorded(at=NINE, by=FIRST, finding="limb_weakness", value=2.5)  # type: ignore[arg-type]
    with pytest.raises(WorkupError, match="value: expected"):
        store.save(started().add(unreadable), expected_revision=0)
    with pytest.raises(DamagedError, match="which rules"):
        store.save(Workup(PATHWAY, CASE, ()), expected_revision=0)
    with pytest.raises(KeepingError):
        store.load(CASE)


# What two do.


def test_what_was_entered_since_is_added(kept: Store) -> None:
    more = kept.load(CASE, PATHWAY).note("more", at=hour(9), by=FIRST)
    assert kept.save(more, expected_revision=SIZE) == more == kept.load(CASE, PATHWAY)
    assert len(rows(kept, CASE)) == SIZE + 1


def test_what_two_enter_at_once_stands_together(kept: Store) -> None:
    theirs = full().step("mri_whole_spine", "performed", at=hour(9), by="radiographer")
    mine = full().record("limb_weakness", "present", at=hour(9), by=FIRST)
    kept.save(theirs, expected_revision=SIZE)
    both = kept.save(mine, expected_revision=SIZE)
    assert both.events == (*theirs.events, mine.events[-1]) == kept.load(CASE, PATHWAY).events


def test_who_saves_the_same_again_changes_nothing(kept: Store) -> None:
    more = full().note("more", at=hour(9), by=FIRST)
    kept.save(more, expected_revision=SIZE)
    before = rows(kept, CASE)
    assert kept.save(more, expected_revision=SIZE) == more
    assert kept.save(full(), expected_revision=SIZE) == more
    assert rows(kept, CASE) == before


def test_a_clash_names_both_and_keeps_the_first(kept: Store) -> None:
    theirs, mine = (full().record("limb_weakness", value, at=hour(9), by=FIRST) for value in ("present", "absent"))
    kept.save(theirs, expected_revision=SIZE)
    with pytest.raises(ClashError) as caught:
        kept.save(mine, expected_revision=SIZE)
    assert caught.value.about == ("finding limb_weakness",)
    assert (caught.value.theirs, caught.value.mine) == ((theirs.events[-1].id,), (mine.events[-1].id,))
    assert kept.load(CASE, PATHWAY) == theirs


def test_a_new_one_takes_no_ones_place(kept: Store) -> None:
    with pytest.raises(KeepingError, match="already"):
        kept.save(full(), expected_revision=0)


@pytest.mark.parametrize("expected", [-1, SIZE + 1])
def test_a_revision_that_cannot_be_is_refused(kept: Store, expected: int) -> None:
    with pytest.raises(WorkupError, match="expected_revision"):
        kept.save(full(), expected_revision=expected)


def test_what_has_gone_is_not_made_anew(store: Store) -> None:
    with pytest.raises(KeepingError, match="there any more"):
        store.save(full(), expected_revision=3)
    with pytest.raises(KeepingError):
        store.load(CASE)


def test_an_older_copy_that_was_put_back_is_seen(store: Store) -> None:
    store.save(evolve(full(), events=full().events[:4]), expected_revision=0)
    with pytest.raises(DamagedError, match="the first 4 of 12") as caught:
        store.save(full(), expected_revision=SIZE)
    assert caught.value.good == 4


def test_another_record_of_the_same_case_is_seen(store: Store) -> None:
    store.save(started().note("another", at=hour(1), by=FIRST), expected_revision=0)
    with pytest.raises(DamagedError, match="the first 2 of 5") as caught:
        store.save(full(), expected_revision=5)
    assert caught.value.good == 2


# What can befall it.

Change = Callable[[list[Row], list[Row], int], list[Row]]
CHANGES: dict[str, Change] = {
    "dropped": lambda mine, other, n: mine[:n] + mine[n + 1 :],
    "cut off": lambda mine, other, n: mine[:n],
    "twice": lambda mine, other, n: [*mine[: n + 1], mine[n], *mine[n + 1 :]],
    "swapped": lambda mine, other, n: [*mine[: n - 1], mine[n], mine[n - 1], *mine[n + 1 :]],
    "from another": lambda mine, other, n: [*mine[:n], other[n], *mine[n + 1 :]],
    "all from another": lambda mine, other, n: [*mine[:n], *other[n:]],
    "line of another": lambda mine, other, n: [*mine[:n], (mine[n - 1][0], mine[n][1]), *mine[n + 1 :]],
    "no line": lambda mine, other, n: [*mine[:n], ("", mine[n][1]), *mine[n + 1 :]],
    "no link": lambda mine, other, n: [*mine[:n], (mine[n][0], ""), *mine[n + 1 :]],
}
FIRST_WRONG = {"twice": 1, "swapped": -1}


@pytest.mark.parametrize("what", CHANGES)
def test_an_event_out_of_its_place_is_seen(kept: Store, what: str) -> None:
    kept.save(full("example-2"), expected_revision=0)
    mine, other = rows(kept, CASE), rows(kept, "example-2")
    for number in range(1, SIZE) if EVERY else (1, 6, SIZE - 1):
        put_rows(kept, CASE, CHANGES[what](mine, other, number))
        error = _refuses(kept)
        assert _names_last_good(error, number + FIRST_WRONG.get(what, 0)), number
    put_rows(kept, CASE, mine)
    assert kept.load(CASE, PATHWAY) == full()


def test_a_letter_that_was_altered_is_seen(kept: Store) -> None:
    mine = rows(kept, CASE)
    for number, (line, chain) in enumerate(mine):
        whole = line + chain
        for place in range(number, len(whole), 1 if EVERY else 97):
            letter = chr(ord(whole[place]) ^ 1)
            altered = whole[:place] + letter + whole[place + 1 :]
            put_rows(kept, CASE, [*mine[:number], (altered[: len(line)], altered[len(line) :]), *mine[number + 1 :]])
            with pytest.raises(DamagedError) as caught:
                kept.load(CASE, PATHWAY)
            assert _names_last_good(caught.value, number), (number, place)


def test_a_newer_one_is_refused_and_left(kept: Store) -> None:
    set_schema(kept, CASE, 99)
    assert "schema 99" in str(_refuses(kept, NewerError))


def test_another_form_than_it_was_written_in_is_seen(kept: Store) -> None:
    set_schema(kept, CASE, 0)
    assert "schema" in str(_refuses(kept, WorkupError))
