"""The rules of a pathway as plain Python, written out the way a person would write them by hand.

The yardstick of the speed of `assess`: one function per condition with early returns, dictionaries and tuples, no classes,
no reasons, no explanations. `True`, `False` and `None` for not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.pathways import ONSET, Pathway

Answer = dict[str, tuple[Any, ...]]


class Writer:
    """Collects the source of one function after another."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[Criterion, str] = {}

    def function(self, criterion: Criterion) -> str:
        """Return the name of the function that answers a criterion."""
        if criterion not in self.names:
            body = self.body(criterion)
            self.names[criterion] = f"c{len(self.names)}"
            self.lines += [f"def {self.names[criterion]}(f):", *(f"    {line}" for line in body)]
        return self.names[criterion]

    def operand(self, criterion: Criterion) -> str:
        """Return an expression for an operand: a look-up where that is all, else a call."""
        return f"f.get({criterion.finding!r})" if isinstance(criterion, Present) else f"{self.function(criterion)}(f)"

    def body(self, criterion: Criterion) -> list[str]:
        match criterion:
            case Present(finding):
                return [f"return f.get({finding!r})"]
            case Compare(finding, comparator, threshold):
                test = f"v {comparator.value} D({str(threshold)!r})"
                ends = f"lo, hi = v.lowest {test[2:]}, v.highest {test[2:]}"
                return [
                    f"v = f.get({finding!r})",
                    "if v is None: return None",
                    f"if type(v) is D: return {test}",
                    ends,
                    "return lo if lo is hi else None",
                ]
            case IsOneOf(finding, codes):
                return [f"v = f.get({finding!r})", f"return None if v is None else v in {tuple(codes)!r}"]
            case Not(operand):
                return [f"v = {self.operand(operand)}", "return None if v is None else not v"]
            case AllOf(operands):
                return self.scan(operands, stop=False)
            case AnyOf(operands):
                return self.scan(operands, stop=True)
            case AtLeast(count, operands):
                lines = [f"vs = ({', '.join(self.operand(operand) for operand in operands)},)"]
                known, possible = "sum(v is True for v in vs)", "sum(v is not False for v in vs)"
                return [*lines, f"return True if {known} >= {count} else False if {possible} < {count} else None"]

    def scan(self, operands: tuple[Criterion, ...], *, stop: bool) -> list[str]:
        lines = ["unknown = False"]
        for operand in operands:
            lines += [f"v = {self.operand(operand)}", f"if v is {stop}: return {stop}", "if v is None: unknown = True"]
        return [*lines, f"return None if unknown else {not stop}"]


def plain_assess(pathway: Pathway) -> Callable[[Mapping[str, Any], Mapping[str, datetime], datetime], Answer]:
    """Return a function from values, clocks and a moment to status, urgency, due time and clearance of every step.

    For charts without events, sign-offs and times of findings, and places where every step is available.
    """
    writer = Writer()
    lines = ["def assess(f, clocks, at):", "    out = {}"]
    graph = _order(pathway)
    for id_ in graph:
        lines += _step(pathway, id_, writer)
    lines.append("    return out")
    from decimal import Decimal
    from graphlib import TopologicalSorter  # noqa: F401

    scope: dict[str, Any] = {"D": Decimal, "deltas": {r.id: r.within for r in pathway.rules.values()}}
    exec("\n".join([*writer.lines, *lines]), scope)  # the benchmark's own text, from the rules under test
    return scope["assess"]


def _order(pathway: Pathway) -> list[str]:
    from graphlib import TopologicalSorter

    before = {id_: {p.step for p in step.prerequisites} for id_, step in pathway.steps.items()}
    for first, second in pathway.fallbacks:
        before[second].add(first)
    return list(TopologicalSorter(before).static_order())


