"""The wheel: what is in it, and that anyone who builds it gets the same bytes."""

import email
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from release.number import ReleaseError, version
from release.wheel import build, refuse_changes
from tests.conftest import ROOT

DATA = "folioscope/_data/"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Wheel and source archive of this tree; ``build`` compares them with a second build."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def names(made) -> list[str]:
    with zipfile.ZipFile(made[0]) as wheel:
        return wheel.namelist()


@pytest.fixture(scope="module")
def metadata(made) -> "email.message.Message":
    name = f"folioscope-{version()}.dist-info/METADATA"
    with zipfile.ZipFile(made[0]) as wheel:
        return email.message_from_bytes(wheel.read(name))


def test_it_carries_the_number_of_the_program(made, metadata) -> None:
    assert made[0].name == f"folioscope-{version()}-py3-none-any.whl"
    assert metadata["Version"] == version()
    assert metadata["License-Expression"] == "AGPL-3.0-or-later"
    assert set(metadata.get_all("License-File")) == {"LICENSE", "LICENCES.md"}


def test_a_runtime_comes_with_an_extra_and_not_by_itself(metadata) -> None:
    assert set(metadata.get_all("Provides-Extra")) == {"cpu", "gpu"}
    wishes = [w for w in metadata.get_all("Requires-Dist") if w.startswith("onnxruntime")]
    extras = {wish.partition(">")[0]: wish.partition("extra == ")[2] for wish in wishes}
    assert extras == {"onnxruntime": "'cpu'", "onnxruntime-gpu[cuda,cudnn]": "'gpu'"}


def test_everything_the_program_looks_up_is_in_it(names) -> None:
    for name in (
        "onnx_models/starter/manifest.toml",
        "resources/icons/folioscope.svg",
        "resources/samples/index.toml",
        "resources/styles/window.qss",
        "resources/translations/folioscope_zh_TW.qm",
        "resources/updates.toml",
    ):
        assert DATA + name in names
    assert {name.partition("/")[0] for name in names} == {
        "folioscope",
        f"folioscope-{version()}.dist-info",
    }


def test_nothing_else_is(names) -> None:
    odd = ("tests/", "/screenshots/", "__pycache__", ".pyc", "packaging/", ".git")
    assert [name for name in names if any(part in name for part in odd)] == []


def test_the_wheel_can_be_built_from_the_source_archive(made, tmp_path, monkeypatch) -> None:
    with tarfile.open(made[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    [tree] = tmp_path.iterdir()
    assert {path.name for path in tree.iterdir() if path.is_dir()} == {
        "app",
        "onnx_models",
        "resources",
    }
    with zipfile.ZipFile(made[0]) as wheel:
        day = wheel.infolist()[0].date_time
        wanted = {info.filename: info.CRC for info in wheel.infolist()}
    assert day[0] >= 2020
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "again"]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    with zipfile.ZipFile(next((tree / "again").glob("*.whl"))) as again:
        assert {info.filename: info.CRC for info in again.infolist()} == wanted


def repository(folder: Path) -> Path:
    """A git clone of one file."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\n', "utf-8")
    identity = ["-c", "user.name=N", "-c", "user.email=n@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "A start"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_changes_that_nobody_could_repeat_are_refused(tmp_path) -> None:
    clone = repository(tmp_path / "clone")
    refuse_changes(clone)
    (clone / "pyproject.toml").write_text("", "utf-8")
    with pytest.raises(ReleaseError, match=r"Commit or undo .*\n.*pyproject\.toml"):
        refuse_changes(clone)


def test_a_build_that_fails_leaves_nothing(tmp_path) -> None:
    clone = repository(tmp_path / "clone")
    with pytest.raises(ReleaseError, match="The wheel was not built"):
        build(tmp_path / "dist", root=clone)
    assert not (tmp_path / "dist").exists()
