"""What several events of one finding say together, at a moment."""

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.derived import DERIVED
from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.errors import UnitError, WorkupError
from spineworkup.workups.events import FindingRecorded
from spineworkup.workups.workup import Workup
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST, PATHWAY, hour, recorded, started

CONFLICT, IMPLAUSIBLE = WhyUnknown.CONFLICT, WhyUnknown.IMPLAUSIBLE
CHANGED = {"changed": True}
# A deficit, something that comes and goes, a choice, a deficit that is a number, a measurement, another one.
WEAKNESS, FEVER, WALKING, POWER, CALCIUM, CREATININE = (
    "limb_weakness", "fever", "walking_status", "lowest_mrc_power", "calcium_total", "creatinine",
)  # fmt: skip

# (finding, value, hour), ... -> value or reason, since when, last seen
TOGETHER = {
    "seen once": ([(WEAKNESS, "present", 1)], (True, 1, None)),
    "seen twice: since the first": ([(WEAKNESS, "present", 1), (WEAKNESS, "present", 3)], (True, 1, 3)),
    "entered late: since it was seen": ([(WEAKNESS, "present", 5, {"when": hour(1)})], (True, 1, None)),
    "a deficit that came": ([(WEAKNESS, "absent", 1), (WEAKNESS, "present", 3)], (True, 3, None)),
    "entered in another order": ([(WEAKNESS, "present", 3), (WEAKNESS, "absent", 4, {"when": hour(1)})], (True, 3, None)),
    "a deficit that is said to be gone": ([(WEAKNESS, "present", 1), (WEAKNESS, "absent", 3)], CONFLICT),
    "a deficit that came and is said to be gone": (
        [(WEAKNESS, "absent", 1), (WEAKNESS, "present", 2), (WEAKNESS, "absent", 3)], CONFLICT),
    "both at one moment": ([(WEAKNESS, "absent", 1), (WEAKNESS, "present", 1)], CONFLICT),
    "a deficit that has gone": ([(WEAKNESS, "present", 1), (WEAKNESS, "absent", 3, CHANGED)], (False, 3, None)),
    "and comes again": (
        [(WEAKNESS, "present", 1), (WEAKNESS, "absent", 3, CHANGED), (WEAKNESS, "present", 5)], (True, 5, None)),
    "no deficit": ([(WEAKNESS, "absent", 1), (WEAKNESS, "absent", 2)], (False, 1, 2)),
    "what is no deficit, otherwise": ([(FEVER, "absent", 1), (FEVER, "present", 3)], CONFLICT),
    "what is no deficit, changed": ([(FEVER, "absent", 1), (FEVER, "present", 3, CHANGED)], (True, 3, None)),
    "a choice, otherwise": ([(WALKING, "unaided", 1), (WALKING, "unable", 3)], CONFLICT),
    "a choice, changed": ([(WALKING, "unaided", 1), (WALKING, "unable", 3, CHANGED)], ("unable", 3, None)),
    "a change of which word comes late": (
        [(WALKING, "unable", 3, CHANGED), (WALKING, "unaided", 4, {"when": hour(1)})], ("unable", 3, None)),
    "changed twice": ([(WALKING, "unaided", 1), (WALKING, "unable", 2, CHANGED), (WALKING, "unaided", 3, CHANGED)], ("unaided", 3, None)),
    "a deficit that is a number": ([(POWER, 4, 1), (POWER, 2, 3)], CONFLICT),
    "not known says nothing against": ([(WEAKNESS, "present", 1), (WEAKNESS, "unknown", 3)], (True, 1, None)),
    "not known": ([(WEAKNESS, "unknown", 1)], WhyUnknown.NOT_RECORDED),
    # No rule has a threshold between them.
    "the newest measurement": ([(CREATININE, "90 umol/L", 1), (CREATININE, "300 umol/L", 3)], (Decimal(300), 1, 3)),
    "which no rule compares": ([("ldh", "90 U/L", 1), ("ldh", "80 U/L", 3)], (Decimal(80), 3, None)),
    "two measurements of one moment": ([(CREATININE, "90 umol/L", 1), (CREATININE, "300 umol/L", 1)], CONFLICT),
    "the newest is no measurement": ([(CREATININE, "90 umol/L", 1), (CREATININE, "unknown", 3)], WhyUnknown.NOT_RECORDED),
    "the newest can't be": ([(CALCIUM, "2.4 mmol/L", 1), (CALCIUM, "240 mmol/L", 3)], IMPLAUSIBLE),
}  # fmt: skip


