"""What build.py reads of a checkpoint before anything is traced; no torch is needed for it."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from folioscope.domain.errors import InferenceError
from tests.made_checkpoints import Layout, TinySizes, write_m0, write_v4
from tests.made_safetensors import read_safetensors, write_safetensors

BUILDERS = Path(__file__).resolve().parents[3] / "onnx_models"
SMALL = TinySizes(layers=1, depth=2, full_blocks=(1,))


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BUILDERS))
    from export import reading

    return reading


def model(reading: ModuleType, folder: Path):
    config, image = reading.read_configs(folder)
    return reading.read_model(folder, config, image)


@pytest.mark.parametrize("write", [write_v4, write_m0])
def test_old_and_new_layouts_come_to_the_same(reading, write, tmp_path) -> None:
    old = write(tmp_path / "old", SMALL)
    new = write(tmp_path / "new", SMALL, layout=Layout(newer=True, prefix="", dtype="fp32"))
    older, newer = model(reading, old), model(reading, new)
    assert older.vision == newer.vision
    assert older.text == newer.text
    assert older.checkpoint.tensors.keys() == newer.checkpoint.tensors.keys()


def test_the_limits_of_pictures_are_found_in_both_places(reading, tmp_path) -> None:
    from export.describing import manifest_text

    texts = []
    for newer in (False, True):
        sizes = TinySizes(layers=1, depth=2, max_pixels=123_088)
        folder = write_v4(tmp_path / f"{newer}", sizes, layout=Layout(newer=newer))
        towers = [f"{tower}.{kind}" for tower in ("vision", "text") for kind in ("fp32", "fp16")]
        hashes = {f"a.{each}.onnx.gz": "0" * 64 for each in towers}
        texts.append(manifest_text(model(reading, folder), "a", hashes, {"files": []}))
    assert "max_pixels = 123088" in texts[0]
    assert texts[0] == texts[1]


def test_tasks_stand_in_the_order_of_the_config(reading, tmp_path) -> None:
    tasks = ("code", "retrieval", "summaries")
    folder = write_v4(tmp_path / "model", SMALL, layout=Layout(tasks=tasks))
    lora = model(reading, folder).text.lora
    assert lora.tasks == tasks
    assert lora.rank == SMALL.rank
    assert lora.key("multi_vector_projector", "lora_A", "code") == (
        "multi_vector_projector.lora_A.code.weight"
    )


def test_an_adapter_without_a_name_is_for_retrieval(reading, tmp_path) -> None:
    folder = write_v4(tmp_path / "model", SMALL, layout=Layout(tasks=("default",)))
    lora = model(reading, folder).text.lora
    assert lora.tasks == ("retrieval",)
    assert lora.key("a", "lora_B", "retrieval") == "a.lora_B.weight"


def test_places_without_a_tasks_adapter_are_known(reading, tmp_path) -> None:
    folder = write_v4(tmp_path / "model", SMALL)
    path = folder / "adapters" / "adapter_model.safetensors"
    kept = {
        name: array
        for name, array in read_safetensors(path).items()
        if not ("q_proj" in name and ".code." in name)
    }
    write_safetensors(path, kept)
    lora = model(reading, folder).text.lora
    assert lora.missing == {("text.layers.0.self_attn.q_proj", "code")}
    assert lora.key("text.layers.0.self_attn.q_proj", "lora_A", "code") is None


def test_a_merged_fine_tune_has_no_tasks(reading, tmp_path) -> None:
    folder = write_v4(tmp_path / "model", SMALL, layout=Layout(tasks=()))
    assert model(reading, folder).text.lora is None


@pytest.mark.parametrize(
    ("tensor", "told"),
    [
        ("visual.blocks.0.mlp.gate_proj.weight", "vision tower"),
        ("model.embed_tokens.weight", "language model"),
    ],
)
def test_another_kind_of_model_is_refused(reading, tensor, told, tmp_path) -> None:
    folder = write_v4(tmp_path / "model", SMALL)
    for path in folder.glob("*.safetensors"):
        tensors = read_safetensors(path)
        tensors.pop(tensor, None)
        write_safetensors(path, tensors)
    with pytest.raises(InferenceError, match=told):
        model(reading, folder)
