"""What every visual encoder promises."""

import shutil
import threading
import time

import numpy as np
import pytest

from folioscope.domain.embeddings import EmbeddingTask, PictureQuery, TextRole
from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.geometry import Box
from folioscope.domain.models import Precision
from folioscope.domain.pages import PageImage
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.tiny_models import TINY_CLIP, TINY_V4
from tests.tiny_shelf import installed_shelf

ENCODERS = (TINY_V4, TINY_CLIP)
ODD = [
    "",
    " ",
    "\x00\x01\x02",
    "\ud800 lone",
    "\u202eright to left\u202c",
    "👩‍👩‍👧‍👦" * 20,
    "<|im_start|><|image_pad|><|vision_end|></s><pad>",
    "مرحبا 贷款 ローン Straße",
]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return installed_shelf(tmp_path_factory.mktemp("shelf"), *ENCODERS)


@pytest.fixture(scope="module", params=ENCODERS)
def encoder(request, shelf):
    opened = shelf.encoder(request.param)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def v4(shelf):
    opened = shelf.encoder(TINY_V4)
    opened.open()
    yield opened
    opened.close()


def page(height: int, width: int, seed: int = 0) -> PageImage:
    rng = np.random.default_rng(seed)
    return PageImage(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))


PAGES = [page(300, 200, 1), page(120, 330, 2), page(28, 28, 3), page(224, 224, 4)]


def is_unit(vectors: np.ndarray) -> bool:
    lengths = np.linalg.norm(np.atleast_2d(vectors), axis=1)
    return vectors.dtype == np.float32 and bool(np.allclose(lengths, 1, atol=1e-5))


def assert_same(one, other, *, atol: float = 1e-5) -> None:
    np.testing.assert_allclose(one.single, other.single, atol=atol)
    assert (one.multi is None) == (other.multi is None)
    if one.multi is not None:
        np.testing.assert_allclose(one.multi.rows, other.multi.rows, atol=atol)


def test_a_text_is_a_vector_of_length_1(encoder):
    made = encoder.embed_query("loan agreement")
    assert made.single.shape == (encoder.spec.dim,)
    assert is_unit(made.single)
    assert made.grid is None


def test_pages_of_any_sizes_come_back_in_order_as_if_alone(encoder):
    together = encoder.embed_pages(PAGES)
    assert len(together) == len(PAGES)
    for image, made in zip(PAGES, together, strict=True):
        assert made.single.shape == (encoder.spec.dim,)
        assert is_unit(made.single)
        assert_same(made, encoder.embed_pages([image])[0])


def test_different_pages_and_texts_have_different_vectors(encoder):
    pages = np.stack([made.single for made in encoder.embed_pages(PAGES)])
    texts = np.stack([encoder.embed_query(text).single for text in ("page", "the map", "a dog")])
    for vectors in (pages, texts):
        cosines = vectors @ vectors.T
        assert (cosines[~np.eye(len(vectors), dtype=bool)] < 0.9999).all()


def test_no_pages_are_no_embeddings(encoder):
    assert encoder.embed_pages([]) == []


def test_rows_of_a_page_are_its_patches_in_reading_order(v4):
    for image, made in zip(PAGES, v4.embed_pages(PAGES), strict=True):
        assert made.multi.rows.shape == (len(made.grid), 128)
        assert is_unit(made.multi.rows)
        np.testing.assert_array_equal(made.multi.cells, np.arange(len(made.grid)))
        assert made.grid.width_px == pytest.approx(image.width_px, abs=28)


def test_a_patch_stands_where_it_stands_on_the_page(v4):
    """Rows are compared with those of a page that differs in one patch only."""
    blank = PageImage(np.full((224, 336, 3), 255, np.uint8))
    marked = blank.rgb.copy()
    marked[84:112, 224:252] = 0  # row 3, column 8
    before, after = v4.embed_pages([blank, PageImage(marked)])
    apart = np.abs(after.multi.rows - before.multi.rows).max(axis=1)
    assert int(np.argmax(apart)) == 3 * 12 + 8
    assert after.grid.patch_at(230, 90) == 3 * 12 + 8


def test_rows_of_a_text_name_their_characters(v4):
    text = "the image on the page"
    made = v4.embed_query(text)
    assert made.multi.rows.shape == (len(made.spans), 128)
    assert is_unit(made.multi.rows)
    words = {text[start:end] for start, end in made.spans.tolist() if start >= 0}
    assert {"the", "image", "page"} <= words
    assert (made.spans[0] == -1).all()  # "Query", of the prompt


def test_a_picture_is_asked_for_as_a_page_is_embedded(encoder):
    asked = encoder.embed_query(PictureQuery(PAGES[0]))
    assert_same(asked, encoder.embed_pages([PAGES[0]])[0])


