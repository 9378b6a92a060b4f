"""ColModernVBERT is installed from its official file whole and checked, or not at all."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import InstallStage, Precision
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.loopback_hub import loopback_hub, point_at
from tests.made_light import GRAPH, IMAGE, SPECIAL_TOKENS, write_light
from tests.tiny_models import DESCRIBED, TINY_LIGHT, describe

PRECISIONS = (Precision.FP32, Precision.W8A8)
INSTALLED = {
    ".complete",
    "config.json",
    "origin.json",
    "preprocessor_config.json",
    "processor_config.json",
    "text.onnx",
    "text.onnx.data",
    "tokenizer.json",
    "vision.onnx",
    "vision.onnx.data",
}


@pytest.fixture(scope="module")
def official(tmp_path_factory) -> Path:
    return write_light(tmp_path_factory.mktemp("official"))


@pytest.fixture
def source(official, tmp_path) -> Path:
    """The official files, to be damaged."""
    return shutil.copytree(official, tmp_path / "source")


@pytest.fixture
def shelf(tmp_path) -> OnnxModelShelf:
    describe(tmp_path / "models", TINY_LIGHT)
    return OnnxModelShelf(tmp_path / "shipped", tmp_path / "models", backoff_s=0.01)


def left_in(shelf: OnnxModelShelf) -> set[str]:
    """Return what is in the model's folder beside its description and the lock."""
    home = shelf.models_dir / TINY_LIGHT
    return {path.name for path in home.iterdir()} - {"manifest.toml", ".lock"}


def change(source: Path, turn) -> None:
    model = onnx.load(str(source / GRAPH))
    turn(model.graph)
    onnx.save(model, str(source / GRAPH))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_both_halves_are_checked_beside_the_official_file(shelf, official, precision):
    shelf.install(TINY_LIGHT, precision=precision, source=official)
    (build,) = shelf.info(TINY_LIGHT).builds
    assert build.is_whole
    assert {path.name for path in build.folder.iterdir()} == INSTALLED
    assert build.cosines.keys() == {"vision", "text"}
    least = 0.999999 if precision is Precision.FP32 else 0.999
    assert all(least <= cosine <= 1.000001 for cosine in build.cosines.values())
    assert shelf.verify(TINY_LIGHT) == []


def test_bytes_are_kept_for_every_product_but_the_last(shelf, official):
    for precision in PRECISIONS:
        shelf.install(TINY_LIGHT, precision=precision, source=official)
    small, exact = (build.folder for build in sorted(
        shelf.info(TINY_LIGHT).builds, key=lambda build: build.precision is Precision.FP32
    ))  # fmt: skip
    for half in ("vision", "text"):
        reduced = [n.op_type for n in onnx.load(str(small / f"{half}.onnx")).graph.node]
        plain = onnx.load(str(exact / f"{half}.onnx"))
        weights = {tensor.name for tensor in plain.graph.initializer}
        products = [n for n in plain.graph.node if n.op_type == "MatMul" and n.input[1] in weights]
        kept_exact = 1 if half == "text" else 0
        assert reduced.count("DynamicQuantizeMatMul") == len(products) - kept_exact
        assert len(products) > 10


def test_what_is_left_of_the_official_file_is_told_by_sizes(shelf, official):
    """Nothing of the whole graph, which both halves were compared with, stays behind."""
    shelf.install(TINY_LIGHT, precision=Precision.FP32, source=official)
    (build,) = shelf.info(TINY_LIGHT).builds
    assert build.size_bytes < 2 * (official / GRAPH).stat().st_size
    assert left_in(shelf) == {build.folder.name}


def test_it_is_fetched_from_the_hub(official, shelf, tmp_path, monkeypatch):
    path = shelf.models_dir / TINY_LIGHT / "manifest.toml"
    named = 'kind = "encoder"\nrepository = "light/tiny"\n'
    path.write_text(path.read_text("utf-8").replace('kind = "encoder"\n', named), "utf-8")
    stages = []
    with loopback_hub(shutil.copytree(official, tmp_path / "hub")) as hub:
        point_at(hub, monkeypatch)
        shelf.install(TINY_LIGHT, report=lambda progress: stages.append(progress.stage))
    (build,) = shelf.info(TINY_LIGHT).builds
    assert build.precision is Precision.W8A8
    assert build.is_whole
    assert list(dict.fromkeys(stages))[:2] == [InstallStage.DOWNLOADING, InstallStage.CONVERTING]
    assert InstallStage.CHECKING in stages
    origin = json.loads((build.folder / "origin.json").read_text("utf-8"))
    assert len(origin["files"][GRAPH]["sha256"]) == 64


