"""Synthetic patients as a table: a column for each finding, its unit and its time; clocks and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, log10
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from spineworkup.findings import Finding, Kind
from spineworkup.synthetic import course
from spineworkup.synthetic.block import Block, options_of
from spineworkup.synthetic.drawing import NOT_KNOWN, Draw, Flags, Times, Whole
from spineworkup.synthetic.mistakes import CONFLICTING, NO_OPTION, NO_UNIT, Mistakes
from spineworkup.synthetic.numbers import Numbers, numbers_of
from spineworkup.synthetic.plan import Plan
from spineworkup.units import Quantity, convert

MOMENT = pa.timestamp("us", tz="UTC")
TEXT = pa.dictionary(pa.int8(), pa.string())
OBSERVED = pa.struct([("value", pa.string()), ("unit", pa.string()), ("at", MOMENT), ("source", pa.string()), ("reason", pa.string())])
# So far outside every plausible window, and so late.
_TOO_LARGE, _TOO_LATE = 10, np.timedelta64(30, "D")
_MOST_DECIMALS = 4
_DECLINED = course.STATES.index("declined")
_SOURCES = ("synthetic letter", "synthetic ward round")

Columns = dict[str, pa.Array]


@frozen(eq=False)
class _Table:
    """A block that is being written down, with the errors that go into it."""

    plan: Plan
    block: Block
    mistakes: Mistakes

    def recorded(self, finding: str) -> Flags:
        """Those who have a value, if only a wrong one."""
        return self.block.recorded[finding] | self.mistakes.all_of(finding)


def columns_of(plan: Plan, draw: Draw, block: Block, mistakes: Mistakes, first: int) -> Columns:
    """Return the columns of a block.

    Args:
        first: The number of its first patient, from 0.
    """
    table = _Table(plan, block, mistakes)
    size = draw.size
    sites = [f"synthetic-site-{number + 1:02d}" for number in range(plan.sites)]
    columns: Columns = {
        "patient": pa.array([patient_id(first + number) for number in range(size)]),
        "at": pa.array(np.full(size, plan.window[1]), MOMENT),
        "site": _text(sites, block.course.site),
    }
    for finding in plan.pathway.findings.values():
        if finding.id in block.recorded:
            columns |= _finding(table, draw, finding)
    columns |= {f"clocks.{clock}": _moments(at) for clock, at in block.clocks.items()}
    return columns | dict(_steps(table))


def patient_id(number: int) -> str:
    """Return an id that nobody can take for a patient's.

    >>> patient_id(0)
    'synthetic-000001'
    """
    return f"synthetic-{number + 1:06d}"


def _finding(table: _Table, draw: Draw, finding: Finding) -> Columns:
    id_ = finding.id
    if id_ == CONFLICTING and ("conflict", id_) in table.mistakes.places:
        return {f"{id_}.all": _several(table, id_)}
    there = table.recorded(id_)
    match finding.kind:
        case Kind.BOOLEAN:
            made = {id_: pa.array(table.block.flags[id_], mask=~there)}
        case Kind.CHOICE:
            made = {id_: _choice(table, finding, there)}
        case Kind.NUMBER:
            made = {id_: _number(table, finding, there)}
        case Kind.QUANTITY:
            made = _quantity(table, draw, finding, there)
    return made | ({f"{id_}.at": _seen(table, id_, there)} if id_ in table.block.seen else {})


def _choice(table: _Table, finding: Finding, there: Flags) -> pa.Array:
    options = options_of(table.plan.pathway, finding.id)
    wrong = table.mistakes.of("unknown_option", finding.id)
    # Who has an error of another kind with it has at least some option.
    option = np.where(there, np.maximum(table.block.choices[finding.id], 0), NOT_KNOWN)
    return _text((*options, NO_OPTION), np.where(wrong, len(options), option))


def _number(table: _Table, finding: Finding, there: Flags) -> pa.Array:
    about = numbers_of(table.plan.pathway)[finding.id]
    steps = _with_implausible(table, finding, about, table.block.numbers[finding.id])
    return pa.array(about.written(steps) if about.decimals else steps, mask=~there)


def _with_implausible(table: _Table, finding: Finding, about: Numbers, steps: Whole) -> Whole:
    return np.where(table.mistakes.of("implausible", finding.id), _TOO_LARGE * about.high, steps)


def _quantity(table: _Table, draw: Draw, finding: Finding, there: Flags) -> Columns:
    id_, about = finding.id, numbers_of(table.plan.pathway)[finding.id]
    own = table.block.numbers[id_]
    steps = _with_implausible(table, finding, about, own)
    values, units = about.written(steps), (finding.unit, *finding.also, NO_UNIT)
    # At the ends of the window rounding in another unit would lead outside.
    inside = (about.low < own) & (own < about.high) & (own == steps)
    other = inside & draw.chance(table.plan.other_units if finding.also else 0.0)
    unit = np.where(other, 1 + draw.between(0, max(len(finding.also) - 1, 0)), 0)
    for number, name in enumerate(finding.also, 1):
        values = np.where(unit == number, _converted(finding, about, values, name), values)
    values = np.where(table.mistakes.of("not_finite", id_), np.nan, values)
    unit = np.where(table.mistakes.of("unknown_unit", id_), len(units) - 1, unit)
    has_unit = there & ~table.mistakes.of("no_unit", id_)
    return {id_: pa.array(values, mask=~there, from_pandas=False), f"{id_}.unit": _text(units, np.where(has_unit, unit, NOT_KNOWN))}


def _converted(finding: Finding, about: Numbers, values: NDArray[np.float64], unit: str) -> NDArray[np.float64]:
    """Return numbers in another unit, written as finely as in their own."""
    factor = float(convert(Quantity(1, finding.unit), unit, finding.molar_mass))
    decimals = min(max(about.decimals + ceil(log10(1 / factor)), 0), _MOST_DECIMALS)
    return np.asarray(np.rint(values * factor * 10**decimals) / 10**decimals)


def _seen(table: _Table, finding: str, there: Flags) -> pa.Array:
    late = table.mistakes.of("in_future", finding)
    at = np.where(late, table.plan.window[1] + _TOO_LATE, table.block.seen[finding])
    return _moments(np.where(there, at, np.datetime64("NaT")))


def _several(table: _Table, finding: str) -> pa.Array:
    """Return a finding as lists of observations: one each, and where there is a conflict the contrary as well."""
    there, twice = table.recorded(finding), table.mistakes.of("conflict", finding)
    whose = np.repeat(np.arange(len(there)), there.astype(np.int64) + twice)
    again = np.concatenate([[False], whose[1:] == whose[:-1]])
    flag = table.block.flags[finding][whose] ^ again
    count = len(whose)
    observed = pa.StructArray.from_arrays(
        [
            pa.array(np.where(flag, "present", "absent").tolist(), pa.string()),
            pa.nulls(count, pa.string()),
            _moments(table.block.seen[finding][whose]),
            pa.array([_SOURCES[int(one)] for one in again], pa.string()),
            pa.nulls(count, pa.string()),
        ],
        fields=list(OBSERVED),
    )
    ends = np.searchsorted(whose, np.arange(len(there) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), observed)


def _steps(table: _Table) -> Iterator[tuple[str, pa.Array]]:
    for step, events in table.block.course.steps.items():
        if step in table.plan.pathway.steps:
            yield f"steps.{step}", _text(course.STATES, events.state)
            yield f"steps.{step}.at", _moments(events.at)
            if step in course.IMAGING:
                declined = np.where(events.state == _DECLINED, 0, NOT_KNOWN)
                yield f"steps.{step}.by", _text(("synthetic role",), declined)
                yield f"steps.{step}.reason", _text(("synthetic reason",), declined)


def _text(words: Sequence[str], numbers: NDArray[Any]) -> pa.Array:
    indices = pa.array(numbers.astype(np.int8), mask=numbers == NOT_KNOWN)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(words), pa.string()))


def _moments(at: Times) -> pa.Array:
    return pa.array(at, MOMENT, mask=np.isnat(at))
