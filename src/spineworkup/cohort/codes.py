"""Columns of small numbers, made from the bits that say which rows have which."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np
import numpy.typing as npt

from spineworkup.cohort.bits import Bits

Codes = npt.NDArray[np.uint8]


def coded(rows: Mapping[int, Bits]) -> Codes | None:
    """Return a number for every row, 0 where none is said; None where none is said of any.

    It goes by the binary digits of the numbers: the fewer planes of bits become bytes, the faster.

    Args:
        rows: A number below 256 to its rows; no row has two.
    """
    found = None
    for digit in range(max(rows, default=0).bit_length()):
        planes = [bits for number, bits in rows.items() if number >> digit & 1]
        if planes:
            # Eight rows at a time: the byte of each row is 0 or 1, so nothing runs over.
            wide = np.unpackbits(reduce(np.bitwise_or, planes), bitorder="little").view(np.uint64) << np.uint64(digit)
            found = wide if found is None else np.bitwise_or(found, wide, out=found)
    return None if found is None else found.view(np.uint8)
