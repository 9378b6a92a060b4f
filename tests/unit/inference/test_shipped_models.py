"""The descriptions and templates that are shipped say what was published of the models."""

import hashlib
import math
import sys
import tomllib
from pathlib import Path

import pytest

from folioscope.domain.models import ModelKind, Precision
from folioscope.inference.checkpoint import open_checkpoint
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.inference.templates import TOWERS, Template, load_template, template_file
from folioscope.inference.visual_manifest import read_visual_manifest
from folioscope.inference.weights import check_all_used, check_fit, keys_of

SHIPPED = Path(__file__).resolve().parents[3] / "onnx_models"
V4, M0, CLIP = "jina-embeddings-v4", "jina-reranker-m0", "jina-clip-v2"
LIGHT = "colmodernvbert"
FLAVOURS = (Precision.FP32, Precision.FP16)
PUBLISHED = {V4: 3_934_695_552, M0: 2_444_721_665}
UNUSED_HEAD = {V4: 0, M0: 151_936 * 1_536}


def templates(name: str, precision: Precision) -> list[Template]:
    manifest = read_visual_manifest(SHIPPED / name / "manifest.toml")
    assert manifest.templates is not None
    return [
        load_template(SHIPPED / name, template_file(manifest.templates, tower, precision))
        for tower in TOWERS
    ]


@pytest.mark.parametrize("precision", FLAVOURS)
@pytest.mark.parametrize("name", PUBLISHED)
def test_templates_take_as_many_parameters_as_were_published(name, precision) -> None:
    slots = [slot for each in templates(name, precision) for slot in each.slots.values()]
    assert sum(math.prod(s.shape) for s in slots) + UNUSED_HEAD[name] == PUBLISHED[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_templates_take_all_that_a_published_checkpoint_holds(name, tmp_path, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(SHIPPED))
    monkeypatch.delitem(sys.modules, "build", raising=False)
    from build_shipped import write_checkpoint

    checkpoint = open_checkpoint(write_checkpoint(name, tmp_path / name))
    for precision in FLAVOURS:
        used: set[str] = set()
        for template in templates(name, precision):
            check_fit(template.slots, checkpoint)
            used |= keys_of(template.slots)
        check_all_used(used, checkpoint)


@pytest.mark.parametrize("name", PUBLISHED)
def test_templates_are_small_and_hold_no_weights(name) -> None:
    folder = SHIPPED / name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_000_000
    for template in templates(name, Precision.FP32):
        assert sum(len(tensor.raw_data) for tensor in template.model.graph.initializer) < 10_000


@pytest.mark.parametrize("precision", FLAVOURS)
@pytest.mark.parametrize("name", PUBLISHED)
def test_templates_have_the_inputs_and_outputs_agreed(name, precision) -> None:
    vision, text = templates(name, precision)
    windows = {"win_idx", "win_inv"} if name == V4 else set()
    tasks = {"task"} if name == V4 else set()
    assert fed(vision) == {"pixel_values", "pos_hw"} | windows
    assert fed(text) == {
        "input_ids", "position_ids", "image_embeds", "image_index", "pool", *tasks
    }  # fmt: skip
    assert [value.name for value in vision.model.graph.output] == ["image_embeds"]
    answers = ["single", "multi"] if name == V4 else ["logit"]
    assert [value.name for value in text.model.graph.output] == answers
    assert text.tasks == (("retrieval", "text-matching", "code") if name == V4 else ())


@pytest.mark.parametrize("name", PUBLISHED)
def test_manifests_are_what_the_builder_writes(name, tmp_path, monkeypatch) -> None:
    """From the facts beside them and the templates that are there, which are named by hash."""
    monkeypatch.syspath_prepend(str(SHIPPED))
    monkeypatch.delitem(sys.modules, "build", raising=False)
    from build_shipped import write_checkpoint
    from export.describing import manifest_text
    from export.reading import read_configs, read_model

    folder = write_checkpoint(name, tmp_path / name)
    model = read_model(folder, *read_configs(folder))
    files = sorted((SHIPPED / name).glob("*.gz"))
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    about = tomllib.loads((SHIPPED / name / "about.toml").read_text("utf-8"))
    written = manifest_text(model, name, hashes, about)
    assert (SHIPPED / name / "manifest.toml").read_text("utf-8") == written


def fed(template: Template) -> set[str]:
    return {value.name for value in template.model.graph.input} - template.slots.keys()


def test_the_shelf_offers_all_four(tmp_path) -> None:
    offered = {info.name: info for info in OnnxModelShelf(SHIPPED, tmp_path).models()}
    assert set(offered) >= {V4, M0, CLIP, LIGHT}
    assert offered[V4].dims == (2048, 1024, 512, 256, 128)
    assert offered[V4].has_rows
    assert offered[M0].kind is ModelKind.RERANKER
    assert not offered[CLIP].has_rows
    for name, info in offered.items():
        assert info.licence
        assert info.licence_url
        assert info.is_commercial_use_allowed == (name == LIGHT)
        assert len(info.revision) == 40 or name == LIGHT  # of which no commit was published to us


def test_the_light_model_is_small_and_free(tmp_path) -> None:
    info = OnnxModelShelf(SHIPPED, tmp_path).info(LIGHT)
    assert info.licence == "MIT"
    assert info.dims == ()
    assert info.has_rows
    assert 0.9e9 < info.download_bytes < 1.1e9
    kept = {cost.precision: cost.disk_bytes for cost in info.costs}
    assert kept.keys() == {Precision.W8A8, Precision.FP32}
    assert 0.25e9 < kept[Precision.W8A8] < 0.35e9
    assert 0.9e9 < kept[Precision.FP32] < 1.1e9
    assert info.cost(Precision.W8A8).memory_bytes <= 1.5e9
