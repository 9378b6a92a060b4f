"""The two towers of Qwen2-VL and Qwen2.5-VL models, as every adapter of theirs runs them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psutil

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Cancellation
from folioscope.inference.batching import batches_by_length
from folioscope.inference.engine import Graphs
from folioscope.inference.picture_preparing import PictureRules, patch_rows
from folioscope.inference.rope_positions import Array, Sequence3D, text_inputs
from folioscope.inference.sessions import CPU, OutOfRoomError, Session
from folioscope.inference.vision_geometry import PATCHES_A_CELL, vision_geometry
from folioscope.inference.visual_files import TEXT, VISION
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_tokenising import Tokens, VisualTokenizer

_WINDOW_ROWS = 64  # patches of a whole window, where a graph does not say it
# A processor gains nothing from pages side by side, a card does
_MOST_TOKENS = {CPU: 768}
_MOST_TOKENS_ON_CARDS = 8_192
# Measured: 0.9 GB for a page of 780 tokens at a width of 2,048, most of it products in the layers
_BYTES_A_TOKEN_AND_WIDTH = 600
_LEAST_BYTES_A_TOKEN_AND_WIDTH = 150  # of one layer alone: with less it cannot be done
_SHARE_OF_MEMORY = 0.5
_LEAST_TOKENS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the vision tower made of a picture: float32 (len(grid), width), in reading order."""

    grid: PatchGrid
    features: Float32


@dataclass(frozen=True, slots=True)
class PictureTokens:
    """Numbers of the tokens around and for a picture; -1 for one that the model has not."""

    image: int
    start: int
    end: int


class QwenTowers:
    """Runs the graphs of a build; knows nothing of tasks, prompts and heads."""

    def __init__(self, manifest: VisualManifest, tokenizer: VisualTokenizer) -> None:
        image, tokens = manifest.image, manifest.tokens
        self.tokenizer = tokenizer
        self._hidden = manifest.hidden
        self.rules = PictureRules(image.mean, image.std, image.min_pixels, image.max_pixels)
        self.marks = PictureTokens(
            *(
                tokenizer.number(name) if name else -1
                for name in (tokens.image, tokens.vision_start, tokens.vision_end)
            )
        )
        self._padding = tokenizer.number(tokens.padding) if tokens.padding else 0

    def see(self, graphs: Graphs, image: PageImage, *, token: Cancellation | None = None) -> Seen:
        """Run the vision tower on one picture."""
        session = graphs[VISION]
        grid = self.rules.grid(image)
        geometry = vision_geometry(grid, window_cells=_window_cells(session))
        rows = patch_rows(image, grid, rules=self.rules, token=token)
        inputs: dict[str, Array] = {
            "pixel_values": rows[geometry.order],
            "pos_hw": geometry.places,
        }
        if geometry.windows is not None:
            inputs |= {"win_idx": geometry.windows.rows, "win_inv": geometry.windows.back}
        if token is not None:
            token.raise_if_cancelled()
        fed = session.run("image_embeds", inputs, token=token)
        return Seen(grid, fed[geometry.cells_back])

    def read(
        self,
        graphs: Graphs,
        sequences: Sequence[Sequence3D],
        *,
        outputs: Sequence[str],
        task: int | None = None,
        token: Cancellation | None = None,
    ) -> list[tuple[Float32, ...]]:
        """Run the text tower on sequences side by side; each one's rows of every output.

        Outputs by token come without padding: (len(sequence), dim).
        """
        session = graphs[TEXT]
        if graphs.provider == CPU:  # a system may kill the program rather than refuse memory
            self._require_room(session, max(map(len, sequences)) * len(sequences))
        inputs = text_inputs(sequences, padding=self._padding, width=self._width(session))
        if task is not None and "task" in session.inputs:
            inputs["task"] = np.array(task, np.int64)
        values = session.run_all(outputs, inputs, token=token)
        return [
            tuple(
                value[line, : len(sequence)].copy() if value.ndim == 3 else value[line].copy()
                for value in values
            )
            for line, sequence in enumerate(sequences)
        ]

    def batches(self, graphs: Graphs, lengths: Sequence[int]) -> list[list[int]]:
        """Split sequences of so many tokens into runs that the device's memory bears."""
        most = _MOST_TOKENS.get(graphs.provider, _MOST_TOKENS_ON_CARDS)
        if graphs.provider == CPU:
            room = psutil.virtual_memory().available * _SHARE_OF_MEMORY
            width = max(self._width(graphs[TEXT]), 1)
            most = min(most, int(room / (_BYTES_A_TOKEN_AND_WIDTH * width)))
        return list(batches_by_length(lengths, most_tokens=max(most, _LEAST_TOKENS)))

    def expanded(self, tokens: Tokens, grids: Sequence[PatchGrid]) -> tuple[Tokens, list[int]]:
        """Put as many picture tokens as each grid has cells in place of each one.

        Returns also where each picture's tokens begin. Raises InferenceError when the template
        has not one place for each picture.
        """
        places = np.flatnonzero(tokens.ids == self.marks.image)
        if len(places) != len(grids):
            raise InferenceError(
                f"The model's prompt has {len(places)} places for {len(grids)} pictures.",
                hint="Make its manifest again from the checkpoint.",
            )
        counts = np.ones(len(tokens), np.int64)
        counts[places] = [len(grid) for grid in grids]
        starts = np.cumsum(counts) - counts
        longer = Tokens(np.repeat(tokens.ids, counts), np.repeat(tokens.spans, counts, axis=0))
        return longer, [int(start) for start in starts[places]]

    def _require_room(self, session: Session, tokens: int) -> None:
        needed = tokens * self._width(session) * _LEAST_BYTES_A_TOKEN_AND_WIDTH
        if needed > psutil.virtual_memory().available:
            raise OutOfRoomError(
                f"{tokens:,} tokens at once need about {needed / 1e9:.1f} GB of memory, and less is"
                " free.",
                hint="Take a shorter text, or close other programs.",
            )

    def _width(self, session: Session) -> int:
        width = session.inputs["image_embeds"][-1]
        return width if isinstance(width, int) else self._hidden


def _window_cells(session: Session) -> int | None:
    """Return a window's side in cells, None for towers that look at everything."""
    shape = session.inputs.get("win_idx")
    if shape is None:
        return None
    rows = shape[-1] if isinstance(shape[-1], int) else _WINDOW_ROWS
    return math.isqrt(rows // PATCHES_A_CELL)
