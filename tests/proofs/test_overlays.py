"""Overlays that loosen what keeps patients safe: whatever reading them sees of it, the proof shows the patient."""

import pytest

from spineworkup import assess, load_pathway
from spineworkup.errors import RuleError
from spineworkup.proofs.claims import CLAIMS
from spineworkup.proofs.found_charts import AT
from spineworkup.proofs.overlays import overlay_claim
from spineworkup.proofs.prove import prove
from tests.proofs.small import read_back
from tests.small_package import write_overlay, write_package

WAIVER = "waivers: [{step: mri, reason: No scanner, role: medical director, hazard: H-01, expires: 2026-12-31}]\n"
SET, ADD, REMOVE = "set:\n  - ", "add:\n  ", "remove:\n  - "
AGAINST = "steps.mri.contraindications"
RULE = "says: s, cites: [{source: guide}], review_by: 2027-01-01"


@pytest.fixture
def unread(monkeypatch):
    """Let everything through that reading an overlay refuses by itself: here the proof alone is asked."""
    monkeypatch.setattr("spineworkup.reading.load.check_not_weakened", lambda *_: None)


def load(folder, text):
    base = write_package(folder / "base")
    return load_pathway(base), load_pathway(base, [write_overlay(folder / "site", text + "\n")])


def findings(base, overlaid):
    return prove(overlaid, [overlay_claim(base)]).findings


# What the overlay does; about which step; what is wrong; what is known of the patient, and what happened.
LOOSER = [
    ("another result is enough", f"{SET}{{what: steps.mri.done_when, was: 'grade is one of 0, 1a', now: fever}}", "mri",
     "the overlay counts it as done when for the base it isn't", {"fever": True, "weakness": True}, {}),
    ("doing it is enough", f"{SET}{{what: steps.mri.produces, was: [grade], now: []}}", "mri",
     "the overlay counts it as done when for the base it isn't", {"weakness": True}, {"mri": "performed"}),
    ("a relative contraindication is gone", f"{REMOVE}{{what: {AGAINST}.mri_fever, reason: r}}", "mri",
     "the overlay lets a step be done that the base holds for safety", {"implant": "none", "weakness": True}, {}),
    ("it is asked of fewer", f"{SET}{{what: {AGAINST}.mri_fever.when, was: fever, now: {{all_of: [fever, grade is 1a]}}}}", "mri",
     "the overlay lets a step be done that the base holds for safety", None, None),
    ("it bars, and nobody is left", f"{SET}{{what: {AGAINST}.mri_fever.absolute, was: false, now: true}}\n{REMOVE}{{what: {AGAINST}.mri_fever.sign_off, reason: r}}", "mri",
     "with the overlay the step is no longer asked for", {"fever": True, "weakness": True}, {"ct": "declined"}),
    ("a step that isn't critical is gone", f"{REMOVE}{{what: steps.bloods.indications.bloods_fever, reason: r}}", "routine",
     "the overlay takes the possible urgency below routine", {"power": "5", "weakness": False}, {}),
    ("fewer patients", f"{SET}{{what: criteria.deficit.when.any_of, was: [weakness, power < 5], now: [weakness]}}", "mri",
     "with the overlay the step is no longer asked for", None, None),
    ("a later time", f"{SET}{{what: steps.mri.indications.mri_now.within, was: 24 h, now: 48 h}}", "mri",
     "the overlay moves its deadline back", {"weakness": True}, {}),
    ("it waits for something", f"{SET}{{what: steps.mri.prerequisites, was: [{{step: bloods, unless: deficit}}], now: [{{step: bloods}}]}}", "mri",
     "the overlay makes it wait for something that it didn't wait for", {"weakness": True}, {}),
    ("a contraindication is gone", f"{REMOVE}{{what: {AGAINST}.mri_unsafe, reason: r}}", "mri",
     "the overlay drops a contraindication", {"implant": "unsafe"}, {}),
    ("fewer points", f"{SET}{{what: scores.points.items.implant.unsafe, was: [1, 2], now: [0, 0]}}", "routine",
     "the overlay takes the possible urgency below routine", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "about", "wrong", "known", "happened"), [row[1:] for row in LOOSER], ids=[row[0] for row in LOOSER])
