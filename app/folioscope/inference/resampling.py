"""Resizing that gives, bit by bit, what Pillow gives: bicubic, and Lanczos.

The processors of the visual models resize with Pillow, and Pillow may not be imported here. The
filters (bicubic with a = -0.5, Lanczos with three lobes, widened when shrinking), the weights in
22 binary digits, the rounding to bytes between the two passes and their order follow Pillow's
``Resample.c``; the order is that of Pillow 13. Whole numbers below 2**53 are exact in float64
whatever the order of summing, so BLAS may do the work.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Float64 = npt.NDArray[np.float64]

_A = -0.5
_LOBES = 3.0
_PRECISION_BITS = 22
_OUTPUTS_A_BAND = 16  # neighbours share most of their inputs, and a band's matrix stays small
# what OpenBLAS still does on one thread: measured on two busy cores, larger products took ten
# times the processor's time, for threads spin while they wait for each other
_BLOCK_PRODUCTS = 2**18


def resize_bicubic(
    rgb: Bytes, width_px: int, height_px: int, *, check: Callable[[], None] = lambda: None
) -> Bytes:
    """Resize uint8 (h, w, channels) to uint8 (height_px, width_px, channels).

    ``check`` is called many times a second, and what it raises ends the work.
    """
    return _resized(rgb, width_px, height_px, _Filter(2.0, _bicubic), check)


def resize_lanczos(
    rgb: Bytes, width_px: int, height_px: int, *, check: Callable[[], None] = lambda: None
) -> Bytes:
    """Resize as ``resize_bicubic`` does, with the filter of Lanczos."""
    return _resized(rgb, width_px, height_px, _Filter(_LOBES, _lanczos), check)


@dataclass(frozen=True, slots=True)
class _Filter:
    """Weight by distance in pixels; 0 from ``support`` on."""

    support: float
    weights: Callable[[Float64], Float64]


def _resized(
    rgb: Bytes, width_px: int, height_px: int, kind: _Filter, check: Callable[[], None]
) -> Bytes:
    height, width = rgb.shape[:2]
    resized = rgb
    goes_down_first = height_px < height and height - height_px > 2 * (width - width_px)
    for pass_over in (_down, _across) if goes_down_first else (_across, _down):
        resized = pass_over(resized, height_px if pass_over is _down else width_px, kind, check)
    return np.ascontiguousarray(resized)


@dataclass(frozen=True, slots=True)
class _Band:
    """Outputs ``first_out``.. computed from inputs ``first_in``..: weights (outputs, inputs)."""

    first_out: int
    first_in: int
    weights: Float64


def _across(rgb: Bytes, width_px: int, kind: _Filter, check: Callable[[], None]) -> Bytes:
    height, width, channels = rgb.shape
    if width == width_px:  # a pass that changes nothing is left out
        return rgb
    resized = np.empty((height, width_px, channels), np.uint8)
    for band in _bands(width, width_px, kind):
        outputs, inputs = band.weights.shape
        step = max(1, _BLOCK_PRODUCTS // (outputs * inputs))
        for start in range(0, height, step):
            check()
            part = rgb[start : start + step, band.first_in : band.first_in + inputs]
            for channel in range(channels):
                sums = part[:, :, channel].astype(np.float64) @ band.weights.T
                target = resized[start : start + step, :, channel]
                target[:, band.first_out : band.first_out + outputs] = _rounded(sums)
    return resized


def _down(rgb: Bytes, height_px: int, kind: _Filter, check: Callable[[], None]) -> Bytes:
    height, width, channels = rgb.shape
    if height == height_px:
        return rgb
    lines = rgb.reshape(height, width * channels)
    resized = np.empty((height_px, width * channels), np.uint8)
    for band in _bands(height, height_px, kind):
        outputs, inputs = band.weights.shape
        step = max(1, _BLOCK_PRODUCTS // (outputs * inputs))
        for start in range(0, lines.shape[1], step):
            check()
            part = lines[band.first_in : band.first_in + inputs, start : start + step]
            sums = band.weights @ part.astype(np.float64)
            resized[band.first_out : band.first_out + outputs, start : start + step] = _rounded(
                sums
            )
    return resized.reshape(height_px, width, channels)


def _rounded(sums: Float64) -> Bytes:
    """Return the bytes that sums of pixels times whole-number weights stand for."""
    whole = np.floor((sums + (1 << (_PRECISION_BITS - 1))) / (1 << _PRECISION_BITS))
    return whole.clip(0, 255).astype(np.uint8)


def _bands(size_in: int, size_out: int, kind: _Filter) -> list[_Band]:
    """Split the outputs into bands and compute each band's weights."""
    starts = range(0, size_out, _OUTPUTS_A_BAND)
    spans = [range(start, min(start + _OUTPUTS_A_BAND, size_out)) for start in starts]
    return [_band(size_in, size_out, span, kind) for span in spans]


def _band(size_in: int, size_out: int, outputs: range, kind: _Filter) -> _Band:
    scale = size_in / size_out
    widened = max(scale, 1.0)
    support = kind.support * widened
    centres = (np.arange(outputs.start, outputs.stop) + 0.5) * scale
    firsts = np.maximum((centres - support + 0.5).astype(np.int64), 0)
    lasts = np.minimum((centres + support + 0.5).astype(np.int64), size_in)
    first_in = int(firsts.min())
    places = np.arange(first_in, int(lasts.max()))
    weights = kind.weights((places - centres[:, None] + 0.5) * (1.0 / widened))
    weights[(places < firsts[:, None]) | (places >= lasts[:, None])] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    scaled = weights * (1 << _PRECISION_BITS)
    return _Band(outputs.start, first_in, np.trunc(scaled + np.copysign(0.5, scaled)))


def _bicubic(distances: Float64) -> Float64:
    x = np.abs(distances)
    near = ((_A + 2.0) * x - (_A + 3.0)) * x * x + 1.0
    far = (((x - 5.0) * x + 8.0) * x - 4.0) * _A
    return np.where(x < 1.0, near, np.where(x < 2.0, far, 0.0))


def _lanczos(distances: Float64) -> Float64:
    inside = (distances >= -_LOBES) & (distances < _LOBES)
    return np.where(inside, np.sinc(distances) * np.sinc(distances / _LOBES), 0.0)
