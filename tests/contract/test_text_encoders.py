"""What every text encoder promises."""

import threading
import time

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.domain.protocols import PageUnits
from folioscope.inference.starter import load_starter_encoder
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)

LONG = "Sales by region grew in the third quarter while costs fell. " * 40
ODD = [
    "",
    " ",
    "\x00\x01\x02",
    "\ud800 lone",
    "\u202eright to left\u202c",
    "👩‍👩‍👧‍👦" * 50,
    "<s></s><mask><pad>",
    "a" * 300_000,
    " " * 300_000 + "x",
    "\n\t\r",
    "مرحبا 贷款 ローン Straße",
]


@pytest.fixture
def encoder(starter):  # noqa: F811
    return starter


def pages_of(*texts: str) -> list[PageUnits]:
    return [PageUnits(page=text, regions=(text, text[::-1]), title=text[:40]) for text in texts]


def is_unit(vectors: np.ndarray) -> bool:
    lengths = np.linalg.norm(np.atleast_2d(vectors), axis=1)
    return vectors.dtype == np.float32 and bool(np.allclose(lengths, 1, atol=1e-5))


def test_a_query_is_one_vector_of_length_1(encoder):
    vector = encoder.embed_query("loan agreement")
    assert vector.shape == (encoder.spec.dim,)
    assert is_unit(vector)


def test_pages_come_back_in_order_with_a_vector_for_every_unit(encoder):
    texts = [LONG, "Ein Kreditvertrag mit Zinsen", "A photo of a cat on a sofa"]
    vectors = encoder.embed_pages(pages_of(*texts))
    assert [v.regions.shape for v in vectors] == [(2, encoder.spec.dim)] * 3
    for each in vectors:
        assert is_unit(each.page)
        assert is_unit(each.regions)
        assert is_unit(each.title)
    query = encoder.embed_query("loan contract with interest")
    assert int(np.argmax([v.page @ query for v in vectors])) == 1


@pytest.mark.parametrize("text", ["", "   ", "Page 3", " a b c \n\n"])
def test_pages_with_next_to_no_text_have_no_page_vector(encoder, text):
    (vectors,) = encoder.embed_pages([PageUnits(page=text, regions=(), title="Report")])
    assert vectors.page is None
    assert vectors.regions.shape == (0, encoder.spec.dim)
    assert is_unit(vectors.title)


def test_no_pages_are_no_vectors(encoder):
    assert encoder.embed_pages([]) == []


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_get_vectors(encoder, text):
    (vectors,) = encoder.embed_pages([PageUnits(page=text, regions=(text,), title=text)])
    assert is_unit(vectors.regions)
    assert is_unit(encoder.embed_query(text))


def test_neighbours_in_a_call_hardly_matter(encoder):
    texts = [LONG, "Ein Kreditvertrag mit Zinsen", "年度报告 2024", "Figure 3: sales"]
    together = encoder.embed_pages(pages_of(*texts))
    for text, each in zip(texts, together, strict=True):
        (alone,) = encoder.embed_pages(pages_of(text))
        assert each.title @ alone.title > 0.99
        assert (each.regions * alone.regions).sum(axis=1).min() > 0.99


def test_the_same_call_gives_the_same_vectors(encoder):
    first, second = (encoder.embed_pages(pages_of("Annual report 2024")) for _ in range(2))
    np.testing.assert_array_equal(first[0].regions, second[0].regions)


def test_threads_get_what_one_thread_gets(encoder):
    queries = [f"question number {n}" for n in range(8)]
    expected = [encoder.embed_query(query) for query in queries]
    found: dict[int, np.ndarray] = {}

    def ask(number: int) -> None:
        found[number] = encoder.embed_query(queries[number])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, vector in enumerate(expected):
        np.testing.assert_allclose(found[number], vector, atol=1e-5)


def test_cancelled_before_it_begins(encoder):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        encoder.embed_pages(pages_of(LONG), token=token)
    with pytest.raises(Cancelled):
        encoder.embed_query("anything", token=token)


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
    pages = [PageUnits(f"{n} {LONG}", (f"{LONG} {n}",), f"{n}") for n in range(40)]
    with pytest.raises(Cancelled):
        encoder.embed_pages(pages, token=token)
    assert time.perf_counter() - token.cancelled_at < 5  # all of it would take much longer
    assert is_unit(encoder.embed_query("still here"))


def test_a_pause_holds_pages_and_not_queries(encoder):
    token = CancelToken()
    token.pause()
    done: list[int] = []
    worker = threading.Thread(
        target=lambda: done.append(len(encoder.embed_pages(pages_of("One page here"), token=token)))
    )
    worker.start()
    assert is_unit(encoder.embed_query("typed meanwhile", token=token))
    assert done == []
    token.resume()
    worker.join(timeout=60)
    assert done == [1]


def test_a_closed_encoder_says_so(starter_models_dir):  # noqa: F811
    with pytest.raises(InferenceError, match="not open"):
        load_starter_encoder(starter_models_dir).embed_query("anything")


def test_the_fingerprint_names_what_shapes_a_vector(encoder):
    spec = encoder.spec
    for part in (spec.name, spec.revision, spec.precision, "query: ", "passage: ", "512"):
        assert part in spec.fingerprint
