"""What an installed visual model gives, and how damage to it is found."""

import pytest

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.models import ModelKind, Precision
from tests.tiny_models import TINY_M0, TINY_V4
from tests.unit.inference.visual_installing.installed import made_in


def test_builds_of_older_revisions_are_removed_and_files_of_the_users_own_are_not(
    shelf, checkpoints
):
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    home = shelf.models_dir / TINY_V4
    (home / "local-int8").rename(home / "older-int8")
    (home / "my-int8").mkdir()
    (home / "my-int8" / "notes.txt").write_text("mine")
    assert not shelf.info(TINY_V4).is_installed
    assert shelf.remove(TINY_V4) > 1_000_000
    assert made_in(shelf) == {"my-int8/notes.txt"}


@pytest.mark.parametrize("name", ["vision.onnx.data", "text.onnx", "tokenizer.json"])
def test_damage_after_installing_is_found(shelf, checkpoints, name):
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    path = shelf.info(TINY_V4).builds[0].folder / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (fault,) = shelf.verify(TINY_V4)
    assert f"{name} is damaged" in fault
    assert "folioscope models remove tiny-v4" in fault


def test_a_build_that_is_cut_short_is_not_whole_and_is_made_again(shelf, checkpoints):
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    path = shelf.info(TINY_V4).builds[0].folder / "text.onnx.data"
    path.write_bytes(path.read_bytes()[:-1])
    assert not shelf.info(TINY_V4).is_installed
    with pytest.raises(ModelMissingError, match="not installed"):
        shelf.encoder(TINY_V4)
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert shelf.verify(TINY_V4) == []


def test_of_several_builds_the_one_that_suits_the_machine_is_used(shelf, checkpoints):
    for precision in (Precision.FP32, Precision.INT4, Precision.W8A8):
        shelf.install(TINY_V4, precision=precision, source=checkpoints[TINY_V4])
    wanted = shelf.info(TINY_V4).builds[0].precision
    assert shelf.encoder(TINY_V4).spec.precision == wanted.value
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    info = shelf.info(TINY_V4)
    assert info.builds[0].precision is info.recommended
    assert shelf.encoder(TINY_V4).spec.precision == info.recommended.value


def test_models_open_as_what_they_are(shelf, checkpoints):
    for name in (TINY_V4, TINY_M0):
        with pytest.raises(ModelMissingError, match=f"folioscope models install {name}"):
            shelf.encoder(name) if name == TINY_V4 else shelf.reranker(name)
        shelf.install(name, precision=Precision.INT4, source=checkpoints[name])
    assert shelf.encoder(TINY_V4).spec.precision == "int4"  # the only one that is there
    assert shelf.reranker(TINY_M0).spec.name == TINY_M0
    with pytest.raises(ModelMissingError, match="not installed in fp32"):
        shelf.encoder(TINY_V4, precision=Precision.FP32)
    with pytest.raises(InferenceError, match="is no reranker"):
        shelf.reranker(TINY_V4)
    assert shelf.info(TINY_M0).kind is ModelKind.RERANKER
