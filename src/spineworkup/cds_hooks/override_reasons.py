"""Why a card may be put aside: codes of our own, as CDS Hooks has none."""

from __future__ import annotations

from collections.abc import Mapping

from spineworkup.fhir.systems import CANONICAL

SYSTEM = f"{CANONICAL}/CodeSystem/override-reasons"
_WORDS: Mapping[str, str] = {
    "done-already": "Already done or requested, and not recorded where this could see it",
    "other-explanation": "Spinal metastases are not suspected: there is another explanation",
    "facts-wrong": "The facts shown are wrong or out of date",
    "contraindicated": "Contraindicated for this patient",
    "not-available": "Not available here now; something else was arranged",
    "patient-declined": "The patient has declined",
    "goals-of-care": "It would change nothing: goals of care",
    "later": "Seen; to be dealt with later",
    "disagree": "I disagree with this guidance",
}
CODES = frozenset(_WORDS)
OVERRIDE_REASONS = tuple({"system": SYSTEM, "code": code, "display": words} for code, words in _WORDS.items())
