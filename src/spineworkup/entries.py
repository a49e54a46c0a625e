"""How a recorded value becomes an entry of a chart: known, with when and from where, or not known, with why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import reduce
from math import inf
from operator import itemgetter, or_
from typing import ClassVar, NamedTuple

from attrs import evolve, frozen

from spineworkup.errors import ChartError
from spineworkup.findings import Finding, Quantity, Value
from spineworkup.moments import aware


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


NOT_RECORDED = Unknown(WhyUnknown.NOT_RECORDED)
Entry = Known | Unknown
# The values that are kept ready of all findings together.
_MOST_READY = 20_000
_ALONE = (bool, str, int, Decimal, type(None))

# From a finding and its value, None where it is not known, to bits.
Says = Callable[[str, "Value | None"], int]
# A finding, and a value as it was recorded with its class: True, 1 and 1.0 are equal.
_Recorded = tuple[str, type, object]


class Ready(dict[_Recorded, tuple["Entry", int]]):
    """The entries of values that were recorded alone, without a time or a source: made once, as many patients have them.

    Beside each stands what it says to a reader, such as the rules, in bits: so a chart can know it as soon as it is made.
    """

    def __init__(self, findings: Mapping[str, Finding], reader: object = None, says: Says | None = None) -> None:
        self._findings, self.reader, self._says = findings, reader, says

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
    """What may be known, by id; with the entries of values that many patients have, by the value as it was recorded."""

    def __init__(self, findings: Mapping[str, Finding] | Iterable[tuple[str, Finding]] = ()) -> None:
        super().__init__(findings)
        self.ready = Ready(self)

    def read_by(self, reader: object, says: Says) -> None:
        """Keep from now on what values say to this reader, in place of another."""
        # All at once, as a chart may be made in another thread just now.
        self.ready = Ready(self, reader, says)

    def __reduce__(self) -> tuple[type[Findings], tuple[dict[str, Finding]]]:
        # Rules are sent to other machines; what was recorded of anybody isn't.
        return Findings, (dict(self),)


def findings_by_id(findings: Mapping[str, Finding]) -> Findings:
    """Return findings in the order of their ids."""
    return findings if isinstance(findings, Findings) else Findings(sorted(findings.items()))


class AllReady(NamedTuple):
    """Values all of which were ready, and what they say together to a reader."""

    entries: dict[str, Entry]
    reader: object
    said: int


def all_ready(findings: Mapping[str, Finding], values: Mapping[str, object]) -> AllReady | None:
    """Return the entries of values that were recorded alone; None where one of them has a time, say, or is not hashable."""
    ready = findings.ready if type(findings) is Findings else Ready(findings)
    raws = values.values()
    try:
        found = list(map(ready.__getitem__, zip(values, map(type, raws), raws, strict=True)))
    except TypeError:
        return None
    entries = {id_: entry for id_, (entry, _) in zip(values, found, strict=True)}
    return AllReady(entries, ready.reader, reduce(or_, map(_BITS, found), 0))


_BITS: Callable[[tuple[Entry, int]], int] = itemgetter(1)


def read_all(findings: Mapping[str, Finding], values: Mapping[str, object]) -> dict[str, Entry]:
    """Return the entries of values, however they were recorded."""
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
