"""Checkpoints in the published layouts, made into models once for all tests here."""

from dataclasses import replace
from pathlib import Path

import pytest

from folioscope.domain.models import Precision
from folioscope.inference.shelf import OnnxModelShelf
from tests.made_checkpoints import Layout, TinySizes, write_m0, write_v4
from tests.parity.programs import built, built_and_installed

SIZES = TinySizes(max_pixels=401_408)
# heads as large as the real ones, another ratio of them, an odd depth and odd inner sizes, and
# windows in all blocks but the first
REAL_HEADS = TinySizes(
    hidden=512,
    layers=2,
    heads=4,
    kv_heads=1,
    inner=200,
    vision_hidden=160,
    vision_heads=2,
    vision_inner=171,
    depth=3,
    full_blocks=(0,),
    mrope=(16, 24, 24),
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
    """The models v4, v4-newer, v4-heads, v4-tuned, v4-merged, m0 and m0-newer, installed.

    The first of each kind by the real commands, the others by what is behind them, to save time.
    """
    place = Place(tmp_path_factory.mktemp("parity"))
    fewer = replace(SIZES, layers=2, depth=2)
    newer = Layout(newer=True, shards=1, prefix="", dtype="fp32")
    write_v4(place.checkpoint("v4"), SIZES, seed=1)
    write_v4(place.checkpoint("v4-newer"), fewer, layout=newer, seed=2)
    write_v4(place.checkpoint("v4-heads"), REAL_HEADS, layout=Layout(dtype="fp16"), seed=3)
    alone = Layout(tasks=("default",))
    write_v4(place.checkpoint("v4-tuned"), fewer, layout=alone, seed=9)
    write_v4(place.checkpoint("v4-merged"), fewer, layout=Layout(tasks=()), seed=4)
    write_m0(place.checkpoint("m0"), SIZES, seed=5)
    write_m0(place.checkpoint("m0-newer"), fewer, layout=newer, seed=6)
    for name in ("v4", "m0"):
        built_and_installed(place.checkpoint(name), place.models, *PRECISIONS)
    for name in ("v4-newer", "v4-heads", "v4-tuned", "v4-merged", "m0-newer"):
        built(place.checkpoint(name), place.models / name)
        for precision in PRECISIONS:
            source = place.checkpoint(name)
            place.shelf.install(name, precision=Precision(precision), source=source)
    return place
