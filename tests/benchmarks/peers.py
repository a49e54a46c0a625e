"""Engines of others that answer one patient at a time, in Python; none has a third truth value.

Each is asked two formulas a rule; what its answers say of a step is summed up by one loop of plain Python for all.
Patients are given in the form that suits an engine, and nothing is converted while time is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.dual_rail import EXPRESSIONS, PYTHON, Formula, Group, known
from tests.benchmarks.workload import FINDINGS, Patient, Workload, hours_of

Answer = dict[str, tuple[Any, ...]]
# For each rule, in the order of the steps: known to be true, known to be false.
Rails = Callable[[Patient], Sequence[bool]]


def as_json(patient: Patient) -> Patient:
    """Return a patient as JSON has it: a number with decimals is a float."""
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in patient.items()}


def as_names(patient: Patient) -> Patient:
    """Return a patient with a None for what isn't known, for engines that look for a name long before they give up."""
    return {**dict.fromkeys(FINDINGS), **as_json(patient)}


def summed(work: Workload, rails: Rails) -> Callable[[Patient], Answer]:
    """Return a function from a patient to the answer for each step."""
    steps, place = [], 0
    for step in work.steps:
        rows = [(rule.id, rule.urgency.rank, hours_of(rule), place + 2 * n) for n, rule in enumerate(step.indications)]
        steps.append((step.id, rows))
        place += 2 * len(rows)

    def assess(patient: Patient) -> Answer:
        found, answer = rails(patient), {}
        for step, rows in steps:
            answer[step] = _step(found, rows)
        return answer

    return assess


def _step(found: Sequence[bool], rows: list[tuple[str, int, int, int]]) -> tuple[Any, ...]:
    fired, unknown, highest, due, could_be_due = [], [], 0, None, None
    for name, urgency, hours, place in rows:
        if found[place]:
            fired.append(name)
            if due is None or hours < due:
                due = hours
        elif not found[place + 1]:
            unknown.append(name)
            if could_be_due is None or hours < could_be_due:
                could_be_due = hours
        else:
            continue
        if urgency > highest:
            highest = urgency
    if fired:
        return "due", highest, due, fired, unknown
    return "undetermined" if unknown else "not_indicated", highest, could_be_due, fired, unknown


def formulas(work: Workload) -> list[Formula]:
    """Return the two formulas of every rule."""
    return [known(rule.when, wanted) for rule in work.rules for wanted in (True, False)]


def datalogic(work: Workload) -> Rails:
    """JsonLogic in Rust: all formulas as one rule."""
    import datalogic_py

    evaluate: Rails = datalogic_py.Engine().compile([_json_logic(formula) for formula in formulas(work)]).evaluate
    return evaluate


def _json_logic(formula: Formula) -> dict[str, Any]:
    if isinstance(formula, Group):
        return {formula.word: [_json_logic(part) for part in formula.parts]}
    value, operand = {"var": formula.finding}, formula.operand
    if formula.operator == "is":
        return {"===": [value, operand]}
    if isinstance(operand, Decimal):
        return {"and": [{"!==": [value, None]}, {formula.operator: [value, float(operand)]}]}
    return {"in": [value, list(operand)]}  # type: ignore[call-overload]


def zen(work: Workload) -> Rails:
    """ZEN in Rust: all formulas as one compiled expression."""
    from zen import compile_expression

    evaluate: Rails = compile_expression(_zen_list(work)).evaluate
    return evaluate


def zen_graph(work: Workload) -> Rails:
    """ZEN as it is meant to be used: an expression node in a decision graph."""
    import json

    from zen import ZenEngine

    node = {"expressions": [{"id": "1", "key": "found", "value": _zen_list(work)}]}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {"id": "rules", "name": "rules", "type": "expressionNode", "content": node},
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [{"id": a + b, "sourceId": a, "targetId": b} for a, b in (("in", "rules"), ("rules", "out"))]
    decision = ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return lambda patient: decision.evaluate(patient)["result"]["found"]  # type: ignore[no-any-return]


def _zen_list(work: Workload) -> str:
    return f"[{', '.join(map(EXPRESSIONS.text, formulas(work)))}]"


def rule_engine(work: Workload) -> Rails:
    """rule-engine in Python: a rule for each formula."""
    from rule_engine import Rule

    rules = [Rule(EXPRESSIONS.text(formula)).matches for formula in formulas(work)]
    return lambda patient: [matches(patient) for matches in rules]


def spiff(work: Workload) -> Rails:
    """SpiffWorkflow's DMN: a row for each formula, its condition in one cell; its engine is called directly."""
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
    from SpiffWorkflow.dmn.specs.model import DecisionTable, HitPolicy, Input, InputEntry, Rule

    table = DecisionTable("rules", "rules", HitPolicy.COLLECT.value)
    always = Input("always", "always", "always", "True", "boolean")
    for number, formula in enumerate(formulas(work)):
        row, cell = Rule(number), InputEntry(number, always)
        cell.lhs = [PYTHON.text(formula)]
        row.inputEntries = [cell]
        table.rules.append(row)
    engine, workflow = DMNEngine(table), SimpleNamespace(script_engine=PythonScriptEngine())

    def rails(patient: Patient) -> Sequence[bool]:
        found = {row.id for row in engine.decide(SimpleNamespace(data=patient, workflow=workflow))}
        return [number in found for number in range(len(table.rules))]

    return rails