def test_a_part_of_a_picture_is_asked_for_alone(encoder):
    box = Box(0.25, 0.25, 0.75, 0.75)
    asked = encoder.embed_query(PictureQuery(PAGES[3], box))
    part = PageImage(np.ascontiguousarray(PAGES[3].rgb[56:168, 56:168]))
    assert_same(asked, encoder.embed_pages([part])[0])


@pytest.mark.parametrize("name", ENCODERS)
def test_single_vectors_can_be_cut(shelf, name):
    whole = shelf.encoder(name)
    whole.open()
    full = whole.embed_query("the page").single
    whole.close()
    dim = shelf.info(name).dims[-1]
    assert dim < len(full)
    cut = shelf.encoder(name, dim=dim)
    cut.open()
    made = cut.embed_query("the page").single
    cut.close()
    np.testing.assert_allclose(made, full[:dim] / np.linalg.norm(full[:dim]), atol=1e-5)
    assert cut.spec.dim == dim
    assert cut.spec.fingerprint != whole.spec.fingerprint


@pytest.mark.parametrize("name", ENCODERS)
def test_a_length_that_the_model_has_not_is_refused(shelf, name):
    with pytest.raises(InferenceError, match="no vectors of length 7"):
        shelf.encoder(name, dim=7)


def test_tasks_and_roles_have_vectors_of_their_own(shelf):
    found = {}
    for task in EmbeddingTask:
        encoder = shelf.encoder(TINY_V4, task=task)
        encoder.open()
        for role in TextRole:
            found[task, role] = encoder.embed_text("the page", role=role).single
        found[task, "page"] = encoder.embed_pages([PAGES[2]])[0].single
        encoder.close()
    retrieval, matching = EmbeddingTask.RETRIEVAL, EmbeddingTask.TEXT_MATCHING
    assert found[retrieval, TextRole.QUERY] @ found[retrieval, TextRole.PASSAGE] < 0.9999
    same = found[matching, TextRole.QUERY] @ found[matching, TextRole.PASSAGE]
    assert same == pytest.approx(1, abs=1e-5)  # like is compared with like
    for key in (TextRole.QUERY, "page"):
        assert found[retrieval, key] @ found[matching, key] < 0.9999
        assert found[retrieval, key] @ found[EmbeddingTask.CODE, key] < 0.9999


def test_a_task_without_an_adapter_is_refused(shelf):
    with pytest.raises(InferenceError, match="no adapter for code"):
        shelf.encoder(TINY_CLIP, task=EmbeddingTask.CODE)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_get_vectors(encoder, text):
    assert is_unit(encoder.embed_query(text).single)


def test_special_tokens_in_a_text_are_letters(v4):
    plain = len(v4.embed_query("").multi.rows)
    for written in ("<|image_pad|>", "<|im_end|>", "<|vision_start|><|image_pad|><|vision_end|>"):
        made = v4.embed_query(written)
        assert len(made.multi.rows) > plain + 3
        covered = {n for start, end in made.spans.tolist() for n in range(start, end)}
        assert covered == set(range(len(written)))


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (3000, 1), (5, 2000)])
def test_strips_get_vectors(encoder, size):
    (made,) = encoder.embed_pages([page(*size)])
    assert is_unit(made.single)


def test_very_large_pictures_get_vectors(encoder):
    """Of 14,000 px; a plain ground, so that making it takes no time."""
    rgb = np.full((14_000, 600, 3), 255, np.uint8)
    rgb[6_000:8_000] = 30
    (made,) = encoder.embed_pages([PageImage(rgb)])
    assert is_unit(made.single)


def test_the_same_call_gives_the_same_vectors(encoder):
    first, second = (encoder.embed_pages([PAGES[0]])[0] for _ in range(2))
    np.testing.assert_array_equal(first.single, second.single)


def test_threads_get_what_one_thread_gets(encoder):
    queries = [f"question number {n}" for n in range(6)]
    expected = [encoder.embed_query(query).single for query in queries]
    found: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        found[number] = encoder.embed_query(queries[number]).single

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vector in enumerate(expected):
        np.testing.assert_allclose(found[number], vector, atol=1e-5)


def test_cancelled_before_it_begins(encoder):
    token = CancelToken()
    token.cancel()
    for work in (
        lambda: encoder.embed_pages(PAGES, token=token),
        lambda: encoder.embed_query("anything", token=token),
        lambda: encoder.embed_query(PictureQuery(PAGES[0]), token=token),
    ):
        with pytest.raises(Cancelled):
            work()


class CancelledInARun(CancelToken):
    """Cancels from another thread once work hangs on it, that is in the middle of a run."""

    def __init__(self) -> None:
        super().__init__()
        self.cancelled_at = 0.0
        self._started = False

    def on_cancel(self, callback):
        forget = super().on_cancel(callback)
        if not self._started:
            self._started = True
            threading.Thread(target=self._stop).start()
        return forget

    def _stop(self) -> None:
        self.cancelled_at = time.perf_counter()
        self.cancel()


