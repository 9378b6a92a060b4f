"""Weights in fewer bits equal those of ONNX Runtime's own quantiser."""

import numpy as np
import pytest
from onnxruntime.capi._pybind_state import quantize_matmul_4bits, quantize_matmul_8bits

from folioscope.inference.quantising import BLOCK, quantise_blocks, quantise_rows

SHAPES = [(256, 64), (300, 1_176), (128, 3_420), (64, 384), (3, 128), (1, 5)]


def random_rows(shape: tuple[int, int]) -> np.ndarray:
    rows = (np.random.default_rng(sum(shape)).standard_normal(shape) * 0.02).astype(np.float32)
    rows[0] = 0  # a row that nothing can be divided by
    if len(rows) > 2:
        rows[1], rows[2] = np.abs(rows[1]), -np.abs(rows[2])  # zero at the edge of the range
    return rows


def by_the_runtime(rows: np.ndarray, bits: int) -> tuple[np.ndarray, ...]:
    """Quantise with the kernel behind ONNX Runtime's own tool; it takes (inputs, outputs)."""
    outputs, inputs = rows.shape
    blocks = -(-inputs // BLOCK)
    padded = np.pad(rows, ((0, 0), (0, blocks * BLOCK - inputs)))
    codes = np.zeros((outputs, blocks, BLOCK * bits // 8), np.uint8)
    scales = np.zeros((outputs, blocks), np.float32)
    zeros = np.zeros((outputs, -(-blocks * bits // 8)), np.uint8)
    kernel = {4: quantize_matmul_4bits, 8: quantize_matmul_8bits}[bits]
    turned = np.ascontiguousarray(padded.T)
    kernel(codes, turned, scales, zeros, BLOCK, outputs, inputs, False)
    return codes, scales, zeros


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("bits", [4, 8])
def test_blocks_equal_those_of_the_runtime(shape, bits):
    rows = random_rows(shape)
    made, wanted = quantise_blocks(rows, bits=bits), by_the_runtime(rows, bits)
    np.testing.assert_array_equal(made.codes, wanted[0])
    np.testing.assert_array_equal(made.scales, wanted[1])
    np.testing.assert_array_equal(made.zeros, wanted[2])


def test_a_part_of_the_rows_gives_a_part_of_the_blocks():
    rows = random_rows((20, 300))
    whole, part = quantise_blocks(rows, bits=4), quantise_blocks(rows[5:9], bits=4)
    np.testing.assert_array_equal(whole.codes[5:9], part.codes)
    np.testing.assert_array_equal(whole.zeros[5:9], part.zeros)


@pytest.mark.parametrize("is_signed", [True, False])
def test_rows_of_bytes_are_within_half_a_step(is_signed):
    rows = random_rows((30, 200))
    codes, scales = quantise_rows(rows, is_signed=is_signed)
    middle = 0 if is_signed else 128
    back = (codes.astype(np.float32) - middle) * scales[:, None]
    assert (np.abs(back - rows) <= scales[:, None] * 0.5001).all()
