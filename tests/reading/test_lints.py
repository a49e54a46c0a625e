"""What `spineworkup check` finds in rules that can be read: every planted mistake with its place and all whom it is about."""

from datetime import date
from decimal import Decimal
from itertools import combinations, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup import load_pathway
from spineworkup.criteria import ALWAYS
from spineworkup.pathways import Pathway, Rule, Step
from spineworkup.reading.check_bands import band_lints
from spineworkup.reading.check_codes import loinc_check_digit, verhoeff_check
from spineworkup.reading.find_lints import lints_of
from spineworkup.reading.lints import lint_at, position_of
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, PointsBand, Row, Score
from spineworkup.sources import Position
from tests.small_package import FILES, changed, write_overlay, write_package

TODAY = date(2026, 11, 25)


def found(folder, pathway, today=TODAY):
    """The lints as (kind, file:line:column, about, message); each is a warning."""
    assert {"warning"} >= {lint.problem.kind for lint in lints_of(pathway, today)}
    return [
        (lint.kind, str(lint.problem.position).removeprefix(f"{folder}/"), set(lint.about), lint.problem.message)
        for lint in lints_of(pathway, today)
    ]


def lints(folder, **changes):
    return found(folder, load_pathway(write_package(folder, **changes)))


def test_rules_without_mistakes(tmp_path):
    assert [] == lints(tmp_path)


