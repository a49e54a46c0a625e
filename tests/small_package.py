"""A rule package and an overlay small enough to break in every way."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "package.yaml": """\
package: small
version: 1.0.0
title: A small workup
profile: test
revised: 2026-11-01
review_by: 2027-11-01
intended_use: For tests.
""",
    "sources.yaml": """\
guide: {title: A guide, publisher: A house, date: 2026-01-01, url: example.org/guide}
old: {title: An old guide, status: withdrawn}
""",
    "findings/all.yaml": """\
fever: {label: Fever, kind: boolean, group: signs, ask: Fever now}
weakness: {label: Weakness, kind: boolean, red_flag: true, max_age: 7 d}
implant: {label: Implant, kind: choice, options: {none: None, unsafe: Unsafe}}
power: {label: Power, kind: number, plausible: {low: 0, high: 5}}
calcium_total: {label: Calcium, kind: quantity, unit: mmol/L, also: [mg/dL], molar_mass: 40.078}
albumin: {label: Albumin, kind: quantity, unit: g/L}
calcium_adjusted:
  label: Adjusted calcium
  kind: quantity
  unit: mmol/L
  molar_mass: 40.078
  derived: {by: adjusted_calcium, inputs: [calcium_total, albumin]}
  codes: [{system: loinc, code: "29265-6", display: Calcium, evidence: checked}]
  cites: [{source: guide, at: "1.1"}]
grade: {label: Grade, kind: choice, options: {"0": None, 1a: Some}}
""",
    "criteria.yaml": """\
deficit: {label: A deficit, when: {any_of: [weakness, power < 5]}}
ill: {label: Ill, when: {all_of: [deficit, fever]}, cites: [{source: guide}], verification: primary}
""",
    "scores/points.yaml": """\
points:
  label: Points
  kind: additive
  items: {implant: {none: 0, unsafe: [1, 2]}}
  bands: [{band: low, from: 0, to: 1}, {band: high, from: 2, to: 2}]
  cites: [{source: guide, at: "2"}]
  verification: primary
grading: {label: Grading, kind: grade, of: grade, bands: [{band: low, options: ["0"]}, {band: high, options: [1a]}]}
calcium:
  label: Calcium
  kind: bands
  of: calcium_adjusted
  bands: {mmol/L: [{above: 3.5, band: high}, {from: 2.6, band: raised}, {band: none}]}
""",
    "steps/mri.yaml": """\
mri:
  label: MRI
  action: Request MRI
  pause: imaging
  safety_critical: true
  items: [{id: spine, label: Whole spine, findings: [fever]}]
  indications:
    - id: mri_now
      when: deficit
      says: A deficit needs MRI
      urgency: same_day
      within: 24 h
      from: suspicion
      strength: must
      cites: [{source: guide, at: "1.2"}]
      verification: primary
      review_by: 2027-01-01
  contraindications:
    - {id: mri_unsafe, absolute: true, when: implant is unsafe, says: Unsafe, cites: [{source: guide}], review_by: 2027-01-01}
    - {id: mri_fever, absolute: false, sign_off: radiologist, when: fever, says: Fever, cites: [{source: guide}], review_by: 2027-01-01}
  cautions:
    - {id: mri_grade, when: grade is 1a, says: Grade, cites: [{source: guide}], review_by: 2027-01-01}
  checks: [implant]
  prerequisites: [{step: bloods, unless: deficit}]
  produces: [grade]
  done_when: grade is one of 0, 1a
  notes: [{id: mri_note, text: A note, when: fever, cites: [{source: guide}], verification: primary}]
  orders: [{system: loinc, code: "30854-4", display: MRI}]
""",
    "steps/ct.yaml": "ct: {label: CT, notes: [{id: ct_note, text: A note, when: ill}]}\n",
    "steps/bloods.yaml": """\
bloods:
  label: Bloods
  indications:
    - {id: bloods_fever, when: points_total > 1, says: Bloods, urgency: routine, cites: [{source: guide}], review_by: 2027-01-01}
""",
    "steps/ct.cases.yaml": """\
- {case: one, findings: {fever: present}, expect: {statuses: {ct: not_indicated}}}
- {case: two, expect: {rules: {mri_now: unknown}}}
""",
    "cases/case.yaml": "case: c1\nfindings: {fever: present}\n",
    "options.yaml": "surgery: {label: Surgery, page: A page, needs: [{label: Grade, findings: [grade], any_of: true}], notes: [A note]}\n",
    "pathway.yaml": """\
pauses:
  - {id: imaging, title: Imaging, objective: See, mode: READ-DO}
compose:
  then:
    - side_by_side: [bloods]
    - otherwise: [mri, ct]
purposes:
  - {id: see, label: See the cord, steps: [mri, ct], escalate_to: ct, critical: true}
""",
}
OVERLAY = """\
overlay: site
base: small
title: A site
profile: site
revised: 2026-11-02
review_by: 2027-11-02
reason: Local
"""


def write_package(folder: Path, **changes: str | bytes | None) -> str:
    """Write the package with some files changed (None: left out), and return the name by which it is loaded.

    A file is named by its path without the ending, with __ for each /: `steps__mri="..."`.
    """
    files: dict[str, str | bytes | None] = dict(FILES)
    for key, text in changes.items():
        files[key.replace("__", "/") + ".yaml"] = text
    for name, text in files.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return f"{folder}/"


def write_overlay(folder: Path, text: str, head: str = OVERLAY) -> str:
    """Write an overlay and return the name by which it is loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overlay.yaml").write_text(head + text)
    return f"{folder}/"


def changed(name: str, old: str, new: str) -> str:
    """The text of a file of the package with one place changed."""
    text = FILES[f"{name}.yaml"]
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new)
