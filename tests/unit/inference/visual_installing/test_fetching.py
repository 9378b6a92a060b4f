"""Visual models come from the network, whole or not at all."""

import hashlib
import json
import socket
import threading
import time

import pytest

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import InstallProgress, InstallStage, Precision
from folioscope.inference.model_making import ORIGIN_FILE
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.loopback_hub import Fault
from tests.tiny_models import TINY_M0, TINY_V4
from tests.unit.inference.visual_installing.installed import (
    INSTALLED,
    SHARD,
    contents,
    disk_full,
    made_in,
    no_socket,
)


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
        patched.setattr("folioscope.inference.model_making.bind", disk_full)
        with pytest.raises(InferenceError, match="No space left"):
            fetching_shelf.install(TINY_V4)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    fetching_shelf.install(TINY_V4)
    assert fetching_shelf.info(TINY_V4).is_installed


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
    monkeypatch.setattr(socket, "socket", no_socket)
    with pytest.raises(InferenceError, match=r"names no repository.*--from"):
        shelf.install(TINY_M0)


def test_offline_opens_no_socket(fetching_shelf, hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(socket, "socket", no_socket)
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
