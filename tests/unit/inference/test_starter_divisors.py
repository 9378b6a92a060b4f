"""Levels over divisors are the codes, to the last one, or there are no divisors."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from folioscope.inference.starter_divisors import divisors_of

BLOCK = 32


def rounded(levels, factors):
    return np.rint(levels * factors[..., None]).astype(np.int8)


def random_blocks(seed: int, shape: tuple[int, int] = (24, 12)):
    rng = np.random.default_rng(seed)
    levels = rng.integers(-8, 8, (*shape, BLOCK)).astype(np.int8)
    factors = rng.uniform(0.1, 15.8, shape) * rng.choice([-1, 1], shape)
    return levels, rounded(levels, factors)


def one_block(*pairs):
    """A block whose first levels have these codes, and whose others are zeros."""
    levels, codes = (np.zeros((1, 1, BLOCK), np.int8) for _ in range(2))
    levels[0, 0, : len(pairs)], codes[0, 0, : len(pairs)] = zip(*pairs, strict=True)
    return levels, codes


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_levels_over_divisors_are_the_codes(seed):
    levels, codes = random_blocks(seed)
    divisors = divisors_of(levels, codes)
    assert divisors.dtype == np.float32
    np.testing.assert_array_equal(np.rint(levels / divisors[..., None]), codes)


def test_divisors_have_few_digits():
    divisors = divisors_of(*random_blocks(1, (200, 48)))
    low_bits = divisors.view(np.uint32) & 0xFFF  # half of the fraction's 23
    assert (low_bits == 0).mean() > 0.99


def test_zeros_have_a_divisor_that_keeps_them():
    divisors = divisors_of(*one_block((0, 0)))
    assert np.isfinite(divisors).all()
    assert (divisors != 0).all()


def test_levels_whose_codes_are_all_zero_keep_them():
    levels, codes = one_block((-8, 0), (7, 0))
    np.testing.assert_array_equal(np.rint(levels / divisors_of(levels, codes)[..., None]), codes)


def test_a_single_number_that_floats_round_well_is_found():
    levels, codes = one_block((1, 2), (3, 8), (-8, -20))  # 2.5 times: to even, down and up
    np.testing.assert_array_equal(np.rint(levels / divisors_of(levels, codes)[..., None]), codes)


def test_a_single_number_that_floats_cannot_tell_has_no_divisor():
    assert divisors_of(*one_block((6, 92), (2, 30))) is None  # 15.25 times
