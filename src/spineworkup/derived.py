"""Findings that are worked out from others, each by a named function with its source.

What a laboratory or a person reported always goes before what is worked out here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from attrs import frozen

from spineworkup.findings import Finding, Quantity
from spineworkup.units import convert


@frozen
class Derived:
    """A named way to work a finding out, with the formula in words and its source.

    Args:
        takes: What it is worked out from, in the order of the finding's `inputs`.
    """

    id: str
    takes: tuple[str, ...]
    function: Callable[[tuple[Quantity, ...], Finding], Quantity]
    formula: str
    cites: str
    verification: str


def adjusted_calcium(inputs: tuple[Quantity, ...], calcium: Finding) -> Quantity:
    """Return total calcium adjusted for albumin, in the unit in which total calcium was reported.

    In mmol/L: total + 0.02 x (40 - albumin in g/L). In mg/dL: total + 0.8 x (4.0 - albumin in g/dL).
    Unreliable with a paraprotein, cirrhosis or reduced kidney function: then ionised calcium is asked for.

    >>> from spineworkup.findings import Kind
    >>> finding = Finding("calcium_adjusted", "Adjusted calcium", Kind.QUANTITY, unit="mmol/L", molar_mass=Decimal("40.078"))
    >>> adjusted_calcium((Quantity("2.95", "mmol/L"), Quantity("28", "g/L")), finding)
    Quantity(value=Decimal('3.19'), unit='mmol/L')
    >>> adjusted_calcium((Quantity("11.82", "mg/dL"), Quantity("2.8", "g/dL")), finding)
    Quantity(value=Decimal('12.78'), unit='mg/dL')
    """
    total, albumin = inputs
    if total.unit == "mg/dL":
        albumin_g_dl = convert(albumin, "g/dL")
        return Quantity(total.value + Decimal("0.8") * (Decimal("4.0") - albumin_g_dl), "mg/dL")
    total_mmol = convert(total, "mmol/L", calcium.molar_mass)
    albumin_g_l = convert(albumin, "g/L")
    return Quantity(total_mmol + Decimal("0.02") * (40 - albumin_g_l), "mmol/L")


DERIVED = {
    "adjusted_calcium": Derived(
        "adjusted_calcium",
        ("total calcium", "albumin"),
        adjusted_calcium,
        "total calcium + 0.02 x (40 - albumin in g/L) mmol/L, or + 0.8 x (4.0 - albumin in g/dL) mg/dL",
        "GPnotebook and Medscape calculators (dossier key H3)",
        "secondary",
    )
}
