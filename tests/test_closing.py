"""What is closed for some hours: never later, never less urgent; another step takes over only what can't wait until it opens."""

from datetime import UTC, datetime, time, timedelta

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup import Chart, Status, StepEvent, Urgency, assess, load_pathway
from spineworkup.cds_hooks.occasions import valid_until
from spineworkup.criteria import Present
from spineworkup.pathways import Pathway, Purpose, Step
from spineworkup.place import ClosedHours, Contact, Place
from spineworkup.readings import CLOSED
from spineworkup.testing.strategies import charts
from tests.strategies import VOCABULARY, rule

WEAK, PAIN, NUMB = Present("weakness"), Present("night_pain"), Present("numbness")
ON_CALL = Contact("on_call", "on-call radiologist", "07700 900103", steps=("mri",))
NIGHT = ClosedHours("mri", time(20), time(8), "Europe/London", "nobody is there", "on_call")
DUE, MAYBE, NO = Status.DUE, Status.UNDETERMINED, Status.NOT_INDICATED


def at(hour, day=20):
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def timed(id_, when, hours, urgency=Urgency.SAME_DAY, start="suspicion"):
    return rule(id_, when, urgency=urgency, within=timedelta(hours=hours), start=start)


MRI = Step("mri", "MRI", action="Request MRI", indications=(timed("day", WEAK, 24), timed("week", PAIN, 168, Urgency.WITHIN_A_WEEK)))  # fmt: skip
CT, CALL = Step("ct", "CT", action="Request CT"), Step("call", "Call", action="Call somebody")


def pathway_of(mri=MRI, closed=(NIGHT,)):
    whole = Pathway.of(mri).otherwise(Pathway.of(CT)) | Pathway.of(CALL)
    place = Place("Here", contacts=(ON_CALL,), closed=tuple(closed))
    purpose = Purpose("see", "See", ("mri", "ct"), "call", True)
    return evolve(whole, findings=VOCABULARY, purposes={"see": purpose}, local=(place,))


def seen(values, now, suspected=None, pathway=None, **chart):
    clocks = {} if suspected is None else {"suspicion": suspected}
    return assess(pathway or pathway_of(), Chart(VOCABULARY, values, clocks=clocks, **chart), at=now)


TABLE = [
    # what, values, suspicion, now; whether it is clear, what takes over, the status of the CT
    ("by day", {"weakness": True}, at(9), at(12), True, None, NO),
    ("opens in time", {"weakness": True}, at(9), at(22), True, None, NO),
    ("opens when it is too late", {"weakness": True}, at(7), at(22), False, "ct", DUE),
    ("opens at the very minute", {"weakness": True}, at(8), at(22), False, "ct", DUE),
    ("overdue", {"weakness": True}, at(1, 19), at(22), False, "ct", DUE),
    ("a week is kept", {"night_pain": True, "weakness": False}, at(7), at(22), True, None, NO),
    ("a week is kept, and a day could be wanted", {"night_pain": True}, at(7), at(22), True, None, MAYBE),
    ("a week is over", {"night_pain": True}, at(7, 13), at(22), False, "ct", DUE),
    ("one rule of two can't wait", {"night_pain": True, "weakness": True}, at(7), at(22), False, "ct", DUE),
    ("when it started is not known", {"weakness": True}, None, at(22), True, None, MAYBE),
    ("not known whether it is wanted", {}, at(7), at(22), False, None, MAYBE),
    ("not wanted", {"weakness": False, "night_pain": False}, at(7), at(22), False, None, NO),
]


@pytest.mark.parametrize(("values", "suspected", "now", "clear", "instead", "ct"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])  # fmt: skip
def test_what_takes_over_while_it_is_closed(values, suspected, now, clear, instead, ct):
    checklist = seen(values, now, suspected)
    mri = checklist.item("mri")

    assert (clear, instead, ct) == (mri.clear_to_proceed, mri.instead, checklist.item("ct").status)
    without = seen(values, now, suspected, pathway_of(closed=())).item("mri")
    assert (without.status, without.urgency, without.due, without.overdue) == (mri.status, mri.urgency, mri.due, mri.overdue)


