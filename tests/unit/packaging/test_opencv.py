"""OpenCV as it is compiled for Linux: what its wheel says, and when it is made anew."""

import hashlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from bundle.artifact import BuildError
from legal.allowing import read_allow_list
from legal.carried import carried_parts
from legal.environment import Environment
from legal.inventory import parts_of
from legal.parts import Kind
from linux import opencv
from linux.opencv_options import options
from linux.opencv_wheel import made_version, write_wheel

VERSION = "5.0.0.93+folioscope"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder as OpenCV's own installation leaves it."""
    folder = tmp_path / "made"
    texts = {
        "python/cv2/__init__.py": "answer = 42\n",
        "python/cv2/python-3/cv2.abi3.so": "no real one",
        "python/cv2/__pycache__/x.pyc": "left out",
        "share/licenses/opencv5/LICENSE": "OpenCV's own text\n",
        "share/licenses/opencv5/zlib-LICENSE": "zlib's text\n",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def installed(made: Path, tmp_path: Path) -> Path:
    """The folder of packages that pip has put the wheel into."""
    site = tmp_path / "site"
    wheel = write_wheel(tmp_path, made, version=VERSION)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    command = [*pip, "--no-index", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(command, check=True, timeout=120)
    return site


def distribution(site: Path) -> metadata.Distribution:
    [found] = metadata.distributions(path=[str(site)])
    return found


def test_pip_installs_the_wheel_under_a_name_that_tells_it_from_the_official_one(installed) -> None:
    found = distribution(installed)
    assert (found.metadata["Name"], found.version) == ("opencv-python-headless", VERSION)
    assert (installed / "cv2/__init__.py").read_text("utf-8") == "answer = 42\n"
    assert not list(installed.rglob("x.pyc"))
    names = {Path(str(file)).name for file in found.files or []}
    assert {"LICENSE", "zlib-LICENSE", "cv2.abi3.so"} <= names


def test_the_bill_of_materials_has_what_is_inside_and_no_library_for_films(installed) -> None:
    found = distribution(installed)
    environment = Environment((str(installed),), sys.base_prefix, {})
    parts = parts_of(environment, {"opencv-python-headless": found})
    [package] = [part for part in parts if part.kind is Kind.PACKAGE]
    assert (package.version, package.licence) == (VERSION, "Apache-2.0")
    assert package.purl == "pkg:pypi/opencv-python-headless@5.0.0.93"
    inside = [part for part in parts if part.kind is Kind.INSIDE]
    assert inside == sorted(carried_parts(found, {}), key=lambda part: part.title)
    assert {"FLANN", "SoftFloat", "zlib"} <= {part.name for part in inside}
    assert read_allow_list().faults(inside) == []


def test_the_official_wheel_still_tells_of_what_it_has() -> None:
    official = metadata.distribution("opencv-python-headless")
    assert "+" not in official.version
    environment = Environment((), sys.base_prefix, {})
    told = [part.name for part in parts_of(environment, {"opencv-python-headless": official})]
    assert "FFmpeg" in told


def test_the_wheel_is_the_same_bytes_again(made, tmp_path) -> None:
    digests = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        wheel = write_wheel(tmp_path / name, made, version=VERSION)
        digests.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
        (made / "python/cv2/__init__.py").touch()
    assert len(digests) == 1


@pytest.mark.parametrize("gone", ["python/cv2/python-3/cv2.abi3.so", "share/licenses/opencv5"])
def test_a_wheel_without_library_or_licences_is_refused(made, tmp_path, gone) -> None:
    (made / gone).rename(tmp_path / "gone")
    with pytest.raises(BuildError, match="its library or its licences were not installed"):
        write_wheel(tmp_path, made, version=VERSION)


def test_the_version_is_the_one_that_is_pinned(tmp_path) -> None:
    assert made_version(opencv.wanted_version()).endswith("+folioscope")
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("opencv-python-headless-more==1\nnumpy==2.4.6\n")
    with pytest.raises(BuildError, match=r"pinned\.txt pins no version of opencv-python-headless"):
        opencv.wanted_version(pinned)


def test_nothing_that_reads_films_or_pictures_is_compiled() -> None:
    told = options()
    assert told["BUILD_LIST"] == "core,imgproc,geometry,python3"
    assert {told[f"WITH_{name}"] for name in ("FFMPEG", "AVIF", "PNG", "LAPACK")} == {"OFF"}


def test_a_missing_compiler_is_told_with_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match=r"there is no compiler: install gcc and g\+\+"):
        opencv.refuse_without_compilers()


def test_it_is_compiled_anew_only_where_something_changed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(opencv, "HOME", tmp_path)
    assert opencv.made_before() is None
    folder = tmp_path / opencv.fingerprint()
    folder.mkdir()
    (folder / "opencv.whl").touch()
    assert opencv.made_before() == folder / "opencv.whl"
    monkeypatch.setattr(opencv, "wanted_version", lambda: "5.0.0.94")
    assert opencv.made_before() is None


def test_what_opencv_tells_of_its_making_names_no_folder(tmp_path) -> None:
    told, header = tmp_path / "modules/core/version_string.inc", tmp_path / "opencv_data_config.hpp"
    told.parent.mkdir(parents=True)
    told.write_text('"  Host: Linux x86_64\\n"\n"  Interpreter: /home/me/venv/python\\n"\n"\\n"\n')
    header.write_text(f'#define OPENCV_BUILD_DIR "{tmp_path}"\n')
    opencv.forget_places(tmp_path)
    assert told.read_text("utf-8") == '"  Host: Linux x86_64\\n"\n"\\n"\n'
    assert header.read_text("utf-8") == '#define OPENCV_BUILD_DIR "build"\n'


def test_a_name_that_rapidocr_asks_for_and_opencv_lacks_is_told(tmp_path, monkeypatch) -> None:
    (tmp_path / "main.py").write_text("import cv2\ncv2.resize(1)\nnet = cv2.dnn.readNet(2)\n")
    assert opencv.asked_for(tmp_path) == {"resize", "dnn"}
    opencv.refuse_where_more_is_asked()
    monkeypatch.setattr(opencv, "asked_for", lambda folder: {"resize", "no_such_thing"})
    with pytest.raises(BuildError, match=r"asks OpenCV for no_such_thing, which is not compiled"):
        opencv.refuse_where_more_is_asked()
