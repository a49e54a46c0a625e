"""Case files: what they say, every mistake with its place, and never a word of what they hold."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from spineworkup.entries import Known, Unknown, WhyUnknown
from spineworkup.errors import CaseError
from spineworkup.findings import Quantity
from spineworkup.reading.load import load_pathway
from spineworkup.reading.read_case import case_document, overlays_of, read_case, read_cases
from spineworkup.reading.read_yaml import MAX_PROBLEMS, read_yaml
from tests.small_package import changed, write_package
from tests.strategies import NOON, at

AGE = "\nage_years: {label: Age, kind: number, plausible: {low: 0, high: 120}}\nsex: {label: Sex, kind: choice, options: {male: Male, female: Female}}\n"


@pytest.fixture(scope="module")
def pathway(tmp_path_factory):
    findings = changed("findings/all", "fever: {", "fever: {") + AGE.lstrip()
    return load_pathway(write_package(tmp_path_factory.mktemp("package"), findings__all=findings))


def case(text, pathway):
    return read_case(case_document(text, "case.yaml"), pathway)


WHOLE = """\
case: example-1
about: An example
source: C01
at: 2026-11-20T13:00:00+01:00
age_years: 67
sex: male
overlays: []
clocks:
  suspicion: 2026-11-20T09:00:00+00:00
findings:
  fever: {value: present, at: 2026-11-20T08:00:00+00:00, source: "referral letter"}
  weakness: unknown
  implant: unsafe
  power: [3, {value: 3, at: 2026-11-20T07:00:00+00:00}]
  calcium_total: 2.95 mmol/L
  albumin: {value: unknown, reason: not_fetched}
steps:
  mri: {state: declined, at: 2026-11-20T10:00:00+00:00, by: consultant, reason: wish}
not_available: [ct]
sign_offs:
  - {rule: mri_fever, by: radiologist, at: 2026-11-20T10:00:00+00:00}
