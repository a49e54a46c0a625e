"""Rule packages: what a small one says, and every mistake with its file, line, column, message and hint."""

import re
import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest

from spineworkup import Chart, assess, load_pathway
from spineworkup.criteria import AllOf, AnyOf, Comparator, Compare, IsOneOf, NamedCriterion, Present
from spineworkup.errors import RuleError
from spineworkup.findings import Coding, Derivation, Finding, Kind
from spineworkup.pathways import Need, Note, Part, Pause, Prerequisite, Purpose, Rule, TreatmentOption
from spineworkup.reading.check_paths import check_path
from spineworkup.reading.find_packages import names
from spineworkup.reading.read_yaml import MAX_PROBLEMS
from spineworkup.scores import Additive, Bands, Grade, OptionsBand, PointsBand, Row, Score
from spineworkup.sources import Citation, Source
from spineworkup.urgency import Urgency
from tests.small_package import FILES, changed, write_package
from tests.strategies import NOON


def problems_of(folder, **changes):
    """The problems of the package as (file, line:column, message with hint)."""
    with pytest.raises(RuleError) as caught:
        load_pathway(write_package(folder, **changes))
    for problem in caught.value.problems:
        assert problem.excerpt == "" or "^" in problem.excerpt
    return [
        (
            p.position.file.removeprefix(f"{folder}/"),
            f"{p.position.line}:{p.position.column}",
            p.message + (f" ({p.hint})" if p.hint else ""),
        )
        for p in caught.value.problems
    ]


def test_a_package_without_mistakes(tmp_path):
    name = write_package(tmp_path)
    pathway = load_pathway(name)
    mri = pathway.steps["mri"]
    deficit = AnyOf((Present("weakness"), Compare("power", Comparator.LESS, Decimal(5))))
    guide, review = (Citation("guide", ""),), date(2027, 1, 1)

    assert ("small", "1.0.0", date(2026, 11, 1)) == (pathway.id, pathway.version, pathway.revised)
    assert (
        Rule(
            "mri_now", deficit, "A deficit needs MRI", "indication", Urgency.SAME_DAY, timedelta(hours=24), "suspicion",
            "must", (Citation("guide", "1.2"),), "primary", review,
        ),
    ) == mri.indications  # fmt: skip
    assert ["absolute", "relative"] == [rule.kind for rule in mri.contraindications]
    assert "radiologist" == mri.contraindications[1].sign_off
    assert ("caution", IsOneOf("grade", ["1a"])) == (mri.cautions[0].kind, mri.cautions[0].when)
    assert (Part("spine", "Whole spine", ("fever",)),) == mri.parts
    assert (Prerequisite("bloods", deficit),) == mri.prerequisites
    assert (Note("mri_note", "A note", Present("fever"), guide, "primary"),) == mri.notes
    assert (Coding("loinc", "30854-4", "MRI"),) == mri.orders
    assert AllOf((deficit, Present("fever"))) == pathway.criteria["ill"].when
    assert (("mri", "ct"),) == pathway.fallbacks
    assert (Pause("imaging", "Imaging", "See", "READ-DO"),) == pathway.pauses
    assert Purpose("see", "See the cord", ("mri", "ct"), "ct", True) == pathway.purposes["see"]
    assert (Need("Grade", ("grade",), True),) == pathway.options["surgery"].needs
    weak = pathway.findings["weakness"]
    assert (True, timedelta(days=7)) == (weak.red_flag, weak.max_age)
    assert Derivation("adjusted_calcium", ("calcium_total", "albumin")) == pathway.findings["calcium_adjusted"].derived
    assert (Kind.NUMBER, "Points: total") == (pathway.findings["points_total"].kind, pathway.findings["points_total"].label)
    assert {"points", "grading", "calcium"} == set(pathway.scores)
    assert f"{tmp_path}/steps/mri.yaml:1:1" == str(pathway.places["step mri"])
    assert [] == check_path(tmp_path)
    assert 3 == len(assess(pathway, Chart(pathway.findings), at=NOON).items)


