"""5 MB are read, or refused, in little memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource", reason="memory is measured by the operating system's own count, which Windows lacks")

# 2,000 records that fill 5 MB, each with a value; read in a process of their own, whose largest size counts.
PROGRAM = """
import json, resource, sys
from datetime import UTC, datetime
from spineworkup import load_pathway
from spineworkup.errors import FhirError
from spineworkup.fhir.from_bundle import from_bundle
from spineworkup.fhir.read_json import read_resource

pathway = load_pathway("metastatic_spine")
code = {"coding": [{"system": "http://loinc.org", "code": "2000-8"}]}
value = {"value": 2, "system": "http://unitsofmeasure.org", "code": "mmol/L"}
beside = {
    "text": {"text": "x" * 2100}, "lists": {"note": [{"text": "x"}] * 140}, "deep": {"extension": [[[[[[{}]]]]]] * 150},
}[sys.argv[1]]
one = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"}, "code": code, "valueQuantity": value}
entries = [{"resource": {**one, "effectiveDateTime": f"2026-11-{n % 28 + 1:02}", **beside}} for n in range(2000)]
raw = json.dumps({"resourceType": "Bundle", "entry": entries}, separators=(",", ":")).encode()
raw = raw[:-1] + b" " * max(0, 4_999_999 - len(raw)) + b"}"
del entries
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    imported = from_bundle(read_resource(raw), pathway, at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    print(len(imported.report.lines), end=" ")
except FhirError as error:
    print("refused", end=" ")
print(len(raw), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("beside", ["text", "lists", "deep"])
def test_five_megabytes_take_less_than_256(beside: str):
    done = subprocess.run([sys.executable, "-c", PROGRAM, beside], capture_output=True, text=True, check=True)
    records, size, megabytes = done.stdout.split()

    assert ("refused" if beside == "deep" else "2000") == records
    assert 4_000_000 < int(size) <= 5_000_000
    assert int(megabytes) < 256
