"""How observations of one finding become one entry of a chart, written from the documents (case files; decision 15)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from spineworkup.entries import Observation, WhyUnknown
from spineworkup.findings import Finding, Kind, Quantity, Value
from spineworkup.units import convert


class Entry(NamedTuple):
    """What is known: a value with its first and last time, or the reasons why there is none (any of them will do)."""

    value: Value | None
    at: datetime | None = None
    latest: datetime | None = None
    why: frozenset[WhyUnknown] = frozenset()


def merged(finding: Finding, observations: list[Observation]) -> Entry:
    """Observations that agree are one, since the first of them; those that don't are no value at all."""
    said = [each for each in observations if is_said(each)]
    values = [in_own_unit(finding, each.value) for each in said if each.value is not None]
    why = {each.reason for each in said if each.value is None}
    if any(not is_plausible(finding, value) for value in values):
        why.add(WhyUnknown.IMPLAUSIBLE)
    elif len(set(values)) > 1:
        why.add(WhyUnknown.CONFLICT)
    if why or not said:
        return Entry(None, why=frozenset(why or {WhyUnknown.NOT_RECORDED}))
    times = sorted(each.at for each in said if each.at is not None)
    if len(times) < len(said):
        return Entry(values[0])
    return Entry(values[0], times[0], times[-1] if times[-1] != times[0] else None)


def is_said(observation: Observation) -> bool:
    """Nothing recorded beside something recorded says nothing."""
    return observation.value is not None or observation.reason is not WhyUnknown.NOT_RECORDED


def in_own_unit(finding: Finding, value: object) -> Value:
    if isinstance(value, Quantity):
        return convert(value, finding.unit, finding.molar_mass)
    return value


def is_plausible(finding: Finding, value: Value) -> bool:
    if finding.kind not in (Kind.NUMBER, Kind.QUANTITY):
        return True
    low, high = finding.low, finding.high
    return (low is None or value >= low) and (high is None or value <= high)
