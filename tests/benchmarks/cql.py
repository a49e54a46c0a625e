"""cql-execution: the rules as ELM, the form of CQL that engines run. Three truth values of its own, so one formula a rule.

Node keeps the patients as bare objects and gives the truths of the rules: without FHIR, and without summing up the steps.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spineworkup.criteria import findings_of
from spineworkup.translate.elm_nodes import Elm, node, prop, ref
from spineworkup.translate.to_elm import finding_define, to_elm
from spineworkup.truth import Truth
from tests.benchmarks.peers import as_json
from tests.benchmarks.workload import Answer, Patient, Workload, step_answer

SCRIPT = Path(__file__).with_name("run_cql.mjs")
MODULES = Path(__file__).parents[2] / "node_modules"
_TRUTHS = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}


class Node:
    """A process of Node that holds the rules and the patients, and is asked for some of them."""

    def __init__(self, work: Workload, patients: Sequence[Patient]) -> None:
        command = ["node", str(SCRIPT), str(MODULES)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.work = work
        names = [rule.id for rule in work.rules]
        self._send({**library(work), "names": names, "patients": [*map(as_json, patients)]})

    def run(self, first: int, last: int) -> Answer:
        """Run the patients from `first` up to `last`, and return the answer for the one before `last`."""
        self._send([first, last])
        assert self.process.stdout is not None
        said = iter(json.loads(self.process.stdout.readline()))
        truths = [[_TRUTHS[next(said)] for _ in step.indications] for step in self.work.steps]
        return [step_answer(step, found) for step, found in zip(self.work.steps, truths, strict=True)]

    def cpu_time(self) -> float:
        """Return the processor time that the process has taken, in seconds."""
        # How Linux numbers the clock of another process (clock_getcpuclockid).
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def close(self) -> None:
        """End the process."""
        self.process.communicate()

    def _send(self, what: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()


def library(work: Workload) -> Elm:
    """Return the rules as a library of ELM."""
    asked = dict.fromkeys(finding for rule in work.rules for finding in findings_of(rule.when))
    defines = [("Patient", node("SingletonFrom", node("Retrieve", dataType="Patient")))]
    defines += [(finding_define(finding), prop(ref("Patient"), finding)) for finding in asked]
    defines += [(rule.id, to_elm(rule.when)) for rule in work.rules]
    said = [{"name": name, "context": "Patient", "expression": expression} for name, expression in defines]
    return {
        "library": {
            "identifier": {"id": "workload", "version": "1"},
            "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
            "usings": {"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}]},
            "statements": {"def": said},
        }
    }
