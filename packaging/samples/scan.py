"""A typewritten letter as a scanner sees it: tilted, yellowed, speckled, without text layer."""

from pathlib import Path

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

LINES = """
                                        Lighthouse Station
                                        Skerry Rock
                                        9 October 1954

To the Board of Lights and Buoys

Gentlemen,

I have the honour to report on the storm of
the 2nd and 3rd of this month.

The wind rose from the south-west at four in
the afternoon and reached its full strength
towards midnight. Two panes of the lantern
were broken by a sea bird, which we found
alive and released in the morning. The light
was never out for longer than six minutes.

The boathouse has lost half of its roof. The
small boat is safe; the rowing boat was
carried off and has not been seen again.
We ask for the following stores:

    2  lantern panes, thick, 61 by 48 cm
   40  roofing slates
    1  rowing boat with oars
    6  gallons of paraffin
    1  tin of white paint

Assistant keeper Moran kept the watch for
nineteen hours without relief. I recommend
him for promotion.

        I remain, Gentlemen,
        your obedient servant,

             Thomas Hale
             Principal Keeper
""".strip("\n").splitlines()
SEED = 1954
WIDTH_PX, HEIGHT_PX = 1000, 1400


def make(path: Path) -> None:
    """Write the scan to ``path`` as JPEG."""
    chance = np.random.default_rng(SEED)
    paper = _aged(_typed(chance), chance)
    paper.save(path, quality=62, dpi=(120, 120))


def _typed(chance: np.random.Generator) -> Image.Image:
    """Type the letter, each character a little off its line, as worn machines do."""
    document = pymupdf.open()
    page = document.new_page(width=600, height=840)
    pitch, lead = 9.0, 17.6
    for row, line in enumerate(LINES):
        for column, character in enumerate(line):
            x = 72 + pitch * column + chance.normal(0, 0.25)
            y = 72 + lead * row + chance.normal(0, 0.45)
            tone = float(np.clip(chance.normal(0.16, 0.08), 0, 0.4))
            page.insert_text((x, y), character, fontname="cobo", fontsize=14.6, color=(tone,) * 3)
    picture = page.get_pixmap(matrix=pymupdf.Matrix(WIDTH_PX / 600, HEIGHT_PX / 840))
    return Image.frombytes("RGB", (picture.width, picture.height), picture.samples)


def _aged(sheet: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Tilt the sheet on the scanner's glass; add paper, stains, folds and specks."""
    sheet = sheet.convert("L").rotate(1.1, Image.Resampling.BICUBIC, fillcolor=255)
    ink = np.asarray(sheet.filter(ImageFilter.GaussianBlur(0.7)), np.float32) / 255
    height, width = ink.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1 - 0.10 * ((x / width - 0.45) ** 2 + (y / height - 0.5) ** 2)
    light *= 1 - 0.05 * np.exp(-(((y - height * 0.495) / 3) ** 2))  # the fold
    ring = np.hypot(x - width * 0.80, y - height * 0.82)
    light *= 1 - 0.07 * np.exp(-(((ring - 95) / 7) ** 2))  # where a cup stood
    light += _grain((height, width), chance)
    colour = np.array([0.955, 0.915, 0.82], np.float32)
    page = (light * (0.12 + 0.88 * ink))[..., None] * colour
    for _ in range(260):
        row, column = int(chance.integers(height)), int(chance.integers(width))
        page[row : row + int(chance.integers(1, 4)), column : column + 2] *= 0.6
    page[:, :5] *= np.linspace(0.35, 1, 5)[None, :, None]  # the shadow of the lid
    return Image.fromarray((np.clip(page, 0, 1) * 255).astype(np.uint8))


def _grain(shape: tuple[int, int], chance: np.random.Generator) -> np.ndarray:
    coarse = chance.normal(0, 1, (shape[0] // 24 + 2, shape[1] // 24 + 2)).astype(np.float32)
    cloud = Image.fromarray(coarse).resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(cloud) * 0.008 + chance.normal(0, 0.012, shape).astype(np.float32)