def test_only_what_cannot_wait_is_taken_over():
    checklist = seen({"weakness": True, "night_pain": True}, at(22), at(7))

    assert ["day"] == [reason.rule for reason in checklist.item("ct").reasons]
    assert "In place of MRI (closed here until 2026-11-21 08:00+00:00 (Europe/London)): " in checklist.item("ct").because
    assert checklist.item("mri").due == checklist.item("ct").due == at(7, 21)


def test_what_is_not_known_of_the_time_is_asked():
    assert "clocks.suspicion" in seen({"weakness": True}, at(22)).item("ct").questions


def test_what_cannot_wait_at_all_needs_no_time():
    now = rule("now", WEAK, urgency=Urgency.IMMEDIATE)
    some_time = rule("routine", PAIN, urgency=Urgency.ROUTINE)
    pathway = pathway_of(evolve(MRI, indications=(now, some_time)))

    assert "ct" == seen({"weakness": True}, at(22), pathway=pathway).item("mri").instead
    assert seen({"night_pain": True}, at(22), pathway=pathway).item("mri").instead is None


def test_where_the_stand_in_is_closed_too_it_goes_to_who_is_left():
    both = pathway_of(closed=(NIGHT, evolve(NIGHT, step="ct")))
    checklist = seen({"weakness": True}, at(22), at(7), both)

    assert ("call", "call") == (checklist.item("mri").instead, checklist.item("ct").instead)
    assert (DUE, DUE) == (checklist.item("ct").status, checklist.item("call").status)
    early = pathway_of(closed=(NIGHT, evolve(NIGHT, step="ct", opens=time(6))))
    assert "ct" == seen({"weakness": True}, at(22), at(7), early).item("mri").instead


def test_a_stand_in_that_was_declined_takes_nothing_over():
    declined = {"ct": StepEvent("declined", at(20), "registrar", "pregnant")}

    assert "call" == seen({"weakness": True}, at(22), at(7), steps=declined).item("mri").instead


@pytest.mark.parametrize("state", ["performed", "reported", "acted_on"])
def test_what_was_carried_out_needs_nobody(state):
    done = {"mri": StepEvent(state, at(21), "radiographer")}
    # Its result is still to be read: it isn't done.
    awaited = pathway_of(evolve(MRI, produces=("power",)))
    checklist = seen({"weakness": True}, at(22), at(7), awaited, steps=done)

    assert checklist.item("mri").instead is None
    assert [] == [n for n in checklist.notices if n.kind == "closed"]


NOTICES = [
    ("in time", {"weakness": True}, at(9), "It stays due by 2026-11-21 09:00+00:00. Closing moves no time limit."),
    ("too late", {"weakness": True}, at(7), "It stays due by 2026-11-21 07:00+00:00, before it opens. It can't wait until it opens; what takes over here: CT."),
    ("no time", {"weakness": True}, None, "It stays as urgent as it is (same day: within 24 hours). Closing moves no time limit."),
    ("not known", {}, at(9), "If it is indicated, it stays due by 2026-11-21 09:00+00:00. Closing moves no time limit."),
    ("not known, too late", {}, at(7), "If it is indicated, it stays due by 2026-11-21 07:00+00:00, before it opens. Closing moves no time limit."),
]  # fmt: skip
CLOSED_NOW = "MRI is closed here until 2026-11-21 08:00+00:00 (Europe/London): nobody is there. Call: on-call radiologist, 07700 900103"


@pytest.mark.parametrize(("values", "suspected", "words"), [row[1:] for row in NOTICES], ids=[row[0] for row in NOTICES])
def test_a_notice_says_until_when_whom_to_call_and_that_the_limit_stays(values, suspected, words):
    checklist = seen(values, at(22), suspected)

    assert [f"{CLOSED_NOW}. {words}"] == [n.text for n in checklist.notices if n.kind == "closed"]
    (against,) = [one for one in checklist.item("mri").against if one.kind == "closed"]
    assert CLOSED_NOW == against.text


QUIET = [
    ("by day", {"weakness": True}, at(12)),
    ("not indicated", {"weakness": False, "night_pain": False}, at(22)),
    ("could be, and isn't urgent", {"weakness": False}, at(22)),
]


