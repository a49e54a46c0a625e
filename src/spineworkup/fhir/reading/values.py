"""The value of an Observation, a component or an answer, as a finding holds it, or why there is none.

A unit is a UCUM code or none: the text beside it is never read, and no unit is told from the size of a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from attrs import frozen

from spineworkup.entries import Unknown, WhyUnknown
from spineworkup.errors import ChartError, UnitError
from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.vocabulary import Vocabulary
from spineworkup.fhir.systems import UCUM
from spineworkup.findings import Finding, Kind, Quantity, Range, Value
from spineworkup.units import dimension, exact

# UCUM's names for numbers that measure nothing.
DIMENSIONLESS = ("1", "{INR}", "{score}", "{grade}", "{ratio}")
# What LOINC's names say is measured, and what a unit must measure to fit.
_PROPERTY = re.compile(r"\[([^\]]*)\]")
_MEASURES = {"Moles/volume": "substance concentration", "Mass/volume": "mass concentration"}

_REASONS = {reason.value: reason for reason in WhyUnknown}

OTHER_KIND = Unknown(WhyUnknown.UNMAPPED_CODE, "its value is of another kind")
OTHER_OPTION = Unknown(WhyUnknown.UNMAPPED_CODE, "its value has no code that is known here")
NO_VALUE = Unknown(WhyUnknown.NOT_RECORDED)
NO_UNIT = Unknown(WhyUnknown.NO_UNIT)
OTHER_UNIT = Unknown(WhyUnknown.NO_UNIT, "its unit is not known here")
NOT_FITTING = Unknown(WhyUnknown.CONFLICT, "its code and its unit don't measure the same")
TWO_VALUES = Unknown(WhyUnknown.CONFLICT, "one record with several values")
NO_NUMBER = Unknown(WhyUnknown.IMPLAUSIBLE)
NOT_EXACT = Unknown(WhyUnknown.NOT_RECORDED, "a limit, not a number")


@frozen
class Read:
    """A value, or why there is none, and the quantity as it was reported."""

    value: Value | Unknown
    reported: Quantity | None = None


def read_value(finding: Finding, holder: Element, words: Vocabulary, names: Iterable[str] = ()) -> Read:
    """Return the `value[x]` of an element as a finding holds it.

    Args:
        names: What the codes that were sent are called here: of a LOINC code also what it measures.
    """
    kinds = [key for key in holder.keys if key[:5] == "value" and key[5:6].isupper()]
    if not kinds:
        # Our own word, as we write it; nobody else's text is read.
        return Read(Unknown(_REASONS.get(holder.child("dataAbsentReason").text_of("text"), WhyUnknown.NOT_RECORDED)))
    if len(kinds) > 1 or (holder.has("dataAbsentReason") and holder.child("dataAbsentReason")):
        return Read(TWO_VALUES)
    return _read(finding, holder.child(kinds[0]), kinds[0][5:], words, tuple(names))


def _read(finding: Finding, value: Element, kind: str, words: Vocabulary, names: tuple[str, ...]) -> Read:
    match finding.kind, kind:
        case Kind.BOOLEAN, "Boolean":
            return Read(value.value if isinstance(value.value, bool) else OTHER_KIND)
        case Kind.CHOICE, "CodeableConcept":
            return Read(words.option(finding, value.codes) or OTHER_OPTION)
        case Kind.CHOICE, "Coding":
            return Read(words.option(finding, [value.code] if value.code else []) or OTHER_OPTION)
        case Kind.CHOICE, "Integer":
            return _numbered(finding, value.number)
        case (Kind.CHOICE | Kind.NUMBER), "Quantity":
            return _plain(finding, value)
        case Kind.NUMBER, ("Integer" | "Decimal"):
            return _number(finding, value.number)
        case Kind.QUANTITY, "Quantity":
            return _quantity(finding, value, names)
        case Kind.QUANTITY, ("Integer" | "Decimal"):
            return Read(NO_UNIT)
        case (Kind.NUMBER | Kind.QUANTITY), "Range":
            return _range(finding, value, names)
        case _:
            return Read(OTHER_KIND)


def _numbered(finding: Finding, number: Decimal | None) -> Read:
    """Return the option of a choice that a whole number names, such as a grade."""
    whole = number is not None and abs(number) < 1000 and number == number.to_integral_value()
    option = str(int(number)) if number is not None and whole else ""
    return Read(option if option in finding.options else OTHER_OPTION)


def _number(finding: Finding, number: Decimal | None) -> Read:
    if number is None:
        return Read(NO_VALUE)
    try:
        return Read(exact(number))
    except UnitError:
        return Read(NO_NUMBER)


def _plain(finding: Finding, quantity: Element) -> Read:
    """Return a number without a unit: UCUM has codes for that too."""
    measured = quantity.child("code").text if quantity.child("system").text == UCUM else ""
    if quantity.has("unit", "code", "system") and measured not in DIMENSIONLESS:
        return Read(NO_UNIT)
    read = _numbered if finding.kind is Kind.CHOICE else _number
    return _limited(finding, quantity, read(finding, quantity.child("value").number))


def _quantity(finding: Finding, quantity: Element, names: tuple[str, ...]) -> Read:
    number, code = quantity.child("value").number, quantity.child("code").text
    if number is None:
        return Read(NO_VALUE)
    if not code or quantity.child("system").text != UCUM:
        return Read(NO_UNIT)
    try:
        reported = Quantity(exact(number), code)
    except UnitError:
        return Read(OTHER_UNIT if _is_ordinary(number) else NO_NUMBER)
    if any(measured != dimension(reported.unit) for measured in _measured(names)):
        return Read(NOT_FITTING)
    try:
        value, _ = finding.value_of(reported)
    except ChartError:
        return Read(NOT_FITTING)
    assert value is not None
    return _limited(finding, quantity, Read(value, reported))


def _is_ordinary(number: Decimal) -> bool:
    try:
        exact(number)
    except UnitError:
        return False
    return True


def _measured(names: tuple[str, ...]) -> list[str]:
    properties = [word for name in names for word in _PROPERTY.findall(name)]
    return [_MEASURES[word] for word in properties if word in _MEASURES]


def _limited(finding: Finding, quantity: Element, read: Read) -> Read:
    """Return a value as it is, or, where it is only a limit, the range from there to the end of what is plausible."""
    if not quantity.child("comparator"):
        return read
    limit = read.value
    if not isinstance(limit, Decimal):
        return Read(limit if isinstance(limit, Unknown) else NOT_EXACT)
    low, high = finding.low, finding.high
    match quantity.child("comparator").value:
        case "<" | "<=" if low is not None:
            return Read(Range(low, limit) if low < limit else NO_NUMBER)
        case ">" | ">=" if high is not None:
            return Read(Range(limit, high) if limit < high else NO_NUMBER)
        case _:
            return Read(NOT_EXACT)


def _range(finding: Finding, value: Element, names: tuple[str, ...]) -> Read:
    ends = [
        _plain(finding, end) if finding.kind is Kind.NUMBER else _quantity(finding, end, names)
        for end in (value.child("low"), value.child("high"))
    ]
    for end in ends:
        if isinstance(end.value, Unknown):
            return Read(end.value)
    low, high = ends[0].value, ends[1].value
    if not isinstance(low, Decimal) or not isinstance(high, Decimal) or low > high:
        return Read(NOT_EXACT)
    return ends[0] if low == high else Read(Range(low, high))
