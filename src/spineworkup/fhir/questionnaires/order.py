"""In which groups and in which order findings are asked: red flags first, then as the steps come to them."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.findings import Finding
from spineworkup.pathways import Pathway, Step


def groups(pathway: Pathway) -> dict[str, list[Finding]]:
    """Return every finding of a pathway, by its group."""
    found: dict[str, list[Finding]] = {}
    for id_ in dict.fromkeys((*_by_steps(pathway), *pathway.findings)):
        found.setdefault(_group(pathway, id_), []).append(pathway.findings[id_])
    return dict(sorted(found.items(), key=lambda pair: not any(finding.red_flag for finding in pair[1])))


def _group(pathway: Pathway, id_: str) -> str:
    """Return the group of a finding; a total stands with its items."""
    score = pathway.totals.get(id_)
    items = () if score is None else score.inputs
    return pathway.findings[items[0] if items else id_].group or "other"


def _by_steps(pathway: Pathway) -> Iterator[str]:
    for step in pathway.in_order:
        for id_ in _recorded_first(pathway.steps[step]):
            score = pathway.totals.get(id_)
            yield from () if score is None else score.inputs
            yield id_


def _recorded_first(step: Step) -> Iterator[str]:
    """Yield what a step records, then what it reads."""
    yield from (id_ for part in step.parts for id_ in part.findings)
    yield from step.findings
