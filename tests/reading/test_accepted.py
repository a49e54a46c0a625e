"""What an author accepts, with a reason: silent while it is so, and named once it no longer is."""

from datetime import date

import pytest

from spineworkup.reading.accepted import ACCEPTED, read_accepted, settle
from spineworkup.reading.check_paths import check_path
from spineworkup.reading.lints import lint_at
from tests.small_package import FILES, write_overlay, write_package

TODAY = date(2026, 11, 25)
COUGH = FILES["findings/all.yaml"] + "cough: {label: Cough, kind: boolean}\n"
ACCEPT = "- {lint: unused_finding, of: [cough], reason: The ward asks for it}\n"


def told(problems):
    return [f"{p.position.line}:{p.position.column}: {p.message}" for p in problems]


def overlap(pathway, *rules):
    return lint_at(pathway, "overlap", rules, f"rule {rules[0]}", f"{rules[0]!r} and {rules[1]!r} say the same")


def test_what_nobody_accepted_is_shown_with_its_line(tmp_path):
    write_package(tmp_path, findings__all=COUGH)

    assert [
        f"{tmp_path}/findings/all.yaml:16:1: unused_finding: nothing reads or records 'cough' "
        "(let a rule read it or a step record it, or take it out)\n"
        "  16 | cough: {label: Cough, kind: boolean}\n"
        "     | ^"
    ] == [str(problem) for problem in check_path(tmp_path)]


def test_what_is_accepted_is_silent(tmp_path):
    write_package(tmp_path, findings__all=COUGH, accepted=ACCEPT)

    assert [] == check_path(tmp_path)


def test_an_acceptance_that_nothing_needs_any_more_is_a_problem_at_its_line(tmp_path):
    write_package(tmp_path, accepted="# why\n" + ACCEPT)

    assert [
        f"{tmp_path}/accepted.yaml:2:3: nothing here is unused_finding any more: cough (take it out)\n"
        "   2 | - {lint: unused_finding, of: [cough], reason: The ward asks for it}\n"
        "     |   ^"
    ] == [str(problem) for problem in check_path(tmp_path)]
    assert 1 == len(check_path(tmp_path / ACCEPTED))
    assert [] == check_path(tmp_path / "sources.yaml")


def test_the_order_of_ids_does_not_matter_and_the_kind_does(tmp_path):
    write_package(tmp_path, accepted="- {lint: overlap, of: [b, a], reason: r}\n- {lint: conflict, of: [a, c], reason: r}\n")
    accepted, problems = read_accepted(tmp_path)

    def lints(pathway):
        return [overlap(pathway, "a", "b"), overlap(pathway, "a", "c")]

    assert [] == problems
    expected = ["1:1: overlap: 'a' and 'c' say the same", "2:3: nothing here is conflict any more: a, c"]
    assert expected == told(check_path(tmp_path, more=lints))
    assert ["2:3: nothing here is conflict any more: a, c", "1:3: nothing here is overlap any more: b, a"] == told(settle([], accepted[::-1]))


LOOKED_FOR = [
    ("unused", {}, True),
    ("unused", {"more": lambda _: []}, True),
    ("unused_finding", {}, True),
    ("unknown_code", {}, True),
    ("past_review", {}, False),
    ("past_review", {"today": TODAY}, True),
    *((kind, {"today": TODAY}, False) for kind in ("gap", "overlap", "subsumed", "redundant", "conflict", "unreachable")),
    *((kind, {"more": lambda _: []}, True) for kind in ("gap", "overlap", "subsumed", "redundant", "conflict", "unreachable")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "how", "stale"), LOOKED_FOR, ids=[f"{row[0]}-{'-'.join(row[1])}" for row in LOOKED_FOR])
def test_what_was_not_looked_for_is_not_called_stale(tmp_path, kind, how, stale):
    """Without a day, or without a solver, nobody can say that an acceptance isn't needed."""
    write_package(tmp_path, accepted=f"- {{lint: {kind}, of: [x], reason: r}}\n")

    found = check_path(tmp_path, **how)
    assert [f"1:3: nothing here is {kind} any more: x"] * stale == told(found)
    assert {"warning"} >= {problem.kind for problem in found}


