"""What was defined and is of no use: findings, criteria, sources and pauses that nothing needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Criterion, NamedCriterion, Not, findings_of
from spineworkup.findings import Finding
from spineworkup.pathways import Note, Part, Pathway, Rule, TreatmentOption
from spineworkup.place import Difference
from spineworkup.reading.lints import Lint, lint_at
from spineworkup.scores import Score


def use_lints(pathway: Pathway) -> Iterator[Lint]:
    """Yield a lint for each finding that nothing reads or records, and whatever else nothing uses."""
    idle = _idle_criteria(pathway)
    yield from _unused_findings(pathway, idle)
    cited, held = _cited(pathway), {step.pause for step in pathway.steps.values()}
    for id_ in idle:
        yield _unused(pathway, "criterion", id_, "no rule uses the criterion")
    for source in pathway.sources.values():
        # A withdrawn source is kept, so that nobody can cite it.
        if source.id not in cited and source.status != "withdrawn":
            yield _unused(pathway, "source", source.id, "nothing cites the source")
    for pause in pathway.pauses:
        if pause.id not in held:
            yield _unused(pathway, "pause", pause.id, "no step belongs to the pause point")


def _unused(pathway: Pathway, what: str, id_: str, message: str) -> Lint:
    return lint_at(pathway, "unused", [id_], f"{what} {id_}", f"{message} {id_!r}", "use it, or take it out")


def _unused_findings(pathway: Pathway, idle: list[str]) -> Iterator[Lint]:
    used = _used_findings(pathway)
    for finding in pathway.findings:
        if finding not in used:
            readers = [id_ for id_ in idle if finding in findings_of(pathway.criteria[id_].when)]
            only = f", but {', '.join(map(repr, readers))}, which no rule uses" if readers else ""
            message = f"nothing reads or records {finding!r}{only}"
            hint = "let a rule read it or a step record it, or take it out"
            yield lint_at(pathway, "unused_finding", [finding], f"finding {finding}", message, hint)


def _used_findings(pathway: Pathway) -> set[str]:
    """Return every finding that a step reads, checks, records or produces, or that a score or an option needs."""
    used = {finding for step in pathway.steps.values() for finding in step.findings}
    used |= {finding for score in pathway.scores.values() for finding in score.inputs}
    used |= {
        finding for option in pathway.options.values() for need in option.needs for finding in need.findings
    }
    for finding in pathway.findings.values():
        used.update(finding.derived.inputs if finding.derived is not None else ())
    return used | pathway.totals.keys()


def _idle_criteria(pathway: Pathway) -> list[str]:
    """Return the named criteria that no step uses, be it by way of another criterion.

    Reading puts the very object that a name means wherever the name stands: so it is told from an equal criterion that
    was written out. Only a second name for the same criterion can't be told from the first.
    """
    met: set[int] = set()
    for step in pathway.steps.values():
        for criterion in step.criteria:
            met.update(id(part) for part in _parts(criterion))
    return [id_ for id_, named in pathway.criteria.items() if id(named.when) not in met]


def _parts(criterion: Criterion) -> Iterator[Criterion]:
    yield criterion
    match criterion:
        case Not(operand):
            yield from _parts(operand)
        case AllOf(operands) | AnyOf(operands) | AtLeast(_, operands):
            for operand in operands:
                yield from _parts(operand)


def _cited(pathway: Pathway) -> set[str]:
    steps = pathway.steps.values()
    citing: list[Iterable[Rule | Note | Part | Finding | NamedCriterion | Score | TreatmentOption | Difference]] = [
        *(step.rules for step in steps),
        *(step.notes for step in steps),
        *(step.parts for step in steps),
        pathway.findings.values(),
        pathway.criteria.values(),
        pathway.scores.values(),
        pathway.options.values(),
        *(place.differs for place in pathway.local),
    ]
    return {citation.source for things in citing for thing in things for citation in thing.cites}
