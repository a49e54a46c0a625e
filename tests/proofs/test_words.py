"""A generated patient in words: what is known, what is absent, what has happened."""

from datetime import timedelta

from spineworkup import Chart, SignOff, StepEvent
from spineworkup.proofs.to_words import patient_words
from spineworkup.proofs.witnesses import Witness
from tests.strategies import NOON, VOCABULARY


def words(values=None, **around):
    return patient_words(Witness(Chart(VOCABULARY, values or {}, **around), ""))


def test_what_is_known_is_named_and_what_is_absent_counted():
    some = {"fever": False, "weakness": True, "crp": "5 mg/L"}

    assert "anybody, before anything is known" == words()
    assert "Weakness: present; CRP: 5 mg/L; Fever: absent" == words(some)
    assert "4 findings absent" == words({id_: False for id_ in ("fever", "night_pain", "weakness", "numbness")})


def test_what_has_happened_is_named():
    said = words(
        steps={"mri": StepEvent("requested", NOON)},
        not_available=["ct"],
        sign_offs=[SignOff("held", "radiologist", NOON)],
        clocks={"decision_to_treat": NOON - timedelta(hours=1)},
    )

    assert "mri requested; ct not available here; held signed off; decision to treat 2026-11-20 11:00" == said
