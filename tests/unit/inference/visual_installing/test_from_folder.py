"""Visual models are installed from a folder, without network."""

import os
import socket

import pytest

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import InstallProgress, InstallStage, Precision
from tests.tiny_models import TINY_CLIP, TINY_MODELS, TINY_V4, write_checkpoint
from tests.unit.inference.visual_installing.installed import (
    INSTALLED,
    contents,
    files_in,
    made_in,
    no_socket,
)


@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_model_is_installed_from_a_folder_without_network(shelf, checkpoints, name, monkeypatch):
    monkeypatch.setattr(socket, "socket", no_socket)
    before = contents(checkpoints[name])
    assert not shelf.info(name).is_installed
    precisions = [cost.precision for cost in shelf.info(name).costs]
    for precision in precisions:
        shelf.install(name, precision=precision, source=checkpoints[name])
    info = shelf.info(name)
    assert {build.precision for build in info.builds} == set(precisions)
    assert all(build.is_whole for build in info.builds)
    assert {path.name for path in info.builds[0].folder.iterdir()} == INSTALLED
    assert shelf.verify(name) == []
    assert contents(checkpoints[name]) == before


def test_a_model_of_another_kind_is_installed_from_its_official_graph(shelf, checkpoints):
    """The registry is open: a manifest is enough to install, a class to run it."""
    path = shelf.models_dir / TINY_CLIP / "manifest.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"jina_clip"', '"mamba_vision"'), "utf-8")
    shelf.install(TINY_CLIP, precision=Precision.FP16, source=checkpoints[TINY_CLIP])
    (build,) = shelf.info(TINY_CLIP).builds
    assert {"model.onnx", "model.onnx.data"} <= files_in(build.folder)
    assert shelf.verify(TINY_CLIP) == []
    with pytest.raises(InferenceError, match="knows nothing of the architecture mamba_vision"):
        shelf.encoder(TINY_CLIP)


def test_sizes_told_before_are_those_that_come(shelf, checkpoints):
    """All but the room that is set aside for graphs and the tokenizer."""
    for precision in (Precision.FP32, Precision.INT8, Precision.INT4, Precision.W8A8):
        shelf.install(TINY_V4, precision=precision, source=checkpoints[TINY_V4])
        (build,) = (b for b in shelf.info(TINY_V4).builds if b.precision is precision)
        made = sum(path.stat().st_size for path in build.folder.glob("*.data"))
        told = shelf.info(TINY_V4).cost(precision).disk_bytes - 20_000_000
        assert told == pytest.approx(made, rel=0.35)  # alignment weighs on tiny weights


def test_progress_is_told_in_bytes_of_each_stage(shelf, checkpoints):
    told: list[InstallProgress] = []
    shelf.install(TINY_V4, source=checkpoints[TINY_V4], report=told.append)
    for stage in (InstallStage.CONVERTING, InstallStage.CHECKING):
        done = [now.done_bytes for now in told if now.stage is stage]
        assert done == sorted(done)
        assert done[-1] == next(now.total_bytes for now in told[::-1] if now.stage is stage)
    assert InstallStage.DOWNLOADING not in {now.stage for now in told}


def test_an_installed_model_is_not_made_again(shelf, checkpoints):
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    folder = shelf.info(TINY_V4).builds[0].folder
    before = (folder / "vision.onnx").stat().st_mtime_ns
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert (folder / "vision.onnx").stat().st_mtime_ns == before


def test_a_checkpoint_that_was_trained_further_is_installed_anew(shelf, source):
    shelf.install(TINY_V4, source=source)
    folder = shelf.info(TINY_V4).builds[0].folder
    before = contents(folder)
    write_checkpoint(TINY_V4, source, seed=1)
    later = (folder / ".complete").stat().st_mtime + 5
    for path in source.rglob("*.safetensors"):
        os.utime(path, (later, later))
    shelf.install(TINY_V4, source=source)
    changed = {name for name, sha256 in contents(folder).items() if sha256 != before[name]}
    assert changed == {".complete", "vision.onnx.data", "text.onnx.data"}
    assert shelf.verify(TINY_V4) == []
    assert made_in(shelf) == {f"{folder.name}/{name}" for name in INSTALLED}
