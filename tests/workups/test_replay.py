"""An answer worked out again: the same, or what differs and where."""

import copy
import json

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.errors import SpineWorkupError, WorkupError
from spineworkup.render.to_json import to_json
from spineworkup.workups.events import RulesAdopted
from spineworkup.workups.replay import (
    Apart,
    answers_apart,
    last_shown_with,
    read_receipt,
    receipt_to_plain,
    receipts_apart,
    record_then,
    shown_then,
)
from tests.workups.patients import FIRST, PATHWAY, hour, recorded

WORKUP = recorded(("limb_weakness", "present", 1), ("night_pain", "absent", 2))
RECEIPT = WORKUP.checklist(hour(2)).receipt
PLAIN = receipt_to_plain(RECEIPT)


def test_a_receipt_is_read_as_it_was_written():
    assert RECEIPT == read_receipt(json.loads(json.dumps(PLAIN)))
    with_overlay = evolve(RECEIPT, overlays=("us",))
    assert with_overlay == read_receipt(receipt_to_plain(with_overlay))


WRONG = {
    "no mapping": ([], "receipt: expected the keys library, pathway, version, hash, overlays, at, chart_digest"),
    "nothing": ({}, "receipt: expected the keys"),
    "more": ({**PLAIN, "x": 1}, "receipt: expected the keys"),
    "one text for overlays": ({**PLAIN, "overlays": "us"}, "overlays: expected a list of names"),
    "a path": ({**PLAIN, "overlays": ["../us"]}, "overlays: expected a list of names"),
    "a number": ({**PLAIN, "overlays": [1]}, "overlays: expected a list of names"),
    "a hash of nothing": ({**PLAIN, "hash": None}, "hash: expected text"),
    "no time": ({**PLAIN, "at": "now"}, "expected a date and time with a time zone"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_receipt_is_refused(what):
    raw, message = WRONG[what]
    with pytest.raises(SpineWorkupError, match=message):
        read_receipt(raw)


@pytest.mark.parametrize("key", PLAIN)
def test_every_part_of_a_receipt_that_differs_is_said(key):
    changed = {"overlays": ("us",), "at": hour(3)}.get(key, "other")
    other = evolve(RECEIPT, **{key: changed})
    words = {"hash": "rules", "at": "moment", "chart_digest": "input"}.get(key, key)

    assert [] == receipts_apart(RECEIPT, RECEIPT)
    assert [Apart(words, PLAIN[key], receipt_to_plain(other)[key])] == receipts_apart(RECEIPT, other)


ANSWER = json.loads(json.dumps(to_json(WORKUP.checklist(hour(2)))))


def test_an_answer_is_the_same_as_itself_in_any_order_and_at_any_time_of_the_record():
    shuffled = copy.deepcopy(ANSWER)
    shuffled["items"].reverse()
    shuffled["notices"].append({"kind": "later_events", "text": "2 events", "finding": None})

    assert [] == answers_apart(ANSWER, shuffled) == answers_apart(shuffled, ANSWER)


LEAVES = [
    (("items", "mri_whole_spine", "status"), "items.mri_whole_spine.status"),
    (("items", "mri_whole_spine", "urgency", "lowest"), "items.mri_whole_spine.urgency.lowest"),
    (("items", "mri_whole_spine", "questions"), "items.mri_whole_spine.questions"),
    (("urgency", "lowest"), "urgency.lowest"),
    (("case",), "case"),
    (("notices",), "notices"),
]


@pytest.mark.parametrize(("path", "place"), LEAVES)
def test_whatever_differs_is_said_with_its_place(path, place):
    other = copy.deepcopy(ANSWER)
    inside = other
    for key in path[:-1]:
        inside = next(one for one in inside if one["step"] == key) if type(inside) is list else inside[key]
    was, inside[path[-1]] = inside[path[-1]], "changed"

    assert [Apart(place, was, "changed")] == answers_apart(ANSWER, other)


def test_what_is_missing_and_what_came_is_said_by_its_name():
    fewer = copy.deepcopy(ANSWER)
    gone = fewer["items"].pop()
    [one] = answers_apart(ANSWER, fewer)
    assert (f"items.{gone['step']}", gone, None) == (one.place, one.was, one.now)
    assert [Apart("handover.a", None, {"option": "a"})] == answers_apart({"handover": []}, {"handover": [{"option": "a"}]})
    twice = [{"option": "a"}, {"option": "a"}]
    assert [Apart("handover", [], twice)] == answers_apart({"handover": []}, {"handover": twice})


@settings(max_examples=20)
@given(st.recursive(st.none() | st.booleans() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8))
def test_only_what_is_the_same_has_nothing_apart(value):
    assert [] == answers_apart({"x": value}, {"x": copy.deepcopy(value)})
    assert answers_apart({"x": value}, {"x": [value, 1]}) and answers_apart({"x": {"y": value}}, {"x": {"y": "zzzz"}})


def test_the_record_as_it_was_when_the_receipt_was_made():
    """What was entered minutes later, or for a time before, is in the record now and wasn't then."""
    then = WORKUP.checklist(hour(2)).receipt
    later = recorded(("fever", "present", 2.05), ("back_pain", "present", 1.5), ("claudication", "present", 9), workup=WORKUP)

    assert then.chart_digest != later.checklist(hour(2)).receipt.chart_digest
    assert WORKUP.events == record_then(later, then.chart_digest, hour(2)).events
    assert later == record_then(later, "sha256:0", hour(2))


def test_what_was_printed_is_the_same_until_the_rules_or_the_record_are_others():
    shown = WORKUP.show(hour(2), by=FIRST)
    event = shown.events[-1]
    apart, changes = shown_then(shown, event)
    assert ([], False) == (apart, bool(changes))
    assert event == last_shown_with(shown, PATHWAY.hash) and last_shown_with(shown, "other") is None

    tampered = evolve(event, library="0.0.1", hash="sha256:0", chart_digest="sha256:1", standings={})
    apart, changes = shown_then(evolve(shown, events=(*WORKUP.events, tampered)), tampered)
    assert ["library", "rules", "input"] == [one.place for one in apart]
    assert "mri_whole_spine" in {change.step for change in changes.steps}


def test_a_receipt_names_no_value():
    assert "present" not in repr(Apart("items.x", "present", "absent")) and isinstance(WORKUP.events[0], RulesAdopted)
    with pytest.raises(WorkupError) as caught:
        read_receipt({**PLAIN, "hash": 12345})
    assert "12345" not in str(caught.value)
