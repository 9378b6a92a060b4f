"""How 8-bit codes are told by 4-bit levels: each block of levels has a number to divide them by.

A weight is a level of -8 to 7 times the scale of its block, and its code that weight over the
scale of its row, rounded. So a block's codes are its levels over one divisor, rounded half to
even, and any divisor that gives these codes will do: the one with the fewest digits is kept,
which packs smaller than the scales it stands for. The file holds levels and divisors, half as
much as codes, and ONNX Runtime makes the codes when it loads the model.
"""

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32

_DIGITS = 24  # of a float32, in bits
_HALF = 0.5  # how far a quotient may be from its code


def divisors_of(levels: npt.NDArray[np.int8], codes: npt.NDArray[np.int8]) -> Float32 | None:
    """Return float32 (rows, n) with ``rint(levels / divisors) == codes`` for every block.

    ``levels`` and ``codes``: int8 (rows, n, 32), each code the rounded product of its level and a
    number that its block shares. None where a block has no such float32, which is rare: products
    are exact halves that round to different sides.
    """
    least, most = _bounds(levels, codes)
    found = np.where(least > 0, least, 1)  # where one number alone will do; 1 for zeros
    is_open = least > 0
    exponent = np.floor(np.log2(found))
    for digits in range(_DIGITS):
        step = np.exp2(exponent - digits)
        nearest = (np.floor(least / step) + 1) * step
        fits = is_open & (nearest < most)
        found[fits] = nearest[fits]
        is_open &= ~fits
    signs = np.where((levels.astype(np.int16) * codes).sum(axis=-1) < 0, -1, 1)
    divisors = (found * signs).astype(np.float32)
    return divisors if np.array_equal(np.rint(levels / divisors[..., None]), codes) else None


def _bounds(
    levels: npt.NDArray[np.int8], codes: npt.NDArray[np.int8]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return between what a divisor has to be, two of float64 (rows, blocks)."""
    sizes, wanted = np.abs(levels.astype(np.float64)), np.abs(codes.astype(np.float64))
    least = (sizes / (wanted + _HALF)).max(axis=-1)
    small = np.maximum(wanted - _HALF, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotients = np.where(small > 0, sizes / small, np.inf)
    return least, quotients.min(axis=-1)
