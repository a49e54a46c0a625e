"""What has to fit together across the files of a package: scores, purposes, pauses and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spineworkup.findings import Finding, Kind
from spineworkup.pathways import Pathway, Purpose, Rule, Step
from spineworkup.reading.faults import did_you_mean
from spineworkup.reading.problems import Problems
from spineworkup.reading.read_yaml import Document, Path
from spineworkup.scores import Additive, Bands, Grade

_ID = re.compile(r"[a-z][a-z0-9_]{0,80}\Z")
_LISTS = {"indication": "indications", "absolute": "contraindications", "relative": "contraindications"}


def check_package(pathway: Pathway, problems: Problems) -> None:
    """Note everything that doesn't fit together in what was read: only what has a place of its own is checked."""
    here = problems.places.keys()
    for finding in pathway.findings.values():
        if f"finding {finding.id}" in here:
            _check_finding(finding, pathway, problems)
    for score in pathway.scores:
        _check_score(score, pathway, problems)
    steps = [step for step in pathway.steps.values() if f"step {step.id}" in here]
    _check_rule_ids(steps, problems)
    _check_listed_ids(pathway, steps, problems)
    for purpose in pathway.purposes.values():
        _check_purpose(purpose, pathway, problems)
    for pause in pathway.pauses:
        if f"pause {pause.id}" in here and sum(step.pause == pause.id for step in steps) > 9:
            problems.at(f"pause {pause.id}", "more than nine steps in one pause point", "at most nine")


def check_id(id_: str, document: Document, path: Path, problems: Problems, *, key: bool = False) -> None:
    """Note an id that isn't `snake_case`; it is a key, or the value at a path."""
    if not _ID.match(id_):
        hint = "small letters, digits and _"
        problems.add(document, path, f"the id {id_!r} isn't snake_case", hint, key=key)


def place_of_rule(step: Step, rule: Rule) -> Path:
    """Return the path of a rule from its step."""
    key = _LISTS.get(rule.kind, "cautions")
    rules: tuple[Rule, ...] = getattr(step, key)
    return (key, rules.index(rule))


def _check_finding(finding: Finding, pathway: Pathway, problems: Problems) -> None:
    place = f"finding {finding.id}"
    if finding.id == "always":
        problems.at(place, "'always' can't be the id of a finding", "it is a criterion of its own")
    if finding.derived is not None:
        _check_findings(place, ("derived", "inputs"), finding.derived.inputs, pathway, problems)
        if finding.kind is not Kind.QUANTITY:
            problems.at(place, "only a quantity can be derived", below=("derived",))


def _check_score(id_: str, pathway: Pathway, problems: Problems) -> None:
    score, place = pathway.scores[id_], f"score {id_}"
    below = ("items",) if isinstance(score.table, Additive) else ("of",)
    if not _check_findings(place, below, score.inputs, pathway, problems):
        return
    match score.table:
        case Additive(items):
            for finding, options in items.items():
                _check_graded(place, ("items", finding), set(options), pathway.findings[finding], problems)
        case Grade(of, bands):
            banded = {option for band in bands for option in band.options}
            _check_graded(place, ("bands",), banded, pathway.findings[of], problems)
        case Bands(of):
            if pathway.findings[of].kind is not Kind.QUANTITY:
                problems.at(place, f"{of!r} isn't a quantity", below=("of",))


def _check_graded(place: str, below: Path, options: set[str], finding: Finding, problems: Problems) -> None:
    """Note what doesn't fit between a choice and the options that a score gives points or a band."""
    if finding.kind is not Kind.CHOICE:
        where: Path = ("of",) if below == ("bands",) else below
        problems.at(place, f"{finding.id!r} isn't a choice", below=where)
        return
    for option in sorted(set(finding.options) ^ options):
        problem = (
            "has no points or band" if option in finding.options else f"isn't an option of {finding.id!r}"
        )
        problems.at(place, f"{option!r} {problem}", below=below)


def _check_rule_ids(steps: Iterable[Step], problems: Problems) -> None:
    for step in steps:
        document, path = problems.places[f"step {step.id}"]
        for rule in step.rules:
            problems.defined(f"rule {rule.id}", document, (*path, *place_of_rule(step, rule)))


def _check_listed_ids(pathway: Pathway, steps: Iterable[Step], problems: Problems) -> None:
    """Note each id in a list that isn't `snake_case`; those that are keys were looked at when they were read."""
    named = [("pause", pause.id) for pause in pathway.pauses] + [("purpose", id_) for id_ in pathway.purposes]
    for what, id_ in named:
        if f"{what} {id_}" in problems.places:
            document, path = problems.places[f"{what} {id_}"]
            check_id(id_, document, (*path, "id"), problems)
    for step in steps:
        document, path = problems.places[f"step {step.id}"]
        for id_, below in _ids_in(step):
            check_id(id_, document, (*path, *below, "id"), problems)


def _ids_in(step: Step) -> Iterator[tuple[str, Path]]:
    yield from ((rule.id, place_of_rule(step, rule)) for rule in step.rules)
    yield from ((note.id, ("notes", number)) for number, note in enumerate(step.notes))
    yield from ((part.id, ("items", number)) for number, part in enumerate(step.parts))


def _check_purpose(purpose: Purpose, pathway: Pathway, problems: Problems) -> None:
    place = f"purpose {purpose.id}"
    escalation = [purpose.escalate_to] if purpose.escalate_to else []
    if not _check_steps(place, ("steps",), [*purpose.steps, *escalation], pathway, problems):
        return
    for first, second in zip(purpose.steps, purpose.steps[1:], strict=False):
        if (first, second) not in pathway.fallbacks:
            problems.at(
                place, f"{second!r} doesn't take over from {first!r}", "compose them with `otherwise`"
            )


def _check_findings(
    place: str, below: Path, findings: Iterable[str], pathway: Pathway, problems: Problems
) -> bool:
    fine = True
    for finding in findings:
        if finding not in pathway.findings:
            problems.at(place, f"unknown finding {finding!r}", did_you_mean(finding, pathway.findings), below)
            fine = False
    return fine


def _check_steps(place: str, below: Path, steps: Iterable[str], pathway: Pathway, problems: Problems) -> bool:
    fine = True
    for step in steps:
        if step not in pathway.steps:
            problems.at(place, f"unknown step {step!r}", did_you_mean(step, pathway.steps), below)
            fine = False
    return fine
