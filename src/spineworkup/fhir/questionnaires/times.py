"""Which times matter, and so are asked: of findings, and of clocks."""

from __future__ import annotations

from collections.abc import Iterator

from spineworkup.charts import CLOCKS
from spineworkup.criteria import Criterion, findings_of
from spineworkup.pathways import Pathway


def used_clocks(pathway: Pathway) -> tuple[str, ...]:
    """Return the clocks from which a rule of the pathway counts."""
    started = {rule.start for rule in pathway.rules.values()}
    return tuple(clock for clock in CLOCKS if clock in started)


def timed_findings(pathway: Pathway) -> frozenset[str]:
    """Return the findings whose time can change an answer.

    It starts a deadline, says when a step was finished or what is newer than that, or makes a value too old. A score
    and a derived finding take the time of what they were worked out from.
    """
    timed = {finding.id for finding in pathway.findings.values() if finding.red_flag or finding.max_age}
    timed |= {id_ for criterion in _timing(pathway) for id_ in findings_of(criterion)}
    for finding in pathway.findings.values():
        if finding.id in timed and finding.derived is not None:
            timed |= set(finding.derived.inputs)
    timed |= {id_ for total, score in pathway.totals.items() if total in timed for id_ in score.inputs}
    return frozenset(timed)


def _timing(pathway: Pathway) -> Iterator[Criterion]:
    for step in pathway.steps.values():
        yield from (rule.when for rule in step.indications)
        if step.done_when is not None:
            yield step.done_when
