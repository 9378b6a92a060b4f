"""What an installed visual model consists of, and what it asks of pages."""

import math

from folioscope.domain.embeddings import DeviceChoice, EncoderNeeds
from folioscope.domain.models import Precision
from folioscope.domain.patches import MAX_PIXELS
from folioscope.inference.sessions import CPU
from folioscope.inference.visual_manifest import VisualManifest

VISION, TEXT = "vision", "text"
GRAPHS = {VISION: "vision.onnx", TEXT: "text.onnx"}
TOKENIZER_FILE = "tokenizer.json"
_LONGEST_PX = 1_754  # A4 at 150 dpi: a little more than the usual bound on pixels keeps
_PAGES_ON_CARDS = 8


def least_cosine(manifest: VisualManifest, precision: Precision) -> float:
    """Return how near vectors in a precision must be to what they should be."""
    return float(getattr(manifest.tolerances, precision.value))


def needs_of(manifest: VisualManifest, device: DeviceChoice) -> EncoderNeeds:
    """Return the size that pages are rendered at, and how many at a time serve the device."""
    image = manifest.image
    if image.tile_px:
        longest = image.longest_px
    elif image.size_px:
        longest = 2 * image.size_px
    else:
        longest = math.ceil(_LONGEST_PX * math.sqrt(image.max_pixels / MAX_PIXELS))
    on_card = device.provider not in ("", CPU)
    return EncoderNeeds(longest_px=longest, batch_pages=_PAGES_ON_CARDS if on_card else 1)
