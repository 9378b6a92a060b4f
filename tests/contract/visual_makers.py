"""Makes what visual models give, for the tests of stores."""

import numpy as np

from folioscope.domain.embeddings import Embedding, VisualQuery
from folioscope.domain.pages import Float32, MultiVector
from folioscope.domain.patches import PatchGrid
from tests.contract.store_makers import unit

MODEL = "made-model@1/fp16"
SINGLE_DIM, ROW_DIM = 96, 16


def look(
    seed: int,
    *,
    grid: PatchGrid | None = None,
    dim: int = SINGLE_DIM,
    row_dim: int = ROW_DIM,
    template: int = 0,
    noise: float = 0.1,
) -> Embedding:
    """A page: smooth ground, and two patches that are like nothing else on it.

    ``noise``: how far the ground differs from patch to patch. ``template`` rows behind stand for
    no patch. ``row_dim`` 0: a model without rows; ``dim`` 0: one that makes rows alone.
    """
    rng = np.random.default_rng(seed)
    single = unit(rng, dim)
    if not row_dim:
        return Embedding(single)
    over = grid or PatchGrid(6, 5)
    ground = unit(rng, row_dim)
    rows = ground + noise * unit(rng, len(over) + template, row_dim)
    rows[odd_patches(over)] = odd_rows(seed, row_dim)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    cells = np.concatenate([np.arange(len(over)), np.full(template, -1)]).astype(np.int32)
    return Embedding(single, MultiVector(np.asarray(rows, np.float32), cells), over)


def odd_patches(grid: PatchGrid) -> list[int]:
    """The two patches of ``look`` that stand out."""
    return [len(grid) // 3, len(grid) - 2]


def odd_rows(seed: int, row_dim: int = ROW_DIM) -> Float32:
    """What stands in those patches."""
    return unit(np.random.default_rng(10_000 + seed), 2, row_dim)


def seeing(seed: int, *, model: str = MODEL, dim: int = SINGLE_DIM) -> VisualQuery:
    """Ask for the page made of ``seed``, by its vector and its two odd patches."""
    return VisualQuery(model, look(seed, dim=dim).single, odd_rows(seed))
