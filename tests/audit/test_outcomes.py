"""What became of a limit: every case by hand, and nobody lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.audit.counted import ALL, counted
from spineworkup.audit.outcomes import OUTCOMES, Group, Measured, Outcome, measured
from spineworkup.audit.small_numbers import Hidden
from spineworkup.audit.standards import standards_of
from spineworkup.charts import STATES
from spineworkup.errors import CohortError
from tests.audit.answered import DAY, LATER, PATHWAY, STEP, SUSPICION, WEEK, after, answers, one

STANDARDS = standards_of(PATHWAY, STEP)
SIX, TWENTY_FOUR, SEVEN_DAYS = STANDARDS
NEVER = np.datetime64("NaT", "us")
CASES: dict[str, tuple[dict[str, Any], Outcome]] = {
    "performed": (one("performed", 10), Outcome.IN_TIME),
    "performed at the limit": (one("performed", 24), Outcome.IN_TIME),
    "performed a minute too late": (one("performed", 24 + 1 / 60), Outcome.LATE),
    "reported in time": (one("reported", 20), Outcome.IN_TIME_BY_A_LATER_STATE),
    "acted on in time": (one("acted_on", 24, status="done"), Outcome.IN_TIME_BY_A_LATER_STATE),
    "reported late: performed when?": (one("reported", 30), Outcome.TIME_UNKNOWN),
    "acted on late: performed when?": (one("acted_on", 90, status="done"), Outcome.TIME_UNKNOWN),
    "finished by its result": (one(status="done"), Outcome.UNDATED),
    "nothing recorded": (one(), Outcome.NOT_RECORDED),
    "only requested": (one("requested", 1), Outcome.NOT_RECORDED),
    "only scheduled": (one("scheduled", 1), Outcome.NOT_RECORDED),
    "inadequate": (one("inadequate", 3), Outcome.NOT_RECORDED),
    "cancelled": (one("cancelled", 3), Outcome.NOT_RECORDED),
    "declined": (one("declined", 3, status="declined"), Outcome.DECLINED),
    "contraindicated": (one(status="contraindicated"), Outcome.CONTRAINDICATED),
    "no start": (one("performed", 3, start=NEVER), Outcome.CLOCK_UNKNOWN),
    "start in the future": (one(start=LATER, at=SUSPICION), Outcome.CLOCK_UNKNOWN),
    "performed before the start": (one("performed", -2), Outcome.IMPOSSIBLE),
    "performed in the future": (one("performed", 30, at=after(26)), Outcome.IMPOSSIBLE),
    "not followed so long": (one(at=after(23.9)), Outcome.TOO_EARLY),
    "performed, not followed so long": (one("performed", 2, at=after(23)), Outcome.TOO_EARLY),
}


def of(*patients: dict[str, Any]) -> Measured:
    return measured(answers(*patients), TWENTY_FOUR, STANDARDS)


@pytest.mark.parametrize("name", CASES)
def test_what_became_of_the_limit(name: str) -> None:
    patient, outcome = CASES[name]
    assert [kind for kind, count in of(patient).counts().items() if count] == [outcome]


def test_every_outcome_has_a_case() -> None:
    assert {outcome for _, outcome in CASES.values()} == set(OUTCOMES)


def test_a_week_is_not_measured_where_a_day_was_asked_for() -> None:
    found = answers(one(fired=(DAY, WEEK)), one(fired=(WEEK,)), one(fired=(), pending=(DAY, WEEK)), one(fired=()))
    day, week = (measured(found, standard, STANDARDS) for standard in (TWENTY_FOUR, SEVEN_DAYS))
    assert (day.asked.tolist(), week.asked.tolist()) == ([True, False, False, False], [False, True, False, False])
    assert (day.open_question.tolist(), week.open_question.tolist()) == ([False, False, True, False],) * 2


def test_the_limits_are_those_of_the_rules() -> None:
    mri = PATHWAY.steps[STEP]
    changed = evolve(mri, indications=tuple(evolve(rule, within=timedelta(hours=7)) if rule.id == WEEK else rule for rule in mri.indications))
    hours = [standard.hours for standard in standards_of(evolve(PATHWAY, steps={**PATHWAY.steps, STEP: changed}), STEP)]
    assert hours == [6, 7, 24]
    assert [rule.id for rule in TWENTY_FOUR.rules] == [DAY, "mri_large_residual"]


@pytest.mark.parametrize(("step", "words"), [("mri_whole_spin", "mri_whole_spine"), ("blood_tests", "nothing to measure")])
def test_a_step_without_a_limit_is_refused(step: str, words: str) -> None:
    with pytest.raises(CohortError, match=words):
        standards_of(PATHWAY, step)


PATIENTS = st.lists(
    st.builds(
        one,
        st.sampled_from(["", *STATES]),
        st.none() | st.integers(-5, 300),
        status=st.sampled_from(["due", "done", "declined", "contraindicated", "undetermined", "waiting"]),
        start=st.sampled_from([SUSPICION, NEVER, LATER, after(24 * 40)]),
        at=st.sampled_from([LATER, after(12), after(60)]),
        site=st.sampled_from(["a", "b", ""]),
        fired=st.sampled_from([(), (DAY,), (WEEK,), (DAY, WEEK)]),
        pending=st.sampled_from([(), (DAY,), (WEEK,)]),
    ),
    min_size=1,
    max_size=40,
)


@given(patients=PATIENTS, fewest=st.sampled_from([0, 5]))
@settings(max_examples=60, deadline=None)
def test_nobody_is_lost_and_months_and_sites_add_up(patients: list[dict[str, Any]], fewest: int) -> None:
    found = answers(*patients)
    for standard in STANDARDS:
        of_standard = measured(found, standard, STANDARDS)
        counts = counted(of_standard, fewest)
        numbers = counts.counts.numbers
        assert sum(of_standard.counts().values()) == int(of_standard.asked.sum()) == numbers[*ALL, "asked"]
        curve = counts.curve()
        assert curve is None or not fewest or all(not 0 < small < fewest for small in (curve.happened, curve.people - curve.happened))
        for places in (counts.months, counts.sites):
            for what in (*Group, "asked"):
                assert sum(numbers[*place, what] for place in places) == numbers[*ALL, what]
        assert not [key for key, number in numbers.items() if 0 < number < fewest and not isinstance(counts.counts.get(key), Hidden)]


@given(patients=PATIENTS)
@settings(max_examples=60, deadline=None)
def test_what_is_not_known_makes_no_share_better(patients: list[dict[str, Any]]) -> None:
    """Taking the time of the step from a record never raises what is sure, and never lowers what is possible."""
    known = counted(of(*patients)).shares(ALL)
    lost = counted(of(*({**patient, "start": NEVER} for patient in patients))).shares(ALL)
    assert known is not None and lost is not None
    assert lost.kept == 0 and lost.kept + lost.unknown == lost.counted
    assert known.kept <= known.kept + known.unknown <= known.counted


def test_who_still_waits_is_in_the_curve_and_who_only_was_reported_counts_as_then() -> None:
    curve = counted(of(one("performed", 10), one("reported", 20), one(), one("performed", 2, at=after(12)), one("performed", 3, start=NEVER))).curve()
    assert curve is not None
    assert (curve.people, curve.happened, [moment.hours for moment in curve.moments]) == (4, 3, [2, 10, 20])
    assert curve.median == 10
