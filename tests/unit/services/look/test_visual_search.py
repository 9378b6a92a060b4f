"""Search with a visual model: what it adds, what it must not cost, and what it says."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.embeddings import Embedding, PictureQuery
from folioscope.domain.errors import ModelMissingError
from folioscope.domain.geometry import Box
from folioscope.domain.pages import (
    LOOK_COUNT,
    Float32,
    MultiVector,
    PageImage,
    PageRecord,
    PageRef,
    PageVectors,
)
from folioscope.domain.protocols import Cancellation
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import ReasonKind, SearchResult, SearchResults, Strength
from folioscope.domain.tokens import tokens
from folioscope.services.searching import PageSearchService
from tests.contract.store_makers import page
from tests.library_parts import DrawnEncoder
from tests.look_parts import (
    DIM,
    GRID,
    ROW_DIM,
    DrawnEyes,
    LookParts,
    direction,
    open_look_parts,
    part_of,
    picture,
)

PAGES = 160
MEANING_DIM = 256
SEEN = 8 * GRID.columns + 8  # a patch that queries speak of
EVERYWHERE = PageFilter()
ASKED = 24  # queries of each kind


@pytest.fixture(scope="module", params=["vectors and rows", "rows alone"])
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LookParts]:
    """A library whose pages each hold two words of their own, all of it looked at."""
    eyes = DrawnEyes(batch_pages=16, has_vector=request.param == "vectors and rows")
    with open_look_parts(tmp_path_factory.mktemp("shelf"), eyes) as parts:
        parts.make_page = worded
        texts = [f"apple{n} berry{n} some words that many pages have" for n in range(PAGES)]
        parts.add("book", PAGES, texts=texts)
        parts.run()
        assert parts.looked_at() == PAGES
        yield parts


class WordyEncoder(DrawnEncoder):
    """A TextEncoder of as many numbers as real ones have, so that chance likeness is as small."""

    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        return meant(text)


def meant(text: str) -> Float32:
    """Add up a direction a word."""
    total = np.full(MEANING_DIM, 0.01, np.float32)
    for word in tokens(text):
        total += direction(zlib.crc32(word.encode()), MEANING_DIM)
    return _unit(total)


def worded(name: str, number: int, text: str) -> PageRecord:
    made = page(name, number, text, regions=1)
    vectors = PageVectors(meant(text), meant(name), meant(text)[None])
    looks = np.zeros(LOOK_COUNT, np.float32)
    return replace(made, vectors=vectors, looks=looks)


def service(parts: LookParts, *, sees: bool = True) -> PageSearchService:
    return PageSearchService(
        parts.stores.reading, WordyEncoder(), asker=parts.asker if sees else None
    )


def answer(parts: LookParts, text: str, *, sees: bool = True) -> SearchResults:
    return service(parts, sees=sees).search(text, scope=EVERYWHERE)


def shown(answer: SearchResults) -> list[SearchResult]:
    return [*answer.results, *answer.weaker]


def rank(answer: SearchResults, number: int) -> float:
    """Reciprocal rank of a page."""
    pages = [result.ref.page_index for result in shown(answer)]
    return 1 / (1 + pages.index(number)) if number in pages else 0.0


def oracle(number: int, noise: float, seed: int) -> Embedding:
    """A query that means a page, told so and so well: cosine 1 / sqrt(1 + noise²)."""
    rng = np.random.default_rng(seed)
    single = direction(number) + noise * _unit(rng.standard_normal(DIM))
    own = np.stack([part_of(number, patch) for patch in (SEEN, SEEN + 1, 200)])
    rows = own + noise * _unit(rng.standard_normal((3, ROW_DIM)))
    spans = np.array([(0, 6), (7, 12), (13, 17)], np.int32)
    return Embedding(_unit(single), MultiVector(_unit(rows)), None, spans)


def _unit(rows: Float32) -> Float32:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def mean_ranks(parts: LookParts, queries: Sequence[tuple[str, int]], noise: float) -> float:
    eyes = parts.models["eyes"]
    eyes.queries = {
        text: oracle(number, noise, seed) for seed, (text, number) in enumerate(queries)
    }
    parts.asker.forget()
    return float(np.mean([rank(answer(parts, text), number) for text, number in queries]))


def spelt(number: int) -> str:
    """A word that stands on no page."""
    return "".join(chr(ord("k") + int(digit)) for digit in str(number)) + "tower"


BY_WORDS = [(f"apple{n} berry{n}", n) for n in range(0, PAGES, PAGES // ASKED)][:ASKED]
BY_LOOK = [(f"tall tower {spelt(n)}", n) for n in range(0, PAGES, PAGES // ASKED)][:ASKED]


@pytest.mark.parametrize(("noise", "least"), [(0.5, 0.99), (1.0, 0.9), (1.5, 0.45)])
def test_queries_for_what_is_seen_gain(shelf: LookParts, noise: float, least: float) -> None:
    without = np.mean([rank(answer(shelf, t, sees=False), n) for t, n in BY_LOOK])
    assert without < 0.2
    assert mean_ranks(shelf, BY_LOOK, noise) >= least


@pytest.mark.parametrize("noise", [0.5, 1.0, 1.5, 3.0, 1000.0])
def test_queries_for_words_never_lose_however_bad_the_model(shelf: LookParts, noise: float) -> None:
    without = np.mean([rank(answer(shelf, t, sees=False), n) for t, n in BY_WORDS])
    assert without == 1.0
    assert mean_ranks(shelf, BY_WORDS, noise) == 1.0


def test_without_a_visual_model_not_a_bit_changes(shelf: LookParts) -> None:
    shelf.chosen = ""
    try:
        for text, _ in (*BY_WORDS[:6], *BY_LOOK[:6], ("words many pages", 0)):
            plain, chosen = answer(shelf, text, sees=False), answer(shelf, text)
            assert [r.score for r in shown(plain)] == [r.score for r in shown(chosen)]
            assert [r.reasons for r in shown(plain)] == [r.reasons for r in shown(chosen)]
            assert plain.no_good_match == chosen.no_good_match
    finally:
        shelf.chosen = "eyes"


def test_what_is_seen_is_said_and_framed(shelf: LookParts) -> None:
    mean_ranks(shelf, BY_LOOK, 0.3)
    text, number = BY_LOOK[3]
    best = answer(shelf, text).results[0]
    assert best.ref.page_index == number
    said = [reason.text for reason in best.reasons if reason.kind is ReasonKind.LOOK]
    assert said == ["The framed part looks closest to what you typed"]
    framed = [mark.box for mark in best.regions]
    middle = GRID.page_box(SEEN)
    assert any(b.x0 <= middle.x0 and b.x1 >= middle.x1 for b in framed)


def test_pages_not_looked_at_yet_lose_nothing_and_say_so(tmp_path: Path) -> None:
    with open_look_parts(tmp_path) as parts:
        parts.make_page = worded
        parts.add("seen", 20)
        parts.run()
        parts.add("unseen", 3)
        text = "words of unseen"
        plain, seeing = answer(parts, text, sees=False), answer(parts, text)
        scores = {r.ref: r.score for r in shown(plain)}
        assert any(r.ref.document_id == "unseen" for r in shown(seeing))
        for result in shown(seeing):
            said = {reason.text for reason in result.reasons}
            is_unseen = result.ref.document_id == "unseen"
            assert ("This page has not been looked at yet" in said) == is_unseen
            if is_unseen:
                assert result.score >= scores[result.ref] - 1e-6


def test_a_model_that_is_not_loaded_yet_is_not_waited_for(shelf: LookParts) -> None:
    from folioscope.services.model_keeper import Choice, ModelKeeper
    from folioscope.services.visual_asking import VisualAsker

    eyes = DrawnEyes()
    keeper: ModelKeeper[DrawnEyes] = ModelKeeper(
        lambda: Choice("eyes"), lambda _choice: eyes, missing="None."
    )
    eager = VisualAsker(shelf.stores.reading, keeper)  # type: ignore[arg-type]
    assert eager.text("tall tower") is None
    keeper.warm_up()
    assert eager.text("tall tower") is not None


def test_what_was_warmed_up_answers_at_once(shelf: LookParts) -> None:
    from folioscope.services.model_keeper import Choice, ModelKeeper
    from folioscope.services.visual_asking import VisualAsker

    eyes = DrawnEyes(has_vector=shelf.models["eyes"].has_vector)
    keeper: ModelKeeper[DrawnEyes] = ModelKeeper(
        lambda: Choice("eyes"), lambda _choice: eyes, missing="None."
    )
    eager = VisualAsker(shelf.stores.reading, keeper)  # type: ignore[arg-type]
    eager.warm_up()
    assert eyes.opened == 1
    assert eager.text("tall tower") is not None


def test_a_model_that_fails_costs_its_share_alone(shelf: LookParts) -> None:
    shelf.chosen = "gone"
    try:
        assert rank(answer(shelf, BY_WORDS[0][0]), BY_WORDS[0][1]) == 1.0
    finally:
        shelf.chosen = "eyes"


def test_a_query_is_embedded_once(shelf: LookParts, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    embed = DrawnEyes.embed_query
    monkeypatch.setattr(
        DrawnEyes,
        "embed_query",
        lambda self, query, **named: asked.append(query) or embed(self, query, **named),
    )
    answer(shelf, "yellow harbour at night")
    answer(shelf, "yellow harbour at night")
    shelf.looker.heat(PageRef("book", 1), "yellow harbour at night")
    assert asked == ["yellow harbour at night"]


# --- by picture


def test_a_picture_finds_the_page_it_is_of(shelf: LookParts) -> None:
    found = service(shelf).search_picture(PictureQuery(picture(33)), scope=EVERYWHERE)
    best = found.results[0]
    assert best.ref == PageRef("book", 33)
    assert best.strength is Strength.STRONG
    assert {reason.kind for reason in best.reasons} == {ReasonKind.LOOK}
    assert found.query.raw == "A picture"
    assert not found.query.text
    assert len({result.ref for result in shown(found)}) == len(shown(found))


def test_a_part_of_a_picture_is_named_so_and_scopes_hold(shelf: LookParts) -> None:
    query = PictureQuery(picture(33), Box(0, 0, 0.5, 0.5))
    scope = PageFilter(pages=((0, 20),))
    found = service(shelf).search_picture(query, scope=scope)
    assert found.query.raw == "Part of a picture"
    assert all(result.ref.page_index <= 20 for result in shown(found))
    assert shown(found)


def test_words_beside_a_picture_find_the_page_that_has_both(shelf: LookParts) -> None:
    ask = service(shelf).search_picture
    both = ask(PictureQuery(picture(33)), text="apple33 berry33", scope=EVERYWHERE)
    best = both.results[0]
    assert best.ref.page_index == 33
    kinds = {reason.kind for reason in best.reasons}
    assert kinds >= {ReasonKind.WORDS, ReasonKind.LOOK}
    assert both.query.text == "apple33 berry33"


def test_words_and_a_picture_of_different_pages_bring_both_up(shelf: LookParts) -> None:
    ask = service(shelf).search_picture
    found = ask(PictureQuery(picture(33)), text="apple50 berry50", scope=EVERYWHERE)
    assert {result.ref.page_index for result in shown(found)[:2]} == {33, 50}


def test_filters_typed_beside_a_picture_hold(shelf: LookParts) -> None:
    ask = service(shelf).search_picture
    found = ask(PictureQuery(picture(33)), text="page:1-20", scope=EVERYWHERE)
    assert found.query.raw == "A picture, page:1-20"
    assert shown(found)
    assert all(result.ref.page_index < 20 for result in shown(found))


def test_a_picture_like_nothing_has_no_good_match(shelf: LookParts) -> None:
    rgb = np.zeros((16, 12, 3), np.uint8)
    rgb[0, 0] = (200, 200, 77)  # a page number far beyond
    found = service(shelf).search_picture(PictureQuery(PageImage(rgb)), scope=EVERYWHERE)
    assert found.no_good_match
    assert found.explanation == "No page that was looked at is clearly like the picture."
    assert found.weaker


def test_a_picture_needs_a_visual_model(shelf: LookParts) -> None:
    with pytest.raises(ModelMissingError, match="needs a visual model"):
        service(shelf, sees=False).search_picture(PictureQuery(picture(1)), scope=EVERYWHERE)
    shelf.chosen = ""
    try:
        with pytest.raises(ModelMissingError, match="No visual model is chosen"):
            service(shelf).search_picture(PictureQuery(picture(1)), scope=EVERYWHERE)
    finally:
        shelf.chosen = "eyes"
