"""Cards: few, as loud as what is certain, the same while nothing changes, and never silent where something is open."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings

from spineworkup import Chart, Finding, Pathway, Present, Rule, Step, StepEvent, WhyUnknown, assess
from spineworkup.cds_hooks.card_groups import groups_of
from spineworkup.cds_hooks.occasions import HOLDS_FOR, valid_until
from spineworkup.cds_hooks.override_reasons import OVERRIDE_REASONS
from spineworkup.cds_hooks.to_cards import to_cards
from spineworkup.cds_hooks.triage import plan_cards
from spineworkup.entries import Unknown
from spineworkup.fhir.systems import URIS
from spineworkup.findings import Kind
from spineworkup.readings import Status
from spineworkup.testing.strategies import charts
from spineworkup.urgency import Urgency
from tests.cds_hooks.card_rules import faults_of
from tests.cds_hooks.world import AT, NOON, PATHWAY, occasion, shipped

EMERGENCY = {"limb_weakness": True, "bladder_dysfunction": True, "cancer_history": "current", "implant_mri_status": "none"}
SUSPICION = {"suspicion": AT - timedelta(hours=1)}


def patient(values=None, at=AT, **more):
    return assess(PATHWAY, Chart(PATHWAY.findings, values or {}, **more), at=at)


def cards(checklist, **more):
    return to_cards(checklist, occasion(checklist, **more))


def topics(found):
    return [card["source"]["topic"]["code"] for card in found]


def answer(found):
    return {"cards": found}


def test_every_step_is_in_exactly_one_group():
    steps = [step for group in groups_of(PATHWAY) for step in group.steps]

    assert sorted(steps) == sorted(PATHWAY.steps)
    assert len(set(steps)) == len(steps)


@pytest.mark.parametrize("case", shipped(), ids=lambda case: case.name)
@pytest.mark.parametrize("suggestions", [False, True])
def test_shipped_patients_get_cards_as_they_have_to_be(case, suggestions):
    checklist = case.checklist

    assert [] == faults_of(answer(cards(checklist, suggestions=suggestions)), checklist)


def test_the_cases_of_all_rules_get_cards_as_they_have_to_be():
    for case in shipped(everything=True):
        checklist = case.checklist
        assert [] == faults_of(answer(cards(checklist, suggestions=True)), checklist), case.name


@given(chart=charts(PATHWAY))
@settings(max_examples=100)
def test_any_patient_gets_cards_as_they_have_to_be(chart):
    checklist = assess(PATHWAY, chart, at=NOON)

    assert [] == faults_of(answer(cards(checklist, suggestions=True)), checklist)


def test_of_whom_nothing_is_known_there_is_one_quiet_card_that_says_what_to_ask():
    """Most people whose chart is opened have nothing of this: ten cards would teach everybody to look away."""
    (card,) = cards(patient())

    assert card["indicator"] == "info"
    assert card["summary"].startswith("Can't tell yet, could be immediate. Ask about: ")
    assert "### To ask" in card["detail"]


def test_what_could_be_urgent_is_a_warning_once_somebody_suspects_it():
    (card,) = cards(patient(clocks=SUSPICION))

    assert card["indicator"] == "warning"


def test_an_emergency_interrupts_twice_at_most_and_says_what_to_do():
    found = cards(patient(EMERGENCY, clocks=SUSPICION))

    assert ["critical", "critical"] == [card["indicator"] for card in found[:2]]
    assert ["first_contact", "see_the_cord"] == topics(found)[:2]
    assert all(card["indicator"] != "critical" for card in found[2:])
    assert found[0]["summary"].startswith("Immediate, overdue: call the MSCC coordinator")
    assert found[1]["summary"] == "Same day: request MRI of the whole spine"


def test_a_line_reads_well():
    (first, *_) = cards(patient(EMERGENCY, clocks=SUSPICION))

    assert first["detail"].startswith(
        "- **Call the MSCC coordinator** (clinician who suspects it): Due; immediate; was due 20 Nov 2026 09:00 UTC\n"
    )
    assert "Facts: Cancer history: Current cancer; " in first["detail"]


def test_what_no_longer_interrupts_is_still_said_to_be_due_the_same_day():
    found = cards(patient(EMERGENCY, clocks=SUSPICION))

    assert any(card["summary"].startswith("Same day") for card in found if card["indicator"] == "warning")


def test_what_was_requested_doesnt_press():
    """It is still open, and stands on the last card; overdue it presses again."""
    event = {"mri_whole_spine": StepEvent("requested", AT)}

    assert "see_the_cord" not in topics(cards(patient(EMERGENCY, clocks=SUSPICION, steps=event)))
    late = patient(EMERGENCY, clocks=SUSPICION, steps=event, at=AT + timedelta(days=2))
    assert "see_the_cord" in topics(cards(late))


def test_a_request_that_isnt_clear_presses_on():
    values = {**EMERGENCY, "implant_mri_status": None}
    found = cards(patient(values, clocks=SUSPICION, steps={"mri_whole_spine": StepEvent("requested", AT)}))

    assert "see_the_cord" in topics(found)


PAIN = Finding("pain", "Pain", Kind.BOOLEAN)
ONE_STEP = Pathway.of(Step("mri", "MRI", indications=(Rule("for_pain", Present("pain"), "Pain: MRI"),)), findings=[PAIN])


@pytest.mark.parametrize(
    ("values", "steps", "said"),
    [
        ({"pain": False}, {}, 0),
        ({"pain": True}, {"mri": StepEvent("performed", AT)}, 0),
        ({"pain": True}, {}, 1),
        ({"pain": True}, {"mri": StepEvent("requested", AT)}, 1),
        ({"pain": None}, {}, 1),
        ({"pain": Unknown(WhyUnknown.NOT_FETCHED)}, {}, 1),
        ({"pain": False}, {"mri": StepEvent("declined", AT, "patient", "no")}, 1),
        ({"pain": False}, {"mri": StepEvent("performed", AT + timedelta(days=1))}, 1),
    ],
)
def test_nothing_is_said_only_where_nothing_is_open_unknown_or_to_be_noticed(values, steps, said):
    checklist = assess(ONE_STEP, Chart(ONE_STEP.findings, values, steps=steps), at=AT)
    found = cards(checklist)

    assert len(found) == said
    assert [] == faults_of(answer(found), checklist)


def test_what_was_declined_stays_visible():
    steps = {"biopsy": StepEvent("declined", AT, "patient", "no")}
    found = cards(patient(steps=steps))

    assert any("Declined" in card["detail"] for card in found)


@given(chart=charts(PATHWAY))
@settings(max_examples=60)
def test_no_open_step_is_missing_from_the_cards(chart):
    """However few cards there are, each step that isn't settled is named on one of them, and on one only."""
    checklist = assess(PATHWAY, chart, at=NOON)
    shown = [item.step.id for card in plan_cards(checklist) for item in card.items]
    unsettled = {i.step.id for i in checklist.items if i.status not in (Status.DONE, Status.NOT_INDICATED)}

    assert unsettled <= set(shown)
    assert len(set(shown)) == len(shown)


