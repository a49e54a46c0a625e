"""What is complained of and found on examination: a deficit brings its parts, and what isn't there is absent.

Every rate here is made up, to exercise software. None says anything about patients.
"""

from __future__ import annotations

import numpy as np

from spineworkup.synthetic.drawing import NOT_KNOWN, Draw, Flags, Whole
from spineworkup.synthetic.people import People

SITES = ("arms", "legs", "chest", "several")
WALKING = ("unaided", "with_aid", "unable")
FRANKEL = ("A", "B", "C", "D", "E")
ECOG = ("0", "1", "2", "3", "4")
KARNOFSKY = ("10", "20", "30", "40", "50", "60", "70", "80", "90", "100")
_PAINS = (
    "severe_unremitting_pain", "progressive_pain", "mechanical_pain", "pain_on_straining", "night_pain", "localised_tenderness",
    "claudication",
)  # fmt: skip


def signs_of(draw: Draw, people: People) -> tuple[dict[str, Flags], dict[str, Whole]]:
    """Return what is present or absent, and choices by the number of their option, with the lowest MRC power as a number."""
    flags = _pain(draw, people)
    deficits, weak = _deficits(draw, people)
    flags |= deficits
    # Who has no other sign of the cord has the pain that counts among them.
    none_else = people.cord & ~np.logical_or.reduce(list(deficits.values()))
    flags["radicular_pain"] = none_else | (people.cord & draw.chance(0.4))
    flags |= _infection(draw, people)
    return flags, _choices(draw, people, flags, weak)


def _pain(draw: Draw, people: People) -> dict[str, Flags]:
    hurts = people.pain | people.infection | (people.cord & draw.chance(0.8))
    flags = {id_: hurts & draw.chance(0.35) for id_ in _PAINS}
    none_yet = people.pain & ~np.logical_or.reduce(list(flags.values()))
    flags["progressive_pain"] |= none_yet
    flags["back_pain"] = hurts
    flags["pain_on_movement_severe"] = flags["mechanical_pain"] & draw.chance(0.3)
    flags["spinal_instability_signs"] = flags["pain_on_movement_severe"] & draw.chance(0.5)
    flags["spinal_deformity"] = flags["mechanical_pain"] & draw.chance(0.15)
    flags["cannot_lie_flat"] = hurts & draw.chance(0.1)
    return flags


def _deficits(draw: Draw, people: People) -> tuple[dict[str, Flags], Whole]:
    weak = people.cord & draw.chance(0.6)
    paralysed = weak & draw.chance(0.1)
    power = np.where(paralysed, 0, np.where(weak, draw.between(1, 4), 5))
    flags = {"limb_weakness": weak, "paralysis": paralysed}
    flags |= _gait(draw, people, weak) | _sensation(draw, people) | _sphincters(draw, people)
    deficit = np.logical_or.reduce(list(flags.values()))
    flags["reflexes_abnormal"] = deficit & draw.chance(0.6)
    flags["plantar_upgoing"] = flags["reflexes_abnormal"] & draw.chance(0.4)
    flags["tone_increased"] = flags["reflexes_abnormal"] & draw.chance(0.4)
    flags["tone_reduced"] = weak & ~flags["tone_increased"] & draw.chance(0.3)
    flags["lhermitte_positive"] = deficit & draw.chance(0.05)
    flags["cord_or_cauda_equina_signs"] = deficit & draw.chance(0.8)
    flags["neurology_progressing"] = deficit & draw.chance(0.4)
    return flags, power


def _gait(draw: Draw, people: People, weak: Flags) -> dict[str, Flags]:
    gait = people.cord & draw.chance(np.where(weak, 0.7, 0.2))
    balance = gait & draw.chance(0.5)
    return {
        "gait_disturbance": gait,
        "gait_abnormal": gait,
        "stairs_difficult": gait & draw.chance(0.8),
        "balance_problem": balance,
        "balance_abnormal": balance,
        "romberg_positive": balance & draw.chance(0.5),
        "coordination_abnormal": balance & draw.chance(0.3),
    }


def _sensation(draw: Draw, people: People) -> dict[str, Flags]:
    disturbed = people.cord & draw.chance(0.5)
    reduced = disturbed & draw.chance(0.5)
    return {
        "numbness": disturbed,
        "paraesthesia": disturbed & draw.chance(0.5),
        "reduced_pain_or_temperature_sensation": reduced,
        "sensory_level": reduced & draw.chance(0.6),
        "proprioception_reduced": reduced & draw.chance(0.3),
    }


def _sphincters(draw: Draw, people: People) -> dict[str, Flags]:
    disturbed = people.cord & draw.chance(0.2)
    saddle = disturbed & draw.chance(0.6)
    return {
        "bladder_dysfunction": disturbed,
        "bowel_dysfunction": disturbed & draw.chance(0.6),
        "saddle_numbness": saddle,
        "perianal_sensation_reduced": saddle,
        "anal_tone_reduced": saddle & draw.chance(0.6),
    }


def _infection(draw: Draw, people: People) -> dict[str, Flags]:
    fever = people.infection & draw.chance(0.7)
    bacteraemia = people.infection & draw.chance(0.4)
    return {
        "fever": fever,
        "bacteraemia": bacteraemia,
        "blood_cultures_taken": bacteraemia | (fever & draw.chance(0.8)),
        "intravenous_drug_use": people.infection & ((~fever & ~bacteraemia) | draw.chance(0.1)),
        "recent_spinal_procedure": people.infection & draw.chance(0.2),
    }


def _choices(draw: Draw, people: People, flags: dict[str, Flags], power: Whole) -> dict[str, Whole]:
    limb = flags["limb_weakness"] | flags["numbness"]
    walking = np.where(flags["paralysis"], 2, np.where(flags["gait_disturbance"], draw.between(0, 1), 0))
    ecog = np.where(walking == 2, 4, draw.about(1.5, 1, 0, 3))
    return {
        "lowest_mrc_power": power,
        "symptom_site": np.where(limb, draw.pick((0.2, 0.5, 0.15, 0.15)), NOT_KNOWN),
        "walking_status": walking,
        "frankel_grade": np.where(flags["paralysis"], np.where(flags["numbness"], 0, 1), np.where(power < 3, 2, np.where(power < 5, 3, 4))),
        "ecog": ecog,
        # The two scales run against each other: two grades of Karnofsky to one of ECOG.
        "karnofsky": len(KARNOFSKY) - 1 - 2 * ecog - draw.between(0, 1),
    }
