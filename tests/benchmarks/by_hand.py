"""The rules of the workload as Python: as a person writes them, and as one function that a generator writes.

The yardstick: plain dictionaries and tuples, no classes, no checks of the values, no explanations. Both give for each step
the tuple (status, rank of the highest urgency, hours until due, rules that are true, rules that are unknown).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from attrs import evolve

from spineworkup.pathways import Rule, Step
from tests.benchmarks.dual_rail import PYTHON, Atom, known
from tests.benchmarks.workload import FINDINGS, WHOLE, Answer, Patient, Workload, hours_of

Assess = Callable[[Patient], dict[str, tuple[Any, ...]]]


def written(work: Workload) -> Assess:
    """Return what a person writes: a function for each rule, and a loop over the rules of each step."""
    functions = [line for rule in work.rules for line in _function(rule)]
    steps = [f"    {step.id!r}: [{', '.join(map(_row, step.indications))}]," for step in work.steps]
    return _runnable([*functions, "STEPS = {", *steps, "}", _LOOP])


def compiled(work: Workload) -> Assess:
    """Return what a generator writes: every finding read once, every rule where it is counted, nothing called."""
    reads = [f"    {name} = get({name!r})" for name in FINDINGS]
    counts = [line for step in work.steps for line in _counted(step)]
    return _runnable(["def assess(patient):", "    get = patient.get; answer = {}", *reads, *counts, "    return answer"])


def answer_of(found: dict[str, tuple[Any, ...]]) -> Answer:
    """Return an answer in the form of the specification's."""
    return [(status, highest, due, tuple(fired), tuple(unknown)) for status, highest, due, fired, unknown in found.values()]


def _runnable(lines: Sequence[str]) -> Assess:
    scope: dict[str, Any] = {"D": Decimal}
    exec("\n".join([*_DECIMALS, *lines]), scope)  # the benchmark's own text, from the rules under test
    assess: Assess = scope["assess"]
    return assess


def _threshold(atom: Atom) -> str:
    # A person writes a decimal threshold once, by name.
    assert isinstance(atom.operand, Decimal)
    return str(atom.operand) if atom.finding in WHOLE else f"TENTHS_{int(atom.operand * 10)}"


_DECIMALS = [f"TENTHS_{n} = D('{n // 10}.{n % 10}')" for n in range(100)]
_LOCALS = evolve(PYTHON, number=_threshold)
_LOOKED_UP = evolve(_LOCALS, read=lambda name: f"p.get({name!r})", bound=lambda name: (f"(n := p.get({name!r}))", "n"))


def _function(rule: Rule) -> list[str]:
    true, false = (_LOOKED_UP.text(known(rule.when, wanted)) for wanted in (True, False))
    return [f"def {rule.id}(p):", f"    if {true}: return True", f"    if {false}: return False", "    return None"]


def _row(rule: Rule) -> str:
    return f"({rule.id}, {rule.id!r}, {rule.urgency.rank}, {hours_of(rule)})"


_LOOP = """
def assess(patient):
    answer = {}
    for step, rules in STEPS.items():
        fired, unknown, highest, due, could_be_due = [], [], 0, None, None
        for rule, name, urgency, hours in rules:
            found = rule(patient)
            if found is False:
                continue
            if urgency > highest:
                highest = urgency
            if found:
                fired.append(name)
                if due is None or hours < due:
                    due = hours
            else:
                unknown.append(name)
                if could_be_due is None or hours < could_be_due:
                    could_be_due = hours
        if fired:
            answer[step] = "due", highest, due, fired, unknown
        elif unknown:
            answer[step] = "undetermined", highest, could_be_due, fired, unknown
        else:
            answer[step] = "not_indicated", 0, None, fired, unknown
    return answer
"""


def _counted(step: Step) -> list[str]:
    lines = ["    fired = []; unknown = []; highest = 0; due = could_be_due = None"]
    for rule in step.indications:
        true, false = (_LOCALS.text(known(rule.when, wanted)) for wanted in (True, False))
        lines += [
            f"    if {true}:",
            f"        fired.append({rule.id!r})",
            f"        if highest < {rule.urgency.rank}: highest = {rule.urgency.rank}",
            f"        if due is None or {hours_of(rule)} < due: due = {hours_of(rule)}",
            f"    elif not {false}:",
            f"        unknown.append({rule.id!r})",
            f"        if highest < {rule.urgency.rank}: highest = {rule.urgency.rank}",
            f"        if could_be_due is None or {hours_of(rule)} < could_be_due: could_be_due = {hours_of(rule)}",
        ]
    status = "'due' if fired else 'undetermined' if unknown else 'not_indicated'"
    return [*lines, f"    answer[{step.id!r}] = {status}, highest, due if fired else could_be_due, fired, unknown"]
