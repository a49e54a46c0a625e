"""An overlay over the small package."""

from __future__ import annotations

from spineworkup import Chart, assess, load_pathway
from spineworkup.errors import ReadError
from tests.fuzz import judge, rules_yaml, seeds
from tests.fuzz.quick import SMALL, Memory
from tests.small_package import OVERLAY

RULE = "steps.mri.indications.mri_now"
ENTRY = "{id: ct_fever, when: fever, says: Fever, urgency: routine, cites: [{source: guide}], review_by: 2027-01-01}"
CHANGES = [
    "",
    f"set: [{{what: {RULE}.within, was: 24 h, now: 12 h}}]\n",
    f"set:\n  - {{what: {RULE}.urgency, was: same_day, now: immediate}}\n  - {{what: findings.fever.label, was: Fever, now: Hot}}\n",
    f"add:\n  steps.ct.indications: [{ENTRY}]\n  sources: {{local: {{title: Local}}}}\n  findings: {{cough: {{label: Cough, kind: boolean}}}}\n",
    "remove:\n  - {what: steps.mri.cautions.mri_grade, reason: r}\n  - {what: options.surgery, reason: r}\n",
    "waivers: [{step: mri, reason: r, role: r, hazard: H-01, expires: 2026-12-31}]\nremove: [{what: steps.mri.contraindications.mri_unsafe, reason: r}]\n",
    "set: [{what: scores.points.items.implant.unsafe, was: [1, 2], now: 2}, {what: criteria.ill.when, was: {all_of: [deficit, fever]}, now: fever}]\n",
    "set: [{what: findings.calcium_total.molar_mass, was: 40.078, now: 40}, {what: steps.mri.checks, was: [implant], now: [implant, fever]}]\n",
]  # fmt: skip


def run(data: bytes) -> None:
    """Lay it over the small package; when it can be, assess with what came of it."""
    try:
        pathway = load_pathway("small", [Memory("overlay.yaml", data)])  # type: ignore[list-item]
    except ReadError as error:
        judge.refusal(error, "overlay.yaml", data, private=False)
        return
    assert pathway.overlays and pathway.hash
    assert assess(pathway, Chart(pathway.findings), at=rules_yaml.NOON).items is not None


def inputs() -> list[bytes]:
    """Return what to begin with."""
    return [(OVERLAY + change).encode() for change in CHANGES] + [raw[: seeds.LONG] for raw in seeds.overlays()]


def words() -> list[bytes]:
    """Return the words of overlays and the places of the small package."""
    places = [f"steps.{step.id}.{rule.kind}s.{rule.id}" for step in SMALL.steps.values() for rule in step.rules]
    keys = "overlay base add set remove what was now reason waivers role hazard expires profile revised steps criteria".split()
    return [*map(str.encode, [*places, *keys]), *rules_yaml.words()]
