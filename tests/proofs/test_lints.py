"""What `spineworkup check` finds with a solver: every planted mistake with its place and the rules that are involved."""

from pathlib import Path

import pytest

import spineworkup.commands.rules
from spineworkup import load_pathway
from spineworkup.cli import main
from spineworkup.proofs.lints import solver_lints
from spineworkup.reading.lints import SOLVED
from tests.small_package import changed, write_package

BLOODS, MRI, PATHWAY = "steps/bloods", "steps/mri", "pathway"
RULE = "- {id: bloods_fever, when: points_total > 1, says: Bloods, urgency: routine, cites: [{source: guide}], review_by: 2027-01-01}"


def bloods(*rules):
    """The rules of the step `bloods`: id, criterion, and what else there is to say."""
    lines = []
    for id_, when, *more in rules:
        about = [f"id: {id_}", f"when: {when}", "says: s", "cites: [{source: guide}]", "review_by: 2027-01-01"]
        if not any("urgency" in one for one in more):
            about.append("urgency: routine")
        lines.append(f"- {{{', '.join([*about, *more])}}}")
    return "\n    ".join(lines)


DAY, HOURS = "within: 24 h, from: suspicion", "within: 6 h, from: suspicion"
# kind, file, what stood there, what stands there now, where, whom it is about, message
MISTAKES = [
    ("conflict", MRI, "when: deficit\n", "when: implant is unsafe\n", "8:7", ["mri_now", "mri_unsafe"],
     "the rule mri_now only holds of people for whom mri is contraindicated (contraindicated by mri_unsafe)"),
    ("conflict", PATHWAY, "escalate_to: ct, ", "", "8:5", ["see"],
     "what is needed to see the cord can't be done, and nothing and nobody takes over (`spineworkup prove` shows the patient)"),
    ("unreachable", MRI, "when: deficit\n", "when: power > 5\n", "8:7", ["mri_now"],
     "the rule mri_now of mri can be true of nobody"),
    ("unreachable", MRI, "when: deficit\n", "when: power > 5\n", "1:1", ["mri"],
     "no patient can have mri due and clear to proceed"),
    ("unreachable", MRI, "when: grade is 1a, says", "when: {all_of: [weakness, not: weakness]}, says", "22:7", ["mri_grade"],
     "the rule mri_grade of mri can be true of nobody"),
    ("subsumed", BLOODS, RULE, bloods(("bloods_fever", "fever"), ("bloods_ill", "ill")), "5:7", ["bloods_ill", "bloods_fever"],
     "the rule 'bloods_ill' adds only its reason: where it is true, 'bloods_fever' is too, as urgent and no later (see {folder}/steps/bloods.yaml:4:7)"),
    ("subsumed", BLOODS, RULE, bloods(("a", "fever", "urgency: same_day", HOURS), ("b", "fever", "urgency: same_day", DAY)), "5:7", ["b", "a"],
     "the rule 'b' adds only its reason: where it is true, 'a' is too, as urgent and no later"),
    ("redundant", BLOODS, RULE, bloods(("bloods_fever", "fever"), ("bloods_twice", "{any_of: [fever]}")), "4:7", ["bloods_fever", "bloods_twice"],
     "the rule 'bloods_fever' adds only its reason: where it is true, 'bloods_twice' is too, as urgent and no later (see {folder}/steps/bloods.yaml:5:7)"),
    ("redundant", BLOODS, RULE, bloods(("a", "{any_of: [fever, grade is 1a]}"), ("b", "{any_of: [fever, weakness]}"), ("c", "{any_of: [grade is 1a, implant is none]}")),
     "4:7", ["a", "b", "c"], "the rule 'a' adds only its reason: where it is true, one of the others is"),
    ("redundant", MRI, "when: deficit\n", "when: {any_of: [deficit, all_of: [fever, power < 4]]}\n", "8:7", ["mri_now", "mri_now.1.1"],
     "the line 'power < 4' of the rule mri_now never decides anything (at its place 1.1)"),
    ("overlap", BLOODS, RULE, bloods(("a", "fever", DAY), ("b", "grade is 1a", HOURS)), "4:7", ["a", "b"],
     "the rules 'a' and 'b' can both be true, with different times: the earlier one counts (see {folder}/steps/bloods.yaml:5:7)"),
    ("gap", BLOODS, RULE, bloods(("low", "power < 2"), ("high", "power > 4")), "4:7", ["low", "high", "power"],
     "a gap: 'bloods' is indicated by lower and by higher values of Power, and not by some between (does one rule end where the next begins?)"),
    ("gap", BLOODS, RULE, bloods(("low", "{all_of: [fever, power < 2]}"), ("high", "{all_of: [fever, power >= 2.5]}")), "4:7", ["low", "high", "power"],
     "not by some between"),
]  # fmt: skip


