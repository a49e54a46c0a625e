"""The pytest plugin for cases: what it collects, what a rule author reads when a case fails, and clause coverage."""

import pytest
from attrs import evolve

# What a run inside a run has imported is forgotten after it: imported here it stays, and is loaded once.
import spineworkup.testing.plugin  # noqa: F401
from spineworkup.reading.find_packages import rules_root
from spineworkup.testing.case_files import CaseFiles, is_case_file
from spineworkup.testing.cases import compare
from spineworkup.testing.failures import failure_text
from tests.small_package import OVERLAY, write_overlay, write_package

pytest_plugins = ["pytester"]

NOON = "2026-11-24T12:00:00+00:00"
# Of the place whose overlay it is laid over.
OF_SHIPPED = OVERLAY.replace("base: small", "base: metastatic_spine").replace("profile: site", "profile: us")
# The overlay makes fever enough.
FEVER = """\
add:
  steps.mri.indications:
    - {id: site_fever, when: fever, says: Fever needs MRI here, urgency: routine, cites: [{source: guide}], review_by: 2027-01-01}
"""


@pytest.fixture
def run(pytester):
    """Write a package and overlays, run pytest on them, and give back how the cases ended and what was printed."""

    def run_it(*arguments, small, **sites):
        write_package(pytester.path / "small", cases__case=None, **{"steps__ct.cases": None})
        write_cases(pytester.path / "small", small)
        for name, (head, text, cases) in sites.items():
            write_overlay(pytester.path / name, text, head)
            write_cases(pytester.path / name, cases)
        quiet = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-W", "ignore")
        found = pytester.runpytest_inprocess("-p", "spineworkup.testing.plugin", *quiet, *arguments)
        return found.parseoutcomes(), "\n".join(found.outlines)

    return run_it


def write_cases(folder, cases):
    for name, text in cases.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def missing(texts, out):
    return [text for text in texts if text not in out]


def test_every_case_of_a_package_or_overlay_is_an_item_and_nothing_else_is(run, pytester):
    counts, out = run(
        "-v", "--junit-xml=out.xml", "-o", "junit_family=xunit1",
        small={
            "cases/case.yaml": "case: right\nfindings: {weakness: present, implant: none}\nexpect: {statuses: {mri: due}}\n",
            "steps/ct.cases.yaml": "- {case: one, expect: {rules: {mri_now: unknown}}}\n- {case: two}\n- {case: two}\n- {findings: {fever: present}}\n",
            "steps/cases.yml": "- {case: not collected}\n",
            "elsewhere/cases/case.yaml": "case: not collected\n",
        },
        # The base is found near the overlay, or among the shipped packages; a case may name further overlays.
        site=(OVERLAY, FEVER, {"cases/f.yaml": "case: f\nfindings: {fever: present}\nexpect: {rules: {site_fever: holds}, overlays: [site]}\n"}),
        of_shipped=(OF_SHIPPED, "", {"cases/u.yaml": "case: u\noverlays: [us]\nexpect: {overlays: [us, site]}\n"}),
    )  # fmt: skip

    assert {"passed": 7} == counts
    names = ["right", "one", "two", "two (3)", "4", "f", "u"]
    files = ["small/cases/case.yaml", *["small/steps/ct.cases.yaml"] * 4, "site/cases/f.yaml", "of_shipped/cases/u.yaml"]
    assert [] == missing([f"{file}::{name} PASSED" for file, name in zip(files, names, strict=True)], out)
    # For an editor or a server: where the third case of the list is written; lines count from 0.
    assert 'name="two (3)" file="small/steps/ct.cases.yaml" line="2"' in (pytester.path / "out.xml").read_text()


FAILED = """\
small/cases/wrong.yaml:1: wrong
  line 5: urgency, lowest: expected none, is same_day
  line 6: rule mri_now: expected fails, is true
    the rule says: A deficit needs MRI
  line 7: step mri: expected due, is contraindicated
    MRI: contraindicated, same day: within 24 hours
    why: mri_now holds: A deficit needs MRI
    against: Unsafe
"""
WRONG = """\
case: wrong
findings: {power: 4.125, implant: unsafe}

expect:
  urgency: {lowest: none}
  rules: {mri_now: fails}
  statuses: {mri: due}
"""
WHY = """\
    History: due, routine; could reach: immediate: contact now
    why: history_always holds: The workup begins with health history, symptoms and related risk factors
"""
COMMANDS = {
    "undated": ("case: a\nexpect: {statuses: {history: done}}\n", f"spineworkup explain of_shipped/cases/undated.yaml history --overlay of_shipped/ --at {NOON}\n"),
    "dated": (f"case: a\nat: {NOON}\nexpect: {{statuses: {{history: done}}}}\n", "spineworkup explain of_shipped/cases/dated.yaml history --overlay of_shipped/\n"),
    "whole": ("case: a\nexpect: {urgency: {lowest: none}}\n", f"spineworkup assess of_shipped/cases/whole.yaml --overlay of_shipped/ --at {NOON}\n"),
    "listed": ("- case: a\n  expect: {statuses: {history: done}}\n", f"spineworkup explain case.yaml history --overlay of_shipped/ --at {NOON}\n"),
}  # fmt: skip
SLIPS = {
    "word": ("case: a\nexpect: {statusses: {mri: due}}\n", ":2:10: unknown expectation 'statusses' (did you mean 'statuses'?)"),
    "step": ("case: a\nexpect: {statuses: {mry: due}}\n", ":2:21: unknown step"),
}  # fmt: skip


def test_a_failure_says_what_was_expected_what_came_why_and_how_to_see_more(run):
    small = {f"cases/{name}.yaml": text for name, (text, _) in SLIPS.items()}
    shipped = {f"cases/{name}.yaml": text for name, (text, _) in COMMANDS.items()}
    counts, out = run(small={"cases/wrong.yaml": WRONG, **small}, of_shipped=(OF_SHIPPED, "", shipped))

    assert {"failed": 7} == counts
    assert [] == missing([FAILED, WHY, *(command for _, command in COMMANDS.values())], out)
    assert [] == missing([f"small/cases/{name}.yaml{told}" for name, (_, told) in SLIPS.items()], out)
    # No way through the library, and no value of the case.
    assert "Traceback" not in out
    assert ".py" not in out.partition("FAILURES")[2]
    assert "4.125" not in out


UNREADABLE = {
    "finding": ("case: a\nfindings: {fevr: present}\n", "small/cases/finding.yaml:2:12: unknown finding 'fevr' (did you mean 'fever'?)"),
    "text": ("hello\n", "small/cases/text.yaml:1:1: expected a case, or a list of cases"),
    "yaml": ("case: [\n", "small/cases/yaml.yaml:2:1: not valid YAML here"),
    "listed": ("- {case: a, overlays: [us]}\n", "small/cases/listed.yaml:1:13: a case in a list can't name overlays (put it into a file of its own)"),
    "overlay": ("case: a\noverlays: [nowhere]\n", "small/cases/overlay.yaml:2:12: unknown overlay"),
}  # fmt: skip


def test_what_cannot_be_read_is_an_error_with_its_place(run):
    counts, out = run(
        "--continue-on-collection-errors",
        small={f"cases/{name}.yaml": text for name, (text, _) in UNREADABLE.items()},
        no_step=(OVERLAY, "add: {steps.mrii.indications: []}\n", {"cases/a.yaml": "case: a\n"}),
        no_yaml=(OVERLAY, "add: [\n", {"cases/a.yaml": "case: a\n"}),
        no_mapping=("[]\n", "", {"cases/a.yaml": "case: a\n"}),
    )

    assert {"errors": 8} == counts
    assert [] == missing([told for _, told in UNREADABLE.values()], out)
    assert "no_step/overlay.yaml:8:31: the base has no 'mrii' in steps (did you mean 'mri'?)" in out
    assert "Traceback" not in out


def test_a_mistake_of_the_library_itself_keeps_its_traceback(run, monkeypatch):
    monkeypatch.setattr("spineworkup.testing.plugin.compare", lambda *_: 1 / 0)
    counts, out = run(small={"cases/a.yaml": "case: a\n"})

    assert {"failed": 1} == counts
    assert "ZeroDivisionError" in out


def test_clause_coverage_is_shown_of_the_cases_that_ran(run):
    fever = "case: f\nfindings: {fever: present}\n"
    counts, out = run(
        "--clause-coverage", "-k", "not left_out",
        small={"cases/a.yaml": fever, "cases/b.yaml": "case: left_out\n"}, site=(OVERLAY, FEVER, {"cases/a.yaml": fever}),
    )  # fmt: skip

    assert {"passed": 2, "deselected": 1} == counts
    assert "Clause coverage of small: 6 literals of 5 rules, 1 case" in out
    assert "\n  mri_now.0: Weakness; never true or false" in out
    # Of the overlay only what it adds.
    assert "Clause coverage of small: 1 literal of 1 rule, 1 case" in out
    assert "\n  site_fever: Fever; never false or unknown" in out


def test_a_failure_of_the_shipped_package_names_no_overlay_and_no_reason_where_there_is_none():
    file = rules_root() / "metastatic_spine" / "cases" / "c03.yaml"
    (written,) = CaseFiles().read(file, "c03.yaml")
    case = evolve(written.case, expect={"statuses": {"plain_radiograph": "due"}})
    found, checklist = compare(case, written.pathway, NOON)
    text = failure_text(evolve(written, case=case), found, checklist)

    assert text.endswith("    spineworkup explain c03.yaml plain_radiograph")
    assert "why" not in text


def test_a_file_that_lies_in_no_package_is_no_file_of_cases(tmp_path):
    file = tmp_path / "cases" / "a.yaml"
    write_cases(tmp_path, {"cases/a.yaml": "case: a\n"})

    assert not is_case_file(file)
    with pytest.raises(ValueError, match="a.yaml is not in a rule package or an overlay"):
        list(CaseFiles().read(file, "a.yaml"))
