"""One patient at a time: every engine on the neutral workload, and the library on its own pathway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen

from spineworkup import load_pathway
from spineworkup.as_read import read_chart
from spineworkup.logic.plan import plan
from tests.benchmarks import by_hand, ours, peers, shipped
from tests.benchmarks.cql import Node
from tests.benchmarks.plain_python import plain_assess
from tests.benchmarks.rounds import Spread, Timed, in_turn, timed
from tests.benchmarks.workload import AT, CLOCKS, Answer, Patient, Workload, patients, specified

# So many patients are ready that none comes twice in a round.
READY = 20_000


@frozen
class Engine:
    """Something that answers the rules for one patient.

    Args:
        truths: How it copes with what is not known.
        prepare: Makes it ready for the rules: a function from a patient, in the form that it takes.
        form: How it takes a patient.
        answer: What it returns, in the form of the specification's.
    """

    name: str
    truths: str
    prepare: Callable[[Workload], Callable[[Any], Any]]
    answer: Callable[[Any], Answer] = by_hand.answer_of
    form: Callable[[Patient], Any] = dict


def _summed(rails: Callable[[Workload], peers.Rails]) -> Callable[[Workload], Callable[[Any], Any]]:
    return lambda work: peers.summed(work, rails(work))


TWO = "two formulas a rule"
BY_HAND = Engine("hand-written Python", TWO, by_hand.written)
COMPILED = Engine("generated Python, one function", TWO, by_hand.compiled)
OTHERS = (
    Engine("datalogic-py", TWO, _summed(peers.datalogic), form=peers.as_json),
    Engine("zen-engine, one expression", TWO, _summed(peers.zen), form=peers.as_json),
    Engine("zen-engine, node in a graph", TWO, _summed(peers.zen_graph), form=peers.as_json),
    Engine("rule-engine", TWO, _summed(peers.rule_engine), form=peers.as_names),
    Engine("SpiffWorkflow, DMN", TWO, _summed(peers.spiff), form=peers.as_names),
)


def check(work: Workload, engine: Engine, ward: Sequence[Patient]) -> None:
    """Raise where an engine answers a patient otherwise than the specification."""
    run = engine.prepare(work)
    for patient in ward:
        if engine.answer(run(engine.form(patient))) != specified(work, patient):
            raise AssertionError(f"{engine.name} answers otherwise than the specification")


def neutral(work: Workload, rounds: int, others: Sequence[Engine] = OTHERS, cql: bool = True) -> dict[str, Spread]:
    """Return the time of every engine as a multiple of hand-written Python's."""
    ward = patients(READY)
    for engine in (BY_HAND, COMPILED, *others):
        check(work, engine, ward[:10])
    sides = {engine.name: timed(engine.prepare(work), ward, engine.form) for engine in (COMPILED, *others)}
    sides = {**ours.sides(work.pathway, ward), **sides}
    node = Node(work, ward[:2000]) if cql else None
    try:
        if node is not None:
            sides["cql-execution in Node"] = _cql(node, ward)
        return in_turn(timed(BY_HAND.prepare(work), ward), sides, rounds)
    finally:
        if node is not None:
            node.close()


def shipped_pathway(rounds: int) -> dict[str, Spread]:
    """Return the library's times on its own pathway, as a multiple of the same rules as plain Python.

    Plain Python is given what a chart makes of the values: numbers in the right unit, derived findings and totals.
    """
    pathway = load_pathway()
    ward = shipped.patients(pathway, READY // 4)
    plain = plain_assess(pathway)

    def facts_of(patient: Patient) -> Mapping[str, Any]:
        return read_chart(ours.chart(pathway, patient), AT, plan(pathway).derived, pathway.totals).facts

    plain_python = timed(lambda facts: plain(facts, CLOCKS, AT), ward, facts_of)
    return in_turn(plain_python, ours.sides(pathway, ward), rounds)


def _cql(node: Node, ward: Sequence[Patient]) -> Timed:
    for place in range(10):
        if node.run(place, place + 1) != specified(node.work, ward[place]):
            raise AssertionError("cql-execution answers otherwise than the specification")

    def taken(number: int) -> float:
        first = number * 100 % 2000
        start = node.cpu_time()
        node.run(first, first + 100)
        return (node.cpu_time() - start) / 100

    return taken
