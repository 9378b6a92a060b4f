"""The work that all contenders of the visual benchmark do: an A4 page at the default size."""

import math
from dataclasses import dataclass

import numpy as np

from folioscope.domain.patches import PatchGrid
from folioscope.inference.rope_positions import Placed, Sequence3D, text_inputs
from folioscope.inference.templates import Template
from folioscope.inference.vision_geometry import vision_geometry

PAGE = PatchGrid.fit(1240, 1754)  # A4 at 150 dpi: 23 × 32 patches of 28 px
AROUND = 20  # tokens of the prompt around a page
QUERY = 16
_WINDOW_CELLS = 4


@dataclass(frozen=True, slots=True)
class Work:
    """Sizes that follow from a template."""

    hidden: int
    vocabulary: int
    has_windows: bool
    has_tasks: bool


def vision_inputs(*, has_windows: bool) -> dict[str, np.ndarray]:
    """Return the inputs of the vision graph for one page."""
    geometry = vision_geometry(PAGE, window_cells=_WINDOW_CELLS if has_windows else None)
    rng = np.random.default_rng(2)
    made = {
        "pixel_values": rng.standard_normal((len(geometry.order), 1176), np.float32),
        "pos_hw": geometry.places,
    }
    if geometry.windows is not None:
        made |= {"win_idx": geometry.windows.rows, "win_inv": geometry.windows.back}
    return made


def page_inputs(batch: int, work: Work) -> dict[str, np.ndarray]:
    """Return the inputs of the text graph for ``batch`` pages side by side."""
    rng = np.random.default_rng(3)
    length = len(PAGE) + AROUND
    sequences = []
    for _ in range(batch):
        features = rng.standard_normal((len(PAGE), work.hidden), np.float32)
        ids = rng.integers(0, work.vocabulary, length)
        pool = np.ones(length, np.float32)
        sequences.append(Sequence3D(ids, pool, (Placed(4, PAGE, features),)))
    return _with_task(text_inputs(sequences, padding=0, width=work.hidden), work)


def query_inputs(batch: int, work: Work) -> dict[str, np.ndarray]:
    """Return the inputs of the text graph for ``batch`` queries side by side."""
    rng = np.random.default_rng(4)
    pool = np.ones(QUERY, np.float32)
    sequences = [Sequence3D(rng.integers(0, work.vocabulary, QUERY), pool) for _ in range(batch)]
    return _with_task(text_inputs(sequences, padding=0, width=work.hidden), work)


def work_of(template: Template) -> Work:
    """Read the sizes off a template's inputs and weights."""
    names = {value.name: value for value in template.model.graph.input}
    hidden = vocabulary = 0
    for slot in template.slots.values():
        if str(slot.keys[0]).endswith("embed_tokens.weight"):
            vocabulary, hidden = slot.shape
    return Work(hidden, vocabulary, "win_idx" in names, "task" in names)


def products_flop(template: Template, rows: int) -> float:
    """Count the operations of the weights' products for ``rows`` patches or tokens.

    Attention is left out: a tenth of the work, and no product of weights.
    """
    flop = 0.0
    for name, slot in template.slots.items():
        if name in template.quantisable:
            share = 1 if not _is_merger(slot.keys[0]) else 0.25  # four patches make a token
            flop += 2.0 * math.prod(slot.shape) * rows * share
    return flop


def _is_merger(key: str | None) -> bool:
    return key is not None and "merger" in key


def _with_task(inputs: dict[str, np.ndarray], work: Work) -> dict[str, np.ndarray]:
    return inputs | {"task": np.array(0, np.int64)} if work.has_tasks else inputs