FINDINGS, CRITERIA, SOURCES, SCORES = "findings/all", "criteria", "sources", "scores/points"
MRI, BLOODS, PATHWAY, PACKAGE = "steps/mri", "steps/bloods", "pathway", "package"
CODE = 'codes: [{system: loinc, code: "29265-6", display: Calcium, evidence: checked}]'
ORDER = 'orders: [{system: loinc, code: "30854-4", display: MRI}]'
LAST = 'grade: {label: Grade, kind: choice, options: {"0": None, 1a: Some}}\n'
ONE = '{system: snomed, code: "71286001", evidence: checked}'
SAYS = LAST.replace("}}", '}, option_codes: {"0": [' + ONE + "]MORE}}")
POINTS = "[{band: low, from: 0, to: 1}, {band: high, from: 2, to: 2}]"
GRADES = '[{band: low, options: ["0"]}, {band: high, options: [1a]}]'
ROWS = "{mmol/L: [{above: 3.5, band: high}, {from: 2.6, band: raised}, {band: none}]}"
# kind, file, what stood there, what stands there now, where, whom it is about, message
MISTAKES = [
    ("unused_finding", FINDINGS, LAST, LAST + "cough: {label: Cough, kind: boolean}\n", "16:1", {"cough"}, "nothing reads or records 'cough'"),
    ("unused", CRITERIA, "deficit: {", "idle: {label: Idle, when: fever}\ndeficit: {", "1:1", {"idle"}, "no rule uses the criterion 'idle'"),
    ("unused", SOURCES, "old: {", "book: {title: A book}\nold: {", "2:1", {"book"}, "nothing cites the source 'book'"),
    ("unused", PATHWAY, "pauses:\n", "pauses:\n  - {id: later, title: Later}\n", "2:5", {"later"}, "no step belongs to the pause point 'later'"),
    ("unknown_code", FINDINGS, CODE, CODE.replace("loinc", "lonic"), "13:11", {"calcium_adjusted", "29265-6"}, "the code lonic '29265-6' of 'calcium_adjusted' is of a coding system that isn't known here"),
    ("unknown_code", FINDINGS, CODE, CODE.replace("29265-6", "29265-5"), "13:11", {"calcium_adjusted", "29265-5"}, "the code loinc '29265-5' of 'calcium_adjusted' has a wrong check digit: it would be 6"),
    ("unknown_code", FINDINGS, CODE, CODE.replace("29265-6", "LP29265-6"), "13:11", {"calcium_adjusted", "LP29265-6"}, "isn't a LOINC number, such as 2000-8"),
    ("unknown_code", FINDINGS, CODE, CODE.replace("evidence: checked", 'evidence: " "'), "13:11", {"calcium_adjusted", "29265-6"}, "the code loinc '29265-6' of 'calcium_adjusted' doesn't say where it was seen"),
    ("unknown_code", MRI, ORDER, ORDER.replace("30854-4", "30845-4"), "28:12", {"mri", "30845-4"}, "the code loinc '30845-4' of 'mri' has a wrong check digit"),
    ("overlap", FINDINGS, LAST, LAST.replace("}}", "}, " + CODE + "}"), "15:77", {"calcium_adjusted", "grade", "29265-6"}, "the code loinc '29265-6' stands on 'calcium_adjusted' and again on 'grade'"),
    ("overlap", FINDINGS, CODE, CODE.replace("}]", "}, {system: loinc, code: 29265-6, evidence: again}]"), "13:82", {"calcium_adjusted", "29265-6"}, "stands on 'calcium_adjusted' and again on 'calcium_adjusted'"),
    ("unknown_code", FINDINGS, LAST, SAYS.replace("MORE", ", 1a: [" + ONE.replace("71286001", "71286002") + "]"), "15:151", {"grade", "71286002"}, "the code snomed '71286002' of 'grade' has a wrong check digit"),
    ("overlap", FINDINGS, LAST, SAYS.replace("MORE", ", 1a: [" + ONE + "]"), "15:151", {"grade", "71286001"}, "the code snomed '71286001' says '0' and '1a' of 'grade'"),
    ("past_review", MRI, "      review_by: 2027-01-01\n", "      review_by: 2026-11-24\n", "17:18", {"mri_now"}, "the rule 'mri_now' was to be reviewed by 2026-11-24"),
    ("past_review", BLOODS, "review_by: 2027-01-01", "review_by: 2025-01-01", "4:119", {"bloods_fever"}, "the rule 'bloods_fever' was to be reviewed by 2025-01-01"),
    ("past_review", PACKAGE, "review_by: 2027-11-01", "review_by: 2026-11-24", "6:12", {"small"}, "the package 'small' was to be reviewed by 2026-11-24"),
    ("gap", SCORES, POINTS, "[{band: low, from: 0, to: 0}, {band: high, from: 2, to: 2}]", "5:10", {"points", "1"}, "no band of 'points' holds a total of 1"),
    ("gap", SCORES, POINTS, "[{band: low, from: 0, to: 0}]", "5:10", {"points", "1", "2"}, "no band of 'points' holds totals from 1 to 2"),
    ("overlap", SCORES, POINTS, "[{band: low, from: 0, to: 2}, {band: high, from: 2, to: 2}]", "5:40", {"points", "low", "high"}, "the bands 'low' and 'high' of 'points' share a total of 2"),
    ("unreachable", SCORES, POINTS, POINTS[:-1] + ", {band: top, from: 3, to: 9}]", "5:70", {"points", "top"}, "no total of 'points' reaches the band 'top': totals go from 0 to 2"),
    ("overlap", SCORES, GRADES, '[{band: low, options: ["0"]}, {band: high, options: [1a, "0"]}]', "8:88", {"grading", "low", "high"}, "the bands 'low' and 'high' of 'grading' share '0'"),
    ("unreachable", SCORES, ROWS, ROWS.replace("3.5", "2.5"), "13:46", {"calcium", "mmol/L", "high", "raised"}, "the band 'raised' of 'calcium' is never reached in mmol/L: 'high' comes first"),
    ("unreachable", SCORES, ROWS, ROWS.replace("mmol/L: [", "mmol/l: [{from: 9, band: top}, {above: 9, band: over}, "), "13:42", {"calcium", "mmol/L", "top", "over"}, "the band 'over' of 'calcium' is never reached in mmol/L: 'top' comes first"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "old", "new", "place", "about", "message"), MISTAKES, ids=[f"{row[0]}-{row[6][:40]}" for row in MISTAKES])
def test_every_planted_mistake_is_named_at_its_place(tmp_path, kind, name, old, new, place, about, message):
    ((*where, text),) = lints(tmp_path, **{name.replace("/", "__"): changed(name, old, new)})

    assert [kind, f"{name}.yaml:{place}", about] == where
    assert text.startswith(f"{kind}: ") and message in text


def test_what_is_to_be_reviewed_today_is_not_late(tmp_path):
    rule = changed(MRI, "      review_by: 2027-01-01\n", "      review_by: 2026-11-25\n")
    package = changed(PACKAGE, "review_by: 2027-11-01", "review_by: 2026-11-25")

    assert [] == lints(tmp_path, steps__mri=rule, package=package)


ONE_USE = [
    ("a score", SCORES, "grading: {", "cough: {label: Cough, kind: grade, of: cough, bands: [{band: all, options: [x]}]}\ngrading: {"),
    ("a part", MRI, "findings: [fever]", "findings: [cough]"),
    ("a check", MRI, "checks: [implant]", "checks: [implant, cough]"),
    ("a result", MRI, "produces: [grade]", "produces: [cough]"),
    ("a prerequisite", MRI, "unless: deficit", "unless: cough is x"),
    ("a note", MRI, "text: A note, when: fever", "text: A note, when: cough is x"),
    ("when it is done", MRI, "done_when: grade is one of 0, 1a", "done_when: cough is x"),
    ("an option", "options", "findings: [grade]", "findings: [cough]"),
]