@pytest.mark.parametrize("name", TOGETHER)
def test_together(name):
    seen, expected = TOGETHER[name]
    entry = recorded(*seen).chart(hour(12)).entry(seen[0][0])

    if isinstance(expected, WhyUnknown):
        assert isinstance(entry, Unknown) and entry.reason is expected
    else:
        value, since, last = expected
        assert isinstance(entry, Known)
        assert (value, hour(since)) == (entry.value, entry.at)
        assert (None if last is None else hour(last)) == entry.latest


@pytest.mark.parametrize(
    ("measured", "since", "latest"),
    [
        # Severe hypercalcaemia from 3.5 mmol/L on: a rule's threshold.
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "3.7 mmol/L", 3)], 1, 3),
        ([("calcium_adjusted", "3.6 mmol/L", hour) for hour in (0, 1, 2)] + [("calcium_adjusted", "3.7 mmol/L", 3)], 0, 3),
        ([("calcium_adjusted", "2.4 mmol/L", 1), ("calcium_adjusted", "3.7 mmol/L", 3)], 3, None),
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "2.4 mmol/L", 2), ("calcium_adjusted", "3.7 mmol/L", 3)], 3, None),
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "unknown", 2), ("calcium_adjusted", "3.7 mmol/L", 3)], 3, None),
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "3.7 mmol/L", 3, CHANGED)], 3, None),
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "360 mmol/L", 2), ("calcium_adjusted", "3.7 mmol/L", 3)], 3, None),
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "3.7 mmol/L", 2), ("calcium_adjusted", "3.8 mmol/L", 2),
          ("calcium_adjusted", "3.7 mmol/L", 3)], 3, None),
        ([("calcium_adjusted", "3.6 mmol/L", 1), ("calcium_adjusted", "3.6 mmol/L", 1, {"origin": "again"}),
          ("calcium_adjusted", "3.7 mmol/L", 3)], 1, 3),
    ],
)  # fmt: skip
def test_a_measurement_holds_since_it_lies_on_this_side_of_every_threshold(measured, since, latest):
    entry = recorded(*measured).chart(hour(12)).entry("calcium_adjusted")

    assert (hour(since), None if latest is None else hour(latest)) == (entry.at, entry.latest)


def test_what_is_worked_out_from_measurements_starts_no_clock_anew():
    """Calcium and albumin again, the adjusted calcium as high as before: since the first pair of them."""
    first = recorded((CALCIUM, "3.0 mmol/L", 1), ("albumin", "30 g/L", 1))
    again = recorded((CALCIUM, "3.1 mmol/L", 3), ("albumin", "29 g/L", 4), workup=first)
    fallen = recorded((CALCIUM, "2.2 mmol/L", 5), workup=again)

    def since(workup):
        return workup.checklist(hour(12)).chart.entry("calcium_adjusted").at

    assert hour(1) == since(first) == since(again)
    assert hour(5) == since(fallen)


def test_what_cant_be_worked_out_ends_no_run(monkeypatch):
    """Neither from this pair nor from the one before: the measurement itself has no threshold."""

    def fails(quantities, finding):
        raise UnitError("no such unit")

    monkeypatch.setitem(DERIVED, "adjusted_calcium", evolve(DERIVED["adjusted_calcium"], function=fails))
    workup = recorded(("albumin", "30 g/L", 1), (CALCIUM, "2.2 mmol/L", 1), (CALCIUM, "3.3 mmol/L", 3))

    assert hour(1) == workup.chart(hour(12)).entry(CALCIUM).at


