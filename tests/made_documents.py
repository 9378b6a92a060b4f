"""Documents that tests make for themselves."""

from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFont

SENTENCE = (
    "The quick brown fox jumps over the lazy dog while the committee reads the annual report."
)


def text_pdf(path: Path, pages: int = 1, *, sentence: str = SENTENCE, title: str = "") -> Path:
    """Write a PDF with a heading and a paragraph on each page."""
    with pymupdf.open() as document:
        for number in range(1, pages + 1):
            page = document.new_page(width=595, height=842)
            page.insert_text((72, 90), f"Chapter {number}", fontsize=24)
            area = pymupdf.Rect(72, 120, 520, 400)
            page.insert_textbox(area, f"{sentence} " * 4, fontsize=11)
        document.set_metadata({"title": title})
        document.save(path)
    return path


def locked_pdf(path: Path, *, user: str, owner: str = "owner") -> Path:
    """Write a PDF that is encrypted; without a user password anybody may open it."""
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 90), SENTENCE)
        document.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=user, owner_pw=owner)
    return path


def hanging_pdf(path: Path, *, depth: int = 9) -> Path:
    """Write a PDF of one page that takes 10^depth drawing operations: next to for ever."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /XObject << /F 5 0 R >> >> >>",
        _stream(b"", b"/F Do"),
    ]
    for level in range(depth):
        last = level == depth - 1
        resources = b"" if last else b"/Resources << /XObject << /F %d 0 R >> >>" % (level + 6)
        content = b"0 0 600 800 re f" if last else b"/F Do " * 10
        head = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] " + resources
        objects.append(_stream(head, content))
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    path.write_bytes(body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1))
    return path


def _stream(head: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(content), content)


def written_image(lines: list[str], *, size: tuple[int, int] = (1000, 700)) -> Image.Image:
    """Return a picture of black text on white."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(32)
    for number, line in enumerate(lines):
        draw.text((60, 60 + 70 * number), line, fill="black", font=font)
    return image


def scanned_pdf(path: Path, image: Image.Image, *, hidden: str = "") -> Path:
    """Write a PDF whose page is one picture, with a hidden text layer if one is given."""
    picture = path.with_suffix(".scan.png")
    image.save(picture)
    with pymupdf.open() as document:
        page = document.new_page(width=image.width * 0.6, height=image.height * 0.6)
        page.insert_image(page.rect, filename=picture)
        if hidden:
            page.insert_text((40, 60), hidden, fontsize=18, render_mode=3)
        document.save(path)
    return path


def noise(width: int, height: int, *, seed: int = 1) -> np.ndarray:
    """Return random pixels, uint8 (height, width, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
