"""Visual models are installed whole or not at all, from the network or from a folder."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.models import InstallProgress, InstallStage, ModelKind, Precision
from folioscope.inference.model_making import ORIGIN_FILE
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.conftest import ROOT
from tests.loopback_hub import Fault, loopback_hub, point_at
from tests.made_safetensors import read_safetensors, write_safetensors
from tests.tiny_models import (
    DESCRIBED,
    TINY_CLIP,
    TINY_M0,
    TINY_MODELS,
    TINY_V4,
    describe,
    write_checkpoint,
)

REPOSITORY = 'repository = "jina/tiny"\nrevision = "r1"\n'
SHARD = "model-00002-of-00003.safetensors"
INSTALLED = {
    ".complete",
    "config.json",
    ORIGIN_FILE,
    "preprocessor_config.json",
    "text.onnx",
    "text.onnx.data",
    "tokenizer.json",
    "vision.onnx",
    "vision.onnx.data",
}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("checkpoints")
    return {name: write_checkpoint(name, folder / name) for name in TINY_MODELS}


@pytest.fixture
def shelf(tmp_path) -> OnnxModelShelf:
    describe(tmp_path / "models")
    return OnnxModelShelf(tmp_path / "shipped", tmp_path / "models", backoff_s=0.01)


@pytest.fixture
def source(checkpoints, tmp_path) -> Path:
    """A checkpoint of the test's own, to be damaged."""
    return shutil.copytree(checkpoints[TINY_V4], tmp_path / "source")


@pytest.fixture
def hub(checkpoints, tmp_path, monkeypatch):
    """A hub with the tiny model, which the model's description names."""
    folder = shutil.copytree(checkpoints[TINY_V4], tmp_path / "hub")
    with loopback_hub(folder) as running:
        point_at(running, monkeypatch)
        yield running


@pytest.fixture
def fetching_shelf(shelf, hub) -> OnnxModelShelf:
    """A shelf whose tiny model comes from the hub; two of its shards only the index names."""
    path = shelf.models_dir / TINY_V4 / "manifest.toml"
    text = path.read_text("utf-8")
    kept = [part for part in text.split("[[files]]") if "00001-of" not in part]
    kept = [part for part in kept if "00002-of" not in part]
    text = "[[files]]".join(kept)
    path.write_text(text.replace('kind = "encoder"\n', f'kind = "encoder"\n{REPOSITORY}'), "utf-8")
    return shelf


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def made_in(shelf: OnnxModelShelf, name: str = TINY_V4) -> set[str]:
    """Return what is in a model's folder beside its description and the lock."""
    return files_in(shelf.models_dir / name) - files_in(DESCRIBED / name) - {".lock"}


def contents(folder: Path) -> dict[str, str]:
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files_in(folder)
    }


# --- from a folder


@pytest.mark.parametrize("name", TINY_MODELS)
def test_a_model_is_installed_from_a_folder_without_network(shelf, checkpoints, name, monkeypatch):
    monkeypatch.setattr(socket, "socket", _no_socket)
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


def _no_socket(*_: object, **__: object) -> None:
    raise AssertionError("a socket was opened")


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


def spoil(source: Path, name: str, change) -> None:
    path = next(p for p in source.rglob("*.safetensors") if name in read_safetensors(p))
    tensors = read_safetensors(path)
    tensors[name] = change(tensors[name])
    write_safetensors(path, tensors)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda at: (at / SHARD).unlink(), f"{SHARD} is missing"),
        (lambda at: (at / SHARD).write_bytes(b""), f"{SHARD} is damaged"),
        (lambda at: (at / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda at: (at / "adapters" / "adapter_model.safetensors").unlink(), "is missing"),
    ],
)
def test_a_damaged_folder_leaves_nothing(shelf, source, damage, said):
    damage(source)
    with pytest.raises(InferenceError, match=said):
        shelf.install(TINY_V4, source=source)
    assert made_in(shelf) == set()
    assert not shelf.info(TINY_V4).is_installed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: np.where(np.arange(w.size).reshape(w.shape) == 7, np.nan, w), "no numbers"),
        (lambda w: w * 0, "answers the same to different pictures"),
    ],
    ids=["NaN", "zeros"],
)
def test_weights_that_cannot_be_right_leave_nothing(shelf, source, change, said):
    manifest = shelf.models_dir / TINY_V4 / "manifest.toml"
    text = manifest.read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("size_bytes")]
    manifest.write_text("\n".join(lines), "utf-8")
    spoil(source, "visual.merger.mlp.2.weight", change)
    with pytest.raises(InferenceError, match=said):
        shelf.install(TINY_V4, source=source)
    assert made_in(shelf) == set()


