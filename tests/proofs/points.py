"""Hold the formulas against the engine on drawn patients: `python -m tests.proofs.points --count 20000 --seed 1`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, NamedTuple

import z3

from spineworkup import assess, load_pathway
from spineworkup.charts import Chart
from spineworkup.checklists import Checklist
from spineworkup.criteria import Compare, leaves
from spineworkup.entries import Unknown
from spineworkup.findings import Finding, Range
from spineworkup.pathways import Pathway
from spineworkup.proofs.answers import STATUSES, Answer, answer_of
from spineworkup.proofs.found_charts import AT, chart_of, holds_in
from spineworkup.proofs.patients import Patient
from spineworkup.proofs.witnesses import disagreements
from spineworkup.scores import Additive
from tests.oracle.generate import Author

IN_A_BLOCK = 15
# One block of so many is of the shipped pathway, with and without its overlay.
SHIPPED = 6
NUDGES = [Decimal(0), Decimal(0), Decimal("0.01"), Decimal("-0.01"), Decimal("0.125"), Decimal(1), Decimal(-1)]
HOURS = [0, -1, -2, -2, -5, -24, -47, "-1/2", "-0.001", -100]
# What has to have been drawn, or a run proves nothing.
MUST_BE_SEEN = {
    *(f"status {status}" for status in STATUSES),
    *(f"event {state}" for state in ("declined", "acted_on", "performed", "requested")),
    *(f"reason {truth}" for truth in ("true", "unknown", "false")),
    *(f"against {kind}" for kind in ("absolute", "relative", "caution", "check", "prerequisite", "not_available")),
    *("not known: absolute", "not known: relative", "signed off", "in place of", "instead", "due", "clear", "not clear"),
    *("derived", "not derived", "a score between two ends", "a score from all its items", "a total reported"),
    *("a total disputed", "shipped", "shipped + us"),
}


class Result(NamedTuple):
    """What came out of a run."""

    points: int
    disagreements: list[str]
    seen: Counter[str]

    @property
    def never_seen(self) -> set[str]:
        return {what for what in MUST_BE_SEEN if not self.seen[what]}


class Drawer:
    """Draws patients as models of the solver: every unknown has a value, and no solver has a choice left."""

    def __init__(self, patient: Patient, rng: Random) -> None:
        self.patient, self.rng = patient, rng
        solver = z3.Solver()
        solver.check()
        self.empty = solver.model()
        self.thresholds = thresholds(patient.pathway)

    def model(self) -> Any:
        model = self.empty.translate(z3.main_ctx())
        for unknown, value in self.values():
            model.update_value(unknown, value if z3.is_expr(value) else z3.BoolVal(value))
        return model

    def values(self) -> Iterator[tuple[Any, Any]]:
        patient, rng = self.patient, self.rng
        missing = rng.choice([0.05, 0.2, 0.5, 0.8])
        for rail in patient.flags.values():
            yield from one_of([rail.true, rail.false], rng, missing)
        for options in patient._choices.values():
            yield from one_of(list(options.values()), rng, missing)
        for id_, span in patient._numbers.items():
            is_total = id_ in patient.disputed
            known = rng.random() >= (max(missing, 0.6) if is_total else missing)
            yield span.known, known
            yield span.lowest, z3.RealVal(str(self.number(patient.pathway.findings[id_])))
            if is_total:
                yield patient.disputed[id_], not known and rng.random() < 0.15
        yield from self.surroundings()

    def surroundings(self) -> Iterator[tuple[Any, Any]]:
        patient, rng = self.patient, self.rng
        quiet = 1 if rng.random() < 0.3 else 1 - 1 / (1 + len(patient.events))
        for event in patient.events.values():
            yield from one_of(event.any, rng, quiet)
        for missing in patient.not_available.values():
            yield missing, rng.random() >= quiet
        for signed in patient.signed_off.values():
            yield signed, rng.random() < 0.3
        for known, at in patient.clocks.values():
            yield known, rng.random() < 0.6
            yield at, z3.RealVal(rng.choice(HOURS))

    def number(self, finding: Finding) -> Decimal:
        """A number at, just below or just above a threshold of the rules, inside what is plausible."""
        score = self.patient.pathway.totals.get(finding.id)
        if score is not None and isinstance(score.table, Additive):
            return Decimal(self.rng.randint(0, 18))
        ends = [end for end in (finding.low, finding.high) if end is not None]
        near = self.rng.choice(self.thresholds.get(finding.id) or ends or [Decimal(1)])
        number = near + self.rng.choice(NUDGES)
        low, high = finding.low, finding.high
        return min(max(number, number if low is None else low), number if high is None else high)


def one_of(unknowns: list[Any], rng: Random, missing: float) -> Iterator[tuple[Any, bool]]:
    chosen = None if rng.random() < missing else rng.randrange(len(unknowns))
    for place, unknown in enumerate(unknowns):
        yield unknown, place == chosen


def thresholds(pathway: Pathway) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {}
    for step in pathway.steps.values():
        for criterion in step.criteria:
            for leaf in leaves(criterion):
                if isinstance(leaf, Compare):
                    found.setdefault(leaf.finding, []).append(leaf.threshold)
    return found


@cache
def shipped(overlay: str) -> Answer:
    pathway = load_pathway("metastatic_spine", [overlay] if overlay else [])
    return answer_of(pathway, Patient("shipped", pathway))


def block(seed: int, number: int) -> tuple[Answer, Drawer]:
    """Return the formulas of one pathway, and what draws its patients; the same again for the same numbers."""
    rng = Random(f"{seed} {number}")
    if number % SHIPPED == 0:
        answer = shipped("us" if number % (2 * SHIPPED) else "")
    else:
        pathway = Author(rng).pathway()
        answer = answer_of(pathway, Patient("small", pathway))
    return answer, Drawer(answer.patient, rng)


def run(count: int, seed: int, progress: bool = False) -> Result:
    """Hold so many points against the engine, rounded up to whole blocks."""
    result = Result(0, [], Counter())
    for number in range(-(-count // IN_A_BLOCK)):
        answer, drawer = block(seed, number)
        for place in range(IN_A_BLOCK):
            where = f"block {number}, point {place}: "
            result.disagreements.extend(where + words for words in point(answer, drawer.model(), result.seen))
        result = result._replace(points=result.points + IN_A_BLOCK)
        if progress:
            words = f"\r{result.points} points, {len(result.disagreements)} disagreements"
            print(words, end="", file=sys.stderr, flush=True)
    return result


def point(answer: Answer, model: Any, seen: Counter[str]) -> list[str]:
    """Return where the formulas and the engine say something else of one patient."""
    impossible = [rule for rule in answer.patient.can_be if not holds_in(model, rule)]
    if impossible:
        return [f"no patient is like that: {impossible[0]}"]
    chart = chart_of(answer.patient, model)
    checklist = assess(answer.pathway, chart, at=AT)
    seen.update(in_chart(answer.pathway, chart, checklist))
    seen.update(in_checklist(checklist))
    return disagreements(answer, model, checklist)


def in_chart(pathway: Pathway, chart: Chart, checklist: Checklist) -> Iterator[str]:
    if pathway.id != "small":
        yield " + ".join(["shipped", *pathway.overlays])
    yield from (f"event {event.state}" for event in chart.steps.values())
    for total in pathway.totals:
        if total in chart.facts:
            yield "a total reported"
        elif isinstance(chart.entry(total), Unknown) and total in chart.entries:
            yield "a total disputed"
        elif total in checklist.chart.facts:
            between = isinstance(checklist.chart.facts[total], Range)
            yield "a score between two ends" if between else "a score from all its items"
    for finding in pathway.findings.values():
        if finding.derived is not None:
            yield "derived" if finding.id in chart.facts else "not derived"


def in_checklist(checklist: Checklist) -> Iterator[str]:
    for item in checklist.items:
        yield f"status {item.status.value}"
        yield from (f"reason {reason.truth.value}" for reason in item.reasons)
        yield from ("in place of" for reason in item.reasons if reason.in_place_of)
        for one in item.against:
            yield f"against {one.kind}"
            if one.truth.value == "unknown":
                yield f"not known: {one.kind}"
            if one.signed_off:
                yield "signed off"
        if item.status.value == "due":
            yield "clear" if item.clear_to_proceed else "not clear"
        if item.instead:
            yield "instead"
        if item.due:
            yield "due"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.points", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    result = run(options.count, options.seed, progress=True)
    print(file=sys.stderr)
    for words in result.disagreements[:5]:
        print(words)
    if result.never_seen:
        print(f"never drawn: {', '.join(sorted(result.never_seen))}")
    print(f"{result.points} points, {len(result.disagreements)} disagreements")
    return 1 if result.disagreements or result.never_seen else 0


if __name__ == "__main__":
    sys.exit(main())