# Ids


def ids(found):
    return [card["uuid"] for card in found] + [s["uuid"] for card in found for s in card.get("suggestions", [])]


@given(chart=charts(PATHWAY))
@settings(max_examples=30)
def test_the_same_chart_gives_the_same_ids(chart):
    first, second = (assess(PATHWAY, chart, at=NOON) for _ in range(2))

    assert ids(cards(first, suggestions=True)) == ids(cards(second, suggestions=True))


def test_a_minute_later_the_ids_are_the_same_and_another_fact_changes_them():
    first = patient(EMERGENCY, clocks=SUSPICION)
    later = patient(EMERGENCY, clocks=SUSPICION, at=AT + timedelta(minutes=1))
    other = patient({**EMERGENCY, "fever": True}, clocks=SUSPICION)

    assert ids(cards(first)) == ids(cards(later))
    assert not set(ids(cards(first))) & set(ids(cards(other)))


def test_ids_are_of_one_patient_one_rule_set_and_one_caller():
    checklist = patient(EMERGENCY)
    mine = set(ids(cards(checklist)))
    other_rules = evolve(checklist, pathway=evolve(PATHWAY, version="0.0.0"))

    assert not mine & set(ids(to_cards(checklist, evolve(occasion(checklist), patient="Patient/2"))))
    assert not mine & set(ids(cards(other_rules)))
    tenant = evolve(occasion(checklist).issuer, tenant="ward")
    assert not mine & set(ids(to_cards(checklist, evolve(occasion(checklist), issuer=tenant))))


