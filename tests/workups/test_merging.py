"""What two enter at the same time: nothing is lost, and only what speaks of the same thing has to be looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.errors import ClashError, DamagedError
from spineworkup.workups.changes import subject_of
from spineworkup.workups.events import Event
from spineworkup.workups.kept import Kept
from spineworkup.workups.merging import merged
from spineworkup.workups.opening import workup_of
from spineworkup.workups.workup import Workup
from tests.workups.patients import FIRST, PATHWAY, hour, recorded
from tests.workups.samples import full

BASE = recorded(("limb_weakness", "present", 1), ("crp", "12 mg/L", 1))
WEAKNESS, CRP = (event.id for event in BASE.events[2:])
RULE, OTHER_RULE = [*PATHWAY.rules][:2]

Enter = Callable[[Workup, str], Workup]
# What can be entered, as it is different for each person: the same thing in one row, and what it is called.
SAME: dict[str, tuple[Enter, Enter]] = {
    "finding limb_weakness": (
        lambda w, by: w.record("limb_weakness", "absent", at=hour(2), by=by),
        lambda w, by: w.correct(WEAKNESS, "absent", reason="slip", at=hour(2), by=by),
    ),
    "finding crp": (
        lambda w, by: w.withdraw(CRP, reason="slip", at=hour(2), by=by),
        lambda w, by: w.correct(CRP, "1 mg/L", reason="slip", at=hour(2), by=by),
    ),
    "step mri_whole_spine": (
        lambda w, by: w.step("mri_whole_spine", "requested", at=hour(2), by=by),
        lambda w, by: w.availability("mri_whole_spine", False, at=hour(2), by=by),
    ),
    "clock request": (
        lambda w, by: w.start_clock("request", at=hour(2), by=by),
        lambda w, by: w.start_clock("request", at=hour(2), by=by, when=hour(1)),
    ),
    "clock suspicion": (
        lambda w, by: w.withdraw(w.events[1].id, reason="slip", at=hour(2), by=by),
        lambda w, by: w.start_clock("suspicion", at=hour(2), by=by),
    ),
    f"rule {RULE}": (
        lambda w, by: w.override(RULE, reason="agreed", at=hour(2), by=by),
        lambda w, by: w.override(RULE, reason="asked", at=hour(2), by=by),
    ),
    "rules": (
        lambda w, by: w.adopt(PATHWAY, at=hour(2), by=by),
        lambda w, by: w.adopt(PATHWAY, at=hour(3), by=by),
    ),
}
# What speaks of nothing else.
ALONE: list[Enter] = [
    lambda w, by: w.note("hello", at=hour(2), by=by),
    lambda w, by: w.show(hour(2), by=by),
    lambda w, by: w.override(OTHER_RULE, reason="agreed", at=hour(2), by=by),
]


def _merged(theirs: Workup, mine: Workup) -> tuple[Event, ...]:
    return merged(BASE.revision, theirs.events, mine.events)


@pytest.mark.parametrize("about", SAME)
@pytest.mark.parametrize("theirs", [0, 1])
@pytest.mark.parametrize("mine", [0, 1])
def test_what_speaks_of_the_same_clashes(about: str, theirs: int, mine: int) -> None:
    them, me = SAME[about][theirs](BASE, "them"), SAME[about][mine](BASE, "me")
    with pytest.raises(ClashError) as caught:
        _merged(them, me)
    error = caught.value
    assert (error.about, error.theirs, error.mine) == ((about,), (them.events[-1].id,), (me.events[-1].id,))
    assert all(word in str(error) for word in (about, *error.theirs, *error.mine))


@pytest.mark.parametrize("number", range(len(SAME)))
def test_anything_else_stands_together(number: int) -> None:
    (_, enter) = [*SAME.values()][number]
    others = [enter for place, pair in enumerate(SAME.values()) if place != number for enter in pair] + ALONE
    them = enter(BASE, "them")
    for other in others:
        me = other(BASE, "me")
        assert _merged(them, me) == (*them.events, me.events[-1])
        assert _merged(me, them) == (*me.events, them.events[-1])


@pytest.mark.parametrize("enter", ALONE[:2])
def test_notes_and_what_was_shown_never_clash(enter: Enter) -> None:
    them, me = enter(BASE, "them"), enter(BASE, "me")
    assert _merged(them, me) == (*them.events, me.events[-1])


def test_the_same_event_of_both_stands_once() -> None:
    them = BASE.record("limb_weakness", "absent", at=hour(2), by=FIRST)
    assert _merged(them, them.note("and more", at=hour(3), by="me")) == them.note("and more", at=hour(3), by="me").events
    assert _merged(them, BASE) == them.events


def test_one_clash_is_enough_and_all_are_named() -> None:
    them, me = BASE, BASE.note("mine", at=hour(2), by="me")
    for enter, other in SAME.values():
        them, me = enter(them, "them"), other(me, "me")
    with pytest.raises(ClashError) as caught:
        _merged(them, me)
    assert caught.value.about == (*SAME,)
    assert len(caught.value.theirs) == len(caught.value.mine) == len(SAME)


_entered = st.lists(st.sampled_from([*(enter for pair in SAME.values() for enter in pair), *ALONE]), max_size=5)


@given(_entered, _entered)
def test_nothing_of_either_is_lost_and_nothing_clashes_without_a_reason(theirs: list[Enter], mine: list[Enter]) -> None:
    them = me = BASE
    for enter in theirs:
        them = enter(them, "them")
    for enter in mine:
        me = enter(me, "me")
    both = {event.id: event for event in (*them.events, *me.events)}
    subjects = [{subject_of(event, both) for event in w.events[BASE.revision :]} - {("", "")} for w in (them, me)]
    try:
        together = _merged(them, me)
    except ClashError as error:
        assert {*error.about} == {" ".join(subject).strip() for subject in subjects[0] & subjects[1]} != set()
    else:
        assert not subjects[0] & subjects[1]
        assert together[: them.revision] == them.events
        assert {event.id for event in together} == {*both} and len(together) == len(both)
        assert workup_of(Kept(BASE.case, together), "a.json", PATHWAY).events == together


def test_what_was_merged_can_still_be_broken_into_pieces_by_nobody() -> None:
    """The order of events is part of what is kept: a correction before what it corrects is damage."""
    events = full().events
    with pytest.raises(DamagedError, match="event 3"):
        workup_of(Kept("example-1", (*events[:2], events[3], events[2])), "a.json", PATHWAY)
