"""Which pages are right: the best by meaning of a whole library, found without codes or graphs."""

from collections.abc import Sequence

import numpy as np

from folioscope.domain.pages import Float32, PageRecord, PageRef
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.page_facts import facts_of
from folioscope.stores.statistics import LibraryStatistics
from folioscope.stores.views import VectorBatch
from tests.benchmarks.store_search import TOP, WEIGHTS

SOME_FILES = "7.pdf"  # the names of one file in sixteen end so
_AT_ONCE = 4000

Refs = set[PageRef]


class ExactPages:
    """The best pages by meaning of some queries, by any statistics; pages are read once."""

    def __init__(self, local: LanceVectorStore, queries: Sequence[StoreQuery]) -> None:
        self._local = local
        self._queries = queries
        self._refs = local.page_refs(StoreQuery())
        self._scores: dict[bytes | None, Float32] = {}

    def score(self, *each: tuple[bytes | None, LibraryStatistics]) -> None:
        """Score all pages by these statistics, each with a name of its own."""
        wanted = {name: statistics for name, statistics in each if name not in self._scores}
        parts: dict[bytes | None, list[Float32]] = {name: [] for name in wanted}
        for start in range(0, len(self._refs) if wanted else 0, _AT_ONCE):
            pages = self._local.pages(self._refs[start : start + _AT_ONCE], with_vectors=True)
            for name, statistics in wanted.items():
                parts[name].append(_exact_scores(pages, statistics, self._queries))
        for name, scores in parts.items():
            self._scores[name] = np.concatenate(scores, axis=1)

    def best(self, name: bytes | None, *, is_filtered: bool) -> list[Refs]:
        """Return the ten best pages of each query, of all that its filter lets pass."""
        ends = SOME_FILES.partition(".")[0]
        in_some = np.array([ref.document_id.endswith(ends) for ref in self._refs])
        found = []
        for own in self._scores[name]:
            allowed = np.where(in_some, own, -np.inf) if is_filtered else own
            best = np.argpartition(-allowed, TOP)[:TOP]
            found.append({self._refs[i] for i in best if np.isfinite(allowed[i])})
        return found


def _exact_scores(
    pages: Sequence[PageRecord], statistics: LibraryStatistics, queries: Sequence[StoreQuery]
) -> Float32:
    """Return float32 (queries, pages): the weighted sum of cosines, without any code."""
    batch = VectorBatch.of([page.vectors for page in pages], statistics.dim)
    white = statistics.whitening
    asked = [query.vector for query in queries if query.vector is not None]
    vectors = [np.stack([w.query(vector) for vector in asked]) for w in white]
    page = vectors[0] @ white[0].pages(batch.page).T
    page[:, ~batch.has_page] = -1
    each = vectors[1] @ white[1].pages(batch.regions).T
    counts = batch.region_counts
    filled = np.flatnonzero(counts)
    region = np.full_like(page, -1)
    region[:, filled] = np.maximum.reduceat(each, (np.cumsum(counts) - counts)[filled], axis=1)
    title = vectors[2] @ white[2].pages(batch.title).T
    told = np.array([facts_of(page, ()).told for page in pages], np.float32)
    return _total(told, page, region, title)


def _total(told: Float32, page: Float32, region: Float32, title: Float32) -> Float32:
    lean = (1 - told) * title
    views = WEIGHTS[0] * (told * page + lean) + WEIGHTS[1] * (told * region + lean)
    return np.asarray(views + WEIGHTS[2] * title, np.float32)


def by_meaning(found: Candidates) -> Refs:
    """Return the best ten of an answer by its vectors."""
    total = _total(found.told, found.page, found.region, found.title)
    return best_of(found, total)


def best_of(found: Candidates, scores: Float32) -> Refs:
    """Return the ten pages of an answer with the largest scores."""
    return {found.refs[i] for i in np.argsort(-scores, kind="stable")[:TOP]}


def share_found(answers: Sequence[Refs], right: Sequence[Refs]) -> float:
    """Return how many of the right pages are there."""
    found = sum(len(own & best) for own, best in zip(answers, right, strict=True))
    wanted = sum(map(len, right))
    return found / wanted if wanted else 1.0


def words_found(local: Sequence[Candidates], server: Sequence[Candidates]) -> float:
    """Return how many of the server's ten score by words as the local ten do; equals tie."""
    shares = []
    for own, other in zip(local, server, strict=True):
        least = np.sort(own.words)[::-1][:TOP][-1] * (1 - 1e-3)
        shares.append(np.mean(np.sort(other.words)[::-1][:TOP] >= least))
    return float(np.mean(shares))