def lints(folder, **changes):
    return solver_lints(load_pathway(write_package(folder, **changes)))


def planted(name, old, new):
    return {name.replace("/", "__"): changed(name, old, new)}


def test_rules_without_mistakes(tmp_path):
    assert [] == lints(tmp_path)


@pytest.mark.parametrize(("kind", "name", "old", "new", "place", "about", "message"), MISTAKES, ids=[f"{row[0]}-{row[5][0]}" for row in MISTAKES])
def test_every_planted_mistake_is_named_at_its_place(tmp_path, kind, name, old, new, place, about, message):
    found = {
        (lint.kind, lint.about, str(lint.problem.position)): f"{lint.problem.message} ({lint.problem.hint})"
        for lint in lints(tmp_path, **planted(name, old, new))
    }

    assert (kind, tuple(about), f"{tmp_path}/{name}.yaml:{place}") in found
    words = found[kind, tuple(about), f"{tmp_path}/{name}.yaml:{place}"]
    assert words.startswith(f"{kind}: ")
    assert message.format(folder=tmp_path) in words


def test_every_kind_that_needs_a_solver_is_planted():
    assert {*SOLVED, "gap"} == {row[0] for row in MISTAKES}


# Rules that look like a mistake and are none.
RIGHT = [
    ("a rule that asks for more", bloods(("a", "fever"), ("b", "ill", "urgency: same_day"))),
    ("a rule that asks for it sooner", bloods(("a", "fever", DAY), ("b", "ill", HOURS))),
    ("a rule that alone gives a time", bloods(("a", "fever"), ("b", "ill", DAY))),
    ("times from two clocks", bloods(("a", "fever", DAY), ("b", "ill", "within: 24 h, from: request"))),
    ("ranges that meet", bloods(("low", "power < 2"), ("high", "power >= 2"))),
    ("ranges that overlap", bloods(("low", "power < 3"), ("high", "power > 2"))),
    ("one range", bloods(("low", "power < 2"), ("very_low", "power < 1", "urgency: same_day"))),
    ("two tiers with two times", bloods(("a", "fever", DAY), ("b", "grade is 1a", HOURS, "urgency: same_day"))),
]


@pytest.mark.parametrize("rules", [row[1] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_what_is_right_is_not_named(tmp_path, rules):
    assert [] == lints(tmp_path, **planted(BLOODS, RULE, rules))


def test_a_rule_that_is_dead_is_named_once(tmp_path):
    """Not also as covered by every other rule, nor line by line."""
    never = bloods(("a", "fever"), ("never", "{all_of: [fever, not: fever]}"))
    found = lints(tmp_path, **planted(BLOODS, RULE, never))

    assert [("unreachable", ("never",))] == [(lint.kind, lint.about) for lint in found]


def test_the_numbers_of_a_score_have_no_gap_of_their_own(tmp_path):
    """Its total comes from its items: whether there is a gap is asked of its bands."""
    rules = bloods(("low", "points_total < 1"), ("high", "points_total > 1"))

    assert [] == lints(tmp_path, **planted(BLOODS, RULE, rules))


TWICE = planted(BLOODS, RULE, bloods(("bloods_fever", "fever"), ("bloods_ill", "ill")))


def check(capsys, folder, **changes):
    write_package(folder, **changes)
    code = main(["check", str(folder)])
    out, err = capsys.readouterr()
    return code, out, err


def test_check_finds_them_and_an_acceptance_silences_them(tmp_path, capsys):
    code, out, err = check(capsys, tmp_path, **TWICE)
    assert (1, "") == (code, out)
    assert err.startswith(f"{tmp_path}/steps/bloods.yaml:5:7: subsumed: the rule 'bloods_ill' adds only its reason")
    assert err.endswith("1 problem\n")

    accepted = "- {lint: subsumed, of: [bloods_fever, bloods_ill], reason: Two sources.}\n"
    assert (0, f"No problems in {tmp_path}\n", "") == check(capsys, tmp_path, **TWICE, accepted=accepted)

    stale = "- {lint: subsumed, of: [bloods_fever, mri_now], reason: Two sources.}\n"
    code, _, err = check(capsys, tmp_path, **TWICE, accepted=stale)
    assert (1, True) == (code, err.endswith("2 problems\n"))


def test_without_a_solver_check_says_what_it_did_not_look_for(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(spineworkup.commands.rules, "has_solver", lambda: False)

    words = f"not looked for: {', '.join(SOLVED)} (install the extra 'proofs' for that)\n"
    assert (0, f"No problems in {tmp_path}\n", words) == check(capsys, tmp_path, **TWICE)


def test_the_shipped_rules_have_no_mistake_that_is_not_accepted(capsys):
    assert 0 == main(["check", str(Path("rules/metastatic_spine"))])
    assert ("No problems in rules/metastatic_spine\n", "") == capsys.readouterr()
