"""Exported ELM run by cql-execution in one Node process, and what it says compared with what `assess` says."""

from __future__ import annotations

import json
import subprocess
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

from attrs import field, frozen

from spineworkup.pathways import Pathway
from tests.conformance.elm_cases import MODULES, Case, case_of, expected, library_line, same
from tests.oracle.generate import Author, Ward

SCRIPT = Path(__file__).with_suffix(".mjs")
Run = tuple[Pathway, Iterable[Case]]


def random_pathways(seed: int, count: int, patients: int) -> Iterator[Run]:
    """Small pathways of every kind of node, stand-in and prerequisite, each with some patients."""
    for number in range(count):
        rng = Random(f"{seed} {number}")
        pathway = Author(rng).pathway()
        ward = Ward(rng, pathway)
        given = [ward.input() for _ in range(patients)]
        yield pathway, [case_of(pathway, one.chart, one.at) for one in given]


@frozen
class Judged:
    """What came out: how many patients and values, what differs, and how often what was seen."""

    seen: Counter[str] = field(factory=Counter)
    differences: list[str] = field(factory=list)

    @property
    def patients(self) -> int:
        return self.seen["patient"]


def judge(runs: Iterable[Run], options: Sequence[str] = (), enough: int = 0) -> Judged:
    """Run each pathway's library over its patients; over no more of them once so many differences are enough."""
    judged = Judged()
    for case, said in answers(runs, *options):
        if enough and len(judged.differences) >= enough:
            break
        wanted = expected(case.checklist)
        judged.seen.update(what_is_seen(case, wanted))
        for define, value in said.items():
            # Of what has no counterpart in a checklist at least that it is something.
            fits = same(wanted[define], value) if define in wanted else value not in ("undefined!", "object!")
            if not fits:
                judged.differences.append(f"{define}: {wanted.get(define)!r} expected, {value!r} said")
        for define in wanted.keys() - said.keys():
            judged.differences.append(f"{define}: no such define")
    return judged


def answers(runs: Iterable[Run], *options: str) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Yield each patient with what every define says of it."""
    asked: deque[tuple[Case, list[str]]] = deque()
    command = ["node", str(SCRIPT), str(MODULES), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdin and node.stdout
        feeder = Thread(target=_feed, args=(runs, node.stdin, asked))
        feeder.start()
        try:
            for line in node.stdout:
                case, names = asked.popleft()
                yield case, dict(zip(names, json.loads(line), strict=True))
        except GeneratorExit:
            # Nobody asks for more.
            node.kill()
            raise
        finally:
            feeder.join()
    assert node.returncode == 0 and not asked, "Node stopped before the last patient"


def said_of(pathway: Pathway, records: Iterable[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what every define says of each record, given as resources."""
    line, names = library_line(pathway)
    entries = [
        [{"resource": one} for one in ({"resourceType": "Patient", "id": "p"}, *record)] for record in records
    ]
    bundles = [json.dumps({"resourceType": "Bundle", "entry": entry}) for entry in entries]
    command = ["node", str(SCRIPT), str(MODULES), "stock"]
    done = subprocess.run(
        command, input="\n".join([line, *bundles]), capture_output=True, text=True, check=True
    )
    return [dict(zip(names, json.loads(said), strict=True)) for said in done.stdout.splitlines()]


def _feed(runs: Iterable[Run], stdin: Any, asked: deque[tuple[Case, list[str]]]) -> None:
    # The closing flushes, and meets the broken pipe too: it has to happen inside the suppression.
    with suppress(BrokenPipeError), stdin:
        for pathway, cases in runs:
            line, names = library_line(pathway)
            stdin.write(f"{line}\n")
            for case in cases:
                asked.append((case, names))
                stdin.write(f"{case.bundle}\n")


def what_is_seen(case: Case, wanted: dict[str, Any]) -> Iterator[str]:
    """Yield of what a patient is an example."""
    checklist = case.checklist
    yield "patient"
    for item in checklist.items:
        yield f"status {item.status.value}"
        yield f"lowest {item.urgency.lowest.value}"
        yield f"highest {item.urgency.highest.value}"
        yield f"event {item.progress}"
        yield f"clear {item.clear_to_proceed}"
        reading = item.reading
        planned = reading.plan.by_id[item.step.id]
        yield f"barred {reading.barred(planned).value}"
        for rule, truth in zip(planned.indications, reading.indications[item.step.id], strict=True):
            yield f"{'inherited' if rule.in_place_of else 'own'} {truth.value}"
    yield from ("not available" for _ in checklist.original.not_available)
    for value in checklist.chart.facts.values():
        yield f"value {type(value).__name__}"
    for entry in checklist.chart.entries.values():
        yield (
            f"unknown {entry.reason.value}" if hasattr(entry, "reason") else f"calculated {entry.calculated}"
        )
    yield from (f"rule {wanted[define]}" for define in wanted if define.startswith("rule "))
