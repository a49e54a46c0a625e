"""The door: every claim about a pathway put to the solver, and a patient wherever one doesn't hold."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Literal

import z3
from attrs import frozen

from spineworkup.pathways import Pathway
from spineworkup.proofs.claims import CLAIMS, Claim, Question
from spineworkup.proofs.scenes import Scene
from spineworkup.proofs.solving import Solvers, Undecided
from spineworkup.proofs.witnesses import Witness, replayed, smallest, witness_of

Outcome = Literal["proved", "failed", "undecided", "not_replayed"]


@frozen
class Finding:
    """The answer to one question.

    Args:
        outcome: `proved`, or `failed` with patients; `undecided` where the solver gave up; `not_replayed` where the
            engine says something else of the patient than the formulas, so that the proof can't be trusted.
        witnesses: One patient, or two: before and after.
    """

    claim: Claim
    about: str
    wrong: str
    outcome: Outcome
    witnesses: tuple[Witness, ...] = ()
    detail: str = ""


@frozen
class Result:
    """What came out of one claim.

    Args:
        asked: How many questions were put to the solver.
        findings: What doesn't hold; none where the claim is proved.
    """

    claim: Claim
    asked: int
    findings: tuple[Finding, ...]


@frozen
class Report:
    """What came out of all claims about a pathway."""

    pathway: Pathway
    results: tuple[Result, ...]
    seconds: float

    @property
    def asked(self) -> int:
        """How many questions were put to the solver."""
        return sum(result.asked for result in self.results)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that doesn't hold."""
        return tuple(finding for result in self.results for finding in result.findings)

    @property
    def proved(self) -> bool:
        """Whether everything holds."""
        return not self.findings


def prove(pathway: Pathway, claims: Iterable[Claim] = CLAIMS, *, seed: int = 0) -> Report:
    """Return what doesn't hold of a pathway, each with a patient as witness; nothing where all is proved.

    Args:
        pathway: The rules, with their overlays.
        claims: What must hold.
        seed: Of the solver's own random choices; a proof must not depend on it.
    """
    start, scene, solvers = perf_counter(), Scene(pathway), Solvers(seed)
    results = tuple(_result(claim, scene, solvers) for claim in claims)
    return Report(pathway, results, perf_counter() - start)


def _result(claim: Claim, scene: Scene, solvers: Solvers) -> Result:
    try:
        questions = list(claim.questions(scene))
    except Undecided as error:
        return Result(claim, 0, (Finding(claim, scene.pathway.id, str(error), "undecided"),))
    found = [_finding(claim, question, solvers.knowing(question.given)) for question in questions]
    return Result(claim, len(questions), tuple(one for one in found if one is not None))


def _finding(claim: Claim, question: Question, solver: z3.Solver) -> Finding | None:
    solver.push()
    try:
        solver.add(*question.asked)
        result = solver.check()
        if result == z3.unknown:
            return Finding(claim, question.about, question.wrong, "undecided", (), solver.reason_unknown())
        found = result == z3.sat
        if question.expected == "somebody":
            return None if found else Finding(claim, question.about, question.wrong, "failed")
        return _witnessed(claim, question, solver) if found else None
    finally:
        solver.pop()


def _witnessed(claim: Claim, question: Question, solver: z3.Solver) -> Finding:
    model = smallest(solver, [answer.patient for answer in question.of])
    differ = replayed(question.of, model)
    labels = [claim.id] if len(question.of) == 1 else [f"{claim.id}_before", f"{claim.id}_after"]
    witnesses = tuple(
        witness_of(answer.patient, model, label, f"{question.about}: {question.wrong}")
        for answer, label in zip(question.of, labels, strict=True)
    )
    outcome: Outcome = "not_replayed" if differ else "failed"
    return Finding(claim, question.about, question.wrong, outcome, witnesses, "; ".join(differ))
