"""Faults in the files of the rules, their codes, scores and cases, and in an overlay on them."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from spineworkup.criteria import AllOf, Not, Present
from spineworkup.pathways import Pathway
from tests.malfunctions.detectors import (
    CASE_FILES,
    CASES,
    CHECK,
    COMPARISON,
    MUTANTS,
    OVERLAY_CLAIM,
    OVERLAYING,
    READING,
    REGISTER,
    REVIEWS,
    law,
    proof,
)
from tests.malfunctions.engine import nothing_weakened
from tests.malfunctions.faults import Fault
from tests.malfunctions.world import every, in_engine, in_file, in_overlay, in_rules, without_file

MRI, CONTACT = "steps/mri_whole_spine.yaml", "steps/contact_mscc_coordinator.yaml"
IMPLANTS, BLOOD = "findings/safety.yaml", "findings/blood.yaml"
COMPLETE = law("what_is_to_be_done_is_complete")
UNSAFE = "when: implant_mri_status is unsafe"
RESIDUAL_RULE = """\
    - id: contact_large_residual
      when: post_void_residual > 200 mL
      says: "A post-void residual above 200 mL makes cauda equina compression far more likely: contact immediately"
      urgency: immediate
      cites:
        - {source: ces_residual_pathway, at: ""}
      verification: secondary
      review_by: 2027-11-24
"""
CITES = '      cites:\n        - {source: ces_residual_pathway, at: ""}\n'
CLAUSTROPHOBIA = """\
    - {system: snomed, code: "19887002", display: Claustrophobia (finding), evidence: "verified: GPS 2020", whole: true}
