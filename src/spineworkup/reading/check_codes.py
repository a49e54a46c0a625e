"""Codes that can't be right: of a system that isn't known here, malformed, with a wrong check digit, or given twice.

A check digit finds slips of the finger. It never says that a code means what it stands beside: for that a finding's code
says where it was seen (`evidence`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from spineworkup.findings import Coding, Finding
from spineworkup.pathways import Pathway
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.lints import Lint, lint_at

_LOINC = re.compile(r"[1-9][0-9]{0,6}-[0-9]\Z")
_SCTID = re.compile(r"[1-9][0-9]{5,17}\Z")
_ICD_10 = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,2})?\Z")
_ICD_10_CM = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?\Z")


def code_lints(pathway: Pathway) -> Iterator[Lint]:
    """Yield a lint for each code of a finding or of an order that can't be right."""
    for finding in pathway.findings.values():
        for place, code in _codes_of(finding):
            wrong, hint = _wrong(code)
            if not wrong and not code.evidence.strip():
                wrong, hint = "doesn't say where it was seen", "add `evidence`"
            yield from _lint(pathway, finding.id, f"finding {finding.id}.{place}", code, wrong, hint)
    for step in pathway.steps.values():
        for number, code in enumerate(step.orders):
            yield from _lint(pathway, step.id, f"step {step.id}.orders.{number}", code, *_wrong(code))
    yield from _given_twice(pathway)


def _codes_of(finding: Finding) -> Iterator[tuple[str, Coding]]:
    """Yield the codes of a finding and of its options, each with its place."""
    for number, code in enumerate(finding.codes):
        yield f"codes.{number}", code
    for option, codes in finding.option_codes.items():
        for number, code in enumerate(codes):
            yield f"option_codes.{option}.{number}", code


def _lint(pathway: Pathway, owner: str, place: str, code: Coding, wrong: str, hint: str) -> Iterator[Lint]:
    if wrong:
        message = f"the code {code.system} {code.code!r} of {owner!r} {wrong}"
        yield lint_at(pathway, "unknown_code", [owner, code.code], place, message, hint)


def _wrong(code: Coding) -> tuple[str, str]:
    """Return what is wrong with a code, empty where it can be right, and what would be right."""
    if code.system not in _SYSTEMS:
        hint = did_you_mean(code.system, _SYSTEMS) or f"one of {', '.join(_SYSTEMS)}"
        return "is of a coding system that isn't known here", hint
    return _SYSTEMS[code.system](code.code), "look it up again"


def _given_twice(pathway: Pathway) -> Iterator[Lint]:
    """Yield a lint for each code that belongs to two findings: a result that comes with it could mean either.

    The code of an option may say something of several findings: a cancer of the breast is a cancer, and of the breast.
    """
    owners: dict[tuple[str, str], str] = {}
    for finding in pathway.findings.values():
        yield from _options_given_twice(pathway, finding)
        for number, code in enumerate(finding.codes):
            key, place = (code.system, code.code), f"finding {finding.id}.codes.{number}"
            if key in owners:
                message = f"the code {code.system} {code.code!r} stands on {owners[key]!r} and again on {finding.id!r}"
                about = [owners[key], finding.id, code.code]
                yield lint_at(
                    pathway, "overlap", about, place, message, "a result that comes with it could mean either"
                )
            owners.setdefault(key, finding.id)


def _options_given_twice(pathway: Pathway, finding: Finding) -> Iterator[Lint]:
    """Yield a lint for each code that says two options of a finding."""
    owners: dict[tuple[str, str], str] = {}
    for option, codes in finding.option_codes.items():
        for number, code in enumerate(codes):
            first = owners.setdefault((code.system, code.code), option)
            if first != option:
                message = f"the code {code.system} {code.code!r} says {first!r} and {option!r} of {finding.id!r}"
                place = f"finding {finding.id}.option_codes.{option}.{number}"
                hint = "a record that comes with it could mean either"
                yield lint_at(pathway, "overlap", [finding.id, code.code], place, message, hint)


def loinc_check_digit(number: str) -> int:
    """Return the check digit of a LOINC number (LOINC Users' Guide, "Calculating Mod 10 Check Digits").

    >>> loinc_check_digit("12345")
    5
    """
    odd, even = number[::-1][::2], number[::-1][1::2]
    return -sum(int(digit) for digit in even + str(int(odd) * 2)) % 10


def verhoeff_check(digits: str) -> int:
    """Return 0 for digits that end in their check digit (SNOMED CT Release File Specification, 6.4.2).

    >>> verhoeff_check("71286001")
    0
    """
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _dihedral(check, _permuted(place % 8, int(digit)))
    return check


def _dihedral(a: int, b: int) -> int:
    """Multiply two symmetries of a pentagon: 0 to 4 are turns, 5 to 9 reflections."""
    turned = a - b if a >= 5 else a + b
    return turned % 5 + (5 if (a >= 5) != (b >= 5) else 0)


def _permuted(times: int, digit: int) -> int:
    for _ in range(times):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit


def _loinc(code: str) -> str:
    if not _LOINC.match(code):
        return "isn't a LOINC number, such as 2000-8"
    number, _, digit = code.partition("-")
    right = loinc_check_digit(number)
    return "" if right == int(digit) else f"has a wrong check digit: it would be {right}"


def _snomed(code: str) -> str:
    """Say what is wrong with the identifier of a concept: item, namespace in the long form, partition, check digit."""
    if not _SCTID.match(code):
        return "isn't a SNOMED CT identifier: 6 to 18 digits"
    if verhoeff_check(code):
        return "has a wrong check digit"
    if code[-3:-1] == "10" and len(code) < 11:
        return "is too short to hold the namespace of its extension"
    return "" if code[-3:-1] in ("00", "10") else "isn't the identifier of a concept"


def _like(pattern: re.Pattern[str], wrong: str) -> Callable[[str], str]:
    return lambda code: "" if pattern.match(code) else wrong


_SYSTEMS: dict[str, Callable[[str], str]] = {
    "loinc": _loinc,
    "snomed": _snomed,
    "icd-10": _like(_ICD_10, "isn't an ICD-10 code, such as C79.5"),
    "icd-10-cm": _like(_ICD_10_CM, "isn't an ICD-10-CM code, such as C79.51"),
}
