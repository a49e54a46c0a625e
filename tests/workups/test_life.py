"""The whole life of a workup, in any order: entered, corrected, withdrawn, kept, opened, entered by two at once, under other rules.

`SPINEWORKUP_LIVES=5000 SPINEWORKUP_LIFE=50` runs as many lives of as many steps.
"""

import os
from datetime import timedelta

from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from spineworkup import load_pathway
from spineworkup.charts import STATES
from spineworkup.entries import Known
from spineworkup.errors import ClashError
from spineworkup.findings import Kind
from spineworkup.readings import Status
from spineworkup.testing.strategies import values_of
from spineworkup.workups.events import Withdrawn
from spineworkup.workups.kept import to_bytes
from spineworkup.workups.merging import merged
from spineworkup.workups.opening import open_workup
from tests.strategies import NOON as NOON
from tests.workups.patients import FIRST, NINE, PATHWAY, started

US = load_pathway(overlays=["us"])
LIVES, LIFE = int(os.environ.get("SPINEWORKUP_LIVES", "12")), int(os.environ.get("SPINEWORKUP_LIFE", "25"))

FINDINGS = st.sampled_from([f for f in PATHWAY.findings.values() if f.derived is None and f.kind is not Kind.NUMBER])
DEFICITS = st.sampled_from([f.id for f in PATHWAY.findings.values() if f.red_flag and f.kind is Kind.BOOLEAN])
STEPS = st.sampled_from(sorted(PATHWAY.steps))
RULES = st.sampled_from(sorted(id_ for id_, rule in PATHWAY.rules.items() if rule.kind == "relative"))
AGO = st.integers(0, 100).map(lambda hours: timedelta(hours=hours))


def written(value):
    """Return a drawn value as somebody writes it down."""
    return value if isinstance(value, str | bool | int) else f"{value.value:f} {value.unit}"


class Life(RuleBasedStateMachine):
    """One patient's workup, and what has to hold of it at every moment."""

    def __init__(self):
        super().__init__()
        self.workup, self.at, self.before = started(), NINE, ()

    def then(self, workup):
        self.before, self.workup = self.workup.events, workup
        self.at += timedelta(minutes=7)

    @rule(finding=FINDINGS, data=st.data(), ago=AGO, changed=st.booleans())
    def record(self, finding, data, ago, changed):
        value = written(data.draw(values_of(PATHWAY, finding.id)))
        self.then(self.workup.record(finding.id, value, at=self.at, by=FIRST, when=self.at - ago, changed=changed))

    @rule(finding=DEFICITS, present=st.booleans())
    def examine(self, finding, present):
        self.then(self.workup.record(finding, present, at=self.at, by=FIRST))

    @rule(data=st.data(), present=st.booleans())
    def correct(self, data, present):
        of_signs = [e for e in self.workup.events if getattr(e, "finding", "") and PATHWAY.findings[e.finding].kind is Kind.BOOLEAN]
        if of_signs:
            wrong = data.draw(st.sampled_from(of_signs))
            self.then(self.workup.correct(wrong.id, present, reason="r", at=self.at, by=FIRST))

    @precondition(lambda self: len(self.workup.events) > 1)
    @rule(data=st.data())
    def withdraw(self, data):
        kinds = ("RulesAdopted", "Shown")
        event = data.draw(st.sampled_from([e for e in self.workup.events if type(e).__name__ not in kinds]))
        self.then(self.workup.withdraw(event.id, reason="r", at=self.at, by=FIRST))

    @rule(step=STEPS, state=st.sampled_from(STATES), ago=AGO)
    def happens(self, step, state, ago):
        self.then(self.workup.step(step, state, reason="r", at=self.at, by=FIRST, when=self.at - ago))

    @rule(step=STEPS, available=st.booleans())
    def availability(self, step, available):
        self.then(self.workup.availability(step, available, at=self.at, by=FIRST))

    @rule(id_=RULES)
    def override(self, id_):
        self.then(self.workup.override(id_, reason="r", at=self.at, by=PATHWAY.rules[id_].sign_off or FIRST))

    @rule()
    def note_and_show(self):
        self.then(self.workup.note("words", at=self.at, by=FIRST))
        self.then(self.workup.show(self.at, by=FIRST))
        assert not self.workup.changes_since_shown(self.workup.events[-1].of)

    @rule(us=st.booleans())
    def adopt(self, us):
        self.then(self.workup.adopt(US if us else PATHWAY, at=self.at, by=FIRST))

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours):
        self.at += timedelta(hours=hours)

    @rule(mine=DEFICITS, theirs=DEFICITS)
    def two_at_once(self, mine, theirs):
        base = self.workup
        first = base.record(theirs, True, at=self.at, by="second clinician")
        second = base.record(mine, True, at=self.at, by=FIRST)
        try:
            both = merged(base.revision, first.events, second.events)
        except ClashError as clash:
            assert mine == theirs and clash.about == (f"finding {mine}",)
        else:
            assert mine != theirs and {*first.events, *second.events} == {*both} and first.events == both[:-1]
            self.then(evolve(base, events=both))

    @invariant()
    def nothing_that_was_entered_is_ever_lost(self):
        assert self.before == self.workup.events[: len(self.before)]

    @invariant()
    def it_can_be_kept(self):
        raw = to_bytes(self.workup.case, self.workup.events)
        opened = open_workup(raw, "kept", self.workup.pathway)
        assert opened.events == self.workup.events and raw == to_bytes(opened.case, opened.events)

    @invariant()
    def every_step_has_an_answer(self):
        checklist = self.workup.checklist(self.at)
        assert {item.step.id for item in checklist.items} == self.workup.pathway.steps.keys()
        assert not self.workup.diff(self.at, self.at)

    @invariant()
    def a_deficit_that_nobody_took_back_is_never_absent(self):
        """Corrected, withdrawn, or said to have changed: nothing else makes it absent."""
        events = self.workup.events
        taken = {e.event for e in events if isinstance(e, Withdrawn) or (hasattr(e, "reason") and hasattr(e, "event"))}
        changed = {e.finding for e in events if getattr(e, "changed", False)}
        chart = self.workup.chart(self.at)
        for event in events:
            of_sign = getattr(event, "finding", None)
            if of_sign and event.value is True and event.id not in taken and of_sign not in changed and PATHWAY.findings[of_sign].red_flag:
                entry = chart.entry(of_sign)
                assert not isinstance(entry, Known) or entry.value is True

    @invariant()
    def a_deadline_doesnt_move_because_somebody_looks_later(self):
        """As long as nothing gets too old in between."""
        now, later = self.workup.checklist(self.at), self.workup.checklist(self.at + timedelta(minutes=1))
        for item, same in zip(now.items, later.items, strict=True):
            if item.status is Status.DUE and same.status is Status.DUE:
                assert item.due == same.due


def test_a_life():
    run_state_machine_as_test(
        Life,
        settings=settings(max_examples=LIVES, stateful_step_count=LIFE, suppress_health_check=[*HealthCheck], deadline=None),
    )
