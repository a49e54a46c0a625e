"""The bytes of a workup: they say what the workup says, in one way only, and whatever befalls them is seen.

`SPINEWORKUP_EVERY_BYTE=1` takes every byte instead of a sample.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from spineworkup.errors import DamagedError, NewerError, SpineWorkupError, WorkupError
from spineworkup.workups.events import KINDS, FindingRecorded, RulesAdopted, to_plain
from spineworkup.workups.kept import FORMAT, first_link, from_bytes, head_of, link, to_bytes
from spineworkup.workups.opening import closed, open_workup
from spineworkup.workups.read_event import read_event
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, NINE, PATHWAY, started
from tests.workups.samples import SECRET, full, workups

RAW = to_bytes("example-1", full().events)
EVENTS = full().events
STEP = 1 if os.environ.get("SPINEWORKUP_EVERY_BYTE") else 11


def _ends() -> list[int]:
    """Where each event ends in the bytes."""
    lines = RAW.split(b"\n")
    return [sum(len(line) + 1 for line in lines[: number + 1]) - 2 for number in range(1, len(EVENTS) + 1)]


ENDS = _ends()
# The last event has no comma.
ENDS[-1] += 1


def _names_last_good(error: DamagedError, good: int) -> bool:
    """Whether an error says which event is the last good one."""
    if not good:
        return error.good == 0 and "no event is as it was written" in str(error)
    last = EVENTS[good - 1]
    words = f"the last good event is number {good} ({to_plain(last)['kind']}, entered {last.at.isoformat()})"
    return error.good == good and words in str(error)


def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RAW)
    return found


def _chained(events: list[Any], **other: Any) -> bytes:
    """A file that is as whoever writes events by hand would chain them."""
    before, rows = first_link("example-1"), []
    for event in events:
        before = link(before, json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        rows.append({"chain": before, "event": event})
    head = head_of(before, 1, "0.1.0")
    about = {"format": FORMAT, "schema": 1, "library": "0.1.0", "case": "example-1", "revision": len(rows), "head": head}
    return json.dumps({**about, "events": rows, **other}).encode()


PLAIN = [to_plain(event) for event in EVENTS]


def test_the_sample_has_every_kind_of_event() -> None:
    assert {type(event) for event in EVENTS} == {*KINDS.values()}


@given(workups())
def test_what_is_written_is_read_and_written_the_same(workup: Workup) -> None:
    raw = to_bytes(workup.case, workup.events)
    kept = from_bytes(raw, "a.json")
    assert (kept.case, kept.events) == (workup.case, workup.events)
    assert to_bytes(kept.case, kept.events) == raw == closed(workup, "a.json")
    assert open_workup(raw, "a.json", PATHWAY) == workup


@pytest.mark.parametrize("start", range(STEP))
def test_a_file_that_was_cut_off_is_seen(start: int) -> None:
    # All but the last line break, which says nothing.
    for length in range(start, len(RAW) - 1, max(STEP, 11)):
        with pytest.raises(WorkupError) as caught:
            from_bytes(RAW[:length], "a.json")
        if length >= 100:
            assert isinstance(caught.value, DamagedError)
            assert _names_last_good(caught.value, sum(end <= length for end in ENDS)), length
        if STEP > 1 and start:
            return


def _altered() -> Iterator[tuple[int, int, bytes]]:
    """Where, in which event, and the bytes with one of them altered."""
    for place in range(0, len(RAW), STEP):
        for flip in (1, 0x80) if STEP == 1 else (1 + place // STEP % 2 * 0x7F,):
            altered = bytearray(RAW)
            altered[place] ^= flip
            yield place, sum(end <= place for end in ENDS), bytes(altered)


def test_a_byte_that_was_altered_is_seen() -> None:
    for place, number, raw in _altered():
        if RAW[place : place + 1].isspace() and raw[place : place + 1].isspace():
            continue
        with pytest.raises(WorkupError) as caught:
            from_bytes(raw, "a.json")
        if isinstance(caught.value, DamagedError) and ENDS[0] < place < ENDS[-1]:
            # A comma or a brace between two events belongs to neither.
            assert caught.value.good in (number, number - 1), place
            assert _names_last_good(caught.value, caught.value.good)


@pytest.mark.parametrize("number", range(len(EVENTS)))
@pytest.mark.parametrize("what", ["dropped", "twice", "swapped", "from another", "without its link"])
def test_an_event_out_of_its_place_is_seen(number: int, what: str) -> None:
    document, other = _document(), json.loads(to_bytes("example-2", full("example-2").events))
    rows = document["events"]
    match what:
        case "dropped":
            del rows[number]
        case "twice":
            rows.insert(number, rows[number])
        case "swapped":
            rows[number], rows[number - 1] = rows[number - 1], rows[number]
        case "from another":
            rows[number] = other["events"][number]
        case "without its link":
            del rows[number]["chain"]
    first = {"twice": number + 1, "swapped": max(number - 1, 0)}.get(what, number)
    with pytest.raises(DamagedError) as caught:
        from_bytes(json.dumps(document).encode(), "a.json")
    assert _names_last_good(caught.value, first)


@pytest.mark.parametrize("key", ["library", "head", "revision", "case", "events"])
@pytest.mark.parametrize("value", ["missing", None, 3, "another", "\ud800"])
def test_what_stands_around_the_events_is_guarded_too(key: str, value: object) -> None:
    document = _document()
    document[key] = value
    if value == "missing":
        del document[key]
    with pytest.raises(DamagedError):
        from_bytes(json.dumps(document).encode(), "a.json")


def test_white_space_and_the_order_of_keys_say_nothing() -> None:
    shuffled = json.dumps(dict(reversed(_document().items())), indent=1).encode()
    assert from_bytes(shuffled, "a.json") == from_bytes(RAW, "a.json")


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff", b"[]", b"{}", b"null", b'"text"', b"limb_weakness: present\n", b'{"format": "other"}', b"[" * 100_000,
        json.dumps({**_document(), "schema": 0}).encode(), json.dumps({**_document(), "schema": "1"}).encode(),
        json.dumps({**_document(), "schema": True}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_workup_is_refused(raw: bytes) -> None:
    with pytest.raises(WorkupError, match="a.json: ") as caught:
        from_bytes(raw, "a.json")
    assert not isinstance(caught.value, DamagedError | NewerError)


BEGIN = RAW[: RAW.index(b"\n") + 1]


@pytest.mark.parametrize(
    "raw",
    [
        BEGIN + b"[" * 100_000, BEGIN + b"9" * 10_000, BEGIN + b'{"chain": "x", "event": {}}', BEGIN + b"[]",
        BEGIN + b'{"chain": "x", "chain": "x"}', BEGIN.replace(b"example-1", b"\\ud800"), BEGIN.replace(b'"case"', b'"cave"'),
        b"\xef\xbb\xbf" + RAW, BEGIN.replace(b'"example-1"', b"[1"),
    ],
)  # fmt: skip
def test_what_only_begins_like_a_workup_is_damaged(raw: bytes) -> None:
    with pytest.raises(DamagedError, match="a.json: cut off or altered; no event is as it was written"):
        from_bytes(raw, "a.json")


def test_two_files_in_one_are_seen() -> None:
    with pytest.raises(DamagedError) as caught:
        from_bytes(RAW + RAW, "a.json")
    assert _names_last_good(caught.value, len(EVENTS))


@pytest.mark.parametrize("depth", [10, 300, 600, 900, 1000, 1100])
def test_no_depth_gets_past(depth: int) -> None:
    raw = BEGIN + b'{"chain":"x","event":' + b"[" * depth + b"]" * depth + RAW[ENDS[-1] - 1 :]
    with pytest.raises(DamagedError):
        from_bytes(raw, "a.json")


@pytest.mark.parametrize("change", [lambda row: [], lambda row: {**row, "more": 1}, lambda row: {**row, "event": "x"}])
def test_what_is_no_event_is_seen(change: Any) -> None:
    document = _document()
    document["events"][2] = change(document["events"][2])
    for raw in (json.dumps(document).encode(), json.dumps(document, indent=0).encode()[:-5]):
        with pytest.raises(DamagedError):
            from_bytes(raw, "a.json")


def test_a_newer_form_is_refused() -> None:
    with pytest.raises(NewerError, match=r"a.json: written by a newer version \(schema 2; this one reads up to 1\)"):
        from_bytes(json.dumps({**_document(), "schema": 2}).encode(), "a.json")


RECORDED = {"kind": "finding_recorded", "at": NINE.isoformat(), "by": FIRST, "finding": "limb_weakness", "value": SECRET}
SHOWN = PLAIN[-2]
STANDING = {"status": "due", "urgency": ["none", "none"]}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ([], "expected an event"), ({}, "kind: expected one of"), ({"kind": []}, "kind"), ({"kind": SECRET}, "kind: expected one of"),
        ({**RECORDED, SECRET: 1}, "has no such key"), ({"kind": "noted", "at": NINE.isoformat(), "by": FIRST}, "text: missing"),
        ({**RECORDED, "at": SECRET}, ""), ({**RECORDED, "at": "2026-11-20T09:00:00"}, ""), ({**RECORDED, "at": None}, ""),
        ({**RECORDED, "by": 3}, "by: expected text"), ({**RECORDED, "by": "  "}, "by: expected text"),
        ({**RECORDED, "value": 2.5}, "value: expected text, true, false or a whole number"), ({**RECORDED, "value": None}, "value: expected"),
        ({**RECORDED, "changed": "yes"}, "changed: expected true or false"), ({**RECORDED, "when": 3}, ""),
        ({**PLAIN[0], "overlays": "us"}, "overlays: expected a list"), ({**PLAIN[0], "overlays": [1]}, "overlays: expected text"),
        ({**SHOWN, "standings": []}, "standings: expected a mapping"), ({**SHOWN, "standings": {"mri": {}}}, "expected status and urgency"),
        ({**SHOWN, "standings": {"mri": {**STANDING, "clear_to_proceed": 3}}}, "clear_to_proceed true or false"),
        ({**SHOWN, "standings": {"mri": {**STANDING, "instead": 3}}}, "instead a step"),
        ({**SHOWN, "standings": {"mri": {**STANDING, "due": SECRET}}}, ""),
        ({**PLAIN[7], "reason": ""}, "reason"), ({**PLAIN[7], "state": SECRET}, "state: expected one of"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_named_and_not_repeated(event: Any, words: str) -> None:
    with pytest.raises(SpineWorkupError) as caught:
        read_event(event)
    assert words in str(caught.value) and SECRET not in str(caught.value)
    if event and type(event) is dict:
        with pytest.raises(WorkupError, match="a.json: event 2: ") as whole:
            from_bytes(_chained([PLAIN[0], event]), "a.json")
        assert SECRET not in str(whole.value)


@pytest.mark.parametrize("number", range(len(EVENTS)))
def test_an_event_reads_as_it_was_written(number: int) -> None:
    assert read_event(json.loads(EVENTS[number].line)) == EVENTS[number]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([], "doesn't say which rules"), (PLAIN[1:2], "doesn't say which rules"),
        ([PLAIN[0], PLAIN[3]], "event 2: event: a correction names an earlier event"),
        ([PLAIN[0], PLAIN[6]], "event 2: event: a withdrawal names an earlier event"),
    ],
)  # fmt: skip
def test_events_that_cannot_stand_so_are_damage(events: list[Any], words: str) -> None:
    with pytest.raises(DamagedError, match="a.json: ") as caught:
        open_workup(_chained(events), "a.json")
    assert words in str(caught.value) and caught.value.good == max(len(events) - 1, 0)


def test_a_workup_is_read_with_the_rules_that_it_adopted_last() -> None:
    assert open_workup(RAW, "a.json").pathway.hash == PATHWAY.hash


@pytest.mark.parametrize(
    ("package", "words"),
    [("nowhere", r"its rules \(nowhere\) can't be read"), ("./nowhere", "something else than a name"), ("a\n", "something else")],
)
def test_rules_that_cannot_be_found_by_their_name_are_asked_for(package: str, words: str) -> None:
    lost = evolve(full(), events=(*EVENTS, evolve(EVENTS[-1], package=package)))
    with pytest.raises(WorkupError, match=f"a.json: .*{words}.*--overlay"):
        open_workup(to_bytes(lost.case, lost.events), "a.json")
    assert open_workup(to_bytes(lost.case, lost.events), "a.json", PATHWAY).events == lost.events


@pytest.mark.parametrize("count", [0, 1])
def test_half_a_character_is_not_written(count: int) -> None:
    with pytest.raises(WorkupError, match="half a character"):
        to_bytes("\ud800", EVENTS[:count])


@pytest.mark.parametrize("value", [2.5, None, [1]])
def test_what_could_not_be_read_again_is_not_written(value: Any) -> None:
    event = FindingRecorded(at=NINE, by=FIRST, finding="limb_weakness", value=value)
    with pytest.raises(WorkupError, match="value: expected"):
        closed(started().add(event), "a.json")


def test_what_would_be_read_otherwise_is_not_written() -> None:
    adopted = started().events[0]
    assert isinstance(adopted, RulesAdopted) and isinstance(adopted.at, datetime)
    listed = evolve(adopted, overlays=["us"])  # a list, where a tuple belongs
    with pytest.raises(WorkupError, match="nothing was saved"):
        closed(Workup(PATHWAY, "example-1", (listed,)), "a.json")