def test_cancelling_leaves_nothing(shelf, official):
    token = CancelToken()

    def cancel(progress) -> None:
        if progress.stage is InstallStage.CHECKING:
            token.cancel()

    with pytest.raises(Cancelled):
        shelf.install(TINY_LIGHT, source=official, token=token, report=cancel)
    assert left_in(shelf) == set()


# --- bad input


@pytest.mark.parametrize("keep", [0, 1, 1_000, -10_000])
def test_a_cut_file_is_told(shelf, source, keep):
    path = source / GRAPH
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InferenceError, match=r"model_v2\.onnx is damaged or no ONNX file"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


def test_a_page_of_the_web_is_told(shelf, source):
    (source / GRAPH).write_text("<html><body>Sign in to go on</body></html>" * 100, "utf-8")
    with pytest.raises(InferenceError, match=r"model_v2\.onnx is damaged or no ONNX file"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


@pytest.mark.parametrize("name", [GRAPH, "tokenizer.json"])
def test_a_missing_file_is_told(shelf, source, name):
    (source / name).unlink()
    with pytest.raises(InferenceError, match=f"{name} is missing"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


@pytest.mark.parametrize("name", [IMAGE, "<row_1_col_2>", "<global-img>", "<end_of_utterance>"])
def test_a_token_that_the_tokenizer_lacks_is_told(shelf, source, name):
    assert name in SPECIAL_TOKENS
    path = source / "tokenizer.json"
    described = json.loads(path.read_text("utf-8"))
    kept = [token for token in described["added_tokens"] if token["content"] != name]
    path.write_text(json.dumps(described | {"added_tokens": kept}), "utf-8")
    with pytest.raises(InferenceError, match=f"has no token {name}"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


def test_a_graph_with_other_inputs_is_told(shelf, source):
    def rename(graph) -> None:
        next(v for v in graph.input if v.name == "pixel_values").name = "patches"

    change(source, rename)
    with pytest.raises(InferenceError, match="takes attention_mask, input_ids, patches, and a"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


def test_a_graph_that_does_not_look_at_pictures_is_told(shelf, source):
    def blind(graph) -> None:
        values = numpy_helper.from_array(np.zeros((1, 1, 3, 512, 512), np.float32), "nothing")
        graph.initializer.append(values)
        for node in graph.node:
            for place, name in enumerate(node.input):
                if name == "pixel_values":
                    node.input[place] = "nothing"

    change(source, blind)
    with pytest.raises(InferenceError, match="cannot be parted into what sees tiles"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


def test_a_graph_of_other_sizes_is_told(shelf, source):
    path = shelf.models_dir / TINY_LIGHT / "manifest.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("hidden = 32", "hidden = 768"), "utf-8")
    with pytest.raises(InferenceError, match="numbers of 5 tiles where its description says"):
        shelf.install(TINY_LIGHT, source=source)
    path.write_text(text.replace("rows_dim = 128", "rows_dim = 96"), "utf-8")
    with pytest.raises(InferenceError, match=r"where its description says 1 × .* × 96"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


def test_weights_that_are_no_numbers_are_told(shelf, source):
    def spoil(graph) -> None:
        tensor = max(graph.initializer, key=lambda each: len(each.raw_data))
        values = numpy_helper.to_array(tensor).copy()
        values.flat[0] = np.nan
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))

    change(source, spoil)
    with pytest.raises(InferenceError, match="no numbers"):
        shelf.install(TINY_LIGHT, source=source)
    assert left_in(shelf) == set()


def test_a_build_that_comes_out_wrong_is_refused(shelf, source):
    """Bytes lose something: where the description asks for more, nothing is installed."""
    path = shelf.models_dir / TINY_LIGHT / "manifest.toml"
    path.write_text(path.read_text("utf-8").replace("w8a8 = 0.97", "w8a8 = 0.99999"), "utf-8")
    with pytest.raises(InferenceError, match=r"vision half of tiny-light differs .* 0\.999"):
        shelf.install(TINY_LIGHT, precision=Precision.W8A8, source=source)
    assert left_in(shelf) == set()


def test_a_graph_of_another_model_is_told(shelf, source):
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "other", [value], [out])
    onnx.save(helper.make_model(graph), str(source / GRAPH))
    with pytest.raises(InferenceError, match="takes x, and a graph of this model takes"):
        shelf.install(TINY_LIGHT, source=source)


def test_it_is_described_as_the_shipped_one_is() -> None:
    """Or the tests here would prove another model's rules."""
    shipped = DESCRIBED.parents[2] / "onnx_models" / "colmodernvbert" / "manifest.toml"
    tiny = DESCRIBED / TINY_LIGHT / "manifest.toml"
    parts = [path.read_text("utf-8").partition("[image]")[2] for path in (shipped, tiny)]
    assert parts[0].replace("longest_px = 2048", "longest_px = 1024") == parts[1]
