"""The values at which rules change their mind: just below, at and just above every number that they compare with."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, Inexact, localcontext

from attrs import frozen
from hypothesis import strategies as st

from spineworkup.criteria import Compare, leaves
from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway
from spineworkup.scores import Additive, Bands
from spineworkup.units import Quantity, convert

# A threshold that was written in another unit than the finding's own may have no end of decimals.
_SMALLEST_STEP = Decimal("0.000001")


@frozen
class Threshold:
    """A number with which a pathway compares a finding, in the unit in which it was written.

    Args:
        step: One unit in the last place as written: 0.01 for 2.60.
        unit: Empty for a number without a unit.
    """

    number: Decimal
    step: Decimal
    unit: str


def thresholds_of(pathway: Pathway, finding: str) -> tuple[Threshold, ...]:
    """Return the numbers with which rules, score bands and plausibility windows compare a finding, ascending.

    >>> from spineworkup.reading.load import load_pathway
    >>> [str(threshold.number) for threshold in thresholds_of(load_pathway("metastatic_spine"), "inr")]
    ['0', '0.5', '1.5', '1.8', '30']
    """
    return pathway.remember("thresholds", _thresholds).get(finding, ())


def boundary_values(pathway: Pathway, finding: str) -> tuple[bool | str | Decimal | Quantity, ...]:
    """Return the values of a finding at which an answer may change, as a chart takes them.

    Of a number: below, at and above each threshold, a unit in the last place apart, in every unit in which the
    finding may be reported. What can't be converted exactly into a unit is left out there. Of a choice: every option;
    of a finding that is present or absent: both. The values just outside the window of plausible values are among them.

    >>> from spineworkup.reading.load import load_pathway
    >>> pathway = load_pathway("metastatic_spine")
    >>> [str(value) for value in boundary_values(pathway, "inr")][6:9]
    ['1.4', '1.5', '1.6']
    >>> "10.42028 mg/dL" in [str(value) for value in boundary_values(pathway, "calcium_adjusted")]
    True
    """
    about = pathway.findings[finding]
    match about.kind:
        case Kind.BOOLEAN:
            return (False, True)
        case Kind.CHOICE:
            return tuple(about.options)
        case Kind.NUMBER | Kind.QUANTITY:
            found = (value for t in thresholds_of(pathway, finding) for value in neighbours(about, t))
            return tuple(dict.fromkeys(found))


def neighbours(finding: Finding, threshold: Threshold) -> Iterator[Decimal | Quantity]:
    """Yield the values below, at and above one threshold, in each unit of the finding."""
    for unit in (finding.unit, *finding.also):
        for steps in (-1, 0, 1):
            number = threshold.number + steps * threshold.step
            if not unit:
                yield number
            elif (quantity := in_unit(Quantity(number, threshold.unit), unit, finding)) is not None:
                yield quantity


def in_unit(quantity: Quantity, unit: str, finding: Finding) -> Quantity | None:
    """Return a quantity in another unit; None where it can't be written there exactly."""
    if quantity.unit == unit:
        return quantity
    with localcontext() as context:
        context.traps[Inexact] = True
        try:
            number = convert(quantity, unit, finding.molar_mass)
            # What can't be read back exactly isn't the same quantity any more.
            convert(Quantity(number, unit), finding.unit, finding.molar_mass)
        except Inexact:
            return None
    return Quantity(number, unit)


def boundaries(pathway: Pathway, finding: str) -> st.SearchStrategy[bool | str | Decimal | Quantity]:
    """Draw from `boundary_values`; nothing at all for a number that nothing compares with."""
    values = boundary_values(pathway, finding)
    return st.sampled_from(values) if values else st.nothing()


def _thresholds(pathway: Pathway) -> dict[str, tuple[Threshold, ...]]:
    found: dict[str, dict[Threshold, None]] = {}
    for finding, number, unit in (*_compared(pathway), *_banded(pathway), *_plausible(pathway)):
        if finding in pathway.findings:
            found.setdefault(finding, {})[_threshold(number, unit)] = None
    return {finding: tuple(sorted(several, key=_by_size)) for finding, several in found.items()}


def _threshold(number: Decimal, unit: str) -> Threshold:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return Threshold(number, max(Decimal(1).scaleb(min(exponent, 0)), _SMALLEST_STEP), unit)


def _by_size(threshold: Threshold) -> tuple[str, Decimal]:
    return threshold.unit, threshold.number


def _compared(pathway: Pathway) -> Iterator[tuple[str, Decimal, str]]:
    criteria = [criterion for step in pathway.steps.values() for criterion in step.criteria]
    criteria += [named.when for named in pathway.criteria.values()]
    for criterion in criteria:
        for leaf in leaves(criterion):
            if isinstance(leaf, Compare) and leaf.finding in pathway.findings:
                yield leaf.finding, leaf.threshold, pathway.findings[leaf.finding].unit


def _banded(pathway: Pathway) -> Iterator[tuple[str, Decimal, str]]:
    for score in pathway.scores.values():
        match score.table:
            case Bands(of, tables):
                for unit, rows in tables.items():
                    ends = [end for row in rows for end in (row.above, row.at_least) if end is not None]
                    yield from ((of, end, unit) for end in ends)
            case Additive(_, bands):
                yield from ((score.total, Decimal(band.lowest), "") for band in bands)
            case _:
                pass


def _plausible(pathway: Pathway) -> Iterator[tuple[str, Decimal, str]]:
    for finding in pathway.findings.values():
        ends = (end for end in (finding.low, finding.high) if end is not None)
        yield from ((finding.id, end, finding.unit) for end in ends)