def test_a_calcium_without_an_albumin_holds_since_it_is_one():
    """Nothing can be worked out from it: neither from this one nor from the one before."""
    workup = recorded((CALCIUM, "3.2 mmol/L", 1), (CALCIUM, "3.3 mmol/L", 3))

    assert hour(1) == workup.chart(hour(12)).entry(CALCIUM).at


# Corrections and withdrawals


def test_a_correction_takes_the_place_of_what_was_wrong():
    workup = recorded((WEAKNESS, "present", 1))
    corrected = workup.correct(workup.events[-1].id, "absent", reason="the wrong patient's notes", at=hour(4), by=FIRST)
    twice = corrected.correct(corrected.events[-1].id, "present", reason="it was right", at=hour(5), by=FIRST)

    assert [(False, hour(1)), (True, hour(1))] == [
        (entry.value, entry.at) for entry in (w.chart(hour(12)).entry(WEAKNESS) for w in (corrected, twice))
    ]


def test_a_correction_may_correct_the_time():
    workup = recorded((WEAKNESS, "present", 3))
    corrected = workup.correct(workup.events[-1].id[:6], "present", reason="r", at=hour(4), by=FIRST, when=hour(1), origin="letter")
    entry = corrected.chart(hour(12)).entry(WEAKNESS)

    assert (True, hour(1), "letter") == (entry.value, entry.at, entry.source)


def test_what_was_withdrawn_counts_no_more_and_can_come_back():
    workup = recorded((WEAKNESS, "present", 1)).step("mri_whole_spine", "requested", at=hour(2), by=FIRST)
    finding, step = (event.id for event in workup.events[-2:])
    gone = workup.withdraw(finding, reason="r", at=hour(3), by=FIRST).withdraw(step, reason="r", at=hour(3), by=FIRST)
    back = gone.withdraw(gone.events[-2].id, reason="r", at=hour(4), by=FIRST)

    assert not gone.chart(hour(12)).facts and not gone.chart(hour(12)).steps
    assert {WEAKNESS: True} == back.chart(hour(12)).facts


def test_a_withdrawn_correction_leaves_what_was_recorded():
    workup = recorded((WEAKNESS, "present", 1))
    corrected = workup.correct(workup.events[-1].id, "absent", reason="r", at=hour(4), by=FIRST)
    withdrawn = corrected.withdraw(corrected.events[-1].id, reason="r", at=hour(5), by=FIRST)

    assert {WEAKNESS: True} == withdrawn.chart(hour(12)).facts


def test_a_correction_of_what_was_withdrawn_says_nothing():
    workup = recorded((WEAKNESS, "present", 1))
    event = workup.events[-1].id
    gone = workup.withdraw(event, reason="r", at=hour(2), by=FIRST).correct(event, "present", reason="r", at=hour(3), by=FIRST)

    assert not gone.chart(hour(12)).facts


# Steps, clocks, what can't be done here, overrides


def test_of_a_step_counts_what_happened_last_whenever_it_was_entered():
    workup = started().step("mri_whole_spine", "performed", at=hour(3), by=FIRST)
    workup = workup.step("mri_whole_spine", "requested", at=hour(4), by=FIRST, when=hour(1))

    assert ("performed", hour(3)) == (lambda e: (e.state, e.at))(workup.chart(hour(12)).steps["mri_whole_spine"])


def test_of_what_happened_at_one_moment_counts_what_was_entered_last():
    workup = started().step("bone_scan", "requested", at=hour(3), by=FIRST).step("bone_scan", "cancelled", at=hour(3), by=FIRST)

    assert "cancelled" == workup.chart(hour(12)).steps["bone_scan"].state


def test_a_clock_starts_once():
    workup = started().start_clock("suspicion", at=hour(3), by=FIRST).start_clock("suspicion", at=hour(4), by=FIRST, when=hour(-2))

    assert {"suspicion": hour(-2)} == workup.chart(hour(12)).clocks


def test_what_cant_be_done_here_can_be_done_again():
    workup = started().availability("mri_whole_spine", False, at=hour(1), by=FIRST, reason="the scanner is down")
    again = workup.availability("mri_whole_spine", True, at=hour(2), by=FIRST)

    assert frozenset({"mri_whole_spine"}) == workup.chart(hour(12)).not_available
    assert frozenset() == again.chart(hour(12)).not_available


