"""The questions of the proofs answered by a second solver, cvc5, out of the text that z3 writes of them: the same answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

import pytest
from attrs import frozen

pytest.importorskip("z3", reason="the extra `proofs` isn't installed")
pytest.importorskip("cvc5", reason="cvc5 isn't installed: `make judges`")

import cvc5
import z3

from spineworkup import load_pathway
from spineworkup.pathways import Pathway
from spineworkup.proofs.claims import CLAIMS, Claim, Question
from spineworkup.proofs.overlays import overlay_claim
from spineworkup.proofs.scenes import Scene
from spineworkup.proofs.solving import solver_for
from tests.proofs.test_claims import BROKEN, NOBODY
from tests.small_package import write_package

pytestmark = pytest.mark.conformance
SEED = 1
# Of each claim so many questions, or all where it has fewer.
OF_EACH = 3
# Counted in the solver's own steps, so that no answer depends on how busy a machine is.
PATIENCE = 400_000
COUNTED = re.compile(r"\(\(_ (at-most|at-least) ([0-9]+)\)")
TOKEN = re.compile(r"\|[^|]*\||[()]|[^\s()|]+")


def in_standard_terms(text: str) -> str:
    """Write `at-most` and `at-least`, which are z3's own, as sums: each a function of so many arguments."""
    functions: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        kind, bound = found.groups()
        count = arguments(text, found.end())
        name = f"{kind}-{bound}-of-{count}"
        names = [f"x{number}" for number in range(count)]
        total = " ".join(f"(ite {one} 1 0)" for one in names)
        compared = "<=" if kind == "at-most" else ">="
        declared = " ".join(f"({one} Bool)" for one in names)
        functions[name] = f"(define-fun {name} ({declared}) Bool ({compared} (+ 0 {total}) {bound}))"
        return f"({name}"

    body = COUNTED.sub(named, text)
    return "\n".join([*functions.values(), body])


def arguments(text: str, start: int) -> int:
    """How many arguments follow, up to the bracket that closes."""
    depth = count = 0
    for token in TOKEN.finditer(text, start):
        if token.group() == ")":
            if depth == 0:
                return count
            depth -= 1
        else:
            count += depth == 0
            depth += token.group() == "("
    raise AssertionError("no bracket closes")


def answers(question: Question) -> tuple[str, str]:
    """What each solver says of a question: sat or unsat."""
    solver = solver_for([*question.given, *question.asked])
    return str(solver.check()), second_answer(in_standard_terms(solver.to_smt2()))


def second_answer(text: str) -> str:
    second = cvc5.Solver()
    second.setOption("rlimit-per", str(PATIENCE))
    second.setLogic("ALL")
    parser = cvc5.InputParser(second)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "question")
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(second, parser.getSymbolManager())
    return said.strip()


@frozen
class Judged:
    """How often each answer was given by both, where the two differ, and what the second gave up."""

    agreed: Counter[str]
    differ: list[str]
    given_up: list[str]


def judged(questions: Iterable[tuple[Claim, Question]]) -> Judged:
    result = Judged(Counter(), [], [])
    for claim, question in questions:
        first, second = answers(question)
        words = f"{claim.id}, {question.about}: z3 says {first}, cvc5 says {second}"
        if second.startswith("unknown"):
            result.given_up.append(words)
        elif first != second or first not in ("sat", "unsat"):
            result.differ.append(words)
        else:
            result.agreed[first] += 1
    return result


def questions_of(pathway: Pathway, claims: tuple[Claim, ...]) -> Iterator[tuple[Claim, Question]]:
    scene = Scene(pathway)
    return ((claim, question) for claim in claims for question in claim.questions(scene))


def sampled(pathway: Pathway, claims: tuple[Claim, ...]) -> Iterator[tuple[Claim, Question]]:
    """Some questions of every claim, the same in every run."""
    scene, rng = Scene(pathway), Random(SEED)
    for claim in claims:
        questions = list(claim.questions(scene))
        yield from ((claim, question) for question in rng.sample(questions, min(OF_EACH, len(questions))))


def test_every_question_about_a_small_package(tmp_path):
    result = judged(questions_of(load_pathway(write_package(tmp_path)), CLAIMS))

    assert ([], []) == (result.differ, result.given_up)
    assert result.agreed["sat"] > 5 and result.agreed["unsat"] > 20


def test_every_question_about_rules_that_break_a_claim():
    """Here the answers are the other way about."""
    by_id = {claim.id: claim for claim in CLAIMS}
    result = judged(pair for row in (*BROKEN, *NOBODY) for pair in questions_of(row[1], (by_id[row[0]],)))

    assert ([], []) == (result.differ, result.given_up)
    assert result.agreed["sat"] > 5 and result.agreed["unsat"] > 5


def test_some_questions_of_every_claim_about_the_shipped_rules():
    base, us = load_pathway(), load_pathway("metastatic_spine", ["us"])
    result = judged([*sampled(base, CLAIMS), *sampled(us, (overlay_claim(base),))])

    assert [] == result.differ
    assert result.agreed.total() >= 36
    # Many deadlines, each the earliest of several, are much for it: a few of these it may leave open.
    assert {words.split(",")[0] for words in result.given_up} <= {"deadlines_only_tighten"}
    assert len(result.given_up) <= 3


def test_what_z3_counts_is_counted_the_same():
    """Of three, at most one and at least two: written as sums."""
    three = z3.Bools("a b |c(d)|")
    solver = solver_for([z3.AtMost(*three, 1), z3.Or(three), z3.Not(z3.AtLeast(*three, 1))])

    assert "unsat" == str(solver.check()) == second_answer(in_standard_terms(solver.to_smt2()))
    text = in_standard_terms(solver_for([z3.AtMost(*three, 1), *three[1:]]).to_smt2())
    assert "at-most-1-of-3 ((x0 Bool) (x1 Bool) (x2 Bool)) Bool (<= " in text and "(_ " not in text
    assert "unsat" == second_answer(text)
    assert "sat" == second_answer(in_standard_terms(solver_for([z3.AtLeast(*three, 2)]).to_smt2()))