@pytest.mark.parametrize(("values", "now"), [row[1:] for row in QUIET], ids=[row[0] for row in QUIET])
def test_what_does_not_matter_now_is_not_said(values, now):
    assert [] == [n for n in seen(values, now, at(9)).notices if n.kind == "closed"]


def test_a_part_without_the_closed_step_is_read():
    part = pathway_of().only("call")

    assert ["call"] == [item.step.id for item in seen({}, at(22), pathway=part).items]


RULES = [timed("day", WEAK, 24), timed("hour", NUMB, 1, start="onset"), rule("now", NUMB, urgency=Urgency.IMMEDIATE), timed("week", PAIN, 168, Urgency.WITHIN_A_WEEK)]  # fmt: skip
drawn_hours = st.builds(
    ClosedHours, st.sampled_from(["mri", "ct", "call"]), *[st.integers(0, 23).map(time)] * 2,
    st.sampled_from(["Europe/London", "America/New_York"]), st.just("nobody is there"), st.just("on_call"),
)  # fmt: skip
OPEN = pathway_of(evolve(MRI, indications=tuple(RULES)), ())


@settings(max_examples=80)
@given(st.lists(drawn_hours, min_size=1, max_size=3), charts(OPEN, at=at(22)), st.integers(0, 48))
def test_closing_loosens_nothing(closed, chart, later):
    """Whatever is closed when: no step is later, less urgent, or less to be done than where nothing ever closes."""
    now = at(22) + timedelta(hours=later)
    place = evolve(OPEN.local[0], closed=tuple(closed))
    before, after = assess(OPEN, chart, at=now), assess(evolve(OPEN, local=(place,)), chart, at=now)

    assert before.urgency.lowest <= after.urgency.lowest and before.urgency.highest <= after.urgency.highest
    for one, other in zip(before.items, after.items, strict=True):
        assert one.urgency.lowest <= other.urgency.lowest and one.urgency.highest <= other.urgency.highest
        assert one.status not in (DUE, Status.WAITING) or one.status is other.status
        assert one.status in CLOSED or one.due is None or (other.due is not None and other.due <= one.due) or other.status is not one.status
        if other.instead is not None and one.instead is None and other.status in (DUE, Status.WAITING):
            taken = after.item(other.instead)
            assert taken.status in (DUE, Status.DONE, Status.DECLINED, Status.WAITING)
            assert not other.clear_to_proceed


def night(suspected):
    pathway = load_pathway(overlays=["example_hospital"])
    values = {"limb_weakness": True, "cancer_history": "current", "implant_mri_status": "none", "post_void_residual": "10 mL"}
    return assess(pathway, Chart(pathway.findings, values, clocks={"suspicion": suspected}), at=at(22))


def test_cord_compression_at_night_in_the_example_hospital():
    """The MRI is due within 24 hours as everywhere, with whom to call; the CT stands in only where morning is too late."""
    planned, pressing = night(at(21)), night(at(7))

    for checklist, instead in ((planned, None), (pressing, "ct_spine")):
        mri = checklist.item("mri_whole_spine")
        (notice,) = [n.text for n in checklist.notices if n.kind == "closed" and n.text.startswith("MRI of the whole spine")]
        assert (DUE, Urgency.SAME_DAY, instead) == (mri.status, mri.urgency.lowest, mri.instead)
        assert mri.due == checklist.chart.clocks["suspicion"] + timedelta(hours=24)
        assert "the on-call radiologist arranges an MRI at the regional centre. Call: on-call radiologist, 07700 900103" in notice
        assert DUE is checklist.item("contact_mscc_coordinator").status
    assert DUE is pressing.item("ct_spine").status
    assert DUE is not planned.item("ct_spine").status


def test_a_card_holds_no_longer_than_the_hours_on_which_it_rests():
    ends = {(hour, minute): valid_until(seen({}, at(hour) + timedelta(minutes=minute))) for hour, minute in ((12, 0), (19, 30), (7, 30))}

    assert {(12, 0): at(13), (19, 30): at(20), (7, 30): at(8)} == ends
