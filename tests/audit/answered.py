"""Answers of a few patients as an audit reads them, written down column by column."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from spineworkup.audit.answers import Answers
from spineworkup.reading.load import load_pathway

PATHWAY = load_pathway("metastatic_spine")
STEP = "mri_whole_spine"
SUSPICION = np.datetime64("2026-03-01T00:00", "us")
# Long after every limit.
LATER = SUSPICION + np.timedelta64(60, "D")
DAY, WEEK = "mri_within_24_hours", "mri_within_a_week"


def after(hours: float | None, since: np.datetime64 = SUSPICION) -> np.datetime64:
    """Return a time some hours later, or none."""
    return np.datetime64("NaT", "us") if hours is None else since + np.timedelta64(round(hours * 60), "m")


def one(progress: str = "", hours: float | None = None, **other: Any) -> dict[str, Any]:
    """Return a patient for whom an MRI within a day is asked for, and what happened after how many hours."""
    usual = {"status": "due", "start": SUSPICION, "at": LATER, "site": "a", "fired": (DAY,), "pending": ()}
    return {**usual, "progress": progress, "hours": hours, **other}


def answers(*patients: dict[str, Any], **other: Any) -> Answers:
    """Return the answers of some patients."""
    rules = [rule.id for rule in PATHWAY.steps[STEP].indications]
    column: Any = {name: [patient[name] for patient in patients] for name in patients[0]}
    run = {
        "library": "0", "pathway": {"id": PATHWAY.id, "version": "0", "hash": PATHWAY.hash, "overlays": []}, "input": {"name": "x", "digest": "y"},
        "counts": {"in": len(patients), "assessed": len(patients), "rejected": 0},
    }  # fmt: skip
    made = {
        "pathway": PATHWAY, "run": run, "step": STEP, "synthetic": 0,
        "at": np.array(column["at"], "datetime64[us]"), "site": np.array(column["site"], object),
        "clocks": {"suspicion": np.array(column["start"], "datetime64[us]")},
        "status": np.array(column["status"], object), "progress": np.array(column["progress"], object),
        "progress_at": np.array([after(hours) for hours in column["hours"]], "datetime64[us]"),
        "fired": {id_: np.array([id_ in fired for fired in column["fired"]]) for id_ in rules},
        "pending": {id_: np.array([id_ in pending for pending in column["pending"]]) for id_ in rules},
        "rejected": Counter(),
    }  # fmt: skip
    return Answers(**{**made, **other})
