"""Deadlines over the nights on which the clocks change: elapsed hours, whatever the clock on the wall says.

Every fifth hour near each change; `SPINEWORKUP_EVERY_HOUR=1` looks at all, as CI does.
"""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from spineworkup.criteria import Present
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.urgency import Urgency
from spineworkup.workups.workup import Workup
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST

# Half an hour, no change at all but 45 minutes off, a day that was skipped once and changes that were given up.
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "America/Santiago")
FIRST_DAY, LAST_DAY = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERY = 1 if os.environ.get("SPINEWORKUP_EVERY_HOUR") else 5
WITHIN = timedelta(hours=24)


def pathway():
    """Return one step with two deadlines: from when a finding was seen, and from a clock."""
    seen = Rule("seen", Present("weakness"), "Seen", "indication", Urgency.SAME_DAY, WITHIN, "onset")
    clock = Rule("clock", Present("pain"), "Pain", "indication", Urgency.SAME_DAY, WITHIN, "suspicion")
    findings = {id_: Finding(id_, id_, Kind.BOOLEAN) for id_ in ("weakness", "pain")}
    steps = {rule.id: Step(rule.id, rule.id, indications=(rule,)) for rule in (seen, clock)}
    return Pathway("one", "1", steps=steps, findings=findings)


ONE = pathway()


def changes_of(zone):
    """Yield when the clocks of a zone change, to the minute."""
    day = FIRST_DAY
    while day < LAST_DAY:
        after = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            low, high = day, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (low, middle) if middle.astimezone(zone).utcoffset() != day.astimezone(zone).utcoffset() else (middle, high)
            yield high
        day = after


def moments_near_changes(zone):
    """Yield every hour of the two days before and after each change, as the wall clock says it."""
    changes = [*changes_of(zone)] or [FIRST_DAY + timedelta(days=200 * number) for number in range(38)]
    for change in changes:
        for hours in range(-48, 49, EVERY):
            yield (change + hours * HOUR).astimezone(zone)


@pytest.mark.parametrize("name", ZONES)
def test_a_day_is_24_elapsed_hours(name):
    wrong = []
    for moment in moments_near_changes(ZoneInfo(name)):
        workup = Workup.start(ONE, "x", at=moment, by=FIRST).start_clock("suspicion", at=moment, by=FIRST)
        workup = workup.record("weakness", True, at=moment, by=FIRST).record("pain", True, at=moment, by=FIRST)
        dues = {item.due for item in workup.checklist(moment + timedelta(hours=30)).items}
        if dues != {moment.astimezone(UTC) + WITHIN}:
            wrong.append(moment)

    assert [] == wrong


def test_the_changes_are_found():
    """So that the test above looks at something: two a year in London, one and a half hours of the wall on Lord Howe."""
    london = [*changes_of(ZoneInfo("Europe/London"))]

    assert 42 == len(london) and {1} == {change.hour for change in london}
    assert 42 == len([*changes_of(ZoneInfo("Australia/Lord_Howe"))])
    assert [] == [*changes_of(ZoneInfo("Asia/Kathmandu"))]


def test_the_two_hours_that_look_alike_are_two():
    """01:30 of 25 October 2026 in London comes twice: the deadlines are an hour apart."""
    first = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    dues = []
    for fold in (0, 1):
        moment = first.replace(fold=fold)
        workup = Workup.start(ONE, "x", at=moment, by=FIRST).record("weakness", True, at=moment, by=FIRST)
        dues.append(workup.checklist(moment).item("seen").due)

    assert HOUR == dues[1] - dues[0]