WRONG = [
    ("a mapping", "lint: overlap\n", ["1:1: expected a list"]),
    ("nothing", "", ["1:1: the file is empty"]),
    ("not YAML", "- {", ["2:1: not valid YAML: did not find expected node content"]),
    ("text", "- overlap\n", ["1:3: expected a mapping of keys and values"]),
    ("a kind", "- {lint: overlaps, of: [a], reason: r}\n", ["1:10: unknown word 'overlaps'"]),
    ("a key", "- {lint: overlap, off: [a], reason: r}\n", ["1:3: missing key 'of'", "1:19: unknown key 'off'"]),
    ("no list", "- {lint: overlap, of: ab, reason: r}\n", ["1:23: expected a list"]),
    ("a number", "- {lint: gap, of: [points, 1], reason: r}\n", ["1:28: expected text"]),
    ("nobody", "- {lint: overlap, of: [], reason: r}\n", ["1:23: an acceptance names what it is about"]),
    ("no reason", '- {lint: overlap, of: [a], reason: " "}\n', ["1:36: an acceptance needs a reason"]),
    ("twice", "- {lint: gap, of: [a, b], reason: r}\n- {lint: gap, of: [b, a], reason: s}\n", ["2:3: this is accepted twice"]),
    ("an empty list", "[]\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_file_that_is_wrong(tmp_path, text, expected):
    """Each mistake at its place; rules that can be read are looked through all the same."""
    write_package(tmp_path, accepted=text, findings__all=COUGH)
    _, problems = read_accepted(tmp_path)

    assert sorted(expected) == sorted(told(problems))
    assert problems == [p for p in check_path(tmp_path) if p.position.file.endswith(ACCEPTED) and "any more" not in p.message]
    assert any("'cough'" in p.message for p in check_path(tmp_path))


def test_nothing_is_accepted_without_a_file(tmp_path):
    assert ([], []) == read_accepted(tmp_path)


HEAD = "overlay: site\nbase: metastatic_spine\ntitle: A\nprofile: a\nrevised: 2026-11-02\nreview_by: 2027-11-02\nreason: b\n"


def more(pathway):
    """As a solver would: one thing about the base, and another once there is an overlay."""
    return [overlap(pathway, "base_a", "base_b")] + [overlap(pathway, "site_a", "base_a")] * bool(pathway.overlays)


def test_an_overlay_answers_for_what_it_adds(tmp_path):
    """What the base has alone is said of the base; an overlay accepts its own."""
    rule = "{id: more, when: fever, says: More, urgency: routine, cites: [{source: ng234, at: \"1.5.2\"}], review_by: 2027-01-01}"
    added = f"add:\n  sources: {{leaflet: {{title: A leaflet}}}}\n  steps.mri_whole_spine.indications: [{rule}]\n"
    write_overlay(tmp_path, added, HEAD)
    expected = ["1:1: overlap: 'site_a' and 'base_a' say the same", "9:13: unused: nothing cites the source 'leaflet'"]

    assert expected == sorted(told(check_path(tmp_path, today=TODAY, more=more)))
    accepted = "- {lint: unused, of: [leaflet], reason: r}\n- {lint: overlap, of: [base_a, site_a], reason: r}\n"
    (tmp_path / ACCEPTED).write_text(accepted)
    assert [] == told(check_path(tmp_path, today=TODAY, more=more))
    assert [] == told(check_path(tmp_path / ACCEPTED, today=TODAY, more=more))
    (tmp_path / ACCEPTED).write_text(accepted + "- {lint: overlap, of: [base_a, base_b], reason: the base's}\n")
    stale = ["3:3: nothing here is overlap any more: base_a, base_b"]
    assert stale == told(check_path(tmp_path / ACCEPTED, today=TODAY, more=more)) == told(check_path(tmp_path, today=TODAY, more=more))


EXPECTED = [
    ("the same value", "notices: [implausible power]", []),
    ("another value", "notices: [implausible crp]", ["1:31: power: an implausible value is not used: it counts as not known"]),
    ("none", "notices: []", ["1:31: power: an implausible value is not used: it counts as not known"]),
    ("no list", "notices: implausible power", ["1:31: power: an implausible value is not used: it counts as not known"]),
    ("no text", "notices: [[implausible power]]", ["1:31: power: an implausible value is not used: it counts as not known"]),
]


@pytest.mark.parametrize(("expect", "expected"), [row[1:] for row in EXPECTED], ids=[row[0] for row in EXPECTED])
def test_a_case_that_tries_an_implausible_value_says_so(tmp_path, expect, expected):
    """The one after it, which says nothing, isn't excused by it."""
    second = "2:31: power: an implausible value is not used: it counts as not known"
    cases = f"- {{case: a, findings: {{power: 9}}, expect: {{{expect}}}}}\n- {{case: b, findings: {{power: 9}}}}\n"
    write_package(tmp_path, **{"steps__ct.cases": cases})

    assert [*expected, second] == told(check_path(tmp_path))
