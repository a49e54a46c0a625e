"""What is otherwise between two moments, and the events that are the reason."""

from datetime import datetime

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup import Status, load_pathway
from spineworkup.workups.changes import subject_of
from spineworkup.workups.events import RulesAdopted
from spineworkup.workups.standings import NOT_INDICATED, standing_of
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST, hour, recorded, started

MRI = "mri_whole_spine"


def change_of(changes, step=MRI):
    return next(change for change in changes.steps if change.step == step)


def test_a_new_deficit_is_the_reason_why_the_scan_is_due():
    workup = recorded(("cancer_history", "current", 1), ("fever", "absent", 2), ("limb_weakness", "present", 3))
    change = change_of(workup.diff(hour(2), hour(3)))

    assert (Status.UNDETERMINED, Status.DUE) == (change.was.status, change.now.status)
    assert change.is_more_urgent
    assert [workup.events[-1]] == [*change.because]


def test_the_most_urgent_comes_first():
    changes = recorded(("limb_weakness", "present", 3), ("cancer_history", "current", 3)).diff(hour(2), hour(3))
    ranks = [change.now.urgency.lowest.rank for change in changes.steps]

    assert changes and ranks == sorted(ranks, reverse=True)


def test_nothing_changes_between_a_moment_and_itself():
    workup = recorded(("limb_weakness", "present", 3), ("cancer_history", "current", 3))

    assert not workup.diff(hour(3), hour(3))
    assert () == workup.diff(hour(3), hour(3)).events


@given(st.integers(0, 8), st.integers(0, 8))
@settings(max_examples=30)
def test_what_changes_one_way_changes_back_the_other(first, second):
    workup = recorded(("cancer_history", "current", 1), ("limb_weakness", "present", 3), ("calcium_adjusted", "3.6 mmol/L", 5))
    workup = workup.step(MRI, "performed", at=hour(7), by=FIRST)
    there, back = workup.diff(hour(first), hour(second)), workup.diff(hour(second), hour(first))

    assert {c.step: (c.was, c.now) for c in there.steps} == {c.step: (c.now, c.was) for c in back.steps}


def test_a_correction_and_a_withdrawal_are_reasons_too():
    workup = recorded(("cancer_history", "current", 1), ("limb_weakness", "present", 1))
    event = workup.events[-1].id
    corrected = workup.correct(event, "absent", reason="r", at=hour(2), by=FIRST)
    withdrawn = workup.withdraw(event, reason="r", at=hour(2), by=FIRST)

    for record in (corrected, withdrawn):
        change = change_of(record.diff(hour(1), hour(2)))
        assert [record.events[-1]] == [*change.because] and not change.is_more_urgent


def test_where_only_time_has_passed_no_event_is_the_reason():
    """A calcium too old to be used."""
    workup = recorded(("cancer_history", "current", 1), ("limb_weakness", "present", 1), ("inr", "1.1", 1))
    changes = workup.diff(hour(2), hour(24 * 60))

    assert all(() == change.because for change in changes.steps)


def test_earlier_and_no_later_time_is_more_urgent():
    workup = recorded(("cancer_history", "current", 1), ("limb_weakness", "present", 1))
    change = change_of(workup.diff(hour(0.5), hour(1)))

    assert evolve(change, was=evolve(change.now, due=None)).is_more_urgent
    assert not evolve(change, was=change.now).is_more_urgent
    assert not evolve(change, now=evolve(change.now, due=None), was=change.now).is_more_urgent


def test_since_it_was_shown():
    workup = recorded(("cancer_history", "current", 1))
    shown = workup.show(hour(2), by=FIRST)
    later = recorded(("limb_weakness", "present", 3), workup=shown)

    assert None is workup.changes_since_shown(hour(2))
    assert not shown.changes_since_shown(hour(2))
    assert Status.DUE is change_of(later.changes_since_shown(hour(3))).now.status


def test_what_was_shown_is_kept_without_what_was_not_indicated():
    shown = recorded(("cancer_history", "none", 1), ("fever", "absent", 1)).show(hour(2), by=FIRST)
    kept = shown.events[-1].standings
    items = shown.checklist(hour(2)).items

    assert [standing_of(item) for item in items] == [kept.get(item.step.id, NOT_INDICATED) for item in items]


def test_other_rules_are_said():
    workup = recorded(("cancer_history", "current", 1)).adopt(load_pathway(overlays=["us"]), at=hour(2), by=FIRST)

    assert workup.diff(hour(1), hour(2)).rules_changed and not workup.diff(hour(0.5), hour(1)).rules_changed


@pytest.mark.parametrize(
    ("enter", "subject"),
    [
        (lambda w: w.record("fever", "present", at=hour(1), by=FIRST), ("finding", "fever")),
        (lambda w: w.start_clock("request", at=hour(1), by=FIRST), ("clock", "request")),
        (lambda w: w.step(MRI, "requested", at=hour(1), by=FIRST), ("step", MRI)),
        (lambda w: w.availability(MRI, False, at=hour(1), by=FIRST), ("step", MRI)),
        (lambda w: w.override("mri_pacemaker", reason="r", at=hour(1), by=FIRST), ("rule", "mri_pacemaker")),
        (lambda w: w.withdraw(w.events[1].id, reason="r", at=hour(1), by=FIRST), ("clock", "suspicion")),
        (lambda w: w.note("x", at=hour(1), by=FIRST), ("", "")),
        (lambda w: w.show(hour(1), by=FIRST), ("", "")),
    ],
)
def test_subject(enter, subject):
    workup = started()
    if subject[0] == "rule":
        id_ = next(id_ for id_, rule in workup.pathway.rules.items() if rule.kind == "relative")
        workup, subject = workup.override(id_, reason="r", at=hour(1), by=FIRST), ("rule", id_)
    else:
        workup = enter(workup)
    by_id = {event.id: event for event in workup.events}

    assert subject == subject_of(workup.events[-1], by_id)


def test_the_subject_of_what_speaks_of_an_unknown_event_is_that_event():
    workup = started().withdraw(started().events[1].id, reason="r", at=hour(1), by=FIRST)

    assert ("event", workup.events[1].id) == subject_of(workup.events[-1], {})
    assert ("rules", "") == subject_of(workup.events[0], {})
    assert isinstance(workup.events[0], RulesAdopted) and isinstance(workup.events[0].at, datetime)
