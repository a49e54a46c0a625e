"""When things happened: suspicion, request, MRI performed, reported, acted on; for some not yet, for some never.

Every rate and every delay here is made up, to exercise software. None says anything about patients or hospitals.
"""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from spineworkup.synthetic.drawing import NEVER, Draw, Flags, Times, Whole
from spineworkup.synthetic.people import People

IMPLANTS = ("none", "safe", "conditional", "unsafe")
_UNSAFE = IMPLANTS.index("unsafe")
MRI, CT = "mri_whole_spine", "ct_spine"
IMAGING = (MRI, CT)
# In the order in which they happen; what ends a step otherwise comes after.
STATES = ("requested", "scheduled", "performed", "reported", "acted_on", "inadequate", "cancelled", "declined")
_REQUESTED, _SCHEDULED, _PERFORMED, _REPORTED, _ACTED_ON, _INADEQUATE, _CANCELLED, _DECLINED = range(len(STATES))
NOTHING = -1
BLOODS = "blood_tests"
_EXAMINED = ("history", "physical_examination", "neurological_examination")


@frozen(eq=False)
class Events:
    """What happened last to one step: the number of the state, and when."""

    state: Whole
    at: Times


@frozen(eq=False)
class Course:
    """The times of the patients of a block.

    Args:
        steps: Step to what happened to it last.
        seen: When they were asked and examined.
    """

    site: Whole
    suspicion: Times
    request: Times
    seen: Times
    implant: Whole
    steps: dict[str, Events] = field(factory=dict)

    @property
    def bled(self) -> Times:
        """When blood was taken."""
        events = self.steps[BLOODS]
        return np.where(events.state >= _PERFORMED, events.at, NEVER)

    def read(self, step: str) -> Flags:
        """Those of whom the result of a step can be known."""
        state = self.steps[step].state
        return np.isin(state, (_PERFORMED, _REPORTED, _ACTED_ON))


def course_of(draw: Draw, people: People, window: tuple[np.datetime64, np.datetime64], sites: int) -> Course:
    """Draw when things happened to the patients of a block, as it is known at the end of a window of time."""
    start, end = window
    length = int((end - start) / np.timedelta64(1, "m"))
    suspicion = start + draw.between(0, length - 1).astype("timedelta64[m]").astype("timedelta64[us]")
    request = suspicion + draw.minutes(np.where(people.urgent, 2.0, 12.0))
    course = Course(
        site=draw.between(0, sites - 1),
        suspicion=suspicion,
        request=np.where(request <= end, request, NEVER),
        seen=np.minimum(suspicion + draw.minutes(1.0), end),
        implant=draw.pick((0.84, 0.05, 0.08, 0.03)),
    )
    unsafe = course.implant == _UNSAFE
    course.steps[MRI] = _imaging(draw, course, people, asked=~unsafe & _asked(draw, people), window=window)
    course.steps[CT] = _imaging(draw, course, people, asked=unsafe, window=window)
    course.steps[BLOODS] = _done(draw, course.request, draw.chance(0.85), 2.0, end)
    for step in _EXAMINED:
        course.steps[step] = _done(draw, course.seen, draw.chance(0.6), 0.2, end)
    course.steps["safety_net_advice"] = _done(draw, course.seen, draw.chance(0.6), 1.0, end)
    course.steps["mdt_handover"] = _done(draw, course.steps[MRI].at, course.read(MRI) & draw.chance(0.6), 24.0, end)
    course.steps["contact_mscc_coordinator"] = _done(draw, course.seen, people.urgent & draw.chance(0.7), 1.0, end)
    return course


def _asked(draw: Draw, people: People) -> Flags:
    return draw.chance(np.where(people.urgent | people.pain, 0.95, 0.3))


def _imaging(draw: Draw, course: Course, people: People, *, asked: Flags, window: tuple[np.datetime64, np.datetime64]) -> Events:
    """Draw how far an order has come; of what came after the end of the window nothing is known."""
    start, end = window
    # Sites differ and waits get shorter over the window, so that plots have something to show.
    passed = (course.suspicion - start) / (end - start)
    wait = np.where(people.urgent, 11.0, 75.0) * (0.8 + 0.1 * (course.site % 5)) * (1.2 - 0.4 * passed)
    scheduled = course.request + draw.minutes(1.0)
    performed = course.request + np.maximum(draw.minutes(wait), scheduled - course.request)
    reported = performed + draw.minutes(3.0)
    acted_on = reported + draw.minutes(4.0)
    # A chart keeps the last event alone: in many records the order is never moved on from where it is left.
    reach = draw.pick((0.02, 0.01, 0.55, 0.2, 0.18, 0.02, 0.01, 0.01))
    chain = [course.request, scheduled, performed, reported, acted_on, performed, scheduled, scheduled]
    return _last_of(chain, np.where(asked, reach, NOTHING), end)


def _last_of(chain: list[Times], reach: Whole, end: np.datetime64) -> Events:
    state, at = np.full(len(reach), NOTHING), np.full(len(reach), NEVER)
    for number, times in enumerate(chain):
        on_the_way = (number <= reach) & (number <= _ACTED_ON) & (reach <= _ACTED_ON)
        before_it_ended = (reach > _ACTED_ON) & ((number == reach) | (number == _REQUESTED))
        here = (on_the_way | before_it_ended) & (times <= end)
        state, at = np.where(here, number, state), np.where(here, times, at)
    return Events(state, at)


def _done(draw: Draw, since: Times, some: Flags, hours: float, end: np.datetime64) -> Events:
    at = since + draw.minutes(hours)
    here = some & (at <= end)
    return Events(np.where(here, draw.pick((0, 0, 0.3, 0.3, 0.4)), NOTHING), np.where(here, at, NEVER))


def decided_after(draw: Draw, course: Course, some: Flags, end: np.datetime64) -> Times:
    """Draw when it was decided to treat, after the MRI."""
    at = course.steps[MRI].at + draw.minutes(12.0)
    return np.where(some & (at <= end), at, NEVER)
