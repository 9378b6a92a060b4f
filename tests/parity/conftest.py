"""Checkpoints in the published layouts, made into models once for all tests here."""

from collections.abc import Callable
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


NEWER = Layout(newer=True, shards=1, prefix="", dtype="fp32")
FEWER = replace(SIZES, layers=2, depth=2)
CHECKPOINTS: dict[str, Callable[[Path], Path]] = {
    "v4": lambda folder: write_v4(folder, SIZES, seed=1),
    "v4-newer": lambda folder: write_v4(folder, FEWER, layout=NEWER, seed=2),
    "v4-heads": lambda folder: write_v4(folder, REAL_HEADS, layout=Layout(dtype="fp16"), seed=3),
    "v4-merged": lambda folder: write_v4(folder, FEWER, layout=Layout(tasks=()), seed=4),
    "v4-tuned": lambda folder: write_v4(folder, FEWER, layout=Layout(tasks=("default",)), seed=9),
    "m0": lambda folder: write_m0(folder, SIZES, seed=5),
    "m0-newer": lambda folder: write_m0(folder, FEWER, layout=NEWER, seed=6),
}
BY_COMMAND = ("v4", "m0")  # the others by what is behind the commands, to save time


class Place:
    """A folder of checkpoints and one of models, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.checkpoints, self.models = folder / "checkpoints", folder / "models"
        self.shelf = OnnxModelShelf(folder / "shipped", self.models)

    def checkpoint(self, name: str) -> Path:
        """Return the folder of a checkpoint whose model is installed."""
        folder = self.checkpoints / name
        if not folder.exists():
            CHECKPOINTS[name](folder)
            self._install(folder)
        return folder

    def _install(self, checkpoint: Path) -> None:
        name = checkpoint.name
        if name in BY_COMMAND:
            built_and_installed(checkpoint, self.models, *PRECISIONS)
            return
        built(checkpoint, self.models / name)
        for precision in PRECISIONS:
            self.shelf.install(name, precision=Precision(precision), source=checkpoint)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """All models of CHECKPOINTS, for all tests here."""
    return Place(tmp_path_factory.mktemp("parity"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave tests here the time to trace graphs on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(1_200))
