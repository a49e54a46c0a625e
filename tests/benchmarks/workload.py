"""A neutral workload: rules and patients that no pathway of ours shaped, drawn from a seed.

40 booleans, 8 choices of three to six options and 8 numbers with four thresholds each; every rule asks two to six of them.
Of the booleans 28% are unknown, of the choices 15%, of the numbers 25%; of the known numbers 4% lie on a threshold, so that
`<` and `<=` differ. About 32% of the rules are true, 24% unknown, 44% false: far more true ones than a real checklist has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from spineworkup.criteria import AllOf, AnyOf, Comparator, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.findings import Finding, Kind, Value
from spineworkup.logic.evaluate import evaluate
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.truth import Truth
from spineworkup.urgency import Urgency

Patient = Mapping[str, Any]
# Of each step: status, rank of the highest urgency, hours until due, ids of the rules that are true and of those unknown.
Answer = list[tuple[str, int, int | None, tuple[str, ...], tuple[str, ...]]]

SEED = 2026
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SUSPICION = datetime(2026, 11, 20, 9, tzinfo=UTC)
CLOCKS = {"suspicion": SUSPICION}
HOURS = (4, 24, 48, 72, 168, 336)
TIERS = tuple(tier for tier in Urgency if tier is not Urgency.NONE)

BOOLEANS = tuple(f"b{n}" for n in range(40))
CHOICES = {f"c{n}": tuple(f"o{k}" for k in range(3 + n % 4)) for n in range(8)}
# Half of them whole, half with one decimal, as laboratories report them.
WHOLE, TENTHS = ("n0", "n1", "n2", "n3"), ("n4", "n5", "n6", "n7")
NUMBERS = WHOLE + TENTHS
THRESHOLDS = {
    name: tuple(Decimal(15 + n + 20 * k) / (1 if name in WHOLE else 10) for k in range(4)) for n, name in enumerate(NUMBERS)
}
FINDINGS = {
    **{name: Finding(name, name, Kind.BOOLEAN) for name in BOOLEANS},
    **{name: Finding(name, name, Kind.CHOICE, options=dict.fromkeys(codes, "")) for name, codes in CHOICES.items()},
    **{name: Finding(name, name, Kind.NUMBER) for name in NUMBERS},
}


@frozen
class Workload:
    """A pathway of so many rules over so many steps."""

    pathway: Pathway
    steps: tuple[Step, ...]

    @property
    def rules(self) -> list[Rule]:
        """Every rule, in the order of the steps."""
        return [rule for step in self.steps for rule in step.indications]


def workload(rules: int, steps: int = 30, seed: int = SEED) -> Workload:
    """Return a pathway of `rules` rules, dealt out evenly over `steps` steps."""
    chance = Random(f"{seed} {rules} {steps}")
    drawn = [_rule(f"r{n}", chance) for n in range(rules)]
    made = tuple(Step(f"s{n:02}", f"Step {n}", indications=tuple(drawn[n::steps])) for n in range(steps))
    return Workload(Pathway.of(*made, findings=FINDINGS.values()), made)


def _rule(id_: str, chance: Random) -> Rule:
    when = _criterion(chance.randint(2, 6), chance)
    within = timedelta(hours=chance.choice(HOURS))
    return Rule(id_, when, "", urgency=chance.choice(TIERS), within=within, start="suspicion")


def _criterion(atoms: int, chance: Random) -> Criterion:
    if atoms == 1:
        found = _atom(chance)
    else:
        left = chance.randint(1, atoms - 1)
        (kind,) = chance.choices((AllOf, AnyOf), (66, 34))
        found = kind((_criterion(left, chance), _criterion(atoms - left, chance)))
    return Not(found) if chance.random() < 0.2 else found


def _atom(chance: Random) -> Criterion:
    (kind,) = chance.choices(("boolean", "choice", "number"), (65, 15, 20))
    if kind == "boolean":
        return Present(chance.choice(BOOLEANS))
    if kind == "choice":
        name, codes = chance.choice(list(CHOICES.items()))
        return IsOneOf(name, chance.sample(codes, chance.randint(1, len(codes) - 1)))
    name = chance.choice(NUMBERS)
    return Compare(name, chance.choice(list(Comparator)), chance.choice(THRESHOLDS[name]))


def columns(count: int, seed: int = SEED) -> pa.Table:
    """Return patients as columns: a row each, null where something is unknown."""
    chance = np.random.default_rng(seed)
    known = {name: chance.random(count) >= share for share, names in _UNKNOWN for name in names}
    found: dict[str, pa.Array] = {"patient": pa.array(np.arange(count))}
    for name in BOOLEANS:
        found[name] = pa.array(chance.random(count) < 0.5, mask=~known[name])
    for name, codes in CHOICES.items():
        drawn = pa.array(chance.integers(0, len(codes), count, dtype=np.int8), mask=~known[name])
        found[name] = pa.DictionaryArray.from_arrays(drawn, pa.array(codes))
    for name in NUMBERS:
        drawn = _drawn_numbers(name, count, chance)
        found[name] = pa.array(drawn if name in WHOLE else drawn / 10, mask=~known[name])
    found["clocks.suspicion"] = pa.repeat(pa.scalar(SUSPICION, pa.timestamp("us", "UTC")), count)
    return pa.table(found)


_UNKNOWN = ((0.28, BOOLEANS), (0.15, CHOICES), (0.25, NUMBERS))


def _drawn_numbers(name: str, count: int, chance: np.random.Generator) -> np.ndarray[Any, Any]:
    """Return whole numbers or numbers of tenths, 4% of them on a threshold and no other."""
    on = np.array([int(threshold if name in WHOLE else threshold * 10) for threshold in THRESHOLDS[name]])
    off = np.setdiff1d(np.arange(0, 100), on)
    return np.where(chance.random(count) < 0.04, chance.choice(on, count), chance.choice(off, count))


def patients(count: int, seed: int = SEED) -> list[Patient]:
    """Return the same patients as a caller holds them: what is known, by finding; numbers as an int or a Decimal."""
    return list(as_dicts(columns(count, seed)))


def as_dicts(table: pa.Table) -> Iterator[Patient]:
    """Yield the rows of a table as a caller holds patients."""
    for row in table.select(list(FINDINGS)).to_pylist():
        known = {name: value for name, value in row.items() if value is not None}
        yield {name: Decimal(repr(value)) if isinstance(value, float) else value for name, value in known.items()}


def specified(work: Workload, patient: Patient) -> Answer:
    """Return what the specification says: `evaluate` asked of every rule."""
    facts = facts_of(patient)
    return [step_answer(step, [evaluate(rule.when, facts) for rule in step.indications]) for step in work.steps]


def facts_of(patient: Patient) -> Mapping[str, Value]:
    """Return what is known as the specification reads it: every number a Decimal."""
    return {name: Decimal(value) if name in NUMBERS else value for name, value in patient.items()}


def step_answer(step: Step, truths: list[Truth]) -> tuple[str, int, int | None, tuple[str, ...], tuple[str, ...]]:
    """Sum up a step from the truths of its rules."""
    pairs = list(zip(step.indications, truths, strict=True))
    fired = [rule for rule, truth in pairs if truth is Truth.TRUE]
    pending = [rule for rule, truth in pairs if truth is Truth.UNKNOWN]
    status = "due" if fired else "undetermined" if pending else "not_indicated"
    highest = max((rule.urgency.rank for rule in fired + pending), default=0)
    hours = min((hours_of(rule) for rule in fired or pending), default=None)
    return status, highest, hours, tuple(rule.id for rule in fired), tuple(rule.id for rule in pending)


def hours_of(rule: Rule) -> int:
    """Return the hours that a rule gives."""
    assert rule.within is not None
    return int(rule.within.total_seconds()) // 3600
