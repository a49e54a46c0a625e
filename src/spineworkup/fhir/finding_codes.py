"""What a finding is called in an exported resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spineworkup.fhir.datatypes import Resource, concept, local_coding
from spineworkup.fhir.systems import CLOCKS, FINDINGS, coding_of, options_system
from spineworkup.findings import Coding, Finding, Kind
from spineworkup.units import dimension

_MEASURED = (Kind.QUANTITY, Kind.NUMBER)
# How the name of a code tells a mass from an amount of substance.
_OTHER_DIMENSION = {"substance concentration": "[Mass/volume]", "mass concentration": "[Moles/volume]"}


def finding_concept(finding: Finding, *units: str) -> Resource:
    """Return the code of a finding, and its name."""
    return concept(finding.label, *finding_codings(finding, *units))


def finding_codings(finding: Finding, *units: str) -> list[Resource]:
    """Return what a finding is called: our own code, and those of terminologies that mean just this.

    Most codes of a symptom or a diagnosis say more, as paraplegia does of paralysis: right for reading a record, and
    too much for writing one.

    Args:
        finding: The finding.
        units: In which it was reported, or can be; the finding's own where none is given.
    """
    same = _measured(finding, units or (finding.unit,)) if finding.kind in _MEASURED else _whole(finding)
    return [local_coding(FINDINGS, finding.id, finding.label), *map(coding_of, same)]


def _whole(finding: Finding) -> Iterator[Coding]:
    return (code for code in finding.codes if code.whole)


def _measured(finding: Finding, units: Iterable[str]) -> Iterator[Coding]:
    """Yield the first code of each terminology that fits every unit; the rules put the plainest first."""
    others = [_OTHER_DIMENSION.get(dimension(unit), "") for unit in units if unit]
    seen: set[str] = set()
    for code in finding.codes:
        if code.system not in seen and not any(other and other in code.display for other in others):
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
