"""Tiny models that are described, fetched from a folder, made and run as the real ones are.

Their templates lie in ``tests/golden/models``, made by ``tests/golden/make_visual.py`` with the
same build.py as those that are shipped; their checkpoints are written when they are needed.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.made_checkpoints import TinySizes, write_m0, write_v4

TINY_V4, TINY_M0, TINY_CLIP = "tiny-v4", "tiny-m0", "tiny-clip"
TINY_LIGHT = "tiny-light"  # a tiny ColModernVBERT; its graph is committed, so it has one seed
TINY_MODELS = (TINY_V4, TINY_M0, TINY_CLIP)
SIZES = TinySizes(max_pixels=200_704)
DESCRIBED = Path(__file__).resolve().parent / "golden" / "models"


def describe(models_dir: Path, *names: str) -> None:
    """Lay manifests and templates into a user's folder of models."""
    for name in names or TINY_MODELS:
        shutil.copytree(DESCRIBED / name, models_dir / name, dirs_exist_ok=True)


def write_checkpoint(name: str, folder: Path, *, seed: int = 0) -> Path:
    """Write the checkpoint that a tiny model is installed from."""
    return _WRITERS[name](folder, seed)


def _write_clip(folder: Path, seed: int) -> Path:
    from tests.made_clip import write_clip

    return write_clip(folder, seed=seed)


def _write_light(folder: Path, seed: int) -> Path:
    from tests.made_light import write_light

    return write_light(folder)


_WRITERS: dict[str, Callable[[Path, int], Path]] = {
    TINY_V4: lambda folder, seed: write_v4(folder, SIZES, seed=seed),
    TINY_M0: lambda folder, seed: write_m0(folder, SIZES, seed=seed),
    TINY_CLIP: _write_clip,
    TINY_LIGHT: _write_light,
}
