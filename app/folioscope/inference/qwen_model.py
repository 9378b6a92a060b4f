"""A Qwen model: what its encoder and its reranker run."""

from folioscope.domain.pages import PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.inference.qwen_towers import QwenTowers, Seen
from folioscope.inference.visual_model import VisualModel

QwenModel = VisualModel[QwenTowers]


def see_picture(model: QwenModel, image: PageImage, token: Cancellation | None) -> Seen:
    """Run the vision tower on the device."""
    towers = model.words
    (seen,) = model.engine.each(
        [image], lambda graphs, images: [towers.see(graphs, images[0], token=token)]
    )
    return seen
