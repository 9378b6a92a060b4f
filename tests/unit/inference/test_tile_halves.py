"""A graph is parted by what hangs on what, however its exporter wrote it."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.inference.tile_halves import FEATURES, find_halves
from tests.made_light import GRAPH, IMAGE, made_light_tokenizer, write_light_parts
from tests.tiny_models import TINY_LIGHT, describe

WIDTH, DIM = 8, 128


def tangled(*, counts_pixels: bool = False, axes: tuple[int, ...] = (-1, WIDTH)) -> onnx.ModelProto:
    """Return a graph whose halves read each other's sizes.

    Tiles are laid out by the number of texts, rows by the number of pictures, and features are
    cut to the number of tokens that wait for them. ``counts_pixels``: rows also by the sum of all
    pixels, which no half alone can know. ``axes``: how features are laid out.
    """
    node = helper.make_node
    tokenizer = made_light_tokenizer()
    rng = np.random.default_rng(5)
    spread = {
        "tiles": (WIDTH, 3, 64, 64), "table": (tokenizer.get_vocab_size(), WIDTH),
        "inner": (WIDTH, WIDTH), "outer": (DIM, WIDTH),
    }  # fmt: skip
    made = {n: (rng.standard_normal(s) / 8).astype(np.float32) for n, s in spread.items()}
    numbers = {
        "side": [-1, 3, 512, 512], "flat": [-1, WIDTH], "zero": [0], "one": [1], "last": [-1],
        "dim": [DIM], "axes": axes,
    }  # fmt: skip
    made |= {name: np.array(value, np.int64) for name, value in numbers.items()}
    made["image"] = np.array(tokenizer.token_to_id(IMAGE), np.int64)
    nodes = [
        node("Shape", ["input_ids"], ["texts"], start=0, end=1),
        node("Concat", ["texts", "last", "dim_of_tile"], ["layout"], axis=0),
        node("Reshape", ["pixel_values", "layout"], ["laid"]),
        node("Reshape", ["laid", "side"], ["stacked"]),
        node("Conv", ["stacked", "tiles"], ["cut"], strides=[64, 64]),
        node("Tanh", ["cut"], ["bent"]),
        node("Transpose", ["bent"], ["turned"], perm=[0, 2, 3, 1]),
        node("Reshape", ["turned", "axes"], ["seen"]),
        node("ReduceMax", ["input_ids"], ["largest"], keepdims=0),
        node("Sub", ["largest", "largest"], ["nought"]),
        node("Cast", ["nought"], ["nil"], to=TensorProto.FLOAT),
        node("Add", ["seen", "nil"], ["seen_beside_tokens"]),
        node("Reshape", ["seen_beside_tokens", "flat"], ["seen_flat"]),
        node("Gather", ["table", "input_ids"], ["words"]),
        node("Equal", ["input_ids", "image"], ["waits"]),
        node("NonZero", ["waits"], ["waiting"]),
        node("Transpose", ["waiting"], ["places"], perm=[1, 0]),
        node("Shape", ["places"], ["count"], start=0, end=1),
        node("Slice", ["seen_flat", "zero", "count", "zero"], ["wanted"]),
        node("ScatterND", ["words", "places", "wanted"], ["filled"]),
        node("MatMul", ["filled", "inner"], ["read"]),
        node("ReduceMean", ["read", "one"], ["mean"], keepdims=1),
        node("Add", ["read", "mean"], ["mixed"]),
        node("Reshape", ["mixed", "flat"], ["lined"]),
        node("Gemm", ["lined", "outer"], ["projected"], transB=1),
        node("Shape", ["pixel_values"], ["pictures"], start=0, end=1),
        node("Concat", ["pictures", "last", "dim"], ["back"], axis=0),
        node("Reshape", ["projected", "back"], ["rows"]),
        node("ReduceL2", ["rows", "last"], ["length"], keepdims=1),
        node("Div", ["rows", "length"], ["unit"]),
        node("Identity", ["unit"], ["embeddings"]),
    ]
    made["dim_of_tile"] = np.array([3 * 512 * 512], np.int64)
    if counts_pixels:
        nodes[-1] = node("ReduceSum", ["pixel_values"], ["sum"], keepdims=0)
        nodes.append(node("Add", ["unit", "sum"], ["embeddings"]))
    inputs = [
        helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["b", "t", 3, 512, 512]),
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["b", "s"]),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["b", "s"]),
    ]
    output = helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["b", "s", DIM])
    constants = [numpy_helper.from_array(array, name) for name, array in made.items()]
    graph = helper.make_graph(nodes, "tangled", inputs, [output], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


@pytest.fixture
def source(tmp_path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    write_light_parts(folder)
    onnx.save(tangled(), str(folder / GRAPH))
    return folder


LAYOUTS = {
    "numbers": (-1,),
    "tokens": (-1, WIDTH),
    "tiles": (-1, 64, WIDTH),
    "pages": (1, -1, WIDTH),
    "pages of tiles": (1, -1, 64, WIDTH),
}


@pytest.fixture
def shelf(tmp_path) -> OnnxModelShelf:
    describe(tmp_path / "models", TINY_LIGHT)
    path = tmp_path / "models" / TINY_LIGHT / "manifest.toml"
    path.write_text(path.read_text("utf-8").replace("hidden = 32", f"hidden = {WIDTH}"), "utf-8")
    return OnnxModelShelf(tmp_path / "shipped", tmp_path / "models")


def test_the_cut_is_where_pixels_are_alone_for_the_last_time():
    """Behind it something is added that tokens tell."""
    whole = find_halves(tangled(), Path(GRAPH))
    assert whole.cut == "seen"
    vision, text = whole.half("vision"), whole.half("text")
    assert {value.name for value in vision.graph.input} == {"pixel_values", "input_ids"}
    assert {v.name for v in text.graph.input} == {"pixel_values", "input_ids", FEATURES}
    assert {t.name for t in text.graph.initializer}.isdisjoint({"tiles", "side"})
    assert {t.name for t in vision.graph.initializer}.isdisjoint({"table", "inner", "outer"})


@pytest.mark.parametrize(
    ("precision", "layout"),
    [(Precision.W8A8, "tokens"), *((Precision.FP32, layout) for layout in LAYOUTS)],
)
def test_halves_that_read_each_others_sizes_say_what_the_whole_says(
    source, shelf, precision, layout
):
    onnx.save(tangled(axes=LAYOUTS[layout]), str(source / GRAPH))
    shelf.install(TINY_LIGHT, precision=precision, source=source)
    session = onnxruntime.InferenceSession(str(source / GRAPH), providers=["CPUExecutionProvider"])
    encoder = shelf.encoder(TINY_LIGHT)
    shutil.rmtree(source)
    encoder.open()
    rgb = np.random.default_rng(2).integers(0, 256, (700, 500, 3)).astype(np.uint8)
    (page,) = encoder.embed_pages([PageImage(rgb)])
    rules, prompt = encoder._rules, encoder._model.words
    pixels = rules.normalised(rules.tiles(PageImage(rgb)))[None]
    ids = prompt.tokens(rules.layout(500, 700)).ids[None]
    given = {"pixel_values": pixels, "input_ids": ids, "attention_mask": np.ones_like(ids)}
    known = {value.name for value in session.get_inputs()}
    (wanted,) = session.run(None, {name: v for name, v in given.items() if name in known})
    near = 1e-5 if precision is Precision.FP32 else 0.1
    np.testing.assert_allclose(page.multi.rows, wanted[0], atol=near)
    assert encoder.embed_query("loan").multi.rows.shape[1] == DIM


def test_a_graph_that_no_cut_parts_is_told(source, shelf):
    onnx.save(tangled(counts_pixels=True), str(source / GRAPH))
    with pytest.raises(InferenceError, match="cannot be parted into what sees tiles"):
        shelf.install(TINY_LIGHT, source=source)
    assert {p.name for p in (shelf.models_dir / TINY_LIGHT).iterdir()} == {
        "manifest.toml", ".lock"
    }  # fmt: skip
