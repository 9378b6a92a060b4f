"""What is taken out of a bundle: never something that Folioscope loads."""

import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from bundle.collecting import NEVER_IMPORTED, STAND_INS, programs, tree
from bundle.trimming import CUTS, INNER, is_cut, trim
from bundle.weighing import Weight, part_of, table, weigh

ROOT = Path(__file__).resolve().parents[3]
# imports everything, does what loads more libraries, and tells what was loaded
_PROGRAM = """
import pkgutil, importlib, sys
import tests.unit.packaging.frozen_pyarrow
import folioscope
for module in pkgutil.walk_packages(folioscope.__path__, "folioscope."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
import lancedb, pyarrow, pymupdf, rapidocr, cv2, keyring, elasticsearch, PIL.Image, huggingface_hub
from rapidocr import RapidOCR
import tempfile
with tempfile.TemporaryDirectory() as folder:
    table = lancedb.connect(folder).create_table("t", pyarrow.table({"id": [1], "text": ["a"]}))
    assert table.search().where("id = 1").to_arrow().num_rows == 1
for name, module in sorted(sys.modules.items()):
    print("module", name)
    if getattr(module, "__file__", None):
        print("file", module.__file__)
if sys.platform == "linux":
    for line in open("/proc/self/maps", encoding="utf-8"):
        if ".so" in line:
            print("file", line.split(maxsplit=5)[-1].strip())
"""


@pytest.fixture(scope="module")
def loaded() -> list[tuple[str, str]]:
    told = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'packaging'}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [tuple(line.split(" ", 1)) for line in told.splitlines()]  # type: ignore[misc]


def place_of(file: str) -> str:
    """Return where a file of an environment lies in a bundle."""
    return file.partition("site-packages/")[2]


def test_nothing_that_is_loaded_is_cut(loaded):
    files = {place_of(text) for kind, text in loaded if kind == "file"}
    assert any("lancedb" in place for place in files)
    # PyArrow tries what it offers and goes without; RapidOCR wants letters where it draws results
    tried = (
        "_imagingft",
        "_s3fs",
        "libarrow_s3",
        "_gcsfs",
        "_azurefs",
        "_hdfs",
        "_orc",
        "_feather",
    )
    cut = [place for place in files if place and is_cut(place)]
    assert [place for place in cut if not any(name in place for name in tried)] == []


def test_nothing_that_is_imported_is_left_out(loaded):
    modules = {text for kind, text in loaded if kind == "module"}
    assert "lancedb" in modules
    # tried where they are, and gone without: by PyArrow, RapidOCR, Pillow and others
    optional = {"pandas", "polars", "scipy", "torch", "readline", "setuptools", "pkg_resources"}
    optional |= {"attr", "attrs", "defusedxml"}
    replaced = {name for name, _, _ in STAND_INS}
    assert modules & (set(NEVER_IMPORTED) - optional - replaced) == set()


@pytest.mark.parametrize(
    ("place", "goes"),
    [
        ("pyarrow/libarrow_flight.so.2600", True),
        ("pyarrow/libarrow.so.2600", False),
        ("pyarrow/_parquet.cpython-311-x86_64-linux-gnu.so", True),
        ("pyarrow/_fs.cpython-311-x86_64-linux-gnu.so", False),
        ("pyarrow/tests/data/x.orc", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqlinuxfb.so", True),
        ("PySide6/Qt/translations/qtbase_zh_TW.qm", False),
        ("PySide6/Qt/translations/qtbase_sl.qm", True),
        ("folioscope/_data/resources/samples/index.toml", False),
        ("folioscope/_data/models/ocr/det.onnx", False),
        ("rapidocr/models/PP-OCRv6_det_small.onnx", True),
        ("rapidocr/config.yaml", False),
        ("cv2/opencv_videoio_ffmpeg500_64.dll", True),
        ("cv2/cv2.pyd", False),
        ("cv2/python-3/cv2.abi3.so", False),
    ],
)
def test_what_goes_and_what_stays(place, goes):
    assert is_cut(place) is goes


def test_nothing_of_ours_is_cut(loaded):
    ours = [f"folioscope/_data/{p.relative_to(ROOT)}" for p in (ROOT / "resources").rglob("*")]
    ours += [f"folioscope/_data/{p.relative_to(ROOT)}" for p in (ROOT / "onnx_models").rglob("*")]
    assert [place for place in ours if is_cut(place)] == []


def test_every_cut_says_why_and_is_a_pattern_of_files():
    for cut in CUTS:
        assert cut.why
        assert not any(fnmatchcase("folioscope/_data/models/x", p) for p in cut.patterns)


def bundle_of(folder: Path, *places: str) -> Path:
    for place in places:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000)
    return folder


def test_trimming_takes_files_links_and_empty_folders(tmp_path):
    gone, kept = f"{INNER}/pyarrow/libarrow_flight.so.1", f"{INNER}/pyarrow/libarrow.so.1"
    deep = f"{INNER}/pyarrow/include/arrow/api.h"
    folder = bundle_of(tmp_path, "folioscope", gone, kept, deep)
    (folder / INNER / "libarrow_flight.so.1").symlink_to("pyarrow/libarrow_flight.so.1")
    assert trim(folder) == 2000
    left = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))
    assert left == [INNER, f"{INNER}/pyarrow", kept, "folioscope"]


def test_the_table_adds_up(tmp_path):
    places = (f"{INNER}/numpy/a.so", f"{INNER}/numpy.libs/b.so", f"{INNER}/cv2/c.so", "folioscope")
    weights = weigh(bundle_of(tmp_path, *places))
    assert weights[0] == Weight("NumPy", 2000)
    assert sum(weight.size_bytes for weight in weights) == 4000
    rows = table(weights, most=1).splitlines()
    assert rows[2] == "| NumPy | 0.0 |"
    assert rows[-2].startswith("| everything else ")
    assert rows[-1].startswith("| all ")


def test_every_part_has_a_name():
    assert part_of("_internal/PySide6/QtCore.abi3.so") == "Qt and PySide6"
    model = part_of("_internal/folioscope/_data/models/starter/x/model.onnx")
    assert model == "models, for texts and OCR"
    assert part_of("legal/sbom.cdx.json") == "licences and bill of materials"
    assert part_of("folioscope") == "program and pure Python"


def test_windows_has_a_program_without_a_console():
    assert programs("linux") == (("folioscope", True),)
    assert ("folioscope-window", False) in programs("win32")


def test_a_tree_keeps_its_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.onnx").touch()
    assert list(tree(tmp_path, "models")) == [(str(tmp_path / "a" / "x.onnx"), "models/a")]
