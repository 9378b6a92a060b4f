"""What the libraries below do on their own: PyMuPDF's text and pixels, RapidOCR's lines."""

import multiprocessing
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pymupdf

PREVIEW_PX = 320
OCR_PIXELS = 1_000_000


def pymupdf_rate(paths: Sequence[Path], *, longest_px: int = PREVIEW_PX) -> float:
    """Pages a second of words and pixels, on all cores: a spawned process a core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [(path, core, cores or 1, longest_px) for path in paths for core in range(cores or 1)]
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        pool.map(_nothing, range(cores or 1))  # started and imported before the clock runs
        started = time.perf_counter()
        pages = sum(pool.map(_read, parts, chunksize=1))
        return pages / (time.perf_counter() - started)


def _nothing(_: int) -> None:
    pass


def _read(part: tuple[Path, int, int, int]) -> int:
    path, first, step, longest_px = part
    with pymupdf.open(path) as document:
        numbers = range(first, document.page_count, step)
        for number in numbers:
            page = document[number]
            page.get_text("words")
            scale = longest_px / max(page.rect.width, page.rect.height)
            page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        return len(numbers)


def rapidocr_seconds(path: Path) -> float:
    """Seconds that RapidOCR alone takes for all pages, models loaded and pages rendered."""
    import numpy as np
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False})
    pictures = []
    with pymupdf.open(path) as document:
        for page in document:
            scale = (OCR_PIXELS / (page.rect.width * page.rect.height)) ** 0.5
            pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
            rgb = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3)
            pictures.append(np.ascontiguousarray(rgb[:, :, ::-1]))
    engine(pictures[0])
    started = time.perf_counter()
    for picture in pictures:
        engine(picture)
    return time.perf_counter() - started