def test_another_file_than_the_description_names_is_told(shelf, source):
    manifest = shelf.models_dir / TINY_V4 / "manifest.toml"
    text = manifest.read_text("utf-8")
    entry = 'name = "tokenizer.json"\n'
    for line in ("size_bytes = 5", f'sha256 = "{"0" * 64}"'):
        manifest.write_text(text.replace(entry, f"{entry}{line}\n"), "utf-8")
        with pytest.raises(InferenceError, match=r"tokenizer\.json is not the file that belongs"):
            shelf.install(TINY_V4, source=source)
    assert made_in(shelf) == set()


def test_no_folder_is_told(shelf, tmp_path):
    with pytest.raises(InferenceError, match="is missing"):
        shelf.install(TINY_V4, source=tmp_path / "nowhere")
    assert made_in(shelf) == set()


def test_a_precision_without_a_graph_is_told(shelf, checkpoints):
    with pytest.raises(InferenceError, match=r"cannot be installed in int4.*fp32, fp16"):
        shelf.install(TINY_CLIP, precision=Precision.INT4, source=checkpoints[TINY_CLIP])


def test_too_little_room_is_told_with_the_numbers(shelf, checkpoints, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 5_300_000))
    with pytest.raises(
        InferenceError, match=r"tiny-v4 needs 7\d\.\d MB while it is installed; 5\.3 MB are free"
    ):
        shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert made_in(shelf) == set()


def test_a_disk_that_fills_up_is_told_and_leaves_nothing(shelf, checkpoints, monkeypatch):
    monkeypatch.setattr("folioscope.inference.external_data.ExternalData._write", _full)
    with pytest.raises(InferenceError, match=r"cannot be written.*No space left on device"):
        shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert made_in(shelf) == set()


@pytest.mark.parametrize("stage", [InstallStage.CONVERTING, InstallStage.CHECKING])
def test_a_cancel_leaves_nothing(shelf, checkpoints, stage):
    token = CancelToken()

    def report(now: InstallProgress) -> None:
        if now.stage is stage:
            token.cancel()

    with pytest.raises(Cancelled):
        shelf.install(TINY_V4, source=checkpoints[TINY_V4], token=token, report=report)
    assert made_in(shelf) == set()
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert shelf.verify(TINY_V4) == []


def test_a_pause_holds_the_work(shelf, checkpoints):
    token = CancelToken()
    told: list[InstallProgress] = []

    def report(now: InstallProgress) -> None:
        told.append(now)
        if len(told) == 3:
            token.pause()

    thread = threading.Thread(
        target=lambda: shelf.install(
            TINY_V4, source=checkpoints[TINY_V4], token=token, report=report
        )
    )
    thread.start()
    while len(told) < 3:
        time.sleep(0.01)
    time.sleep(0.3)
    assert len(told) == 3
    token.resume()
    thread.join(60)
    assert shelf.info(TINY_V4).is_installed


# --- from the network


