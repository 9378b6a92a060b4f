"""Inputs that visual models are tried on: pictures made by rule, and texts."""

import numpy as np
import numpy.typing as npt

# (height, width): divisible by a window, by a patch only, by nothing, a strip, and one cell
PICTURES = {
    "windows": (224, 336),
    "patches": (140, 308),
    "odd": (333, 257),
    "strip": (40, 610),
    "cell": (28, 28),
}
TEXTS = (
    "loan agreement",
    "a",
    "Größe des Kredits: 12.345 € 日本語のページ",
    "the page\nabout dinosaurs",
)
DOCUMENTS = ("A contract about a loan.", "odd", "windows", "Nothing", "strip")
QUERY = "the loan agreement"


def picture(name: str) -> npt.NDArray[np.uint8]:
    """Return a picture by its name: coloured slopes with noise, uint8 (height, width, 3)."""
    height, width = PICTURES[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    down, across = np.mgrid[0:height, 0:width]
    slopes = np.stack([down * 255 / height, across * 255 / width, (down + across) % 256], axis=-1)
    noise = rng.integers(-40, 41, slopes.shape)
    return np.clip(slopes + noise, 0, 255).astype(np.uint8)


def document(name: str) -> str | npt.NDArray[np.uint8]:
    """Return what is judged: a picture where one has that name, else the text itself."""
    return picture(name) if name in PICTURES else name
