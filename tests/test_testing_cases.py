"""What a case expects: for each word of `expect` what is as expected and what is different."""

import pytest

from spineworkup import load_pathway
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.testing.cases import _CHECKS, differences
from spineworkup.testing.expectations import EXPECTATIONS, expectation_problems
from tests.small_package import write_package
from tests.strategies import NOON

CASE = """\
case: one
at: 2026-11-20T12:00:00+00:00
clocks: {suspicion: 2026-11-20T09:00:00+00:00}
findings: {weakness: present, implant: unsafe, power: 9, calcium_adjusted: 2.95 mmol/L}
"""


@pytest.fixture(scope="module")
def pathway(tmp_path_factory):
    return load_pathway(write_package(tmp_path_factory.mktemp("package")))


def found(pathway, expect):
    return differences(read_case(case_document(f"{CASE}expect: {expect}\n", "x"), pathway), pathway, NOON)


def slips(pathway, expect):
    document = case_document(f"{CASE}expect: {expect}\n", "x")
    return [str(problem) for problem in expectation_problems(document, (), pathway)]


ROWS = [
    # word, as it is, as it is not, what is said
    ("rules", "{mri_now: holds, bloods_fever: unknown}", "{mri_now: fails}", "rule mri_now: expected fails, is true"),
    ("statuses", "{mri: contraindicated}", "{mri: due}", "step mri: expected due, is contraindicated"),
    ("not_statuses", "{mri: [due]}", "{mri: [due, contraindicated]}", "step mri: must not be contraindicated"),
    ("urgency", "{lowest: same_day, highest: same_day}", "{lowest: none}", "urgency, lowest: expected none, is same_day"),
    ("step_urgency", "{bloods: {lowest: none, highest: routine}}", "{bloods: {highest: none}}", "urgency of bloods, highest: expected none, is routine"),
    ("due", '{mri: "2026-11-21T09:00:00+00:00", bloods: null}', "{mri: null}", "step mri: expected to be due None, is due 2026-11-21T09:00:00+00:00"),
    ("clear", "{mri: false, ct: true}", "{ct: false}", "step ct: expected clear to proceed False"),
    ("instead", "{mri: ct, ct: null}", "{mri: bloods}", "step mri: expected bloods instead, is ct"),
    ("waits_for", "{mri: [], ct: []}", "{mri: [bloods]}", "step mri: expected to wait for bloods, waits for nothing"),
    ("checks", "{mri: [], ct: []}", "{mri: [implant]}", "step mri: expected the open checks implant, has nothing"),
    ("questions", "[fever]", "[weakness]", "expected the question weakness"),
    ("question_reach", "{fever: same_day}", "{fever: none}", "question fever: expected to reach none, is same_day"),
    ("question_reach", "{}", "{weakness: none}", "question weakness: expected to reach none, is not asked"),
    ("question_due", "{fever: null}", '{fever: "2026-11-21T09:00:00+00:00"}', "question fever: expected by 2026-11-21T09:00:00+00:00, is by None"),
    ("question_due", "{}", "{weakness: null}", "question weakness: expected by None, is by None"),
    ("against", "{mri: [mri_unsafe]}", "{mri: [mri_fever]}", "step mri: expected mri_fever against it"),
    ("not_against", "{mri: [mri_grade]}", "{mri: [mri_fever]}", "step mri: must not have mri_fever against it"),
    ("perhaps_against", "{mri: [mri_fever]}", "{mri: [mri_unsafe]}", "step mri: expected mri_unsafe perhaps against it"),
    ("cites", '{mri: ["guide 1.2", guide]}', '{mri: ["guide 9"]}', "step mri: expected the citation guide 9"),
    ("cites", '{mri_now: ["guide 1.2"]}', "{mri_now: [guide]}", "rule mri_now: expected the citation guide"),
    ("scores", "{points: {lowest: 1, highest: 2, band: null}, calcium: {band: raised}}", "{points: {lowest: 0}}", "score points, lowest: expected 0, is 1"),
    ("scores", "{points: {bands: [low, high]}}", "{points: {bands: [low]}}", "score points, bands: expected ['low'], is ['low', 'high']"),
    ("notices", "[implausible, implausible power]", "[stale]", "expected a notice stale"),
    ("notices", "[implausible]", "[implausible calcium_adjusted]", "expected a notice implausible calcium_adjusted"),
    ("not_notices", "[stale, implausible calcium_adjusted]", "[implausible]", "must not have a notice implausible"),
    ("overlays", "[]", "[us]", "expected the overlays ['us'], are []"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "right", "wrong", "told"), ROWS, ids=[f"{n}-{row[0]}" for n, row in enumerate(ROWS)])
