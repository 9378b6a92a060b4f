"""Manifests are checked, and the shipped one says what it should."""

import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference.manifest import load_manifest
from folioscope.system.paths import shipped_dir

STARTER = shipped_dir("onnx_models") / "starter" / "manifest.toml"


def changed(tmp_path, old: str, new: str):
    text = STARTER.read_text("utf-8")
    assert old in text
    path = tmp_path / "manifest.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


def test_the_shipped_manifest_describes_the_starter():
    manifest = load_manifest(STARTER)
    assert (manifest.id, manifest.licence, manifest.dims) == ("starter", "MIT", 384)
    assert (manifest.query_prompt, manifest.passage_prompt) == ("query: ", "passage: ")
    assert manifest.spec.name == "starter"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "starter"', 'id = "../elsewhere"'),
        ("dims = 384", "dims = 0"),
        ("dims = 384", 'dims = "many"'),
        ("layout = 2", "layout = 0"),
        ('precision = "w8a8"', 'precision = "w1a1"'),
        ('sha256 = "1571', 'sha256 = "xyz'),
        ('id = "starter"', 'id = "starter"\nsurprise = 1'),
        ('pooling = "mean"', ""),
        ("[wheel]", "[wheel"),
    ],
)
def test_a_manifest_that_is_not_valid_is_refused_by_name(tmp_path, old, new):
    path = changed(tmp_path, old, new)
    with pytest.raises(InferenceError, match="is not valid") as caught:
        load_manifest(path)
    assert str(path) in str(caught.value)


def test_a_missing_manifest_is_told(tmp_path):
    with pytest.raises(InferenceError, match="cannot be read"):
        load_manifest(tmp_path / "manifest.toml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('revision = "e5-small-q4.1"', 'revision = "e5-small-q4.2"'),
        ('precision = "w8a8"', 'precision = "w4a8"'),
        ('spared = ["l0.fo", ', "spared = ["),
        ("query: ", "ask: "),
        ("passage: ", "text: "),
        ("max_tokens = 512", "max_tokens = 256"),
    ],
)
def test_whatever_shapes_a_vector_changes_the_fingerprint(tmp_path, old, new):
    one, other = load_manifest(STARTER), load_manifest(changed(tmp_path, old, new))
    assert one.spec.fingerprint != other.spec.fingerprint


def test_another_layout_of_the_same_numbers_makes_files_anew_and_keeps_libraries(tmp_path):
    one, other = (
        load_manifest(STARTER),
        load_manifest(changed(tmp_path, "layout = 2", "layout = 1")),
    )
    assert one.build != other.build
    assert one.spec == other.spec
