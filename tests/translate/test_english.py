"""Criteria in words."""

from decimal import Decimal

import pytest
from hypothesis import given

from spineworkup.criteria import (
    ALWAYS,
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    IsOneOf,
    NamedCriterion,
    Not,
    Present,
)
from spineworkup.translate.to_english import to_english
from tests.strategies import DRAWN, NODES, VOCABULARY, written

FEVER, PAIN, WEAK = Present("fever"), Present("night_pain"), Present("weakness")


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        (FEVER, "Fever"),
        (Not(FEVER), "not (Fever)"),
        (ALWAYS, "always"),
        (AnyOf(()), "never"),
        (AllOf((FEVER, PAIN)), "Fever and Night_Pain"),
        (AnyOf((FEVER, PAIN)), "any of: Fever; Night_Pain"),
        (AllOf((FEVER, AnyOf((PAIN, WEAK)))), "Fever and (any of: Night_Pain; Weakness)"),
        (AllOf((FEVER, AllOf((PAIN, WEAK)))), "Fever and (Night_Pain and Weakness)"),
        (AtLeast(2, (FEVER, PAIN, WEAK)), "at least 2 of: Fever; Night_Pain; Weakness"),
        (IsOneOf("history", ["past", "current"]), "History: Past or Current"),
        (Compare("crp", Comparator.LESS, Decimal(20)), "CRP below 20 mg/L"),
        (Compare("crp", Comparator.AT_MOST, Decimal(20)), "CRP at most 20 mg/L"),
        (Compare("crp", Comparator.MORE, Decimal(20)), "CRP above 20 mg/L"),
        (Compare("power", Comparator.AT_LEAST, Decimal(3)), "Power at least 3"),
    ],
)
def test_in_words(criterion, words):
    assert words == to_english(criterion, VOCABULARY)


def test_parts_that_clinicians_have_a_name_for_are_called_by_it():
    named = {"sick": NamedCriterion("sick", "Unwell", AnyOf((FEVER, PAIN)))}

    assert "Unwell and Weakness" == to_english(AllOf((AnyOf((FEVER, PAIN)), WEAK)), VOCABULARY, named)


@given(written)
def test_every_criterion_has_words(criterion):
    words = to_english(criterion, VOCABULARY)

    assert words == words.strip() != ""


def test_no_kind_was_missed():
    test_every_criterion_has_words()

    assert set(NODES) - DRAWN == set()
