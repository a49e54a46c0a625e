"""Numbers, units, quantities, times, dates and durations, each from a text that anybody may have written."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from spineworkup import SpineWorkupError, load_pathway
from spineworkup.findings import Kind
from spineworkup.moments import read_time
from spineworkup.reading.faults import Fault
from spineworkup.reading.scalars import day, duration
from spineworkup.units import Quantity, convert, exact, known_unit
from tests.fuzz.judge import CANARY, Finding

T = TypeVar("T")

QUANTITIES = [finding for finding in load_pathway().findings.values() if finding.kind is Kind.QUANTITY]
UNITS = sorted({unit for finding in QUANTITIES for unit in (finding.unit, *finding.also)})
# An amount of substance is divided by a molar mass: 28 digits are kept, and this many of them agree.
NEAR = Decimal("1e-24")


def run(data: bytes) -> None:
    """Read it as each of them."""
    text = data.decode("utf-8", "replace")
    moment = _read(read_time, text)
    if moment is not None and read_time(moment.isoformat()) != moment:
        raise Finding("a time isn't the same when it is written and read again")
    unit = _read(known_unit, text)
    if unit is not None and known_unit(unit) != unit:
        raise Finding("a code of a unit isn't its own code")
    number = _read(exact, text)
    if number is not None and number != Decimal(text):
        raise Finding("a number changed while it was read")
    _read(lambda one: duration(one, None), text)
    _read(lambda one: day(one, None), text)
    for finding in QUANTITIES:
        read = _read(finding.value_of, text)
        if read is not None and read[0] is not None and read[1] is not None and finding.is_plausible(read[0]):
            _there_and_back(read[0], read[1], finding.unit, finding.molar_mass)


def _there_and_back(value: object, reported: Quantity, unit: str, mass: Decimal | None) -> None:
    assert isinstance(value, Decimal)
    back = _convert(value, unit, reported.unit, mass)
    if abs(back - reported.value) > abs(reported.value) * NEAR:
        raise Finding("a quantity isn't the same when it is converted there and back")


def _convert(value: Decimal, unit: str, wanted: str, mass: Decimal | None) -> Decimal:
    try:
        return convert(Quantity(value, unit), wanted, mass)
    except SpineWorkupError as error:
        raise Finding("a value that was read is none") from error


def _read(function: Callable[[str], T], text: str) -> T | None:
    try:
        return function(text)
    except (SpineWorkupError, Fault) as error:
        if CANARY in text and CANARY in str(error):
            raise Finding("a value is repeated") from error
        return None


def inputs() -> list[bytes]:
    """Return what to begin with."""
    numbers = "0 -0 1 2.95 -3.5 11.82 1e3 .5 5. nan 007 ٣ 100000000000000000000 0.00000000000000000001".split()
    times = [
        "2026-11-20T09:00:00+00:00", "2026-11-20 09:00Z", "2026-02-29T23:59:59.999999-12:00", "2026-W47-5T09:00:00Z",
        "1800-01-01T00:00:00Z", "2199-12-31T23:59:59+14:00", "2027-01-01", "24 h", "99999 d", "30 min",
    ]  # fmt: skip
    quantities = [f"{number} {unit}" for number in ("2.95", "140", CANARY) for unit in [*UNITS, "µmol/L", "10^9/L", CANARY]]
    return [text.encode() for text in [*numbers, *times, *quantities]]


def words() -> list[bytes]:
    """Return units and pieces of times."""
    return [word.encode() for word in [*UNITS, "µ", "μ", "T", "Z", "+00:00", "-23:59", ":60", "24:00", " ", "  ", "e", "²"]]
