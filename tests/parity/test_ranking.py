"""Rerankers of the m0 kind, installed by the real command, beside transformers."""

import json

import numpy as np
import pytest
from PIL import Image

from folioscope.domain.embeddings import PictureQuery, RerankPage
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from tests.parity.conftest import PRECISIONS, Place
from tests.parity.programs import run_folioscope
from tests.parity.reference import LOGIT_BIAS, ReferenceReranker
from tests.visual_cases import DOCUMENTS, QUERY, document, picture

MOST = {"fp32": 1e-4, "fp16": 1e-3}


def page(name: str) -> RerankPage:
    what = document(name)
    if isinstance(what, str):
        return RerankPage(name, text=what)
    return RerankPage(name, load=lambda: PageImage(what))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", ["m0", "m0-newer"])
def test_texts_and_pages_mixed(place: Place, name: str, precision: str) -> None:
    reference = ReferenceReranker(place.checkpoint(name))
    together = reference.logits(QUERY, [document(each) for each in DOCUMENTS])
    alone = [reference.logits(QUERY, [document(each)])[0] for each in DOCUMENTS]
    assert np.abs(together - alone).max() < 1e-4  # the reference agrees with itself
    reranker = place.shelf.reranker(name, precision=Precision(precision))
    reranker.open()
    scores = np.array(list(reranker.scores(QUERY, [page(each) for each in DOCUMENTS])))
    assert np.abs(scores - 1 / (1 + np.exp(LOGIT_BIAS - together))).max() <= MOST[precision]
    assert np.ptp(together) > 0.3


def test_a_picture_is_asked_for(place: Place) -> None:
    """The document's picture comes first, the query's behind it."""
    reference = ReferenceReranker(place.checkpoint("m0"))
    wanted = [reference.pair_logits(picture("windows"), document(each))[0] for each in DOCUMENTS]
    reranker = place.shelf.reranker("m0", precision=Precision.FP32)
    reranker.open()
    query = PictureQuery(PageImage(picture("windows")))
    scores = np.array(list(reranker.scores(query, [page(each) for each in DOCUMENTS])))
    assert np.abs(scores - 1 / (1 + np.exp(LOGIT_BIAS - np.array(wanted)))).max() <= 1e-4


def test_the_command_judges_in_the_order_given(place: Place, tmp_path) -> None:
    Image.fromarray(picture("odd")).save(tmp_path / "page.png")
    done = run_folioscope(
        place.models, "rerank", "--model", "m0", "--precision", "fp32", "--query", QUERY,
        "--text", DOCUMENTS[0], "--image", tmp_path / "page.png", "--text", DOCUMENTS[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    scores = [json.loads(line)["score"] for line in done.stdout.splitlines()]
    reference = ReferenceReranker(place.checkpoint("m0"))
    wanted = reference.scores(QUERY, [DOCUMENTS[0], picture("odd"), DOCUMENTS[3]])
    assert np.abs(np.array(scores) - wanted).max() <= 1e-4
