"""Floats stand on the side of a threshold on which the decimal numbers stand that they mean."""

from decimal import Decimal
from math import inf, nextafter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spineworkup.cohort.bits import Truths, all_of, any_of, at_least, no_bits, not_, packed, unpacked
from spineworkup.cohort.codes import write_codes, write_sums
from spineworkup.cohort.cuts import Cuts, first_float
from spineworkup.findings import Finding, Kind, Quantity
from spineworkup.truth import Truth
from spineworkup.truth import all_of as one_all_of
from spineworkup.truth import any_of as one_any_of
from spineworkup.truth import at_least as one_at_least
from spineworkup.truth import not_ as one_not

CALCIUM = Finding("calcium", "Calcium", Kind.QUANTITY, unit="mmol/L", also=("mg/dL",), molar_mass=Decimal("40.078"))
decimals = st.decimals(-1000, 1000, allow_nan=False, places=4) | st.decimals(0, 10, allow_nan=False, places=18)


# What is nearer to 0 than anything that was ever measured counts as 0, and is read one by one.
@given(decimals.filter(lambda number: number != 0))
def test_the_first_float_that_reaches_a_threshold(threshold):
    cut = first_float(lambda number: number >= threshold)
    assert Decimal(repr(cut)) >= threshold > Decimal(repr(nextafter(cut, -inf)))


def test_a_threshold_that_no_float_reaches():
    assert first_float(lambda number: number > Decimal("1e30")) == inf


@given(decimals.filter(lambda number: number > 0), st.sampled_from(["mmol/L", "mg/dL"]), st.floats(0, 2000, width=32))
def test_a_column_is_compared_as_a_single_value_is(threshold, unit, number):
    cuts = Cuts(CALCIUM, unit)
    for near in (number, cuts.at_least(threshold), nextafter(cuts.at_least(threshold), -inf), cuts.above(threshold)):
        if near == 0 or 1e-19 < near < 1e20:
            value, _ = CALCIUM.value_of(Quantity(Decimal(repr(near)), unit))
            assert (near >= cuts.at_least(threshold)) == (value >= threshold)
            assert (near >= cuts.above(threshold)) == (value > threshold)


truths = st.lists(st.lists(st.sampled_from(Truth), min_size=13, max_size=13), max_size=5)


def as_bits(column: list[Truth]) -> Truths:
    return Truths(*(packed(np.array([one is wanted for one in column])) for wanted in (Truth.TRUE, Truth.FALSE)))


def as_truths(found: Truths) -> list[Truth]:
    pairs = zip(unpacked(found.true, 13), unpacked(found.false, 13), strict=True)
    return [Truth.TRUE if true else Truth.FALSE if false else Truth.UNKNOWN for true, false in pairs]


@given(truths, st.integers(1, 6))
def test_bits_follow_the_logic_of_one_patient(columns, count):
    operands, none = [as_bits(column) for column in columns], no_bits(13)
    by_row = [list(row) for row in zip(*columns, strict=True)] or [[]] * 13
    assert as_truths(all_of(operands, none)) == [one_all_of(row) for row in by_row]
    assert as_truths(any_of(operands, none)) == [one_any_of(row) for row in by_row]
    assert as_truths(at_least(count, operands, none)) == [one_at_least(count, row) for row in by_row]
    for operand, column in zip(operands, columns, strict=True):
        assert as_truths(not_(operand)) == [one_not(one) for one in column]
        assert not (operand.true & operand.false).any()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_bits_become_numbers(numbers):
    column = np.array(numbers)
    planes = {number: packed(column == number) for number in range(1, 10)}
    codes = np.empty(len(numbers), np.int8)
    write_codes(planes, codes)
    assert codes.tolist() == numbers
    sums, start = np.empty(len(numbers), np.int64), np.full(len(numbers), 100)
    write_sums(start, [(number * 10**12, bits) for number, bits in planes.items()], sums)
    assert sums.tolist() == [100 + number * 10**12 for number in numbers]
