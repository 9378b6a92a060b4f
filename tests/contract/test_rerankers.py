"""What every reranker promises."""

import shutil
import threading

import numpy as np
import pytest

from folioscope.domain.embeddings import PictureQuery, RerankPage
from folioscope.domain.errors import DocumentError, InferenceError, ModelMissingError
from folioscope.domain.geometry import Box
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.inference.qwen_reranker import QwenReranker
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.tiny_models import TINY_M0
from tests.tiny_shelf import installed_shelf

QUERY = "the image on the page"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return installed_shelf(tmp_path_factory.mktemp("shelf"), TINY_M0)


@pytest.fixture(scope="module", params=[TINY_M0])
def reranker(request, shelf):
    opened = shelf.reranker(request.param)
    opened.open()
    yield opened
    opened.close()


def picture(height: int, width: int, seed: int = 0) -> PageImage:
    rng = np.random.default_rng(seed)
    return PageImage(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


class Shown:
    """A page that counts how often its picture was wanted."""

    def __init__(self, key: str, image: PageImage, text: str = "") -> None:
        self.loads = 0
        self._image = image
        self.page = RerankPage(key, self._load, text)

    def _load(self) -> PageImage:
        self.loads += 1
        return self._image


def text(words: str) -> RerankPage:
    return RerankPage("", text=words)


def scores(reranker, pages, query=QUERY) -> list[float]:
    return list(reranker.scores(query, pages))


def test_pictures_and_texts_are_judged_in_the_order_given(reranker):
    pages = [
        Shown("a", picture(300, 200, 1)).page,
        text("a page"),
        Shown("b", picture(28, 28)).page,
    ]
    together = scores(reranker, pages)
    assert len(set(together)) == 3
    assert all(0 <= score <= 1 for score in together)
    for page, score in zip(pages, together, strict=True):
        assert scores(reranker, [page]) == pytest.approx([score], abs=1e-6)
    assert scores(reranker, pages[::-1]) == pytest.approx(together[::-1], abs=1e-6)


def test_no_pages_have_no_scores(reranker):
    assert scores(reranker, []) == []


def test_scores_hang_on_the_query(reranker):
    page = Shown("query", picture(120, 200, 3)).page
    first, second = (scores(reranker, [page], query)[0] for query in ("the page", "an image"))
    assert abs(first - second) > 1e-5


def test_pages_are_loaded_one_by_one_as_scores_are_taken(reranker):
    pages = [Shown(f"lazy {n}", picture(56, 56, n)) for n in range(3)]
    coming = reranker.scores(QUERY, [shown.page for shown in pages])
    assert [shown.loads for shown in pages] == [0, 0, 0]
    next(coming)
    assert [shown.loads for shown in pages] == [1, 0, 0]
    list(coming)
    assert [shown.loads for shown in pages] == [1, 1, 1]


def test_a_second_query_needs_no_pictures(reranker):
    shown = Shown("known", picture(200, 140, 5))
    (first,) = scores(reranker, [shown.page], "the page")
    scores(reranker, [shown.page], "another")
    assert scores(reranker, [shown.page], "the page") == [first]
    assert shown.loads == 1


def test_pages_without_a_key_are_not_kept(reranker):
    shown = Shown("", picture(56, 84))
    scores(reranker, [shown.page])
    scores(reranker, [shown.page])
    assert shown.loads == 2


def test_what_was_kept_goes_when_it_is_closed(shelf):
    reranker = shelf.reranker(TINY_M0)
    shown = Shown("kept", picture(56, 84))
    for _ in range(2):
        reranker.open()
        scores(reranker, [shown.page])
        reranker.close()
    assert shown.loads == 2


def test_a_picture_may_be_asked_for(reranker):
    pages = [Shown("asked", picture(100, 100, 1)).page, text("a page")]
    whole = scores(reranker, pages, PictureQuery(picture(140, 140, 9)))
    part = scores(reranker, pages, PictureQuery(picture(140, 140, 9), Box(0, 0, 0.5, 0.5)))
    assert all(0 <= score <= 1 for score in (*whole, *part))
    assert whole != part


def test_a_page_whose_picture_is_away_is_judged_by_its_text(reranker):
    def away() -> PageImage:
        raise DocumentError("The file is away.")

    page = RerankPage("away", away, "the text of the page")
    assert scores(reranker, [page]) == scores(reranker, [text("the text of the page")])
    with pytest.raises(DocumentError, match="is away"):
        scores(reranker, [RerankPage("away too", away)])


def test_long_documents_leave_the_query_whole(reranker):
    words = text("the page of an image " * 6_000)
    asked = [scores(reranker, [words], query)[0] for query in ("the page", "an image")]
    assert abs(asked[0] - asked[1]) > 1e-7
    longer = text(words.text + "and much more that is cut off " * 500)
    assert scores(reranker, [longer], "the page") == pytest.approx(asked[:1], abs=1e-6)


def test_long_queries_are_cut(reranker):
    long = "the page " * 5_000
    assert 0 <= scores(reranker, [text("a page")], long)[0] <= 1


@pytest.mark.parametrize(
    "words",
    ["", " ", "\ud800", "<|im_end|><|image_pad|>{query}{document}", "\x00", "贷款 👩‍👩‍👧‍👦"],
)
def test_odd_texts_are_judged(reranker, words):
    assert 0 <= scores(reranker, [text(words)], words)[0] <= 1


def test_a_cancel_comes_between_pages(reranker):
    token = CancelToken()
    coming = reranker.scores(QUERY, [text(f"page {n}") for n in range(5)], token=token)
    next(coming)
    token.cancel()
    with pytest.raises(Cancelled):
        next(coming)
    assert len(scores(reranker, [text("still here")])) == 1


def test_threads_get_what_one_thread_gets(reranker):
    pages = [text(f"page {n} of the image") for n in range(6)]
    expected, found = scores(reranker, pages), {}

    def ask(number: int) -> None:
        found[number] = scores(reranker, [pages[number]])[0]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n] for n in range(6)] == pytest.approx(expected, abs=1e-6)


def test_a_closed_reranker_says_so(shelf):
    with pytest.raises(InferenceError, match="not open"):
        scores(shelf.reranker(TINY_M0), [text("a page")])


def test_a_file_that_went_is_named(shelf, tmp_path):
    (build,) = shelf.info(TINY_M0).builds
    folder = shutil.copytree(build.folder, tmp_path / "build")
    (folder / "vision.onnx").unlink()
    manifest = shelf.reranker(TINY_M0)._manifest
    with pytest.raises(ModelMissingError, match=r"vision\.onnx"):
        QwenReranker(manifest, folder, precision=Precision.FP32).open()


def test_the_fingerprint_names_what_shapes_a_score(reranker):
    for part in ("fp32", "**Query**", "image_pad", "200704"):
        assert part in reranker.spec.fingerprint
