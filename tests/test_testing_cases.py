"""What a case expects: for each word of `expect` what is as expected and what is different."""

import pytest

from spineworkup import load_pathway
from spineworkup.reading.read_case import case_document, read_case
from spineworkup.testing.cases import _CHECKS, differences
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
    ("questions", "[fever]", "[weakness]", "expected the question weakness"),
    ("against", "{mri: [mri_unsafe]}", "{mri: [mri_fever]}", "step mri: expected mri_fever against it"),
    ("not_against", "{mri: [mri_grade]}", "{mri: [mri_fever]}", "step mri: must not have mri_fever against it"),
    ("cites", '{mri: ["guide 1.2", guide]}', '{mri: ["guide 9"]}', "step mri: expected the citation guide 9"),
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
    assert [told] == found(pathway, f"{{{word}: {wrong}}}")


def test_every_word_has_a_row():
    assert _CHECKS.keys() == {row[0] for row in ROWS}


def test_a_word_that_is_not_known_is_an_error(pathway):
    with pytest.raises(ValueError, match="one: unknown expectation status"):
        found(pathway, "{status: {mri: due}}")


def test_a_case_that_expects_nothing_has_no_differences(pathway):
    assert [] == differences(read_case(case_document(CASE, "x"), pathway), pathway, NOON)
