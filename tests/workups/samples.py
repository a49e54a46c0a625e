"""Workups to be kept, read and broken: one with every kind of event, and drawn ones."""

from __future__ import annotations

from datetime import timedelta, timezone
from functools import cache
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from spineworkup.charts import CLOCKS, STATES
from spineworkup.readings import Status
from spineworkup.urgency import INTERVALS
from spineworkup.workups.events import (
    AvailabilityChanged,
    ClockStarted,
    FindingCorrected,
    FindingRecorded,
    Noted,
    Overridden,
    RulesAdopted,
    Shown,
    StepRecorded,
    Withdrawn,
)
from spineworkup.workups.standings import Standing
from spineworkup.workups.workup import Workup
from tests import strategies as strategies  # its settings
from tests.workups.patients import FIRST, NINE, PATHWAY, hour, started

# What no message may say.
SECRET = "Zebulon Quux"


@cache
def full(case: str = "example-1") -> Workup:
    """A workup with every kind of event."""
    found = started(case)
    found = found.record("limb_weakness", "present", at=hour(1), by=FIRST, origin="letter", when=hour(-2))
    found = found.correct(found.events[-1].id, "absent", reason=f"{SECRET} was meant", at=hour(2), by=FIRST)
    found = found.record("crp", "12.5 mg/L", at=hour(2), by=FIRST)
    found = found.note(f"{SECRET}: “née Müller”, \x01 \U0001f9b4 \\ \"quoted\"", at=hour(3), by=FIRST)
    found = found.withdraw(found.events[-1].id, reason=SECRET, at=hour(3), by=FIRST)
    found = found.step("mri_whole_spine", "declined", at=hour(4), by=FIRST, reason=SECRET)
    found = found.availability("mri_whole_spine", False, at=hour(4), by=FIRST, reason="closed at night")
    found = found.override(next(iter(PATHWAY.rules)), reason=SECRET, at=hour(4), by="senior")
    found = found.show(hour(5), by=FIRST, origin="ward printer")
    return found.adopt(PATHWAY, at=hour(6), by=FIRST)


def texts(least: int = 1) -> st.SearchStrategy[str]:
    """Any text that can be written, and not only blanks."""
    drawn = st.text(st.characters(exclude_categories=["Cs"]), min_size=least, max_size=8)
    return drawn.filter(str.strip) if least else drawn


_moments = st.builds(
    lambda seconds, micro, offset: (NINE + timedelta(seconds=seconds, microseconds=micro)).astimezone(
        timezone(timedelta(minutes=offset))
    ),
    st.integers(0, 10**6), st.integers(0, 999_999), st.integers(-720, 720),
)  # fmt: skip
_standings = st.builds(
    Standing, st.sampled_from(Status), st.sampled_from([*INTERVALS.values()]), st.none() | _moments, st.booleans(),
    st.none() | texts(),
)  # fmt: skip
_values = st.booleans() | st.integers(-(2**70), 2**70) | texts(0)


_WHO: dict[str, Any] = {"at": _moments, "by": texts(), "origin": texts(0)}
_WHEN = st.none() | _moments
_recorded = st.builds(FindingRecorded, **_WHO, finding=texts(), value=_values, when=_WHEN, changed=st.booleans())
_others = st.one_of(
    st.builds(ClockStarted, **_WHO, clock=st.sampled_from(CLOCKS), when=_WHEN),
    st.builds(StepRecorded, **_WHO, step=texts(), state=st.sampled_from(STATES), reason=texts(), when=_WHEN),
    st.builds(AvailabilityChanged, **_WHO, step=texts(), available=st.booleans(), reason=texts(0)),
    st.builds(Overridden, **_WHO, rule=texts(), reason=texts()),
    st.builds(Noted, **_WHO, text=texts()),
    st.builds(
        Shown, **_WHO, of=_moments, hash=texts(), library=texts(), chart_digest=texts(),
        standings=st.dictionaries(texts(), _standings, max_size=3),
    ),
    st.builds(
        RulesAdopted, **_WHO, package=texts(), version=texts(), hash=texts(),
        overlays=st.lists(texts(), max_size=2).map(tuple),
    ),
)  # fmt: skip
_corrected = st.builds(FindingCorrected, **_WHO, event=st.just("?"), value=_values, reason=texts(), when=_WHEN)
_withdrawn = st.builds(Withdrawn, **_WHO, event=st.just("?"), reason=texts())
_speaking_of = {
    FindingCorrected: lambda event: isinstance(event, FindingRecorded),
    Withdrawn: lambda event: not isinstance(event, RulesAdopted | Shown),
}


@st.composite
def workups(draw: st.DrawFn) -> Workup:
    """A workup of a few events, of things that needn't be in any rules."""
    found = Workup.start(PATHWAY, draw(texts()), at=draw(_moments), by=draw(texts()))
    for event in draw(st.lists(_recorded | _others | _corrected | _withdrawn, max_size=6)):
        if (fits := _speaking_of.get(type(event))) is None:
            found = found.add(event)
        elif targets := [earlier.id for earlier in found.events if fits(earlier)]:
            found = found.add(evolve(event, event=draw(st.sampled_from(targets))))
    return found
