"""MuPDF without fonts of dead scripts: PDFs look as before, and nothing fails for the lack."""

import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from bundle.artifact import BuildError
from linux.mupdf_fonts import FONTS, blank_unused, find_resources

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is done on Linux only")

# draws the sample PDFs, and letters that no font of theirs has
_PROGRAM = """
import hashlib, json, pathlib, sys
import pymupdf
looks = hashlib.sha256()
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.pdf")):
    for page in pymupdf.open(file, filetype="pdf"):
        looks.update(page.get_pixmap(dpi=60).samples)
        looks.update(page.get_text().encode())
font = pymupdf.Font("helv")
letters = {letter: font.has_glyph(ord(letter), fallback=1) for letter in sys.argv[2]}
page = pymupdf.open().new_page()
page.add_freetext_annot((10, 10, 300, 60), sys.argv[2])
page.insert_htmlbox((10, 100, 200, 300), f"<p lang=de style='hyphens:auto'>Wort {sys.argv[2]}</p>")
inked = min(page.get_pixmap().samples) < 128
print(json.dumps([pymupdf.__file__, looks.hexdigest(), letters, inked]))
"""
DEVANAGARI, CHINESE, TANGUT, CUNEIFORM = "अ", "鍋", "\U00017000", "\U00012000"


def seen(site_packages: Path | None) -> tuple[str, str, dict[str, int], bool]:
    """Return where MuPDF was, what pages look like, glyphs of letters, whether notes have ink."""
    environment = dict(os.environ)
    if site_packages is not None:
        environment["PYTHONPATH"] = str(site_packages)
    samples = str(ROOT / "resources" / "samples")
    command = [sys.executable, "-c", _PROGRAM, samples, DEVANAGARI + CHINESE + TANGUT + CUNEIFORM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    file, looks, letters, inked = json.loads(done.stdout)
    return file, looks, letters, inked


@pytest.fixture
def inner(tmp_path) -> Path:
    package = Path(str(metadata.distribution("pymupdf").locate_file("pymupdf")))
    shutil.copytree(package, tmp_path / "pymupdf", ignore=shutil.ignore_patterns("mupdf-devel"))
    return tmp_path


def test_pages_look_the_same_and_letters_of_today_are_drawn(inner):
    assert blank_unused(inner) > 7_000_000
    _, looks, letters, _ = seen(None)
    file, looks_after, letters_after, inked = seen(inner)
    assert file.startswith(str(inner))
    assert looks_after == looks
    assert letters[CUNEIFORM] > 0
    assert letters_after == {**letters, TANGUT: 0, CUNEIFORM: 0}
    assert inked


def test_all_that_is_named_is_there(inner):
    [library] = inner.glob("pymupdf/libmupdf.so.*")
    places = find_resources(library)
    assert {f"fonts_noto_{name}_Regular_otf" for name in FONTS} <= places.keys()
    assert library.read_bytes()[places["hyphen_hyph_all_zip"].start :].startswith(b"PK\3\4")


@pytest.mark.skipif(shutil.which("cc") is None, reason="no compiler is installed")
def test_a_library_that_does_not_tell_where_fonts_are_stops_the_build(tmp_path):
    library = tmp_path / "pymupdf" / "libmupdf.so.99.1"
    library.parent.mkdir()
    command = ["cc", "-shared", "-x", "c", "-", "-o", str(library)]
    subprocess.run(command, input="int fonts(void) { return 0; }", text=True, check=True)
    with pytest.raises(BuildError, match=r"libmupdf\.so\.99\.1 does not tell where its fonts are"):
        blank_unused(tmp_path)
