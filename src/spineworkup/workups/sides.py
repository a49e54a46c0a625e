"""On which side of every threshold of the rules a measurement lies, with what is worked out from it.

A calcium that was high in the morning and is high at noon has been high since the morning: a repeated measurement starts
no clock anew, and moves no deadline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from spineworkup.charts import Entry, Known
from spineworkup.criteria import Compare, leaves
from spineworkup.derived import DERIVED
from spineworkup.errors import UnitError
from spineworkup.findings import Finding, Quantity, Value
from spineworkup.logic.evaluate import compare
from spineworkup.pathways import Pathway
from spineworkup.truth import Truth

Side = tuple[Truth, ...]


def lasting(
    last: Known, before: Iterable[Known], entries: Mapping[str, Entry], finding: Finding, pathway: Pathway
) -> Known:
    """Return a measurement as one that holds since it came to lie where it lies.

    Args:
        last: The newest of a finding.
        before: Those before it, from the last to the first.
        entries: What else is known, for what is worked out from several findings together.
    """
    side = _side_of(last, entries, finding, pathway)
    first = last
    for entry in before:
        if _side_of(entry, entries, finding, pathway) != side:
            break
        first = entry
    return last if first is last else evolve(last, at=first.at, latest=last.latest or last.at)


def _side_of(entry: Known, entries: Mapping[str, Entry], finding: Finding, pathway: Pathway) -> Side:
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
