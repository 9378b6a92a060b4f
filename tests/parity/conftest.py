"""Checkpoints in the published layouts, made into models once for all tests here."""

from pathlib import Path

import pytest

from folioscope.inference.shelf import OnnxModelShelf
from tests.made_checkpoints import Layout, TinySizes, write_m0, write_v4
from tests.parity.programs import built_and_installed

SIZES = TinySizes(max_pixels=401_408)
# other ratios of heads, an odd depth, and windows in all blocks but the first
UNUSUAL = TinySizes(
    hidden=96,
    layers=3,
    heads=6,
    kv_heads=2,
    inner=200,
    vision_hidden=96,
    vision_heads=3,
    vision_inner=172,
    depth=3,
    full_blocks=(0,),
    rank=8,
    alpha=4,
    max_pixels=200_704,
)
PRECISIONS = ("fp32", "fp16")


class Place:
    """A folder of checkpoints and one of models."""

    def __init__(self, folder: Path) -> None:
        self.checkpoints, self.models = folder / "checkpoints", folder / "models"
        self.shelf = OnnxModelShelf(folder / "shipped", self.models)

    def checkpoint(self, name: str) -> Path:
        """Return the folder of a checkpoint."""
        return self.checkpoints / name


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The models v4, v4-newer, v4-unusual, v4-merged and m0, m0-newer, each installed."""
    place = Place(tmp_path_factory.mktemp("parity"))
    newer = Layout(newer=True, shards=1, prefix="", dtype="fp32")
    write_v4(place.checkpoint("v4"), SIZES, seed=1)
    write_v4(place.checkpoint("v4-newer"), SIZES, layout=newer, seed=2)
    write_v4(place.checkpoint("v4-unusual"), UNUSUAL, layout=Layout(dtype="fp16"), seed=3)
    write_v4(place.checkpoint("v4-merged"), SIZES, layout=Layout(tasks=()), seed=4)
    write_m0(place.checkpoint("m0"), SIZES, seed=5)
    write_m0(place.checkpoint("m0-newer"), SIZES, layout=newer, seed=6)
    for checkpoint in sorted(place.checkpoints.iterdir()):
        built_and_installed(checkpoint, place.models, *PRECISIONS)
    return place
