"""A case file, YAML or JSON, of the shipped pathway: read, assessed and written as JSON."""

from __future__ import annotations

import json

from spineworkup import SpineWorkupError, assess, load_pathway
from spineworkup.reading.read_case import case_document, overlays_of, read_case
from spineworkup.reading.read_yaml import read_yaml
from spineworkup.render.to_json import to_json
from tests.fuzz import judge, seeds
from tests.fuzz.judge import CANARY
from tests.fuzz.rules_yaml import NOON
from tests.reading.plain import plain

PATHWAY = load_pathway()
# Writing JSON takes ten times as long as all the rest: with n, one in n of the cases that read is written.
one_in = 1


def run(data: bytes) -> None:
    """Read and assess it."""
    try:
        document = case_document(data, "case.yaml")
        overlays_of(document)
        case = read_case(document, PATHWAY)
    except SpineWorkupError as error:
        judge.refusal(error, "case.yaml", data, private=True)
        return
    judge.says_nothing(case.warnings)
    checklist = assess(PATHWAY, case.chart, at=case.at or NOON)
    assert checklist.items
    if int(case.chart.digest[-4:], 16) % one_in == 0:
        json.dumps(to_json(checklist), allow_nan=False)


def inputs() -> list[bytes]:
    """Return what to begin with: the shipped cases, as YAML and as JSON, some with a value that must not be repeated."""
    cases = [raw for raw in seeds.cases() if len(raw) < seeds.LONG]
    as_json = [json.dumps(plain(read_yaml(raw, "")[0].data)).encode() for raw in cases]
    planted = [f"case: {CANARY}\nabout: {CANARY}\nfindings: {{fever: {CANARY}}}\n".encode(), OTHER.encode()]
    return cases + as_json + planted


OTHER = f"""\
sex: female
age_years: [63, {{value: 63, at: 2026-11-20T09:00:00+00:00, source: {CANARY}}}]
steps: {{mri_whole_spine: {{state: declined, at: 2026-11-20T09:00:00+00:00, by: GP, reason: {CANARY}}}}}
not_available: [ct_spine]
overlays: [us]
sign_offs: [{{rule: {next(iter(PATHWAY.rules))}, by: {CANARY}, at: 2026-11-20T09:00:00+00:00}}]
"""


def words() -> list[bytes]:
    """Return the words of the pathway and of case files."""
    options = {option for finding in PATHWAY.findings.values() for option in finding.options}
    keys = "case about source at overlays expect clocks findings steps not_available sign_offs value reason state by rule".split()
    states = "requested performed acted_on inadequate cancelled declined stale conflict not_fetched suspicion request".split()
    return [*map(str.encode, [*PATHWAY.findings, *sorted(options), *PATHWAY.steps, *keys, *states])]