"""
CALCIUM = """\
  molar_mass: 40.078
  plausible: {low: 0.5, high: 6.0}
  codes:
    - {system: loinc, code: "2000-8"
""".rstrip()
MYELOMA_AGE = "- age_years >= 60"


def impossible(pathway: Pathway) -> Pathway:
    """A rule asks for a sign and its absence, and so never holds."""
    return _with_when(
        pathway, "mri_whole_spine", "mri_infection", AllOf((Present("fever"), Not(Present("fever"))))
    )


def without_review(pathway: Pathway) -> Pathway:
    """A rule has lost the day on which it is to be looked at."""
    return _with_rule(pathway, "mri_whole_spine", "mri_infection", review_by=None)


def reviewed_much_later(pathway: Pathway) -> Pathway:
    """A rule is to be looked at in ten years."""
    return _with_rule(pathway, "mri_whole_spine", "mri_infection", review_by=date(2036, 11, 24))


def _with_when(pathway: Pathway, step: str, rule: str, when: AllOf) -> Pathway:
    return _with_rule(pathway, step, rule, when=when)


def _with_rule(pathway: Pathway, step: str, rule: str, **changes: object) -> Pathway:
    old = pathway.steps[step]
    rules = tuple(evolve(one, **changes) if one.id == rule else one for one in old.indications)
    return evolve(pathway, steps={**pathway.steps, step: evolve(old, indications=rules)})


IN_RULES = (
    # Codes.
    Fault("MR-01a", "A1", "An option is renamed where it is defined, and a contraindication still asks for the old one", "codes",
          in_file(IMPLANTS, "unsafe: MR unsafe", "mr_unsafe: MR unsafe"), (READING, CHECK)),
    Fault("MR-01b", "A1", "A code of a finding is deleted", "codes",
          in_file(IMPLANTS, CLAUSTROPHOBIA, ""),
          (REGISTER,), (CHECK, CASES)),
    Fault("MR-01c", "A1", "Two digits of a code change places", "codes",
          in_file(IMPLANTS, "293637006", "296337006"), (REGISTER, CHECK)),
    Fault("MR-02b", "A2", "A new option is defined, and no rule knows it", "codes",
          in_file(IMPLANTS, "unsafe: MR unsafe", "unsafe: MR unsafe\n    unsafe_new: MR unsafe, new kind"), (REGISTER,), (CHECK, CASES)),
    Fault("MR-02c", "A2", "A new option of a scored finding is defined, and the score gives it no points", "codes",
          in_file("findings/scores.yaml", "    rigid:", "    very_rigid: A new one\n    rigid:"), (READING, CHECK)),
    # Edits.
    Fault("MR-03a", "A3", "One sign is lost from the emergency features", "rules",
          in_file("criteria.yaml", "      - sensory_level\n      - gait_abnormal\n      - balance_abnormal\n      - plantar_upgoing\n      - perianal_sensation_reduced\n      - anal",
                  "      - gait_abnormal\n      - balance_abnormal\n      - plantar_upgoing\n      - perianal_sensation_reduced\n      - anal"), (CASES, COMPARISON), (CHECK,)),
    Fault("MR-03b", "A3", "That the whole spine was imaged is lost from when the MRI is done", "rules",
          in_file(MRI, "      - mri_extent is whole_spine\n", ""), (CASES, COMPARISON), (CHECK,)),
    Fault("MR-04a", "A4", "A rule is deleted", "rules", in_file(CONTACT, RESIDUAL_RULE, ""), (CASES, COMPARISON), (CHECK,)),
    Fault("MR-04b", "A4", "A rule is switched off by a condition that nobody meets", "rules",
          in_rules(impossible), (CASES, proof("everything_is_reachable"), COMPARISON)),
    Fault("MR-04c", "A4", "A rule is switched off by a key that does nothing", "rules",
          in_file(CONTACT, "    - id: contact_large_residual\n", "    - id: contact_large_residual\n      enabled: false\n"), (READING, CHECK)),
    Fault("MR-04d", "A4", "A step is left out of the pathway", "rules",
          in_file("pathway.yaml", "        - stop_steroid\n", ""), (READING,)),
    Fault("MR-04e", "A4", "The file of a step is missing", "rules", without_file("steps/stop_steroid.yaml"), (READING, CHECK)),
    Fault("MR-05", "A5", "A time limit is changed without anybody being told", "rules",
          in_file(MRI, "      within: 6 h", "      within: 8 h"), (CASES, COMPARISON), (CHECK,)),
    Fault("MR-07a", "A7", "A literal is negated", "rules",
          in_file(MRI, "    - id: mri_large_residual\n      when: post_void_residual > 200 mL", "    - id: mri_large_residual\n      when: {not: post_void_residual > 200 mL}"),
          (CASES, COMPARISON)),
    Fault("MR-07b", "A7", "A contraindication takes in one more option", "rules",
          in_file(MRI, UNSAFE, "when: implant_mri_status is one of unsafe, conditional"), (CASES, COMPARISON), (proof("no_conflict"),)),
    Fault("MR-07c", "A7", "Any of becomes all of in the emergency features", "rules",
          in_file("criteria.yaml", "  label: Emergency neurological features (list A)\n  when:\n    any_of:", "  label: Emergency neurological features (list A)\n  when:\n    all_of:"),
          (CASES, COMPARISON), (law("a_deficit_is_an_emergency"),)),
    Fault("MR-08a", "A8", "A rule loses its source", "rules", in_file(CONTACT, CITES, ""), (READING, CHECK)),
    Fault("MR-08b", "A8", "A rule loses the day of its review", "rules", in_rules(without_review), (COMPLETE, REVIEWS)),
    Fault("MR-11b", "A11", "A review is put off for ten years", "rules", in_rules(reviewed_much_later), (REVIEWS,), (CASES, COMPLETE)),
    Fault("MR-08c", "A8", "The cases of a step are deleted", "cases", without_file("steps/precautions_review.cases.yaml"), (MUTANTS,), (CHECK,)),
    Fault("MR-08d", "A8", "A rule is said to have been read in its source, and wasn't", "rules",
          in_file(CONTACT, CITES + "      verification: secondary", CITES + "      verification: primary"), (REGISTER,), (CHECK, CASES)),
    Fault("MR-27", "A24", "The MRI has to wait for blood tests", "rules",
          in_file(MRI, "  checks: [implant_mri_status]", "  checks: [implant_mri_status]\n  prerequisites: [{step: blood_tests}]"),
          (CASES, proof("emergency_waits_for_nothing_slow"), law("an_emergency_waits_for_nothing_slow"))),
    # Boundaries, scores, units.
    Fault("MR-17a", "A17", "Above 200 mL becomes 200 mL and above", "rules",
          in_file(CONTACT, "post_void_residual > 200 mL", "post_void_residual >= 200 mL"), (CASES, COMPARISON), (CHECK,)),
    Fault("MR-17b", "A17", "An age is one year off", "rules", in_file("criteria.yaml", MYELOMA_AGE, "- age_years >= 61"), (CASES, COMPARISON)),
    Fault("MR-17c", "A17", "From an age on becomes above that age", "rules", in_file("criteria.yaml", MYELOMA_AGE, "- age_years > 60"), (CASES, COMPARISON)),
    Fault("MR-18a", "A18", "One row of the table of a score gives a point less", "scores",
          in_file("scores/sins.yaml", "junctional: 3", "junctional: 2"), (CASES, CASE_FILES), (CHECK,)),
    Fault("MR-18b", "A18", "The border between two bands of a score moves by one", "scores",
          in_file("scores/sins.yaml", "to: 6, band: stable}\n    - {from: 7", "to: 7, band: stable}\n    - {from: 8"), (CASES, CASE_FILES), (CHECK,)),
    Fault("MR-18c", "A18", "Two rows of a table of bands change places", "scores",
          in_file("scores/hypercalcaemia_ctcae.yaml", "      - {above: 3.4, band: grade 4}\n      - {above: 3.1, band: grade 3}\n",
                  "      - {above: 3.1, band: grade 3}\n      - {above: 3.4, band: grade 4}\n"), (CHECK, CASE_FILES)),
    Fault("MR-18d", "A18", "A hole between two bands of a score", "scores",
          in_file("scores/sins.yaml", "from: 7, to", "from: 8, to"), (CHECK, CASE_FILES)),
    Fault("MR-13c", "A13", "The molar mass of calcium is that of another element", "units",
          in_file(BLOOD, CALCIUM, CALCIUM.replace("40.078", "24.305")), (REGISTER,), (CASE_FILES,)),
    Fault("MR-14c", "A14", "The window of plausible values is widened so that a wrong unit fits", "units",
          in_file(BLOOD, CALCIUM, CALCIUM.replace("6.0", "20.0")), (CASE_FILES,)),
    # Cases.
    Fault("MR-23a", "A23", "What a case expects is altered", "cases",
          in_file("cases/c03.yaml", "mri_whole_spine: 2026-11-21T09:00:00+00:00", "mri_whole_spine: 2026-11-21T10:00:00+00:00"), (CASE_FILES,), (CHECK,)),
    Fault("MR-23b", "A23", "What was recorded in a case is altered", "cases",
          in_file("cases/c03.yaml", "radicular_pain: present", "radicular_pain: absent"), (CASE_FILES,), (CHECK,)),
    # What isn't there.
    Fault("MR-24a", "A24", "The stand-in of the MRI is lost", "rules",
          in_file("pathway.yaml", "        - otherwise:\n            - mri_whole_spine\n            - ct_spine\n", "        - mri_whole_spine\n        - ct_spine\n"), (READING, CHECK)),
    Fault("MR-24b", "A24", "Nobody is named for when the cord can't be seen at all", "rules",
          in_file("pathway.yaml", ", escalate_to: contact_mscc_coordinator, critical: true}", ", critical: true}"),
          (proof("purpose_never_empty"), CASES)),
    # Bad input.
    Fault("B4", "B", "A key is given twice in a rule", "rules", in_file(CONTACT, "      urgency: immediate\n      cites:\n        - {source: ces_residual_pathway", "      urgency: immediate\n      urgency: routine\n      cites:\n        - {source: ces_residual_pathway"),
          (READING, CHECK)),
    Fault("B1", "B", "A rule is written by reference to another place of the file", "rules",
          in_file(CONTACT, "      urgency: immediate\n      cites:\n        - {source: ces_residual_pathway", "      urgency: &now immediate\n      cites:\n        - {source: ces_residual_pathway"), (READING, CHECK)),
    Fault("MR-28", "B", "A time limit has lost what starts it", "rules",
          in_file(MRI, "      within: 6 h\n      from: suspicion\n", "      within: 6 h\n"), (READING, CHECK)),
    Fault("B11", "B", "A threshold has lost its unit", "rules", in_file(CONTACT, "> 200 mL\n", "> 200\n"), (READING, CHECK)),
    # Overlays.
    Fault("MR-C6", "C", "An overlay is put on rules that no longer say what it was written for", "overlay",
          in_overlay("set:\n  - {what: steps.mri_whole_spine.indications.mri_within_24_hours.within, was: 36 h, now: 12 h}\n"), (OVERLAYING,)),
    Fault("MR-25a", "A25", "An overlay gives the MRI more time", "overlay",
          in_overlay("set:\n  - {what: steps.mri_whole_spine.indications.mri_within_24_hours.within, was: 24 h, now: 48 h}\n"), (OVERLAYING,)),
    Fault("MR-25b", "A25", "An overlay gives the MRI more time, and the guard on overlays has failed", "overlay",
          every(in_overlay("set:\n  - {what: steps.mri_whole_spine.indications.mri_within_24_hours.within, was: 24 h, now: 48 h}\n"),
                in_engine("spineworkup.reading.check_overlay.check_not_weakened", nothing_weakened)), (OVERLAY_CLAIM, law("an_overlay_loosens_nothing", 150))),
    Fault("MR-25c", "A25", "An overlay narrows the emergency to one of its signs", "overlay",
          in_overlay("set:\n  - {what: steps.contact_mscc_coordinator.indications.contact_neurology_any_history.when, was: emergency_neurology, now: paralysis}\n"), (OVERLAYING,)),
    Fault("MR-25d", "A25", "An overlay takes low power for implausible", "overlay",
          in_overlay("set:\n  - {what: findings.lowest_mrc_power.plausible.low, was: 0, now: 4}\n"), (OVERLAYING,)),
    Fault("MR-25e", "A25", "An overlay counts an examination as done that wasn't", "overlay",
          in_overlay("set:\n  - {what: steps.neurological_examination.done_when, was: neurological_examination_complete, now: always}\n"), (OVERLAYING,)),
    Fault("MR-25f", "A25", "An overlay gives an unstable spine fewer points", "overlay",
          in_overlay("set:\n  - {what: scores.sins.items.sins_location.junctional, was: 3, now: 0}\n"), (OVERLAY_CLAIM,), (OVERLAYING,)),
)  # fmt: skip
