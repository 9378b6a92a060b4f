"""A trial times the pieces that a model is really made of."""

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.inference import trial
from folioscope.inference.binding import bind
from folioscope.inference.sessions import CPU, open_session
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.inference.template_cutting import cut_into_pieces, input_names
from folioscope.inference.templates import TOWERS, load_template, template_file
from folioscope.inference.tile_trial import tile_pieces
from folioscope.inference.trial import PageFeeds, RandomWeights, measure
from folioscope.inference.visual_manifest import read_visual_manifest
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.system.paths import shipped_dir
from tests.tiny_models import (
    DESCRIBED,
    TINY_CLIP,
    TINY_LIGHT,
    TINY_M0,
    TINY_MODELS,
    TINY_V4,
)
from tests.tiny_shelf import installed_shelf

LIGHT = "colmodernvbert"


def described(name: str):
    return read_visual_manifest(DESCRIBED / name / "manifest.toml")


def template(name: str, tower, precision: Precision = Precision.FP32):
    file = template_file(described(name).templates, tower, precision)
    return load_template(DESCRIBED / name, file)


def pieces(name: str, tower, precision: Precision = Precision.FP32):
    return cut_into_pieces(template(name, tower, precision))


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.FP16])
@pytest.mark.parametrize(
    ("name", "tower", "counts"),
    [
        (TINY_V4, "vision", {1, 2}),  # two blocks with windows, two without
        (TINY_V4, "text", {1, 4}),
        (TINY_M0, "vision", {1, 4}),
        (TINY_M0, "text", {1, 4}),
    ],
)
def test_a_tower_is_cut_into_start_kinds_of_blocks_and_end(name, tower, counts, precision):
    found = pieces(name, tower, precision)
    assert (found[0].name, found[-1].name) == ("start", "end")
    assert {piece.count for piece in found} == counts
    assert sum(piece.count for piece in found[1:-1]) == 4
    assert found[0].stream == ""
    assert all(piece.stream for piece in found[1:])


@pytest.mark.parametrize("name", [TINY_V4, TINY_M0])
@pytest.mark.parametrize("tower", TOWERS)
def test_every_weight_of_a_kind_of_block_is_in_its_piece(name, tower):
    """Weights of all pieces, as often as they stand in the model, are those of the model."""
    whole = sum(int(np.prod(slot.shape)) for slot in template(name, tower).slots.values())
    parts = sum(
        piece.count * sum(int(np.prod(slot.shape)) for slot in piece.template.slots.values())
        for piece in pieces(name, tower)
    )
    assert parts == whole


@pytest.mark.parametrize("precision", [Precision.FP32, Precision.FP16])
@pytest.mark.parametrize(
    ("name", "tower", "blocks"),
    [
        ("jina-embeddings-v4", "vision", [4, 28]),
        ("jina-embeddings-v4", "text", [36]),
        ("jina-reranker-m0", "vision", [32]),
        ("jina-reranker-m0", "text", [28]),
    ],
)
def test_shipped_templates_have_the_blocks_of_the_published_models(name, tower, blocks, precision):
    folder = shipped_dir("onnx_models") / name
    manifest = read_visual_manifest(folder / "manifest.toml")
    file = template_file(manifest.templates, tower, precision)
    found = cut_into_pieces(load_template(folder, file))
    assert sorted(piece.count for piece in found[1:-1]) == blocks
    feeds = PageFeeds(manifest)
    for piece in found:
        assert set(feeds.of(piece, tower)) == set(input_names(piece))


def run(model_template, path, inputs, precision=Precision.FP32):
    names = [value.name for value in model_template.model.graph.output]
    bind(model_template, RandomWeights.made(), path, precision)
    session = open_session(path)
    fed = {name: inputs[name] for name in session.inputs}
    return dict(zip(names, session.run_all(names, fed), strict=True))


