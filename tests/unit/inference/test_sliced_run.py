"""A model run slice by slice says what it says in one piece."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from folioscope.domain.models import Precision
from folioscope.inference.model_checking import _picture, _texts
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.inference.sliced_run import run_sliced
from tests.tiny_models import SIZES, TINY_V4, describe, write_checkpoint


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sliced")
    describe(folder / "models", TINY_V4)
    shelf = OnnxModelShelf(folder / "shipped", folder / "models")
    checkpoint = write_checkpoint(TINY_V4, folder / "checkpoint")
    shelf.install(TINY_V4, precision=Precision.FP32, source=checkpoint)
    return shelf.info(TINY_V4).builds[0].folder


@pytest.mark.parametrize("slice_bytes", [1, 20_000, 10**9], ids=["a weight each", "some", "one"])
@pytest.mark.parametrize("tower", ["vision", "text"])
def test_slices_say_what_the_whole_says(build, tower, slice_bytes):
    if tower == "vision":
        runs = [_picture(1, build), _picture(2, build)]
    else:
        embeds = np.random.default_rng(0).standard_normal((4, SIZES.hidden)).astype(np.float32)
        runs = [_texts(embeds, SIZES.hidden, build)]
    model = build / f"{tower}.onnx"
    before = {path.name for path in build.iterdir()}
    used: list[int] = []
    made = run_sliced(model, runs, turn=used.append, slice_bytes=slice_bytes)
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    for inputs, outputs in zip(runs, made, strict=True):
        assert outputs.keys() == set(names)
        for name, wanted in zip(names, session.run(names, dict(inputs)), strict=True):
            np.testing.assert_allclose(outputs[name], wanted, atol=1e-4)
    assert {path.name for path in build.iterdir()} == before
    weights = (build / f"{tower}.onnx.data").stat().st_size
    assert sum(used) == pytest.approx(weights, rel=0.3)  # without what aligns them
    assert len(used) == 1 or max(used) < weights
