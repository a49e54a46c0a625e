"""Small pathways to break, and formulas that misread them, for the tests of the proofs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import z3
from attrs import evolve

from spineworkup import Chart
from spineworkup.criteria import Comparator, Compare, Criterion, Present
from spineworkup.pathways import Pathway, Purpose, Rule, Step
from spineworkup.proofs import patients
from spineworkup.proofs.witnesses import Witness
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.translate.to_z3 import Rails, to_z3
from spineworkup.urgency import Urgency
from tests.strategies import VOCABULARY, rule

FEVER, PAIN, WEAKNESS, NUMBNESS = map(Present, ("fever", "night_pain", "weakness", "numbness"))
FINDINGS = {**VOCABULARY, "power": evolve(VOCABULARY["power"], red_flag=True)}


def power(comparator: str, threshold: int) -> Compare:
    return Compare("power", Comparator(comparator), threshold)


def immediate(id_: str, when: Criterion, **more: Any) -> Rule:
    return rule(id_, when, urgency=Urgency.IMMEDIATE, **more)


def within(hours: int) -> dict[str, Any]:
    return {"within": timedelta(hours=hours), "start": "suspicion"}


def absolute(id_: str, when: Criterion) -> Rule:
    return rule(id_, when, kind="absolute")


def step(id_: str, *rules: Rule, **more: Any) -> Step:
    """A step with rules of every kind, each in its place."""
    kinds = {kind: tuple(r for r in rules if r.kind == kind) for kind in ("indication", "absolute", "relative", "caution")}
    against = kinds["absolute"] + kinds["relative"]
    return Step(id_, id_.upper(), indications=kinds["indication"], contraindications=against, cautions=kinds["caution"], **more)


def pathway(*steps: Step, **more: Any) -> Pathway:
    return evolve(Pathway.of(*steps, findings=FINDINGS.values()), id="small", **more)


def see(*steps: str, **more: Any) -> dict[str, Purpose]:
    return {"see": Purpose("see", "See the cord", steps, critical=True, **more)}


def blind(reads_unknown_as: bool) -> Callable[[Criterion, patients.Patient], Rails]:
    """A reading of criteria that takes what is not known for an answer: what the library must never do."""

    class Blind:
        def __init__(self, patient: patients.Patient) -> None:
            self.options, self.span, self.patient = patient.options, patient.span, patient

        def flag(self, finding: str) -> Rails:
            rail = self.patient.flag(finding)
            true, false = z3.Not(rail.false), z3.Not(rail.true)
            return Rails(true, rail.false) if reads_unknown_as else Rails(rail.true, false)

    return lambda criterion, patient: to_z3(criterion, Blind(patient))


def read_back(witness: Witness, pathway: Pathway) -> Chart:
    """The chart of a witness's case file, as `spineworkup assess` reads it."""
    case = read_case(case_document(witness.case, "witness.yaml"), pathway)
    assert (witness.at, witness.chart.entries) == (case.at, case.chart.entries)
    assert not case.warnings
    return case.chart