@pytest.mark.parametrize("name", [TINY_V4, TINY_M0])
def test_pieces_one_behind_the_other_are_the_tower(name, tmp_path):
    """Blocks share weights by chance here, so the pieces make up the whole."""
    known = PageFeeds(described(name))._vision
    whole = run(template(name, "vision"), tmp_path / "whole.onnx", known)
    start, *blocks, end = pieces(name, "vision")
    (stream,) = run(start.template, tmp_path / "start.onnx", known).values()
    order = [0] * 4 if len(blocks) == 1 else [0, 1, 0, 1]
    for number, kind in enumerate(order):
        piece = cut_into_pieces(template(name, "vision"))[1 + kind]
        given = known | {piece.stream: stream}
        (stream,) = run(piece.template, tmp_path / f"{number}.onnx", given).values()
    (last,) = run(end.template, tmp_path / "end.onnx", known | {end.stream: stream}).values()
    np.testing.assert_allclose(last, whole["image_embeds"], atol=1e-5)


@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_model_is_measured_before_it_is_fetched(name, tmp_path):
    shelf = OnnxModelShelf(DESCRIBED, tmp_path / "models")
    found = shelf.trial(name, precision=Precision.FP32)
    assert found.seconds_a_page > 0
    assert found.memory_bytes > 0
    assert found.provider == CPU
    assert not found.is_installed_model
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("precision", list(Precision))
def test_every_precision_is_measured(precision):
    found = measure(described(TINY_V4), DESCRIBED / TINY_V4, None, precision=precision)
    assert found.seconds_a_page > 0


def test_a_block_counts_as_often_as_it_stands_in_the_model(monkeypatch):
    monkeypatch.setattr(trial, "_seconds", lambda *_args: 1e6)  # preparing adds seconds at most
    found = measure(described(TINY_V4), DESCRIBED / TINY_V4, None, precision=Precision.FP32)
    # start, 4 blocks, end of vision; 4 blocks and end of text
    assert found.seconds_a_page == pytest.approx(11e6, abs=1e5)


@pytest.mark.parametrize("name", TINY_MODELS)
def test_an_installed_model_is_measured_itself(name, tmp_path):
    shelf = installed_shelf(tmp_path, name)
    found = shelf.trial(name, precision=Precision.FP32)
    assert found.is_installed_model
    assert found.seconds_a_page > 0
    assert found.provider == CPU


def test_a_precision_that_the_model_has_not_is_refused():
    with pytest.raises(InferenceError, match="cannot be installed in int4"):
        measure(described(TINY_CLIP), DESCRIBED / TINY_CLIP, None, precision=Precision.INT4)


def test_a_trial_can_be_cancelled():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        measure(
            described(TINY_V4),
            DESCRIBED / TINY_V4,
            None,
            precision=Precision.FP32,
            token=token,
        )


def test_a_full_disk_is_told(monkeypatch, tmp_path):
    def full(*_args) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trial, "bind", full)
    with pytest.raises(InferenceError, match="cannot be tried: No space left on device"):
        measure(described(TINY_V4), DESCRIBED / TINY_V4, None, precision=Precision.FP32)


def test_the_light_model_is_tried_by_blocks_of_its_published_size():
    """SigLIP base and ModernBERT base without tables, norms and heads."""
    manifest = read_visual_manifest(shipped_dir("onnx_models") / LIGHT / "manifest.toml")
    tile, prompt = (piece for piece, _ in tile_pieces(manifest, trial.sample_page()))
    assert (tile.count, prompt.count) == (12 * 13, 22)
    sizes = [
        sum(int(np.prod(slot.shape)) for slot in piece.template.slots.values())
        for piece in (tile, prompt)
    ]
    assert [12 * sizes[0], 22 * sizes[1]] == pytest.approx([85.0e6, 110.0e6], rel=0.01)


def test_a_light_model_that_is_not_installed_is_measured(monkeypatch):
    """On blocks a twelfth as wide, which take no time."""
    monkeypatch.setattr("folioscope.inference.tile_trial._WIDTH", 64)
    monkeypatch.setattr("folioscope.inference.tile_trial._HEADS", 2)
    folder = DESCRIBED / TINY_LIGHT
    found = measure(described(TINY_LIGHT), folder, None, precision=Precision.W8A8)
    assert not found.is_installed_model
    assert found.seconds_a_page > 0


def test_a_light_model_that_is_installed_embeds_a_page(tmp_path):
    shelf = installed_shelf(tmp_path, TINY_LIGHT)
    found = shelf.trial(TINY_LIGHT, precision=Precision.FP32)
    assert found.is_installed_model
    assert found.provider == CPU
