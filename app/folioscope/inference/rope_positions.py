"""Three-dimensional positions of tokens (M-RoPE of Qwen2-VL), and what goes into a text graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.domain.patches import PatchGrid

Int64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture among tokens: its cells stand from token ``first`` on, in reading order.

    ``features`` float32 (cells, width): what the vision tower made of it.
    """

    first: int
    grid: PatchGrid
    features: Float32


@dataclass(frozen=True, slots=True)
class Sequence3D:
    """Tokens for one run of the text graph.

    ``ids`` int64 (n,); ``pool`` float32 (n,): the weights of the mean.
    """

    ids: Int64
    pool: Float32
    pictures: tuple[Placed, ...] = ()

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.ids)


def positions(length: int, pictures: Sequence[Placed]) -> Int64:
    """Return each token's time, row and column: int64 (3, length).

    A text token has the same number three times. All cells of a picture share the time of its
    first; the token behind goes on after the longer side of the grid.
    """
    placed = np.empty((3, length), np.int64)
    token = number = 0
    for picture in sorted(pictures, key=lambda p: p.first):
        count, columns = len(picture.grid), picture.grid.columns
        placed[:, token : picture.first] = np.arange(picture.first - token) + number
        number += picture.first - token
        rows, across = np.divmod(np.arange(count), columns)
        here = slice(picture.first, picture.first + count)
        placed[0, here], placed[1, here], placed[2, here] = number, number + rows, number + across
        token = picture.first + count
        number += max(columns, picture.grid.rows)
    placed[:, token:] = np.arange(length - token) + number
    return placed


def text_inputs(sequences: Sequence[Sequence3D], *, padding: int, width: int) -> dict[str, Array]:
    """Lay sequences side by side, padded at the right: the inputs of a ``text`` graph.

    ``width`` is that of picture features; without a picture one row of zeros is fed. Attention
    is causal, so padding at the right is never seen and needs no mask.
    """
    count, longest = len(sequences), max(map(len, sequences))
    ids = np.full((count, longest), padding, np.int64)
    placed = np.zeros((3, count, longest), np.int64)
    pictured = np.full((count, longest), -1, np.int64)
    pool = np.zeros((count, longest), np.float32)
    features: list[Float32] = []
    used = 0
    for line, sequence in enumerate(sequences):
        ids[line, : len(sequence)] = sequence.ids
        pool[line, : len(sequence)] = sequence.pool
        placed[:, line, : len(sequence)] = positions(len(sequence), sequence.pictures)
        for picture in sequence.pictures:
            cells = len(picture.features)
            here = slice(picture.first, picture.first + cells)
            pictured[line, here] = np.arange(used, used + cells)
            features.append(picture.features)
            used += cells
    embeds = np.concatenate(features) if features else np.zeros((1, width), np.float32)
    return {
        "input_ids": ids,
        "position_ids": placed,
        "image_embeds": embeds.astype(np.float32, copy=False),
        "image_index": pictured,
        "pool": pool,
    }
