"""The record: a workup of a thousand events, folded and assessed, against parsing its JSON."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from spineworkup import load_pathway
from spineworkup.charts import STATES
from spineworkup.findings import Kind
from spineworkup.workups.events import Event, FindingCorrected, FindingRecorded, Noted, StepRecorded
from spineworkup.workups.kept import to_bytes
from spineworkup.workups.opening import open_workup
from spineworkup.workups.workup import Workup
from tests.benchmarks.test_speed import ratio, say

pytestmark = pytest.mark.benchmark
PATHWAY = load_pathway()
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
SIGNS = [f.id for f in PATHWAY.findings.values() if f.kind is Kind.BOOLEAN]
MEASURED = [f for f in PATHWAY.findings.values() if f.kind is Kind.QUANTITY]
WORDS = "Discussed with the patient and the family; the scan is booked for the afternoon list"


def workup_of(count: int) -> Workup:
    """Return a workup of so many events: signs, measurements, steps, notes, some corrections."""
    chance = random.Random(count)
    events: list[Event] = list(Workup.start(PATHWAY, "example-1", at=START, by="first clinician").events)
    while len(events) < count:
        at = START + timedelta(minutes=7 * len(events))
        events.append(_event(chance, at, events))
    return Workup(PATHWAY, "example-1", tuple(events))


def _event(chance: random.Random, at: datetime, events: list[Event]) -> Event:
    by, origin, kind = "first clinician", "ward round", chance.random()
    if kind < 0.35:
        return FindingRecorded(at=at, by=by, origin=origin, finding=chance.choice(SIGNS), value=chance.random() < 0.3)
    if kind < 0.65:
        finding = chance.choice(MEASURED)
        value = f"{(finding.low or 0) + chance.randint(1, 9)} {finding.unit}"
        return FindingRecorded(at=at, by="laboratory", origin=origin, finding=finding.id, value=value)
    if kind < 0.8:
        return StepRecorded(at=at, by=by, step=chance.choice([*PATHWAY.steps]), state=chance.choice(STATES), reason="r")
    recorded = [event for event in events[-50:] if isinstance(event, FindingRecorded)]
    if kind < 0.85 and recorded:
        wrong = chance.choice(recorded)
        return FindingCorrected(at=at, by=by, event=wrong.id, value=wrong.value, reason="misread")
    return Noted(at=at, by="nurse", text=WORDS)


def test_a_thousand_events_against_their_json() -> None:
    workup = workup_of(1000)
    raw = to_bytes(workup.case, workup.events)
    at = workup.events[-1].at
    workup.checklist(at)
    say("fold and assess 1,000 events / parse their JSON", ratio(lambda: workup.checklist(at), lambda: json.loads(raw)), 3)
    opened = ratio(lambda: open_workup(raw, "kept", PATHWAY), lambda: json.loads(raw))
    say("open 1,000 events, every one checked / parse their JSON", opened, 40)


def test_it_grows_as_the_events_do() -> None:
    short, long = workup_of(1000), workup_of(8000)
    for workup in (short, long):
        workup.checklist(workup.events[-1].at)
    grown = ratio(lambda: long.folded(long.events[-1].at), lambda: short.folded(short.events[-1].at))
    say("fold 8,000 events / fold 1,000", grown, 8)
