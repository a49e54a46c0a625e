"""Overlays: what a place may change, what needs a waiver, and every mistake with its place in the overlay."""

from datetime import date, timedelta

import pytest

from spineworkup import Chart, Urgency, assess, load_pathway
from spineworkup.errors import RuleError
from spineworkup.pathways import Waiver
from spineworkup.reading.check_paths import check_path
from tests.small_package import FILES, OVERLAY, write_overlay, write_package
from tests.strategies import NOON

HEAD = len(OVERLAY.splitlines())
WAIVER = "waivers: [{step: mri, reason: No scanner, role: medical director, hazard: H-01, expires: 2026-12-31}]\n"


def load(folder, *texts):
    name = write_package(folder / "base")
    return load_pathway(name, [write_overlay(folder / f"o{n}", text) for n, text in enumerate(texts)])


def problems_of(folder, *texts):
    with pytest.raises(RuleError) as caught:
        load(folder, *texts)
    return [
        (p.position.file.removeprefix(f"{folder}/"), f"{p.position.line - HEAD}:{p.position.column}", p.message + (f" ({p.hint})" if p.hint else ""))
        for p in caught.value.problems
    ]  # fmt: skip


NEW_RULE = "{id: ct_fever, when: fever, says: Fever, urgency: routine, cites: [{source: guide}], review_by: 2027-01-01}"


def test_an_overlay_sets_adds_and_removes(tmp_path):
    pathway = load(
        tmp_path,
        f"""\
add:
  steps.ct.indications: [{NEW_RULE}]
  sources: {{local: {{title: Local}}}}
  findings: {{cough: {{label: Cough, kind: boolean}}}}
set:
  - {{what: steps.mri.indications.mri_now.within, was: 24 h, now: 12 h}}
  - {{what: findings.fever.label, was: Fever, now: High temperature}}
remove:
  - {{what: steps.mri.cautions.mri_grade, reason: Not used}}
  - {{what: options.surgery, reason: Not offered}}
""",
    )
    base = load_pathway(f"{tmp_path}/base/")

    assert (("site",), "site", "small") == (pathway.overlays, pathway.profile, pathway.id)
    assert timedelta(hours=12) == pathway.rules["mri_now"].within
    assert "ct" == next(id_ for id_, step in pathway.steps.items() if "ct_fever" in [r.id for r in step.rules])
    assert {"cough", "local"} <= {*pathway.findings, *pathway.sources}
    assert "High temperature" == pathway.findings["fever"].label
    assert "mri_grade" not in pathway.rules and pathway.options == {}
    assert pathway.hash != base.hash
    # What the overlay wrote has its place there.
    assert f"{tmp_path}/o0/overlay.yaml" == pathway.places["rule ct_fever"].file
    assert base == load_pathway(f"{tmp_path}/base/")


def test_what_follows_a_removed_rule_keeps_its_place(tmp_path):
    pathway = load(tmp_path, WAIVER + "remove: [{what: steps.mri.contraindications.mri_unsafe, reason: r}]\n")

    assert f"{tmp_path}/base/steps/mri.yaml:20:7" == str(pathway.places["rule mri_fever"])
    second = WAIVER + "remove: [{what: steps.mri.contraindications.mri_fever, reason: r}]\n"
    assert f"{tmp_path}/2/base/steps/mri.yaml:19:7" == str(load(tmp_path / "2", second).places["rule mri_unsafe"])


def test_overlays_are_laid_one_over_the_other(tmp_path):
    shorter = "set: [{what: steps.mri.indications.mri_now.within, was: 24 h, now: 12 h}]\n"
    shortest = "set: [{what: steps.mri.indications.mri_now.within, was: 12 h, now: 6 h}]\n"

    pathway = load(tmp_path, shorter, shortest)

    assert (timedelta(hours=6), ("site", "site")) == (pathway.rules["mri_now"].within, pathway.overlays)


def test_each_overlay_is_compared_with_what_was_there_before_it(tmp_path):
    tighter = "set: [{what: steps.mri.label, was: MRI, now: Magnetic resonance}]\n"
    weaker = "set: [{what: steps.mri.indications.mri_now.within, was: 24 h, now: 48 h}]\n"

    for number, texts in enumerate([(weaker, tighter), (tighter, weaker)]):
        found = problems_of(tmp_path / str(number), *texts)
        assert [f"o{number}/overlay.yaml"] == [file for file, *_ in found]


