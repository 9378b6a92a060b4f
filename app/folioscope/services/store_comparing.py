"""Compares a library with its copy: page by page, and by questions that both answer."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from folioscope.domain.documents import Document
from folioscope.domain.embeddings import VisualPage
from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.protocols import VectorStore
from folioscope.services.store_contents import document_digest, page_digest
from folioscope.services.store_sampling import agreement, best_pages, sample_queries

AT_ONCE = 32  # pages fetched together: some 2 MB with looks
# of the best ten: a server looks for near vectors in a graph and may miss one now and then
_LEAST_ALIKE = 0.95
Look = VisualPage | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was compared and found equal. ``checksum``: sha256 of all of it, in hex."""

    pages: int
    looks: int
    checksum: str
    queries: int


def refs_of(document: Document) -> Iterator[list[PageRef]]:
    """Yield the pages of a document, some at a time, whether they could be read or not."""
    for start in range(0, document.page_count, AT_ONCE):
        end = min(start + AT_ONCE, document.page_count)
        yield [PageRef(document.document_id, index) for index in range(start, end)]


class Comparison:
    """Reads both stores. What only the copy holds (looks that others took) is no difference."""

    def __init__(self, source: VectorStore, target: VectorStore, models: Sequence[str]) -> None:
        self._source = source
        self._target = target
        self._models = models
        self._pages = self._looks = 0
        self._digests: dict[str, bytes] = {}
        self._counts: dict[str, int] = {}

    def check(self, document: Document, step: Callable[[int], None]) -> bool:
        """Whether a document is the same in both; ``step`` is told pages that were compared."""
        there = self._target.documents([document.document_id])
        if not there:
            return False
        mine: list[bytes] = []
        theirs: list[bytes] = []
        pages = looks = 0
        for refs in refs_of(document):
            ours = _read(self._source, refs, self._models)
            copies = _read(self._target, refs, self._models)
            for (page, own), (copy, others) in zip(ours, copies, strict=True):
                mine.append(page_digest(page, own))
                theirs.append(page_digest(copy, {m: others[m] for m in own if own[m]}))
                pages += page is not None
                looks += sum(look is not None for look in own.values())
            step(len(refs))
        digest = document_digest(document, mine)
        if digest != document_digest(there[0], theirs):
            return False
        self._pages, self._looks = self._pages + pages, self._looks + looks
        self._digests[document.document_id] = digest
        self._counts[document.document_id] = document.page_count
        return True

    def asked(self, step: Callable[[int], None], *, has_same_pages: bool) -> Checked:
        """Ask both the same questions and sum up; StoreError where they answer differently.

        Where either holds pages of others its answers hold those too, and are not compared.
        """
        queries = self._compare_answers(step) if has_same_pages else 0
        total = hashlib.sha256(b"".join(self._digests[own] for own in sorted(self._digests)))
        return Checked(self._pages, self._looks, total.hexdigest(), queries)

    def _compare_answers(self, step: Callable[[int], None]) -> int:
        refs = [ref for own in self._digests for ref in self._all_refs(own)]
        alike = []
        for query in sample_queries(self._source, refs, self._models):
            step(0)
            mine, theirs = (
                best_pages(store, query, self._counts) for store in (self._source, self._target)
            )
            alike.append(agreement(mine, theirs))
        if alike and sum(alike) / len(alike) < _LEAST_ALIKE:
            raise StoreError(
                "The copy holds the same pages, but finds others for the same question.",
                hint="Nothing was switched. Compact both libraries and copy again.",
            )
        return len(alike)

    def _all_refs(self, document_id: str) -> list[PageRef]:
        return [PageRef(document_id, index) for index in range(self._counts[document_id])]


def _read(
    store: VectorStore, refs: Sequence[PageRef], models: Sequence[str]
) -> list[tuple[PageRecord | None, dict[str, Look]]]:
    found = {page.ref: page for page in store.pages(refs, with_vectors=True)}
    looks = {model: store.visual_pages(model, refs) for model in models}
    return [
        (found.get(ref), {model: looks[model][place] for model in models})
        for place, ref in enumerate(refs)
    ]