def test_what_loosens_is_shown_with_a_patient(unread, tmp_path, text, about, wrong, known, happened):
    base, overlaid = load(tmp_path, text)
    first = next(one for one in findings(base, overlaid) if one.wrong == wrong)

    assert (about, "failed") == (first.about, first.outcome)
    (witness,) = first.witnesses
    chart = read_back(witness, overlaid)
    if known is not None:
        assert known == {id_: str(v) if id_ == "power" else v for id_, v in chart.facts.items()}
        assert happened == {id_: event.state for id_, event in chart.steps.items()}
    before, after = (assess(version, witness.chart, at=AT) for version in (base, overlaid))
    assert shows(wrong, before, after)


def shows(wrong, before, after):
    """The two checklists show of the patient what is said to be wrong."""
    one, other = before.item("mri"), after.item("mri")
    return {
        "the overlay counts it as done when for the base it isn't": (one.status.value, other.status.value) == ("due", "done"),
        "the overlay lets a step be done that the base holds for safety": other.clear_to_proceed > one.clear_to_proceed,
        "with the overlay the step is no longer asked for": one.status.value == "due" != other.status.value,
        "the overlay makes it wait for something that it didn't wait for": (one.status.value, other.status.value) == ("due", "waiting"),
        "the overlay moves its deadline back": None not in (one.due, other.due) and other.due > one.due,
        "the overlay drops a contraindication": len(other.against) < len(one.against),
        "the overlay takes the possible urgency below routine": before.urgency.highest > after.urgency.highest,
    }[wrong]


@pytest.mark.parametrize("text", [row[1] for row in LOOSER if row[2] == "mri"], ids=[row[0] for row in LOOSER if row[2] == "mri"])
def test_a_step_with_a_waiver_is_left_out(tmp_path, text):
    base, overlaid = load(tmp_path, WAIVER + text)

    assert () == findings(base, overlaid)


def test_a_stand_in_that_is_barred_leaves_a_purpose_empty(tmp_path):
    """The stand-in isn't critical itself, so an overlay may bar it: that nothing is left is a claim about the whole."""
    base, overlaid = load(tmp_path, f"{ADD}steps.ct.contraindications: [{{id: ct_no, absolute: true, when: fever, {RULE}}}]")
    report = prove(overlaid, [*CLAIMS, overlay_claim(base)])
    ((claim, about, outcome, witness),) = {
        (one.claim.id, one.about, one.outcome, one.witnesses[0].case) for one in report.findings
    }

    assert ("purpose_never_empty", "see", "failed") == (claim, about, outcome)
    assert {"  fever: present", "  implant: unsafe"} <= set(witness.splitlines())
    assert "contraindicated" == assess(overlaid, report.findings[0].witnesses[0].chart, at=AT).item("ct").status.value


REREAD = [
    ("plausible", f"{SET}{{what: findings.power.plausible.high, was: 5, now: 4}}", "power"),
    ("red flag", f"{SET}{{what: findings.weakness.red_flag, was: true, now: false}}", "weakness"),
    ("age", f"{SET}{{what: findings.weakness.max_age, was: 7 d, now: 1 d}}", "weakness"),
    ("not derived", f"{REMOVE}{{what: findings.calcium_adjusted.derived, reason: r}}", "calcium_adjusted"),
]


@pytest.mark.parametrize(("text", "finding"), [row[1:] for row in REREAD], ids=[row[0] for row in REREAD])
def test_an_overlay_that_changes_how_a_finding_is_read_is_not_claimed_to_be_safe(unread, tmp_path, text, finding):
    base, overlaid = load(tmp_path, text)

    ((about, outcome, wrong, witnesses),) = [(one.about, one.outcome, one.wrong, one.witnesses) for one in findings(base, overlaid)]

    assert ("small", "undecided", ()) == (about, outcome, witnesses)
    assert f"not compared, as the two versions read it in different ways: {finding}" == wrong


