"""float16 beside float32 where activations pass what float16 can hold, as in trained Qwen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from folioscope.domain.embeddings import EmbeddingTask
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.shelf import OnnxModelShelf
from tests.made_checkpoints import write_m0, write_v4
from tests.made_safetensors import as_bf16, read_safetensors, write_safetensors
from tests.parity.comparing import assert_near
from tests.parity.conftest import SIZES
from tests.parity.programs import built_and_installed
from tests.parity.reference import ReferenceEncoder, ReferenceReranker
from tests.visual_cases import QUERY, TEXTS, picture

LARGEST_HALF = 65_504
Edit = Callable[[np.ndarray], np.ndarray]


def enlarged_row(row: int, factor: float) -> Edit:
    def edit(weight: np.ndarray) -> np.ndarray:
        weight = weight.copy()
        weight[row] *= factor
        return weight

    return edit


def quiet_column(column: int, factor: float) -> Edit:
    def edit(weight: np.ndarray) -> np.ndarray:
        weight = weight.copy()
        weight[:, column] /= factor
        return weight

    return edit


# one product of gate and up is far beyond float16 while what it leads to is moderate; and one
# channel of the residual stream is, in both towers
V4_EDITS: dict[str, Edit] = {
    "model.layers.1.mlp.down_proj.weight": enlarged_row(3, 1e5),
    "model.layers.2.mlp.gate_proj.weight": enlarged_row(5, 300),
    "model.layers.2.mlp.up_proj.weight": enlarged_row(5, 3_000),
    "model.layers.2.mlp.down_proj.weight": quiet_column(5, 1e3),
    "visual.blocks.1.mlp.down_proj.weight": enlarged_row(7, 1e5),
    "visual.blocks.2.mlp.gate_proj.weight": enlarged_row(5, 100),
    "visual.blocks.2.mlp.up_proj.weight": enlarged_row(5, 1_000),
    "visual.blocks.2.mlp.down_proj.weight": quiet_column(5, 1e3),
}
M0_EDITS: dict[str, Edit] = {
    "model.layers.1.mlp.down_proj.weight": enlarged_row(3, 1e5),
    "visual.blocks.1.mlp.fc2.weight": enlarged_row(7, 1e5),
}


def edit_weights(folder: Path, edits: dict[str, Edit]) -> None:
    left = set(edits)
    for path in folder.glob("*.safetensors"):
        tensors = read_safetensors(path)
        for name in left & tensors.keys():
            tensors[name] = edits[name](tensors[name])
            left = left - {name}
        write_safetensors(path, {name: as_bf16(array) for name, array in tensors.items()})
    assert not left


def largest(module: torch.nn.Module, work: Callable[[], object], *, is_input: bool) -> float:
    """Return the largest number that goes into or comes out of a module."""
    found = []
    hook = module.register_forward_hook(
        lambda _, inputs, output: found.append((inputs[0] if is_input else output).abs().max())
    )
    work()
    hook.remove()
    return float(max(found))


def test_vectors_stay_right(tmp_path) -> None:
    checkpoint = write_v4(tmp_path / "loud-v4", SIZES, seed=7)
    edit_weights(checkpoint, V4_EDITS)
    models = tmp_path / "models"
    built_and_installed(checkpoint, models, "fp16")
    reference = ReferenceEncoder(checkpoint, "retrieval")
    layers = reference.model.language_model.layers
    blocks = reference.model.visual.blocks
    images = [picture(name) for name in ("odd", "windows")]

    def see() -> object:
        return reference.images(images)

    for module, is_input in (
        (layers[1].mlp.down_proj, False),
        (layers[2].mlp.down_proj, True),
        (blocks[1].mlp.down_proj, False),
        (blocks[2].mlp.down_proj, True),
    ):
        assert largest(module, see, is_input=is_input) > LARGEST_HALF
    shelf = OnnxModelShelf(tmp_path / "shipped", models)
    encoder = shelf.encoder("loud-v4", precision=Precision.FP16, task=EmbeddingTask.RETRIEVAL)
    encoder.open()
    for text, wanted in zip(TEXTS, reference.texts(list(TEXTS), "Query"), strict=True):
        assert_near(encoder.embed_query(text).single, wanted.single, "fp16")
    pages = encoder.embed_pages([PageImage(image) for image in images])
    for page, wanted in zip(pages, reference.images(images), strict=True):
        assert_near(page.single, wanted.single, "fp16")
        assert_near(page.multi.rows, reference.patches(wanted), "fp16")


def test_scores_stay_right(tmp_path) -> None:
    from folioscope.domain.embeddings import RerankPage

    checkpoint = write_m0(tmp_path / "loud-m0", SIZES, seed=8)
    edit_weights(checkpoint, M0_EDITS)
    models = tmp_path / "models"
    built_and_installed(checkpoint, models, "fp16")
    reference = ReferenceReranker(checkpoint)
    images = [picture(name) for name in ("odd", "strip")]

    def judge() -> np.ndarray:
        return reference.scores(QUERY, images)

    assert (
        largest(reference.model.language_model.layers[1].mlp.down_proj, judge, is_input=False)
        > LARGEST_HALF
    )
    assert largest(reference.model.visual.blocks[1].mlp.fc2, judge, is_input=False) > LARGEST_HALF
    reranker = OnnxModelShelf(tmp_path / "shipped", models).reranker(
        "loud-m0", precision=Precision.FP16
    )
    reranker.open()
    pages = [
        RerankPage(str(n), load=lambda image=image: PageImage(image))
        for n, image in enumerate(images)
    ]
    assert np.abs(np.array(list(reranker.scores(QUERY, pages))) - judge()).max() <= 1e-3


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield
