"""Weights in fewer bits, as the operators of ONNX Runtime read them.

Rows are outputs, columns inputs, as checkpoints keep them: nothing is transposed on the way.
The codes equal those of ONNX Runtime's own quantiser bit by bit, which needs far more memory.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32

UInt8 = npt.NDArray[np.uint8]
Bytes = npt.NDArray[np.uint8] | npt.NDArray[np.int8]
BLOCK = 128  # measured: as fast as no blocks at all, where blocks of 32 cost a third
_MIDDLE = 128  # what stands for zero in one byte


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Rows of a weight for MatMulNBits.

    ``codes`` uint8 (rows, blocks, BLOCK * bits / 8), ``scales`` float32 (rows, blocks),
    ``zeros`` uint8 (rows, bytes): with 4 bits two to a byte, the first in the lower half.
    """

    codes: UInt8
    scales: Float32
    zeros: UInt8


def quantise_blocks(rows: Float32, *, bits: int) -> Blocks:
    """Quantise (rows, columns) to 4 or 8 bits, each block of columns between its own ends."""
    count, columns = rows.shape
    blocks = -(-columns // BLOCK)
    padding = blocks * BLOCK - columns
    if padding:
        rows = np.pad(rows, ((0, 0), (0, padding)))
    values = rows.reshape(count, blocks, BLOCK)
    top = np.float32(2**bits - 1)
    low = np.minimum(values.min(axis=2), np.float32(0))
    scales = (np.maximum(values.max(axis=2), np.float32(0)) - low) / top
    used = np.where(scales > 0, scales, np.float32(1))
    zeros = np.floor(np.clip(-low / used, 0, top) + np.float32(0.5))
    levels = values * (np.float32(1) / used)[..., None]
    levels += zeros[..., None]
    levels += np.float32(0.5)  # the cast below cuts off, so this rounds
    np.clip(levels, 0, top, out=levels)
    whole = Blocks(levels.astype(np.uint8), scales, zeros.astype(np.uint8))
    whole.codes.reshape(count, -1)[:, columns:] = 0  # where there are no columns
    return _packed(whole) if bits == 4 else whole


def _packed(blocks: Blocks) -> Blocks:
    codes, zeros = blocks.codes, blocks.zeros
    if zeros.shape[1] % 2:
        zeros = np.pad(zeros, ((0, 0), (0, 1)), constant_values=8)
    return Blocks(_two_to_a_byte(codes), blocks.scales, _two_to_a_byte(zeros))


def _two_to_a_byte(values: UInt8) -> UInt8:
    packed: UInt8 = values[..., 0::2] | np.left_shift(values[..., 1::2], np.uint8(4))
    return packed


def quantise_rows(rows: Float32, *, is_signed: bool) -> tuple[Bytes, Float32]:
    """Quantise (rows, columns) to 8 bits with a scale a row, for DynamicQuantizeMatMul.

    Codes are int8, or uint8 around 128 where signed ones overflow; see ``byte_products``.
    """
    scales = np.maximum(np.abs(rows).max(axis=1), np.float32(1e-12)) / np.float32(127)
    levels = np.rint(rows / scales[:, None])
    if is_signed:
        return levels.astype(np.int8), scales
    return (levels + np.float32(_MIDDLE)).astype(np.uint8), scales


def zeros_of_rows(count: int, *, is_signed: bool) -> Bytes:
    """Return the code of zero for each of ``count`` rows."""
    return np.zeros(count, np.int8) if is_signed else np.full(count, _MIDDLE, np.uint8)
