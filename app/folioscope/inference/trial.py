"""What a page costs on this machine, measured in about ten seconds.

A model that is installed embeds one page. One that is not is measured before anything is
fetched: its template is cut into the few different pieces it is made of, each gets random
weights at its real size and in the wanted precision, is timed on the tokens of an A4 page, and
counts as often as it stands in the model. Measured on two busy cores, beside whole towers with
random weights in w8a8: 12.4 s of processor time told for 9.9 s taken (vision of v4), 11.2 for 9.5
(its text), 5.3 for 3.8 (text of m0). A piece asks for memory anew that a tower uses again, so the
trial errs on the careful side, by a fifth to two fifths.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from folioscope.domain.embeddings import RerankPage
from folioscope.domain.encoders import Encoder, Reranker
from folioscope.domain.errors import InferenceError
from folioscope.domain.models import ModelKind, Precision, Trial
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.patches import PatchGrid
from folioscope.domain.protocols import Cancellation
from folioscope.inference.binding import bind
from folioscope.inference.clip_trial import clip_pieces
from folioscope.inference.devices import candidate_providers
from folioscope.inference.model_costs import costs
from folioscope.inference.official_graphs import TILED
from folioscope.inference.picture_preparing import PATCH_VALUES, PictureRules, patch_rows
from folioscope.inference.rope_positions import Array, Placed, Sequence3D, text_inputs
from folioscope.inference.sessions import CPU, Session, SessionWishes, open_session
from folioscope.inference.template_cutting import Piece, cut_into_pieces, input_names
from folioscope.inference.templates import TOWERS, Tower, WeightSlot, load_template, template_file
from folioscope.inference.tile_trial import seconds_of_tiling, tile_pieces
from folioscope.inference.vision_geometry import vision_geometry
from folioscope.inference.visual_encoders import make_encoder, make_reranker
from folioscope.inference.visual_files import TEXT
from folioscope.inference.visual_manifest import VisualManifest

A4_PX = (1_240, 1_754)  # at 150 dpi
_WINDOW_CELLS = 4
_PROMPT_TOKENS = 15  # around a page's picture
_QUERY = "What was agreed about the loan?"
_RANDOM_VALUES = 1 << 20
_DEVIATION = 0.02
_TWICE_WITHIN_S = 6.0  # pieces are timed again while the trial is younger: the first run is slow


def measure(
    manifest: VisualManifest,
    templates_dir: Path,
    build: Path | None,
    *,
    precision: Precision,
    token: Cancellation | None = None,
) -> Trial:
    """Return seconds a page and memory; ``build`` is None where the model is not installed.

    Raises Cancelled, InferenceError.
    """
    memory = {cost.precision: cost.memory_bytes for cost in costs(manifest, templates_dir)}
    if precision not in memory:
        raise InferenceError(
            f"{manifest.title} cannot be installed in {precision.value}.",
            hint=f"Choose one of: {', '.join(p.value for p in memory)}.",
        )
    if build is not None:
        seconds, provider = _installed(manifest, build, precision, token)
        return Trial(seconds, memory[precision], provider, is_installed_model=True)
    seconds, provider = _planned(manifest, templates_dir, precision, token)
    return Trial(seconds, memory[precision], provider, is_installed_model=False)


def sample_page() -> PageImage:
    """Return an A4 page at 150 dpi with dark lines on white."""
    width, height = A4_PX
    rgb = np.full((height, width, 3), 255, np.uint8)
    for top in range(100, height - 100, 40):
        rgb[top : top + 14, 120 : 120 + 700 + top % 300] = 40
    return PageImage(rgb)


# --- installed


def _installed(
    manifest: VisualManifest, build: Path, precision: Precision, token: Cancellation | None
) -> tuple[float, str]:
    page = sample_page()
    if manifest.kind is ModelKind.ENCODER:
        encoder: Encoder = make_encoder(manifest, build, precision=precision)
        encoder.open()
        try:
            start = time.perf_counter()
            encoder.embed_pages([page], token=token)
            return time.perf_counter() - start, encoder.device.provider
        finally:
            encoder.close()
    reranker: Reranker = make_reranker(manifest, build, precision=precision)
    reranker.open()
    try:
        start = time.perf_counter()
        list(reranker.scores(_QUERY, [RerankPage("", lambda: page)], token=token))
        return time.perf_counter() - start, reranker.device.provider
    finally:
        reranker.close()


# --- not installed


@dataclass(frozen=True, slots=True)
class RandomWeights:
    """Weights by chance, at the sizes that are asked for; a Weights."""

    values: Float32

    @classmethod
    def made(cls) -> "RandomWeights":
        """Return weights of the spread that trained ones have."""
        values = np.random.default_rng(0).standard_normal(_RANDOM_VALUES, dtype=np.float32)
        return cls(values * np.float32(_DEVIATION))

    def dense(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield as many values as the slot has, in float32."""
        left = int(np.prod(slot.shape, dtype=np.int64))
        while left > 0:
            yield self.values[:left]
            left -= len(self.values)

    def rows(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield (outputs, inputs), some rows at a time."""
        inputs, outputs = slot.shape
        step = max(1, len(self.values) // inputs)
        for first in range(0, outputs, step):
            count = min(step, outputs - first)
            yield np.resize(self.values, (count, inputs))


def _planned(
    manifest: VisualManifest,
    templates_dir: Path,
    precision: Precision,
    token: Cancellation | None,
) -> tuple[float, str]:
    """Time the pieces on the first device that takes them."""
    failure: InferenceError | None = None
    for provider in candidate_providers():
        try:
            return _timed_on(provider, manifest, templates_dir, precision, token), provider
        except InferenceError as error:
            if provider == CPU:
                raise
            failure = error
    raise failure or InferenceError("ONNX Runtime knows no device.", hint="Install it again.")


def _timed_on(
    provider: str,
    manifest: VisualManifest,
    templates_dir: Path,
    precision: Precision,
    token: Cancellation | None,
) -> float:
    started = time.perf_counter()
    total, pieces = _prepared(manifest, templates_dir, precision)
    for piece, inputs in pieces:
        if token is not None:
            token.raise_if_cancelled()
        is_early = time.perf_counter() - started < _TWICE_WITHIN_S
        runs = 2 if is_early or provider != CPU else 1
        total += piece.count * _seconds(piece, inputs, precision, provider, runs, token)
    return total


def _prepared(
    manifest: VisualManifest, templates_dir: Path, precision: Precision
) -> tuple[float, Iterator[tuple[Piece, dict[str, Array]]]]:
    """Return the seconds of preparing a page, and the pieces with what is fed to them."""
    page = sample_page()
    if manifest.architecture in TILED:
        return seconds_of_tiling(manifest, page), tile_pieces(manifest, page)
    feeds = PageFeeds(manifest)
    if manifest.templates is None:
        return feeds.seconds_of_preparing, clip_pieces()
    return feeds.seconds_of_preparing, _pieces(manifest, templates_dir, precision, feeds)


def _pieces(
    manifest: VisualManifest, templates_dir: Path, precision: Precision, feeds: "PageFeeds"
) -> Iterator[tuple[Piece, dict[str, Array]]]:
    assert manifest.templates is not None
    for tower in TOWERS:
        file = template_file(manifest.templates, tower, precision)
        for piece in cut_into_pieces(load_template(templates_dir, file)):
            if tower != TEXT or piece.stream:  # the start of text looks tokens up: no time at all
                yield piece, feeds.of(piece, tower)


def _seconds(
    piece: Piece,
    inputs: dict[str, Array],
    precision: Precision,
    provider: str,
    runs: int,
    token: Cancellation | None,
) -> float:
    try:
        with tempfile.TemporaryDirectory(prefix="folioscope-trial-") as folder:
            path = Path(folder) / "piece.onnx"
            outputs = [value.name for value in piece.template.model.graph.output]
            bind(piece.template, RandomWeights.made(), path, precision)
            wishes = SessionWishes(provider, keeps_arena=False, has_long_steps=True)
            session = open_session(path, wishes)
            return min(_timed(session, outputs, inputs, token) for _ in range(runs))
    except OSError as error:
        raise InferenceError(
            f"The model cannot be tried: {error.strerror or error}.",
            hint=f"Make room in {tempfile.gettempdir()}: a piece takes up to half a gigabyte.",
        ) from error


def _timed(
    session: Session,
    outputs: list[str],
    inputs: dict[str, Array],
    token: Cancellation | None,
) -> float:
    start = time.perf_counter()
    session.run_all(outputs, inputs, token=token)
    return time.perf_counter() - start


class PageFeeds:
    """What an A4 page feeds into the pieces of a template."""

    def __init__(self, manifest: VisualManifest) -> None:
        self._hidden = manifest.hidden
        image = manifest.image
        rules = PictureRules(image.mean, image.std, image.min_pixels, image.max_pixels)
        page = sample_page()
        self._grid: PatchGrid = rules.grid(page)
        start = time.perf_counter()
        rows = patch_rows(page, self._grid, rules=rules)
        geometry = vision_geometry(self._grid, window_cells=_WINDOW_CELLS)
        self.seconds_of_preparing = time.perf_counter() - start
        assert geometry.windows is not None
        assert rows.shape[1] == PATCH_VALUES
        self._vision: dict[str, Array] = {
            "pixel_values": rows[geometry.order],
            "pos_hw": geometry.places,
            "win_idx": geometry.windows.rows,
            "win_inv": geometry.windows.back,
        }
        self._text = self._text_inputs()

    def of(self, piece: Piece, tower: Tower) -> dict[str, Array]:
        """Return the inputs of a piece, with random values in the stream between blocks."""
        known = self._text if tower == TEXT else self._vision
        inputs = {name: known[name] for name in input_names(piece) if name in known}
        if piece.stream:
            inputs[piece.stream] = self._stream(piece, tower)
        return inputs

    def _stream(self, piece: Piece, tower: Tower) -> Float32:
        """Return (1, tokens, width); the width is that of the norm that takes it."""
        norm = next(n for n in piece.template.model.graph.node if n.input[0] == piece.stream)
        width = piece.template.slots[norm.input[1]].shape[0]
        count = len(self._vision["pos_hw"]) if tower != TEXT else self._text["pool"].shape[1]
        rng = np.random.default_rng(1)
        return rng.standard_normal((1, count, width), dtype=np.float32)

    def _text_inputs(self) -> dict[str, Array]:
        count = len(self._grid)
        length = count + _PROMPT_TOKENS
        features = np.zeros((count, max(self._hidden, 1)), np.float32)
        placed = (Placed(_PROMPT_TOKENS // 2, self._grid, features),)
        sequence = Sequence3D(np.zeros(length, np.int64), np.ones(length, np.float32), placed)
        inputs = text_inputs([sequence], padding=0, width=self._hidden)
        return inputs | {"task": np.array(0, np.int64)}
