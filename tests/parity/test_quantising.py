"""Weights in fewer bits beside ONNX Runtime's own quantiser."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnxruntime.quantization.matmul_nbits_quantizer import (
    DefaultWeightOnlyQuantConfig,
    MatMulNBitsQuantizer,
)

from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.quantising import BLOCK
from tests.parity.conftest import Place
from tests.parity.reference import ReferenceEncoder
from tests.visual_cases import TEXTS, picture

BITS = {"int8": 8, "int4": 4}
TOWERS = ("vision", "text")


@pytest.fixture(scope="module")
def quantised(place: Place) -> Place:
    for name in (*BITS, "w8a8"):
        place.shelf.install("v4", precision=Precision(name), source=place.checkpoint("v4"))
    return place


def build(place: Place, precision: str, tower: str):
    (folder,) = (place.models / "v4").glob(f"*-{precision}")
    return folder / f"{tower}.onnx"


def theirs(place: Place, tower: str, bits: int) -> onnx.ModelProto:
    """Quantise the float32 build as ONNX Runtime does, in the products that ours has."""
    whole = onnx.load(build(place, "fp32", tower))
    ours = onnx.load(build(place, f"int{bits}", tower), load_external_data=False)
    kept = {node.name for node in ours.graph.node if node.op_type == "MatMul"}
    config = DefaultWeightOnlyQuantConfig(
        block_size=BLOCK, is_symmetric=False, accuracy_level=4, bits=bits
    )
    quantiser = MatMulNBitsQuantizer(whole, algo_config=config, nodes_to_exclude=sorted(kept))
    quantiser.process()
    return quantiser.model.model


def weights_of(model: onnx.ModelProto) -> dict[str, list[np.ndarray]]:
    """Return codes, scales and zeros of each quantised product, by what it yields."""
    arrays = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    return {
        node.output[0]: [arrays[name].ravel() for name in node.input[1:4]]
        for node in model.graph.node
        if node.op_type == "MatMulNBits"
    }


@pytest.mark.parametrize("tower", TOWERS)
@pytest.mark.parametrize("precision", BITS)
def test_codes_are_the_same(quantised: Place, precision: str, tower: str) -> None:
    made = weights_of(onnx.load(build(quantised, precision, tower)))
    wanted = weights_of(theirs(quantised, tower, BITS[precision]))
    assert made.keys() == wanted.keys()
    assert len(made) > 10
    for name, arrays in wanted.items():
        for ours, other in zip(made[name], arrays, strict=True):
            np.testing.assert_array_equal(ours, other)


@pytest.mark.parametrize("precision", BITS)
def test_vectors_are_the_same(quantised: Place, precision: str, tmp_path) -> None:
    rng = np.random.default_rng(0)
    batch, length, width = 2, 12, 64
    feed = {
        "input_ids": rng.integers(0, 300, (batch, length)),
        "position_ids": np.broadcast_to(np.arange(length), (3, batch, length)).copy(),
        "image_embeds": rng.standard_normal((4, width)).astype(np.float32),
        "image_index": np.where(np.arange(length) < 4, np.arange(length), -1)[None].repeat(2, 0),
        "pool": np.ones((batch, length), np.float32),
        "task": np.array(2),
    }
    path = tmp_path / "theirs.onnx"
    onnx.save(theirs(quantised, "text", BITS[precision]), path)
    outputs = [
        onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]).run(
            ["single", "multi"], feed
        )
        for file in (path, build(quantised, precision, "text"))
    ]
    for other, ours in zip(*outputs, strict=True):
        # tables and adapters are float16 in ours
        assert (other * ours).sum(-1).min() > 0.9999


@pytest.mark.parametrize(("precision", "least"), [("int8", 0.995), ("w8a8", 0.98)])
def test_bytes_keep_the_direction(quantised: Place, precision: str, least: float) -> None:
    """Said of random weights only, which are harder on few bits than trained ones."""
    reference = ReferenceEncoder(quantised.checkpoint("v4"), "retrieval")
    encoder = quantised.shelf.encoder("v4", precision=Precision(precision))
    encoder.open()
    for text, wanted in zip(TEXTS, reference.texts(list(TEXTS), "Query"), strict=True):
        assert encoder.embed_query(text).single @ wanted.single > least
    (page,) = encoder.embed_pages([PageImage(picture("odd"))])
    (wanted,) = reference.images([picture("odd")])
    assert page.single @ wanted.single > least
