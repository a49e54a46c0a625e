"""A chart: what is known of one patient, when it was seen, where it came from, and why something is not known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cached_property, reduce
from math import inf
from operator import itemgetter, or_
from typing import Any, ClassVar, NamedTuple, TypeVar

from attrs import evolve, field, frozen

from spineworkup.derived import DERIVED
from spineworkup.errors import ChartError, TimeError, UnitError
from spineworkup.findings import Finding, Quantity, Value
from spineworkup.scores import Additive, Score, total_of

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
# A clock of a recording system may run a little ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)
# Python reads more, and in every version something else: weeks, 24:00, fractions that it cuts off.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]([01][0-9]|2[0-3]):[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
# Within these a deadline can always be worked out, and no patient's time lies outside.
FIRST_YEAR, LAST_YEAR = 1800, 2199
_EXPECTED_TIME = "expected a date and time with a time zone, such as 2026-11-20T09:00:00+00:00"


class WhyUnknown(Enum):
    """Why a finding is not known."""

    NOT_RECORDED = "not_recorded"
    NOT_FETCHED = "not_fetched"
    INCOMPLETE = "incomplete"
    STALE = "stale"
    CONFLICT = "conflict"
    IMPLAUSIBLE = "implausible"
    NO_UNIT = "no_unit"
    UNMAPPED_CODE = "unmapped_code"
    IN_FUTURE = "in_future"


def aware(moment: datetime) -> datetime:
    """Return a moment in UTC.

    Raises:
        TimeError: It has no time zone, so nobody can say when it was; or its year is no patient's.
    """
    if moment.tzinfo is UTC and not moment.fold and FIRST_YEAR <= moment.year <= LAST_YEAR:
        return moment
    if moment.utcoffset() is None:
        raise TimeError(_EXPECTED_TIME)
    if FIRST_YEAR <= moment.year <= LAST_YEAR:
        # `fold` tells two local times apart; in UTC it says nothing, and equal moments are to look equal.
        in_utc = moment.astimezone(UTC).replace(fold=0)
        if FIRST_YEAR <= in_utc.year <= LAST_YEAR:
            return in_utc
    raise TimeError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")


def read_time(text: object) -> datetime:
    """Return the moment that a text such as 2026-11-20T09:00:00+00:00 names.

    Raises:
        TimeError: It isn't such a text, or `aware` refuses it. The message doesn't repeat it.
    """
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise TimeError(_EXPECTED_TIME)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise TimeError(_EXPECTED_TIME) from None
    return aware(moment)


@frozen
class Observation:
    """A value as it was recorded: present or absent, an option, a number, a quantity; when, and from where.

    Args:
        value: In the form that the finding takes, or None for "unknown".
        at: When it was seen or measured; None where nobody wrote it down.
    """

    value: object
    at: datetime | None = None
    source: str = ""
    reason: WhyUnknown = WhyUnknown.NOT_RECORDED


@frozen
class Known:
    """A finding that is known, in the finding's own unit.

    Args:
        at: Since when, as far as that is known.
        latest: When it was last seen so, where it was seen several times.
    """

    value: Value
    at: datetime | None = None
    source: str = ""
    reported: Quantity | None = None
    calculated: bool = False
    latest: datetime | None = None


@frozen
class Unknown:
    """A finding that is not known, and why: it has no value and no time."""

    reason: WhyUnknown
    detail: str = ""
    value: ClassVar[None] = None
    at: ClassVar[None] = None


Entry = Known | Unknown
# The values that are kept ready of all findings together.
_MOST_READY = 20_000
_ALONE = (bool, str, int, Decimal, type(None))


T = TypeVar("T")
# From a finding and its value, None where it is not known, to bits.
Says = Callable[[str, "Value | None"], int]
# A finding, and a value as it was recorded with its class: True, 1 and 1.0 are equal.
_Recorded = tuple[str, type, object]


class Ready(dict[_Recorded, tuple["Entry", int]]):
    """The entries of values that were recorded alone, without a time or a source: made once, as many patients have them.

    Beside each stands what it says to a reader, such as the rules, in bits: so a chart can know it as soon as it is made.
    """

    def __init__(self, findings: Mapping[str, Finding]) -> None:
        self._findings = findings
        self.reader: object = None
        self._says: Says | None = None

    def read_by(self, reader: object, says: Says) -> None:
        """Keep from now on what values say to this reader, in place of another."""
        self.clear()
        self.reader, self._says = reader, says

    def __missing__(self, recorded: _Recorded) -> tuple[Entry, int]:
        id_, kind, raw = recorded
        if kind not in _ALONE:
            raise TypeError
        # Equal decimals may be printed otherwise, as 5 and 5.0: they are kept by their text.
        kept = (id_, kind, str(raw)) if kind is Decimal else recorded
        found = self.get(kept) if kind is Decimal else None
        if found is None:
            entry = _entry(_finding(self._findings, id_), raw)
            found = entry, 0 if self._says is None else self._says(id_, entry.value)
            if len(self) < _MOST_READY:
                self[kept] = found
        return found


class Findings(dict[str, Finding]):
    """What may be known, by id; with the entries of values that many patients have."""

    @cached_property
    def ready(self) -> Ready:
        """Those entries, by the value as it was recorded."""
        return Ready(self)

    def __reduce__(self) -> tuple[type[Findings], tuple[dict[str, Finding]]]:
        # Rules are sent to other machines; what was recorded of anybody isn't.
        return Findings, (dict(self),)


def findings_by_id(findings: Mapping[str, Finding]) -> Findings:
    """Return findings in the order of their ids."""
    return findings if isinstance(findings, Findings) else Findings(sorted(findings.items()))


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
    _ready: _AllReady | None = field(default=None, eq=False, repr=False, init=False)
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
        ready = _ready(findings, values) if values else None
        self.__attrs_init__(
            findings,
            _read_all(findings, values or {}) if ready is None else ready.entries,
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
        ready = _ready(self.findings, values)
        entries = _read_all(self.findings, values) if ready is None else ready.entries
        return _with_changes(self, {**self.entries, **entries}, entries)

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


NOT_RECORDED = Unknown(WhyUnknown.NOT_RECORDED)


def read_chart(chart: Chart, at: datetime, derived: Sequence[Finding], scores: Mapping[str, Score]) -> Chart:
    """Return the chart as it is to be read at a moment: stale values unknown, derived findings worked out.

    Args:
        chart: What was recorded.
        at: The moment; what lies after it, or is too old for it, is not known.
        derived: The findings that can be worked out from others.
        scores: Findings that hold a score's total, to the score.
    """
    changed: dict[str, Entry] = {}
    if not (chart.times or derived or scores):
        return chart
    for id_, moment in chart.times.items():
        entry = chart.entries[id_]
        if (fresh := _fresh(chart.findings[id_], entry, moment, at)) is not entry:
            changed[id_] = fresh
    entries = {**chart.entries, **changed}
    for finding in derived:
        if finding.id in chart.findings and not isinstance(entries.get(finding.id), Known):
            worked_out = _derive(finding, entries)
            if worked_out is not None:
                seen = worked_out.at
                fresh = worked_out if seen is None else _fresh(finding, worked_out, seen, at)
                changed[finding.id] = entries[finding.id] = fresh
    for id_, score in scores.items():
        if id_ in chart.findings and not isinstance(entries.get(id_), Known):
            total = _total(score, entries)
            if total is not None:
                changed[id_] = entries[id_] = total
    return _with_changes(chart, entries, changed) if changed else chart


def _with_changes(chart: Chart, entries: Mapping[str, Entry], changed: Mapping[str, Entry]) -> Chart:
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
    other: Chart = Chart.__new__(Chart)
    other.__attrs_init__(
        chart.findings, entries, chart.clocks, chart.steps, chart.not_available, chart.sign_offs, chart.case
    )
    return other


class _AllReady(NamedTuple):
    """Values all of which were ready, and what they say together to a reader."""

    entries: dict[str, Entry]
    reader: object
    said: int


def _ready(findings: Mapping[str, Finding], values: Mapping[str, object]) -> _AllReady | None:
    """Return the entries of values that were recorded alone; None where one of them has a time, say, or is not hashable."""
    ready = findings.ready if type(findings) is Findings else Ready(findings)
    raws = values.values()
    try:
        found = list(map(ready.__getitem__, zip(values, map(type, raws), raws, strict=True)))
    except TypeError:
        return None
    entries = {id_: entry for id_, (entry, _) in zip(values, found, strict=True)}
    return _AllReady(entries, ready.reader, reduce(or_, map(_BITS, found), 0))


_BITS: Callable[[tuple[Entry, int]], int] = itemgetter(1)


def _read_all(findings: Mapping[str, Finding], values: Mapping[str, object]) -> dict[str, Entry]:
    return {id_: _entry(_finding(findings, id_), raw) for id_, raw in values.items()}


def _finding(findings: Mapping[str, Finding], id_: str) -> Finding:
    if id_ not in findings:
        raise ChartError("findings", "unknown finding", "`spineworkup findings` lists them")
    return findings[id_]


def _entry(finding: Finding, raw: object) -> Entry:
    if isinstance(raw, Unknown):
        return raw
    if isinstance(raw, list | tuple):
        return _agree([_entry(finding, one) for one in raw])
    if isinstance(raw, Observation):
        return _read(finding, raw.value, raw.reason, None if raw.at is None else aware(raw.at), raw.source)
    return _read(finding, raw, WhyUnknown.NOT_RECORDED, None, "")


def _read(finding: Finding, raw: object, reason: WhyUnknown, at: datetime | None, source: str) -> Entry:
    value, reported = finding.value_of(raw)
    if value is None:
        return Unknown(reason)
    if not finding.is_plausible(value):
        return Unknown(WhyUnknown.IMPLAUSIBLE)
    return Known(value, at, source, reported)


def _agree(entries: list[Entry]) -> Entry:
    """Return what several observations say together; where they disagree nothing is known, never the last one."""
    if not entries:
        return NOT_RECORDED
    unknown = [
        entry
        for entry in entries
        if isinstance(entry, Unknown) and entry.reason is not WhyUnknown.NOT_RECORDED
    ]
    if unknown:
        return min(unknown, key=lambda entry: (entry.reason.value, entry.detail))
    known = [entry for entry in entries if isinstance(entry, Known)]
    if not known:
        return NOT_RECORDED
    first = min(known, key=_first)
    if any(entry.value != first.value for entry in known):
        named = sorted({entry.source for entry in known if entry.source})
        return Unknown(
            WhyUnknown.CONFLICT,
            f"{len(known)} observations{_from(len(named))}",
        )
    # The same value several times: it has been so since the earliest; without a time that is not known.
    times = [entry.at for entry in known if entry.at is not None]
    if len(times) < len(known):
        return evolve(first, at=None)
    return evolve(first, latest=max(times)) if max(times) > min(times) else first


def _from(sources: int) -> str:
    if not sources:
        return ""
    return " from 1 source" if sources == 1 else f" from {sources} sources"


def _first(entry: Known) -> tuple[float, str, str]:
    """Put observations into an order of their own, so that the one in which they are given changes nothing."""
    return entry.at.timestamp() if entry.at is not None else inf, entry.source, str(entry.reported)


def _fresh(finding: Finding, entry: Entry, seen: datetime, at: datetime) -> Entry:
    if seen > at + CLOCK_SKEW:
        return Unknown(WhyUnknown.IN_FUTURE)
    if finding.max_age is None or not isinstance(entry, Known):
        return entry
    last = seen if entry.latest is None or entry.latest > at + CLOCK_SKEW else entry.latest
    lasting = finding.red_flag and entry.value is True
    return entry if lasting or at - last <= finding.max_age else Unknown(WhyUnknown.STALE)


def _derive(finding: Finding, entries: Mapping[str, Entry]) -> Known | None:
    assert finding.derived is not None
    # A result that somebody reported but that can't be used is not papered over by a calculation.
    own = entries.get(finding.id, NOT_RECORDED)
    if isinstance(own, Unknown) and own.reason is not WhyUnknown.NOT_RECORDED:
        return None
    inputs = [entries.get(id_, NOT_RECORDED) for id_ in finding.derived.inputs]
    known = [entry for entry in inputs if isinstance(entry, Known) and entry.reported is not None]
    if len(known) < len(inputs):
        return None
    reported = tuple(entry.reported for entry in known if entry.reported is not None)
    derived = DERIVED[finding.derived.by]
    try:
        quantity = derived.function(reported, finding)
        value, _ = finding.value_of(quantity)
    except (UnitError, ChartError):
        return None
    if value is None or not finding.is_plausible(value):
        return None
    times = [entry.at for entry in known if entry.at is not None]
    at = max(times) if len(times) == len(known) else None
    return Known(value, at, f"calculated: {derived.formula}", quantity, calculated=True)


def _total(score: Score, entries: Mapping[str, Entry]) -> Known | None:
    known = {item: entry for item in score.inputs if isinstance(entry := entries.get(item), Known)}
    # As above: a total that was reported but can't be used stays not known, with its reason.
    own = entries.get(score.total, NOT_RECORDED)
    if not known or own != NOT_RECORDED or not isinstance(score.table, Additive):
        return None
    total = total_of(score.table, {item: entry.value for item, entry in known.items()})
    times = [entry.at for entry in known.values() if entry.at is not None]
    at = max(times) if len(times) == len(known) else None
    value: Value = total.lowest if total.lowest == total.highest else total
    return Known(value, at, f"calculated: {score.label}", calculated=True)
