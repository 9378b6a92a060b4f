"""The starter encoder gives the vectors of its network in float32, within its tolerance.

Tolerance: a cosine of 0.99 for every text and 0.997 on average. 8-bit activations cost about
0.0012 on average; float16 in the file costs less than 0.000001. Processors differ in how they
sum 8-bit products, by far less than that.
"""

import numpy as np
import pytest

from folioscope.inference.manifest import load_manifest
from folioscope.inference.starter import MANIFEST
from folioscope.system.paths import shipped_dir
from tests.golden.make_starter_vectors import VECTORS, vectors_of
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)

LOANS = (0, 1, 2, 5)  # German, Chinese, Japanese and Arabic


@pytest.fixture(scope="module")
def golden():
    with np.load(VECTORS) as file:
        return file["queries"].astype(np.float32), file["passages"].astype(np.float32)


@pytest.fixture(scope="module")
def found(starter):  # noqa: F811
    return vectors_of(starter)


@pytest.mark.parametrize("side", [0, 1], ids=["queries", "passages"])
def test_vectors_are_those_of_the_network_in_floats(found, golden, side):
    cosines = (found[side] * golden[side]).sum(axis=1)
    assert cosines.min() > 0.99
    assert cosines.mean() > 0.997


def test_the_file_is_no_larger_than_its_four_bits(starter, starter_models_dir):  # noqa: F811
    manifest = load_manifest(shipped_dir("onnx_models") / MANIFEST)
    (model,) = starter_models_dir.glob(f"starter/{manifest.build}/model.onnx")
    assert model.stat().st_size < 69_000_000


def test_queries_find_their_page_across_languages(found):
    queries, passages = found
    loan, sales, underground = np.argmax(queries @ passages.T, axis=1)[:3]
    assert loan in LOANS  # which of the four is nearest is within the rounding
    assert (sales, underground) == (6, 7)
