"""Truths of many rows at once: a bit for each row that says "known to be true", and one that says "known to be false".

A row with neither is not known. The first row is the lowest bit of the first byte, as in Arrow, so that a column of
booleans is read as it lies in memory. Bits after the last row say nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import define

Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@define(eq=False)
class Truths:
    """The truths of a statement about many patients: which rows are known to be true, and which to be false."""

    true: Bits
    false: Bits

    @property
    def unknown(self) -> Bits:
        """The rows of which it is not known."""
        return ~(self.true | self.false)

    @property
    def possible(self) -> Bits:
        """The rows of which it is true, or not known."""
        return ~self.false


def no_bits(size: int) -> Bits:
    """Return a bit for each row, none set."""
    return np.zeros((size + 7) // 8, np.uint8)


def set_bit(bits: Bits, row: int, value: bool) -> None:
    """Set the bit of one row."""
    mask = np.uint8(1 << (row & 7))
    bits[row >> 3] = bits[row >> 3] | mask if value else bits[row >> 3] & ~mask


def packed(flags: npt.NDArray[Any]) -> Bits:
    """Return flags as bits."""
    return np.packbits(flags, bitorder="little")


def unpacked(bits: Bits, size: int) -> npt.NDArray[np.uint8]:
    """Return bits as bytes, 1 or 0."""
    return np.unpackbits(bits, count=size, bitorder="little")


def rows_of(bits: Bits, size: int) -> Rows:
    """Return the numbers of the rows whose bit is set."""
    return np.flatnonzero(unpacked(bits, size))


def at_rows(bits: Bits, rows: Rows) -> Flags:
    """Return the bits of some rows as flags."""
    return np.asarray((bits[rows >> 3] >> (rows & 7).astype(np.uint8)) & 1, np.bool_)


def of_rows(rows: Rows, size: int) -> Bits:
    """Return bits that are set for some rows."""
    flags = np.zeros(size, np.bool_)
    flags[rows] = True
    return packed(flags)


def any_bits(planes: Iterable[Bits], none: Bits) -> Bits:
    """Return which rows have any of several bits; `none` itself where there are none."""
    some = [plane for plane in planes if plane is not none]
    return reduce(np.bitwise_or, some) if some else none


def bitmap(buffer: Any, offset: int, size: int) -> Bits:
    """Return the bits of an Arrow buffer from an offset on; nothing is copied where it lies at a whole byte."""
    whole = np.frombuffer(buffer, np.uint8)[offset // 8 : (offset + size + 7) // 8]
    shift = offset % 8
    return packed(np.unpackbits(whole, bitorder="little")[shift : shift + size]) if shift else whole


def valid_bits(column: pa.Array) -> Bits:
    """Return which rows of a column have a value."""
    if column.null_count == 0:
        return ~no_bits(len(column))
    buffer = column.buffers()[0]
    # A column of nothing has no buffer.
    return no_bits(len(column)) if buffer is None else bitmap(buffer, column.offset, len(column))


def not_(operand: Truths) -> Truths:
    """Return the opposite; what is not known stays not known."""
    return Truths(operand.false, operand.true)


def all_of(operands: Sequence[Truths], none: Bits) -> Truths:
    """Return what all operands say together, as `truth.all_of` of each row."""
    if not operands:
        return Truths(~none, none)
    true, false = [operand.true for operand in operands], [operand.false for operand in operands]
    return Truths(reduce(np.bitwise_and, true), reduce(np.bitwise_or, false))


def any_of(operands: Sequence[Truths], none: Bits) -> Truths:
    """Return whether any operand holds, as `truth.any_of` of each row."""
    if not operands:
        return Truths(none, ~none)
    true, false = [operand.true for operand in operands], [operand.false for operand in operands]
    return Truths(reduce(np.bitwise_or, true), reduce(np.bitwise_and, false))


def at_least(count: int, operands: Sequence[Truths], none: Bits) -> Truths:
    """Return whether so many operands hold, as `truth.at_least` of each row."""
    true = _so_many(count, [operand.true for operand in operands], none)
    false = _so_many(len(operands) - count + 1, [operand.false for operand in operands], none)
    return Truths(true, false)


def _so_many(count: int, planes: Sequence[Bits], none: Bits) -> Bits:
    """Return which rows have at least so many of several bits."""
    # have[n]: at least n of the planes so far.
    have = [~none] + [none] * max(count, 0)
    for plane in planes:
        for number in range(len(have) - 1, 0, -1):
            have[number] = have[number] | (have[number - 1] & plane)
    return have[max(count, 0)]