@pytest.mark.parametrize(("name", "old", "new"), [row[1:] for row in ONE_USE], ids=[row[0] for row in ONE_USE])
def test_one_use_of_a_finding_is_enough(tmp_path, name, old, new):
    findings = FILES["findings/all.yaml"] + "cough: {label: Cough, kind: choice, options: {x: X}}\n"

    assert [] == lints(tmp_path, findings__all=findings, **{name.replace("/", "__"): changed(name, old, new)})


CITE = "cites: [{source: book}]"
ONE_CITATION = [
    ("a rule", BLOODS, "cites: [{source: guide}]", CITE),
    ("a note", "steps/ct", "when: ill", f"when: ill, {CITE}"),
    ("a part", MRI, "findings: [fever]", f"findings: [fever], {CITE}"),
    ("a finding", FINDINGS, "ask: Fever now", f"ask: Fever now, {CITE}"),
    ("a criterion", CRITERIA, "{label: A deficit", f"{{{CITE}, label: A deficit"),
    ("a score", SCORES, "{label: Grading", f"{{{CITE}, label: Grading"),
    ("an option", "options", "{label: Surgery", f"{{{CITE}, label: Surgery"),
]


@pytest.mark.parametrize(("name", "old", "new"), [row[1:] for row in ONE_CITATION], ids=[row[0] for row in ONE_CITATION])
def test_one_citation_of_a_source_is_enough(tmp_path, name, old, new):
    sources = FILES["sources.yaml"] + "book: {title: A book}\n"

    assert [] == lints(tmp_path, sources=sources, **{name.replace("/", "__"): changed(name, old, new)})


def test_a_code_of_an_option_may_be_given_twice_and_speak_of_two_findings(tmp_path):
    options = SAYS.replace("MORE", "").replace(ONE, f"{ONE}, {ONE}")
    other = options.replace("grade:", "fracture:")

    assert ["unused_finding"] == [kind for kind, *_ in lints(tmp_path, findings__all=changed(FINDINGS, LAST, options + other))]


def test_the_total_of_a_score_needs_no_reader(tmp_path):
    assert [] == lints(tmp_path, steps__bloods=changed(BLOODS, "when: points_total > 1", "when: fever"))


def test_a_finding_that_only_an_idle_criterion_reads(tmp_path):
    actual = lints(
        tmp_path,
        findings__all=FILES["findings/all.yaml"] + "cough: {label: Cough, kind: boolean}\n",
        criteria=FILES["criteria.yaml"] + "cold: {label: A cold, when: {at_least: {count: 1, of: [cough, {not: cough}]}}}\n",
    )

    assert [
        "unused_finding: nothing reads or records 'cough', but 'cold', which no rule uses",
        "unused: no rule uses the criterion 'cold'",
    ] == [text for *_, text in actual]


def test_a_criterion_is_used_by_way_of_another_and_of_a_guard(tmp_path):
    """An equal criterion that is written out is no use of the name."""
    criteria = FILES["criteria.yaml"] + (
        "hot: {label: Hot, when: fever}\n"
        "very_hot: {label: Very hot, when: {not: hot}}\n"
        "some: {label: Some, when: {at_least: {count: 1, of: [very_hot, fever]}}}\n"
        "copy: {label: A copy, when: {any_of: [weakness, power < 5]}}\n"
    )
    pathway = changed("pathway", "side_by_side: [bloods]", "when: {criterion: some, do: bloods}")

    assert [({"copy"}, "unused: no rule uses the criterion 'copy'")] == [lint[2:] for lint in lints(tmp_path, criteria=criteria, pathway=pathway)]


HEAD = "overlay: site\nbase: small\ntitle: A site\nprofile: site\nrevised: 2026-11-02\nreview_by: 2026-11-{}\nreason: Local\n"
WAIVER = "waivers: [{{step: mri, reason: No scanner, role: director, hazard: H-01, expires: 2026-11-{}}}]\n"


