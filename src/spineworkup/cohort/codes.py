"""Columns of small numbers and of durations, made from the bits that say which rows have which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from spineworkup.cohort.bits import Bits
from spineworkup.cohort.times import Times

Codes = npt.NDArray[np.int8]


def write_codes(rows: Mapping[int, Bits], out: Codes) -> None:
    """Write a number for every row: 0 where none is said.

    It goes by the binary digits of the numbers: the fewer planes of bits become bytes, the faster.

    Args:
        rows: A number below 128 to its rows; no row has two.
        out: Where to.
    """
    target = out.view(np.uint64) if len(out) % 8 == 0 else np.empty((len(out) + 7) // 8, np.uint64)
    first = True
    for digit in range(max(rows, default=0).bit_length()):
        planes = [bits for number, bits in rows.items() if number >> digit & 1]
        if planes:
            # Eight rows at a time: the byte of each row is 0 or 1, so nothing runs over.
            wide = np.unpackbits(reduce(np.bitwise_or, planes), bitorder="little").view(np.uint64)
            np.left_shift(wide, digit, out=target if first else wide)
            if not first:
                np.bitwise_or(target, wide, out=target)
            first = False
    if first:
        target[:] = 0
    if len(out) % 8:
        out[:] = target.view(np.int8)[: len(out)]


def write_sums(start: Times, rows: Sequence[tuple[int, Bits]], out: Times) -> None:
    """Write for every row a time and what is added to it: nothing where nothing is said.

    Args:
        start: The times.
        rows: What is added, to its rows; no row has two.
        out: Where to.
    """
    for first in range(0, len(rows), 3):
        # Looked up where they belong; further numbers need a place of their own.
        place = np.empty_like(out) if first else out
        start = np.add(start, _look_up(rows[first : first + 3], place), out=out)


def _look_up(rows: Sequence[tuple[int, Bits]], out: Times) -> Times:
    """Return up to three numbers for the rows that have them: four rows at a time, from a table.

    Args:
        out: Where to, if it takes whole groups of rows.
    """
    numbers = [0, *(number for number, _ in rows), 0, 0]
    planes = [bits for _, bits in rows] + [np.zeros_like(rows[0][1])] * 2
    low, high = planes[0] | planes[2], planes[1] | planes[2]
    # A byte holds the low digits of four rows, then the high ones.
    octets = np.empty((len(low), 2), np.uint8)
    octets[:, 0] = (low & 15) | (high << 4)
    octets[:, 1] = (low >> 4) | (high & 240)
    table = np.array(numbers[:4]).take(_DIGITS)
    if len(out) == 8 * len(low):
        np.take(table, octets.ravel(), axis=0, mode="clip", out=out.reshape(-1, 4))
        return out
    return np.take(table, octets.ravel(), axis=0, mode="clip").ravel()[: len(out)]


# Of each such byte the numbers of its four rows, from 0 to 3.
_BITS = np.arange(256)[:, None] >> np.arange(4)
_DIGITS = (_BITS & 1) | (_BITS >> 3 & 2)