# What is being ordered


UNSAFE = {**EMERGENCY, "implant_mri_status": "unsafe"}


def test_an_order_of_what_is_contraindicated_interrupts_first_of_all():
    found = cards(patient(UNSAFE, clocks=SUSPICION), drafted=frozenset({"mri_whole_spine"}))

    assert topics(found)[0] == "see_the_cord"
    assert found[0]["indicator"] == "critical"
    assert found[0]["summary"] == "Check this order: MRI of the whole spine is contraindicated, instead: CT of the spine"


def test_an_order_of_what_is_contraindicated_interrupts_even_where_nothing_calls_for_it():
    values = {"implant_mri_status": "unsafe"}
    (first, *_) = cards(patient(values), drafted=frozenset({"mri_whole_spine"}))

    assert first["indicator"] == "critical"
    assert first["summary"].startswith("Check this order: MRI of the whole spine")


def test_an_order_with_an_open_check_says_what_to_answer_first():
    values = {k: v for k, v in EMERGENCY.items() if k != "implant_mri_status"}
    found = cards(patient(values, clocks=SUSPICION), drafted=frozenset({"mri_whole_spine"}))

    assert topics(found)[0] == "see_the_cord"
    assert "Check this order: MRI of the whole spine" in found[0]["summary"]
    assert "Safety check: Answer first" in found[0]["detail"]


def test_what_is_being_ordered_is_neither_pressed_for_nor_suggested_again():
    checklist = patient(EMERGENCY, clocks=SUSPICION)
    before, after = cards(checklist, suggestions=True), cards(checklist, suggestions=True, drafted=frozenset({"mri_whole_spine"}))

    assert "Draft a request: MRI of the whole spine" in labels(before)
    assert "Draft a request: MRI of the whole spine" not in labels(after)
    assert "see_the_cord" not in topics(after)


def test_what_is_being_ordered_isnt_done():
    """A draft changes what is said first, and nothing of the answer itself."""
    checklist = patient(EMERGENCY, clocks=SUSPICION)
    planned = plan_cards(checklist, frozenset({"mri_whole_spine"}))
    (item,) = (i for card in planned for i in card.items if i.step.id == "mri_whole_spine")

    assert item is checklist.item("mri_whole_spine")
    assert item.status is Status.DUE


def test_a_slow_test_that_is_ordered_first_doesnt_silence_the_scan():
    """Whoever signs bloods in an emergency is told of the MRI that isn't ordered yet."""
    found = cards(patient(EMERGENCY, clocks=SUSPICION), drafted=frozenset({"blood_tests", "bone_scan"}))

    assert "Same day: request MRI of the whole spine" in [card["summary"] for card in found if card["indicator"] == "critical"]


@pytest.mark.parametrize("step", PATHWAY.steps)
def test_an_order_only_adds_to_what_interrupts(step):
    """For each step: where nothing is against its order, at most its own card falls away."""
    checklist = patient(EMERGENCY, clocks=SUSPICION)
    before, after = cards(checklist), cards(checklist, drafted=frozenset({step}))
    (group,) = (group.id for group in groups_of(PATHWAY) if step in group.steps)

    assert set(topics(before)) - set(topics(after)) <= {group}
    assert [] == [fault for fault in faults_of(answer(after), checklist) if "urgent" not in fault]