def test_dates_of_an_overlay(tmp_path):
    """The overlay's own day, its waiver's and its rules', each at its line of the overlay."""
    rule = "add:\n  steps.ct.indications: [{id: ct_now, when: fever, says: s, urgency: routine, cites: [{source: guide}], review_by: 2026-11-24}]\n"
    base, over = write_package(tmp_path), tmp_path / "over"

    write_overlay(over, WAIVER.format(24) + rule, HEAD.format(24))
    assert [
        ("past_review", "over/overlay.yaml:10:116", {"ct_now"}, "past_review: the rule 'ct_now' was to be reviewed by 2026-11-24"),
        ("past_review", "over/overlay.yaml:6:12", {"site"}, "past_review: the overlay 'site' was to be reviewed by 2026-11-24"),
        ("past_review", "over/overlay.yaml:8:11", {"mri", "H-01"}, "past_review: the waiver for 'mri' (H-01) expired on 2026-11-24"),
    ] == found(tmp_path, load_pathway(base, [f"{over}/"]))
    write_overlay(over, WAIVER.format(25), HEAD.format(25))
    assert [] == found(tmp_path, load_pathway(base, [f"{over}/"]))


def test_an_overlay_that_is_due_after_its_base_leaves_the_date_to_it(tmp_path):
    base = write_package(tmp_path, package=changed("package", "review_by: 2027-11-01", "review_by: 2026-11-24"))
    over = write_overlay(tmp_path / "over", "", HEAD.format(25))

    assert [("past_review", "package.yaml:6:12", {"small"})] == [lint[:3] for lint in found(tmp_path, load_pathway(base, [over]))]


def test_each_overlay_keeps_its_own_place(tmp_path):
    base = write_package(tmp_path)
    one, two = [write_overlay(tmp_path / name, WAIVER.format(day), HEAD.format(day).replace("overlay: site", f"overlay: {name}")) for name, day in (("one", 23), ("two", 24))]
    waivers = [("one/overlay.yaml:8:11", {"mri", "H-01"}), ("two/overlay.yaml:8:11", {"mri", "H-01"})]

    for overlays, both in (([one, two], waivers), ([two, one], waivers[::-1])):
        assert [("one/overlay.yaml:6:12", {"one"}), *both] == [lint[1:3] for lint in found(tmp_path, load_pathway(base, overlays))]


def test_without_a_day_no_date_is_looked_at(tmp_path):
    pathway = load_pathway(write_package(tmp_path))

    assert [] == found(tmp_path, pathway, None)
    assert 6 == len(found(tmp_path, pathway, date(2030, 1, 1)))


def test_rules_that_were_composed_in_python_have_no_file():
    """A rule without a date isn't past it."""
    pathway = Pathway.of(Step("mri", "MRI", indications=(Rule("mri_now", ALWAYS, "Now"),)))

    assert [] == lints_of(pathway, TODAY)
    assert "pathway:1:1: conflict: x" == str(lint_at(pathway, "conflict", ["mri_now"], "rule mri_now.when", "x").problem)


# Codes

SYSTEMS = [
    ("snomed", "161891005", ""),
    ("snomed", "935051000000108", ""),
    ("snomed", "11000119105", ""),
    ("snomed", "161891006", "has a wrong check digit"),
    ("snomed", "16189", "isn't a SNOMED CT identifier: 6 to 18 digits"),
    ("snomed", "0161891005", "isn't a SNOMED CT identifier: 6 to 18 digits"),
    ("snomed", "١٦١٨٩١٠٠٥", "isn't a SNOMED CT identifier: 6 to 18 digits"),
    ("snomed", "161891014", "isn't the identifier of a concept"),
    ("snomed", "161891108", "is too short to hold the namespace of its extension"),
    ("icd-10", "C79.5", ""),
    ("icd-10", "C79.51A", "isn't an ICD-10 code, such as C79.5"),
    ("icd-10-cm", "C79.51", ""),
    ("icd-10-cm", "M8C.5", ""),
    ("icd-10-cm", "c79.51", "isn't an ICD-10-CM code, such as C79.51"),
    ("cpt", "72148", "is of a coding system that isn't known here"),
]


@pytest.mark.parametrize(("system", "code", "wrong"), SYSTEMS, ids=[f"{row[0]}-{row[1]}" for row in SYSTEMS])
def test_codes_of_each_system(tmp_path, system, code, wrong):
    given_ = CODE.replace("loinc", system).replace("29265-6", code)
    actual = lints(tmp_path, findings__all=changed(FINDINGS, CODE, given_))

    expected = [f"unknown_code: the code {system} {code!r} of 'calcium_adjusted' {wrong}"] if wrong else []

    assert expected == [text for *_, text in actual]


@pytest.mark.parametrize("number", ["2000-8", "1-8", "89247-1", "30854-4", "1988-5", "718-7"])
def test_check_digits_of_loinc_numbers(number):
    assert number == f"{number[:-2]}-{loinc_check_digit(number[:-2])}"


