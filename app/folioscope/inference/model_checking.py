"""The check of a model that was just made: it runs, and what comes out depends on what goes in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError
from folioscope.domain.protocols import Cancellation
from folioscope.inference.sessions import SessionWishes, open_session
from folioscope.inference.sliced_run import Turn, run_sliced

Array = npt.NDArray[Any]
_SIDE = 4  # patches: 16 of them, 4 merged tokens, within one window
_TOKENS = 6
_ALIKE = 0.999999
_AGAIN = "Install it again; if that does not help, choose another precision."


def check_pages_model(
    folder: Path, hidden: int, *, token: Cancellation | None = None, turn: Turn | None = None
) -> None:
    """Run vision and text of a model made from templates; raise InferenceError."""
    feeds = [_picture(seed, folder) for seed in (1, 2)]
    seen = run_sliced(folder / "vision.onnx", feeds, token=token, turn=turn)
    pictures = [each["image_embeds"] for each in seen]
    check_apart("pictures", pictures, folder)
    feed = _texts(pictures[0], hidden, folder)
    (texts,) = run_sliced(folder / "text.onnx", [feed], token=token, turn=turn)
    for name, values in texts.items():
        check_apart(f"texts ({name})", list(values), folder)


def check_squares_model(
    folder: Path, size_px: int, *, token: Cancellation | None = None, turn: Turn | None = None
) -> None:
    """Run the halves of a model of the CLIP kind; raise InferenceError."""
    rng = np.random.default_rng(1)
    pictures = rng.standard_normal((2, 3, size_px, size_px)).astype(np.float32)
    ids = np.array([[0, 5, 6, 2], [0, 7, 8, 2]], np.int64)
    for half, inputs in (("vision", {"pixel_values": pictures}), ("text", {"input_ids": ids})):
        (made,) = run_sliced(folder / f"{half}.onnx", [inputs], token=token, turn=turn)
        for name, values in made.items():
            check_apart(f"{half} ({name})", list(values), folder)


def check_loads(model: Path) -> None:
    """Load a graph that nothing more is known of; raise InferenceError where that fails."""
    open_session(model, SessionWishes(keeps_arena=False))


def _inputs_of(model: Path) -> set[str]:
    import onnx

    graph = onnx.load(str(model), load_external_data=False).graph
    return {value.name for value in graph.input}


def _picture(seed: int, folder: Path) -> Mapping[str, Array]:
    rng = np.random.default_rng(seed)
    count = _SIDE * _SIDE
    pixels = rng.standard_normal((count, 1_176)).astype(np.float32)
    groups = np.arange(count).reshape(_SIDE // 2, 2, _SIDE // 2, 2).transpose(0, 2, 1, 3).ravel()
    places = np.stack(np.divmod(groups, _SIDE), axis=1).astype(np.int64)
    window = np.full((1, 64), -1, np.int64)
    window[0, :count] = np.arange(count)
    feeds: dict[str, Array] = {
        "pixel_values": pixels,
        "pos_hw": places,
        "win_idx": window,
        "win_inv": np.arange(count, dtype=np.int64),
    }
    known = _inputs_of(folder / "vision.onnx")
    return {name: value for name, value in feeds.items() if name in known}


def _texts(image_embeds: Array, hidden: int, folder: Path) -> Mapping[str, Array]:
    """Two rows: the first with a picture's tokens, the second text alone."""
    index = np.full((2, _TOKENS), -1, np.int64)
    index[0, 1 : 1 + min(_TOKENS - 2, len(image_embeds))] = np.arange(
        min(_TOKENS - 2, len(image_embeds))
    )
    pool = np.zeros((2, _TOKENS), np.float32)
    pool[:, -1] = 1
    positions = np.broadcast_to(np.arange(_TOKENS, dtype=np.int64), (3, 2, _TOKENS))
    feeds: dict[str, Array] = {
        "input_ids": np.array([[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]], np.int64),
        "position_ids": np.ascontiguousarray(positions),
        "image_embeds": image_embeds.reshape(-1, hidden or image_embeds.shape[-1]),
        "image_index": index,
        "pool": pool,
        "task": np.array(0, np.int64),
    }
    known = _inputs_of(folder / "text.onnx")
    return {name: value for name, value in feeds.items() if name in known}


def check_apart(what: str, values: list[Array], folder: Path) -> None:
    """Raise InferenceError unless all is finite and the two values are not the same."""
    first, second = (np.asarray(value, np.float64).ravel() for value in values)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise InferenceError(
            f"The model in {folder.parent} computes values that are no numbers for {what}.",
            hint=_AGAIN,
        )
    lengths = np.linalg.norm(first) * np.linalg.norm(second)
    same = np.array_equal(first, second)
    alike = first.size > 1 and (not lengths or first @ second / lengths > _ALIKE)
    if same or alike:
        raise InferenceError(
            f"The model in {folder.parent} answers the same to different {what}.", hint=_AGAIN
        )