def _step(pathway: Pathway, id_: str, writer: Writer) -> list[str]:
    step = pathway.steps[id_]
    lines = ["    low = high = 0; true = unknown = False; due = maybe = None; fired = []; pending = []"]
    for rule in step.indications:
        lines += [f"    v = {writer.operand(rule.when)}", *_count(rule)]
    for first, second in pathway.fallbacks:
        if second == id_:
            lines += _inherited(pathway, first)
    lines += [f"    raw_{id_} = (fired, pending)"]
    absolute = [rule.when for rule in step.contraindications if rule.kind == "absolute"]
    lines += [f"    barred_{id_} = {writer.function(AnyOf(tuple(absolute)))}(f)" if absolute else f"    barred_{id_} = False"]
    done = "False" if step.done_when is None else f"{writer.function(step.done_when)}(f) is True"
    lines += [
        f"    if {done}: status = 'done'",
        "    elif not true and not unknown: status = 'not_indicated'",
        "    elif not true: status = 'undetermined'",
        f"    elif barred_{id_} is True: status = 'contraindicated'",
    ]
    for prerequisite in step.prerequisites:
        others = [pathway.steps[other].done_when for other in pathway.stand_ins[prerequisite.step]]
        done = [f"{writer.function(when)}(f) is True" for when in others if when is not None]
        instead = f" and not (barred_{prerequisite.step} is True and ({' or '.join(done)}))" if done else ""
        unless = "" if prerequisite.unless is None else f" and {writer.operand(prerequisite.unless)} is not True"
        lines.append(
            f"    elif out[{prerequisite.step!r}][0] not in ('done', 'not_indicated', 'declined'){instead}{unless}: status = 'waiting'"
        )
    lines += ["    else: status = 'due'", "    clear = status == 'due'"]
    for finding in step.checks:
        lines.append(f"    if f.get({finding!r}) is None: clear = False")
    for rule in step.contraindications:
        held = "is not False" if rule.holds_unknown else "is True"
        lines.append(f"    if {writer.operand(rule.when)} {held}: clear = False")
    lines += [
        "    when = None if status in ('done', 'not_indicated') else due if true else maybe",
        f"    out[{id_!r}] = (status, low, high, when, when is not None and when < at, clear, fired, pending)",
    ]
    return lines


def _count(rule: Any, indent: str = "    ") -> list[str]:
    rank = rule.urgency.rank
    deadline = [] if rule.within is None or rule.start == ONSET else [f"c = clocks.get({rule.start!r})"]
    found = f"d = c + deltas[{rule.id!r}]"
    true = [f"{indent}    if c is not None:", f"{indent}        {found}", f"{indent}        if due is None or d < due: due = d"]
    maybe = [line.replace("due", "maybe") for line in true]
    return [
        f"{indent}if v is True:",
        f"{indent}    true = True; fired.append({rule.id!r})",
        f"{indent}    if low < {rank}: low = {rank}",
        f"{indent}    if high < {rank}: high = {rank}",
        *(f"{indent}    {line}" for line in deadline),
        *(true if deadline else []),
        f"{indent}elif v is None:",
        f"{indent}    unknown = True; pending.append({rule.id!r})",
        f"{indent}    if high < {rank}: high = {rank}",
        *(f"{indent}    {line}" for line in deadline),
        *(maybe if deadline else []),
    ]


def _inherited(pathway: Pathway, first: str) -> list[str]:
    lines = [f"    if out[{first!r}][0] not in ('done', 'not_indicated', 'declined') and barred_{first} is not False:"]
    for rule in _chain(pathway, first):
        lines += [
            f"        v = True if {rule.id!r} in raw_{first}[0] else None if {rule.id!r} in raw_{first}[1] else False",
            f"        if v is True and barred_{first} is None: v = None",
            *_count(rule, "        "),
        ]
    return lines


def _chain(pathway: Pathway, id_: str) -> list[Any]:
    rules = list(pathway.steps[id_].indications)
    for first, second in pathway.fallbacks:
        if second == id_:
            rules += _chain(pathway, first)
    return rules