slips = st.text("0123456789", min_size=2, max_size=18).flatmap(
    lambda digits: st.tuples(st.just(digits), st.integers(0, len(digits) - 2), st.sampled_from("0123456789"))
)


@given(slips)
def test_a_slip_of_the_finger_never_keeps_a_check_digit_of_snomed_right(slip):
    """One digit exchanged for another, or two neighbours swapped: the Verhoeff check finds all of them."""
    digits, place, other = slip
    whole = next(f"{digits}{last}" for last in "0123456789" if verhoeff_check(f"{digits}{last}") == 0)

    for number in range(len(whole) - 1):
        swapped = whole[:number] + whole[number + 1] + whole[number] + whole[number + 2 :]
        assert (swapped == whole) == (verhoeff_check(swapped) == 0)
    exchanged = whole[:place] + other + whole[place + 1 :]
    assert (exchanged == whole) == (verhoeff_check(exchanged) == 0)


@given(slips)
def test_one_exchanged_digit_never_keeps_a_check_digit_of_loinc_right(slip):
    digits, place, other = slip
    exchanged = digits[:place] + other + digits[place + 1 :]

    assert (exchanged == digits) == (loinc_check_digit(exchanged) == loinc_check_digit(digits))


# Bands

ends = st.tuples(st.integers(-2, 8), st.integers(-2, 8))


@given(st.lists(ends, max_size=4), st.integers(0, 3), st.integers(0, 5))
def test_bands_of_points_against_every_total(ends, lowest, width):
    """A gap, an overlap and a band out of reach are found exactly where trying every total finds them."""
    bands = [PointsBand(f"b{number}", first, last) for number, (first, last) in enumerate(ends)]
    table = Additive({"item": {"all": (lowest, lowest + width)}}, tuple(bands))
    held = {total: [b.band for b in bands if b.lowest <= total <= b.highest] for total in range(-3, 10)}
    possible = range(lowest, lowest + width + 1)
    lints = list(band_lints(Pathway("small", scores={"s": Score("s", "S", table)})))

    runs = [list(run) for empty, run in groupby(possible, lambda total: not held[total]) if empty]
    assert [(str(run[0]), str(run[-1])) for run in runs] == [lint.about[1:] for lint in lints if lint.kind == "gap"]
    shared = {pair for names in held.values() for pair in combinations(names, 2)}
    assert shared == {lint.about[1:] for lint in lints if lint.kind == "overlap"}
    reached = {name for total in possible for name in held[total]}
    assert {band.band for band in bands} - reached == {lint.about[1] for lint in lints if lint.kind == "unreachable"}


rows = st.lists(st.tuples(st.sampled_from(["above", "at_least"]), st.integers(0, 4)), max_size=5)


@given(rows)
def test_rows_of_bands_against_every_number(rows):
    made = [Row(f"b{number}", **{word: Decimal(start)}) for number, (word, start) in enumerate(rows)]
    table = Bands("calcium", {"mmol/L": (*made, Row("rest"))})
    tried = [Decimal(half) / 2 for half in range(-1, 11)]
    reached = {next(row.band for row in table.tables["mmol/L"] if row.takes(number)) for number in tried}
    lints = list(band_lints(Pathway("small", scores={"s": Score("s", "S", table)})))

    assert {row.band for row in made} - reached == {lint.about[3] for lint in lints}
    assert {"unreachable"} >= {lint.kind for lint in lints}


def test_options_in_three_bands_are_named_for_each_two():
    bands = tuple(OptionsBand(name, ("x", name)) for name in "abc")
    lints = band_lints(Pathway("small", scores={"s": Score("s", "S", Grade("grade", bands))}))

    assert [("s", "a", "b"), ("s", "a", "c"), ("s", "b", "c")] == [lint.about for lint in lints]


PLACES = {"rule a": Position("f", 2), "rule a.when.0": Position("f", 3)}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("rule a", Position("f", 2)),
        ("rule a.says", Position("f", 2)),
        ("rule a.when.0.1.2", Position("f", 3)),
        ("rule a.when.1", Position("f", 2)),
        ("rule b.when.0", Position("p")),
        ("rule b", Position("p")),
    ],
)
def test_a_lint_is_at_the_nearest_place_that_holds_what_it_is_about(place, expected):
    assert expected == position_of(Pathway(id="p", places=PLACES), place)


def test_a_pathway_without_a_name_has_a_place_too():
    assert Position("pathway") == position_of(Pathway(), "rule a")
