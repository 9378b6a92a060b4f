"""A second look: the best pages are read again and put in that order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from folioscope.domain.embeddings import DeviceChoice, EncoderNeeds, QueryInput, RerankPage
from folioscope.domain.errors import ModelMissingError, QueryError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Cancellation, EncoderSpec
from folioscope.domain.queries import ParsedQuery
from folioscope.domain.results import Reason, ReasonKind, SearchResult, SearchResults
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.model_keeper import Choice, ModelKeeper
from folioscope.services.passwords import Passwords
from folioscope.services.second_look import SecondLook
from tests.look_parts import LookParts, number_of, too_slow


@dataclass
class NumberReader:
    """A Reranker that likes pages with a high number, and texts least of all."""

    asked: list[str] = field(default_factory=list)
    cancels_at: int = -1
    token: CancelToken | None = None

    @property
    def spec(self) -> EncoderSpec:
        return EncoderSpec("reader", "1", "fp32", 1, 512, "reader@1")

    @property
    def needs(self) -> EncoderNeeds:
        return EncoderNeeds(longest_px=99)

    @property
    def device(self) -> DeviceChoice:
        return DeviceChoice("CPUExecutionProvider", "it is there")

    def open(self) -> None: ...
    def close(self) -> None: ...

    def scores(
        self, query: QueryInput, pages: Sequence[RerankPage], *, token: Cancellation | None = None
    ) -> Iterator[float]:
        for page in pages:
            if len(self.asked) == self.cancels_at and self.token is not None:
                self.token.cancel()
            if token is not None:
                token.raise_if_cancelled()
            score = 0.001 if page.load is None else number_of(page.load()) / 1000 + 0.1
            self.asked.append(page.key if page.load else f"text: {page.text}")
            yield score


def look_of(parts: LookParts, reader: NumberReader | None) -> SecondLook:
    def make(_choice: Choice) -> NumberReader:
        if reader is None:
            raise ModelMissingError("reader is not installed.")
        return reader

    keeper: ModelKeeper[NumberReader] = ModelKeeper(
        lambda: Choice("reader"), make, missing="No reranking model is chosen."
    )
    return SecondLook(parts.stores.reading, parts.reader, keeper, passwords=Passwords())  # type: ignore[arg-type]


def found(refs: Sequence[PageRef], text: str = "words") -> SearchResults:
    reason = (Reason(ReasonKind.WORDS, "“words”"),)
    results = tuple(SearchResult(ref, ("x.pdf",), 30, reasons=reason) for ref in refs)
    return SearchResults(ParsedQuery(text, text), results=results[:-1], weaker=results[-1:])


def test_the_first_twenty_are_ordered_anew_and_the_rest_stays(parts: LookParts) -> None:
    refs = parts.add("book", 25)
    reader, told = NumberReader(), list[Progress]()
    before = found(refs)
    after = look_of(parts, reader).rerank(before, JobContext(CancelToken(), told.append))
    assert [r.ref.page_index for r in after.results] == [*range(19, -1, -1), *range(20, 24)]
    assert after.weaker == before.weaker
    assert reader.asked[0] == "book:0:99"
    assert [p.done for p in told] == list(range(21))
    assert {p.total for p in told} == {20}
    assert after.results[0].reasons[-1].text == "Read again together with your words"
    assert after.results[20].reasons == before.results[20].reasons


def test_a_second_time_the_reason_stands_once(parts: LookParts) -> None:
    look = look_of(parts, NumberReader())
    once = look.rerank(found(parts.add("book", 3)), JobContext())
    twice = look.rerank(once, JobContext())
    assert [len(r.reasons) for r in twice.results] == [2, 2]


def test_pages_without_picture_are_judged_by_their_text(parts: LookParts) -> None:
    refs = [*parts.add("away", 1), *parts.add("here", 3)]
    (parts.folder / "away.pdf").unlink()
    parts.reader.failing[2] = too_slow()
    reader = NumberReader()
    after = look_of(parts, reader).rerank(found([*refs, refs[0]]), JobContext())
    assert reader.asked.count("text: words of away") == 1
    assert reader.asked.count("text: words of here") == 1
    assert [r.ref.page_index for r in after.results] == [2, 0, 0, 1]


def test_cancelled_it_leaves_everything_as_it_was(parts: LookParts) -> None:
    token = CancelToken()
    reader = NumberReader(cancels_at=2, token=token)
    before = found(parts.add("book", 5))
    order = before.results
    with pytest.raises(Cancelled):
        look_of(parts, reader).rerank(before, JobContext(token))
    assert before.results == order


def test_without_good_match_the_closest_pages_are_read(parts: LookParts) -> None:
    before = found(parts.add("book", 4))
    none = replace(before, results=(), weaker=before.results, no_good_match=True)
    after = look_of(parts, NumberReader()).rerank(none, JobContext())
    assert [r.ref.page_index for r in after.weaker] == [2, 1, 0]


def test_it_needs_words_and_a_model(parts: LookParts) -> None:
    refs = parts.add("book", 2)
    with pytest.raises(QueryError, match="needs words"):
        look_of(parts, NumberReader()).rerank(found(refs, ""), JobContext())
    with pytest.raises(ModelMissingError, match="not installed"):
        look_of(parts, None).rerank(found(refs), JobContext())
