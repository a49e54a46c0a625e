"""Results of blood tests and imaging that fit each other and the patient.

Numbers come from the pathway's own windows and thresholds; the rates are made up, to exercise software.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spineworkup.synthetic.course import CT, MRI, Course
from spineworkup.synthetic.drawing import NOT_KNOWN, Draw, Flags, Whole
from spineworkup.synthetic.numbers import Numbers
from spineworkup.synthetic.people import BLOOD_CANCERS, PRIMARIES, People

MRI_RESULTS = ("cord_compression", "metastasis", "intradural", "infection", "negative", "indeterminate")
MRI_EXTENTS = ("whole_spine", "partial")
CT_RESULTS = ("metastasis", "negative", "indeterminate")
ESCC = ("0", "1a", "1b", "1c", "2", "3")
LESIONS = ("lytic", "mixed", "blastic")
COMPARTMENTS = ("extradural", "intradural_extramedullary", "intramedullary")
LEVELS = ("cervical", "thoracic", "lumbar", "sacral", "several")
HAEMATOLOGICAL = ("none", "suspected", "confirmed")
DECISIONS = ("not_yet", "surgery", "radiotherapy", "systemic", "monitoring", "comfort")
_COMPRESSION, _METASTASIS, _INTRADURAL, _ = range(4)
_MYELOMA = PRIMARIES.index("myeloma")
_OF_THE_CORD = (0.45, 0.3, 0.03, 0.02, 0.15, 0.05)
_OF_INFECTION = (0.03, 0.02, 0, 0.55, 0.35, 0.05)
_OF_PAIN = (0.08, 0.4, 0.01, 0.01, 0.45, 0.05)
# What rules and formulas ask of calcium: adjusted = total + 0.02 x (40 - albumin), in mmol/L and g/L.
_ALBUMIN = 40


def imaging_of(draw: Draw, people: People, course: Course) -> dict[str, Whole]:
    """Return what imaging shows, where it was done: the number of the option."""
    of_some = np.where(people.infection, draw.pick(_OF_INFECTION), draw.pick(_OF_PAIN))
    shows = np.where(people.cord, draw.pick(_OF_THE_CORD), of_some)
    mri, ct = course.read(MRI), course.read(CT)
    result = np.where(mri, shows, NOT_KNOWN)
    metastatic = (result == _COMPRESSION) | (result == _METASTASIS)
    grade = np.where(result == _COMPRESSION, draw.between(4, 5), np.where(result == _METASTASIS, draw.between(0, 3), NOT_KNOWN))
    compartment = np.where(metastatic, 0, np.where(result == _INTRADURAL, draw.between(1, 2), NOT_KNOWN))
    lesion = np.where(metastatic, draw.between(0, 2), NOT_KNOWN)
    return {
        "mri_result": result,
        "mri_extent": np.where(mri, draw.pick((0.94, 0.06)), NOT_KNOWN),
        "escc_grade": grade,
        "tumour_compartment": compartment,
        "tumour_level": np.where(compartment >= 0, draw.between(0, 4), NOT_KNOWN),
        "lesion_type": lesion,
        "sins_lesion": lesion,
        "ct_result": np.where(ct, np.where(shows <= _METASTASIS, 0, np.where(shows == len(MRI_RESULTS) - 1, 2, 1)), NOT_KNOWN),
        "treatment_decision": np.where(result == _COMPRESSION, draw.between(0, 5), NOT_KNOWN),
        "haematological_malignancy": np.where(np.isin(people.primary, BLOOD_CANCERS), 2, draw.pick((0.95, 0.05))),
    }


def bloods_of(draw: Draw, people: People, numbers: Mapping[str, Numbers], bladder: Flags) -> dict[str, Whole]:
    """Return the numbers of everybody, as counts of each finding's smallest step, before it is asked who has them."""
    drawn = {id_: about.draw(draw) for id_, about in numbers.items()}
    drawn["age_years"] = people.age
    if {"calcium_total", "calcium_adjusted", "albumin"} <= numbers.keys():
        drawn |= _calcium(draw, people, numbers)
    if {"creatinine", "egfr"} <= numbers.keys():
        drawn["creatinine"] = _creatinine(drawn["egfr"], numbers["creatinine"])
    if "paraprotein" in numbers:
        drawn["paraprotein"] = np.where(people.primary == _MYELOMA, drawn["paraprotein"], 0)
    if "post_void_residual" in numbers:
        residual = drawn["post_void_residual"]
        drawn["post_void_residual"] = np.where(bladder, residual, np.minimum(residual, min(numbers["post_void_residual"].thresholds, default=0)))
    return drawn


def _calcium(draw: Draw, people: People, numbers: Mapping[str, Numbers]) -> dict[str, Whole]:
    """Return calcium as it is adjusted, total, and albumin, so that the three fit."""
    adjusted, total = numbers["calcium_adjusted"], numbers["calcium_total"]
    limits = adjusted.thresholds
    raised = adjusted.about_thresholds(draw, limits)
    ordinary = np.minimum(adjusted.about_thresholds(draw, limits[:1]), limits[0])
    wanted = np.where(people.calcium, np.maximum(raised, limits[0] + 1), ordinary)
    albumin = draw.about(_ALBUMIN - 5, 6, _ALBUMIN - 20, _ALBUMIN + 10)
    # Total calcium is kept with as many decimals as adjusted; 0.02 for each g/L is two steps of 0.01.
    return {"calcium_adjusted": wanted, "calcium_total": total.inside(wanted - 2 * (_ALBUMIN - albumin)), "albumin": albumin}


def _creatinine(egfr: Whole, creatinine: Numbers) -> Whole:
    """Return a creatinine that falls as the filtration rate rises; the curve is made up."""
    return creatinine.inside(np.rint(6000 / np.maximum(egfr, 1)).astype(np.int64))