def test_a_model_is_fetched_made_and_what_was_fetched_is_deleted(fetching_shelf, hub):
    told: list[InstallProgress] = []
    assert fetching_shelf.info(TINY_V4).download_bytes > 0
    fetching_shelf.install(TINY_V4, report=told.append)
    assert hub.names_asked()[0] == "model.safetensors.index.json"
    assert SHARD in hub.names_asked()  # which only the index names
    build = fetching_shelf.info(TINY_V4).builds[0]
    assert made_in(fetching_shelf) == {f"{build.folder.name}/{name}" for name in INSTALLED}
    assert build.folder.name == "r1-int8"
    origin = json.loads((build.folder / ORIGIN_FILE).read_text("utf-8"))
    assert origin["repository"] == "jina/tiny"
    wanted = hashlib.sha256((hub.folder / SHARD).read_bytes()).hexdigest()
    assert origin["files"][SHARD]["sha256"] == wanted
    fetched = [now for now in told if now.stage is InstallStage.DOWNLOADING]
    assert fetched[-1].done_bytes == fetched[-1].total_bytes
    assert fetched[-1].done_bytes == sum(f["size_bytes"] for f in origin["files"].values())


def test_the_same_is_made_of_a_folder_and_of_the_network(fetching_shelf, shelf, checkpoints, hub):
    fetching_shelf.install(TINY_V4, precision=Precision.INT4)
    fetched = contents(fetching_shelf.info(TINY_V4).builds[0].folder)
    fetching_shelf.remove(TINY_V4)
    fetching_shelf.install(TINY_V4, precision=Precision.INT4, source=checkpoints[TINY_V4])
    taken = contents(fetching_shelf.info(TINY_V4).builds[0].folder)
    differing = {".complete", ORIGIN_FILE}
    assert {k: v for k, v in fetched.items() if k not in differing} == {
        k: v for k, v in taken.items() if k not in differing
    }


def test_a_failed_download_goes_on_at_the_next_install(fetching_shelf, hub):
    hub.faults[SHARD] = Fault(status=404)
    with pytest.raises(InferenceError, match="has no file"):
        fetching_shelf.install(TINY_V4)
    info = fetching_shelf.info(TINY_V4)
    assert not info.is_installed
    assert info.partial_bytes > 100_000
    asked = len(hub.asked)
    hub.faults.clear()
    fetching_shelf.install(TINY_V4)
    assert "tokenizer.json" not in hub.names_asked()[asked:]
    assert fetching_shelf.info(TINY_V4).partial_bytes == 0


