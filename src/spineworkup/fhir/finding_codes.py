"""What a finding is called in an exported resource."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.fhir.datatypes import Resource, concept, local_coding
from spineworkup.fhir.systems import CLOCKS, FINDINGS, coding_of, options_system
from spineworkup.findings import Coding, Finding, Kind
from spineworkup.units import dimension

# How the name of a code tells a mass from an amount of substance.
_OTHER_DIMENSION = {"substance concentration": "[Mass/volume]", "mass concentration": "[Moles/volume]"}


def finding_concept(finding: Finding, unit: str = "") -> Resource:
    """Return the code of a finding: our own, and of something measured one of each terminology.

    A pathway's codes of a symptom or a diagnosis say that it is present, and most of them say more, as paraplegia
    does of paralysis: right for reading a record, and too much for writing one. Only what is measured is the same.

    Args:
        finding: The finding.
        unit: In which it was reported; the finding's own where none is given.
    """
    return concept(finding.label, *finding_codings(finding, unit))


def finding_codings(finding: Finding, unit: str = "") -> list[Resource]:
    """Return the codes of `finding_concept`, our own first."""
    measured = _measured_codes(finding, unit or finding.unit)
    return [local_coding(FINDINGS, finding.id, finding.label), *map(coding_of, measured)]


def _measured_codes(finding: Finding, unit: str) -> Iterator[Coding]:
    """Yield the first code of each terminology that fits the unit; the rules put the plainest first."""
    if finding.kind not in (Kind.QUANTITY, Kind.NUMBER):
        return
    other = _OTHER_DIMENSION.get(dimension(unit), "") if unit else ""
    seen: set[str] = set()
    for code in finding.codes:
        if code.system not in seen and not (other and other in code.display):
            seen.add(code.system)
            yield code


def option_coding(finding: Finding, option: str) -> Resource:
    """Return an option of a choice as a code of our own."""
    return local_coding(options_system(finding.id), option, finding.options[option])


def question_coding(question: str, label: str) -> Resource:
    """Return what a question is about: a finding, the time of one, or a clock."""
    clock = question.removeprefix("clocks.")
    if clock != question:
        return local_coding(CLOCKS, clock, label)
    return local_coding(FINDINGS, question.removesuffix(".at"), label)
