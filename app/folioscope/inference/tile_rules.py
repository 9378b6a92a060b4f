"""How a described model wants its tiles."""

import math

from folioscope.inference.picture_tiling import TileRules
from folioscope.inference.visual_manifest import VisualManifest


def rules_of(manifest: VisualManifest) -> TileRules:
    """Return how a model wants its pictures."""
    image = manifest.image
    return TileRules(
        tile_px=image.tile_px,
        longest_px=image.longest_px,
        cells=math.isqrt(image.tile_tokens),
        mean=image.mean,
        deviation=image.std,
    )
