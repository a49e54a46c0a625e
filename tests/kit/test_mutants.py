"""Rule mutants: every kind is made, and every mutant of the shipped rules is noticed, or changes nothing.

Every sixth of each step; `SPINEWORKUP_MUTANTS=all` tries all, as is done before a release and when rules change.
"""

import os
from functools import cache
from itertools import islice

import pytest
from attrs import evolve

from spineworkup import load_pathway
from spineworkup.criteria import AtLeast, Present
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.proofs.compare import first_difference
from spineworkup.testing.changes import changes
from spineworkup.testing.kills import Judges, judges_of, red_flags, run
from spineworkup.testing.mutants import mutants
from tests.kit.equal_mutants import EQUAL
from tests.small_package import changed, write_package

PROPERTIES = {"red flags are the deficits that alone make a step immediate": red_flags}
EVERY = 1 if os.environ.get("SPINEWORKUP_MUTANTS") == "all" else 6
STEPS = [*load_pathway().steps, ""]
KINDS = {
    "age limit added", "age limit doubled", "age limit halved", "age limit removed", "all_of and any_of swapped",
    "band moved", "check dropped", "citation lost", "comparator turned", "contraindication made absolute",
    "contraindication made relative", "count moved", "derivation dropped", "done_when dropped", "escalation dropped",
    "holds_unknown flipped", "literal dropped", "literal negated", "part dropped", "plausible bound moved",
    "points moved", "prerequisite dropped", "red flag flipped", "rule deleted", "sign-off by another role",
    "stand-in dropped", "start changed", "threshold moved", "time limit doubled", "time limit halved",
    "time limit removed", "unless dropped", "urgency lowered", "urgency raised", "value set shrunk",
    "value set widened",
}  # fmt: skip


@cache
def shipped(*overlays):
    return judges_of("metastatic_spine", overlays, PROPERTIES)


@cache
def overlaid_steps(overlay):
    """The steps that an overlay changes, as far as a rule mutant can be in them."""
    base, with_it = load_pathway().steps, load_pathway("metastatic_spine", [overlay]).steps
    return [id_ for id_, step in with_it.items() if step.rules != base[id_].rules]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    count = changed(
        "steps/bloods", "when: points_total > 1", "when: {at_least: {count: 2, of: [ill, fever, weakness]}}"
    )
    return load_pathway(write_package(tmp_path_factory.mktemp("package"), steps__bloods=count))


@pytest.mark.parametrize("step", STEPS, ids=[step or "no step" for step in STEPS])
def test_every_mutant_of_the_shipped_rules_is_noticed_or_changes_nothing(step):
    assert [] == alive(step, shipped())


@pytest.mark.parametrize("step", overlaid_steps("us"))
def test_every_mutant_of_a_step_that_the_us_overlay_changes_is_noticed_or_changes_nothing(step):
    assert [] == alive(step, shipped("us"))


def alive(step, judges):
    """Which are noticed by nobody; of those that are proved below to change nothing no case is asked."""
    tried = islice(mutants(judges.pathway, [step]), 0, None, EVERY)
    report = run((mutant for mutant in tried if mutant.id not in EQUAL), judges)
    return [str(mutant) for mutant in report.alive]


def test_there_are_mutants_enough_and_none_is_counted_twice():
    found = [mutant.id for mutant in mutants(load_pathway())]

    assert len(found) >= 3000
    assert len(found) == len(set(found))


def test_every_case_judges_the_shipped_rules():
    """None is left out because it doesn't hold."""
    assert shipped().written.keys() == shipped().cases.keys()


def test_what_is_said_to_change_nothing_is_a_mutant():
    """A reason that outlives its mutant has to go."""
    assert set() == EQUAL.keys() - {mutant.id for mutant in mutants(load_pathway())}


@pytest.mark.parametrize("mutant", sorted(EQUAL))
def test_what_is_said_to_change_nothing_is_proved_to(mutant):
    pathway = load_pathway()
    step = next(
        id_
        for id_, step in pathway.steps.items()
        if mutant.partition(":")[0] in (id_, *(r.id for r in step.rules))
    )
    found = next(one for one in mutants(pathway, [step]) if one.id == mutant)

    assert first_difference(pathway, found.pathway) is None


