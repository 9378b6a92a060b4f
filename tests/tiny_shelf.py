"""A shelf with tiny models that were installed by the real command's own code."""

from pathlib import Path

from folioscope.domain.models import Precision
from folioscope.inference.shelf import OnnxModelShelf
from tests.tiny_models import TINY_MODELS, describe, write_checkpoint


def installed_shelf(
    folder: Path, *names: str, precision: Precision = Precision.FP32
) -> OnnxModelShelf:
    """Install tiny models (all of them) below ``folder`` and return their shelf."""
    wanted = names or TINY_MODELS
    describe(folder / "models", *wanted)
    shelf = OnnxModelShelf(folder / "shipped", folder / "models")
    for name in wanted:
        checkpoint = write_checkpoint(name, folder / "checkpoints" / name)
        shelf.install(name, precision=precision, source=checkpoint)
    return shelf
