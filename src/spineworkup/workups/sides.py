"""On which side of every threshold of the rules a measurement lies, with what is worked out from it.

A calcium that was high in the morning and is high at noon has been high since the morning: a repeated measurement starts
no clock anew, and moves no deadline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from attrs import evolve

from spineworkup.criteria import Compare, leaves
from spineworkup.derived import DERIVED
from spineworkup.entries import Entry, Known
from spineworkup.errors import UnitError
from spineworkup.findings import Finding, Kind, Quantity, Value
from spineworkup.logic.evaluate import compare
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth
from spineworkup.workups.events import Written

Side = tuple[Truth, ...]


def is_compared(finding: Finding, pathway: Pathway) -> bool:
    """Return whether the newest of several measurements counts, and some rule asks on which side of a threshold it lies."""
    return is_measured(finding) and finding.id in pathway.remember("compared", _compared)


def is_measured(finding: Finding) -> bool:
    """Return whether the newest value of a finding is the one that counts."""
    return finding.kind in (Kind.QUANTITY, Kind.NUMBER) and not finding.red_flag


def lasting(
    last: Known,
    before: Iterable[tuple[Written, datetime]],
    entries: Mapping[str, Entry],
    finding: Finding,
    pathway: Pathway,
) -> Known:
    """Return a measurement as one that holds since it came to lie where it lies.

    Args:
        last: The newest of a finding.
        before: Those before it, from the last to the first: each as it was written, with when it was seen.
        entries: What else is known, for what is worked out from several findings together.
    """
    side = _side_of(last, entries, finding, pathway)
    here: dict[Written, bool] = {}
    since = last.at
    for written, moment in before:
        if written not in here:
            here[written] = _side_of(_usable(finding, written), entries, finding, pathway) == side
        if not here[written]:
            break
        since = moment
    return last if since == last.at else evolve(last, at=since, latest=last.latest or last.at)


def _usable(finding: Finding, written: Written) -> Known | None:
    value, reported = finding.value_of(written)
    return Known(value, reported=reported) if value is not None and finding.is_plausible(value) else None


def _side_of(entry: Known | None, entries: Mapping[str, Entry], finding: Finding, pathway: Pathway) -> Side | None:
    """Return where a measurement lies; None for one that can't be used."""
    if entry is None:
        return None
    values = [(finding.id, entry.value), *_worked_out(entry, entries, finding, pathway)]
    compares = pathway.remember("compares", _compares)
    return tuple(
        compare(value, test.comparator, test.threshold) for id_, value in values for test in compares.get(id_, ())
    )


def _worked_out(
    entry: Known, entries: Mapping[str, Entry], finding: Finding, pathway: Pathway
) -> Iterator[tuple[str, Value | None]]:
    """Yield what is worked out with a measurement, everything else as it is now."""
    now = {**entries, finding.id: entry}
    for other in pathway.remember("derived", _derived):
        derivation = other.derived
        assert derivation is not None
        if finding.id in derivation.inputs:
            inputs = [now.get(id_) for id_ in derivation.inputs]
            quantities = [one.reported for one in inputs if isinstance(one, Known) and one.reported is not None]
            yield other.id, _value(other, quantities) if len(quantities) == len(inputs) else None


def _value(finding: Finding, quantities: Iterable[Quantity]) -> Value | None:
    assert finding.derived is not None
    try:
        value, _ = finding.value_of(DERIVED[finding.derived.by].function(tuple(quantities), finding))
    except UnitError:
        return None
    return value


def _compared(pathway: Pathway) -> frozenset[str]:
    compares = pathway.remember("compares", _compares)
    inputs = [f.derived.inputs for f in _derived(pathway) if f.derived is not None and f.id in compares]
    return frozenset((*compares, *(id_ for ids in inputs for id_ in ids)))


def _derived(pathway: Pathway) -> tuple[Finding, ...]:
    return tuple(finding for finding in pathway.findings.values() if finding.derived is not None)


def _compares(pathway: Pathway) -> dict[str, tuple[Compare, ...]]:
    """Return the thresholds of a pathway, by what they are thresholds of."""
    found: dict[str, dict[Compare, None]] = {}
    for step in pathway.steps.values():
        for criterion in step.criteria:
            for leaf in leaves(criterion):
                if isinstance(leaf, Compare):
                    found.setdefault(leaf.finding, {})[leaf] = None
    return {id_: tuple(tests) for id_, tests in found.items()}
