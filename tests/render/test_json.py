"""The JSON of `assess`: the documented keys, built-in types, enums in lower case, times with an offset."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from spineworkup.checklists import Checklist
from spineworkup.readings import Status
from spineworkup.render.to_json import to_json
from spineworkup.urgency import Urgency
from tests.render.example import checklist_of, emergency, pain_only, unsafe_implant


@pytest.fixture(params=[emergency, pain_only, unsafe_implant, lambda: checklist_of({})])
def checklist(request: pytest.FixtureRequest) -> Checklist:
    return request.param()  # type: ignore[no-any-return]


def test_the_documented_keys_are_there(checklist: Checklist) -> None:
    made = to_json(checklist)
    assert {"pathway", "at", "case", "urgency", "items", "questions", "scores", "notices", "receipt"} <= set(
        made
    )
    assert {"id", "version", "hash", "overlays"} <= set(made["pathway"])
    for item in made["items"]:
        assert {"step", "label", "status", "urgency", "due", "overdue", "clear_to_proceed", "instead"} <= set(
            item
        )
        assert {"reasons", "against", "questions"} <= set(item)
        for reason in item["reasons"]:
            assert {"rule", "text", "cites", "verification", "facts"} <= set(reason)
            assert all(set(cite) == {"source", "at"} for cite in reason["cites"])
    for question in made["questions"]:
        assert {"finding", "label", "could_reach", "steps"} <= set(question)
    assert all({"lowest", "highest", "band"} <= set(score) for score in made["scores"].values())


def test_it_holds_built_in_types_only(checklist: Checklist) -> None:
    made = to_json(checklist)
    assert json.loads(json.dumps(made, allow_nan=False)) == made

    def walk(part: Any) -> None:
        assert type(part) in (dict, list, str, int, float, bool, type(None))
        for one in part.values() if type(part) is dict else part if type(part) is list else ():
            walk(one)

    walk(made)


def test_words_are_the_documented_ones(checklist: Checklist) -> None:
    made = to_json(checklist)
    assert {item["status"] for item in made["items"]} <= {status.value for status in Status}
    tiers = {tier.value for tier in Urgency}
    assert {made["urgency"]["lowest"], made["urgency"]["highest"]} <= tiers
    assert [item["step"] for item in made["items"]] == [item.step.id for item in checklist.items]


def test_times_have_an_offset(checklist: Checklist) -> None:
    made = to_json(checklist)
    times = [made["at"], made["receipt"]["at"], *(item["due"] for item in made["items"] if item["due"])]
    assert all(datetime.fromisoformat(time).utcoffset() is not None for time in times)
