"""By when: an anchor plus a duration, never the moment of asking."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from spineworkup.assessment import assess
from spineworkup.charts import Chart, StepEvent
from spineworkup.criteria import AllOf, AnyOf, IsOneOf, Present
from spineworkup.entries import Observation
from spineworkup.pathways import Pathway, Step
from spineworkup.urgency import Urgency
from tests.strategies import NOON, VOCABULARY, at, rule, seen

DAY = timedelta(hours=24)
WEAK, PAIN, NUMB = Present("weakness"), Present("night_pain"), Present("numbness")


def step(*rules, **more):
    return Pathway.of(Step("mri", "MRI", indications=rules, **more), findings=VOCABULARY.values())


def clock(when, start="suspicion", within=DAY, urgency=Urgency.SAME_DAY, id_="r"):
    return rule(id_, when, start=start, within=within, urgency=urgency)


def item(pathway, values, now=NOON, **chart):
    return assess(pathway, Chart(VOCABULARY, values, **chart), at=now).item("mri")


def hours(moment):
    """A due time as hours after noon."""
    return None if moment is None else (moment - NOON).total_seconds() / 3600


SUSPECTED = {"clocks": {"suspicion": at(10)}}
ONSET = clock(WEAK, "onset")
TABLE = [
    # what, rules, values, chart, due in hours after noon, questions
    ("clock only", [clock(WEAK)], {"weakness": True}, SUSPECTED, 14, set()),
    ("finding newer than the clock", [clock(WEAK)], {"weakness": seen(True, 3)}, SUSPECTED, 21, set()),
    ("finding older than the clock", [clock(WEAK)], {"weakness": seen(True, 99)}, SUSPECTED, 14, set()),
    ("onset", [ONSET], {"weakness": seen(True, 3)}, SUSPECTED, 21, set()),
    ("onset, no time", [ONSET], {"weakness": True}, SUSPECTED, None, {"weakness.at"}),
    ("no clock", [clock(WEAK)], {"weakness": seen(True, 3)}, {}, None, {"clocks.suspicion"}),
    ("another clock", [clock(WEAK, "request")], {"weakness": True}, SUSPECTED, None, {"clocks.request"}),
    ("no time given", [rule("r", WEAK)], {"weakness": seen(True, 3)}, SUSPECTED, None, set()),
    ("at once", [clock(WEAK, within=timedelta(0))], {"weakness": True}, SUSPECTED, -10, set()),
    ("not known yet", [clock(WEAK)], {}, SUSPECTED, 14, {"weakness"}),
    ("not known yet, onset", [ONSET], {}, SUSPECTED, None, {"weakness"}),
    ("not known yet, no clock", [clock(WEAK)], {}, {}, None, {"weakness", "clocks.suspicion"}),
    ("not indicated", [clock(WEAK)], {"weakness": False}, {}, None, set()),
    ("the earliest wins", [clock(PAIN, within=7 * DAY), clock(WEAK, id_="s")], {"night_pain": True, "weakness": True}, SUSPECTED, 14, set()),
    ("also the later rule", [clock(PAIN), clock(WEAK, "onset", id_="s")], {"night_pain": True, "weakness": seen(True, 1)}, SUSPECTED, 14, set()),
    ("what is true before what is possible", [clock(PAIN, within=7 * DAY), clock(WEAK, id_="s")], {"night_pain": True}, SUSPECTED, 158, {"weakness"}),
    ("all of: the latest", [clock(AllOf((WEAK, PAIN)), "onset")], {"weakness": seen(True, 9), "night_pain": seen(True, 2)}, {}, 22, set()),
    ("all of: one without a time", [clock(AllOf((WEAK, PAIN)), "onset")], {"weakness": seen(True, 9), "night_pain": True}, {}, 15, set()),
    ("only what lacks a time is asked", [clock(AllOf((WEAK, PAIN)), "onset")], {"weakness": True, "night_pain": True}, {}, None, {"weakness.at", "night_pain.at"}),
]  # fmt: skip


@pytest.mark.parametrize(("_", "rules", "values", "chart", "due", "asked"), TABLE, ids=lambda v: v if isinstance(v, str) else "")
def test_due(_, rules, values, chart, due, asked):
    found = item(step(*rules), values, **chart)

    assert (due, asked) == (hours(found.due), set(found.questions))


@pytest.mark.parametrize(
    ("weak_seen", "due"),
    [(20, None), (3, 21)],
    ids=["done", "asked-again"],
)
def test_done_and_asked_again_starts_with_the_newest_reason(weak_seen, due):
    pathway = step(clock(PAIN), clock(WEAK, id_="s"))
    done = StepEvent("acted_on", at(5))

    found = item(pathway, {"night_pain": seen(True, 30), "weakness": seen(True, weak_seen)}, steps={"mri": done}, **SUSPECTED)

    # The rule that was answered before keeps its own time; it is the new one that counts.
    assert ("done" if due is None else "due") == found.status.value
    assert due is None or hours(found.due) <= due
    assert due is None or found.due > at(5)


@pytest.mark.parametrize(("now", "overdue"), [(13.9, False), (14, False), (14.1, True)])
def test_overdue_is_after_its_time(now, overdue):
    found = item(step(clock(WEAK)), {"weakness": True}, NOON + timedelta(hours=now), **SUSPECTED)

    assert overdue is found.overdue


@pytest.mark.parametrize("later", [0, 1, 24, 24 * 365])
def test_a_deadline_does_not_depend_on_when_one_asks(later):
    found = item(step(clock(WEAK)), {"weakness": seen(True, 3)}, NOON + timedelta(hours=later), **SUSPECTED)

    assert 21 == hours(found.due)


@pytest.mark.parametrize(
    "night",
    [datetime(2026, 3, 28, 13, 0), datetime(2026, 10, 24, 13, 0)],
    ids=["an-hour-lost", "an-hour-gained"],
)
def test_24_hours_are_24_hours_when_the_clocks_change(night):
    start = night.replace(tzinfo=ZoneInfo("Europe/London"))
    found = item(step(clock(WEAK)), {"weakness": True}, start, clocks={"suspicion": start})
    local = found.due.astimezone(ZoneInfo("Europe/London"))

    assert DAY == found.due - start.astimezone(found.due.tzinfo)
    assert {3: 14, 10: 12}[night.month] == local.hour


@pytest.mark.parametrize(
    ("fold", "due"), [(0, "2026-10-25T01:30:00+01:00"), (1, "2026-10-25T01:30:00+00:00")]
)
def test_a_local_time_that_comes_twice_is_told_apart(fold, due):
    once = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"), fold=fold)

    found = item(step(clock(WEAK, within=timedelta(0))), {"weakness": True}, once, clocks={"suspicion": once})

    assert datetime.fromisoformat(due) == found.due


def test_what_takes_over_is_due_no_later():
    bar = rule("bar", IsOneOf("history", ["past"]), kind="absolute")
    pathway = step(clock(WEAK), contraindications=(bar,)).otherwise(Pathway.of(Step("ct", "CT")))
    values = {"weakness": seen(True, 3), "history": Observation("past", at(1))}

    checklist = assess(pathway, Chart(VOCABULARY, values, **SUSPECTED), at=NOON)

    assert 21 == hours(checklist.item("mri").due) == hours(checklist.item("ct").due)


def test_a_clock_in_the_future_puts_nothing_off():
    """It is noticed and asked for; within the five minutes that clocks may differ it counts as it stands."""
    checklist = assess(step(clock(WEAK)), Chart(VOCABULARY, {"weakness": True}, clocks={"suspicion": at(-1)}), at=NOON)

    mri = checklist.item("mri")
    assert (None, ["future_clock"]) == (mri.due, [n.kind for n in checklist.notices])
    assert "clocks.suspicion" in mri.questions
    skewed = Chart(VOCABULARY, {"weakness": True}, clocks={"suspicion": at(-5 / 60)})
    assert NOON < assess(step(clock(WEAK)), skewed, at=NOON).item("mri").due


@pytest.mark.parametrize(("pain_hours_ago", "expected"), [(2, 22), (7, None)])
def test_a_reason_that_is_newer_than_the_end_of_a_step_starts_the_time_anew(pain_hours_ago, expected):
    """Though the rule has been true since before: any of its reasons is enough."""
    pathway = step(clock(AnyOf((WEAK, PAIN))))
    values = {"weakness": seen(True, 9), "night_pain": seen(True, pain_hours_ago)}

    assert expected == hours(item(pathway, values, steps={"mri": StepEvent("acted_on", at(5))}, **SUSPECTED).due)


def test_the_due_list_has_the_most_urgent_first_then_by_time():
    tiers = [
        ("late", Urgency.SAME_DAY, 48),
        ("soon", Urgency.SAME_DAY, 24),
        ("now", Urgency.IMMEDIATE, None),
        ("some_day", Urgency.ROUTINE, 1),
        ("untimed", Urgency.SAME_DAY, None),
    ]
    steps = [
        Step(id_, id_, indications=(rule(f"{id_}_r", WEAK, urgency=tier, **({} if h is None else {"start": "suspicion", "within": timedelta(hours=h)})),))
        for id_, tier, h in tiers
    ]  # fmt: skip
    pathway = Pathway.of(*steps, findings=VOCABULARY.values())

    checklist = assess(pathway, Chart(VOCABULARY, {"weakness": True}, **SUSPECTED), at=NOON)

    assert ["now", "soon", "late", "untimed", "some_day"] == [found.step.id for found in checklist.due]
    assert evolve(checklist).due == checklist.due