def test_everything_that_its_files_say_is_in_a_package(tmp_path):
    pathway = load_pathway(write_package(tmp_path))
    guide, mass = Citation("guide", ""), Decimal("40.078")

    assert ("A small workup", "test", date(2027, 11, 1), "For tests.") == (
        pathway.title, pathway.profile, pathway.review_by, pathway.intended_use,
    )  # fmt: skip
    assert {
        "guide": Source("guide", "A guide", "A house", "2026-01-01", "example.org/guide"),
        "old": Source("old", "An old guide", status="withdrawn"),
    } == pathway.sources
    assert {
        "fever": Finding("fever", "Fever", Kind.BOOLEAN, "signs", "Fever now"),
        "weakness": Finding("weakness", "Weakness", Kind.BOOLEAN, red_flag=True, max_age=timedelta(days=7)),
        "implant": Finding("implant", "Implant", Kind.CHOICE, options={"none": "None", "unsafe": "Unsafe"}),
        "power": Finding("power", "Power", Kind.NUMBER, low=Decimal(0), high=Decimal(5)),
        "calcium_total": Finding("calcium_total", "Calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=mass),
        "albumin": Finding("albumin", "Albumin", Kind.QUANTITY, unit="g/L"),
        "calcium_adjusted": Finding(
            "calcium_adjusted", "Adjusted calcium", Kind.QUANTITY, unit="mmol/L", molar_mass=mass,
            derived=Derivation("adjusted_calcium", ("calcium_total", "albumin")),
            codes=(Coding("loinc", "29265-6", "Calcium", "checked"),), cites=(Citation("guide", "1.1"),),
        ),
        "grade": Finding("grade", "Grade", Kind.CHOICE, options={"0": "None", "1a": "Some"}),
        "points_total": Finding(
            "points_total", "Points: total", Kind.NUMBER, "score", "Points: the total, if it was reported",
            cites=(Citation("guide", "2"),), verification="primary",
        ),
    } == pathway.findings  # fmt: skip
    assert NamedCriterion("ill", "Ill", pathway.criteria["ill"].when, (guide,), "primary") == pathway.criteria["ill"]
    assert {
        "points": Score(
            "points", "Points",
            Additive({"implant": {"none": (0, 0), "unsafe": (1, 2)}}, (PointsBand("low", 0, 1), PointsBand("high", 2, 2))),
            (Citation("guide", "2"),), "primary",
        ),
        "grading": Score("grading", "Grading", Grade("grade", (OptionsBand("low", ("0",)), OptionsBand("high", ("1a",))))),
        "calcium": Score(
            "calcium", "Calcium",
            Bands("calcium_adjusted", {"mmol/L": (Row("high", above=Decimal("3.5")), Row("raised", at_least=Decimal("2.6")), Row("none"))}),
        ),
    } == pathway.scores  # fmt: skip
    review = date(2027, 1, 1)
    assert (
        Rule("mri_unsafe", IsOneOf("implant", ["unsafe"]), "Unsafe", "absolute", cites=(guide,), review_by=review),
        Rule("mri_fever", Present("fever"), "Fever", "relative", cites=(guide,), review_by=review, sign_off="radiologist"),
    ) == pathway.steps["mri"].contraindications
    assert (Rule("mri_grade", IsOneOf("grade", ["1a"]), "Grade", "caution", cites=(guide,), review_by=review),) == pathway.steps["mri"].cautions
    mri = pathway.steps["mri"]
    assert ("MRI", "Request MRI", "imaging", True, ("implant",), ("grade",), IsOneOf("grade", ["0", "1a"])) == (
        mri.label, mri.action, mri.pause, mri.safety_critical, mri.checks, mri.produces, mri.done_when,
    )  # fmt: skip
    assert {"surgery": TreatmentOption("surgery", "Surgery", "A page", (Need("Grade", ("grade",), True),), ("A note",))} == pathway.options


def test_five_mistakes_in_one_file_have_five_places(tmp_path):
    text = """\
mri:
  lable: MRI
  label: MRI
  indications:
    - id: mri_now
      when: {any_of: [weaknes, power >> 3]}
      says: A deficit needs MRI
      urgency: sameday
      within: 24
      from: suspicion
      cites: [{source: guide, at: 1.2}]
      review_by: 2027-01-01
"""
    expected = [
        ("steps/mri.yaml", "2:3", "unknown key 'lable' (did you mean 'label'?)"),
        ("steps/mri.yaml", "6:23", "unknown finding or criterion 'weaknes' (did you mean 'weakness'?)"),
        ("steps/mri.yaml", "6:32", "cannot read 'power >> 3' as a criterion"),
        ("steps/mri.yaml", "8:16", "unknown urgency 'sameday' (did you mean 'same_day'?)"),
        ("steps/mri.yaml", "9:15", "expected a duration (such as 24 h, 7 d or 30 min)"),
        ("steps/mri.yaml", "11:35", "expected text (put it in quotes)"),
    ]

    actual = problems_of(tmp_path, steps__mri=text)

    assert expected == [(file, place, message.partition(" (write a finding")[0]) for file, place, message in actual]


def test_mistakes_of_all_files_are_named_together(tmp_path):
    found = problems_of(
        tmp_path,
        findings__all=changed("findings/all", "kind: boolean, group", "kind: bool, group"),
        criteria=changed("criteria", "power < 5", "powr < 5"),
        sources=changed("sources", "status: withdrawn", "status: gone"),
    )

    assert {
        "sources.yaml": "unknown word 'gone' (one of current, superseded, withdrawn)",
        "findings/all.yaml": "unknown kind 'bool' (did you mean 'boolean'?)",
        "criteria.yaml": "unknown finding 'powr' (did you mean 'power'?)",
    }.items() <= {file: message for file, _, message in found}.items()


MRI, FINDINGS, PATHWAY, SCORES = "steps/mri", "findings/all", "pathway", "scores/points"
# file, what stood there, what stands there now, where, message
MISTAKES = [
    (MRI, "urgency: same_day", "urgency: none", "11:16", "unknown urgency 'none'"),
    (MRI, "urgency: same_day", "urgency: 3", "11:16", "unknown urgency (one of routine"),
    (MRI, "within: 24 h", "within: 24 hours", "12:15", "expected a duration"),
    (MRI, "      within: 24 h\n", "", "12:7", "`from` needs `within`"),
    (MRI, "      from: suspicion\n", "", "12:7", "`within` needs `from` (the clock that starts it)"),
    (MRI, "from: suspicion", "from: arrival", "13:13", "unknown word 'arrival' (one of suspicion, request, decision_to_treat, onset)"),
    (MRI, "strength: must", "strength: may", "14:17", "unknown word 'may'"),
    (MRI, "verification: primary\n      review", "verification: done\n      review", "16:21", "unknown word 'done' (one of primary, secondary, unread)"),
    (MRI, "      review_by: 2027-01-01\n", "", "8:7", "a rule needs `review_by` (a date)"),
    (MRI, "      urgency: same_day\n", "", "8:7", "an indication needs `urgency` (its tier, such as routine)"),
    (MRI, "      review_by: 2027-01-01\n", "      review_by: 2027-02-30\n", "17:18", "expected a date (such as 2027-05-24)"),
    (MRI, "      review_by: 2027-01-01\n", "      review_by: 20270101\n", "17:18", "expected a date"),
    (MRI, "      review_by: 2027-01-01\n", "      review_by: 2027-W01-1\n", "17:18", "expected a date"),
    (MRI, '      cites: [{source: guide, at: "1.2"}]\n', "", "8:7", "a rule needs `cites` (the source and the place in it)"),
    (MRI, '{source: guide, at: "1.2"}', "{source: guid}", "15:24", "unknown source 'guid' (did you mean 'guide'?)"),
    (MRI, '{source: guide, at: "1.2"}', "{source: old}", "15:24", "the source 'old' is withdrawn (cite what replaced it)"),
    (MRI, '{source: guide, at: "1.2"}', '{at: "1.2"}', "15:15", "missing key 'source'"),
    (MRI, '[{source: guide, at: "1.2"}]', "guide", "15:14", "expected a list"),
    (MRI, '[{source: guide, at: "1.2"}]', "{source: guide}", "15:14", "expected a list"),
    (MRI, '[{source: guide, at: "1.2"}]', "[guide]", "15:15", "expected a mapping of keys and values"),
    (MRI, "says: A deficit needs MRI", "says: 12", "10:13", "expected text (put it in quotes)"),
    (MRI, "says: A deficit needs MRI", "says: null", "10:13", "expected text"),
    (MRI, "      says: A deficit needs MRI\n", "", "8:7", "missing key 'says'"),
    (MRI, "      when: deficit\n", "", "8:7", "missing key 'when'"),
    (MRI, "when: deficit", "when: true", "9:13", "expected a criterion"),
    (MRI, "when: deficit", "when: {all_of: [deficit, {not: {or: [fever]}}]}", "9:39", "unknown criterion 'or'"),
    (MRI, "when: deficit", "when: {at_least: {count: 3, of: [fever, weakness]}}", "9:32", "expected a whole number from 1"),
    (MRI, "when: deficit", "when: {at_least: {count: 1, of: [fever, weaknes]}}", "9:47", "unknown finding or criterion 'weaknes'"),
    (MRI, "when: deficit", "when: {at_least: {count: 1, of: fever}}", "9:39", "expected a list of criteria, with at least one"),
    (MRI, "when: deficit", "when: power < 5 mg/L", "9:13", "'power' is a plain number: it has no unit"),
    (MRI, "absolute: true, ", "", "19:7", "a contraindication needs `absolute` (true or false)"),
    (MRI, "absolute: true", "absolute: yes", "19:34", "a contraindication needs `absolute` (true or false)"),
    (MRI, "sign_off: radiologist, ", "", "20:7", "a relative contraindication needs `sign_off` (the role that may clear it)"),
    (MRI, "  contraindications:\n", "  contraindications:\n    - mri\n", "19:7", "expected a mapping of keys and values"),
    (MRI, "  cautions:\n", "  cautions:\n    - mri\n", "22:7", "expected a mapping of keys and values"),
    (MRI, "safety_critical: true", "safety_critical: 1", "5:20", "expected true or false"),
    (MRI, "pause: imaging", "pause: imagin", "4:10", "unknown pause 'imagin' (did you mean 'imaging'?)"),
    (MRI, "findings: [fever]}]", "findings: [fevr]}]", "6:54", "unknown finding 'fevr' (did you mean 'fever'?)"),
    (MRI, "checks: [implant]", "checks: [implnt]", "23:12", "unknown finding 'implnt' (did you mean 'implant'?)"),
    (MRI, "checks: [implant]", "checks: [bloods]", "23:12", "unknown finding 'bloods'"),  # a step by this name there is
    (MRI, '{source: guide, at: "1.2"}', "{source: fever}", "15:24", "unknown source 'fever'"),  # a finding by this name there is
    (MRI, "produces: [grade]", "produces: [grad]", "25:14", "unknown finding 'grad' (did you mean 'grade'?)"),
    (MRI, "{step: bloods, ", "{step: blood, ", "24:26", "unknown step 'blood' (did you mean 'bloods'?)"),
    (MRI, "done_when: grade is one of 0, 1a", "done_when: grade is 2", "26:14", "'grade' has no option '2' (one of 0, 1a)"),
    (MRI, "id: mri_unsafe", "id: mri_now", "19:7", "rule mri_now is defined twice (first at"),
    (MRI, "id: mri_unsafe", "id: mri_now", "19:7", "/steps/mri.yaml:8:7)"),
    (MRI, "mri:\n", "mri:\n  id: mri\n", "2:3", "unknown key 'id' (the id is the key above)"),
    (MRI, "mri:\n", "MRI:\n", "1:1", "the id 'MRI' isn't snake_case (small letters, digits and _)"),
    (MRI, "mri:\n", "bloods: {label: Again}\nmri:\n", "1:1", "step bloods is defined twice (first at"),
    (MRI, "mri:\n", "other: 3\nmri:\n", "1:8", "expected a mapping of keys and values"),
    (MRI, "mri:\n", "other: {label: Other}\nmri:\n", "1:8", "the step 'other' isn't part of the pathway (add it to pathway.yaml)"),
    (FINDINGS, "kind: number, plausible", "kind: numbr, plausible", "4:29", "unknown kind 'numbr' (did you mean 'number'?)"),
    (FINDINGS, "kind: number, plausible: {low: 0, high: 5}", "kind: number, unit: mm", "4:29", "a quantity has a `unit`, nothing else has"),
    (FINDINGS, "unit: g/L", "note: none", "6:33", "a quantity has a `unit`, nothing else has"),
    (FINDINGS, ", options: {none: None, unsafe: Unsafe}", "", "3:33", "a choice has `options`, nothing else has"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unsafe: 2}", "3:71", "expected text (put it in quotes)"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: [none, unsafe]", "3:50", "expected a mapping of keys and values"),
    (FINDINGS, "unit: g/L", "unit: G/L", "6:49", "unknown unit 'G/L'"),
    (FINDINGS, "also: [mg/dL]", "also: [mg/DL]", "5:70", "unknown unit 'mg/DL'"),
    (FINDINGS, "molar_mass: 40.078}", "molar_mass: 0}", "5:90", "expected a number above 0 (in g/mol)"),
    (FINDINGS, "molar_mass: 40.078}", "molar_mass: '40'}", "5:90", "expected a number"),
    (FINDINGS, "{low: 0, high: 5}", "{low: 0}", "4:48", "expected `low` and `high` (plausible: {low: 0.5, high: 6.0})"),
    (FINDINGS, "{low: 0, high: 5}", "{low: 5, high: 0}", "4:48", "`low` is above `high`"),
    (FINDINGS, "{low: 0, high: 5}", "{low: a, high: 5}", "4:48", "expected numbers for `low` and `high`"),
    (FINDINGS, "max_age: 7 d", "max_age: 7 weeks", "2:69", "expected a duration"),
    (FINDINGS, "by: adjusted_calcium", "by: adjusted", "12:17", "unknown derivation 'adjusted' (one of adjusted_calcium)"),
    (FINDINGS, "inputs: [calcium_total, albumin]", "inputs: [calcium_total]", "12:43", "expected 2 inputs (total calcium, albumin)"),
    (FINDINGS, "inputs: [calcium_total, albumin]", "inputs: [calcium, albumin]", "12:43", "unknown finding 'calcium'"),
    (FINDINGS, "kind: boolean, group", "kind: boolean, derived: {by: adjusted_calcium, inputs: [calcium_total, albumin]}, group", "1:47", "only a quantity can be derived"),
    (FINDINGS, "fever: {", "fever: 3\nother: {", "1:8", "expected a mapping of keys and values"),
    (FINDINGS, "fever: {label", "always: {label: A, kind: boolean}\nfever: {label", "1:9", "'always' can't be the id of a finding (it is a criterion of its own)"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unknown: Unsafe}", "3:63", "an option can't be called 'unknown' (not known is an answer"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unsafe: Unsafe}, option_codes: {unsave: []}", "3:95", "unknown option 'unsave' (did you mean 'unsafe'?)"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unsafe: Unsafe}, option_codes: [none]", "3:94", "expected a mapping of keys and values"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unsafe: Unsafe}, status_options: {resolvd: none}", "3:97", "unknown status 'resolvd' (did you mean 'resolved'?)"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unsafe: Unsafe}, status_options: {resolved: nine}", "3:107", "unknown option 'nine' (did you mean 'none'?)"),
    (FINDINGS, "options: {none: None, unsafe: Unsafe}", "options: {none: None, unsafe: Unsafe}, status_options: {resolved: 3}", "3:107", "expected text (put it in quotes)"),
    ("criteria", "deficit: {label", "fever: {label", "1:1", "'fever' already names a finding (choose another name)"),
    ("criteria", "deficit: {label", "always: {label", "1:1", "'always' already names a finding (choose another name)"),
    ("criteria", "all_of: [deficit", "all_of: [ill", "2:35", "unknown finding or criterion 'ill'"),
    ("criteria", "ill: {label: Ill", "ill: {lbel: Ill", "2:7", "unknown key 'lbel' (did you mean 'label'?)"),
    ("sources", "title: A guide, ", "", "1:8", "missing key 'title'"),
    ("sources", "date: 2026-01-01", "date: 2026", "1:51", "expected text (put it in quotes)"),
    ("options", "needs: [{label: Grade, findings: [grade]", "needs: [{label: Grade, findings: [grad]", "1:75", "unknown finding 'grad' (did you mean 'grade'?)"),
    ("package", "version: 1.0.0", "version: 1.0", "2:10", "expected text (put it in quotes)"),
    ("package", "title: A small workup\n", "", "1:1", "missing key 'title'"),
    ("package", "package: small", "pakage: small", "1:1", "unknown key 'pakage' (did you mean 'package'?)"),
    (PATHWAY, "mode: READ-DO", "mode: read", "2:57", "unknown word 'read'"),
    (PATHWAY, "[bloods]", "[blods]", "5:22", "unknown step 'blods' (did you mean 'bloods'?)"),
    (PATHWAY, "side_by_side: [bloods]", "side_by: [bloods]", "5:7", "unknown word 'side_by'"),
    (PATHWAY, "side_by_side: [bloods]", "whn: {do: bloods}", "5:7", "unknown word 'whn' (did you mean 'when'?)"),
    (PATHWAY, "side_by_side: [bloods]", "side_by_side: bloods", "5:7", "`side_by_side` needs a list of steps"),
    (PATHWAY, "side_by_side: [bloods]", "side_by_side: []", "5:7", "`side_by_side` needs a list of steps"),
    (PATHWAY, "side_by_side: [bloods]", "{a: 1, b: 2}", "5:7", "expected a step, or one of then, side_by_side, otherwise and when"),
    (PATHWAY, "side_by_side: [bloods]", "when: {do: bloods}", "5:7", "`when` needs `criterion` and `do`"),
    (PATHWAY, "side_by_side: [bloods]", "when: {criterion: fever, do: blods}", "5:36", "unknown step 'blods' (did you mean 'bloods'?)"),
    (PATHWAY, "side_by_side: [bloods]", "when: {do: bloods, criterion: {xor: [fever]}}", "5:38", "unknown criterion 'xor'"),
    (PATHWAY, "side_by_side: [bloods]", "when: {do: bloods, criterion: fevr}", "5:37", "unknown finding or criterion 'fevr'"),
    (PATHWAY, "[mri, ct]\np", "[mri, ct]\n    - bloods\np", "4:3", "the order of work goes in a circle"),
    (PATHWAY, "compose:", "composed:", "1:1", "the package needs pathway.yaml with the key 'compose' (how its steps fit together)"),
    (PATHWAY, "steps: [mri, ct], esc", "steps: [mri, cat], esc", "8:43", "unknown step 'cat' (did you mean 'ct'?)"),
    (PATHWAY, "steps: [mri, ct], esc", "steps: [ct, mri], esc", "8:5", "'mri' doesn't take over from 'ct' (compose them with `otherwise`)"),
    (PATHWAY, "escalate_to: ct", "escalate_to: mrii", "8:43", "unknown step 'mrii' (did you mean 'mri'?)"),
    (PATHWAY, "escalate_to: ct", "escalate_to: bloods", "8:3", "the order of work goes in a circle: bloods -> ct -> mri -> bloods"),
    (PATHWAY, "  - {id: see, label", "  - {id: see, label: A, steps: [mri]}\n  - {id: see, label", "9:5", "purpose see is defined twice"),
    (SCORES, "kind: additive", "kind: add", "2:3", "unknown kind 'add'"),
    (SCORES, "  kind: additive\n", "", "2:3", "unknown kind (one of additive, grade, bands)"),
    (SCORES, "  items: {implant: {none: 0, unsafe: [1, 2]}}\n", "", "2:3", "missing key 'items'"),
    (SCORES, "{none: 0, unsafe: [1, 2]}", "{none: 0}", "4:20", "'unsafe' has no points or band"),
    (SCORES, "{none: 0, unsafe: [1, 2]}", "{none: 0, unsafe: 1, safe: 0}", "4:20", "'safe' isn't an option of 'implant'"),
    (SCORES, "items: {implant: ", "items: {implnt: ", "4:10", "unknown finding 'implnt' (did you mean 'implant'?)"),
    (SCORES, "unsafe: [1, 2]", "unsafe: [1, 2, 3]", "2:3", "the table of the score can't be read (see docs/authoring.md)"),
    (SCORES, "unsafe: [1, 2]", "unsafe: [2, 1]", "4:10", "the fewest points come first ([2, 3])"),
    (SCORES, "unsafe: [1, 2]", "unsafe: 1.5", "2:3", "the table of the score can't be read"),
    (SCORES, "unsafe: [1, 2]", "unsafe: [1, x]", "2:3", "expected a whole number"),
    (SCORES, "band: low, from: 0, to: 1", "band: low, from: 0", "2:3", "the table of the score can't be read"),
    (SCORES, "bands: [{band: low, from", "bands: [{band: 1, from", "2:3", "expected text"),
    (SCORES, "bands: [{band: low, from: 0, to: 1}, {band: high, from: 2, to: 2}]", "bands: 3", "2:3", "the table of the score can't be read"),
    (SCORES, 'options: ["0"]', "options: [0]", "8:10", "expected text"),
    (SCORES, "options: [1a]", "options: [1b]", "8:58", "'1b' isn't an option of 'grade'"),
    (SCORES, "of: grade, ", "of: power, ", "8:44", "'power' isn't a choice"),
    (SCORES, "of: calcium_adjusted", "of: fever", "12:7", "'fever' isn't a quantity"),
    (SCORES, "{mmol/L: [", "{mmol: [", "10:3", "the table of the score can't be read"),
    (SCORES, ", {band: none}]", "]", "13:10", "the last row, and only that, takes the rest (leave `above` and `from` away there)"),
    (SCORES, "{from: 2.6, band: raised}, {band: none}", "{band: none}, {above: 2, band: raised}", "13:10", "the last row, and only that, takes the rest"),
    (SCORES, "[{above: 3.5, band: high}, {from: 2.6, band: raised}, {band: none}]", "[]", "13:10", "the last row, and only that, takes the rest"),
    (SCORES, "{above: 3.5, band: high}", "{above: 3.5, below: 4, band: high}", "13:10", "a row has `band` and `above` or `from`"),
    (SCORES, "{above: 3.5, band: high}", "{above: 3.5, from: 4, band: high}", "13:10", "a row has `band` and `above` or `from`"),
    (SCORES, "{above: 3.5, band: high}", "{above: high, band: high}", "10:3", "expected a number"),
    (SCORES, "points:\n", "points: 3\nother:\n", "1:9", "expected a mapping of keys and values"),
    (SCORES, "label: Points\n", "label: Points\n  colour: red\n", "3:3", "unknown key 'colour'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "message"), MISTAKES, ids=[f"{row[0]}-{row[4][:40]}" for row in MISTAKES]
)
def test_every_mistake_has_its_place(tmp_path, name, old, new, place, message):
    found = problems_of(tmp_path, **{name.replace("/", "__"): changed(name, old, new)})

    assert any(f == f"{name}.yaml" and p.startswith(place) and message in m for f, p, m in found), found
    # `spineworkup check` says the same.
    assert len(found) == len(check_path(tmp_path))


WHOLE_FILES = [
    ("empty", b"", "1:1", "the file is empty"),
    ("a list", b"- a\n", "1:1", "expected a mapping|the package needs|expected a list|expected a mapping"),
    ("text", b"text\n", "1:1", "expected a mapping|the package needs|expected a list"),
    ("not closed", b"{", "2:1", "not valid YAML"),
    ("not UTF-8", b"\xff", "1:1", "the file isn't UTF-8 text"),
    ("deep", b"[" * 100_000, "1:1001", "not valid YAML"),
    ("alias bomb", b"a: &a [x]\nb: [*a]\n", "1:4", "anchors and aliases are not allowed"),
    ("tag", b"a: !!python/object:os.system x\n", "1:4", "tags are not allowed"),
    ("two documents", b"a: {}\n---\nb: {}\n", "2:1", "one file holds one document"),
    ("NUL", b"a: \x00\n", "1:4", "a character that YAML doesn't allow"),
    ("large", b"#" * 1_000_001, "1:1", "the file is larger than 1000 kB"),
]


@pytest.mark.parametrize("name", [name.removesuffix(".yaml") for name in FILES])
@pytest.mark.parametrize(("_", "raw", "place", "message"), WHOLE_FILES, ids=[row[0].replace(" ", "-") for row in WHOLE_FILES])
def test_a_file_that_is_wrong_as_a_whole(tmp_path, name, _, raw, place, message):
    write_package(tmp_path, **{name.replace("/", "__"): raw})

    found = [problem for problem in check_path(tmp_path) if problem.position.file == f"{tmp_path}/{name}.yaml"]

    if raw == b"- a\n" and ".cases" in name:
        place = "1:3"  # a list is what it is to be, of cases
    assert any(str(p).split("yaml:")[1].startswith(f"{place}:") and re.match(message, p.message) for p in found), found


def test_so_many_mistakes_are_enough(tmp_path):
    checks = ", ".join(f"implnt{number}" for number in range(1000))

    assert MAX_PROBLEMS == len(problems_of(tmp_path, steps__ct=f"ct: {{label: CT, checks: [{checks}]}}\n"))


def test_what_follows_from_one_mistake_never_hides_it(tmp_path):
    wrong = FILES["criteria.yaml"] + "n0: {label: A, when: fevr}\n"
    chain = "".join(f"n{number}: {{label: A, when: n{number - 1}}}\n" for number in range(1, 200))

    assert ["unknown finding or criterion 'fevr' (did you mean 'fever'?)"] == [m for *_, m in problems_of(tmp_path, criteria=wrong + chain)]


FOLLOWS = [
    (FINDINGS, "implant: {label", "implant: {lbel"),
    ("criteria", "deficit: {label", "deficit: {lbel"),
    ("sources", "guide: {title", "guide: {titel"),
    ("steps/bloods", "label: Bloods", "lbel: Bloods"),
    ("scores/points", "kind: additive", "kind: add"),
    (PATHWAY, "steps: [mri, ct], esc", "steps: [mri, cat], esc"),
]


@pytest.mark.parametrize(("name", "old", "new"), FOLLOWS, ids=[f"{row[0]}-{row[2]}" for row in FOLLOWS])
def test_what_only_follows_from_a_mistake_is_not_named(tmp_path, name, old, new):
    """What is defined but can't be read is used all over: only its own fault is one."""
    found = problems_of(tmp_path, **{name.replace("/", "__"): changed(name, old, new)})

    assert {f"{name}.yaml"} == {file for file, *_ in found}


def test_a_step_that_is_not_there_takes_over_from_nothing(tmp_path):
    text = changed("pathway", "steps: [mri, ct], esc", "steps: [mri, cat], esc")

    assert [("pathway.yaml", "8:43", "unknown step 'cat' (did you mean 'ct'?)")] == problems_of(tmp_path, pathway=text)


def test_steps_that_wait_for_each_other_are_a_circle(tmp_path):
    waits = FILES["steps/bloods.yaml"] + "  prerequisites: [{step: mri}]\n"

    expected = [("pathway.yaml", "4:3", "the order of work goes in a circle: bloods -> mri -> bloods")]

    assert expected == problems_of(tmp_path, steps__bloods=waits)


def test_a_criterion_uses_only_those_above_it(tmp_path):
    lines = FILES["criteria.yaml"].splitlines(keepends=True)

    expected = [("criteria.yaml", "1:35", "unknown finding or criterion 'deficit'")]

    assert expected == problems_of(tmp_path, criteria="".join(reversed(lines)))


@pytest.mark.parametrize("name", ["package", "sources", "findings__all", "criteria", "steps__ct", "pathway"])
def test_a_file_that_is_missing(tmp_path, name):
    with pytest.raises(RuleError) as caught:
        load_pathway(write_package(tmp_path, **{name: None}))

    assert caught.value.problems


@pytest.mark.parametrize("name", ["scores__points", "options", "steps__ct.cases", "cases__case"])
def test_a_file_that_may_be_missing(tmp_path, name):
    steps = {"steps__bloods": "bloods: {label: Bloods}\n"} if name == "scores__points" else {}

    assert load_pathway(write_package(tmp_path, **steps, **{name: None})).id == "small"


def test_steps_may_be_composed_with_guards(tmp_path):
    text = changed("pathway", "side_by_side: [bloods]", "when: {criterion: fever, do: bloods}")
    pathway = load_pathway(write_package(tmp_path, pathway=text))

    (rule,) = pathway.steps["bloods"].indications
    assert AllOf((Present("fever"), Compare("points_total", Comparator.MORE, Decimal(1)))) == rule.when


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("findings/all", "molar_mass: 40.078}", "molar_mass: 0.5}"),
        ("findings/all", "{low: 0, high: 5}", "{low: 5, high: 5}"),
        ("scores/points", "unsafe: [1, 2]", "unsafe: [2, 2]"),
    ],
)
def test_the_limits_themselves_are_allowed(tmp_path, name, old, new):
    assert load_pathway(write_package(tmp_path, **{name.replace("/", "__"): changed(name, old, new)}))


