"""Make the pages that an installed ColModernVBERT is tried on, from the sample documents.

Run from the repository: .venv/bin/python onnx_models/make_check_pages.py
"""

from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "resources" / "samples"
PAGES = ROOT / "onnx_models" / "colmodernvbert" / "pages.npz"
REPORT, CHART_PAGE = "Port of Westhaven annual report.pdf", 2
SCREENSHOT = "Garden planner screenshot.png"
LONGEST_PX = 1_024
LEVELS = 32  # of grey: writing and lines stay as they are, and the file a fifth as large


def main() -> None:
    """Write a page with charts and a screenshot, uint8 (height, width) each."""
    with pymupdf.open(SAMPLES / REPORT) as document:
        drawn = document[CHART_PAGE].get_pixmap(dpi=150)
        chart = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)
    pictures = {"1 chart": chart, "2 screenshot": Image.open(SAMPLES / SCREENSHOT)}
    arrays = {name: reduced(picture) for name, picture in pictures.items()}
    np.savez_compressed(PAGES, **arrays)
    print(f"{PAGES.stat().st_size / 1000:.0f} kB  {PAGES.relative_to(ROOT)}")


def reduced(picture: Image.Image) -> np.ndarray:
    """Return a picture in few greys, its longest edge as wanted."""
    grey = picture.convert("L")
    grey.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    levels = np.asarray(grey, np.float64) / 255 * (LEVELS - 1)
    return np.rint(np.rint(levels) * 255 / (LEVELS - 1)).astype(np.uint8)


if __name__ == "__main__":
    main()