def test_every_kind_of_mutant_is_made(small):
    assert KINDS == {mutant.kind for mutant in mutants(small)}


def test_a_mutant_is_never_the_pathway_itself(small):
    assert [] == [mutant.id for mutant in mutants(small) if mutant.pathway == small]


def test_a_mutant_differs_in_one_thing(small):
    """In one step, finding, score or purpose, or in what takes over from what."""
    maps = ("steps", "findings", "scores", "purposes")
    for mutant in mutants(small):
        differing = [
            id_
            for name in maps
            for id_, now in getattr(mutant.pathway, name).items()
            if now != getattr(small, name)[id_]
        ]
        assert len(differing) + (mutant.pathway.fallbacks != small.fallbacks) == 1, mutant.id


def test_a_mutant_says_where_it_is_and_what_it_is(small):
    found = {mutant.id: mutant for mutant in mutants(small)}

    mutant = found["mri_unsafe: literal negated: implant is unsafe"]
    assert ("mri", "mri_unsafe", "steps/mri.yaml", 19) == (
        mutant.step,
        mutant.rule,
        str(mutant.place.file)[-14:],
        mutant.place.line,
    )


def test_the_same_literal_twice_is_two_mutants():
    twice = Pathway.of(
        Step("mri", "MRI", indications=(Rule("now", AtLeast(1, [Present("fever")] * 2), "Says"),))
    )

    assert ["now: literal dropped: fever", "now: literal dropped: fever #2"] == [
        mutant.id for mutant in mutants(twice) if mutant.kind == "literal dropped"
    ]


def test_changes_of_a_count():
    criterion = AtLeast(2, [Present("fever"), Present("weakness")])

    assert {1, 3} == {c.count for change, c in changes(criterion, {}) if change.kind == "count moved"}


def test_a_mutant_that_nobody_notices_is_alive(small):
    """With no case there is nobody to notice; a property notices what breaks it; what is proved changes nothing."""
    every = list(mutants(small))
    broken = {"the MRI has a rule": lambda pathway: [] if "mri_now" in pathway.rules else ["none"]}

    report = run(every, Judges(small, {}, broken), {"bloods_fever: rule deleted": "for a test"})

    by = {fate.mutant.id: (fate.by, fate.who) for fate in report.fates if fate.by}
    assert {
        "mri_now: rule deleted": ("property", "the MRI has a rule"),
        "bloods_fever: rule deleted": ("proof", "for a test"),
    } == by
    assert len(every) - 2 == len(report.alive)
    assert f"{'rule deleted':32}{5:12}{0:12}{1:12}{1:12}{3:12}" in report.table


def test_a_case_notices_a_mutant(small, tmp_path):
    case = "case: c\nfindings: {implant: unsafe}\nexpect: {rules: {mri_unsafe: holds}}\n"
    name = write_package(tmp_path, cases__case=case, **{"steps__ct.cases": None})
    judges = judges_of(name)
    noticed = {
        fate.mutant.id: fate.who
        for fate in run(mutants(judges.pathway, ["mri"]), judges).fates
        if fate.by == "case"
    }

    assert "mri_unsafe: literal negated: implant is unsafe" in noticed
    assert "mri_unsafe: rule deleted" in noticed
    assert "mri_fever: literal negated: fever" not in noticed
    assert all(who.endswith("case.yaml: c") for who in noticed.values())


def test_red_flags_that_are_lost_or_gained_are_seen():
    pathway = load_pathway()
    lost = evolve(pathway.findings["limb_weakness"], red_flag=False)
    gained = evolve(pathway.findings["fever"], red_flag=True)

    assert [] == list(red_flags(pathway))
    for finding in (lost, gained):
        assert [finding.id] == list(
            red_flags(evolve(pathway, findings={**pathway.findings, finding.id: finding}))
        )
