"""Models appear whole or not at all, and damage is noticed."""

import shutil
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference.installing import MARKER, install, is_whole
from folioscope.inference.models import installed_models, verify_model

ROOM = 1_000


def make(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"graph" * 100)
    (folder / "tokenizer.json").write_bytes(b"{}")


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "models" / "tiny" / "r1"


def test_a_model_is_made_once(folder):
    made = []
    for _ in range(2):
        install(folder, lambda at: (made.append(at), make(at)), room_bytes=ROOM)
    assert len(made) == 1
    assert is_whole(folder)
    assert names_in(folder) == {"model.onnx", "tokenizer.json", MARKER}
    assert names_in(folder.parent) <= {"r1", ".lock"}


def test_a_failure_while_making_leaves_nothing(folder):
    def fail(at: Path) -> None:
        make(at)
        raise InferenceError("The data is damaged.")

    with pytest.raises(InferenceError, match="data is damaged"):
        install(folder, fail, room_bytes=ROOM)
    assert names_in(folder.parent) <= {".lock"}


def test_leftovers_of_a_killed_process_are_removed(folder):
    leftover = folder.parent / ".making-dead"
    leftover.mkdir(parents=True)
    make(leftover)
    install(folder, make, room_bytes=ROOM)
    assert not leftover.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda at: (at / "model.onnx").write_bytes(b"graph"),
        lambda at: (at / "tokenizer.json").unlink(),
        lambda at: (at / MARKER).unlink(),
        lambda at: (at / MARKER).write_text("{"),
    ],
    ids=["cut short", "a file gone", "never finished", "unreadable note"],
)
def test_a_damaged_model_is_made_again(folder, damage):
    install(folder, make, room_bytes=ROOM)
    damage(folder)
    assert not is_whole(folder)
    assert verify_model(folder.parents[1], "tiny") != []
    install(folder, make, room_bytes=ROOM)
    assert is_whole(folder)
    assert verify_model(folder.parents[1], "tiny") == []


def test_changed_contents_of_the_same_size_are_found_by_verifying(folder):
    install(folder, make, room_bytes=ROOM)
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[::-1])
    (fault,) = verify_model(folder.parents[1], "tiny")
    assert "model.onnx is damaged" in fault


def test_installed_models_are_listed(folder):
    assert installed_models(folder.parents[1]) == []
    install(folder, make, room_bytes=ROOM)
    (model,) = installed_models(folder.parents[1])
    assert (model.name, model.build, model.is_whole) == ("tiny", "r1", True)
    assert model.size_bytes > 500


def test_a_full_disk_is_told_before_anything_is_written(folder, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9 - 500, 500))
    with pytest.raises(InferenceError, match="Free some room"):
        install(folder, make, room_bytes=ROOM)
    assert names_in(folder.parent) <= {".lock"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(InferenceError, match="cannot be written"):
        install(tmp_path / "models" / "tiny" / "r1", make, room_bytes=ROOM)


def test_threads_at_once_make_it_once(folder):
    made: list[Path] = []
    start = threading.Barrier(4)

    def one() -> None:
        start.wait()
        install(folder, lambda at: (made.append(at), make(at)), room_bytes=ROOM)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_processes_at_once_make_it_once(folder):
    program = (
        "import sys; from pathlib import Path;"
        "from folioscope.inference.installing import install;"
        "install(Path(sys.argv[1]), lambda at: ((at / 'f').write_bytes(b'x'), print('made')),"
        " room_bytes=1)"
    )
    command = [sys.executable, "-c", program, str(folder)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert "".join(said).count("made") == 1
    assert is_whole(folder)


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3] / "app")}