def test_a_run_is_cancelled_and_the_encoder_stays_usable(encoder):
    token = CancelledInARun()
    with pytest.raises(Cancelled):
        encoder.embed_pages([page(448, 448, n) for n in range(40)], token=token)
    assert time.perf_counter() - token.cancelled_at < 5  # all of it would take much longer
    assert is_unit(encoder.embed_query("still here").single)


def test_a_pause_holds_pages_and_not_queries(encoder):
    token = CancelToken()
    token.pause()
    done: list[int] = []
    worker = threading.Thread(
        target=lambda: done.append(len(encoder.embed_pages(PAGES[:1], token=token)))
    )
    worker.start()
    assert is_unit(encoder.embed_query("typed meanwhile", token=token).single)
    assert is_unit(encoder.embed_query(PictureQuery(PAGES[2]), token=token).single)
    assert done == []
    token.resume()
    worker.join(timeout=60)
    assert done == [1]


@pytest.mark.parametrize("name", ENCODERS)
def test_a_closed_encoder_says_so_and_can_be_opened_again(shelf, name):
    encoder = shelf.encoder(name)
    for ask in (encoder.embed_query, lambda text: encoder.embed_text(text, role=TextRole.PASSAGE)):
        with pytest.raises(InferenceError, match="not open"):
            ask("anything")
    with pytest.raises(InferenceError, match="not open"):
        encoder.embed_pages(PAGES)
    encoder.open()
    first = encoder.embed_query("the page").single
    encoder.close()
    with pytest.raises(InferenceError, match="not open"):
        encoder.embed_query("anything")
    encoder.open()
    np.testing.assert_array_equal(encoder.embed_query("the page").single, first)
    encoder.close()


def test_it_says_what_runs_it_and_why(encoder):
    assert encoder.device.provider == "CPUExecutionProvider"
    assert "processor" in encoder.device.reason
    assert encoder.needs.longest_px >= 512
    assert encoder.needs.batch_pages >= 1


def test_the_shelf_tells_what_runs_a_model_once_it_was_used(tmp_path):
    shelf = installed_shelf(tmp_path, TINY_CLIP)
    assert shelf.info(TINY_CLIP).builds[0].device is None
    encoder = shelf.encoder(TINY_CLIP)
    encoder.open()
    encoder.close()
    assert shelf.info(TINY_CLIP).builds[0].device.provider == "CPUExecutionProvider"
    assert shelf.verify(TINY_CLIP) == []


def test_the_fingerprint_names_what_shapes_a_vector(shelf):
    spec = shelf.encoder(TINY_V4).spec
    for part in ("fp32", "task=retrieval", "64d", "200704", "Query: ", "Passage: ", "image_pad"):
        assert part in spec.fingerprint
    clip = shelf.encoder(TINY_CLIP).spec
    for part in ("fp32", "64d", "letterbox-512-white"):
        assert part in clip.fingerprint
    assert shelf.encoder(TINY_V4, task=EmbeddingTask.CODE).spec.fingerprint != spec.fingerprint


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("file", ["text.onnx", "vision.onnx", "tokenizer.json"])
def test_a_file_that_went_is_named(shelf, tmp_path, name, file):
    (build,) = shelf.info(name).builds
    folder = shutil.copytree(build.folder, tmp_path / "build")
    (folder / file).unlink()
    encoder = moved(shelf.encoder(name), folder)
    with pytest.raises(ModelMissingError, match=file):
        encoder.open()


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("file", ["text.onnx", "vision.onnx", "tokenizer.json"])
def test_a_damaged_file_is_named(shelf, tmp_path, name, file):
    (build,) = shelf.info(name).builds
    folder = shutil.copytree(build.folder, tmp_path / "build")
    (folder / file).write_bytes(b"damaged")
    with pytest.raises(InferenceError, match=file):
        moved(shelf.encoder(name), folder).open()


def moved(encoder, folder):
    """The same encoder on another folder."""
    return type(encoder)(encoder._manifest, folder, precision=Precision(encoder.spec.precision))


def test_models_without_rows_have_single_vectors_only(shelf, tmp_path):
    """A fine-tune may come without the projector."""
    import onnx

    (build,) = shelf.info(TINY_V4).builds
    folder = shutil.copytree(build.folder, tmp_path / "build")
    model = onnx.load(str(folder / "text.onnx"), load_external_data=False)
    kept = [output for output in model.graph.output if output.name == "single"]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    (folder / "text.onnx").write_bytes(model.SerializeToString())
    known = shelf.encoder(TINY_V4)
    encoder = moved(known, folder)
    encoder.open()
    assert encoder.embed_query("the page").multi is None
    (made,) = encoder.embed_pages([PAGES[0]])
    assert made.multi is None
    assert is_unit(made.single)
    encoder.close()
