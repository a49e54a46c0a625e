"""What is still to ask is remembered, and is never anything else than what would be worked out anew."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spineworkup.criteria import AnyOf, Comparator, Compare, Present
from spineworkup.logic import reduce
from spineworkup.logic.reduce import Openings, open_questions
from tests.strategies import criteria, facts


@given(st.lists(criteria, min_size=1, max_size=4), st.lists(facts, min_size=1, max_size=8))
@settings(max_examples=100)
def test_what_is_remembered_is_what_would_be_worked_out(drawn, charts):
    openings = Openings()
    for known in (*charts, *charts):
        for criterion in drawn:
            assert openings.of(criterion, known) == open_questions(criterion, known)


def test_numbers_on_the_same_side_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(reduce, "open_questions", lambda *given: asked.append(given) or open_questions(*given))
    criterion, openings = AnyOf((Compare("n", Comparator.MORE, Decimal(3)), Present("a"))), Openings()
    for number in (1, 2, 3):
        assert ("a",) == openings.of(criterion, {"n": Decimal(number)})
    assert () == openings.of(criterion, {"n": Decimal(4)})
    assert 2 == len(asked)


def test_no_more_is_kept_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduce, "MOST_KEPT", 1)
    criterion, openings = Present("a"), Openings()
    for known in ({"a": True}, {}, {"a": False}, {}):
        assert openings.of(criterion, known) == open_questions(criterion, known)
