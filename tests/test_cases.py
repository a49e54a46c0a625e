"""Every case of the shipped rules: what its author says must come out, comes out; one item per case."""

from collections import defaultdict

import pytest

from spineworkup.assessment import assess
from spineworkup.logic.evaluate import evaluate
from spineworkup.reading.find_packages import rules_root
from spineworkup.reading.load import load_pathway
from spineworkup.reading.read_case import case_document, overlays_of, read_case, read_cases
from spineworkup.reading.read_yaml import read_yaml
from spineworkup.testing.cases import differences
from spineworkup.truth import Truth
from tests.strategies import NOON

ROOT = rules_root()
PATHWAYS = {}


def pathway_of(overlays=()):
    if overlays not in PATHWAYS:
        PATHWAYS[overlays] = load_pathway("metastatic_spine", overlays)
    return PATHWAYS[overlays]


def single(file):
    document = case_document(file.read_bytes(), file.name)
    overlays = overlays_of(document)
    if not overlays and "overlays" in file.parts:
        overlays = (file.parent.parent.name,)
    return read_case(document, pathway_of(overlays)), overlays


def collect():
    for folder in (ROOT / "metastatic_spine" / "cases", *sorted((ROOT / "overlays").glob("*/cases"))):
        for file in sorted(folder.glob("*.yaml")):
            yield str(file.relative_to(ROOT)), *single(file)
    for file in sorted((ROOT / "metastatic_spine" / "steps").glob("*.cases.yaml")):
        document, problems = read_yaml(file.read_bytes(), file.name)
        assert problems == []
        for case in read_cases(document, pathway_of()):
            yield f"{file.name}: {case.label}", case, ()


CASES = list(collect())
STEP_CASES = [(name, case) for name, case, _ in CASES if ".cases.yaml" in name]


@pytest.mark.parametrize(("case", "overlays"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_a_case_gives_what_it_expects(case, overlays):
    assert [] == differences(case, pathway_of(overlays), NOON)


def test_every_case_expects_something():
    assert [] == [name for name, case, _ in CASES if not case.expect and "demo_" not in name]
    assert len(CASES) == len({name for name, *_ in CASES})


def test_every_rule_has_a_case_where_it_holds_fails_and_is_not_known():
    """As the cases say it, and as it is."""
    seen = defaultdict(set)
    for _, case in STEP_CASES:
        truths = (case.expect or {}).get("rules", {})
        for rule, word in truths.items():
            seen[rule].add(word)

    missing = {rule: {"holds", "fails", "unknown"} - seen[rule] for rule in pathway_of().rules}
    # A rule that always holds neither fails nor is unknown.
    always = {id_ for id_, rule in pathway_of().rules.items() if evaluate(rule.when, {}) is Truth.TRUE}
    assert {} == {rule: words for rule, words in missing.items() if words and rule not in always}
    assert all("holds" in seen[rule] for rule in always)


def test_every_step_has_a_case_where_it_is_wanted_not_wanted_and_not_known():
    wanted = {"due", "waiting", "contraindicated", "done"}
    seen = defaultdict(set)
    for _, case, overlays in CASES:
        for item in assess(pathway_of(overlays), case.chart, at=case.at or NOON).items:
            seen[item.step.id].add("wanted" if item.status.value in wanted else item.status.value)
    missing = {}
    for step in pathway_of().steps.values():
        truths = {evaluate(rule.when, {}) for rule in step.indications}
        # What is wanted of every patient is never anything else; what only an overlay indicates is not wanted.
        expected = {"wanted", "not_indicated", "undetermined"} if step.indications else {"not_indicated"}
        missing[step.id] = ({"wanted"} if Truth.TRUE in truths else expected) - seen[step.id]

    assert {} == {step: words for step, words in missing.items() if words}


@pytest.mark.parametrize("overlay", [folder.name for folder in sorted((ROOT / "overlays").iterdir())])
def test_every_rule_of_an_overlay_has_a_case_where_it_holds_fails_and_is_not_known(overlay):
    own = pathway_of((overlay,)).rules.keys() - pathway_of().rules.keys()
    seen = defaultdict(set)
    for _, case, overlays in CASES:
        if overlays == (overlay,):
            for rule in own:
                facts = assess(pathway_of(overlays), case.chart, at=case.at or NOON).chart.facts
                seen[rule].add(evaluate(pathway_of(overlays).rules[rule].when, facts))

    assert {rule: set(Truth) for rule in own} == seen


def test_there_are_demo_cases():
    demos = [case for name, case, _ in CASES if "/demo_" in name]

    assert len(demos) >= 6
    assert all(case.about and case.source and case.at for case in demos)
