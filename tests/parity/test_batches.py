"""The graphs alone: texts and pages of unequal lengths mixed in one run, beside transformers."""

import numpy as np
import onnxruntime
import pytest

from folioscope.domain.pages import PageImage
from folioscope.domain.patches import PatchGrid
from folioscope.inference.picture_preparing import PictureRules, patch_rows
from folioscope.inference.rope_positions import Placed, Sequence3D, text_inputs
from folioscope.inference.vision_geometry import vision_geometry
from tests.made_checkpoints import CLIP_MEAN, CLIP_STD
from tests.parity.comparing import assert_near
from tests.parity.conftest import PRECISIONS, SIZES, Place
from tests.parity.reference import IMAGE, PAD, PROMPT, ReferenceEncoder
from tests.visual_cases import TEXTS, picture

TASK = 1
RULES = PictureRules(tuple(CLIP_MEAN), tuple(CLIP_STD), max_pixels=SIZES.max_pixels)


def session(place: Place, precision: str, tower: str) -> onnxruntime.InferenceSession:
    (build,) = (place.models / "v4").glob(f"*-{precision}")
    return onnxruntime.InferenceSession(build / f"{tower}.onnx", providers=["CPUExecutionProvider"])


def seen(vision: onnxruntime.InferenceSession, name: str) -> tuple[PatchGrid, np.ndarray]:
    image = PageImage(picture(name))
    grid = RULES.grid(image)
    geometry = vision_geometry(grid, window_cells=4)
    assert geometry.windows is not None
    feed = {
        "pixel_values": patch_rows(image, grid, rules=RULES)[geometry.order],
        "pos_hw": geometry.places,
        "win_idx": geometry.windows.rows,
        "win_inv": geometry.windows.back,
    }
    return grid, vision.run(None, feed)[0][geometry.cells_back]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_texts_and_pages_in_one_run(place: Place, precision: str) -> None:
    reference = ReferenceEncoder(place.checkpoint("v4"), "text-matching")
    vision, text = (session(place, precision, tower) for tower in ("vision", "text"))
    names = ("odd", "strip", "windows")
    sequences = [_text(reference, each) for each in TEXTS]
    sequences += [_page(reference, *seen(vision, name)) for name in names]
    order = [3, 0, 6, 2, 4, 1, 5]
    feed = text_inputs([sequences[n] for n in order], padding=0, width=SIZES.hidden)
    single, multi = text.run(["single", "multi"], {**feed, "task": np.array(TASK)})
    wanted = reference.texts(list(TEXTS), "Query")
    wanted += reference.images([picture(name) for name in names])
    for line, number in enumerate(order):
        assert_near(single[line], wanted[number].single, precision)
        assert_near(multi[line, : len(sequences[number])], wanted[number].multi, precision)


def test_padding_changes_nothing(place: Place) -> None:
    reference = ReferenceEncoder(place.checkpoint("v4"), "text-matching")
    text = session(place, "fp32", "text")
    sequence = _text(reference, TEXTS[0])
    feed = text_inputs([sequence], padding=0, width=SIZES.hidden)
    alone = text.run(["single"], {**feed, "task": np.array(TASK)})[0]
    longer = text_inputs([sequence, _text(reference, TEXTS[2] * 3)], padding=7, width=SIZES.hidden)
    beside = text.run(["single"], {**longer, "task": np.array(TASK)})[0]
    assert np.abs(alone[0] - beside[0]).max() < 1e-5


def _text(reference: ReferenceEncoder, text: str) -> Sequence3D:
    ids = np.array(reference.ids(f"Query: {text}"))
    return Sequence3D(ids, np.ones(len(ids), np.float32))


def _page(reference: ReferenceEncoder, grid: PatchGrid, features: np.ndarray) -> Sequence3D:
    ids = reference.ids(PROMPT.format(image=IMAGE))
    first = ids.index(reference.tokenizer.convert_tokens_to_ids(PAD))
    ids[first : first + 1] = [ids[first]] * len(grid)
    pool = np.zeros(len(ids), np.float32)
    pool[first - 1 : first + len(grid) + 1] = 1
    return Sequence3D(np.array(ids), pool, (Placed(first, grid, features),))
