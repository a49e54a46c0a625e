"""Every case of the shipped rules: what its author says must come out, comes out; one item per case."""

from collections import defaultdict

import pytest

from spineworkup.assessment import assess
from spineworkup.logic.evaluate import evaluate
from spineworkup.reading.find_packages import rules_root
from spineworkup.reading.load import load_pathway
from spineworkup.testing.case_files import CaseFiles, is_case_file
from spineworkup.testing.cases import differences
from spineworkup.testing.coverage import clause_coverage
from spineworkup.testing.pairs import moment_of
from spineworkup.truth import Truth

ROOT = rules_root()
PATHWAY = load_pathway("metastatic_spine")


def collect():
    files = CaseFiles()
    for file in sorted(ROOT.rglob("*.yaml")):
        if is_case_file(file):
            shown = file.relative_to(ROOT).as_posix()
            yield from ((f"{shown}: {one.case.label}", one) for one in files.read(file, shown))


CASES = list(collect())
STEP_CASES = [(name, one.case) for name, one in CASES if ".cases.yaml" in name]


def of_overlays(*overlays):
    """The cases of the pathway with these overlays, and with no others."""
    return [one for _, one in CASES if one.pathway.overlays == overlays]


@pytest.mark.parametrize("written", [row[1] for row in CASES], ids=[row[0] for row in CASES])
def test_a_case_gives_what_it_expects(written):
    assert [] == written.slips
    assert [] == differences(written.case, written.pathway, moment_of(written.pathway))


def test_every_case_expects_something():
    assert [] == [name for name, one in CASES if not one.case.expect and "demo_" not in name]
    assert len(CASES) == len({name for name, _ in CASES}) > 600


def test_every_rule_has_a_case_where_it_holds_fails_and_is_not_known():
    """As the cases say it, and as it is."""
    seen = defaultdict(set)
    for _, case in STEP_CASES:
        truths = (case.expect or {}).get("rules", {})
        for rule, word in truths.items():
            seen[rule].add(word)

    missing = {rule: {"holds", "fails", "unknown"} - seen[rule] for rule in PATHWAY.rules}
    # A rule that always holds neither fails nor is unknown.
    always = {id_ for id_, rule in PATHWAY.rules.items() if evaluate(rule.when, {}) is Truth.TRUE}
    assert {} == {rule: words for rule, words in missing.items() if words and rule not in always}
    assert all("holds" in seen[rule] for rule in always)


def test_every_step_has_a_case_where_it_is_wanted_not_wanted_and_not_known():
    wanted = {"due", "waiting", "contraindicated", "done"}
    seen = defaultdict(set)
    for _, one in CASES:
        for item in assess(one.pathway, one.case.chart, at=one.case.at or moment_of(one.pathway)).items:
            seen[item.step.id].add("wanted" if item.status.value in wanted else item.status.value)
    missing = {}
    for step in PATHWAY.steps.values():
        truths = {evaluate(rule.when, {}) for rule in step.indications}
        # What is wanted of every patient is never anything else; what only an overlay indicates is not wanted.
        expected = {"wanted", "not_indicated", "undetermined"} if step.indications else {"not_indicated"}
        missing[step.id] = ({"wanted"} if Truth.TRUE in truths else expected) - seen[step.id]

    assert {} == {step: words for step, words in missing.items() if words}


@pytest.mark.parametrize("overlay", [folder.name for folder in sorted((ROOT / "overlays").iterdir())])
def test_every_rule_of_an_overlay_has_a_case_where_it_holds_fails_and_is_not_known(overlay):
    pathway = load_pathway("metastatic_spine", [overlay])
    seen = defaultdict(set)
    for one in of_overlays(overlay):
        facts = assess(pathway, one.case.chart, at=one.case.at or moment_of(pathway)).chart.facts
        for rule in pathway.rules.keys() - PATHWAY.rules.keys():
            seen[rule].add(evaluate(pathway.rules[rule].when, facts))

    assert {rule: set(Truth) for rule in pathway.rules.keys() - PATHWAY.rules.keys()} == seen


@pytest.mark.parametrize("overlays", [(), ("us",)], ids=["base", "us"])
def test_every_literal_decides_its_rule_in_some_case(overlays):
    pathway = load_pathway("metastatic_spine", overlays)
    coverage = clause_coverage(pathway, [one.case for one in of_overlays(*overlays)], PATHWAY if overlays else None)

    assert [] == [covered.literal.id for covered in coverage.never]


def test_there_are_demo_cases():
    demos = [one.case for name, one in CASES if "/demo_" in name]

    assert len(demos) >= 6
    assert all(case.about and case.source and case.at for case in demos)
