"""The models of OCR as installers bring them: small, and they find and read as the full ones."""

from importlib import metadata
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image, ImageDraw, ImageFont

from bundle import ocr_models
from bundle.artifact import BuildError
from bundle.ocr_models import FILES, make_ocr_models, pack, rounded
from folioscope.documents import ocr

LINES = ["The lamp was lit at dusk", "Rent for 1954: 312.60", "three herons and a boat"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ocr")
    make_ocr_models(folder)
    return folder


def original(name: str) -> Path:
    package = metadata.distribution("rapidocr")
    return Path(str(package.locate_file(f"rapidocr/models/{FILES[name]}")))


def read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the lines that are read off a drawn page with the models in a folder."""
    monkeypatch.setattr(ocr, "shipped_dir", lambda name: folder)
    page = Image.new("RGB", (640, 260), "white")
    drawing = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        drawing.text((20, 20 + 80 * number), line, "black", ImageFont.load_default(size=34))
    reader = ocr.Recogniser(cores=1)
    return [row.text for row in reader.read(np.asarray(page)).rows]


@pytest.mark.parametrize("name", FILES)
def test_they_have_a_quarter_of_the_size(made: Path, name: str) -> None:
    assert (made / name).stat().st_size < 0.3 * original(name).stat().st_size


def test_a_page_is_read_with_them_as_with_the_full_ones(made, tmp_path, monkeypatch) -> None:
    (tmp_path / "ocr").symlink_to(made, target_is_directory=True)
    assert read(tmp_path, monkeypatch) == LINES
    assert read(tmp_path / "none", monkeypatch) == LINES


def test_a_channel_is_off_by_at_most_half_a_step() -> None:
    weights = np.random.default_rng(2).normal(size=(8, 4, 3, 3)).astype(np.float32)
    weights[3] *= 1000
    weights[5] = 0
    whole, factors = rounded(weights)
    assert (whole.dtype, factors.shape) == (np.int8, (8, 1, 1, 1))
    assert np.all(np.abs(whole * factors - weights) <= factors * 0.5001)
    assert np.all(whole[5] == 0)


def test_a_matrix_has_its_channels_in_the_last_axis() -> None:
    assert rounded(np.ones((300, 5), np.float32))[1].shape == (1, 5)


def test_what_is_added_to_channels_stays_exact() -> None:
    model = onnx.load(original("rec.onnx"))
    before = {t.name: t for t in model.graph.initializer if len(t.dims) == 1}
    pack(model)
    after = {t.name: t for t in model.graph.initializer}
    assert max(np.prod(t.dims) for t in before.values()) > 10_000
    assert {name: after.get(name) for name in before} == before


def test_a_model_that_rapidocr_has_no_more_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(ocr_models, "FILES", {"det.onnx": "PP-OCRv9_det.onnx"})
    with pytest.raises(BuildError, match=r"RapidOCR [\d.]+ has no PP-OCRv9_det\.onnx"):
        make_ocr_models(tmp_path)
