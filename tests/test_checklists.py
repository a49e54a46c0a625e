"""What stands on a checklist beside its items: questions, notices, scores, handover, receipt."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from spineworkup.assessment import assess
from spineworkup.charts import Chart, SignOff, StepEvent
from spineworkup.criteria import AllOf, AnyOf, Comparator, Compare, IsOneOf, Present
from spineworkup.entries import Observation, WhyUnknown
from spineworkup.findings import Derivation, Finding, Kind
from spineworkup.pathways import Need, Note, Pathway, Prerequisite, Step, TreatmentOption, Waiver
from spineworkup.scores import Additive, PointsBand, Score
from spineworkup.sources import Citation
from spineworkup.urgency import Urgency
from tests.strategies import NOON, VOCABULARY, at, rule, seen

WEAK, PAIN, FEVER, NUMB = (Present(id_) for id_ in ("weakness", "night_pain", "fever", "numbness"))
IMMEDIATE, WEEK, ROUTINE = Urgency.IMMEDIATE, Urgency.WITHIN_A_WEEK, Urgency.ROUTINE


def pathway_of(*steps, **more):
    return evolve(Pathway.of(*steps, findings=VOCABULARY.values()), **more)


def checklist_of(pathway, values=(), now=NOON, **chart):
    return assess(pathway, Chart(pathway.findings, dict(values), **chart), at=now)


MRI = Step("mri", "MRI", indications=(rule("mri_i", WEAK, urgency=IMMEDIATE), rule("mri_j", PAIN, urgency=WEEK)))
CRP = Step("crp", "CRP", indications=(rule("crp_i", AnyOf((FEVER, PAIN)), urgency=ROUTINE),))


def test_questions_are_put_together_with_all_the_steps_that_turn_on_them():
    asked = [(q.id, q.could_reach, q.steps) for q in checklist_of(pathway_of(MRI, CRP)).questions]

    assert [("weakness", IMMEDIATE, ("mri",)), ("night_pain", WEEK, ("crp", "mri")), ("fever", ROUTINE, ("crp",))] == asked


def test_a_question_has_the_earliest_time_of_the_rules_that_it_could_make_true():
    day = timedelta(hours=24)
    timed = Step(
        "mri", "MRI",
        indications=(
            rule("a", WEAK, urgency=IMMEDIATE, within=day, start="suspicion"),
            rule("b", AllOf((WEAK, PAIN)), urgency=IMMEDIATE, within=day / 2, start="suspicion"),
        ),
    )  # fmt: skip
    checklist = checklist_of(pathway_of(timed, CRP), clocks={"suspicion": NOON})

    assert {"weakness": NOON + day / 2, "night_pain": NOON + day / 2, "fever": None} == {q.id: q.due for q in checklist.questions}


@pytest.mark.parametrize(
    ("values", "chart", "expected"),
    [
        ({"weakness": True}, {}, set()),  # one more reason at a lower tier changes nothing
        ({"weakness": True, "night_pain": True}, {}, set()),
        ({"weakness": True}, {"steps": {"mri": StepEvent("acted_on", NOON)}}, set()),
        ({"night_pain": True}, {"steps": {"mri": StepEvent("acted_on", NOON)}}, {"weakness"}),  # could ask for it again
        ({}, {"steps": {"mri": StepEvent("declined", NOON, "GP", "wish")}}, {"weakness", "night_pain"}),
        ({"weakness": False, "night_pain": False}, {}, set()),
    ],
)
def test_what_is_asked_of_a_step(values, chart, expected):
    assert expected == set(checklist_of(pathway_of(MRI), values, **chart).item("mri").questions)


def test_a_step_that_was_done_still_asks_what_could_call_for_it_again_however_little_urgent():
    done = checklist_of(pathway_of(CRP), steps={"crp": StepEvent("acted_on", NOON)}).item("crp")

    assert ("done", ("fever", "night_pain")) == (done.status.value, done.questions)


def test_what_waives_a_prerequisite_is_asked_while_it_waits():
    wait = Step("wait", "Wait", indications=(rule("w", FEVER),), prerequisites=(Prerequisite("mri", NUMB),))
    waiting = checklist_of(pathway_of(MRI, wait), {"fever": True, "weakness": True}).item("wait")

    assert ("waiting", ("numbness",)) == (waiting.status.value, waiting.questions)
    assert () == checklist_of(pathway_of(MRI, wait), {"fever": True, "weakness": True, "numbness": False}).item("wait").questions


def test_wording_of_questions():
    wordy = VOCABULARY | {"weakness": evolve(VOCABULARY["weakness"], ask="Any weakness of the limbs?")}
    onset = evolve(MRI, indications=(rule("mri_i", WEAK, within=timedelta(1), start="onset"), rule("c", PAIN, within=timedelta(1), start="decision_to_treat")))
    pathway = evolve(pathway_of(onset, CRP), findings=wordy)

    found = {q.id: (q.label, q.ask) for q in checklist_of(pathway, {"weakness": True}).questions}
    assert ("Weakness: since when", "When was it first seen: Weakness?") == found["weakness.at"]
    assert ("Time of decision to treat", "When was the decision to treat made?") == found["clocks.decision_to_treat"]
    assert ("Fever", "Fever") == found["fever"]
    assert ("Weakness", "Any weakness of the limbs?") == {q.id: (q.label, q.ask) for q in checklist_of(pathway).questions}["weakness"]


TOTAL = Finding("sins_total", "SINS: total", Kind.NUMBER)
ITEMS = {id_: Finding(id_, id_, Kind.CHOICE, options={"low": "Low", "high": "High"}) for id_ in ("one", "two")}
SINS = Score("sins", "SINS", Additive({id_: {"low": (0, 0), "high": (3, 3)} for id_ in ITEMS}, (PointsBand("low", 0, 3), PointsBand("high", 4, 6))))  # fmt: skip
STABILITY = evolve(
    Pathway.of(Step("stability", "S", indications=(rule("s", Compare("sins_total", Comparator.AT_LEAST, Decimal(3))),))),
    findings={**ITEMS, "sins_total": TOTAL},
    scores={"sins": SINS},
)


@pytest.mark.parametrize(
    ("values", "status", "questions", "band"),
    [
        ({}, "undetermined", {"sins_total", "one", "two"}, None),
        ({"one": "low"}, "undetermined", {"two"}, "low"),  # the total is known as far as it goes
        ({"one": "high"}, "due", set(), None),
        ({"one": "low", "two": "low"}, "not_indicated", set(), "low"),
        ({"sins_total": 6}, "due", set(), None),
    ],
)
def test_a_score_decides_as_soon_as_it_can_and_asks_for_its_items(values, status, questions, band):
    checklist = checklist_of(STABILITY, values)

    assert (status, questions) == (checklist.item("stability").status.value, set(checklist.item("stability").questions))
    assert band == checklist.scores["sins"].band


CALCIUM = {
    "calcium_total": Finding("calcium_total", "Calcium", Kind.QUANTITY, unit="mmol/L", molar_mass=Decimal("40.078")),
    "albumin": Finding("albumin", "Albumin", Kind.QUANTITY, unit="g/L"),
    "calcium_adjusted": Finding(
        "calcium_adjusted", "Adjusted calcium", Kind.QUANTITY, unit="mmol/L", molar_mass=Decimal("40.078"),
        derived=Derivation("adjusted_calcium", ("calcium_total", "albumin")),
    ),
}  # fmt: skip
RAISED = evolve(
    Pathway.of(Step("treat", "Treat", indications=(rule("t", Compare("calcium_adjusted", Comparator.MORE, Decimal(3))),))),
    findings=CALCIUM,
)


def test_what_can_be_worked_out_is_asked_with_what_it_is_worked_out_from():
    assert ("calcium_adjusted", "calcium_total", "albumin") == checklist_of(RAISED).item("treat").questions
    assert ("calcium_adjusted", "albumin") == checklist_of(RAISED, {"calcium_total": "3 mmol/L"}).item("treat").questions


def test_what_was_worked_out_is_noticed():
    checklist = checklist_of(RAISED, {"calcium_total": "2.95 mmol/L", "albumin": "28 g/L"})

    (notice,) = checklist.notices
    assert ("derived", "calcium_adjusted") == (notice.kind, notice.finding)
    assert notice.text.startswith("Adjusted calcium was calculated: total calcium + 0.02 x (40 - albumin in g/L)")
    assert "due" == checklist.item("treat").status.value
    assert {"calcium_adjusted": "3.19 mmol/L"} == checklist.item("treat").reasons[0].facts


MINE = {**VOCABULARY, "fever": evolve(VOCABULARY["fever"], max_age=timedelta(1)), "crp": evolve(VOCABULARY["crp"], high=Decimal(9))}


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        ({"fever": seen(True, 48)}, "stale", "Fever is too old and counts as not known: repeat it"),
        ({"fever": [True, False]}, "conflict", "Fever was recorded in different ways and counts as not known: settle it (2 observations)"),
        ({"crp": "10 mg/L"}, "implausible", "Crp was recorded with an implausible value, which is not used: check the value and its unit"),
        ({"fever": seen(True, -3)}, "in_future", "Fever was recorded for a time that is still to come and is not used: check the time"),
        ({"fever": Observation(None, reason=WhyUnknown.NO_UNIT)}, "no_unit", "Fever was recorded without a unit and is not used: find the unit"),
        ({"fever": Observation(None, reason=WhyUnknown.UNMAPPED_CODE)}, "unmapped_code", "Fever was recorded with a code that is not known here and is not used"),
        ({"fever": Observation(None, reason=WhyUnknown.NOT_FETCHED)}, "not_fetched", "Fever was not fetched"),
        ({"fever": Observation(None, reason=WhyUnknown.INCOMPLETE)}, "incomplete", "Fever was looked for in records that were not read to their end, and counts as not known"),
    ],
)  # fmt: skip
def test_notices_of_what_cannot_be_used(values, kind, text):
    findings = {**MINE, "crp": evolve(MINE["crp"], label="Crp")}
    (notice,) = checklist_of(evolve(pathway_of(MRI), findings=findings), values).notices

    assert (kind, text, next(iter(values))) == (notice.kind, notice.text, notice.finding)


def test_notices_stand_in_the_order_of_the_findings():
    notices = checklist_of(pathway_of(MRI), {"night_pain": [True, False], "fever": [True, False]}).notices

    assert ["fever", "night_pain"] == [notice.finding for notice in notices]


@pytest.mark.parametrize(
    ("state", "values", "expected"),
    [
        ("requested", {"weakness": False, "night_pain": False}, ["MRI was requested but is not indicated"]),
        ("scheduled", {"weakness": True, "history": "past"}, ["MRI was scheduled but is contraindicated: Says bar"]),
        ("requested", {"weakness": True, "history": "none"}, []),
        ("requested", {}, []),
        ("cancelled", {"weakness": False, "night_pain": False}, []),
    ],
)
def test_notice_of_a_request_against_the_rules(state, values, expected):
    barred = evolve(MRI, contraindications=(rule("bar", IsOneOf("history", ["past"]), kind="absolute"),))
    checklist = checklist_of(pathway_of(barred), values, steps={"mri": StepEvent(state, at(1))})

    assert expected == [n.text for n in checklist.notices if n.kind == "requested_against_rules"]


def test_notice_of_a_request_names_every_rule_that_is_true_and_nothing_else():
    """Neither what is not known nor what comes first."""
    bars = (
        rule("one", PAIN, kind="absolute"),
        rule("two", FEVER, kind="absolute"),
        rule("asked", IsOneOf("history", ["past"]), kind="relative", sign_off="radiologist"),
    )
    step = evolve(MRI, contraindications=bars, prerequisites=(Prerequisite("crp"),))
    values = {"weakness": True, "night_pain": True, "fever": True}
    notices = checklist_of(pathway_of(step, CRP), values, steps={"mri": StepEvent("requested", at(1))}).notices

    assert ["MRI was requested but is contraindicated: Says one; Says two"] == [notice.text for notice in notices]


@pytest.mark.parametrize(
    ("rule_id", "by", "hours_ago", "expected"),
    [
        ("bar", "radiologist", 1, []),
        ("bar", "radiologist", -5 / 60, []),
        ("bar", "radiologist", -5.001 / 60, ["A sign-off of bar lies in the future and is not counted"]),
        ("bar", "GP", 1, ["A sign-off is not counted: bar may be cleared by: radiologist"]),
        ("mri_i", "", 1, ["A sign-off is not counted: mri_i may be cleared by: nobody"]),
        ("gone", "GP", 1, ["A sign-off is not counted: the pathway has no such rule"]),
    ],
)
def test_notice_of_a_sign_off_that_is_not_counted(rule_id, by, hours_ago, expected):
    bar = rule("bar", FEVER, kind="relative", sign_off="radiologist")
    pathway = pathway_of(evolve(MRI, contraindications=(bar,)))
    notices = checklist_of(pathway, sign_offs=[SignOff(rule_id, by, at(hours_ago))]).notices

    assert [("sign_off_not_counted", text, "") for text in expected] == [(n.kind, n.text, n.finding) for n in notices]


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [(-5 / 60, []), (-5.001 / 60, ["MRI: what was recorded lies in the future and is not counted"])],
)
def test_notice_of_an_event_that_is_still_to_come(hours_ago, expected):
    checklist = checklist_of(pathway_of(MRI), steps={"mri": StepEvent("requested", at(hours_ago))})

    assert [("future_event", text) for text in expected] == [(n.kind, n.text) for n in checklist.notices]


@pytest.mark.parametrize(
    ("hours_ago", "expected"),
    [(-5 / 60, []), (-5.001 / 60, ["The clock request starts after the moment of this checklist and is not used"])],
)
def test_notice_of_a_clock_that_is_still_to_start(hours_ago, expected):
    checklist = checklist_of(pathway_of(MRI), clocks={"suspicion": NOON, "request": at(hours_ago)})

    assert [("future_clock", text) for text in expected] == [(n.kind, n.text) for n in checklist.notices]


WAIVER = Waiver("mri", "No scanner at night", "lead", "H1", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("now", "kind", "word"), [(NOON, "waiver", "Waiver"), (NOON + timedelta(1), "waiver_expired", "EXPIRED waiver")]
)
def test_notice_of_a_waiver_until_and_after_it_expires(now, kind, word):
    (notice,) = checklist_of(pathway_of(MRI, waivers=(WAIVER,)), now=now).notices

    assert (kind, f"{word}: mri: No scanner at night (lead, H1, until 2026-11-20)") == (notice.kind, notice.text)


@pytest.mark.parametrize(
    ("rules", "pathway", "expected"),
    [
        (date(2026, 11, 20), None, []),
        (date(2026, 11, 19), None, ["1 rules are past their review date: mri_i"]),
        (date(2027, 1, 1), date(2026, 11, 19), ["The pathway is past its review date of 2026-11-19"]),
        (date(2027, 1, 1), date(2026, 11, 20), []),
    ],
)
def test_notice_of_rules_past_their_review(rules, pathway, expected):
    late = Step("mri", "MRI", indications=(rule("mri_i", WEAK, review_by=rules),))
    checklist = checklist_of(pathway_of(late, review_by=pathway))

    assert [("past_review", text) for text in expected] == [(n.kind, n.text) for n in checklist.notices]


OPTION = TreatmentOption(
    "surgery", "Surgery",
    needs=(Need("Nerves", ("weakness", "numbness")), Need("Either", ("fever", "power"), any_of=True), Need("Nothing", ())),
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, ["Nerves", "Either", "Nothing"]),
        ({"weakness": False}, ["Nerves", "Either", "Nothing"]),
        ({"weakness": False, "numbness": True}, ["Either", "Nothing"]),
        ({"weakness": False, "numbness": True, "power": 3}, ["Nothing"]),
        ({"weakness": [True, False], "numbness": True, "fever": False}, ["Nerves", "Nothing"]),
    ],
)
def test_handover_says_what_is_there_for_each_option_and_chooses_none(values, missing):
    (handover,) = checklist_of(pathway_of(MRI, options={"surgery": OPTION}), values).handover

    assert ("surgery", missing) == (handover.option.id, [need.label for need in handover.missing])


def test_notes_are_shown_unless_they_are_false():
    notes = (Note("always", "A"), Note("weak", "W", WEAK), Note("numb", "N", NUMB), Note("pain", "P", PAIN))
    found = checklist_of(pathway_of(evolve(MRI, notes=notes)), {"weakness": True, "night_pain": False}).item("mri")

    assert ["always", "weak", "numb"] == [note.id for note in found.notes]


def test_the_verification_of_an_item_is_the_weakest_of_its_reasons():
    cites = (Citation("ng234", "1.5.2"),)
    mixed = (rule("a", WEAK, verification="primary", cites=cites), rule("b", PAIN, verification="secondary"))
    step = Step("mri", "MRI", indications=mixed)

    assert "primary" == checklist_of(pathway_of(step), {"weakness": True}).item("mri").verification
    assert "secondary" == checklist_of(pathway_of(step), {"weakness": True, "night_pain": True}).item("mri").verification
    assert "unread" == checklist_of(pathway_of(Step("mri", "MRI"))).item("mri").verification
    assert cites == checklist_of(pathway_of(step), {"weakness": True}).item("mri").reasons[0].cites


def test_the_receipt_is_enough_to_replay():
    pathway = pathway_of(MRI, id="p", version="1.2", overlays=("us",))
    chart = Chart(pathway.findings, {"fever": seen(True, 99)}, case="c1")
    checklist = assess(pathway, chart, at=NOON)
    receipt = checklist.receipt

    assert ("p", "1.2", ("us",), NOON, pathway.hash, chart.digest) == (
        receipt.pathway, receipt.version, receipt.overlays, receipt.at, receipt.hash, receipt.chart_digest,
    )  # fmt: skip
    assert receipt.library and checklist.case == "c1" and checklist.original is chart


def test_an_item_is_found_by_its_step():
    checklist = checklist_of(pathway_of(MRI))

    assert checklist.items[0] is checklist.item("mri")
    with pytest.raises(KeyError):
        checklist.item("ct")
