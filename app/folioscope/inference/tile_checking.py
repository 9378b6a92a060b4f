"""The check of a ColModernVBERT that was just made, beside the official file on real pages.

Pages are two of the sample documents', which are shipped with the model's description. The
official graph is run whole and in slices, for a machine may not have the memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.attention_joining import Shapes
from folioscope.inference.model_checking import Array, check_apart
from folioscope.inference.picture_tiling import TileLayout
from folioscope.inference.sliced_run import Turn, run_sliced
from folioscope.inference.tile_halves import FEATURES, INPUT_IDS, MASK, PIXELS, SHAPE_OF
from folioscope.inference.tile_prompt import TilePrompt
from folioscope.inference.tile_rules import rules_of
from folioscope.inference.tile_towers import vision_inputs
from folioscope.inference.visual_files import GRAPHS, TEXT, VISION
from folioscope.inference.visual_manifest import VisualManifest
from folioscope.inference.visual_tokenising import Tokens
from folioscope.system.paths import shipped_dir

_PAGES = "colmodernvbert/pages.npz"
_TILES_ALONG = 2  # pages of five tiles: the whole graph sees all of a page's at once
_MEASURED_BYTES = 100_000_000
_QUERIES = ("Where does the income of the harbour go?", "chart")
_AGAIN = "Install it again; if that does not help, choose another precision."
_OTHER = "Take the official graph of this model, in the revision that its description names."


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What is fed to the whole graph, and what it made of it.

    ``features`` as the graph has them; ``rows`` float32 (tokens, dim).
    """

    inputs: Mapping[str, Array]
    has_picture: bool
    features: Float32
    rows: Float32


@dataclass(frozen=True, slots=True)
class Reference:
    """What the official file makes of pages and queries."""

    cases: tuple[Case, ...]
    shapes: Shapes  # of values within attention

    @property
    def rank(self) -> int:
        """Axes of the features."""
        return int(self.cases[0].features.ndim)

    @property
    def is_by_page(self) -> bool:
        """Whether a page's features lie together, as the pages tried have several tiles."""
        return bool(self.cases[0].features.shape[0] == 1)

    @property
    def blank_rows(self) -> int:
        """Rows of features that the graph makes of a blank tile, which it may leave out."""
        return int(self.cases[-1].features.size) // self.width

    @property
    def width(self) -> int:
        """Numbers of a feature."""
        return int(self.cases[0].features.shape[-1])


def run_reference(
    manifest: VisualManifest,
    prompt: TilePrompt,
    probe: Path,
    *,
    token: Cancellation | None = None,
    turn: Turn | None = None,
) -> Reference:
    """Run the whole graph, which is ``probe``, on pages and queries.

    Raises InferenceError where what comes out is not what the description says.
    """
    asked = [*_pages(manifest, prompt), *_queries(manifest, prompt)]
    answers = run_sliced(probe, [inputs for inputs, _ in asked], token=token, turn=turn)
    cases = []
    for (inputs, has_picture), values in zip(asked, answers, strict=True):
        features = np.asarray(values.pop(FEATURES), np.float32)
        (rows,) = values.values()
        if has_picture:
            features = _checked_features(features, inputs, manifest)
        _check_rows(rows, inputs, manifest)
        cases.append(Case(inputs, has_picture, features, np.asarray(rows[0], np.float32)))
    return Reference(tuple(cases), _shapes(manifest, prompt, probe, token))


def measuring_file(probe: Path) -> Path:
    """Return where the graph lies that tells shapes, if it has any to tell.

    It shares its weights with ``probe``.
    """
    return probe.with_name(f"{probe.stem}.shapes.onnx")


def _shapes(
    manifest: VisualManifest, prompt: TilePrompt, probe: Path, token: Cancellation | None
) -> Shapes:
    """Run the graph on a single tile and return the shapes of values within attention.

    The runtime keeps every value that is measured, so slices are small.
    """
    if not measuring_file(probe).is_file():
        return {}
    rules = rules_of(manifest)
    pixels = rules.normalised(rules.small(check_pages()[0]))
    inputs = _inputs(prompt.tokens(TileLayout(0, 0, rules.cells)), pixels)
    (values,) = run_sliced(
        measuring_file(probe), [inputs], token=token, slice_bytes=_MEASURED_BYTES
    )
    return {name.removeprefix(SHAPE_OF): tuple(map(int, shape)) for name, shape in values.items()}


def _pages(manifest: VisualManifest, prompt: TilePrompt) -> Iterator[tuple[dict[str, Array], bool]]:
    rules = rules_of(manifest)
    rules = replace(rules, longest_px=min(rules.longest_px, _TILES_ALONG * rules.tile_px))
    for image in check_pages():
        layout = rules.layout(image.width_px, image.height_px)
        pixels = rules.normalised(rules.tiles(image))
        yield _inputs(prompt.tokens(layout), pixels), True


def _queries(
    manifest: VisualManifest, prompt: TilePrompt
) -> Iterator[tuple[dict[str, Array], bool]]:
    side = manifest.image.tile_px
    for text in _QUERIES:
        tokens = prompt.tokenizer.tokens(
            manifest.prompts.query, {"text": text}, max_tokens=manifest.max_tokens
        )
        yield _inputs(tokens, np.zeros((1, 3, side, side), np.float32)), False


