"""A chart: what is known of one patient, when it was seen, where it came from, and why something is not known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from spineworkup.entries import NOT_RECORDED, AllReady, Entry, Known, all_ready, read_all
from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Quantity, Value
from spineworkup.moments import aware

STATES = (
    "requested",
    "scheduled",
    "performed",
    "reported",
    "acted_on",
    "inadequate",
    "cancelled",
    "declined",
)
CLOCKS = ("suspicion", "request", "decision_to_treat")

T = TypeVar("T")


@frozen
class StepEvent:
    """What has happened to a step.

    Args:
        state: One of requested, scheduled, performed, reported, acted_on, inadequate, cancelled, declined.
        by: The role; needed for declined.
        reason: Needed for declined.
    """

    state: str
    at: datetime
    by: str = ""
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        if self.state not in STATES:
            raise ChartError("state", f"expected one of {', '.join(STATES)}")
        if self.state == "declined" and not (self.by and self.reason):
            raise ChartError("declined", "a declined step needs `reason` and `by` (the role)")


@frozen
class SignOff:
    """A named role has cleared a relative contraindication."""

    rule: str
    by: str
    at: datetime


@frozen(init=False)
class Chart:
    """What is known of one patient.

    >>> from spineworkup.findings import Kind
    >>> weakness = Finding("limb_weakness", "Weakness", Kind.BOOLEAN)
    >>> Chart({"limb_weakness": weakness}, {"limb_weakness": True}).facts
    {'limb_weakness': True}

    Args:
        findings: What may be known: a pathway's findings.
        values: Finding id to a value, an `Observation`, or several observations of the same finding.
        clocks: When the clocks `suspicion`, `request` and `decision_to_treat` started.
        steps: What has happened to steps: step id to the last `StepEvent`.
        not_available: Steps that this place can't do now.
        case: A label that is printed as the identifier.

    Raises:
        ChartError: An unknown finding, a wrong type, a missing or wrong unit. No message repeats a value.
        TimeError: A time without a time zone.
    """

    findings: Mapping[str, Finding] = field(repr=False)
    entries: Mapping[str, Entry]
    clocks: Mapping[str, datetime]
    steps: Mapping[str, StepEvent]
    not_available: frozenset[str]
    sign_offs: tuple[SignOff, ...]
    case: str
    _ready: AllReady | None = field(default=None, eq=False, repr=False, init=False)
    _memo: dict[Hashable, Any] = field(factory=dict, eq=False, repr=False, init=False)

    def __init__(
        self,
        findings: Mapping[str, Finding],
        values: Mapping[str, object] | None = None,
        *,
        clocks: Mapping[str, datetime] | None = None,
        steps: Mapping[str, StepEvent] | None = None,
        not_available: Iterable[str] = (),
        sign_offs: Iterable[SignOff] = (),
        case: str = "",
    ) -> None:
        for clock in clocks or ():
            if clock not in CLOCKS:
                raise ChartError("clocks", f"expected one of {', '.join(CLOCKS)}")
        ready = all_ready(findings, values) if values else None
        self.__attrs_init__(
            findings,
            read_all(findings, values or {}) if ready is None else ready.entries,
            {name: aware(moment) for name, moment in clocks.items()} if clocks else {},
            {id_: evolve(event, at=aware(event.at)) for id_, event in steps.items()} if steps else {},
            frozenset(not_available),
            tuple(evolve(sign, at=aware(sign.at)) for sign in sign_offs) if sign_offs else (),
            case,
        )
        if ready is not None:
            object.__setattr__(self, "_ready", ready)
            # What is ready has no time.
            object.__setattr__(self, "times", {})

    def __reduce__(self) -> tuple[Callable[..., Chart], tuple[object, ...]]:
        # Sent elsewhere without what was made of it here, such as what it says to the rules.
        given = (self.findings, self.entries, self.clocks, self.steps, self.not_available, self.sign_offs, self.case)
        return _with_entries, given

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # Notebooks and Hypothesis would print all that could be known, which is 70 kB, beside what is.
        printer.text(repr(self))

    def remember(self, key: Hashable, make: Callable[[Chart], T]) -> T:
        """Return what `make` makes of this chart, made once: how a reading of it is kept beside it."""
        kept: T
        try:
            kept = self._memo[key]
        except KeyError:
            kept = self._memo[key] = make(self)
        return kept

    def said_to(self, reader: object) -> int | None:
        """Return what the recorded values say together to a reader, in bits; None where that isn't at hand."""
        ready = self._ready
        return None if ready is None or ready.reader is not reader else ready.said

    def with_values(self, values: Mapping[str, object]) -> Chart:
        """Return the chart with more values, or newer ones in place of those it has."""
        ready = all_ready(self.findings, values)
        entries = read_all(self.findings, values) if ready is None else ready.entries
        return with_changes(self, {**self.entries, **entries}, entries)

    def entry(self, finding: str) -> Entry:
        """Return what is known of a finding, or why it is not known."""
        return self.entries.get(finding, NOT_RECORDED)

    def value(self, finding: str) -> Value | None:
        """Return the value of a finding; None where it is not known."""
        return self.entries.get(finding, NOT_RECORDED).value

    @cached_property
    def facts(self) -> Mapping[str, Value]:
        """The values that are known."""
        return {id_: value for id_, entry in self.entries.items() if (value := entry.value) is not None}

    @cached_property
    def reported(self) -> Mapping[str, Quantity]:
        """The known quantities as they were reported, before any conversion."""
        known = {id_: entry for id_, entry in self.entries.items() if isinstance(entry, Known)}
        return {id_: entry.reported for id_, entry in known.items() if entry.reported is not None}

    @cached_property
    def times(self) -> Mapping[str, datetime]:
        """When the known findings were seen, as far as that is known."""
        return {id_: at for id_, entry in self.entries.items() if (at := entry.at) is not None}

    def seen(self, finding: str) -> datetime | None:
        """Return when a known finding was seen; None where that is not known."""
        return self.times.get(finding)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything in the chart: tells charts apart without saying what is in them."""
        parts = [sorted(self.entries.items(), key=lambda item: item[0]), sorted(self.clocks.items())]
        parts += [sorted(self.steps.items(), key=lambda item: item[0]), sorted(self.not_available)]
        parts += [list(self.sign_offs), [self.case]]
        return "sha256:" + hashlib.sha256("\n".join(map(repr, parts)).encode("utf-8", "replace")).hexdigest()


def with_changes(chart: Chart, entries: Mapping[str, Entry], changed: Mapping[str, Entry]) -> Chart:
    """Return the chart with other entries; the times that it knew already are carried over instead of being looked up again."""
    other = evolve_entries(chart, entries)
    times = {id_: moment for id_, moment in chart.times.items() if id_ not in changed} if chart.times else {}
    for id_, entry in changed.items():
        if entry.at is not None:
            times[id_] = entry.at
    object.__setattr__(other, "times", times)
    return other


def evolve_entries(chart: Chart, entries: Mapping[str, Entry]) -> Chart:
    """Return the chart with other entries, without reading the values again."""
    return _with_entries(
        chart.findings, entries, chart.clocks, chart.steps, chart.not_available, chart.sign_offs, chart.case
    )


def _with_entries(*given: Any) -> Chart:
    other: Chart = Chart.__new__(Chart)
    other.__attrs_init__(*given)
    return other
