"""A workup: the record of one patient's events, from which the checklist of every moment follows.

Nothing in it is ever changed or taken out; what was wrong is corrected or withdrawn by a later event.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from attrs import evolve, field, frozen

from spineworkup.assessment import assess
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist, Notice
from spineworkup.errors import WorkupError
from spineworkup.findings import Quantity
from spineworkup.moments import aware
from spineworkup.notebooks import fragment, minute
from spineworkup.pathways import Pathway
from spineworkup.workups.changes import Changes, changes_between
from spineworkup.workups.events import (
    AvailabilityChanged,
    ClockStarted,
    Event,
    FindingCorrected,
    FindingRecorded,
    Noted,
    Overridden,
    RulesAdopted,
    Shown,
    StepRecorded,
    Withdrawn,
    Written,
)
from spineworkup.workups.folding import Folded, entered_by, fold
from spineworkup.workups.standings import standings_of
from spineworkup.workups.wording import event_words

E = TypeVar("E", bound=Event)


@frozen
class Workup:
    """The workup of one patient: what happened, in the order in which it was entered.

    >>> from datetime import UTC
    >>> from spineworkup import load_pathway
    >>> nine, ten = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (9, 10))
    >>> workup = Workup.start(load_pathway(), "example-1", at=nine, by="first clinician")
    >>> workup = workup.start_clock("suspicion", at=nine, by="first clinician")
    >>> workup = workup.record("limb_weakness", "present", at=ten, by="first clinician")
    >>> workup.checklist(nine).urgency.lowest.value, workup.checklist(ten).urgency.lowest.value
    ('routine', 'immediate')

    Args:
        pathway: The rules that it is read with.
        case: A label that is printed as the identifier.
        events: What happened; the first says which rules were adopted.
    """

    pathway: Pathway = field(repr=False)
    case: str
    events: tuple[Event, ...] = field(repr=False)

    def __repr__(self) -> str:
        # The label of the case may be a number of the hospital's: in a log, the first event tells workups apart.
        first = self.events[0].id if self.events else "empty"
        return f"<Workup {first}: {len(self.events)} events, read with {self.pathway.id} {self.pathway.version}>"

    def _repr_html_(self) -> str:
        """Show the last events and the checklist as known when the last was entered."""
        last = self.events[-12:]
        lines = (f"{minute(event.at)}, {event.by}: {event_words(event, self.pathway, self._by_id)}" for event in last)
        listed = fragment(f"Workup {self.case}: {len(self.events)} events", {"The last of them": lines})
        return listed + self.checklist(max(event.at for event in self.events))._repr_html_()

    @classmethod
    def start(cls, pathway: Pathway, case: str, *, at: datetime, by: str, origin: str = "") -> Workup:
        """Return a workup in which nothing has happened but that it goes by these rules."""
        return cls(pathway, case, (_adopted(pathway, at, by, origin),))

    # What happened: each returns the workup with one more event.

    def record(
        self, finding: str, value: Written | Quantity, *, at: datetime, by: str, origin: str = "",
        when: datetime | None = None, changed: bool = False,
    ) -> Workup:  # fmt: skip
        """Record a finding.

        Args:
            value: In the form that the finding takes in a case file, such as `present` or `2.95 mmol/L`.
            when: When it was seen; `at` where nothing is said.
            changed: The patient has changed: what was seen before holds no more.

        Raises:
            ChartError: The pathway has no such finding, or the finding no such value.
        """
        written = _written(value)
        Chart(self.pathway.findings, {finding: written})
        return self.add(
            FindingRecorded(at=at, by=by, origin=origin, finding=finding, value=written, when=when, changed=changed)
        )

    def correct(
        self, event: str, value: Written | Quantity, *, reason: str, at: datetime, by: str, origin: str = "",
        when: datetime | None = None,
    ) -> Workup:  # fmt: skip
        """Say what a finding that was recorded wrongly should have been.

        Args:
            event: The event that was wrong, or the beginning of its name.

        Raises:
            WorkupError: There is no such event, or it records no finding.
            ChartError: The finding has no such value.
        """
        wrong = self.event(event)
        if isinstance(wrong, FindingCorrected):
            wrong = self.event(wrong.event)
        if not isinstance(wrong, FindingRecorded):
            raise WorkupError("event: only what was recorded of a finding can be corrected; anything else is withdrawn")
        written = _written(value)
        Chart(self.pathway.findings, {wrong.finding: written})
        return self.add(
            FindingCorrected(at=at, by=by, origin=origin, event=wrong.id, value=written, reason=reason, when=when)
        )

    def withdraw(self, event: str, *, reason: str, at: datetime, by: str) -> Workup:
        """Say that an event was entered in error.

        Raises:
            WorkupError: There is no such event, or it can't be taken back.
        """
        return self.add(Withdrawn(at=at, by=by, event=self.event(event).id, reason=reason))

    def start_clock(
        self, clock: str, *, at: datetime, by: str, origin: str = "", when: datetime | None = None
    ) -> Workup:
        """Say when a clock started: `suspicion`, `request` or `decision_to_treat`."""
        return self.add(ClockStarted(at=at, by=by, origin=origin, clock=clock, when=when))

    def step(
        self, step: str, state: str, *, at: datetime, by: str, reason: str = "", origin: str = "",
        when: datetime | None = None,
    ) -> Workup:  # fmt: skip
        """Record what happened to a step: requested, performed, declined, ...

        Raises:
            WorkupError: The pathway has no such step, or a declined one has no reason.
        """
        self._must_have(step)
        return self.add(StepRecorded(at=at, by=by, origin=origin, step=step, state=state, reason=reason, when=when))

    def availability(self, step: str, available: bool, *, at: datetime, by: str, reason: str = "") -> Workup:
        """Say that a step can't be done here now, or can again."""
        self._must_have(step)
        return self.add(AvailabilityChanged(at=at, by=by, step=step, available=available, reason=reason))

    def override(self, rule: str, *, reason: str, at: datetime, by: str) -> Workup:
        """Say that a named role goes past a rule that speaks against a step, and why.

        Raises:
            WorkupError: The pathway has no such rule.
        """
        if rule not in self.pathway.rules:
            raise WorkupError("rule: unknown (`spineworkup rules` lists them)")
        return self.add(Overridden(at=at, by=by, rule=rule, reason=reason))

    def note(self, text: str, *, at: datetime, by: str) -> Workup:
        """Add words for the next reader."""
        return self.add(Noted(at=at, by=by, text=text))

    def show(self, at: datetime, *, by: str, origin: str = "") -> Workup:
        """Note that the checklist of a moment was printed or handed over, to say later what has changed since."""
        checklist = self.checklist(at)
        receipt = checklist.receipt
        return self.add(
            Shown(
                at=at, by=by, origin=origin, of=checklist.at, hash=receipt.hash, library=receipt.library,
                chart_digest=receipt.chart_digest, standings=standings_of(checklist),
            )
        )  # fmt: skip

    def adopt(self, pathway: Pathway, *, at: datetime, by: str, origin: str = "") -> Workup:
        """Return the workup under other rules from here on; what was recorded stays as it was recorded."""
        return evolve(self, pathway=pathway).add(_adopted(pathway, at, by, origin))

    def add(self, event: Event) -> Workup:
        """Return the workup with one more event; one that it holds already changes nothing.

        Raises:
            WorkupError: The event speaks of another that isn't there or can't be corrected or withdrawn.
        """
        if event.id in self._by_id:
            return self
        check_target(event, self._by_id)
        return evolve(self, events=(*self.events, event))

    # What follows from it.

    @property
    def revision(self) -> int:
        """How many events it has."""
        return len(self.events)

    @property
    def adopted(self) -> RulesAdopted:
        """The rules that it goes by."""
        return self.last(RulesAdopted)  # type: ignore[return-value]

    def last(self, kind: type[E]) -> E | None:
        """Return the last event of a kind that wasn't withdrawn; None where there is none."""
        withdrawn = {event.event for event in self.events if isinstance(event, Withdrawn)}
        found = (event for event in reversed(self.events) if isinstance(event, kind) and event.id not in withdrawn)
        return next(found, None)

    def event(self, name: str) -> Event:
        """Return an event by its name, or by the beginning of it.

        Raises:
            WorkupError: No event, or more than one, has such a name.
        """
        if name in self._by_id:
            return self._by_id[name]
        found = [event for id_, event in self._by_id.items() if id_.startswith(name)]
        if not name or len(found) != 1:
            raise WorkupError("event: no such event, or several (`spineworkup timeline` lists them)")
        return found[0]

    @cached_property
    def _by_id(self) -> dict[str, Event]:
        return {event.id: event for event in self.events}

    def folded(self, at: datetime) -> Folded:
        """Return what was known at a moment, and what of it these rules can't read."""
        return fold(self.events, self.pathway, aware(at), self.case)

    def chart(self, at: datetime) -> Chart:
        """Return what was known at a moment."""
        return self.folded(at).chart

    def checklist(self, at: datetime) -> Checklist:
        """Return the checklist of a moment: of what had been entered by then.

        Raises:
            TimeError: `at` has no time zone.
        """
        folded = self.folded(at)
        checklist = assess(self.pathway, folded.chart, at=at)
        return checklist.with_notices(first=self._notices(folded, checklist.at))

    def diff(self, at1: datetime, at2: datetime) -> Changes:
        """Return what is otherwise at one moment than at another, and which events in between are the reason."""
        before, after = self.checklist(at1), self.checklist(at2)
        return changes_between(standings_of(before), after, since=before.at, events=self.events)

    def changes_since_shown(self, at: datetime) -> Changes | None:
        """Return what has changed since a checklist was last printed or handed over; None if none ever was."""
        shown = self.last(Shown)
        if shown is None:
            return None
        known = self.events[: self.events.index(shown)]
        return changes_between(shown.standings, self.checklist(at), since=shown.of, events=self.events, known=known)

    def _notices(self, folded: Folded, at: datetime) -> Iterable[Notice]:
        adopted = self.adopted
        if adopted.hash != self.pathway.hash:
            yield Notice(
                "rules_changed",
                f"The rules are not those that this workup was made with ({adopted.package} {adopted.version}, "
                f"{adopted.hash[:19]}): check what changes for this patient (`spineworkup adopt` says it)",
            )
        later = len(self.events) - len(entered_by(self.events, at))
        if later:
            yield Notice("later_events", f"{later} events of the record were entered after this moment and are not counted")
        for what in folded.foreign:
            yield Notice("not_in_rules", f"The record speaks of {what}, which these rules don't have: it is kept, not read")
        for finding in folded.unreadable:
            label = self.pathway.findings[finding].label
            yield Notice("not_in_rules", f"{label} was recorded in a way that these rules can't read: look it up", finding)

    def _must_have(self, step: str) -> None:
        if step not in self.pathway.steps:
            raise WorkupError("step: unknown (`spineworkup steps` lists them)")


def check_target(event: Event, earlier: dict[str, Event]) -> None:
    """Refuse an event that speaks of another one that isn't there, or can't be corrected or withdrawn."""
    match event:
        case FindingCorrected():
            if not isinstance(earlier.get(event.event), FindingRecorded):
                raise WorkupError("event: a correction names an earlier event that recorded a finding")
        case Withdrawn():
            if isinstance(earlier.get(event.event), RulesAdopted | Shown | None):
                raise WorkupError("event: a withdrawal names an earlier event, other than of rules or of what was shown")
        case _:
            pass


def _adopted(pathway: Pathway, at: datetime, by: str, origin: str) -> RulesAdopted:
    return RulesAdopted(
        at=at, by=by, origin=origin, package=pathway.id, version=pathway.version, hash=pathway.hash,
        overlays=pathway.overlays,
    )  # fmt: skip


def _written(value: Written | Quantity) -> Written:
    return f"{value.value:f} {value.unit}" if isinstance(value, Quantity) else value
