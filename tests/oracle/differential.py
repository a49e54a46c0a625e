"""Many inputs to both evaluators, on every core, with a count of what was drawn."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing import get_context
from typing import Any, NamedTuple

from spineworkup.charts import CLOCKS, STATES
from spineworkup.criteria import AllOf, AnyOf, AtLeast, Compare, Criterion, IsOneOf, Not, Present
from spineworkup.entries import WhyUnknown
from tests.oracle.compare import Input, differing
from tests.oracle.evaluator import CLOSED, OPEN, answer
from tests.oracle.generate import CHARTS_IN_A_BLOCK, SHIPPED_SHARE, block

NOTICES = ("derived", "future_event", "future_clock", "past_review", "requested_against_rules")
NOTICES += ("sign_off_not_counted", "waiver", "waiver_expired")
# What has to have been drawn, or a run proves nothing.
MUST_BE_SEEN = (
    *(f"node {kind.__name__}" for kind in (Present, Compare, IsOneOf, Not, AllOf, AnyOf, AtLeast)),
    *(f"rule {kind}" for kind in ("indication", "absolute", "relative", "caution")),
    *(f"status {status}" for status in CLOSED + OPEN),
    *(f"unknown {reason.value}" for reason in WhyUnknown),
    *(f"start {start}" for start in (*CLOCKS, "onset")),
    *(f"event {state}" for state in STATES),
    *(f"against {kind}" for kind in ("absolute", "relative", "caution", "check", "prerequisite", "not_available")),
    *(f"notice {kind}" for kind in NOTICES),
    *(f"asks {kind}" for kind in ("finding", "clock", "time")),
    *("instead", "overdue", "cleared", "not cleared", "signed off", "in place of", "asked for again", "shipped"),
)


class Mismatch(NamedTuple):
    """Where the two differ: input `place` of block `number`."""

    number: int
    place: int
    words: str


class Result(NamedTuple):
    """What came out of a run."""

    inputs: int
    mismatches: list[Mismatch]
    seen: Counter[str]
    seconds: float

    @property
    def never_seen(self) -> list[str]:
        return [what for what in MUST_BE_SEEN if not self.seen[what]]


def run(
    count: int,
    seed: int,
    jobs: int,
    shipped_share: float = SHIPPED_SHARE,
    progress: Callable[[int, int], None] = lambda inputs, mismatches: None,
) -> Result:
    """Compare `count` inputs, rounded up to whole blocks."""
    started, inputs, mismatches, seen = time.perf_counter(), 0, list[Mismatch](), Counter[str]()
    blocks = -(-count // CHARTS_IN_A_BLOCK)
    tasks = [(seed, number, shipped_share) for number in range(blocks)]
    with get_context("spawn").Pool(jobs) as pool:
        for found, counted in pool.imap_unordered(run_block, tasks, chunksize=4):
            inputs += CHARTS_IN_A_BLOCK
            mismatches += found
            seen += counted
            progress(inputs, len(mismatches))
    return Result(inputs, mismatches, seen, time.perf_counter() - started)


def run_block(task: tuple[int, int, float]) -> tuple[list[Mismatch], Counter[str]]:
    mismatches, seen = [], Counter[str]()
    for place, given in enumerate(block(*task)):
        expected = answer(*given)
        words = differing(given, expected)
        if words:
            mismatches.append(Mismatch(task[1], place, words))
        if place == 0:
            seen.update(in_pathway(given))
        seen.update(in_answer(given, expected))
    return mismatches, seen


def find(seed: int, mismatch: Mismatch, shipped_share: float = SHIPPED_SHARE) -> Input:
    """Return the input of a mismatch again."""
    return next(islice(block(seed, mismatch.number, shipped_share), mismatch.place, None))


def in_pathway(given: Input) -> Iterator[str]:
    for step in given.pathway.steps.values():
        yield from (f"rule {rule.kind}" for rule in step.rules)
        yield from (f"start {rule.start}" for rule in step.indications if rule.within is not None)
        for criterion in step.criteria:
            yield from kinds(criterion)
    if given.pathway.id != "small":
        yield "shipped"


def kinds(criterion: Criterion) -> Iterator[str]:
    yield f"node {type(criterion).__name__}"
    operands = (criterion.operand,) if isinstance(criterion, Not) else getattr(criterion, "operands", ())
    for operand in operands:
        yield from kinds(operand)


def in_answer(given: Input, expected: dict[str, Any]) -> Iterator[str]:
    reasons = {reason.value for reason in WhyUnknown}
    yield "unknown not_recorded"
    yield from (f"event {event.state}" for event in given.chart.steps.values())
    for kind, _ in expected["notices"]:
        yield f"unknown {kind}" if kind in reasons else f"notice {kind}"
    for item in expected["items"].values():
        yield from in_item(item)


def in_item(item: dict[str, Any]) -> Iterator[str]:
    yield f"status {item['status']}"
    for _, kind, _, signed, _ in item["against"]:
        yield f"against {kind}"
        if signed:
            yield "signed off"
    for id_ in item["asks"]:
        yield "asks clock" if id_.startswith("clocks.") else "asks time" if id_.endswith(".at") else "asks finding"
    if item["status"] == "due":
        yield "cleared" if item["clear_to_proceed"] else "not cleared"
    if item["status"] in OPEN and item["progress"] in ("performed", "acted_on"):
        yield "asked for again"
    for word in ("instead", "overdue"):
        if item[word]:
            yield word
    if any(in_place_of for _, _, in_place_of, _ in item["reasons"]):
        yield "in place of"