# Suggestions


def labels(found):
    return [suggestion["label"] for card in found for suggestion in card.get("suggestions", [])]


def test_nothing_is_suggested_unless_the_settings_say_so():
    assert labels(cards(patient(EMERGENCY, clocks=SUSPICION))) == []


@given(chart=charts(PATHWAY))
@settings(max_examples=60)
def test_only_what_is_due_and_clear_is_suggested(chart):
    checklist = assess(PATHWAY, chart, at=NOON)
    clear = {f"Draft a request: {i.step.label}" for i in checklist.items if i.status is Status.DUE and i.clear_to_proceed}

    assert set(labels(cards(checklist, suggestions=True))) <= clear


def test_a_draft_is_about_the_patient_and_has_the_codes_of_the_step():
    found = cards(patient(EMERGENCY, clocks=SUSPICION), suggestions=True)
    (resource,) = (a["resource"] for c in found for s in c.get("suggestions", []) if "MRI" in s["label"] for a in s["actions"])
    codes = {(coding["system"], coding["code"]) for coding in resource["code"]["coding"]}

    assert resource["subject"] == {"reference": "Patient/1"}
    assert codes <= {(URIS[code.system], code.code) for code in PATHWAY.steps["mri_whole_spine"].orders}


# Until when


def test_an_answer_holds_for_an_hour_at_most():
    assert valid_until(patient()) == AT + HOLDS_FOR


def test_an_answer_ends_when_a_time_limit_passes():
    clocks = {"suspicion": AT - timedelta(hours=23, minutes=30)}
    checklist = patient(EMERGENCY, clocks=clocks)

    assert valid_until(checklist) == AT + timedelta(minutes=30)
    assert valid_until(checklist) == checklist.item("mri_whole_spine").due


def test_an_answer_ends_when_a_value_grows_too_old():
    finding = evolve(PATHWAY.findings["fever"], max_age=timedelta(hours=2))
    pathway = evolve(PATHWAY, findings={**PATHWAY.findings, "fever": finding})
    from spineworkup import Observation

    chart = Chart(pathway.findings, {"fever": Observation(False, AT - timedelta(hours=1, minutes=50))})

    assert valid_until(assess(pathway, chart, at=AT)) == AT + timedelta(minutes=10)


@given(chart=charts(PATHWAY))
@settings(max_examples=30)
def test_every_card_says_as_of_when_and_until_when(chart):
    checklist = assess(PATHWAY, chart, at=NOON)
    until = valid_until(checklist)

    assert checklist.at < until <= checklist.at + HOLDS_FOR
    for card in cards(checklist):
        assert "Facts as known on 20 Nov 2026 12:00 UTC" in card["detail"]
        assert f"Ask again after 20 Nov 2026 {until:%H:%M} UTC" in card["detail"]
        assert PATHWAY.hash in card["detail"]
        assert PATHWAY.version in card["detail"]


# Notices


def test_notices_stand_on_the_first_card():
    found = cards(patient({**EMERGENCY, "fever": Unknown(WhyUnknown.CONFLICT)}, clocks=SUSPICION))

    assert ["### Notices" in card["detail"] for card in found] == [True] + [False] * (len(found) - 1)


def test_reasons_to_put_a_card_aside_have_words():
    assert all(set(reason) == {"code", "system", "display"} for reason in OVERRIDE_REASONS)
    assert len({reason["code"] for reason in OVERRIDE_REASONS}) == len(OVERRIDE_REASONS)


@pytest.mark.parametrize("tier", Urgency)
def test_the_last_card_names_what_could_still_be(tier):
    """For each tier that an undecided step could reach there is one line on the last card."""
    (card,) = cards(patient())
    reachable = {item.urgency.highest for item in patient().items if item.status is Status.UNDETERMINED}

    assert (f"- Could be {tier.words.partition(':')[0].lower()}: " in card["detail"]) == (tier in reachable)
