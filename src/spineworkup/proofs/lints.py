"""What rules say that was hardly meant, found by asking whether there is any patient for whom it matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import combinations, permutations

import z3
from attrs import frozen

from spineworkup.criteria import Compare, leaves
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.proofs.claims import (
    every_literal_decides,
    everything_is_reachable,
    no_conflict,
    purpose_never_empty,
)
from spineworkup.proofs.scenes import Scene
from spineworkup.proofs.solving import Solvers, is_possible, solver_for
from spineworkup.reading.lints import Lint, LintKind, lint_at
from spineworkup.translate.to_z3 import Formula, both, either


def solver_lints(pathway: Pathway) -> list[Lint]:
    """Return what needs a solver to be seen: conflicts, what can't be reached, rules that add nothing, gaps, overlaps.

    For a rule author: each names the rules involved, at the line of the first.

    Raises:
        Undecided: The solver gave up on a question.
    """
    asked = _Asked(Scene(pathway))
    found = [*_conflicts(asked), *_unreachable(asked)]
    dead = {about for lint in found for about in lint.about}
    for step in pathway.steps.values():
        living = [rule for rule in step.indications if rule.id not in dead]
        found += [*_subsumed(asked, living), *_overlaps(asked, living), *_gaps(asked, step)]
    return found + list(_idle_lines(asked, dead))


@frozen
class _Asked:
    """A pathway, with the solver that is asked about one patient of it."""

    scene: Scene

    @cached_property
    def solver(self) -> z3.Solver:
        """Knows one patient."""
        return solver_for(self.scene.anybody)

    def anybody(self, *formulas: Formula) -> bool:
        """Return whether there is a patient for whom all this holds."""
        return is_possible(self.solver, *formulas)

    def true(self, rule: Rule) -> Formula:
        """Return when a rule is true."""
        return self.scene.one.patient.truth(rule.when).true


def _lint(
    asked: _Asked, kind: LintKind, about: Sequence[str], message: str, hint: str = "", place: str = ""
) -> Lint:
    return lint_at(asked.scene.pathway, kind, about, place or f"rule {about[0]}", message, hint)


def _conflicts(asked: _Asked) -> Iterator[Lint]:
    for question in no_conflict(asked.scene):
        if question.expected == "somebody" and not asked.anybody(*question.asked):
            rule = question.about
            step = next(s for s in asked.scene.pathway.steps.values() if any(r.id == rule for r in s.indications))
            bars = [r.id for r in step.contraindications if r.kind == "absolute"]
            if asked.anybody(asked.true(asked.scene.pathway.rules[rule])):
                yield _lint(asked, "conflict", [rule, *bars], question.wrong, f"contraindicated by {', '.join(bars)}")
    for question in purpose_never_empty(asked.scene):
        if asked.anybody(*question.asked):
            hint = "`spineworkup prove` shows the patient"
            yield _lint(asked, "conflict", [question.about], question.wrong, hint, f"purpose {question.about}")


def _unreachable(asked: _Asked) -> Iterator[Lint]:
    steps = asked.scene.pathway.steps
    for question in everything_is_reachable(asked.scene):
        if not asked.anybody(*question.asked):
            place = f"step {question.about}" if question.about in steps else f"rule {question.about}"
            yield _lint(asked, "unreachable", [question.about], question.wrong, place=place)


def _subsumed(asked: _Asked, rules: Sequence[Rule]) -> Iterator[Lint]:
    """A rule that is only true where another of its step is, which is as urgent and due no later."""
    covered: set[str] = set()
    for one, other in permutations(rules, 2):
        if one.id in covered or other.id in covered or not _covers(other, one):
            continue
        if not asked.anybody(asked.true(one), z3.Not(asked.true(other))):
            covered.add(one.id)
            kind: LintKind = "subsumed"
            if _covers(one, other) and not asked.anybody(asked.true(other), z3.Not(asked.true(one))):
                kind = "redundant"
            words = f"the rule {one.id!r} adds only its reason: where it is true, {other.id!r} is too, as urgent and no later"
            yield _lint(asked, kind, [one.id, other.id], words, _place_of(asked, other))
    for one in (rule for rule in rules if rule.id not in covered):
        others = [other for other in rules if other.id != one.id and _covers(other, one)]
        if len(others) > 1 and not asked.anybody(asked.true(one), z3.Not(either(list(map(asked.true, others))))):
            words = f"the rule {one.id!r} adds only its reason: where it is true, one of the others is"
            yield _lint(asked, "redundant", [one.id, *(other.id for other in others)], words)


def _covers(other: Rule, one: Rule) -> bool:
    """Whether a rule asks for at least what another asks for: as urgent, and due no later."""
    if other.urgency < one.urgency:
        return False
    if one.within is None:
        return True
    return other.within is not None and other.start == one.start and other.within <= one.within


def _overlaps(asked: _Asked, rules: Sequence[Rule]) -> Iterator[Lint]:
    """Two rules of one tier with different times, each true of somebody without the other: the earlier time wins."""
    for one, other in combinations(rules, 2):
        times = [(rule.within, rule.start) for rule in (one, other)]
        if one.urgency is not other.urgency or times[0] == times[1] or None in (one.within, other.within):
            continue
        a, b = asked.true(one), asked.true(other)
        if asked.anybody(a, b) and asked.anybody(a, z3.Not(b)) and asked.anybody(b, z3.Not(a)):
            words = f"the rules {one.id!r} and {other.id!r} can both be true, with different times: the earlier one counts"
            yield _lint(asked, "overlap", [one.id, other.id], words, _place_of(asked, other))


def _gaps(asked: _Asked, step: Step) -> Iterator[Lint]:
    """A hole between two ranges of a number: the step is indicated below it and above it, and not inside."""
    patient = asked.scene.one.patient
    indicated = either([asked.true(rule) for rule in step.indications])
    nobody = both([patient.truth(rule.when).false for rule in step.indications])
    for finding, rules in _compared(step).items():
        value = patient.span(finding).lowest
        if len(rules) < 2 or not z3.is_const(value):
            continue
        low, inside, high = (z3.Real(f"gap.{end}") for end in ("low", "inside", "high"))
        there = [z3.substitute(indicated, (value, end)) for end in (low, high)]
        hole = z3.substitute(nobody, (value, inside))
        bounds = [z3.substitute(both(patient.bounds(finding)), (value, end)) for end in (low, inside, high)]
        if asked.anybody(*there, hole, low < inside, inside < high, *bounds):
            label = asked.scene.pathway.findings[finding].label
            words = f"a gap: {step.id!r} is indicated by lower and by higher values of {label}, and not by some between"
            yield _lint(asked, "gap", [*rules, finding], words, "does one rule end where the next begins?")


def _compared(step: Step) -> dict[str, list[str]]:
    """For each number that the indications of a step compare, the rules that do."""
    found: dict[str, list[str]] = {}
    for rule in step.indications:
        for id_ in dict.fromkeys(leaf.finding for leaf in leaves(rule.when) if isinstance(leaf, Compare)):
            found.setdefault(id_, []).append(rule.id)
    return found


def _idle_lines(asked: _Asked, dead: set[str]) -> Iterator[Lint]:
    """A line of a rule that decides for nobody."""
    solvers = Solvers()
    for question in every_literal_decides(asked.scene):
        rule, _, place = question.about.partition(".")
        if rule in dead:
            continue
        if not is_possible(solvers.knowing(question.given), *question.asked):
            yield _lint(asked, "redundant", [rule, question.about], question.wrong, f"at its place {place or 'whole'}")


def _place_of(asked: _Asked, rule: Rule) -> str:
    place = asked.scene.pathway.places.get(f"rule {rule.id}")
    return f"see {place}" if place else ""
