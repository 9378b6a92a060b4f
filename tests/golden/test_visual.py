"""The tiny visual models, installed and run as the real ones, say what transformers says."""

from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.embeddings import EmbeddingTask, RerankPage, TextRole
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.qwen_encoder import QwenEncoder
from folioscope.inference.shelf import OnnxModelShelf
from tests.tiny_models import TINY_M0, TINY_V4, describe, write_checkpoint
from tests.visual_cases import DOCUMENTS, PICTURES, QUERY, TEXTS, document, picture

GOLDEN = Path(__file__).with_name("visual_vectors.npz")
LOGIT_BIAS = 2.65
# largest distance and least cosine to float32 transformers; random weights are harder on few
# bits than trained ones, so int8 is only held to the right direction
LIMITS = {
    Precision.FP32: (1e-4, 0.99999),
    Precision.FP16: (3e-3, 0.999),
    Precision.INT8: (0.15, 0.97),
}


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> OnnxModelShelf:
    folder = tmp_path_factory.mktemp("visual")
    describe(folder / "models", TINY_V4, TINY_M0)
    shelf = OnnxModelShelf(folder / "shipped", folder / "models")
    for name in (TINY_V4, TINY_M0):
        checkpoint = write_checkpoint(name, folder / "checkpoints" / name)
        for precision in LIMITS:
            shelf.install(name, precision=precision, source=checkpoint)
    return shelf


def assert_near(made: np.ndarray, wanted: np.ndarray, precision: Precision) -> None:
    most, least = LIMITS[precision]
    assert made.shape == wanted.shape
    assert np.abs(made - wanted).max() <= most
    assert (made * wanted).sum(axis=-1).min() >= least


@pytest.mark.parametrize("precision", LIMITS)
@pytest.mark.parametrize("task", EmbeddingTask)
def test_texts_embed_as_in_transformers(shelf, golden, task, precision) -> None:
    encoder = shelf.encoder(TINY_V4, precision=precision, task=task)
    assert isinstance(encoder, QwenEncoder)
    encoder.open()
    for role in TextRole:
        # text-matching compares like with like: both sides are prompted as queries
        is_query = role is TextRole.QUERY or task is EmbeddingTask.TEXT_MATCHING
        for number, text in enumerate(TEXTS):
            made = encoder.embed_text(text, role=role)
            key = f"{task.value}/{'Query' if is_query else 'Passage'}/{number}"
            assert_near(made.single, golden[f"{key}/single"], precision)
            if task is EmbeddingTask.RETRIEVAL:
                assert_near(made.multi.rows, golden[f"{key}/multi"], precision)
    encoder.close()


@pytest.mark.parametrize("precision", LIMITS)
@pytest.mark.parametrize("task", EmbeddingTask)
def test_pages_of_unequal_sizes_embed_as_in_transformers(shelf, golden, task, precision) -> None:
    encoder = shelf.encoder(TINY_V4, precision=precision, task=task)
    encoder.open()
    made = encoder.embed_pages([PageImage(picture(name)) for name in PICTURES])
    for name, page in zip(PICTURES, made, strict=True):
        assert_near(page.single, golden[f"{task.value}/{name}/single"], precision)
        if task is EmbeddingTask.RETRIEVAL:
            assert_near(page.multi.rows, golden[f"{task.value}/{name}/multi"], precision)
            assert len(page.multi.rows) == len(page.grid)
    encoder.close()


@pytest.mark.parametrize(
    ("precision", "most"),
    [(Precision.FP32, 1e-4), (Precision.FP16, 1e-3), (Precision.INT8, 0.05)],
)
def test_pages_and_texts_are_judged_as_in_transformers(shelf, golden, precision, most) -> None:
    reranker = shelf.reranker(TINY_M0, precision=precision)
    reranker.open()
    pages = []
    for name in DOCUMENTS:
        what = document(name)
        if isinstance(what, str):
            pages.append(RerankPage(name, text=what))
        else:
            pages.append(RerankPage(name, load=lambda what=what: PageImage(what)))
    scores = np.array(list(reranker.scores(QUERY, pages)))
    wanted = 1 / (1 + np.exp(LOGIT_BIAS - golden["logits"]))
    assert np.abs(scores - wanted).max() <= most
    assert np.ptp(wanted) > 0.01  # or nothing was compared
    reranker.close()