def test_what_is_different(pathway, word, right, wrong, told):
    assert [] == found(pathway, f"{{{word}: {right}}}")
    assert [] == slips(pathway, f"{{{word}: {right}}}")
    assert [told] == found(pathway, f"{{{word}: {wrong}}}")


def test_every_word_has_a_row():
    assert _CHECKS.keys() == EXPECTATIONS.keys() == {row[0] for row in ROWS}


def test_a_word_that_is_not_known_is_an_error(pathway):
    with pytest.raises(ValueError, match="one: unknown expectation status"):
        found(pathway, "{status: {mri: due}}")


def test_a_case_that_expects_nothing_has_no_differences(pathway):
    assert [] == differences(read_case(case_document(CASE, "x"), pathway), pathway, NOON)


SLIPS = [
    ("[]", "x:5:9: expected a mapping from a word such as statuses to what is expected"),
    ("{status: {mri: due}}", "x:5:10: unknown expectation 'status' (did you mean 'statuses'?)"),
    ("{rules: [mri_now]}", "x:5:17: expected a mapping"),
    ("{rules: {mri_nov: holds}}", "x:5:18: unknown rule (did you mean 'mri_now'?)"),
    ("{rules: {mri_now: true}}", "x:5:27: unknown answer (there are: holds, fails, unknown)"),
    ("{statuses: {mri: duee}}", "x:5:26: unknown status (did you mean 'due'?)"),
    ("{not_statuses: {mri: due}}", "x:5:30: expected a list"),
    ("{urgency: {low: routine}}", "x:5:20: unknown end (there are: lowest, highest)"),
    ("{step_urgency: {mri: {lowest: now}}}", "x:5:39: unknown urgency (there are: none, routine, within_a_week, same_day, immediate)"),
    ("{due: {mri: tomorrow}}", "x:5:21: expected a date and time with a time zone, such as 2026-11-20T09:00:00+00:00"),
    ("{clear: {mri: not}}", "x:5:23: expected true or false"),
    ("{instead: {mri: ctt}}", "x:5:25: unknown step (did you mean 'ct'?)"),
    ("{waits_for: {mri: [blood]}}", "x:5:28: unknown step (did you mean 'bloods'?)"),
    ("{checks: {mri: [implan]}}", "x:5:25: unknown finding (did you mean 'implant'?)"),
    ("{questions: [fevr]}", "x:5:22: unknown question (did you mean 'fever'?)"),
    ("{against: {mri: [mri_unsave]}}", "x:5:26: unknown rule, check or step (did you mean 'mri_unsafe'?)"),
    ("{cites: {mri: guide}}", "x:5:23: expected a list"),
    ("{cites: {mri: [7]}}", "x:5:24: expected text"),
    ("{scores: {points: {low: 1}}}", "x:5:28: unknown part of a result (there are: lowest, highest, band, bands, missing)"),
    ("{scores: {points: {lowest: true}}}", "x:5:36: expected a number, text or a list"),
]  # fmt: skip


@pytest.mark.parametrize(("expect", "told"), SLIPS, ids=[row[0] for row in SLIPS])
def test_a_slip_in_an_expectation_is_named_with_its_place(pathway, expect, told):
    assert [told] == slips(pathway, expect)


def test_the_time_of_a_clock_and_of_a_finding_can_be_asked(pathway):
    assert [] == slips(pathway, "{questions: [clocks.suspicion, weakness.at]}")