def test_an_override_is_a_sign_off_of_its_role():
    rule = next(rule for rule in PATHWAY.rules.values() if rule.kind == "relative" and rule.sign_off)
    chart = started().override(rule.id, reason="benefit outweighs", at=hour(1), by=rule.sign_off).chart(hour(12))

    assert [(rule.id, rule.sign_off, hour(1))] == [(sign.rule, sign.by, sign.at) for sign in chart.sign_offs]


# What these rules don't know


def foreign(**more):
    """Return a workup that was made with rules that had more."""
    event = FindingRecorded(at=hour(1), by=FIRST, **{"finding": "fever", "value": "present", **more})
    return evolve(recorded((WEAKNESS, "present", 1)), events=(*started().events, event, *recorded((WEAKNESS, "present", 1)).events[2:]))


def test_a_finding_that_these_rules_dont_have_is_kept_and_said():
    workup = foreign(finding="aura")

    assert {WEAKNESS: True} == workup.chart(hour(12)).facts
    assert ["finding aura"] == [*workup.folded(hour(12)).foreign]
    assert any("finding aura" in notice.text for notice in workup.checklist(hour(12)).notices if notice.kind == "not_in_rules")


def test_a_value_that_these_rules_cant_read_is_not_known_and_said():
    workup = foreign(finding="walking_status", value="on all fours")

    assert Unknown(WhyUnknown.UNMAPPED_CODE) == workup.chart(hour(12)).entry("walking_status")
    assert {WEAKNESS: True} == workup.chart(hour(12)).facts
    assert ["walking_status"] == [n.finding for n in workup.checklist(hour(12)).notices if n.kind == "not_in_rules"]


def test_steps_and_rules_that_these_rules_dont_have_are_said():
    pathway = evolve(PATHWAY.only("mri_whole_spine"))
    rule = next(rule.id for id_ in PATHWAY.rules if (rule := PATHWAY.rules[id_]).kind == "relative" and id_ not in pathway.rules)
    workup = started().step("biopsy", "requested", at=hour(1), by=FIRST).availability("bone_scan", False, at=hour(1), by=FIRST)
    workup = workup.override(rule, reason="r", at=hour(1), by=FIRST)
    folded = evolve(workup, pathway=pathway).folded(hour(12))

    assert ("rule " + rule, "step biopsy", "step bone_scan") == folded.foreign
    assert not (folded.chart.steps or folded.chart.not_available or folded.chart.sign_offs)


# When it was entered


def test_before_it_was_entered_nobody_knew():
    workup = recorded((WEAKNESS, "present", 5, {"when": hour(1)}))

    assert [{}, {WEAKNESS: True}] == [dict(workup.chart(hour(at)).facts) for at in (4, 5)]


def test_what_was_just_entered_counts_though_a_clock_runs_ahead():
    workup = recorded((WEAKNESS, "present", 5))

    assert {WEAKNESS: True} == workup.chart(hour(5) - timedelta(minutes=4)).facts
    assert {} == workup.chart(hour(5) - timedelta(minutes=6)).facts


@given(st.permutations([(WEAKNESS, "present", 1), (WEAKNESS, "absent", 0), (CALCIUM, "3.2 mmol/L", 2), (CALCIUM, "2.2 mmol/L", 1),
                        ("albumin", "30 g/L", 1), (FEVER, "absent", 1), (WALKING, "unaided", 1)]))
@settings(max_examples=30)
def test_the_order_in_which_things_are_entered_changes_nothing(seen):
    """As long as what was seen when is said."""
    entered = [(finding, value, 6, {"when": hour(at)}) for finding, value, at in seen]

    assert recorded(*sorted(entered, key=repr)).chart(hour(12)).entries == recorded(*entered).chart(hour(12)).entries


def test_the_event_that_was_wrong_has_to_be_named():
    with pytest.raises(WorkupError, match="no such event"):
        started().correct("nothing", "present", reason="r", at=hour(1), by=FIRST)
    assert isinstance(started(), Workup)
