"""What a concept says doesn't depend on what was read before it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.fhir.reading.elements import Element
from spineworkup.fhir.reading.vocabulary import vocabulary
from tests.fhir.records import CALCIUM, CANONICAL, CORD_COMPRESSION, EGFR, WEAKNESS, own, pathway

WORDS = vocabulary(pathway(), CANONICAL)
CODES = (CALCIUM, EGFR, WEAKNESS, CORD_COMPRESSION, own("findings", "fever"), own("clocks", "suspicion"), ("http://x.example", "1"))
KNOWN = tuple({meaning.display for code in CODES for meaning in WORDS.meanings.get(code, ())})
texts = st.sampled_from([None, "", *KNOWN, "Something else", 1, ["fever"]])
codings = st.builds(
    lambda code, name, odd: odd if odd is not None else {"system": code[0], "code": code[1], **({} if name is None else {"display": name})},
    st.sampled_from(CODES),
    texts,
    st.sampled_from([None] * 8 + ["text", {}, {"code": ["fever"]}, {"system": {}}]),
)
concepts = st.one_of(st.lists(codings, max_size=3).map(lambda listed: {"coding": listed}), st.sampled_from([None, "fever", {"coding": "fever"}]))


@given(st.lists(concepts, min_size=1, max_size=6))
def test_a_concept_says_the_same_after_any_others(listed: list[Any]) -> None:
    for value in listed:
        fresh = vocabulary(pathway(), CANONICAL)._concept(Element(value))
        assert WORDS.concept(Element(value)) == fresh


def test_a_wrong_name_is_told_also_after_the_right_one() -> None:
    [meaning] = WORDS.meanings[own("findings", "fever")]
    system, code = own("findings", "fever")
    for name, told in ((meaning.display, False), ("Rash", True), (meaning.display.upper(), False), (meaning.display, False)):
        coding = {"system": system, "code": code, "display": name}
        assert told is WORDS.concept(Element({"coding": [coding]})).is_called_otherwise


def test_nothing_of_a_record_is_kept() -> None:
    words = vocabulary(pathway(), f"{CANONICAL}/other")
    for coding in ({"system": WEAKNESS[0], "code": WEAKNESS[1], "display": "Jane"}, {"system": "x", "code": "Jane"}):
        words.concept(Element({"coding": [coding]}))
    assert "Jane" not in repr(words._kept)


@pytest.mark.parametrize("levels", [64, 65])
def test_so_deep_and_no_deeper(levels: int) -> None:
    from spineworkup.errors import FhirError
    from spineworkup.fhir.reading.elements import has_anywhere

    value: Any = {"a": 1}
    for _ in range(levels - 1):
        value = {"a": value}
    if levels == 64:
        assert not has_anywhere(Element(value), frozenset({"b"}))
    else:
        with pytest.raises(FhirError):
            has_anywhere(Element(value), frozenset({"b"}))
