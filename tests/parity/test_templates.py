"""build.py: the same bytes each time, from headers alone, with a sentence where it cannot."""

import gzip
import json
import runpy
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.made_checkpoints import Layout, TinySizes, write_m0, write_v4
from tests.made_clip import write_clip
from tests.made_safetensors import as_bf16, read_safetensors, write_safetensors
from tests.parity.programs import BUILD, built, run_build
from tests.tiny_models import DESCRIBED, TINY_M0, TINY_V4, write_checkpoint

SMALL = TinySizes(layers=1, depth=2, full_blocks=(1,))


@pytest.mark.parametrize("name", [TINY_V4, TINY_M0])
def test_templates_are_made_again_byte_by_byte(name: str, tmp_path) -> None:
    checkpoint = write_checkpoint(name, tmp_path / name)
    done = run_build("--checkpoint", checkpoint, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    committed = sorted(DESCRIBED.glob(f"{name}/*.gz"))
    assert len(committed) == 4
    for path in committed:
        made = gzip.decompress((tmp_path / "out" / path.name).read_bytes())
        assert made == gzip.decompress(path.read_bytes()), path.name


def test_values_of_weights_are_not_read(tmp_path) -> None:
    """Another seed, the same template; and no weight lies in it."""
    for seed in (1, 2):
        write_v4(tmp_path / f"{seed}" / "model", SMALL, seed=seed)
        built(tmp_path / f"{seed}" / "model", tmp_path / f"out{seed}")
    for path in (tmp_path / "out1").glob("*.gz"):
        assert path.read_bytes() == (tmp_path / "out2" / path.name).read_bytes()
        model = onnx.load_model_from_string(gzip.decompress(path.read_bytes()))
        assert sum(len(t.raw_data) for t in model.graph.initializer) < 10_000


def test_the_model_is_named_after_its_folder_or_as_asked(tmp_path) -> None:
    checkpoint = write_m0(tmp_path / "my-fine-tune", SMALL)
    built(checkpoint, tmp_path / "a")
    assert 'name = "my-fine-tune"' in (tmp_path / "a" / "manifest.toml").read_text()
    done = run_build("--checkpoint", checkpoint, "--out", tmp_path / "b", "--name", "other")
    assert done.returncode == 0, done.stderr
    assert 'name = "other"' in (tmp_path / "b" / "manifest.toml").read_text()
    assert (tmp_path / "b" / "other.text.fp16.onnx.gz").exists()


def test_official_graphs_are_described(tmp_path) -> None:
    checkpoint = write_clip(tmp_path / "my-clip")
    assert run_build("--checkpoint", checkpoint, "--out", tmp_path / "out").returncode == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["manifest.toml"]


def test_nothing_but_the_export_group_is_needed(tmp_path, monkeypatch, capsys) -> None:
    checkpoint = write_v4(tmp_path / "model", SMALL)
    others = ("transformers", "onnxruntime", "tokenizers", "lancedb", "pyarrow", "PySide6", "PIL")
    for name in others:
        monkeypatch.setitem(sys.modules, name, None)
    out = tmp_path / "out"
    monkeypatch.setattr(
        sys, "argv", [str(BUILD), "--checkpoint", str(checkpoint), "--out", str(out)]
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(BUILD), run_name="__main__")
    assert ended.value.code == 0, capsys.readouterr().err


def broken(folder: Path, key: str, value: np.ndarray | None) -> None:
    """Replace a tensor in whichever file has it, or take it out."""
    for path in folder.rglob("*.safetensors"):
        tensors = read_safetensors(path)
        if key in tensors:
            del tensors[key]
            if value is not None:
                tensors[key] = value
            write_safetensors(path, {name: as_bf16(a) for name, a in tensors.items()})


def in_config(folder: Path, name: str, value: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))


FAULTS = {
    "a missing shard": (
        lambda f: (f / "model-00002-of-00003.safetensors").unlink(),
        "model-00002-of-00003.safetensors is missing",
    ),
    "a cut shard": (
        lambda f: (f / "model-00001-of-00003.safetensors").write_bytes(b"\x10"),
        "damaged",
    ),
    "a missing weight": (
        lambda f: broken(f, "model.layers.0.mlp.up_proj.weight", None),
        "text.layers.0.mlp.up_proj.weight",
    ),
    "a wrong shape": (
        lambda f: broken(f, "model.norm.weight", np.ones(63, np.float32)),
        "63",
    ),
    "an unknown weight": (
        lambda f: write_safetensors(
            f / "model-00003-of-00003.safetensors",
            {
                **{
                    k: as_bf16(a)
                    for k, a in read_safetensors(f / "model-00003-of-00003.safetensors").items()
                },
                "model.layers.0.mystery.weight": as_bf16(np.ones(4, np.float32)),
            },
        ),
        "mystery",
    ),
    "another rank": (
        lambda f: (f / "adapters" / "adapter_config.json").write_text(
            json.dumps({"r": 8, "lora_alpha": 8})
        ),
        "rank 4 where adapter_config.json says 8",
    ),
    "half an adapter": (
        lambda f: broken(f, "base_model.model.model.layers.0.mlp.up_proj.lora_B.code.weight", None),
        "Half of the adapter code",
    ),
    "no config": (lambda f: (f / "config.json").unlink(), "config.json cannot be read"),
    "a config that is no JSON": (lambda f: (f / "config.json").write_text("{"), "is no JSON"),
    "another activation": (lambda f: in_config(f, "hidden_act", "relu"), "hidden_act = relu"),
    "no heads": (lambda f: in_config(f, "num_attention_heads", 0), "lacks or garbles a number"),
    "no vision config": (
        lambda f: in_config(f, "vision_config", None),
        "lacks or garbles a number",
    ),
    "sliding windows": (
        lambda f: in_config(f, "use_sliding_window", True),
        "use_sliding_window = True",
    ),
    "other frequencies": (
        lambda f: in_config(f, "rope_scaling", {"rope_type": "yarn", "mrope_section": [2, 3, 3]}),
        "rope_type",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sentence_says_what_is_wrong_and_nothing_is_written(fault: str, tmp_path) -> None:
    checkpoint = write_v4(tmp_path / "model", SMALL)
    break_it, told = FAULTS[fault]
    break_it(checkpoint)
    done = run_build("--checkpoint", checkpoint, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize("name", ["", "../up", "a b"])
def test_a_bad_name_is_refused(name: str, tmp_path) -> None:
    checkpoint = write_v4(tmp_path / "model", SMALL, layout=Layout(tasks=()))
    done = run_build("--checkpoint", checkpoint, "--out", tmp_path / "out", f"--name={name}")
    assert done.returncode == 3
    assert "cannot name a model" in done.stderr