def test_more_than_nine_steps_of_one_pause_do_not_fit_on_a_checklist(tmp_path):
    many = "".join(f"s{n}: {{label: S{n}, pause: imaging}}\n" for n in range(9))
    text = changed("pathway", "[bloods]", f"[bloods, {', '.join(f's{n}' for n in range(9))}]")

    found = problems_of(tmp_path, steps__many=many, pathway=text)

    assert [("pathway.yaml", "2:5", "more than nine steps in one pause point (at most nine)")] == found


def test_the_order_of_files_and_entries_changes_nothing(tmp_path):
    one = load_pathway(write_package(tmp_path / "one"))
    entries = FILES["findings/all.yaml"].splitlines(keepends=True)
    split = {
        "findings__all": None,
        "findings__z": "".join(entries[:3]),
        "findings__a": "".join(entries[3:]),
        "steps__mri": None,
        "steps__aaa": FILES["steps/bloods.yaml"] + FILES["steps/mri.yaml"],
        "steps__bloods": None,
    }
    other = load_pathway(write_package(tmp_path / "other", **split))

    assert (one, one.hash) == (other, other.hash)


def test_a_name_is_never_joined_to_a_path(tmp_path):
    for name in ("nothing", "..", "metastatic_spin", "", "x/" * 3000, "x\0/"):
        with pytest.raises(RuleError, match="no rule package here: it would hold a file package.yaml"):
            load_pathway(name)
    with pytest.raises(RuleError, match="did you mean 'metastatic_spine'"):
        load_pathway("metastatic_spin")
    with pytest.raises(RuleError, match="no rule package here"):
        load_pathway(f"{tmp_path}/nothing")
    with pytest.raises(RuleError, match="no overlay here"):
        load_pathway(write_package(tmp_path), ["nothing"])


def test_only_a_folder_with_the_right_file_is_a_package(tmp_path):
    write_package(tmp_path / "whole")
    (tmp_path / "empty").mkdir()
    (tmp_path / "package.yaml").write_text("")

    assert ["whole"] == names(tmp_path, "package.yaml")


def test_a_package_can_be_loaded_from_a_copy(tmp_path):
    write_package(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")

    assert load_pathway(f"{tmp_path}/a/") == load_pathway(f"{tmp_path}/b/")