def _inputs(tokens: Tokens, pixels: Float32) -> dict[str, Array]:
    ids = tokens.ids[None]
    return {PIXELS: pixels[None], INPUT_IDS: ids, MASK: np.ones_like(ids)}


def check_pages() -> list[PageImage]:
    """Read the pages that a made model is tried on; InferenceError where they are damaged."""
    path = shipped_dir("onnx_models") / _PAGES
    try:
        with np.load(path) as arrays:
            pictures = [arrays[name] for name in sorted(arrays.files)]
        return [PageImage(np.repeat(grey[:, :, None], 3, axis=2)) for grey in pictures]
    except (OSError, ValueError, IndexError) as error:
        raise InferenceError(
            f"The pages {path}, which a model is tried on, cannot be read.",
            hint="Install Folioscope again.",
        ) from error


def _checked_features(
    features: Float32, inputs: Mapping[str, Array], manifest: VisualManifest
) -> Float32:
    tiles = inputs[PIXELS].shape[1]
    expected = tiles * manifest.image.tile_tokens * manifest.hidden
    if features.size != expected:
        raise InferenceError(
            f"The official graph makes {features.size:,} numbers of {tiles} tiles where its"
            f" description says {expected:,}.",
            hint=_OTHER,
        )
    return features


def _check_rows(rows: Array, inputs: Mapping[str, Array], manifest: VisualManifest) -> None:
    expected = (1, inputs[INPUT_IDS].shape[1], manifest.rows_dim)
    if rows.shape != expected or not np.isfinite(rows).all():
        found = " × ".join(map(str, rows.shape))
        wanted = " × ".join(map(str, expected))
        raise InferenceError(
            f"The official graph answers with {found} numbers where its description says {wanted},"
            " or with what are no numbers.",
            hint=_OTHER,
        )


def check_halves(
    folder: Path,
    manifest: VisualManifest,
    reference: Reference,
    *,
    least_cosine: float,
    token: Cancellation | None = None,
    turn: Turn | None = None,
) -> dict[str, float]:
    """Return how near each half is to the official graph, as a mean cosine.

    Raises InferenceError where that is less than ``least_cosine``.
    """
    vision = list(_vision_pairs(folder, manifest, reference, token, turn))
    check_apart("pictures", [made for made, _ in vision[:2]], folder)
    text = list(_text_pairs(folder, manifest, reference, token, turn))
    check_apart("texts", [made.mean(axis=0) for made, _ in text[-2:]], folder)
    found = {VISION: _mean_cosine(vision), TEXT: _mean_cosine(text)}
    for half, cosine in found.items():
        if not cosine >= least_cosine:
            raise InferenceError(
                f"The {half} half of {manifest.title} differs from the official file: a cosine of"
                f" {cosine:.4f} on real pages, and {least_cosine:g} is the least.",
                hint=_AGAIN,
            )
    return found


def _vision_pairs(
    folder: Path,
    manifest: VisualManifest,
    reference: Reference,
    token: Cancellation | None,
    turn: Turn | None,
) -> Iterator[tuple[Float32, Float32]]:
    """Yield made and official features of the tiles, each of which is seen alone."""
    shape = (-1, manifest.image.tile_tokens, manifest.hidden)
    pages = [case for case in reference.cases if case.has_picture]
    tiles = [tile for case in pages for tile in case.inputs[PIXELS][0]]
    runs = [vision_inputs(tile[None]) for tile in tiles]
    made = run_sliced(folder / GRAPHS[VISION], runs, token=token, turn=turn)
    wanted = np.concatenate([case.features.reshape(shape) for case in pages])
    for values, each in zip(made, wanted, strict=True):
        yield values[FEATURES].reshape(each.shape), each


def _text_pairs(
    folder: Path,
    manifest: VisualManifest,
    reference: Reference,
    token: Cancellation | None,
    turn: Turn | None,
) -> Iterator[tuple[Float32, Float32]]:
    """Yield made and official rows of prompts, with the official features in both."""
    model = folder / GRAPHS[TEXT]
    runs = []
    for case in reference.cases:
        inputs = {INPUT_IDS: case.inputs[INPUT_IDS], MASK: case.inputs[MASK]}
        runs.append(inputs | {FEATURES: case.features, PIXELS: case.inputs[PIXELS]})
    for case, values in zip(
        reference.cases, run_sliced(model, runs, token=token, turn=turn), strict=True
    ):
        (rows,) = values.values()
        yield rows[0], case.rows


def _mean_cosine(pairs: list[tuple[Float32, Float32]]) -> float:
    made = np.concatenate([one.reshape(-1, one.shape[-1]) for one, _ in pairs]).astype(np.float64)
    wanted = np.concatenate([other.reshape(-1, other.shape[-1]) for _, other in pairs])
    lengths = np.linalg.norm(made, axis=1) * np.linalg.norm(wanted, axis=1)
    return float(((made * wanted).sum(axis=1) / np.maximum(lengths, 1e-20)).mean())
