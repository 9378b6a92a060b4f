"""Two small pictures that no model may see as the same."""

import numpy as np

from folioscope.domain.pages import PageImage

_SIDE_PX = 140  # 25 patches: more than one window, and still less than a second anywhere


def sample_pictures() -> tuple[PageImage, PageImage]:
    """Return a soft slope of colours, and black bars on white."""
    slope = np.linspace(0, 255, _SIDE_PX)
    colours = np.stack(np.broadcast_arrays(slope[:, None], slope[None, :], 128.0), axis=2)
    bars = np.full((_SIDE_PX, _SIDE_PX, 3), 255, np.uint8)
    bars[10:-10:9, 10:-10] = bars[12:-10:9, 10:-10] = 0
    return PageImage(np.ascontiguousarray(colours, dtype=np.uint8)), PageImage(bars)
