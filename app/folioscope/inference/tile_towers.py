"""The two towers of ColModernVBERT: tiles become features, and prompts with features rows.

A tile is seen alone on a processor: products of bytes are scaled over all that runs together, so
a neighbour would change the lowest bits, and nothing is gained. So a tile's features depend on
its pixels only, and those of a tile of one colour are computed once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from folioscope.domain.pages import Float32
from folioscope.domain.protocols import Cancellation
from folioscope.inference.engine import Graphs
from folioscope.inference.picture_tiling import Bytes, TileRules, uniform_colour
from folioscope.inference.sessions import CPU, Array, Session
from folioscope.inference.tile_halves import (
    BLANK_ROWS,
    BY_PAGE,
    FEATURES,
    INPUT_IDS,
    MASK,
    PIXELS,
)
from folioscope.inference.visual_files import VISION
from folioscope.inference.visual_tokenising import Tokens

_TILES_ON_CARDS = 16
_MOST_COLOURS = 64  # 13 MB at a width of 768
Runs = Callable[[Sequence[Bytes]], list[Float32]]


@dataclass(frozen=True, slots=True, eq=False)
class TilePicture:
    """A prompt with its picture's features: float32 (tiles, tokens of a tile, width)."""

    tokens: Tokens
    features: Float32 | None = None

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.tokens)


@dataclass(slots=True)
class PlainTiles:
    """Features of tiles of one colour, by provider and colour. Safe from any thread."""

    _kept: OrderedDict[tuple[str, bytes], Float32] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, provider: str, colour: bytes) -> Float32 | None:
        """Return what is known of a colour."""
        with self._lock:
            found = self._kept.get((provider, colour))
            if found is not None:
                self._kept.move_to_end((provider, colour))
            return found

    def put(self, provider: str, colour: bytes, features: Float32) -> None:
        """Keep a colour's features, letting go of those not seen for longest."""
        with self._lock:
            self._kept[provider, colour] = features
            while len(self._kept) > _MOST_COLOURS:
                self._kept.popitem(last=False)


def see_tiles(
    graphs: Graphs,
    tiles: Sequence[Bytes],
    rules: TileRules,
    plain: PlainTiles,
    token: Cancellation | None,
) -> list[Float32]:
    """Return the features of tiles (side, side, 3) in order: float32 (tokens, width) each."""
    colours = [uniform_colour(tile) for tile in tiles]
    made: dict[int, Float32] = {}
    for colour in dict.fromkeys(c for c in colours if c is not None):
        known = plain.get(graphs.provider, colour)
        if known is None:
            tile = tiles[colours.index(colour)]
            (known,) = _seen(graphs[VISION], [tile], rules, token)
            plain.put(graphs.provider, colour, known)
        made |= {number: known for number, each in enumerate(colours) if each == colour}
    others = [number for number, colour in enumerate(colours) if colour is None]
    step = 1 if graphs.provider == CPU else _TILES_ON_CARDS
    for start in range(0, len(others), step):
        part = others[start : start + step]
        found = _seen(graphs[VISION], [tiles[number] for number in part], rules, token)
        made |= dict(zip(part, found, strict=True))
    return [made[number] for number in range(len(tiles))]


def _seen(
    session: Session, tiles: Sequence[Bytes], rules: TileRules, token: Cancellation | None
) -> list[Float32]:
    if token is not None:
        token.raise_if_cancelled()
    pixels = rules.normalised(np.stack(tiles))
    inputs = vision_inputs(pixels)
    values = session.run(FEATURES, _taken(inputs, session), token=token)
    return list(values.reshape(len(tiles), rules.cells * rules.cells, -1))


def vision_inputs(pixels: Float32) -> dict[str, Array]:
    """Return what the vision half may take for tiles, float32 (n, 3, side, side), of one page.

    Exporters read the number of pages off any input; of the tokens nothing but the shape counts.
    """
    one = np.ones((1, 1), np.int64)
    return {PIXELS: pixels[None], INPUT_IDS: one, MASK: one}


def read_prompts(
    session: Session,
    pictures: Sequence[TilePicture],
    *,
    rules: TileRules,
    width: int,
    token: Cancellation | None,
) -> list[Float32]:
    """Run the text half on prompts of one length: each one's rows, float32 (tokens, dim)."""
    ids = np.stack([each.tokens.ids for each in pictures])
    tiles = [each.features for each in pictures if each.features is not None]
    features = np.concatenate(tiles) if tiles else _blank(session, rules, width)
    inputs: dict[str, Array] = {
        INPUT_IDS: ids,
        MASK: np.ones_like(ids),
        FEATURES: _shaped(features, session, len(pictures)),
    }
    if PIXELS in session.inputs:  # only its shape is read
        side, most = rules.tile_px, max((len(each) for each in tiles), default=1)
        inputs[PIXELS] = np.zeros((len(pictures), most, 3, side, side), np.float32)
    output = next(iter(session.outputs))
    rows = session.run(output, _taken(inputs, session), token=token)
    return [each.copy() for each in rows]


def _taken(inputs: dict[str, Array], session: Session) -> dict[str, Array]:
    """Return the inputs that a half has: exporters leave out what it does not read."""
    return {name: value for name, value in inputs.items() if name in session.inputs}


def _shaped(features: Float32, session: Session, pages: int) -> Float32:
    """Return features (tiles, tokens, width) with the 1 to 4 axes that a graph takes."""
    tokens, width = features.shape[1:]
    by_page = session.notes.get(BY_PAGE) == "1"
    shapes = {
        1: (-1,),
        2: (-1, width),
        3: (pages, -1, width) if by_page else (-1, tokens, width),
        4: (pages, -1, tokens, width),
    }
    return np.ascontiguousarray(features.reshape(shapes[len(session.inputs[FEATURES])]))


def _blank(session: Session, rules: TileRules, width: int) -> Float32:
    """Return what stands for no picture at all: as many rows as the whole graph then has."""
    count = int(session.notes.get(BLANK_ROWS, "0"))
    cells = rules.cells * rules.cells
    return np.zeros((-(-count // cells), cells, width), np.float32)