def test_a_waiver_shows_on_every_output(tmp_path):
    pathway = load(tmp_path, WAIVER + "set: [{what: steps.mri.indications.mri_now.within, was: 24 h, now: 48 h}]\n")

    assert (Waiver("mri", "No scanner", "medical director", "H-01", date(2026, 12, 31)),) == pathway.waivers
    notices = {
        at: [n for n in assess(pathway, Chart(pathway.findings), at=at).notices if "waiver" in n.kind]
        for at in (NOON, NOON + timedelta(days=60))
    }
    assert [
        ("waiver", "Waiver: mri: No scanner (medical director, H-01, until 2026-12-31)"),
        ("waiver_expired", "EXPIRED waiver: mri: No scanner (medical director, H-01, until 2026-12-31)"),
    ] == [(n.kind, n.text) for listed in notices.values() for n in listed]


SET, ADD, REMOVE = "set:\n  - ", "add:\n  ", "remove:\n  - "
RULE = "steps.mri.indications.mri_now"
WEAKER = [
    ("later", f"{SET}{{what: {RULE}.within, was: 24 h, now: 48 h}}", "less urgent, later, or asks for something else"),
    ("less urgent", f"{SET}{{what: {RULE}.urgency, was: same_day, now: routine}}", "less urgent, later"),
    ("another clock", f"{SET}{{what: {RULE}.from, was: suspicion, now: request}}", "less urgent, later"),
    ("no time", f"{REMOVE}{{what: {RULE}.within, reason: r}}\n  - {{what: {RULE}.from, reason: r}}", "less urgent, later"),
    ("something else", f"{SET}{{what: {RULE}.when, was: deficit, now: fever}}", "asks for something else"),
    ("gone", f"{REMOVE}{{what: {RULE}, reason: r}}", "the indication 'mri_now' is gone"),
    ("contraindication gone", f"{REMOVE}{{what: steps.mri.contraindications.mri_unsafe, reason: r}}", "the contraindication 'mri_unsafe' is gone or changed"),
    ("contraindication changed", f"{SET}{{what: steps.mri.contraindications.mri_unsafe.when, was: implant is unsafe, now: fever}}", "the contraindication 'mri_unsafe' is gone or changed"),
    ("new contraindication", f"{ADD}steps.mri.contraindications: [{{id: x, absolute: true, when: fever, says: s, cites: [{{source: guide}}], review_by: 2027-01-01}}]", "it has new contraindications: x"),
    ("relative contraindication gone", f"{REMOVE}{{what: steps.mri.contraindications.mri_fever, reason: r}}", "the contraindication 'mri_fever' is gone or changed"),
    ("cleared by somebody else", f"{SET}{{what: steps.mri.contraindications.mri_fever.sign_off, was: radiologist, now: porter}}", "the contraindication 'mri_fever' is gone or changed"),
    ("another action", f"{SET}{{what: steps.mri.action, was: Request MRI, now: Call nobody}}", "what it says to do is changed"),
    ("check gone", f"{SET}{{what: steps.mri.checks, was: [implant], now: []}}", "checks are gone: implant"),
    ("new prerequisite", f"{ADD}steps.mri.prerequisites: [{{step: ct}}]", ""),
    ("new prerequisite, always", f"{SET}{{what: steps.mri.prerequisites, was: [{{step: bloods, unless: deficit}}], now: [{{step: bloods}}]}}", "it has new prerequisites"),
    ("done sooner", f"{SET}{{what: steps.mri.done_when, was: 'grade is one of 0, 1a', now: always}}", "when it counts as done is changed"),
    ("done without a result", f"{SET}{{what: steps.mri.produces, was: [grade], now: []}}", "when it counts as done is changed"),
    ("another page", f"{REMOVE}{{what: steps.mri.pause, reason: r}}", "it stands at another pause point"),
    ("no longer critical", f"{SET}{{what: steps.mri.safety_critical, was: true, now: false}}", "it is no longer safety-critical"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what"), [row[1:] for row in WEAKER if row[2]], ids=[row[0] for row in WEAKER if row[2]])
def test_what_weakens_a_safety_critical_step_needs_a_waiver(tmp_path, text, what):
    found = problems_of(tmp_path / "refused", text + "\n")

    assert all("weakens the safety-critical step 'mri': " in message and message.endswith("(needs a waiver)") for *_, message in found)
    assert any(what in message for *_, message in found), found
    assert load(tmp_path / "waived", WAIVER + text + "\n").waivers


FLAG = "findings.weakness"
OTHERWISE = {
    "no flag": f"{SET}{{what: {FLAG}.red_flag, was: true, now: false}}",
    "sooner too old": f"{SET}{{what: {FLAG}.max_age, was: 7 d, now: 1 d}}",
}


@pytest.mark.parametrize("text", OTHERWISE.values(), ids=OTHERWISE)
def test_no_overlay_reads_a_red_flag_otherwise(tmp_path, text):
    """A deficit that was recorded would be no deficit: no waiver of a step says so much."""
    expected = "changes how the red flag 'weakness' is read (no overlay may)"

    assert [expected] == [message for *_, message in problems_of(tmp_path / "refused", text + "\n")]
    assert [expected] == [message for *_, message in problems_of(tmp_path / "waived", WAIVER + text + "\n")]


TIGHTER = [
    ("sooner", f"{SET}{{what: {RULE}.within, was: 24 h, now: 1 h}}"),
    ("more urgent", f"{SET}{{what: {RULE}.urgency, was: same_day, now: immediate}}"),
    ("another reason", f"{ADD}steps.mri.indications: [{NEW_RULE}]"),
    ("a new check", f"{SET}{{what: steps.mri.checks, was: [implant], now: [implant, fever]}}"),
    ("a caution gone", f"{REMOVE}{{what: steps.mri.cautions.mri_grade, reason: r}}"),
    ("no longer waits", f"{REMOVE}{{what: steps.mri.prerequisites, reason: r}}"),
    ("words", f"{SET}{{what: steps.mri.label, was: MRI, now: Magnetic resonance}}"),
    ("a step that isn't critical", f"{REMOVE}{{what: steps.bloods.indications.bloods_fever, reason: r}}"),
]


@pytest.mark.parametrize("text", [row[1] for row in TIGHTER], ids=[row[0] for row in TIGHTER])
def test_what_does_not_weaken_needs_none(tmp_path, text):
    base, over = load_pathway(write_package(tmp_path / "base")), load(tmp_path, text + "\n")

    for values in ({}, {"weakness": True}, {"fever": True}):
        urgencies = [assess(p, Chart(p.findings, values), at=NOON).item("mri").urgency for p in (base, over)]
        assert urgencies[0].lowest <= urgencies[1].lowest and urgencies[0].highest <= urgencies[1].highest
    assert Urgency.NONE < over.rules["mri_now"].urgency


MISTAKES = [
    (f"{SET}{{what: {RULE}.within, was: 12 h, now: 6 h}}", "2:55", "the base no longer says this (see"),
    (f"{SET}{{what: {RULE}.within, was: 12 h, now: 6 h}}", "2:55", "base/steps/mri.yaml:12:15)"),
    (f"{SET}{{what: steps.mri.safety_critical, was: 1, now: false}}", "2:44", "the base no longer says this"),
    (f"{SET}{{what: {RULE}.urgency, was: same_day, now: sameday}}", "2:71", "unknown urgency 'sameday' (did you mean 'same_day'?)"),
    (f"{SET}{{what: {RULE}.within, was: 24 h}}", "2:5", "expected the keys now, was, what"),
    (f"{SET}{{what: 3, was: 24 h, now: 12 h}}", "2:5", "expected the keys now, was, what"),
    (f"{SET}text", "2:5", "expected the keys now, was, what"),
    (f"{SET}{{what: steps.mri.nothing, was: 1, now: 2}}", "2:12", "the base has no place 'steps.mri.nothing'"),
    ("set: {}", "1:6", "expected a list"),
    ("remove: text", "1:9", "expected a list"),
    ("add: []", "1:6", "expected a mapping from a place to what is added there"),
    (f"{REMOVE}{{what: {RULE}}}", "2:5", "expected the keys reason, what"),
    (f"{REMOVE}{{what: steps.mri.indications.mri_then, reason: r}}", "2:12", "the base has no place 'steps.mri.indications.mri_then'"),
    (f"{REMOVE}{{what: steps.mri.label.first, reason: r}}", "2:12", "the base has no place"),
    (f"{REMOVE}{{what: steps.mrii.label, reason: r}}", "2:12", "the base has no 'mrii' in steps (did you mean 'mri'?)"),
    (f"{REMOVE}{{what: step.mri, reason: r}}", "2:12", "the base has no place 'step.mri' (did you mean 'steps'?)"),
    (f"{REMOVE}{{what: steps, reason: r}}", "2:12", "the base has no place 'steps'"),
    (f"{REMOVE}{{what: pathway.compose, reason: r}}", "2:12", "begins with one of sources, findings"),
    (f"{REMOVE}{{what: steps.ct, reason: r}}", "", "unknown step 'ct'"),
    (f"{ADD}steps.mri.indications: fever", "2:26", "expected a list to add to a list of the base (such as its indications)"),
    (f"{ADD}steps.mri.label: [fever]", "2:20", "expected a list to add to a list of the base"),
    (f"{ADD}steps.mri.indications: [fever]", "2:27", "expected a mapping of keys and values"),
    (f"{ADD}steps.mri.indications: [{NEW_RULE.replace('fever, says', 'fevr, says')}]", "2:48", "unknown finding or criterion 'fevr'"),
    (f"{ADD}steps.mrii.indications: []", "2:27", "the base has no 'mrii' in steps (did you mean 'mri'?)"),
    (f"{ADD}sources: []", "2:12", "expected a mapping from ids"),
    (f"{ADD}findings: {{fever: {{label: Again, kind: boolean}}}}", "2:14", "the base already defines 'fever' (use `set`)"),
    (f"{ADD}findings: {{cough: {{label: Cough, kind: bool}}}}", "2:42", "unknown kind 'bool' (did you mean 'boolean'?)"),
    (f"{ADD}steps: {{x: {{label: X}}}}", "", "the step 'x' isn't part of the pathway"),
    ("waivers: [{step: x, reason: r, role: r, hazard: h, expires: 2026-12-31}]", "1:18", "unknown step 'x'"),
    ("waivers: [{step: mri, reason: r, role: r, hazard: h}]", "1:11", "missing key 'expires'"),
    ("waivrs: []", "1:1", "unknown key 'waivrs' (did you mean 'waivers'?)"),
    ("base: other", "", "duplicate key 'base'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message"), MISTAKES, ids=[row[2][:50] for row in MISTAKES])
def test_every_mistake_has_its_place(tmp_path, text, place, message):
    found = problems_of(tmp_path, text + "\n")

    assert any(message in m and (not place or (f, p) == ("o0/overlay.yaml", place)) for f, p, m in found), found


def test_an_overlay_for_another_base(tmp_path):
    name = write_package(tmp_path)
    other = write_overlay(tmp_path / "o", "", OVERLAY.replace("base: small", "base: large"))

    with pytest.raises(RuleError, match=r"overlay.yaml:2:7: this overlay is for 'large', not for 'small'"):
        load_pathway(name, [other])


@pytest.mark.parametrize("text", ["", "- a\n", "text\n", "[", "a: &x 1\n"])
def test_an_overlay_that_is_wrong_as_a_whole(tmp_path, text):
    name = write_package(tmp_path)
    overlay = write_overlay(tmp_path / "o", text, "")

    with pytest.raises(RuleError) as caught:
        load_pathway(name, [overlay])

    assert any(p.position.file == f"{overlay}overlay.yaml" for p in caught.value.problems)
    assert check_path(tmp_path / "o")


def test_a_section_that_the_base_does_not_have(tmp_path):
    name = write_package(tmp_path, options=None)
    overlay = write_overlay(tmp_path / "o", "add:\n  options: {x: {label: X}}\n")

    with pytest.raises(RuleError, match=rf"overlay.yaml:{HEAD + 2}:12: the base has no options"):
        load_pathway(name, [overlay])


def test_the_file_names_of_a_package_are_pinned_here():
    """An overlay finds its place by these names."""
    assert {"package.yaml", "sources.yaml", "criteria.yaml", "options.yaml", "pathway.yaml"} <= FILES.keys()
