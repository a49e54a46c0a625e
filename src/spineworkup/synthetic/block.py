"""A block of synthetic patients: what is so of each, and what of it was recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from spineworkup.findings import Kind
from spineworkup.pathways import Pathway
from spineworkup.synthetic import course as times
from spineworkup.synthetic import people as who
from spineworkup.synthetic import results, signs
from spineworkup.synthetic.course import Course, course_of, decided_after
from spineworkup.synthetic.drawing import NOT_KNOWN, Draw, Flags, Times, Whole
from spineworkup.synthetic.numbers import Numbers, numbers_of
from spineworkup.synthetic.people import People, people_of
from spineworkup.synthetic.plan import CLOCKS_LOST_LESS, Plan

# The options of choices that belong to the story, in the order of their numbers.
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "sex": who.SEXES, "cancer_history": who.HISTORIES, "cancer_primary": who.PRIMARIES,
    "symptom_site": signs.SITES, "walking_status": signs.WALKING, "frankel_grade": signs.FRANKEL,
    "ecog": signs.ECOG, "karnofsky": signs.KARNOFSKY, "implant_mri_status": times.IMPLANTS,
    "mri_result": results.MRI_RESULTS, "mri_extent": results.MRI_EXTENTS, "ct_result": results.CT_RESULTS,
    "escc_grade": results.ESCC, "lesion_type": results.LESIONS, "sins_lesion": results.LESIONS,
    "tumour_compartment": results.COMPARTMENTS, "tumour_level": results.LEVELS,
    "haematological_malignancy": results.HAEMATOLOGICAL, "treatment_decision": results.DECISIONS,
}  # fmt: skip
# Of what the story doesn't tell: how often a finding is present, and how often a choice was made at all.
_PRESENT, _CHOSEN = 0.04, 0.1
_OF_MEN, _OF_PREGNANCY = {"prostate_abnormal", "psa"}, {"pregnancy", "breastfeeding"}
_SELDOM = {"calcium_adjusted", "calcium_ionised"}
_SEEN_AT_THE_BEDSIDE = ("nerves", "examination", "pain")


@frozen(eq=False)
class Block:
    """Patients of one block, column by column.

    Args:
        flags: Finding to present or absent.
        choices: Finding to the number of its option.
        numbers: Finding to the count of its smallest step.
        recorded: Finding to those of whom it was recorded.
        seen: Finding to when it was seen or measured; of some findings nobody writes that down.
        clocks: Clock to when it started.
    """

    people: People
    course: Course
    flags: Mapping[str, Flags]
    choices: Mapping[str, Whole]
    numbers: Mapping[str, Whole]
    recorded: Mapping[str, Flags]
    seen: Mapping[str, Times]
    clocks: Mapping[str, Times]


def options_of(pathway: Pathway, finding: str) -> tuple[str, ...]:
    """Return the options of a choice in the order of their numbers."""
    return OPTIONS.get(finding, tuple(pathway.findings[finding].options))


def block_of(plan: Plan, draw: Draw) -> Block:
    """Draw a block of patients; findings that the pathway doesn't have are left out."""
    pathway, numbers = plan.pathway, numbers_of(plan.pathway)
    people = people_of(draw)
    course = course_of(draw, people, plan.window, plan.sites)
    flags, choices = signs.signs_of(draw, people)
    power = choices.pop("lowest_mrc_power")
    choices |= {"sex": people.sex, "cancer_history": people.history, "cancer_primary": people.primary, "implant_mri_status": course.implant}
    choices |= results.imaging_of(draw, people, course)
    bloods = results.bloods_of(draw, people, numbers, flags["bladder_dysfunction"]) | {"lowest_mrc_power": power}
    _fill_in(draw, pathway, people, flags, choices)
    clocks = {
        "suspicion": course.suspicion,
        "request": course.request,
        "decision_to_treat": decided_after(draw, course, choices["treatment_decision"] > 0, plan.window[1]),
    }
    recorded = _recorded(draw, plan, people, course, choices, numbers)
    clocks = {clock: np.where(draw.chance(plan.missing / CLOCKS_LOST_LESS), np.datetime64("NaT"), at) for clock, at in clocks.items()}
    kept = pathway.findings.keys()
    return Block(
        people, course, _only(flags, kept), _only(choices, kept), _only(bloods, kept), recorded, _seen(pathway, course, recorded), clocks
    )


def _only(columns: Mapping[str, NDArray[Any]], kept: Collection[str]) -> dict[str, NDArray[Any]]:
    return {id_: column for id_, column in columns.items() if id_ in kept}


def _fill_in(draw: Draw, pathway: Pathway, people: People, flags: dict[str, Flags], choices: dict[str, Whole]) -> None:
    """Draw what the story doesn't tell; what only some can have is absent in the others."""
    for id_, finding in pathway.findings.items():
        if finding.kind is Kind.BOOLEAN and id_ not in flags:
            flags[id_] = draw.chance(_PRESENT)
        elif finding.kind is Kind.CHOICE and id_ not in choices:
            option = draw.between(0, len(finding.options) - 1)
            choices[id_] = np.where(draw.chance(_CHOSEN), option, NOT_KNOWN)
    for some, ids in ((people.male, _OF_MEN), (people.may_be_pregnant, _OF_PREGNANCY)):
        for id_ in flags.keys() & ids:
            flags[id_] &= some


def _recorded(
    draw: Draw, plan: Plan, people: People, course: Course, choices: Mapping[str, Whole], numbers: Mapping[str, Numbers]
) -> dict[str, Flags]:
    """Return of whom each finding was recorded: where there is something to record, and it wasn't lost."""
    bled = ~np.isnat(course.bled)
    groups = dict.fromkeys(finding.group for finding in plan.pathway.findings.values())
    together, alone = plan.lost
    not_done = {group: draw.chance(together) for group in groups}
    found: dict[str, Flags] = {}
    for id_, finding in plan.pathway.findings.items():
        if id_ in plan.pathway.totals:
            continue
        there = np.ones(draw.size, bool)
        if id_ in choices:
            there = choices[id_] != NOT_KNOWN
        elif finding.kind is Kind.QUANTITY and finding.group == "blood":
            there = bled
        found[id_] = there & ~not_done[finding.group] & ~draw.chance(alone)
    # Most laboratories report no adjusted calcium: it is worked out from the other two.
    seldom = draw.chance(0.3)
    for some, ids in ((seldom, _SELDOM), (people.male, _OF_MEN)):
        for id_ in found.keys() & ids:
            found[id_] &= some
    return found


def _seen(pathway: Pathway, course: Course, recorded: Mapping[str, Flags]) -> dict[str, Times]:
    read = course.steps[times.MRI].at
    of_group = dict.fromkeys(_SEEN_AT_THE_BEDSIDE, course.seen) | {"blood": course.bled}
    seen = {id_: of_group[pathway.findings[id_].group] for id_ in recorded if pathway.findings[id_].group in of_group}
    return seen | {id_: read for id_ in recorded.keys() & {"mri_result", "mri_extent"}}