expect: {statuses: {mri: declined}}
"""


def test_a_whole_case(pathway):
    found = case(WHOLE, pathway)
    chart = found.chart

    assert ("example-1", "An example", "C01", NOON) == (found.label, found.about, found.source, found.at)
    assert {"statuses": {"mri": "declined"}} == found.expect
    assert Known(True, at(4), "referral letter") == chart.entry("fever")
    assert Unknown(WhyUnknown.NOT_RECORDED) == chart.entry("weakness")
    assert Unknown(WhyUnknown.NOT_FETCHED) == chart.entry("albumin")
    assert Known(Decimal(3)) == chart.entry("power")
    assert Quantity("2.95", "mmol/L") == chart.reported["calcium_total"]
    assert (Decimal(67), "male", "unsafe") == tuple(chart.facts[id_] for id_ in ("age_years", "sex", "implant"))
    assert {"suspicion": at(3)} == chart.clocks
    assert ("declined", "consultant", "wish", at(2)) == tuple(getattr(chart.steps["mri"], key) for key in ("state", "by", "reason", "at"))
    assert frozenset({"ct"}) == chart.not_available
    assert ("mri_fever", "radiologist", at(2)) == tuple(getattr(chart.sign_offs[0], key) for key in ("rule", "by", "at"))
    assert () == found.warnings


def test_json_says_the_same(pathway):
    from tests.reading.plain import plain

    data = plain(read_yaml(WHOLE, "x")[0].data)
    texts = [json.dumps(data), json.dumps(data, indent=2), json.dumps(data, ensure_ascii=False, separators=(",", ":"))]

    assert {case(WHOLE, pathway).chart.digest} == {case(text, pathway).chart.digest for text in texts}


def test_json_with_tabs_and_with_characters_beyond_the_basic_plane(pathway):
    text = '{\n\t"case": "\\ud83d\\ude00 \\\\ud83d \\u00e9",\n\t"findings": {\t"fever": true}\n}'

    assert ("\U0001f600 \\ud83d é", {"fever": True}) == (case(text, pathway).label, case(text, pathway).chart.facts)


def test_a_number_is_a_label_too(pathway):
    assert "12" == case("case: 12", pathway).label


def test_a_case_that_says_nothing_is_a_chart_of_nothing(pathway):
    found = case("{}", pathway)

    assert ({}, "", None) == (found.chart.facts, found.label, found.at)


def test_an_implausible_value_is_a_warning_with_its_place(pathway):
    (warning,) = case("findings:\n  power: 6\n", pathway).warnings

    assert (
        "case.yaml:2:10: power: an implausible value is not used: it counts as not known "
        "(check the value and its unit; plausible is 0 to 5)"
    ) == str(warning)
    assert "warning" == warning.kind


def test_every_implausible_value_is_warned_of(pathway):
    warnings = case("age_years: 130\nfindings:\n  power: 6\n", pathway).warnings

    assert ["1:12", "3:10"] == [f"{w.position.line}:{w.position.column}" for w in warnings]


CANARY = "XQ7canary"
BAD = [
    # text, place, message
    ("- a", "1:1", "expected a mapping with keys such as case, clocks and findings"),
    (CANARY, "1:1", "expected a mapping with keys such as case, clocks and findings"),
    (f"{CANARY}: 1", "1:1", "unknown key"),
    ("findngs: {}", "1:1", "unknown key 'findngs' (did you mean 'findings'?)"),
    ("findings: [fever]", "1:11", "expected a mapping"),
    (f"findings: {CANARY}", "1:11", "expected a mapping"),
    (f"findings:\n  {CANARY}: present", "2:3", "unknown finding"),
    ("findings:\n  fevr: present", "2:3", "unknown finding 'fevr' (did you mean 'fever'?)"),
    (f"findings:\n  fever: {CANARY}", "2:10", "fever: expected present, absent or unknown"),
    ("findings:\n  fever: yes", "2:10", "fever: expected present, absent or unknown"),
    ("findings:\n  fever: 1", "2:10", "fever: expected present, absent or unknown"),
    ("findings:\n  fever: [present, yes]", "2:10", "fever: expected present, absent or unknown"),
    ("findings:\n  fever: [[present]]", "2:10", "fever: expected present, absent or unknown"),
    ("findings:\n  fever: 2026-11-20T09:00:00+00:00", "2:10", "fever: expected present"),
    (f"findings:\n  implant: {CANARY}", "2:12", "implant: expected one of none, unsafe or unknown"),
    ("findings:\n  implant: None", "2:12", "implant: expected one of none, unsafe or unknown"),
    ("findings:\n  implant: false", "2:12", "implant: expected one of none, unsafe or unknown"),
    (f"findings:\n  power: {CANARY}", "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: true", "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: .nan", "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: .inf", "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: 1e999", "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: " + "9" * 30, "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: " + "9" * 5000, "2:10", "power: expected a number without a unit"),
    ("findings:\n  power: 3 mmol/L", "2:10", "power: expected a number without a unit"),
    ("findings:\n  calcium_total: 2.95", "2:18", "calcium_total: a quantity always has its unit (write it as text, such as '1 mmol/L')"),
    ("findings:\n  calcium_total: '2.95'", "2:18", "calcium_total: a quantity always has its unit (such as '1 mmol/L')"),
    (f"findings:\n  calcium_total: 2.95 {CANARY}", "2:18", "calcium_total: can't be read as a quantity: unknown unit"),
    (f"findings:\n  calcium_total: {CANARY} mmol/L", "2:18", "calcium_total: can't be read as a quantity: expected a whole or decimal number"),
    ("findings:\n  calcium_total: 2.95 mmol", "2:18", "calcium_total: can't be read as a quantity: unknown unit (write it as '1 mmol/L')"),
    ("findings:\n  calcium_total: 2.95 MMOL/L", "2:18", "unknown unit"),
    ("findings:\n  calcium_total: 28 U/L", "2:18", "calcium_total: the unit doesn't fit: expected mmol/L, mg/dL"),
    ("findings:\n  calcium_total: 2,95 mmol/L", "2:18", "expected a whole or decimal number"),
    ("findings:\n  calcium_total: -inf mmol/L", "2:18", "expected a whole or decimal number"),
    ("findings:\n  calcium_total: {value: 2, unit: mmol/L}", "2:29", "unknown key"),
    ("findings:\n  fever: {}", "2:10", "missing key 'value'"),
    ("findings:\n  fever: {value: present, att: x}", "2:27", "unknown key 'att' (did you mean 'at'?)"),
    ("findings:\n  fever: {value: present, sourc: x}", "2:27", "unknown key 'sourc' (did you mean 'source'?)"),
    ("findings:\n  fever: {value: present, reson: x}", "2:27", "unknown key 'reson' (did you mean 'reason'?)"),
    ("findings:\n  fever: {vlue: present}", "2:11", "unknown key 'vlue' (did you mean 'value'?)"),
    (f"findings:\n  fever: {{value: present, {CANARY}: x}}", "2:27", "unknown key"),
    ("findings:\n  fever: {value: present, at: 2026-11-20T09:00:00}", "2:31", "expected a date and time with a time zone"),
    (f"findings:\n  fever: {{value: present, at: {CANARY}}}", "2:31", "expected a date and time with a time zone"),
    ("findings:\n  fever: {value: present, at: 2026-11-20}", "2:31", "expected a date and time with a time zone"),
    ("findings:\n  fever: {value: present, at: 20261120}", "2:31", "expected a date and time with a time zone"),
    ("findings:\n  fever: {value: present, at: null}", "2:31", "expected a date and time with a time zone"),
    ("findings:\n  fever: {value: present, source: [a]}", "2:35", "expected text"),
    (f"findings:\n  fever: {{value: null, reason: {CANARY}}}", "2:32", "expected one of not_recorded, not_fetched"),
    ("findings:\n  fever: {value: null, reason: [stale]}", "2:32", "expected one of not_recorded, not_fetched"),
    ("findings:\n  fever: {value: {a: 1}}", "2:10", "fever: expected present, absent or unknown"),
    ("findings:\n  fever: present\n  fever: absent", "3:3", "duplicate key"),
    ("findings: {}\nfindings: {}", "2:1", "duplicate key"),
    (f"findings:\n  fever: {{value: present, source: a, source: {CANARY}}}", "2:38", "duplicate key"),
    ("age_years: 30\nfindings: {age_years: 67}", "2:12", "given twice: at the top and under findings"),
    ("age_years: true", "1:12", "age_years: expected a number without a unit"),
    ("sex: 1", "1:6", "sex: expected one of male, female or unknown"),
    ("case: [1]", "1:7", "expected text"),
    ("case: true", "1:7", "expected text"),
    ("case: 1.5", "1:7", "expected text"),
    ("case: " + "x" * 5001, "1:7", "expected text"),
    ("at: now", "1:5", "expected a date and time with a time zone"),
    ("at: 2026-11-20T09:00:00", "1:5", "expected a date and time with a time zone"),
    ("clocks: []", "1:9", "expected a mapping"),
    (f"clocks: {{{CANARY}: 2026-11-20T09:00:00+00:00}}", "1:10", "unknown clock"),
    ("clocks: {suspicon: 2026-11-20T09:00:00+00:00}", "1:10", "unknown clock 'suspicon' (did you mean 'suspicion'?)"),
    (f"clocks: {{suspicion: {CANARY}}}", "1:21", "expected a date and time with a time zone"),
    ("clocks: {suspicion: 2026-11-20T09:00:00}", "1:21", "expected a date and time with a time zone"),
    ("steps: []", "1:8", "expected a mapping"),
    (f"steps: {{{CANARY}: {{}}}}", "1:9", "unknown step"),
    ("steps: {mrii: {}}", "1:9", "unknown step 'mrii' (did you mean 'mri'?)"),
    ("steps: {mri: requested}", "1:14", "expected `state` and `at` (such as {state: requested"),
    ("steps: {mri: {state: requested}}", "1:14", "missing key 'at'"),
    (f"steps: {{mri: {{state: {CANARY}, at: 2026-11-20T09:00:00+00:00}}}}", "1:22", "expected one of requested, scheduled"),
    ("steps: {mri: {state: [done], at: 2026-11-20T09:00:00+00:00}}", "1:22", "expected one of requested, scheduled"),
    ("steps: {mri: {at: 2026-11-20T09:00:00+00:00}}", "1:14", "expected one of requested, scheduled"),
    (f"steps: {{mri: {{state: requested, at: {CANARY}}}}}", "1:37", "expected a date and time with a time zone"),
    ("steps: {mri: {state: requested, at: 2026-11-20T09:00:00+00:00, stat: x}}", "1:64", "unknown key 'stat' (did you mean 'state'?)"),
    ("steps: {mri: {state: requested, at: 2026-11-20T09:00:00+00:00, byy: x}}", "1:64", "unknown key 'byy' (did you mean 'by'?)"),
    ("steps: {mri: {state: requested, att: 2026-11-20T09:00:00+00:00}}", "1:33", "unknown key 'att' (did you mean 'at'?)"),
    ("steps: {mri: {state: requested, at: 2026-11-20T09:00:00+00:00, reson: x}}", "1:64", "unknown key 'reson' (did you mean 'reason'?)"),
    (f"steps: {{mri: {{state: declined, at: 2026-11-20T09:00:00+00:00, reason: {CANARY}}}}}", "1:14", "a declined step needs `reason` and `by` (the role that decided it)"),
    ("steps: {mri: {state: declined, at: 2026-11-20T09:00:00+00:00, by: GP}}", "1:14", "a declined step needs `reason` and `by`"),
    (f"steps: {{mri: {{state: declined, at: 2026-11-20T09:00:00+00:00, by: [GP], reason: {CANARY}}}}}", "1:67", "expected text"),
    ("not_available: mri", "1:16", "expected a list of steps"),
    ("not_available: [1]", "1:16", "expected a list of steps"),
    (f"not_available: [{CANARY}]", "1:17", "unknown step"),
    ("not_available: [ct, mrii]", "1:21", "unknown step 'mrii' (did you mean 'mri'?)"),
    ("sign_offs: {}", "1:12", "expected a list"),
    ("sign_offs: [mri]", "1:13", "expected the keys rule, by and at"),
    ("sign_offs: [{rule: mri_fever}]", "1:13", "expected the keys rule, by and at"),
    (f"sign_offs: [{{rule: {CANARY}, by: a, at: 2026-11-20T09:00:00+00:00}}]", "1:14", "unknown rule"),
    ("sign_offs: [{rule: mri_fevr, by: a, at: 2026-11-20T09:00:00+00:00}]", "1:14", "unknown rule 'mri_fevr' (did you mean 'mri_fever'?)"),
    ("sign_offs: [{rule: [a], by: a, at: 2026-11-20T09:00:00+00:00}]", "1:14", "unknown rule"),
    ("sign_offs: [{rule: mri_fever, by: a, at: soon}]", "1:42", "expected a date and time with a time zone"),
    ("sign_offs: [{rule: mri_fever, by: [], at: 2026-11-20T09:00:00+00:00}]", "1:35", "expected text"),
    ("findings: &a {fever: present}", "1:11", "anchors and aliases are not allowed"),
    ("findings: {<<: {fever: present}}", "1:12", "merge keys are not allowed"),
    ("findings: !!map {fever: present}", "1:11", "tags are not allowed"),
    (f"findings: {{fever: !{CANARY} present}}", "1:19", "tags are not allowed"),
    ("findings:\n  1: present", "2:3", "a key has to be text"),
    ("findings:\n  fever:", "2:9", "empty value"),
    (f"case: a\n---\ncase: {CANARY}", "2:1", "one file holds one document"),
    ("", "1:1", "the file is empty"),
    (f"case: \"{CANARY}", "", "not valid YAML here"),
    (f"{CANARY}: {CANARY}: {CANARY}", "", "not valid YAML here"),
    (f"{{{CANARY}: [", "", "not valid YAML here"),
    (f"case: {CANARY}\x00", "1:16", "a character that YAML doesn't allow"),
    (f"case: {CANARY}\ud800", "1:1", "the file isn't UTF-8 text"),
    (f"case: {CANARY}".encode() + b"\xff", "1:1", "the file isn't UTF-8 text"),
    ("[" * 100_000, "1:1001", "not valid YAML here"),
    ('{"case": "' + CANARY + '", "case": "b"}', "1:23", "duplicate key"),
    ('{"findings": {"power": NaN}}', "1:24", "power: expected a number without a unit"),
    ('{"findings": {"power": Infinity}}', "1:24", "power: expected a number without a unit"),
    ('{"findings": {"power": 1e999}}', "1:24", "power: expected a number without a unit"),
    ('{"findings": {"calcium_total": 2.95}}', "1:32", "calcium_total: a quantity always has its unit"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message"), BAD, ids=[f"{row[2][:40]}-{str(row[0])[:40]!r}" for row in BAD])
def test_every_mistake_has_its_place_and_nothing_is_repeated(pathway, text, place, message):
    with pytest.raises(CaseError) as caught:
        case(text, pathway)
    told = str(caught.value)

    assert any(str(p).startswith(f"case.yaml:{place}") and message in str(p) for p in caught.value.problems), told
    assert CANARY not in told
    assert "" == "".join(problem.excerpt for problem in caught.value.problems)
    assert caught.value.__context__ is None and caught.value.__cause__ is None


def test_all_mistakes_of_a_case_are_named_together(pathway):
    text = "case: []\nfindings:\n  fever: yes\n  power: x\nclocks: {suspicion: 9}\nsteps: {mri: {}}\n"

    with pytest.raises(CaseError) as caught:
        case(text, pathway)

    assert ["1:7", "3:10", "4:10", "5:21", "6:14", "6:14"] == [f"{p.position.line}:{p.position.column}" for p in caught.value.problems]


WHEN = "2026-11-20T09:00:00+00:00"
SEVERAL = [
    ("findings:\n  fevr: present\n  fever: yes\n  weaknes: present\n  power: x\n", ["2:3", "3:10", "4:3", "5:10"]),
    (f"clocks:\n  arrival: {WHEN}\n  suspicion: soon\n  birth: {WHEN}\n", ["2:3", "3:14", "4:3"]),
    ("steps:\n  mrii: {}\n  mri: 3\n  ctt: {}\n  ct: {state: requested}\n", ["2:3", "3:8", "4:3", "5:7"]),
    ("not_available: [mrii, ct, ctt]", ["1:17", "1:27"]),
    (
        f"sign_offs:\n  - mri\n  - {{rule: gone, by: a, at: {WHEN}}}\n  - {{rule: mri_fever, by: a, at: soon}}\n  - 3\n",
        ["2:5", "3:6", "4:34", "5:5"],
    ),
]


@pytest.mark.parametrize(("text", "places"), SEVERAL, ids=[row[0].partition(":")[0] for row in SEVERAL])
def test_a_mistake_never_hides_the_next(pathway, text, places):
    with pytest.raises(CaseError) as caught:
        case(text, pathway)

    assert places == [f"{p.position.line}:{p.position.column}" for p in caught.value.problems]


def test_so_many_mistakes_are_enough(pathway):
    """A megabyte of wrong words is refused at once: a suggestion for each of them would take a minute."""
    text = "findings:\n" + "".join(f"  weaknes{number}: present\n" for number in range(1000))

    with pytest.raises(CaseError) as caught:
        case(text, pathway)

    assert MAX_PROBLEMS == len(caught.value.problems)


@pytest.mark.parametrize("text", ["- case: a\n  findings: {fever: present}\n- {case: b}\n"])
def test_a_list_of_cases(pathway, text):
    document, _ = read_yaml(text, "x.cases.yaml", private=True)

    assert ["a", "b"] == [one.label for one in read_cases(document, pathway)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case: a", "x.yaml:1:1: expected a list of cases"),
        ("- a", "x.yaml:1:3: expected a mapping with keys such as case"),
        ("- {}\n- {findings: {fever: yes}}", "x.yaml:2:22: fever: expected present, absent or unknown"),
    ],
)
def test_lists_that_are_none(pathway, text, message):
    document, _ = read_yaml(text, "x.yaml", private=True)

    with pytest.raises(CaseError) as caught:
        read_cases(document, pathway)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("{}", ()), ("overlays: []", ()), ("overlays: [us, us]", ("us", "us"))],
)
def test_the_overlays_that_a_case_asks_for(text, expected):
    assert expected == overlays_of(case_document(text, "x"))


def test_an_overlay_that_there_is_not_is_never_named():
    """Whatever stands there may be a patient's: the name is looked up, and repeated by no error."""
    with pytest.raises(CaseError) as caught:
        overlays_of(case_document(f"overlays: [us, {CANARY}, uss]", "x"))

    assert ["x:1:16: unknown overlay", "x:1:27: unknown overlay (did you mean 'us'?)"] == [str(p) for p in caught.value.problems]


@pytest.mark.parametrize("text", ["overlays: us", "overlays: [1]", "overlays: {us: 1}", "overlays: [../site]", "overlays: ['a\\b']"])
def test_a_case_names_overlays_and_no_paths(text):
    with pytest.raises(CaseError, match="expected a list of names"):
        overlays_of(case_document(text, "x"))


def test_micro_is_read_as_either_letter(pathway):
    charts = [case(f"findings: {{calcium_total: 2600 {mu}mol/L}}", pathway).chart for mu in ("\u00b5", "\u03bc", "u", "mc")]

    assert {Decimal("2.6")} == {chart.facts["calcium_total"].normalize() for chart in charts}


def test_the_moment_of_a_case_keeps_its_instant(pathway):
    assert timedelta(0) == case("at: 2026-11-20T13:00:00+01:00", pathway).at - NOON
