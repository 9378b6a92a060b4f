"""The documents and files that results belong to, fetched once for all of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from folioscope.domain.documents import Document, DocumentKind, SourceFile
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import VectorStore
from folioscope.domain.results import Facets, SearchResult


class ResultShelf:
    """The documents and files that some pages belong to, fetched once."""

    def __init__(self, store: VectorStore, refs: Sequence[PageRef]) -> None:
        ids = list(dict.fromkeys(ref.document_id for ref in refs))
        self._documents: dict[str, Document] = {d.document_id: d for d in store.documents(ids)}
        self._files: dict[str, list[SourceFile]] = _files_of(store, ids)

    def files(self, ref: PageRef) -> list[SourceFile]:
        """Return the files of the page's document: those at hand first."""
        return self._files.get(ref.document_id, [])

    def plain(self, ref: PageRef) -> SearchResult:
        """Return a result that says no more than which page it is."""
        files = self.files(ref)
        document = self._documents.get(ref.document_id)
        return SearchResult(
            ref=ref,
            paths=tuple(file.path for file in files),
            page_count=document.page_count if document else 0,
            is_away=bool(files) and all(file.is_away for file in files),
        )

    def facets(self, refs: Sequence[PageRef]) -> Facets:
        """Count pages by kind of document and by year of the file's date."""
        kinds: Counter[str] = Counter()
        years: Counter[int] = Counter()
        for document_id, count in Counter(ref.document_id for ref in refs).items():
            document = self._documents.get(document_id)
            kinds[document.kind if document else DocumentKind.PDF] += count
            if files := self._files.get(document_id):
                newest = max(file.mtime_ns for file in files)
                years[datetime.fromtimestamp(newest / 1e9, tz=UTC).year] += count
        return Facets(tuple(kinds.most_common()), tuple(sorted(years.items())))


def _files_of(store: VectorStore, ids: Sequence[str]) -> dict[str, list[SourceFile]]:
    """Fetch the files of documents: one by one for a few, all at once for many."""
    found: dict[str, list[SourceFile]] = {}
    if len(ids) <= 100:
        found = {document_id: store.files(document_id=document_id) for document_id in ids}
    else:
        wanted = set(ids)
        for file in store.files():
            if file.document_id in wanted:
                found.setdefault(file.document_id, []).append(file)
    return {key: sorted(files, key=lambda f: (f.is_away, f.path)) for key, files in found.items()}