NARROWER = [
    ("a list that a rule uses", f"{SET}{{what: criteria.deficit.when.any_of, was: [weakness, power < 5], now: [weakness]}}", "the indication 'mri_now'"),
    ("a criterion that a rule uses", f"{SET}{{what: criteria.deficit.when, was: {{any_of: [weakness, power < 5]}}, now: fever}}", "it has new prerequisites"),
]


@pytest.mark.parametrize(("text", "what"), [row[1:] for row in NARROWER], ids=[row[0] for row in NARROWER])
def test_a_named_criterion_that_is_narrowed_is_refused_by_reading_alone(tmp_path, text, what):
    with pytest.raises(RuleError, match=f"weakens the safety-critical step 'mri': {what}"):
        load(tmp_path, text)


HARMLESS = [
    ("nothing", ""),
    ("an earlier time", f"{SET}{{what: steps.mri.indications.mri_now.within, was: 24 h, now: 12 h}}"),
    ("a higher tier", f"{SET}{{what: steps.mri.indications.mri_now.urgency, was: same_day, now: immediate}}"),
    ("a reason more", f"{ADD}steps.mri.indications: [{{id: mri_grade_b, when: grade is 1a, urgency: immediate, {RULE}}}]"),
    ("a check more", f"{ADD}steps.mri.checks: [fever]"),
    ("a caution more", f"{ADD}steps.mri.cautions: [{{id: mri_c, when: fever, {RULE}}}]"),
    ("a caution less", f"{REMOVE}{{what: steps.mri.cautions.mri_grade, reason: r}}"),
    ("an exception more", f"{REMOVE}{{what: steps.mri.prerequisites, reason: r}}"),
    ("other words", f"{SET}{{what: steps.mri.indications.mri_now.says, was: A deficit needs MRI, now: Do it}}"),
    ("an option more", f'{SET}{{what: findings.grade.options, was: {{"0": None, 1a: Some}}, now: {{"0": None, 1a: Some, "9": Other}}}}\n  - {{what: scores.grading.bands, was: [{{band: low, options: ["0"]}}, {{band: high, options: [1a]}}], now: [{{band: low, options: ["0"]}}, {{band: high, options: [1a, "9"]}}]}}'),
    ("a wider list", f"{SET}{{what: steps.bloods.indications.bloods_fever.when, was: points_total > 1, now: points_total > 0}}"),
]


@pytest.mark.parametrize("text", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_an_overlay_that_only_tightens_is_proved(tmp_path, text):
    base, overlaid = load(tmp_path, text)

    assert [] == [(one.about, one.wrong) for one in findings(base, overlaid)]


SHIPPED = """\
overlay: site
base: metastatic_spine
title: A site
profile: site
revised: 2026-11-24
review_by: 2027-11-24
reason: r
"""
DONE = "mri_result is one of cord_compression, metastasis, intradural, infection, negative"


def test_of_the_shipped_rules_an_mri_of_a_part_of_the_spine_can_not_be_made_enough(unread, tmp_path):
    text = f"set:\n  - {{what: steps.mri_whole_spine.done_when.all_of, was: ['{DONE}', mri_extent is whole_spine], now: ['{DONE}']}}\n"
    base, overlaid = load_pathway(), load_pathway("metastatic_spine", [write_overlay(tmp_path, text, SHIPPED)])
    first = next(one for one in findings(base, overlaid) if one.about == "mri_whole_spine")

    assert "the overlay counts it as done when for the base it isn't" == first.wrong
    assert "mri_result" in first.witnesses[0].chart.facts and "mri_extent" not in first.witnesses[0].chart.facts


def test_the_overlay_of_the_united_states_loosens_nothing():
    report = prove(load_pathway("metastatic_spine", ["us"]), [overlay_claim(load_pathway())])

    assert report.proved and report.asked > 40