def test_what_is_here_whole_needs_no_network(fetching_shelf, hub, monkeypatch):
    """A first try fetches all and finds the disk full; the next one converts offline."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("folioscope.inference.model_making.bind", _full)
        with pytest.raises(InferenceError, match="No space left"):
            fetching_shelf.install(TINY_V4)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    fetching_shelf.install(TINY_V4)
    assert fetching_shelf.info(TINY_V4).is_installed


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_wrong_hash_is_told_and_the_rest_is_kept(fetching_shelf, hub):
    manifest = fetching_shelf.models_dir / TINY_V4 / "manifest.toml"
    text = manifest.read_text("utf-8")
    entry = 'name = "tokenizer.json"\n'
    manifest.write_text(text.replace(entry, f'{entry}sha256 = "{"0" * 64}"\n'), "utf-8")
    with pytest.raises(InferenceError, match=r"tokenizer\.json did not arrive whole"):
        fetching_shelf.install(TINY_V4)
    assert not any("tokenizer" in name for name in made_in(fetching_shelf))


@pytest.mark.parametrize("name", ["model.safetensors.index.json", "adapters/adapter_config.json"])
def test_a_page_that_came_instead_of_a_file_is_fetched_anew(fetching_shelf, hub, name):
    """Where neither manifest nor hub tell a hash, only converting finds it out."""
    hub.faults[name] = Fault(body=b"<html>Sign in to this network</html>")
    for _ in range(2):
        with pytest.raises(InferenceError, match="cannot be read"):
            fetching_shelf.install(TINY_V4)
    hub.faults.clear()
    fetching_shelf.install(TINY_V4)
    assert fetching_shelf.verify(TINY_V4) == []


def test_a_stalled_download_is_cancelled_at_once_and_kept(fetching_shelf, hub):
    hub.faults[SHARD] = Fault(stalls=True)
    token = CancelToken()
    cancelled_at: list[float] = []

    def cancel() -> None:
        hub.stalling.wait(20)
        time.sleep(0.2)  # for what was sent to be read
        cancelled_at.append(time.monotonic())
        token.cancel()

    threading.Thread(target=cancel).start()
    with pytest.raises(Cancelled):
        fetching_shelf.install(TINY_V4, token=token)
    assert time.monotonic() - cancelled_at[0] < 1.0  # 0.2 on a machine with nothing else to do
    assert fetching_shelf.info(TINY_V4).partial_bytes > 0
    hub.over.set()
    hub.faults.clear()
    fetching_shelf.install(TINY_V4)
    assert fetching_shelf.verify(TINY_V4) == []


def test_without_a_repository_nothing_is_fetched(shelf, monkeypatch):
    monkeypatch.setattr(socket, "socket", _no_socket)
    with pytest.raises(InferenceError, match=r"names no repository.*--from"):
        shelf.install(TINY_M0)


def test_offline_opens_no_socket(fetching_shelf, hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(socket, "socket", _no_socket)
    with pytest.raises(InferenceError, match="HF_HUB_OFFLINE is set"):
        fetching_shelf.install(TINY_V4)


def test_removing_takes_builds_and_downloads_away(fetching_shelf, hub, checkpoints):
    for precision in (Precision.INT8, Precision.FP32):
        fetching_shelf.install(TINY_V4, precision=precision, source=checkpoints[TINY_V4])
    sizes = {b.precision: b.size_bytes for b in fetching_shelf.info(TINY_V4).builds}
    assert fetching_shelf.remove(TINY_V4, precision=Precision.FP32) == sizes[Precision.FP32]
    hub.faults[SHARD] = Fault(status=403)
    with pytest.raises(InferenceError):
        fetching_shelf.install(TINY_V4, precision=Precision.FP16)
    left = fetching_shelf.info(TINY_V4).partial_bytes
    assert left > 0
    assert fetching_shelf.remove(TINY_V4) == sizes[Precision.INT8] + left
    assert made_in(fetching_shelf) == set()
    assert TINY_V4 in {model.name for model in fetching_shelf.models()}  # still described


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


# --- kills, and several at once


def _program(shelf: OnnxModelShelf, source: Path, *, slow: str = "") -> list[str]:
    code = (
        "import sys, time; from pathlib import Path;"
        "from folioscope.inference import weights;"
        "from folioscope.inference.shelf import OnnxModelShelf;"
        f"{slow}"
        "OnnxModelShelf(Path('none'), Path(sys.argv[1])).install("
        "'tiny-v4', source=Path(sys.argv[2]),"
        " report=lambda now: print(now.stage.value, now.done_bytes, flush=True))"
    )
    return [sys.executable, "-c", code, str(shelf.models_dir), str(source)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "app")}


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed otherwise there")
def test_a_kill_while_converting_leaves_nothing_that_is_seen(shelf, checkpoints):
    slow = "weights._checked = lambda t, f, c=weights._checked: (time.sleep(0.02), c(t, f))[1];"
    command = _program(shelf, checkpoints[TINY_V4], slow=slow)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("converting") and int(line.split()[1]) > 10_000:
                process.send_signal(signal.SIGKILL)
                break
    assert not shelf.info(TINY_V4).is_installed
    assert shelf.info(TINY_V4).builds == ()
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    build = shelf.info(TINY_V4).builds[0]
    assert made_in(shelf) == {f"{build.folder.name}/{name}" for name in INSTALLED}


def test_processes_at_once_make_it_once(shelf, checkpoints):
    running = [
        subprocess.Popen(
            _program(shelf, checkpoints[TINY_V4]),
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(),
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sum("converting" in text for text in said) == 1
    assert shelf.verify(TINY_V4) == []


def test_waiting_for_another_process_can_be_cancelled(shelf, checkpoints):
    from folioscope.inference.installing import held

    token = CancelToken()
    with held(shelf.models_dir / TINY_V4):
        threading.Timer(0.2, token.cancel).start()
        with pytest.raises(Cancelled):
            shelf.install(TINY_V4, source=checkpoints[TINY_V4], token=token)


# --- what an installed model gives


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
