"""The numbers in the figures, worked out by hand for a few patients."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from spineworkup.audit.answers import read_answers
from spineworkup.audit.by_site import by_site
from spineworkup.audit.counted import Counted, counted
from spineworkup.audit.figures import Interval
from spineworkup.audit.medians import medians_by_month
from spineworkup.audit.of_cohort import at_a_glance, missing, overdue
from spineworkup.audit.outcomes import measured
from spineworkup.audit.shares import wilson
from spineworkup.audit.small_numbers import HIDDEN
from spineworkup.audit.standards import standards_of
from spineworkup.audit.time_taken import time_taken
from tests.audit.answered import DAY, PATHWAY, STEP, answers, one

STANDARDS = standards_of(PATHWAY, STEP)
MRI = PATHWAY.steps[STEP].label
# Three in time, two not, one who was reported late.
SIX = [one("performed", 3), one("performed", 9), one("acted_on", 20), one("performed", 30), one(), one("reported", 40)]


def day_of(*patients: dict[str, Any], fewest: int = 0) -> Counted:
    return counted(measured(answers(*patients), STANDARDS[1], STANDARDS), fewest)


def test_the_share_is_a_range_and_its_interval_is_that_of_the_share_at_least() -> None:
    [figure] = at_a_glance(answers(*SIX), [day_of(*SIX)]).figures
    [row] = figure.table.rows
    assert row[:10] == ("within 24 hours of suspicion", 6, 3, 2, 1, 0, 0, 3 / 6, Interval(*wilson(3, 6)), 4 / 6)
    assert figure.notes == ("Within 24 hours of suspicion: at least 50.0% (95% interval 18.8% to 81.2%), at most 66.7%, of 6 patients; median 20.0 hours.",)
    assert by_site(day_of(*SIX)).table.rows[0][:10] == ("a", *row[1:10])


def test_the_curve_has_what_happened_by_each_time() -> None:
    rows = time_taken(day_of(*SIX)).table.rows
    assert [(row[0], row[1]) for row in rows] == [(6, 1), (12, 2), (24, 3), (36, 4), (48, 5), (72, 5), (96, 5), (168, 5), (336, 5)]
    assert rows[2][2] == pytest.approx(3 / 6)


def test_with_small_numbers_hidden_so_many_lie_between_the_times_of_a_curve() -> None:
    many = [one("performed", hours) for hours in (3, 7, 8, 9, 10, 11, 20, 21, 22, 23, 23, 23, 30, 31, 32)] + [one()] * 6
    rows = time_taken(day_of(*many, *many, fewest=5)).table.rows
    assert [(row[0], row[1]) for row in rows] == [(12, 12), (24, 24), (36, 30)]
    [month] = medians_by_month(day_of(*many, *many, fewest=5)).table.rows
    assert (month[1], month[2]) == (HIDDEN, 23)


def test_overdue_steps_stand_by_what_was_recorded_last() -> None:
    found = Counter({(STEP, "performed"): 3, (STEP, ""): 2, (STEP, "reported"): 1, (STEP, "cancelled"): 1, (STEP, "scheduled"): 4})
    [figure] = overdue(answers(*SIX, overdue=found), 0).figures
    assert figure.table.rows == ((MRI, 11, 2, 4, 4, 1),)


def test_what_is_missing_says_how_urgent_it_could_be() -> None:
    reach = Counter({("limb_weakness", STEP, "same_day"): 4, ("limb_weakness", "history", "immediate"): 4, ("night_pain", "history", ""): 2})
    section = missing(answers(*SIX, lacking=Counter(limb_weakness=4, night_pain=2), reach=reach), 0)
    for_step, for_all = (figure.table.rows for figure in section.figures)
    assert for_step == ((PATHWAY.findings["limb_weakness"].label, 4, 4 / 6, "Same day: within 24 hours"),)
    assert [row[1:4] for row in for_all] == [(4, 4 / 6, "Immediate: contact now"), (2, 2 / 6, "no more urgent")]


def test_the_counts_of_a_folder_are_those_of_its_rows(out: Path) -> None:
    found = read_answers(out, STEP)
    rows = pq.read_table(out / "steps" / "part-00000.parquet").to_pylist()
    assert found.overdue == Counter((row["step"], row["progress"] or "") for row in rows if row["overdue"])
    patients = pq.read_table(out / "patients" / "part-00000.parquet").to_pylist()
    assert found.lacking == Counter(id_ for row in patients for id_ in row["questions"])
    asked = [(id_, row) for row in rows for id_ in row["questions"]]
    assert found.reach == Counter((id_, row["step"], "" if row["urgency_lowest"] == row["urgency_highest"] else row["urgency_highest"]) for id_, row in asked)
    assert found.fired[DAY].tolist() == [DAY in row["fired"] for row in rows if row["step"] == STEP]
