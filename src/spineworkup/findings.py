"""What may be known of a patient: the findings, their types, units and codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from spineworkup.errors import ChartError, UnitError
from spineworkup.sources import Citation, Verification
from spineworkup.units import Quantity, convert, dimension, exact

__all__ = ["Coding", "Derivation", "Finding", "Kind", "Quantity", "Range", "Value"]


class Kind(Enum):
    """The type of a finding's value."""

    BOOLEAN = "boolean"
    CHOICE = "choice"
    QUANTITY = "quantity"
    NUMBER = "number"


@frozen
class Coding:
    """A code in a terminology.

    Args:
        evidence: How far it was checked.
        whole: It is the finding itself and no kind of it: a diagnosis with it that was refuted, or has ended, makes the
            finding absent. Without it only the presence is said: retention that was refuted leaves incontinence open.
    """

    system: str
    code: str
    display: str = ""
    evidence: str = ""
    whole: bool = False


# What FHIR says of a diagnosis that isn't both confirmed and active.
OTHER_STATUSES = ("inactive", "remission", "resolved", "unconfirmed", "provisional", "differential")


@frozen
class Range:
    """A number that is only known to lie between two others, such as a score with items missing."""

    lowest: Decimal
    highest: Decimal


Value = bool | str | Decimal | Range


@frozen
class Derivation:
    """How a finding is worked out from others when nobody reported it."""

    by: str
    inputs: tuple[str, ...] = ()


@frozen
class Finding:
    """Something that can be known of a patient.

    Args:
        id: `snake_case`, as in case files.
        label: As a clinician writes it.
        kind: The type of its value.
        ask: The question that is asked, or what to record.
        options: Of a choice: id to label.
        unit: Of a quantity: the unit in which it is kept, a UCUM code.
        also: Other units in which it is reported.
        molar_mass: In g/mol, for conversion between mass and amount.
        low: The lowest plausible value, in `unit`; below it the value counts as not known.
        high: The highest plausible value.
        red_flag: A deficit that never goes stale.
        max_age: Older values count as not known; None where no source gives a limit.
        derived: How it is worked out when nobody reported it.
        codes: What it is called in records of others; of a diagnosis, the codes that say it is present.
        option_codes: Of a choice: option to the codes that say it.
        status_options: Of a choice that diagnoses say: the option where a diagnosis isn't both confirmed and active, by its
            FHIR status, such as `remission`.
    """

    id: str
    label: str
    kind: Kind
    group: str = ""
    ask: str = ""
    options: Mapping[str, str] = field(factory=dict)
    unit: str = ""
    also: tuple[str, ...] = ()
    molar_mass: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    red_flag: bool = False
    max_age: timedelta | None = None
    derived: Derivation | None = None
    codes: tuple[Coding, ...] = ()
    option_codes: Mapping[str, tuple[Coding, ...]] = field(factory=dict)
    status_options: Mapping[str, str] = field(factory=dict)
    cites: tuple[Citation, ...] = ()
    verification: Verification = "unread"
    note: str = ""

    def value_of(self, raw: object) -> tuple[Value | None, Quantity | None]:
        """Return a raw value as this finding holds it, and the quantity that was reported; None for "unknown".

        >>> Finding("night_pain", "Night pain", Kind.BOOLEAN).value_of("present")
        (True, None)

        Raises:
            ChartError: The value has the wrong type or unit, or isn't an option. The message doesn't repeat it.
        """
        if raw is None or raw == "unknown":
            return None, None
        match self.kind:
            case Kind.BOOLEAN:
                return self._boolean(raw), None
            case Kind.CHOICE:
                return self._choice(raw), None
            case Kind.NUMBER:
                return self._number(raw), None
            case Kind.QUANTITY:
                return self._quantity(raw)

    def is_plausible(self, value: Value) -> bool:
        """Whether a number lies inside the window of plausible values."""
        if not isinstance(value, Decimal):
            return True
        return not (
            (self.low is not None and value < self.low) or (self.high is not None and value > self.high)
        )

    def show(self, value: Value) -> str:
        """Return a value as it is printed, with its unit."""
        match value:
            case bool():
                return "present" if value else "absent"
            case Range(lowest, highest):
                return f"{plain(lowest)} to {plain(highest)}"
            case Decimal():
                return f"{plain(value)} {self.unit}".rstrip()
            case str():
                return self.options.get(value, value)

    def _boolean(self, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        if raw in ("present", "absent"):
            return raw == "present"
        raise ChartError(self.id, "expected present, absent or unknown")

    def _choice(self, raw: object) -> str:
        text = str(raw) if type(raw) is int else raw
        if isinstance(text, str) and text in self.options:
            return text
        raise ChartError(self.id, f"expected one of {', '.join(self.options)} or unknown")

    def _number(self, raw: object) -> Decimal:
        try:
            return exact(raw)
        except UnitError:
            raise ChartError(self.id, "expected a number without a unit") from None

    def _quantity(self, raw: object) -> tuple[Decimal, Quantity]:
        quantity = raw if isinstance(raw, Quantity) else self._parse(raw)
        try:
            return convert(quantity, self.unit, self.molar_mass), quantity
        except UnitError:
            allowed = ", ".join((self.unit, *self.also))
            raise ChartError(self.id, f"the unit doesn't fit: expected {allowed}") from None

    def _parse(self, raw: object) -> Quantity:
        if not isinstance(raw, str):
            raise ChartError(
                self.id, "a quantity always has its unit", f"write it as text, such as '1 {self.unit}'"
            )
        number, _, unit = raw.strip().partition(" ")
        if not unit.strip():
            raise ChartError(self.id, "a quantity always has its unit", f"such as '1 {self.unit}'")
        try:
            return Quantity(number, unit.strip())
        except UnitError as error:
            raise ChartError(
                self.id, f"can't be read as a quantity: {error}", f"write it as '1 {self.unit}'"
            ) from None

    def threshold(self, quantity: Quantity) -> Decimal:
        """Return a threshold of a rule in this finding's unit."""
        return convert(quantity, self.unit, self.molar_mass)

    def measures(self) -> str:
        """Return what the unit measures; empty without a unit."""
        return dimension(self.unit) if self.unit else ""


def plain(number: Decimal) -> str:
    """Return a number without an exponent, and without zeros that conversion added.

    >>> plain(Decimal("28.0"))
    '28.0'
    >>> plain(Decimal("3.18860000000000000001"))
    '3.19'
    """
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        number = number.quantize(Decimal("0.01"))
    return f"{number:f}"
