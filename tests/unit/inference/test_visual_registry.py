"""Models are run by the class of their architecture, alike on every device."""

import shutil
from types import SimpleNamespace

import msgspec
import numpy as np
import psutil
import pytest

from folioscope.domain.embeddings import RerankPage
from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference import devices
from folioscope.inference.devices import RememberedChoice, RuntimeFacts
from folioscope.inference.engine import Build, Graphs, open_graphs
from folioscope.inference.sessions import CPU, CUDA, OutOfRoomError
from folioscope.inference.visual_encoders import make_encoder, make_reranker
from folioscope.inference.visual_manifest import read_visual_manifest
from tests.tiny_models import DESCRIBED, TINY_M0, TINY_V4
from tests.tiny_shelf import installed_shelf


def described(name: str, **changes):
    manifest = read_visual_manifest(DESCRIBED / name / "manifest.toml")
    return msgspec.structs.replace(manifest, **changes)


@pytest.mark.parametrize("make", [make_encoder, make_reranker])
def test_an_architecture_that_nothing_runs_is_told(make, tmp_path):
    manifest = described(TINY_V4, architecture="mamba_vision")
    with pytest.raises(InferenceError, match="knows nothing of the architecture mamba_vision"):
        make(manifest, tmp_path, precision=Precision.FP32)


def test_a_prompt_without_a_place_for_the_picture_is_told(tmp_path):
    shelf = installed_shelf(tmp_path, TINY_V4)
    (build,) = shelf.info(TINY_V4).builds
    broken = described(TINY_V4)
    broken = msgspec.structs.replace(
        broken, prompts=msgspec.structs.replace(broken.prompts, image="Describe the image.")
    )
    encoder = make_encoder(broken, build.folder, precision=Precision.FP32)
    with pytest.raises(InferenceError, match="0 places for 1 picture"):
        encoder.open()


@pytest.fixture
def on_a_card(tmp_path, monkeypatch):
    """Builds that run on a card by name; what computes there is the processor."""
    facts = RuntimeFacts("onnxruntime-gpu", "1", (CUDA, CPU))
    monkeypatch.setattr(devices, "runtime_facts", lambda: facts)
    choice = RememberedChoice("onnxruntime-gpu 1", (CUDA, CPU), CUDA, "It is the fastest.")
    shelf = installed_shelf(tmp_path, TINY_V4, TINY_M0)

    def opener(build: Build, provider: str) -> Graphs:
        return Graphs(provider, open_graphs(build, CPU).sessions)

    def opened(name: str):
        (build,) = shelf.info(name).builds
        folder = shutil.copytree(build.folder, tmp_path / f"{name}-on-a-card")
        (folder / "device.json").write_bytes(msgspec.json.encode(choice))
        plain = shelf.encoder(name) if name == TINY_V4 else shelf.reranker(name)
        model = type(plain)(described(name), folder, precision=Precision.FP32, opener=opener)
        model.open()
        assert model.device.provider == CUDA
        assert model.needs.batch_pages > 1
        plain_folder = shutil.copytree(build.folder, tmp_path / f"{name}-plain")
        here = RememberedChoice("onnxruntime-gpu 1", (CUDA, CPU), CPU, "It is the fastest.")
        (plain_folder / "device.json").write_bytes(msgspec.json.encode(here))
        reference = type(plain)(described(name), plain_folder, precision=Precision.FP32)
        reference.open()
        assert reference.device.provider == CPU
        return model, reference

    return opened


def pictures() -> list[PageImage]:
    rng = np.random.default_rng(0)
    sizes = [(400, 300), (300, 400), (28, 28), (500, 60), (200, 200), (330, 310), (90, 700)]
    return [PageImage(rng.integers(0, 256, (*size, 3), dtype=np.uint8)) for size in sizes]


def test_pages_side_by_side_are_as_pages_alone(on_a_card):
    encoder, reference = on_a_card(TINY_V4)
    pages = pictures()
    for image, made in zip(pages, encoder.embed_pages(pages), strict=True):
        (alone,) = reference.embed_pages([image])
        np.testing.assert_allclose(made.single, alone.single, atol=1e-5)
        np.testing.assert_allclose(made.multi.rows, alone.multi.rows, atol=1e-5)


def test_pairs_side_by_side_are_as_pairs_alone(on_a_card):
    reranker, reference = on_a_card(TINY_M0)
    pages = [RerankPage(str(n), lambda image=image: image) for n, image in enumerate(pictures())]
    pages += [RerankPage("", text=f"the page {n} " * n) for n in range(6)]
    together = list(reranker.scores("the image", pages))
    alone = [score for page in pages for score in reference.scores("the image", [page])]
    assert together == pytest.approx(alone, abs=1e-5)


def test_a_text_that_memory_cannot_hold_is_refused(tmp_path, monkeypatch):
    shelf = installed_shelf(tmp_path, TINY_V4)
    encoder = shelf.encoder(TINY_V4)
    encoder.open()
    free = 10_000_000
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    assert len(encoder.embed_query("the page").single) == 64
    with pytest.raises(OutOfRoomError, match="tokens at once need about"):
        encoder.embed_query("the page " * 3_000)
    images = pictures()
    assert len(encoder.embed_pages(images)) == len(images)  # one by one where memory is small
    encoder.close()
