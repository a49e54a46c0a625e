"""Rule mutants: a pathway with one small mistake in it, of every kind that rule authors make.

A case or a property of the pathway has to notice each of them (`spineworkup.testing.kills`); one that nobody notices
is a mistake that nobody would notice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any, get_args

from attrs import evolve, field, frozen

from spineworkup.criteria import Criterion
from spineworkup.pathways import Pathway, Prerequisite, Rule, Start, Step
from spineworkup.sources import Position
from spineworkup.testing.changes import changes
from spineworkup.testing.table_mutants import finding_changes, score_changes
from spineworkup.urgency import Urgency

TIERS = tuple(tier for tier in Urgency if tier is not Urgency.NONE)
STARTS: tuple[Start, ...] = tuple(start for start in get_args(Start) if start)
SOMEBODY = "somebody else"
# Where no time is given at all, "immediately" can't be doubled.
LATER = timedelta(hours=1)


@frozen
class Mutant:
    """A pathway with one mistake in it.

    Args:
        id: Stable as long as what it changes is: the rule (or what else), the kind, and the place in it.
        kind: What sort of mistake it is, such as `literal dropped`.
        step: The step that it is in; empty where it is in a finding, a score or a purpose.
        rule: The rule that it is in; empty where it is in none.
        what: What was changed and how, in one line.
        place: Where the file says what was changed; None where that isn't known.
        finding: The finding that was changed, if one was: its values have to be read again.
        pathway: The pathway with the mistake.
    """

    id: str
    kind: str
    step: str
    rule: str
    what: str
    place: Position | None = field(eq=False)
    finding: str = ""
    pathway: Pathway = field(eq=False, repr=False, kw_only=True)

    def __str__(self) -> str:
        return f"{self.place or '?'}: {self.id}"


def mutants(pathway: Pathway, steps: Collection[str] | None = None) -> Iterator[Mutant]:
    """Yield every mutant of a pathway, in the order of its steps; no two have the same id.

    For a rule author: each is a slip of the pen that could happen in the next edit.

    Args:
        pathway: The rules.
        steps: Only the mutants of these steps; `""` stands for what belongs to no step: findings, scores, purposes.
    """
    seen: Counter[str] = Counter()
    for mutant in _all(pathway, (*pathway.steps, "") if steps is None else steps):
        seen[mutant.id] += 1
        again = seen[mutant.id]
        yield mutant if again == 1 else evolve(mutant, id=f"{mutant.id} #{again}")


def _all(pathway: Pathway, steps: Collection[str]) -> Iterator[Mutant]:
    for step in pathway.steps.values():
        if step.id in steps:
            yield from _of_step(step, pathway)
    if "" in steps:
        yield from _of_purposes(pathway)
        yield from _of_tables(pathway)


def _of_step(step: Step, pathway: Pathway) -> Iterator[Mutant]:
    for rule in step.rules:
        for kind, what, changed in rule_changes(rule, pathway):
            whole = _with_rule(pathway, step, rule, changed)
            yield _mutant(pathway, f"rule {rule.id}", kind, what, whole, step=step.id, rule=rule.id)
    for kind, what, other in step_changes(step, pathway):
        yield _mutant(pathway, f"step {step.id}", kind, what, _with_step(pathway, other), step=step.id)
    for pair in pathway.fallbacks:
        if pair[0] == step.id:
            whole = evolve(pathway, fallbacks=tuple(other for other in pathway.fallbacks if other != pair))
            what = f"{pair[1]} no longer takes over"
            yield _mutant(pathway, f"step {step.id}", "stand-in dropped", what, whole, step=step.id)


def _of_tables(pathway: Pathway) -> Iterator[Mutant]:
    for id_, finding in pathway.findings.items():
        for kind, what, changed_finding in finding_changes(finding):
            whole = evolve(pathway, findings={**pathway.findings, id_: changed_finding})
            yield _mutant(pathway, f"finding {id_}", kind, what, whole, finding=id_)
    for id_, score in pathway.scores.items():
        for kind, what, changed_score in score_changes(score):
            whole = evolve(pathway, scores={**pathway.scores, id_: changed_score})
            yield _mutant(pathway, f"score {id_}", kind, what, whole)


def _mutant(pathway: Pathway, about: str, kind: str, what: str, whole: Pathway, **more: str) -> Mutant:
    name = about.partition(" ")[2]
    more = {"step": "", "rule": "", **more}
    place = pathway.places.get(about) or pathway.places.get(f"step {more['step']}")
    words = f"{name}: {kind}: {what}" if what else f"{name}: {kind}"
    return Mutant(words, kind, what=what or kind, place=place, pathway=whole, **more)


def rule_changes(rule: Rule, pathway: Pathway) -> Iterator[tuple[str, str, Rule | None]]:
    """Yield every change of a rule: its kind, what was changed, and the rule that it gives (None: no rule)."""
    yield "rule deleted", "", None
    for change, when in changes(rule.when, pathway.findings):
        yield change.kind, change.what, evolve(rule, when=when)
    for cite in rule.cites:
        yield "citation lost", str(cite), evolve(rule, cites=tuple(c for c in rule.cites if c != cite))
    if rule.kind == "indication":
        yield from _tiers(rule)
    if rule.within is not None:
        yield from _times(rule, rule.within)
    if rule.kind in ("absolute", "relative"):
        yield from _holds(rule)


def _tiers(rule: Rule) -> Iterator[tuple[str, str, Rule]]:
    rank = TIERS.index(rule.urgency)
    for kind, other in (("urgency raised", rank + 1), ("urgency lowered", rank - 1)):
        if 0 <= other < len(TIERS):
            yield kind, f"to {TIERS[other].value}", evolve(rule, urgency=TIERS[other])


def _times(rule: Rule, within: timedelta) -> Iterator[tuple[str, str, Rule]]:
    yield "time limit doubled", "", evolve(rule, within=within * 2 or LATER)
    if within:
        yield "time limit halved", "", evolve(rule, within=within / 2)
    yield "time limit removed", "", evolve(rule, within=None)
    for start in STARTS:
        if start != rule.start:
            yield "start changed", f"to {start}", evolve(rule, start=start)


def _holds(rule: Rule) -> Iterator[tuple[str, str, Rule]]:
    if rule.kind == "absolute":
        yield "contraindication made relative", "", evolve(rule, kind="relative", sign_off=SOMEBODY)
    else:
        yield "contraindication made absolute", "", evolve(rule, kind="absolute", sign_off="")
        yield "sign-off by another role", rule.sign_off, evolve(rule, sign_off=SOMEBODY)
    yield "holds_unknown flipped", "", evolve(rule, holds_unknown=not rule.holds_unknown)


def step_changes(step: Step, pathway: Pathway) -> Iterator[tuple[str, str, Step]]:
    """Yield every change of a step that isn't a change of one of its rules."""
    for check in step.checks:
        left = tuple(other for other in step.checks if other != check)
        yield "check dropped", check, evolve(step, checks=left)
    for before in step.prerequisites:
        yield "prerequisite dropped", before.step, _without(step, before)
        if before.unless is not None:
            yield "unless dropped", before.step, _instead_of(step, before, evolve(before, unless=None))
            for kind, what, unless in _criteria("unless", before.unless, pathway):
                yield kind, what, _instead_of(step, before, evolve(before, unless=unless))
    if step.done_when is not None:
        yield "done_when dropped", "", evolve(step, done_when=None)
        for kind, what, done_when in _criteria("done_when", step.done_when, pathway):
            yield kind, what, evolve(step, done_when=done_when)


