"""OpenCV with what RapidOCR asks it for and nothing else, compiled from its own source archive.

The wheel on PyPI also reads films and pictures, runs networks and opens cameras, and weighs six
times as much. ``python -m linux.opencv``, in packaging/, compiles it (five minutes on two cores;
kept in build/opencv) and puts it into the environment that it runs in, in place of PyPI's.

Measured on 12 pages in five languages: the same 1,815 words in the same boxes. It has no IPP: of a
page's 1.5 s, cutting 60 lines out takes 15 ms and not 11, and the rest as long as before.
"""

import hashlib
import inspect
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

from bundle.artifact import BuildError
from bundle.environment import BUILD, PINNED
from linux import opencv_wheel
from linux.opencv_options import options
from linux.opencv_wheel import PROJECT, made_version, write_wheel

HOME = BUILD / "opencv"
_COMPILERS = {"cc": "gcc", "c++": "g++"}
_ASKED = re.compile(r"\bcv2\.(\w+)")
# for pictures in files, which Folioscope decodes itself
_NEVER_CALLED = frozenset({"IMREAD_COLOR", "imdecode", "imencode", "imwrite"})
_EPOCH_S = "1767225600"  # for whatever writes a date


def main() -> int:
    """Put the wheel into this environment; return 0, or 3 after a sentence."""
    try:
        wheel = made_before() or compile_wheel()
        _pip("install", "--no-deps", "--force-reinstall", str(wheel))
        refuse_where_more_is_asked()
    except BuildError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


def wanted_version(pinned: Path = PINNED) -> str:
    """Return the version of OpenCV that is pinned; raise BuildError where none is."""
    found = re.search(rf"^{PROJECT}==(\S+)$", pinned.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise BuildError(f"{pinned.name} pins no version of {PROJECT}. Add a line for it.")
    return found[1]


def made_before() -> Path | None:
    """Return the wheel that an earlier build left, if nothing has changed that it hangs on."""
    wheels = sorted((HOME / fingerprint()).glob("*.whl"))
    return wheels[0] if wheels else None


def compile_wheel() -> Path:
    """Fetch the source, compile it and return the wheel; raise BuildError."""
    refuse_without_compilers()
    version = wanted_version()
    print(f"Compiling OpenCV {version}: 5 to 15 minutes, once.", flush=True)
    shutil.rmtree(HOME, ignore_errors=True)
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="opencv-", dir=BUILD) as room:
        source = _fetch(version, Path(room))
        made = _compile(source / "opencv", Path(room) / "made")
        _take_licence(source, made)
        target = HOME / fingerprint()
        target.mkdir(parents=True)
        return write_wheel(target, made, version=made_version(version))


def refuse_without_compilers() -> None:
    """Raise BuildError where a compiler is missing."""
    missing = [package for tool, package in _COMPILERS.items() if shutil.which(tool) is None]
    if missing:
        raise BuildError(
            f"OpenCV is compiled for the bundle, and there is no compiler: install "
            f"{' and '.join(missing)}."
        )


def refuse_where_more_is_asked() -> None:
    """Raise BuildError where RapidOCR names anything of OpenCV that is not compiled in."""
    command = [sys.executable, "-c", "import cv2; print(*dir(cv2))"]
    there = set(_told(command).split()) | _NEVER_CALLED
    package = metadata.distribution("rapidocr")
    if lacking := asked_for(Path(str(package.locate_file("rapidocr")))) - there:
        raise BuildError(
            f"RapidOCR {package.version} asks OpenCV for {', '.join(sorted(lacking))}, which is "
            "not compiled in. Add the module that has it to linux/opencv_options.py."
        )


def asked_for(folder: Path) -> set[str]:
    """Return the names of OpenCV's that the modules in a folder have, pictures of results apart."""
    modules = [path for path in folder.rglob("*.py") if "vis_res" not in path.stem]
    return {name for path in modules for name in _ASKED.findall(path.read_text("utf-8"))}


def fingerprint() -> str:
    """Return what tells builds apart: version, options, form of the wheel, Python and compiler."""
    compiler = _told(["c++", "--version"]) if shutil.which("c++") else ""
    wishes = [wanted_version(), repr(options()), inspect.getsource(opencv_wheel)]
    return hashlib.sha256("\0".join([*wishes, sys.version, compiler]).encode()).hexdigest()[:16]


def _fetch(version: str, room: Path) -> Path:
    """Return the folder of the source, from PyPI."""
    only_source = ["--no-deps", "--no-binary", PROJECT, "--dest", str(room)]
    _pip("download", *only_source, f"{PROJECT}=={version}")
    [archive] = room.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(room, filter="data")
    archive.unlink()
    return next(path for path in room.iterdir() if (path / "opencv").is_dir())


def _compile(source: Path, made: Path) -> Path:
    """Compile; return the folder that holds ``python/cv2`` and ``share/licenses``."""
    build = made.with_name("build")
    told = {**options(), **_places(source, build)}
    _run(["cmake", "-G", "Ninja", "-S", str(source), "-B", str(build), *_defined(told)])
    forget_places(build)
    _run(["cmake", "--build", str(build), "--target", "opencv_python3"])
    for component in ("python", "licenses"):
        _run(["cmake", "--install", str(build), "--prefix", str(made), "--component", component])
    return made


def _places(source: Path, build: Path) -> dict[str, str]:
    """Return where things are on this machine, and that nobody shall find it in the library."""
    forgotten = f"-ffile-prefix-map={source}=opencv -ffile-prefix-map={build}=build"
    return {
        "CMAKE_C_FLAGS": forgotten,
        "CMAKE_CXX_FLAGS": forgotten,
        "PYTHON_DEFAULT_EXECUTABLE": sys.executable,
        "PYTHON3_EXECUTABLE": sys.executable,
        "PYTHON3_INCLUDE_DIR": sysconfig.get_path("include"),
        "PYTHON3_LIBRARY": "libpython3.a",  # asked for, and not linked with
        "PYTHON3_NUMPY_INCLUDE_DIRS": np.get_include(),
    }


def forget_places(build: Path) -> None:
    """Take the folders of this machine out of what OpenCV tells of its own making, before that."""
    told = build / "modules" / "core" / "version_string.inc"
    lines = told.read_text("utf-8").splitlines(keepends=True)
    told.write_text("".join(line for line in lines if "/" not in line), "utf-8")
    header = build / "opencv_data_config.hpp"
    header.write_text(header.read_text("utf-8").replace(str(build), "build"), "utf-8")


def _take_licence(source: Path, made: Path) -> None:
    folder = made / "share" / "licenses" / "opencv5"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "opencv" / "LICENSE", folder / "LICENSE")
    shutil.copyfile(source / "LICENSE.txt", folder / "LICENSE-opencv-python.txt")


def _defined(values: dict[str, str]) -> list[str]:
    return [f"-D{name}={value}" for name, value in values.items()]


def _told(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _pip(*arguments: str) -> None:
    _run([sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--quiet"])


def _run(command: list[str]) -> None:
    """Run a tool of this environment or of the system; raise BuildError with what it said last."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SOURCE_DATE_EPOCH": _EPOCH_S}
    program = shutil.which(command[0], path=path)
    if program is None:
        raise BuildError(f"{command[0]} is missing; pip install {command[0]}.")
    done = subprocess.run(
        [program, *command[1:]], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise BuildError(f"OpenCV was not compiled; {command[0]} failed with:\n{last}")


if __name__ == "__main__":
    sys.exit(main())
