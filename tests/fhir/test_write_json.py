"""The JSON of a resource is the resource, and its numbers keep their digits."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.fhir.write_json import write_resource

PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.decimals(allow_nan=False, allow_infinity=False, places=6))
VALUES = st.recursive(PLAIN, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)), max_leaves=20)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert value == json.loads(write_resource(value), parse_float=Decimal)


@pytest.mark.parametrize("text", ["28.0", "0.00", "1", "11.20", "1000000"])
def test_a_number_keeps_its_digits(text):
    assert text == write_resource(Decimal(text))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_of_json_is_refused(number):
    with pytest.raises(ValueError):
        write_resource(number)