def _criteria(where: str, criterion: Criterion, pathway: Pathway) -> Iterator[tuple[str, str, Criterion]]:
    for change, changed in changes(criterion, pathway.findings):
        yield change.kind, f"{where}: {change.what}", changed


def _without(step: Step, before: Prerequisite) -> Step:
    return evolve(step, prerequisites=tuple(p for p in step.prerequisites if p != before))


def _instead_of(step: Step, before: Prerequisite, now: Prerequisite) -> Step:
    return evolve(step, prerequisites=tuple(now if p == before else p for p in step.prerequisites))


def _of_purposes(pathway: Pathway) -> Iterator[Mutant]:
    for id_, purpose in pathway.purposes.items():
        if purpose.escalate_to:
            changed = {**pathway.purposes, id_: evolve(purpose, escalate_to="")}
            whole = evolve(pathway, purposes=changed)
            yield _mutant(pathway, f"purpose {id_}", "escalation dropped", purpose.escalate_to, whole)


def _with_step(pathway: Pathway, step: Step) -> Pathway:
    return evolve(pathway, steps={**pathway.steps, step.id: step})


_LISTS = ("indications", "contraindications", "cautions")


def _with_rule(pathway: Pathway, step: Step, rule: Rule, changed: Rule | None) -> Pathway:
    now = () if changed is None else (changed,)
    lists: dict[str, Any] = {}
    for name in _LISTS:
        rules: tuple[Rule, ...] = getattr(step, name)
        if rule in rules:
            place = rules.index(rule)
            lists[name] = (*rules[:place], *now, *rules[place + 1 :])
    return _with_step(pathway, evolve(step, **lists))
