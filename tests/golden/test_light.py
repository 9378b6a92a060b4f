"""The tiny ColModernVBERT, installed and run as the real one is, says what transformers says."""

import numpy as np
import pytest

from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from tests.made_light import GOLDEN
from tests.tiny_models import TINY_LIGHT
from tests.tiny_shelf import installed_shelf
from tests.visual_cases import PICTURES, TEXTS, picture

EVERY = 9
# largest distance and least cosine to transformers in float32
LIMITS = {Precision.FP32: (1e-4, 0.99999), Precision.W8A8: (0.05, 0.995)}


@pytest.fixture(scope="module", params=LIMITS)
def made(request, tmp_path_factory):
    """An open encoder, and how near it must be."""
    shelf = installed_shelf(tmp_path_factory.mktemp("light"), TINY_LIGHT, precision=request.param)
    encoder = shelf.encoder(TINY_LIGHT)
    encoder.open()
    yield encoder, LIMITS[request.param]
    encoder.close()


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN / "rows.npz") as arrays:
        return dict(arrays)


def assert_near(rows: np.ndarray, wanted: np.ndarray, limits: tuple[float, float]) -> None:
    most, least = limits
    assert rows.shape == wanted.shape
    assert np.abs(rows - wanted).max() <= most
    assert (rows * wanted).sum(axis=-1).min() >= least


def test_pages_of_unequal_sizes_embed_as_in_transformers(made, golden) -> None:
    encoder, limits = made
    pages = encoder.embed_pages([PageImage(picture(name)) for name in PICTURES])
    for name, page in zip(PICTURES, pages, strict=True):
        assert_near(page.multi.rows[::EVERY], golden[name], limits)


def test_queries_embed_as_in_transformers(made, golden) -> None:
    encoder, limits = made
    for number, text in enumerate(TEXTS):
        assert_near(encoder.embed_query(text).multi.rows, golden[str(number)], limits)
