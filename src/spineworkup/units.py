"""Units of measurement, as UCUM codes, and exact conversion between them.

Only units that the workup's findings use are known. A number without a unit is refused where a unit belongs.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from spineworkup.errors import UnitError

# unit -> (dimension, how many of the dimension's base unit it is)
_UNITS: dict[str, tuple[str, Decimal]] = {
    "mol/L": ("substance concentration", Decimal(1000)),
    "mmol/L": ("substance concentration", Decimal(1)),
    "umol/L": ("substance concentration", Decimal("0.001")),
    "nmol/L": ("substance concentration", Decimal("0.000001")),
    "kg/L": ("mass concentration", Decimal(1000)),
    "g/L": ("mass concentration", Decimal(1)),
    "g/dL": ("mass concentration", Decimal(10)),
    "mg/L": ("mass concentration", Decimal("0.001")),
    "mg/dL": ("mass concentration", Decimal("0.01")),
    "ug/L": ("mass concentration", Decimal("0.000001")),
    "ug/mL": ("mass concentration", Decimal("0.001")),
    "ng/mL": ("mass concentration", Decimal("0.000001")),
    "U/L": ("enzyme units", Decimal(1)),
    "ukat/L": ("catalytic concentration", Decimal(1)),
    "10*9/L": ("number concentration", Decimal(1)),
    "10*3/uL": ("number concentration", Decimal(1)),
    "10*6/L": ("number concentration", Decimal("0.001")),
    "mL/min/{1.73_m2}": ("filtration rate", Decimal(1)),
    "mm/h": ("sedimentation rate", Decimal(1)),
    "mL": ("volume", Decimal(1)),
    "L": ("volume", Decimal(1000)),
    "Cel": ("temperature", Decimal(1)),
    "mo": ("months", Decimal(1)),
    "mm": ("length", Decimal(1)),
    "cm": ("length", Decimal(10)),
}
# Spellings that people write, after `µ` and `μ` became `u` and a small litre a capital one.
_SPELLINGS = {
    "mL/min/1.73m2": "mL/min/{1.73_m2}",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}",
    "mL/min/1.73m^2": "mL/min/{1.73_m2}",
    "mL/min/1.73 m^2": "mL/min/{1.73_m2}",
    "mL/min/1.73m²": "mL/min/{1.73_m2}",
    "mL/min/1.73 m²": "mL/min/{1.73_m2}",
    "10^9/L": "10*9/L",
    "x10^9/L": "10*9/L",
    "x10*9/L": "10*9/L",
    "10⁹/L": "10*9/L",
    "x10⁹/L": "10*9/L",
    "10^3/uL": "10*3/uL",
    "10^6/L": "10*6/L",
    "mcg/L": "ug/L",
    "mcg/mL": "ug/mL",
    "mcmol/L": "umol/L",
    "mm/hr": "mm/h",
    "°C": "Cel",
    "IU/L": "U/L",
    "[IU]/L": "U/L",
}


@frozen(init=False)
class Quantity:
    """A number with its unit, exact.

    >>> Quantity("2.95", "mmol/L")
    Quantity(value=Decimal('2.95'), unit='mmol/L')

    Raises:
        UnitError: The unit isn't known, or the number isn't finite.
    """

    value: Decimal
    unit: str

    def __init__(self, value: Decimal | int | str, unit: str) -> None:
        number = exact(value)
        self.__attrs_init__(number, known_unit(unit))

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def exact(value: object) -> Decimal:
    """Return a finite number from an int, a Decimal or its text; floats are refused, as they aren't exact.

    >>> exact("2.95")
    Decimal('2.95')

    Raises:
        UnitError: It isn't such a number.
    """
    if (
        type(value) is int
        or type(value) is Decimal
        or (isinstance(value, str) and len(value) <= 40 and value.isascii() and _is_plain(value))
    ):
        number = Decimal(value)
    else:
        raise UnitError("expected a whole or decimal number, as an int, a Decimal or text")
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise UnitError("expected a finite number of ordinary size")
    return number


def _is_plain(text: str) -> bool:
    whole, dot, decimals = text.removeprefix("-").partition(".")
    return whole.isdigit() and (decimals.isdigit() if dot else True)


def known_unit(text: str) -> str:
    """Return the UCUM code of a unit, read from the spellings that people write.

    >>> known_unit("10^9/L")
    '10*9/L'

    Raises:
        UnitError: No such unit is known.
    """
    if text in _UNITS:
        return text
    plain = text.strip().replace("µ", "u").replace("μ", "u")
    if plain.endswith("/l") or plain == "ml":
        plain = plain[:-1] + "L"
    plain = _SPELLINGS.get(plain, plain)
    if plain not in _UNITS:
        raise UnitError("unknown unit")
    return plain


def dimension(unit: str) -> str:
    """Return what a unit measures.

    >>> dimension("g/dL")
    'mass concentration'
    """
    return _UNITS[unit][0]


def convert(quantity: Quantity, unit: str, molar_mass: Decimal | None = None) -> Decimal:
    """Return the number that a quantity has in another unit.

    Args:
        quantity: What was measured.
        unit: The unit that is wanted, as a UCUM code.
        molar_mass: In g/mol; needed between a mass and an amount of substance.

    >>> convert(Quantity("2.8", "g/dL"), "g/L")
    Decimal('28.0')

    Raises:
        UnitError: The two units don't measure the same thing.
    """
    if quantity.unit == unit:
        return quantity.value
    (here, factor), (there, wanted) = _UNITS[quantity.unit], _UNITS[unit]
    if here == there:
        return quantity.value * factor / wanted
    if molar_mass is not None and (here, there) == ("mass concentration", "substance concentration"):
        return quantity.value * factor * 1000 / molar_mass / wanted
    if molar_mass is not None and (here, there) == ("substance concentration", "mass concentration"):
        return quantity.value * factor * molar_mass / 1000 / wanted
    raise UnitError(f"{quantity.unit} doesn't measure the same as {unit}")
