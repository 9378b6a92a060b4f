"""Templates of another version, damaged or missing are told before anything is made."""

import gzip
import json
from pathlib import Path

import onnx
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.inference.templates import load_template, template_file
from folioscope.inference.visual_manifest import TemplateFile, read_visual_manifest
from tests.tiny_models import DESCRIBED, TINY_V4

FOLDER = DESCRIBED / TINY_V4
MANIFEST = read_visual_manifest(FOLDER / "manifest.toml")


def changed(tmp_path: Path, **metadata: str | None) -> TemplateFile:
    """Write the vision template with other metadata; None takes an entry out."""
    file = template_file(MANIFEST.templates, "vision", Precision.INT8)
    model = onnx.load_model_from_string(gzip.decompress((FOLDER / file.file).read_bytes()))
    kept = {entry.key: entry.value for entry in model.metadata_props}
    kept |= {f"folioscope.{key}": value for key, value in metadata.items()}
    del model.metadata_props[:]
    for key, value in kept.items():
        if value is not None:
            model.metadata_props.add(key=key, value=value)
    (tmp_path / "changed.onnx.gz").write_bytes(gzip.compress(model.SerializeToString()))
    return TemplateFile(file="changed.onnx.gz")


def test_the_shipped_form_is_read():
    template = load_template(FOLDER, template_file(MANIFEST.templates, "text", Precision.INT8))
    assert template.tasks == ("retrieval", "text-matching", "code")
    assert template.quantisable
    assert template.quantisable <= template.slots.keys()


@pytest.mark.parametrize("version", ["2", "", None])
def test_another_version_is_told(tmp_path, version):
    with pytest.raises(InferenceError, match=r"is of version .*, and this Folioscope reads"):
        load_template(tmp_path, changed(tmp_path, template=version))


@pytest.mark.parametrize(
    "weights",
    [
        None,
        "{",
        json.dumps({"nowhere": {"keys": [], "transform": "same", "dtype": "fp32", "shape": []}}),
        json.dumps(
            {"pos_hw": {"keys": ["a"], "transform": "magic", "dtype": "fp32", "shape": [1]}}
        ),
    ],
    ids=["none", "no JSON", "no such input", "an unknown transform"],
)
def test_a_table_that_makes_no_sense_is_damage(tmp_path, weights):
    with pytest.raises(InferenceError, match=r"changed\.onnx\.gz is damaged"):
        load_template(tmp_path, changed(tmp_path, weights=weights))


@pytest.mark.parametrize("keep", [0, 10, 1_000, -3], ids=["empty", "10", "1000", "all but 3"])
def test_a_template_that_is_cut_is_damage(tmp_path, keep):
    file = template_file(MANIFEST.templates, "vision", Precision.FP16)
    (tmp_path / file.file).write_bytes((FOLDER / file.file).read_bytes()[:keep])
    with pytest.raises(InferenceError, match="is damaged"):
        load_template(tmp_path, TemplateFile(file=file.file))


def test_a_template_with_other_contents_than_the_manifest_says_is_damage(tmp_path):
    file = template_file(MANIFEST.templates, "vision", Precision.FP16)
    other = template_file(MANIFEST.templates, "text", Precision.FP16)
    (tmp_path / file.file).write_bytes((FOLDER / other.file).read_bytes())
    with pytest.raises(InferenceError, match="is damaged"):
        load_template(tmp_path, file)


def test_a_missing_template_is_told(tmp_path):
    with pytest.raises(InferenceError, match="cannot be read: No such file"):
        load_template(tmp_path, TemplateFile(file="nothing.onnx.gz"))
