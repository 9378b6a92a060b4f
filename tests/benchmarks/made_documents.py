"""Documents of any length, made from a fixed seed: pages of prose, and scans of them."""

import random
from pathlib import Path

import pymupdf

A4 = (595.0, 842.0)
WORDS = """harbour ledger winter signal carbon meadow invoice turbine letter museum gravel
bridge archive poplar engine kitchen minute copper delegate orchard salary ticket vessel
weather quarter mountain tenant library pension railway garden hospital compass market
budget village lantern teacher island measure concert climate festival cellar journey
contract furnace pepper notebook window fever parliament textile barley granite captain
election treaty medicine insurance mosaic pattern saddle tariff theatre vaccine voltage
walnut workshop zenith annual early narrow public quiet rapid severe steady several
between during toward without because although carries delivers explains follows gathers
improves measures opens receives replaces returns settles supports the of and to in a is
for on with by from at it was are this that""".split()  # noqa: SIM905


def make_text_pdf(path: Path, pages: int, *, seed: int = 1, charts: bool = True) -> None:
    """Write a PDF with a text layer: some 350 words a page, a chart on every third."""
    chance = random.Random(seed)
    document = pymupdf.open()
    for number in range(pages):
        page = document.new_page(width=A4[0], height=A4[1])
        page.insert_text((64, 80), _title(chance), fontsize=18, fontname="hebo")
        has_chart = charts and number % 3 == 0
        bottom = 520 if has_chart else 790
        page.insert_textbox(pymupdf.Rect(64, 100, 531, bottom), _prose(chance), fontsize=10)
        if has_chart:
            _chart(page, chance)
    document.save(path, garbage=1, deflate=True)
    document.close()


def make_scanned_pdf(path: Path, pages: int, *, seed: int = 2) -> None:
    """Write a PDF of pictures without any text layer: pages of prose as JPEG, 150 dpi."""
    typed = path.with_suffix(".typed.pdf")
    make_text_pdf(typed, pages, seed=seed, charts=False)
    document = pymupdf.open()
    with pymupdf.open(typed) as source:
        for page in source:
            picture = page.get_pixmap(dpi=150, colorspace=pymupdf.csGRAY)
            scan = document.new_page(width=A4[0], height=A4[1])
            scan.insert_image(scan.rect, stream=picture.tobytes("jpeg", jpg_quality=70))
    typed.unlink()
    document.save(path)
    document.close()


def _title(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=4)).capitalize()


def _prose(chance: random.Random) -> str:
    paragraphs = []
    for _ in range(5):
        sentences = (" ".join(chance.choices(WORDS, k=chance.randint(8, 18))) for _ in range(5))
        paragraphs.append(". ".join(s.capitalize() for s in sentences) + ".")
    return "\n\n".join(paragraphs)


def _chart(page: pymupdf.Page, chance: random.Random) -> None:
    for bar in range(12):
        x, height = 80 + 36 * bar, chance.uniform(20, 200)
        fill = (chance.random(), chance.random(), chance.random())
        page.draw_rect(pymupdf.Rect(x, 770 - height, x + 26, 770), color=None, fill=fill)
        page.insert_text((x, 784), chance.choice(WORDS)[:6], fontsize=7)
