"""Encoders of the v4 kind, installed by the real command, beside transformers."""

from functools import lru_cache

import numpy as np
import pytest
from PIL import Image

from folioscope.domain.embeddings import EmbeddingTask, TextRole
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from tests.parity.comparing import assert_near
from tests.parity.conftest import PRECISIONS, Place
from tests.parity.programs import run_folioscope
from tests.parity.reference import ReferenceEncoder
from tests.visual_cases import PICTURES, TEXTS, picture

MODELS = ("v4", "v4-newer", "v4-heads")


@pytest.fixture(scope="module")
def reference(place: Place):
    @lru_cache(maxsize=2)
    def load(name: str, task: str) -> ReferenceEncoder:
        return ReferenceEncoder(place.checkpoint(name), task)

    return load


def opened(place: Place, name: str, precision: str, task: EmbeddingTask):
    place.checkpoint(name)
    encoder = place.shelf.encoder(name, precision=Precision(precision), task=task)
    encoder.open()
    return encoder


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("task", EmbeddingTask)
@pytest.mark.parametrize("name", MODELS)
def test_texts(place: Place, reference, name: str, task: EmbeddingTask, precision: str) -> None:
    encoder = opened(place, name, precision, task)
    for role in TextRole:
        is_query = role is TextRole.QUERY or task is EmbeddingTask.TEXT_MATCHING
        prefix = "Query" if is_query else "Passage"
        wanted = reference(name, task.value).texts(list(TEXTS), prefix)
        for text, vectors in zip(TEXTS, wanted, strict=True):
            made = encoder.embed_text(text, role=role)
            assert_near(made.single, vectors.single, precision)
            assert_near(made.multi.rows, vectors.multi, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("task", EmbeddingTask)
@pytest.mark.parametrize("name", MODELS)
def test_pages_of_unequal_sizes(
    place: Place, reference, name: str, task: EmbeddingTask, precision: str
) -> None:
    encoder = opened(place, name, precision, task)
    images = [picture(each) for each in PICTURES]
    loaded = reference(name, task.value)
    made = encoder.embed_pages([PageImage(image) for image in images])
    for page, vectors in zip(made, loaded.images(images), strict=True):
        assert_near(page.single, vectors.single, precision)
        assert_near(page.multi.rows, loaded.patches(vectors), precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_large_page(place: Place, reference, precision: str) -> None:
    """More windows than one, in both directions, at the size that pages really have."""
    image = np.tile(picture("odd"), (4, 4, 1))[:1169, :827]
    encoder = opened(place, "v4", precision, EmbeddingTask.RETRIEVAL)
    (made,) = encoder.embed_pages([PageImage(np.ascontiguousarray(image))])
    loaded = reference("v4", "retrieval")
    (wanted,) = loaded.images([image])
    assert len(made.grid) > 400
    assert_near(made.single, wanted.single, precision)
    assert_near(made.multi.rows, loaded.patches(wanted), precision)


def test_adapters_differ(place: Place) -> None:
    """Or the parity of three tasks would prove one."""
    vectors = [
        opened(place, "v4", "fp32", task).embed_text("loan", role=TextRole.QUERY).single
        for task in EmbeddingTask
    ]
    products = np.stack(vectors) @ np.stack(vectors).T
    assert products[np.triu_indices(3, 1)].max() < 0.99


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("name", "adapter"), [("v4-tuned", "default"), ("v4-merged", "")])
def test_fine_tunes_with_one_adapter_or_none(
    place: Place, reference, name: str, adapter: str, precision: str
) -> None:
    encoder = opened(place, name, precision, EmbeddingTask.RETRIEVAL)
    loaded = reference(name, adapter)
    (wanted,) = loaded.texts([TEXTS[0]], "Query")
    assert_near(encoder.embed_query(TEXTS[0]).single, wanted.single, precision)
    (page,) = encoder.embed_pages([PageImage(picture("odd"))])
    (wanted,) = loaded.images([picture("odd")])
    assert_near(page.single, wanted.single, precision)
    assert_near(page.multi.rows, loaded.patches(wanted), precision)


def test_the_command_writes_the_vectors(place: Place, reference, tmp_path) -> None:
    Image.fromarray(picture("odd")).save(tmp_path / "page.png")
    loaded = reference("v4", "code")
    (text,), (page,) = loaded.texts([TEXTS[2]], "Passage"), loaded.images([picture("odd")])
    for what, more, wanted in (
        (["--text", TEXTS[2], "--role", "passage"], [], text.single),
        (["--text", TEXTS[2], "--role", "passage"], ["--multi"], text.multi),
        (["--image", tmp_path / "page.png"], [], page.single),
        (["--image", tmp_path / "page.png"], ["--multi"], loaded.patches(page)),
    ):
        out = tmp_path / "vectors.npy"
        asked = ["embed", "--model", "v4", "--precision", "fp32", "--task", "code", *what]
        done = run_folioscope(place.models, *asked, *more, "--out", out)
        assert done.returncode == 0, done.stderr
        assert_near(np.load(out).reshape(wanted.shape), wanted)


def test_cut_vectors_are_cut_then_made_whole_again(place: Place, reference) -> None:
    (wanted,) = reference("v4", "retrieval").texts([TEXTS[0]], "Query")
    encoder = place.shelf.encoder("v4", precision=Precision.FP32, dim=32)
    encoder.open()
    cut = wanted.single[:32] / np.linalg.norm(wanted.single[:32])
    assert_near(encoder.embed_query(TEXTS[0]).single, cut)
